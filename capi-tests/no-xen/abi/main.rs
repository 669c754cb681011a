//! Rust's and C's view of every public type must be the same: size of every struct, offset and size of
//! every field, value of every enum constant. Rust's view becomes a C file of assertions, which the C
//! compiler holds against the distribution's headers and against ours.

// Names are C's.
#![allow(non_camel_case_types)]

mod distribution;

use std::ffi::{c_char, c_int};
use std::fmt::Write;
use std::mem::offset_of;
use std::path::{Path, PathBuf};
use std::process::Command;

use xenlight::types::sys::*;
use xenlight_idl::Release;

include!(concat!(env!("OUT_DIR"), "/layout.rs"));

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

fn assertions() -> String {
    let mut out = String::from(
        "#include <stddef.h>\n#include <libxl.h>\n#include <libxl_event.h>\n#include <libxl_utils.h>\n",
    );
    let mut say = |condition: String| {
        let _ = writeln!(out, "_Static_assert({condition}, {condition:?});");
    };
    for (ty, size) in SIZES {
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
    for (ty, path, offset, size) in FIELDS.iter().copied().chain(by_hand()) {
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
    for (name, value) in VALUES.iter().copied().chain(numbers_by_hand) {
        say(format!("{name} == {value}"));
    }
    out
}

/// Compiles `text`, looking for headers in `include` first; the compiler's complaints if it refuses.
fn compile(text: &str, name: &str, include: Option<&Path>) -> Result<(), String> {
    let source = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("c");
    std::fs::write(&source, text).expect("the target directory is ours");
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-Wall", "-Werror", "-fsyntax-only"]);
    if let Some(dir) = include {
        cc.arg("-I").arg(dir);
    }
    let output = cc.arg(&source).output().expect("a C compiler is installed");
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn ours() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("include")
}

#[test]
fn layout_is_that_of_the_distributions_headers() {
    compile(&assertions(), "distribution", None).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn layout_is_that_of_our_headers() {
    // Where another of our headers is missing the distribution's stands in.
    assert!(ours().join("_libxl_types.h").exists());
    compile(&assertions(), "ours", Some(&ours())).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn a_wrong_offset_is_found() {
    let (ty, path, offset, _) = FIELDS[1];
    let good = format!("offsetof({ty}, {path}) == {offset}");
    let bad = format!("offsetof({ty}, {path}) == {}", offset + 1);
    let text = assertions();
    assert!(text.contains(&good));
    let error = compile(&text.replace(&good, &bad), "wrong", None).expect_err("must not compile");
    assert!(error.contains("static assertion failed"), "{error}");
}

#[test]
fn nothing_is_left_out() {
    assert_eq!(SIZES.len(), 99 + 12, "99 types, 9 builtins, the event link, two named integers");
    // Every enum constant that the distribution's header has is asserted.
    let header = std::fs::read_to_string("/usr/include/_libxl_types.h").expect("libxen-dev");
    let constants = header.lines().filter(|l| l.starts_with("    ") && l.contains(" = ")).count();
    assert_eq!(VALUES.len(), constants);
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
    for name in ["_libxl_types.h", "_libxl_types_json.h"] {
        let read = |dir: &Path| std::fs::read_to_string(dir.join(name)).expect(name);
        let (theirs, ours) = (read(Path::new("/usr/include")), read(&ours()));
        let (theirs, ours) = (declarations(&theirs), declarations(&ours));
        assert!(theirs.len() >= 99);
        for (theirs, ours) in theirs.iter().zip(&ours) {
            assert_eq!(theirs, ours, "{name}");
        }
        assert_eq!(theirs.len(), ours.len());
    }
}

#[test]
fn the_headers_are_fresh() {
    let description = xenlight_idl::load().expect("idl/types");
    let model = description.of(Release::DEFAULT);
    let fresh = [
        ("_libxl_types.h", xenlight_idl::c_types::header(model)),
        ("_libxl_types_json.h", xenlight_idl::c_types::json_header(model)),
    ];
    for (name, text) in fresh {
        let committed = std::fs::read_to_string(ours().join(name)).expect(name);
        assert!(committed == text, "{name} is stale: make headers");
    }
}
