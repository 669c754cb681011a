//! Writes the `extern "C"` entries of every type, each of which calls the interpreter of the tables.

use std::fmt::Write;

use crate::model::*;
use crate::names::{c_name, rust_field};
use crate::public_names::PublicName;
use crate::rust_types::doc;
use crate::tables::static_name;

/// The text is to be included where `types::sys::*`, `types::tables`, `types::engine` and a module `boundary`,
/// which catches panics of the interpreter, are in scope.
pub fn rust(model: &Model) -> String {
    let mut out = String::new();
    for item in &model.items {
        match item {
            Item::Number(_) | Item::Builtin(_) => {}
            Item::Enum(e) => enumeration(&mut out, e),
            Item::Struct(s) => structure(&mut out, s),
        }
    }
    out
}

/// The names of these entries, in no order.
pub fn names(model: &Model) -> Vec<PublicName> {
    let mut names = Vec::new();
    let mut add = |ty: &Name, what: &str| {
        let name = format!("{}_{what}", c_name(ty));
        names.push(PublicName { name, data: what == "string_table" });
    };
    for item in &model.items {
        let kinds: &[&str] = match item {
            Item::Number(_) | Item::Builtin(_) => continue,
            Item::Enum(_) => &["to_string", "from_string", "string_table"],
            Item::Struct(s) => {
                for f in &s.fields {
                    if let FieldKind::Union { key, .. } = &f.kind {
                        add(&s.name, &format!("init_{}", key.text));
                    }
                }
                if s.dispose { &["init", "copy", "dispose"] } else { &["init", "copy"] }
            }
        };
        for kind in kinds.iter().chain(&["to_json", "from_json", "gen_json"]) {
            add(item.name(), kind);
        }
    }
    names
}

/// One entry: its doc line, signature (without `fn`) and body.
fn entry(out: &mut String, line: &str, signature: &str, body: &str) {
    doc(out, "", &[line.into()]);
    let _ = writeln!(
        out,
        "#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn {signature} {{\n    \
         // SAFETY: the table is that of the type; by the contract of `capi` the pointers are NULL or valid.\n    \
         unsafe {{ {body} }}\n}}\n"
    );
}

/// Writes the entries that enums and structs have in common. `by_value`: whether `_to_json` takes the value itself.
fn json(out: &mut String, name: &Name, by_value: bool) {
    let c = c_name(name);
    let table = static_name(&name.text);
    let (arg, pointer) = if by_value {
        (c.clone(), "(&raw const p).cast()")
    } else {
        (format!("*mut {c}"), "p.cast()")
    };
    entry(
        out,
        &format!(
            "The JSON text of a [`{c}`], for the caller to free; NULL if it cannot be written."
        ),
        &format!("{c}_to_json(ctx: *mut libxl_ctx, p: {arg}) -> *mut c_char"),
        &format!("boundary::to_json(ctx, {pointer}, tables::{table})"),
    );
    entry(
        out,
        &format!("Reads a [`{c}`] from its JSON text: 0, or `ERROR_FAIL` if the text is invalid."),
        &format!("{c}_from_json(ctx: *mut libxl_ctx, p: *mut {c}, s: *const c_char) -> c_int"),
        &format!("boundary::from_json(ctx, p.cast(), s, tables::{table})"),
    );
    entry(
        out,
        &format!("Writes a [`{c}`] to the application's yajl generator."),
        &format!("{c}_gen_json(hand: yajl_gen, p: *mut {c}) -> yajl_gen_status"),
        &format!("boundary::gen_json(hand, p.cast(), tables::{table})"),
    );
}

fn enumeration(out: &mut String, e: &Enum) {
    let c = c_name(&e.name);
    let table = static_name(&e.name.text);
    json(out, &e.name, true);
    let _ = writeln!(
        out,
        "/// The name of a [`{c}`], static; NULL for a number without a name.\n#[unsafe(no_mangle)]\n\
         pub extern \"C\" fn {c}_to_string(p: {c}) -> *const c_char {{\n    \
         engine::enum_to_string(p as c_int, tables::{table})\n}}\n"
    );
    entry(
        out,
        &format!(
            "Reads the name of a [`{c}`], in upper or lower case: 0, or `ERROR_FAIL` for an unknown name."
        ),
        &format!("{c}_from_string(s: *const c_char, e: *mut {c}) -> c_int"),
        &format!("boundary::enum_from_string(s, e.cast(), tables::{table})"),
    );
    let _ = writeln!(
        out,
        "/// The names of [`{c}`], ended by NULL and -1.\n#[unsafe(no_mangle)]\n\
         pub static {c}_string_table: [libxl_enum_string_table; {}] = [",
        e.values.len() + 1
    );
    for v in &e.values {
        let _ = writeln!(
            out,
            "    libxl_enum_string_table {{ s: c\"{}\".as_ptr(), v: {} }},",
            v.name.text, v.number
        );
    }
    out.push_str("    libxl_enum_string_table { s: std::ptr::null(), v: -1 },\n];\n\n");
}

fn structure(out: &mut String, s: &Struct) {
    let c = c_name(&s.name);
    let table = static_name(&s.name.text);
    entry(
        out,
        &format!("Sets a [`{c}`] to its defaults; its previous content is not freed."),
        &format!("{c}_init(p: *mut {c})"),
        &format!("boundary::init(p.cast(), tables::{table})"),
    );
    for f in &s.fields {
        if let FieldKind::Union { key, key_type, .. } = &f.kind {
            let key_type = c_name(key_type);
            let argument = rust_field(key);
            entry(
                out,
                &format!(
                    "Selects the member of `{}` in a [`{c}`] after its init, and sets it to its defaults.",
                    f.name.text
                ),
                &format!("{c}_init_{}(p: *mut {c}, {argument}: {key_type})", key.text),
                &format!(
                    "boundary::init_key(p.cast(), tables::{table}, {:?}, {argument} as c_int)",
                    key.text
                ),
            );
        }
    }
    if s.dispose {
        entry(
            out,
            &format!("Frees what a [`{c}`] owns, and zeroes it."),
            &format!("{c}_dispose(p: *mut {c})"),
            &format!("boundary::dispose(p.cast(), tables::{table})"),
        );
    }
    entry(
        out,
        &format!("Copies a [`{c}`] and what it owns; the previous content of `dst` is not freed."),
        &format!("{c}_copy(ctx: *mut libxl_ctx, dst: *mut {c}, src: *const {c})"),
        &format!("boundary::copy(ctx, dst.cast(), src.cast(), tables::{table})"),
    );
    json(out, &s.name, false);
}
