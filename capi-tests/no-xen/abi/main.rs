//! Rust's and C's view of every public type must be the same, in every release: size of every struct, offset and size of
//! every field, value of every enum constant. Rust's view becomes a C file of assertions, which the C
//! compiler holds against the distribution's headers and against ours.

// Names are C's.
#![allow(non_camel_case_types)]

#[path = "../../support/debian_xen.rs"]
mod debian_xen;
mod distribution;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::mem::offset_of;
use std::path::PathBuf;
use std::process::Command;

use debian_xen::{Debian, root};
use xenlight::types::sys::*;
use xenlight_idl::{Release, public_names};

/// Rust's view of the types of one release.
pub struct View {
    release: &'static str,
    /// C type, size.
    sizes: &'static [(&'static str, usize)],
    /// C type, path of the field in it, offset, size.
    fields: &'static [(&'static str, &'static str, usize, usize)],
    /// Constant, value.
    values: &'static [(&'static str, i64)],
}

/// The types of the releases that the library is not built for are here for their layout only.
#[allow(dead_code)]
mod releases {
    use std::ffi::{c_char, c_int, c_uint};
    use std::mem::offset_of;

    use super::View;
    use xenlight::types::sys::*;

    include!(concat!(env!("OUT_DIR"), "/layout.rs"));
}

fn view(release: Release) -> &'static View {
    releases::RELEASES.iter().find(|v| v.release == release.name()).expect("every release is there")
}

/// The types that are not in `idl/`.
fn by_hand() -> Vec<(&'static str, &'static str, usize, usize)> {
    macro_rules! fields {
        ($($ty:ident { $($field:ident),* })*) => {
            vec![$($((
                stringify!($ty),
                stringify!($field),
                offset_of!($ty, $field),
                field_size(|p: *const $ty| {
                    // SAFETY: the place is never read; `p` points to room for the whole struct.
                    unsafe { &raw const (*p).$field }
                }),
            ),)*)*]
        };
    }
    fields! {
        libxl_uuid { uuid }
        libxl_bitmap { size, map }
        libxl_defbool { val }
        libxl_ms_vm_genid { bytes }
        libxl_enum_string_table { s, v }
        libxl_ev_link { tqe_next, tqe_prev }
        libxl_asyncop_how { callback, u }
        libxl_asyncprogress_how { callback, for_event, for_callback }
        libxl_event_hooks { event_occurs_mask, event_occurs, disaster }
        libxl_osevent_hooks {
            fd_register, fd_modify, fd_deregister,
            timeout_register, timeout_modify, timeout_deregister
        }
        libxl_childproc_hooks { chldowner, fork_replacement, reaped_callback }
    }
}

fn field_size<T, F>(_: impl Fn(*const T) -> *const F) -> usize {
    size_of::<F>()
}

