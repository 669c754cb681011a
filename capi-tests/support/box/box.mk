# The real Xen host and what runs on it.
.PHONY: box demo diff runtime bench test-more

box:
	capi-tests/support/box/box build

demo:
ifneq ($(OTHER_DEBIAN),)
	$(call in_bookworm,demo)
else
	@$(SETUP) demo
	@$(MAKE) --no-print-directory lib box
	capi-tests/real-xen/demo/demo $(LIB)
endif

# Every case under Debian's library and under ours, compared. Those that take long too: make test leaves them out.
diff: lib box
	capi-tests/real-xen/diff/run --quick --boxes 2 --long $(LIB)

# Operations, events, hooks and children, held to the headers.
runtime: lib box
	capi-tests/fake-xen/runtime/run $(LIB)

bench: lib box
	capi-tests/bench/run $(LIB)

# What make test leaves out: the runtime's cases on a real Xen, with both libraries; a hundred creations under pressure,
# and creations with devices that end early; ACPI tables that guests find; the differential cases that take long, with
# Linux in the guests; those of memory and vcpus on a host of two NUMA nodes; media of CD drives under fire for long; each
# fuzz target for a minute; and building in a fresh Debian 12 and 13.
test-more: lib box
	capi-tests/fake-xen/cdrom/run --seconds 120 --rounds 12 $(LIB)
	FUZZ_SECONDS=60 $(CARGO) test -q --release --test fuzz -- --test-threads 1 --nocapture
	capi-tests/support/fresh/run bookworm
	capi-tests/support/fresh/run trixie
	capi-tests/fake-xen/runtime/run $(LIB)
	capi-tests/real-xen/storm/run --rounds 13 $(LIB)
	capi-tests/support/box/suites $(LIB) acpi
	BOX_XEN_ARGS=numa=fake=2 capi-tests/real-xen/diff/run --quick \
	  --only 'build-numa create-pinned create-plain create-vcpus create-vnuma info-numa cpupool-numa-split' $(LIB)
	capi-tests/real-xen/diff/run --long $(LIB)
