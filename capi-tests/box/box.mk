# The real Xen host and what runs on it.
.PHONY: box demo diff bench

box:
	capi-tests/box/box build

demo: lib box
	capi-tests/demo/demo $(LIB)

# Every case under Debian's library and under ours, compared.
diff: lib box
	capi-tests/diff/run $(LIB)

bench: lib box
	capi-tests/bench/run $(LIB)