fn assertions(view: &View) -> String {
    let mut out = String::from(
        "#include <stddef.h>\n#include <libxl.h>\n#include <libxl_event.h>\n#include <libxl_utils.h>\n",
    );
    let mut say = |condition: String| {
        let _ = writeln!(out, "_Static_assert({condition}, {condition:?});");
    };
    for (ty, size) in view.sizes {
        say(format!("sizeof({ty}) == {size}"));
    }
    let sizes_by_hand = [
        ("libxl_asyncop_how", size_of::<libxl_asyncop_how>()),
        ("libxl_asyncprogress_how", size_of::<libxl_asyncprogress_how>()),
        ("libxl_enum_string_table", size_of::<libxl_enum_string_table>()),
        ("libxl_event_hooks", size_of::<libxl_event_hooks>()),
        ("libxl_osevent_hooks", size_of::<libxl_osevent_hooks>()),
        ("libxl_childproc_hooks", size_of::<libxl_childproc_hooks>()),
        ("libxl_sigchld_owner", size_of::<libxl_sigchld_owner>()),
        ("libxl_ev_user", size_of::<libxl_ev_user>()),
    ];
    for (ty, size) in sizes_by_hand {
        say(format!("sizeof({ty}) == {size}"));
    }
    for (ty, path, offset, size) in view.fields.iter().copied().chain(by_hand()) {
        say(format!("offsetof({ty}, {path}) == {offset}"));
        say(format!("sizeof((({ty} *)0)->{path}) == {size}"));
    }
    let numbers_by_hand = [
        ("LIBXL_VERSION", LIBXL_VERSION as i64),
        ("libxl_sigchld_owner_libxl", libxl_sigchld_owner_libxl as i64),
        ("libxl_sigchld_owner_mainloop", libxl_sigchld_owner_mainloop as i64),
        ("libxl_sigchld_owner_libxl_always", libxl_sigchld_owner_libxl_always as i64),
        (
            "libxl_sigchld_owner_libxl_always_selective_reap",
            libxl_sigchld_owner_libxl_always_selective_reap as i64,
        ),
        ("LIBXL_SUSPEND_DEBUG", LIBXL_SUSPEND_DEBUG as i64),
        ("LIBXL_SUSPEND_LIVE", LIBXL_SUSPEND_LIVE as i64),
        ("LIBXL_UUID_FMTLEN", LIBXL_UUID_FMTLEN as i64),
        ("LIBXL_MAC_FMTLEN", LIBXL_MAC_FMTLEN as i64),
        ("LIBXL_MS_VM_GENID_LEN", LIBXL_MS_VM_GENID_LEN as i64),
        ("LIBXL_TIMER_MODE_DEFAULT", LIBXL_TIMER_MODE_DEFAULT as i64),
        ("(unsigned)LIBXL_PCI_FUNC_ALL", LIBXL_PCI_FUNC_ALL as i64),
        ("(uint32_t)LIBXL_CPUPOOL_POOLID_ANY", LIBXL_CPUPOOL_POOLID_ANY as i64),
        ("LIBXL_MAX_GRANT_DEFAULT", LIBXL_MAX_GRANT_DEFAULT as i64),
        ("LIBXL_MAX_GRANT_FRAMES_DEFAULT", LIBXL_MAX_GRANT_FRAMES_DEFAULT as i64),
        ("LIBXL_MAX_MAPTRACK_FRAMES_DEFAULT", LIBXL_MAX_MAPTRACK_FRAMES_DEFAULT as i64),
        ("(int64_t)(uint64_t)LIBXL_MEMKB_DEFAULT", LIBXL_MEMKB_DEFAULT as i64),
        ("LIBXL_RDM_MEM_BOUNDARY_MEMKB_DEFAULT", LIBXL_RDM_MEM_BOUNDARY_MEMKB_DEFAULT as i64),
        ("LIBXL_SCHED_PARAM_VCPU_INDEX_DEFAULT", LIBXL_SCHED_PARAM_VCPU_INDEX_DEFAULT as i64),
        ("LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT", LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT as i64),
        (
            "LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH",
            LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH as i64,
        ),
    ];
    for (name, value) in view.values.iter().copied().chain(numbers_by_hand) {
        say(format!("{name} == {value}"));
    }
    out
}

