# Builds, installs, tests and shows libxenlight.so; every target is described in README.md.

PREFIX  ?= /usr
MULTIARCH = $(shell cc -print-multiarch)
LIBDIR  ?= $(PREFIX)/lib/$(MULTIARCH)
DESTDIR ?=
CARGO   ?= cargo
# The release of Xen that the library takes the place of: XEN=4.20, or 4.17. Without XEN, what is only built is for the
# release whose headers and libraries the machine has (libxen-dev), or gets from its Debian, if it is one of these; the
# tests and all else are about 4.17. What is built for a later one has a folder of its own.
RELEASES := 4.17 4.20
DEBIAN  := $(shell . /etc/os-release 2>/dev/null && echo $$VERSION_CODENAME)
only_built = $(if $(filter-out all lib quick install deb,$(or $(MAKECMDGOALS),all)),,yes)
present  = $(patsubst libxenctrl.so.%,%,$(shell readlink "$$(cc -print-file-name=libxenctrl.so 2>/dev/null)"))
to_build_with = $(or $(present),$(if $(filter trixie,$(DEBIAN)),4.20,4.17))
RELEASE := $(or $(XEN),$(if $(only_built),$(filter $(RELEASES),$(to_build_with))),4.17)
LATER   := $(filter-out 4.17,$(RELEASE))
known    = $(if $(filter-out $(RELEASES),$(RELEASE)),$(error the library is made for Xen $(RELEASES), not for $(RELEASE)))
TARGET  := target$(LATER:%=/xen-%)
BUILD   := $(TARGET)/release
QUICK   := $(TARGET)/quick
SONAME  := libxenlight.so.$(RELEASE)
LIB     := $(BUILD)/$(SONAME).0
SETUP   := capi-tests/setup
# The tests are about Xen 4.17, which is Debian 12's (bookworm). On another Debian, what needs that Xen runs in a Debian
# 12 of its own: $(call in_bookworm,TARGET).
OTHER_DEBIAN := $(filter-out bookworm,$(DEBIAN))
in_bookworm = capi-tests/support/fresh/run bookworm $(1) $(LATER:%=XEN=%)

# Those without a stable interface by the release in their names: structs differ, so those of another must never be taken.
XEN_LIBS := -l:libxenguest.so.$(RELEASE) -l:libxenctrl.so.$(RELEASE) -lxenhypfs -lxentoollog -lxenevtchn -lyajl

# build.rs takes the release from the environment, where it must not find another.
ifneq ($(LATER),)
export XEN_RELEASE := $(RELEASE)
else
unexport XEN_RELEASE
endif
only_4_17 = $(if $(LATER),$(error make $@ is for Xen 4.17 only: capi-tests/support/test-release $(RELEASE) tests another))

# Where the linker finds the libraries of that Xen: where this machine has them, else in the files of the Debian that has
# that Xen, which are fetched into target/.
installed = $(filter /%,$(shell cc -print-file-name=libxenctrl.so.$(RELEASE)))
fetched = $(or $(shell capi-tests/support/debian-xen $(RELEASE)),$(error cannot link without the libraries of Xen $(RELEASE)))
library_folder = $(if $(installed),,$(fetched)/usr/lib/$(MULTIARCH))

.PHONY: all lib quick install deb test check headers check-headers status fmt lint clean FORCE
all: lib

lib: $(LIB)

comma := ,

# $(call link,FOLDER,WHERE): FOLDER/libxenlight.a becomes the shared library, with Xen's libraries in the folder WHERE if
# there is one. Every name of the list must be defined (--no-undefined-version) and nothing else leaves the library.
# rustc's own cdylib link cannot carry this version script: see Cargo.toml.
define link
@awk -v release=$(RELEASE) -f idl/version-script.awk idl/releases.txt src/exports.txt > $(1)/exports.map
cc -shared -static-libgcc -o $(1)/libxenlight.tmp -Wl,--whole-archive $(1)/libxenlight.a -Wl,--no-whole-archive \
  -Wl,--gc-sections -Wl,--version-script=$(1)/exports.map -Wl,--no-undefined-version \
  -Wl,-z,defs -Wl,-soname,$(SONAME) -Wl,-z,relro,-z,now,-z,nodelete,-z,pack-relative-relocs \
  $(addprefix -L,$(2)) $(addprefix -Wl$(comma)-rpath-link$(comma),$(2)) \
  -Wl,--as-needed $(XEN_LIBS) -lpthread -ldl
mv $(1)/libxenlight.tmp $(1)/$(SONAME).0
ln -sf $(SONAME).0 $(1)/$(SONAME)
ln -sf $(SONAME) $(1)/libxenlight.so
endef

# The crate type is named because cargo leaves `lto` out, without a word, where a library is built as an rlib too.
$(LIB): FORCE
	$(known)@$(SETUP) build
	$(CARGO) rustc --target-dir $(TARGET) --release --lib --crate-type staticlib
	$(call link,$(BUILD),$(library_folder))

# For work on the library: built in seconds, with debug assertions. Every capi-tests/*/*/run takes it as its LIB.
quick:
	$(known)@$(SETUP) build
	$(CARGO) rustc --target-dir $(TARGET) --profile quick --lib --crate-type staticlib
	$(call link,$(QUICK),$(library_folder))

# $(call install_library,FILE): FILE gets its content in one step, so that what starts meanwhile finds the old library or the
# new one, and a full disk leaves the old one.
define install_library
install -m 644 $(LIB) $(1).new || { rm -f $(1).new; exit 1; }
strip --strip-unneeded $(1).new || { rm -f $(1).new; exit 1; }
mv -f $(1).new $(1)
endef

# With sudo what the user has built is installed: root may have another compiler, and would own files in target/.
install: $(if $(and $(SUDO_USER),$(wildcard $(LIB))),,$(LIB))
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(PREFIX)/include
	$(call install_library,$(DESTDIR)$(LIBDIR)/$(SONAME).0)
	ln -sf $(SONAME).0 $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libxenlight.so
	install -m 644 include/$(LATER:%=%/)*.h $(DESTDIR)$(PREFIX)/include
	sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@RELEASE@|$(RELEASE)|' xenlight.pc.in \
	  > $(DESTDIR)$(LIBDIR)/pkgconfig/xenlight.pc
	@[ -n "$(DESTDIR)" ] || echo "installed; run ldconfig as root so that programs find the library"
	@[ -n "$(DESTDIR)" ] || [ ! -e /etc/ld.so.conf.d/libxenlight-rs$(RELEASE).conf ] || \
	  echo "install: the package libxenlight-rs$(RELEASE) is installed: programs find its library first" >&2

deb: $(LIB)
	@packaging/build-deb $(RELEASE) $(LIB) $(TARGET)/deb

test:
	$(known)
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

# What a change must pass before it is worth a test on Xen: no root, under two minutes. .ci/run takes the same pieces but
# for the unit tests, which `make test` has.
check:
	$(only_4_17)@$(SETUP) check
	@CARGO="$(CARGO)" capi-tests/check $(PIECES)

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --features xenlight-idl/headers \
	  -- -D warnings

include capi-tests/support/box/box.mk

FORCE:

clean:
	$(CARGO) clean
