//! Compares the committed declarations with the headers of the release, by means of a C compiler only. Those of Debian
//! 12's Xen are installed; those of a later one are where `capi-tests/support/debian-xen` has them.
//!
//! The text of the file is converted back to C: each function becomes a second declaration of the same name, which C
//! rejects if the types differ, and each layout line becomes a `_Static_assert`.

use std::io::Write;
use std::process::{Command, Stdio};

/// The file in use, which this module's parent chooses in the same way, and the release whose headers it is made from.
#[cfg(not(since = "4.19"))]
const TEXT: &str = include_str!("sys_4_17.rs");
#[cfg(not(since = "4.19"))]
const RELEASE: &str = "4.17";
#[cfg(since = "4.19")]
const TEXT: &str = include_str!("sys_4_20.rs");
#[cfg(since = "4.19")]
const RELEASE: &str = "4.20";

/// The file tree with that release's headers; `None`: the installed ones are that release's.
fn headers() -> Option<String> {
    if RELEASE == "4.17" {
        return None;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/capi-tests/support/debian-xen");
    let out = Command::new(script).arg(RELEASE).output().expect("the script runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let tree = String::from_utf8(out.stdout).expect("a path");
    Some(tree.trim_end().to_owned())
}

/// The C form of a Rust type as bindgen writes it.
fn c_type(rust: &str) -> String {
    let rust = rust.trim();
    if let Some(inner) = rust.strip_prefix("*mut ") {
        return format!("{} *", c_type(inner));
    }
    if let Some(inner) = rust.strip_prefix("*const ") {
        // `const` applies to the target type, whether or not that is a pointer.
        return format!("{} const *", c_type(inner));
    }
    let plain =
        rust.strip_prefix("::libc::").or(rust.strip_prefix("::core::ffi::")).unwrap_or(rust);
    match plain {
        "c_void" => "void".into(),
        "c_char" => "char".into(),
        "c_int" => "int".into(),
        "c_uint" => "unsigned int".into(),
        "c_long" => "long".into(),
        "c_ulong" => "unsigned long".into(),
        "c_longlong" => "long long".into(),
        "c_ulonglong" => "unsigned long long".into(),
        "bool" => "bool".into(),
        "usize" => "size_t".into(),
        "isize" => "ssize_t".into(),
        "u8" | "u16" | "u32" | "u64" => format!("uint{}_t", &plain[1..]),
        "i8" | "i16" | "i32" | "i64" => format!("int{}_t", &plain[1..]),
        name if TEXT.contains(&format!("pub struct {name} {{")) => format!("struct {name}"),
        name => name.into(),
    }
}

/// The functions in the file, each as a C declaration.
fn prototypes() -> Vec<String> {
    let flat = TEXT.split_whitespace().collect::<Vec<_>>().join(" ");
    flat.split("pub fn ")
        .skip(1)
        .filter_map(|f| {
            let f = &f[..f.find(';')?];
            let (name, rest) = f.split_once('(')?;
            if !name.starts_with("xc_") && !name.starts_with("xen") {
                return None;
            }
            let close = rest.rfind(')')?;
            let (args, ret) = (&rest[..close], rest[close + 1..].trim());
            let args: Vec<_> = args
                .split(", ")
                .filter(|a| !a.trim().is_empty())
                .map(|a| c_type(a.split_once(": ").expect("name: type").1.trim_end_matches(',')))
                .collect();
            let args = if args.is_empty() { "void".into() } else { args.join(", ") };
            Some(format!("{} {name}({args});", c_type(ret.strip_prefix("-> ").unwrap_or("c_void"))))
        })
        .collect()
}

/// The layouts in the file, each as a C assertion.
fn layouts() -> Vec<String> {
    let flat = TEXT.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = Vec::new();
    for (key, c) in [("[\"Size of ", "sizeof"), ("[\"Offset of field: ", "offsetof")] {
        for part in flat.split(key).skip(1) {
            let what = &part[..part.find('"').expect("closing quote")];
            // Anonymous members have no name in C.
            if what.contains("__bindgen") {
                continue;
            }
            let value = part.split(" - ").nth(1).expect("the number");
            let value = &value[..value.find("usize").expect("usize")];
            let (ty, field) = what.split_once("::").unwrap_or((what, ""));
            // bindgen appends an underscore to a name that is a keyword of Rust (`type`).
            let field = field.trim_end_matches('_');
            let ty = if TEXT.contains(&format!("pub union {ty} {{")) {
                format!("union {ty}")
            } else {
                c_type(ty)
            };
            let ty = ty.replace("struct xc_psr_hw_info", "xc_psr_hw_info");
            let comma = if field.is_empty() { "" } else { ", " };
            out.push(format!("_Static_assert({c}({ty}{comma}{field}) == {value}, \"{what}\");"));
        }
    }
    out
}

/// The constants in the file that are macros in C, each as a C assertion.
fn numbers() -> Vec<String> {
    let number = |line: &str| {
        let (name, value) = line.strip_prefix("pub const ")?.split_once(": u32 = ")?;
        let value = value.trim_end_matches(';');
        // A name that is an enumerator in C is not a macro, and its value is checked all the same.
        Some(format!("_Static_assert((unsigned int)({name}) == {value}u, \"{name}\");"))
    };
    TEXT.lines().filter_map(number).collect()
}

/// Compiles `body` after the headers. The error is the compiler's messages.
fn compile(body: &str) -> Result<(), String> {
    let mut cc = Command::new("cc")
        .args(["-fsyntax-only", "-x", "c", "-"])
        .args(headers().map(|tree| format!("--sysroot={tree}")))
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cc");
    let headers = "#define XC_WANT_COMPAT_MAP_FOREIGN_API\n#include <stddef.h>\n#include <xenctrl.h>\n\
        #include <xenguest.h>\n#include <xenhypfs.h>\n#include <xen/hvm/hvm_info_table.h>\n";
    writeln!(cc.stdin.take().expect("piped"), "{headers}{body}").expect("cc reads");
    let out = cc.wait_with_output().expect("cc ends");
    out.status.success().then_some(()).ok_or_else(|| String::from_utf8_lossy(&out.stderr).into())
}

#[test]
fn functions_agree_with_the_headers() {
    let all = prototypes();
    let wanted = include_str!("../../../capi-tests/support/bindings/functions.txt");
    // A function of a later release has that release after its name.
    let has = |line: &&str| line.split_once(' ').is_none_or(|(_, since)| since <= RELEASE);
    assert_eq!(all.len(), wanted.lines().filter(has).count());
    compile(&all.join("\n")).unwrap();
    // The test itself must be able to fail: a changed declaration is rejected.
    assert!(compile("long xc_domain_pause(xc_interface *, uint32_t);").is_err());
}

#[test]
fn layouts_agree_with_the_headers() {
    let all = layouts();
    assert!(all.len() > 120, "only {} layouts found", all.len());
    compile(&all.join("\n")).unwrap();
}

#[test]
fn numbers_agree_with_the_headers() {
    let all = numbers();
    assert!(all.len() > 100, "only {} numbers found", all.len());
    compile(&all.join("\n")).unwrap();
}