/// Compiles `text` with the compiler's arguments `include` for the headers; the compiler's complaints if it refuses.
fn compile(text: &str, name: &str, include: &[PathBuf]) -> Result<(), String> {
    let source = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("c");
    std::fs::write(&source, text).expect("the target directory is ours");
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-Wall", "-Werror", "-fsyntax-only"]).args(include);
    let output = cc.arg(&source).output().expect("a C compiler is installed");
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn layout_is_that_of_the_distributions_headers() {
    for debian in Debian::all() {
        let name = format!("distribution-{}", debian.release.name().replace('.', "-"));
        compile(&assertions(view(debian.release)), &name, &debian.include())
            .unwrap_or_else(|e| panic!("{debian:?}: {e}"));
    }
}

#[test]
fn layout_is_that_of_our_headers() {
    for release in Release::all().filter(|r| r.debian().is_some()) {
        // Where another of our headers is missing the distribution's stands in.
        let include = root().join(release.include());
        assert!(include.join("_libxl_types.h").exists());
        let name = format!("ours-{}", release.name().replace('.', "-"));
        compile(&assertions(view(release)), &name, &["-I".into(), include])
            .unwrap_or_else(|e| panic!("{release}: {e}"));
    }
}

#[test]
fn a_wrong_offset_is_found() {
    let view = view(Release::DEFAULT);
    let (ty, path, offset, _) = view.fields[1];
    let good = format!("offsetof({ty}, {path}) == {offset}");
    let bad = format!("offsetof({ty}, {path}) == {}", offset + 1);
    let text = assertions(view);
    assert!(text.contains(&good));
    let error = compile(&text.replace(&good, &bad), "wrong", &[]).expect_err("must not compile");
    assert!(error.contains("static assertion failed"), "{error}");
}

/// No Debian has Xen 4.18 and 4.19: their numbers are those of Xen's own description of the types.
#[test]
fn sizes_of_all_releases_are_known() {
    const SIZES: [(&str, [usize; 4]); 9] = [
        ("libxl_domain_build_info", [920, 960, 968, 984]),
        ("libxl_domain_config", [1288, 1344, 1352, 1368]),
        ("libxl_physinfo", [128, 136, 136, 136]),
        ("libxl_device_nic", [504, 504, 512, 512]),
        ("libxl_device_p9", [48, 48, 64, 64]),
        ("libxl_device_disk", [144, 144, 144, 144]),
        ("libxl_device_virtio", [0, 48, 48, 48]),
        ("libxl_smbios", [0, 16, 16, 16]),
        ("libxl_sve_type", [0, 4, 4, 4]),
    ];
    const FIELDS: [(&str, &str, [usize; 4]); 3] = [
        ("libxl_domain_build_info", "u", [472, 488, 488, 504]),
        ("libxl_device_disk", "grant_usage", [0, 0, 140, 140]),
        ("libxl_device_nic", "model", [24, 24, 32, 32]),
    ];
    for (release, view) in releases::RELEASES[..4].iter().enumerate() {
        for (ty, sizes) in SIZES {
            let size = view.sizes.iter().find(|s| s.0 == ty).map_or(0, |s| s.1);
            assert_eq!(size, sizes[release], "{ty} of {}", view.release);
        }
        for (ty, field, offsets) in FIELDS {
            let row = view.fields.iter().find(|f| (f.0, f.1) == (ty, field));
            assert_eq!(
                row.map_or(0, |f| f.2),
                offsets[release],
                "{ty}.{field} of {}",
                view.release
            );
        }
    }
}

#[test]
fn nothing_is_left_out() {
    for debian in Debian::all() {
        let header = std::fs::read_to_string(debian.header("_libxl_types.h")).expect("libxen-dev");
        let view = view(debian.release);
        let types = |what: &str| header.lines().filter(|l| l.starts_with(what)).count();
        let types = types("typedef struct libxl_") + types("typedef enum libxl_");
        assert_eq!(view.sizes.len(), types + 12, "9 builtins, the event link, two named integers");
        // Every enum constant that the distribution's header has is asserted.
        let constants = header.lines().filter(|l| l.starts_with("    ") && l.contains(" = "));
        assert_eq!(view.values.len(), constants.count(), "{debian:?}");
    }
}

#[test]
fn the_version_script_has_the_names_of_the_distributions_library() {
    for debian in Debian::all() {
        let release = debian.release;
        let listed = public_names::read(root(), release).expect("src/exports.txt");
        let listed: BTreeSet<_> = listed
            .iter()
            .map(|n| format!("{} {}", if n.data { 'D' } else { 'T' }, n.name))
            .collect();
        let exported = exports(&debian);
        let wrong: Vec<_> = listed.symmetric_difference(&exported).collect();
        assert!(wrong.is_empty(), "only in one of src/exports.txt and {debian:?}: {wrong:?}");

        let script = Command::new("awk")
            .current_dir(root())
            .args(["-v", &format!("release={release}"), "-f", "idl/version-script.awk"])
            .args(["idl/releases.txt", "src/exports.txt"])
            .output()
            .expect("awk is installed");
        let script = String::from_utf8(script.stdout).expect("a script");
        let names = listed.iter().map(|n| format!("    {};\n", &n[2..])).collect::<Vec<_>>();
        assert_eq!(names.len(), script.lines().count() - 4);
        assert!(names.iter().all(|n| script.contains(n)), "{script}");
    }
}

/// Kind and name of what the distribution's library exports; each name has the release's version.
fn exports(debian: &Debian) -> BTreeSet<String> {
    let output = Command::new("nm")
        .args(["-D", "--with-symbol-versions", "--defined-only"])
        .arg(debian.library())
        .output()
        .expect("binutils are installed");
    let text = String::from_utf8(output.stdout).expect("a table");
    let mut out = BTreeSet::new();
    for line in text.lines() {
        let mut columns = line.split_whitespace().skip(1);
        let (Some(kind), Some(name)) = (columns.next(), columns.next()) else { continue };
        let (name, version) = name.split_once("@@").unwrap_or((name, ""));
        // The distribution's library leaks private functions, which are none of the interface.
        if name.starts_with("libxl_") && !name.starts_with("libxl__") {
            assert_eq!(version, debian.release.version_node(), "{name}");
            out.insert(format!("{} {name}", if kind == "T" { 'T' } else { 'D' }));
        }
    }
    out
}

/// What a header declares, stripped of comments and layout: one sorted entry for each declaration.
fn declarations(text: &str) -> Vec<String> {
    let mut text = text.to_owned();
    while let Some(start) = text.find("/*") {
        let end = text[start..].find("*/").expect("comments end") + start + 2;
        text.replace_range(start..end, " ");
    }
    let text: String = text.lines().filter(|l| !l.starts_with('#')).collect::<Vec<_>>().join(" ");
    let (mut out, mut one, mut depth) = (Vec::new(), String::new(), 0);
    for c in text.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ';' && depth == 0 {
            let words = std::mem::take(&mut one);
            // The distribution's header leaks a private function.
            if !words.contains(" libxl__") {
                out.push(words.split_whitespace().collect::<Vec<_>>().join(" ").replace("* ", "*"));
            }
        } else {
            one.push(c);
        }
    }
    out.sort();
    out
}

