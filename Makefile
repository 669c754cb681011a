# Builds, installs, tests and shows libxenlight.so.4.17; every target is described in README.md.

PREFIX  ?= /usr
LIBDIR  ?= $(PREFIX)/lib/$(shell cc -print-multiarch)
DESTDIR ?=
CARGO   ?= cargo
BUILD   := target/release
QUICK   := target/quick
LIB     := $(BUILD)/libxenlight.so.4.17.0
SETUP   := capi-tests/setup
# The library takes the place of Xen 4.17's, which is Debian 12's (bookworm). On another Debian, what needs that Xen
# runs in a Debian 12 of its own: $(call in_bookworm,TARGET).
DEBIAN  := $(shell . /etc/os-release 2>/dev/null && echo $$VERSION_CODENAME)
OTHER_DEBIAN := $(filter-out bookworm,$(DEBIAN))
in_bookworm = capi-tests/support/fresh/run bookworm $(1)

XEN_LIBS := -lxenguest -lxenctrl -lxenhypfs -lxentoollog -lxenevtchn -lyajl

# XEN=4.20 chooses what `make headers` and `make status` write; the library is made for Xen 4.17 only. Code alone can be
# compiled for another release, by XEN_RELEASE in cargo's environment (build.rs): here it must not find one.
unexport XEN_RELEASE
only_4_17 = $(if $(filter-out 4.17,$(XEN)),$(error the library cannot be made for Xen $(XEN) yet, only for 4.17))

.PHONY: all lib quick install test check headers check-headers status fmt lint clean FORCE
all: lib

lib: $(LIB)

# $(call link,FOLDER): FOLDER/libxenlight.a becomes the shared library. Every name of the list must be defined
# (--no-undefined-version) and nothing else leaves the library. rustc's own cdylib link cannot carry this version script:
# see Cargo.toml.
define link
@awk -v release=4.17 -f idl/version-script.awk idl/releases.txt src/exports.txt > $(1)/exports.map
cc -shared -static-libgcc -o $(1)/libxenlight.tmp -Wl,--whole-archive $(1)/libxenlight.a -Wl,--no-whole-archive \
  -Wl,--gc-sections -Wl,--version-script=$(1)/exports.map -Wl,--no-undefined-version \
  -Wl,-z,defs -Wl,-soname,libxenlight.so.4.17 -Wl,-z,relro,-z,now,-z,nodelete,-z,pack-relative-relocs \
  -Wl,--as-needed $(XEN_LIBS) -lpthread -ldl
mv $(1)/libxenlight.tmp $(1)/libxenlight.so.4.17.0
ln -sf libxenlight.so.4.17.0 $(1)/libxenlight.so.4.17
ln -sf libxenlight.so.4.17 $(1)/libxenlight.so
endef

# The crate type is named because cargo leaves `lto` out, without a word, where a library is built as an rlib too.
$(LIB): FORCE
	$(only_4_17)@$(SETUP) build
	$(CARGO) rustc --target-dir target --release --lib --crate-type staticlib
	$(call link,$(BUILD))

# For work on the library: built in seconds, with debug assertions. Every capi-tests/*/run takes it as its LIB.
quick:
	$(only_4_17)@$(SETUP) build
	$(CARGO) rustc --target-dir target --profile quick --lib --crate-type staticlib
	$(call link,$(QUICK))

install: $(LIB)
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(PREFIX)/include
	install -m 644 $(LIB) $(DESTDIR)$(LIBDIR)/libxenlight.so.4.17.0
	strip --strip-unneeded $(DESTDIR)$(LIBDIR)/libxenlight.so.4.17.0
	ln -sf libxenlight.so.4.17.0 $(DESTDIR)$(LIBDIR)/libxenlight.so.4.17
	ln -sf libxenlight.so.4.17 $(DESTDIR)$(LIBDIR)/libxenlight.so
	install -m 644 include/*.h $(DESTDIR)$(PREFIX)/include
	sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|' xenlight.pc.in \
	  > $(DESTDIR)$(LIBDIR)/pkgconfig/xenlight.pc
	@[ -n "$(DESTDIR)" ] || echo "installed; run ldconfig as root so that programs find the library"

test:
ifneq ($(OTHER_DEBIAN),)
	$(call in_bookworm,test)
else
	@$(SETUP) test
	@$(MAKE) --no-print-directory lib
	@capi-tests/run-all $(LIB)
endif

# With XEN=4.20 only those of Xen 4.20, in include/4.20.
headers:
	$(CARGO) run -q -p xenlight-idl --features headers --bin headers -- $(XEN)

# Fails when include/ is not what idl/ and src/capi/ say now.
check-headers:
	$(CARGO) run -q -p xenlight-idl --features headers --bin headers -- --check

status:
	$(CARGO) run -q -p xenlight-idl --bin status -- $(XEN)

fmt:
	$(CARGO) fmt --all

# What a change must pass before it is worth a test on Xen: no root, under two minutes. .ci/run takes the same pieces.
check:
	@$(SETUP) check
	@CARGO="$(CARGO)" capi-tests/check $(PIECES)

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --features xenlight-idl/headers \
	  -- -D warnings

include capi-tests/support/box/box.mk

FORCE:

clean:
	$(CARGO) clean
