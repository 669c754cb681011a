# Builds, installs, tests and shows libxenlight.so.4.17; every target is described in README.md.

PREFIX  ?= /usr
LIBDIR  ?= $(PREFIX)/lib/x86_64-linux-gnu
DESTDIR ?=
CARGO   ?= cargo
PROFILE ?= release
BUILD   := target/$(PROFILE)
LIB     := $(BUILD)/libxenlight.so.4.17.0

XEN_LIBS := -lxenguest -lxenctrl -lxentoollog -lxenevtchn -lyajl

.PHONY: all lib clean
all: lib

lib: $(LIB)

# rustc's own cdylib link cannot carry our version script: see Cargo.toml.
$(LIB): FORCE
	$(CARGO) build --release --lib
	cc -shared -o $@.tmp -Wl,--whole-archive $(BUILD)/libxenlight.a -Wl,--no-whole-archive \
	  -Wl,--gc-sections -Wl,--version-script=src/exports.map -Wl,-soname,libxenlight.so.4.17 \
	  -Wl,-z,relro,-z,now,-z,nodelete -Wl,--as-needed $(XEN_LIBS) -lpthread -ldl
	mv $@.tmp $@
	ln -sf libxenlight.so.4.17.0 $(BUILD)/libxenlight.so.4.17
	ln -sf libxenlight.so.4.17 $(BUILD)/libxenlight.so

include capi-tests/box/box.mk

FORCE:

clean:
	$(CARGO) clean
