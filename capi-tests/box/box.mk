# The real Xen host and what runs on it.
.PHONY: box demo diff bench test-more

box:
	capi-tests/box/box build

demo: lib box
	capi-tests/demo/demo $(LIB)

# Every case under Debian's library and under ours, compared.
diff: lib box
	capi-tests/diff/run $(LIB)

bench: lib box
	capi-tests/bench/run $(LIB)

# What make test leaves out: all cases with Linux in the guests, and the C harnesses on a real Xen.
# Not all of it has been seen to pass yet.
test-more: lib box
	capi-tests/utils/run $(LIB) --box
	capi-tests/hostile/run $(LIB) --box
	capi-tests/store/run-in-box
	capi-tests/diff/run --all $(LIB)