#[test]
fn the_headers_declare_the_same() {
    for debian in Debian::all() {
        for name in ["_libxl_types.h", "_libxl_types_json.h"] {
            let read = |file: PathBuf| std::fs::read_to_string(file).expect(name);
            let (theirs, ours) =
                (read(debian.header(name)), read(root().join(debian.release.include()).join(name)));
            let (theirs, ours) = (declarations(&theirs), declarations(&ours));
            assert!(theirs.len() >= 99);
            for (theirs, ours) in theirs.iter().zip(&ours) {
                assert_eq!(theirs, ours, "{name} {debian:?}");
            }
            assert_eq!(theirs.len(), ours.len());
        }
    }
}

#[test]
fn the_headers_are_fresh() {
    let description = xenlight_idl::load().expect("idl/types");
    for release in Release::all().filter(|r| r.debian().is_some()) {
        let model = description.of(release);
        let fresh = [
            ("_libxl_types.h", xenlight_idl::c_types::header(model)),
            ("_libxl_types_json.h", xenlight_idl::c_types::json_header(model)),
        ];
        for (name, text) in fresh {
            let file = root().join(release.include()).join(name);
            let committed = std::fs::read_to_string(&file).expect(name);
            assert!(committed == text, "{file:?} is stale: make headers");
        }
    }
}
