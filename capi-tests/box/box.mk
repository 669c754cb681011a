# The real Xen host and what runs on it.
.PHONY: box demo diff runtime bench test-more

box:
	capi-tests/box/box build

demo:
	@$(SETUP) demo
	@$(MAKE) --no-print-directory lib box
	capi-tests/demo/demo $(LIB)

# Every case under Debian's library and under ours, compared. Those that take long too: make test leaves them out.
diff: lib box
	capi-tests/diff/run --quick --boxes 2 --long $(LIB)

# Operations, events, hooks and children, held to the headers.
runtime: lib box
	capi-tests/runtime/run $(LIB)

bench: lib box
	capi-tests/bench/run $(LIB)

# What make test leaves out: the runtime's cases on a real Xen, with both libraries, and the differential cases
# that take long, with Linux in the guests.
test-more: lib box
	capi-tests/runtime/run $(LIB)
	capi-tests/diff/run --long $(LIB)
