# The real Xen host and what runs on it.
.PHONY: box demo diff runtime bench test-more

box:
	$(known)capi-tests/support/box/box build

demo:
	$(known)
ifneq ($(OTHER_DEBIAN),)
	$(call in_bookworm,demo)
else
	@$(SETUP) demo
	@$(MAKE) --no-print-directory lib box
	capi-tests/real-xen/demo/run $(LIB)
endif

# The cases that need neither Linux in the guests nor PCI or USB devices of the host, under Debian's library and under ours,
# compared. Those that take long too: make test leaves them out.
diff: lib box
	capi-tests/real-xen/diff/run --quick --boxes 2 --long $(LIB)

# Operations, events, hooks and children, held to the headers.
runtime: lib box
	$(known)
	capi-tests/fake-xen/runtime/run --vm $(LIB)

bench: lib box
	$(known)
	capi-tests/bench/run $(LIB)
	capi-tests/bench/run --passthrough $(LIB)

# What make test leaves out, and names at its end: some three hours.
test-more:
	$(known)
	@$(SETUP) more
	@$(MAKE) --no-print-directory lib
	@capi-tests/run-all --more $(LIB)
