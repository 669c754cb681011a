//! Writes the types in Rust with C's layout.

use std::fmt::Write;

use crate::model::*;
use crate::names::{c_name, rust_field};

/// `pub struct libxl_...` and the enums' constants; to be included where the builtins are in scope.
pub fn rust(model: &Model) -> String {
    let mut out = String::new();
    for item in &model.items {
        match item {
            Item::Number(_) | Item::Builtin(_) => {}
            Item::Enum(e) => enumeration(&mut out, e),
            Item::Struct(s) => {
                structure(&mut out, model, &c_name(&s.name), &s.doc, &s.fields);
            }
        }
    }
    out
}

pub(crate) fn doc(out: &mut String, indent: &str, lines: &[String]) {
    for line in lines {
        let _ = writeln!(out, "{indent}/// {line}");
    }
}

/// Writes an enum as an integer type: a C caller may pass any integer, but a Rust enum may only have a listed value.
fn enumeration(out: &mut String, e: &Enum) {
    let name = c_name(&e.name);
    let repr = if e.values.iter().any(|v| v.number < 0) { "c_int" } else { "c_uint" };
    doc(out, "", &e.doc);
    let _ = writeln!(out, "pub type {name} = {repr};");
    for v in &e.values {
        doc(out, "", &v.doc);
        let _ = writeln!(out, "pub const {}: {name} = {};", e.constant(v), v.number);
    }
    out.push('\n');
}

fn structure(out: &mut String, model: &Model, name: &str, lines: &[String], fields: &[Field]) {
    doc(out, "", lines);
    let _ = writeln!(out, "#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {name} {{");
    for f in fields {
        if let FieldKind::Array { count, .. } = &f.kind {
            let _ = writeln!(out, "    /// Number of elements of `{}`.", f.name.text);
            let _ = writeln!(out, "    pub {}: c_int,", rust_field(count));
        }
        if let FieldKind::Union { key, key_type, .. } = &f.kind {
            let _ = writeln!(out, "    /// Selects the valid member of `{}`.", f.name.text);
            let _ = writeln!(out, "    pub {}: {},", rust_field(key), c_name(key_type));
        }
        doc(out, "    ", &f.doc);
        let ty = match &f.kind {
            FieldKind::Plain(ty) => match model.ty(ty).rust() {
                t if f.is_const => t.replace("*mut", "*const"),
                t => t,
            },
            FieldKind::Array { element, .. } => format!("*mut {}", model.ty(element).rust()),
            FieldKind::Struct(_) | FieldKind::Union { .. } => inner_name(name, f),
        };
        let _ = writeln!(out, "    pub {}: {ty},", rust_field(&f.name));
    }
    out.push_str("}\n\n");
    for f in fields {
        match &f.kind {
            FieldKind::Struct(inner) => {
                structure(out, model, &inner_name(name, f), &f.doc, inner);
            }
            FieldKind::Union { members, .. } => union(out, model, &inner_name(name, f), members),
            FieldKind::Plain(_) | FieldKind::Array { .. } => {}
        }
    }
}

/// The Rust name of a field's type that has no name in C.
pub(crate) fn inner_name(outer: &str, field: &Field) -> String {
    format!("{outer}_{}", field.name.text)
}

/// The Rust name of the struct that is a member of a union.
pub(crate) fn member_name(union: &str, member: &Member) -> String {
    format!("{union}_{}", member.name.text)
}

fn union(out: &mut String, model: &Model, name: &str, members: &[Member]) {
    let _ = writeln!(out, "#[repr(C)]\n#[derive(Clone, Copy)]\npub union {name} {{");
    let with_data = || members.iter().filter_map(|m| Some((m, m.fields.as_ref()?)));
    for (m, _) in with_data() {
        doc(out, "    ", &m.doc);
        let _ = writeln!(out, "    pub {}: {},", rust_field(&m.name), member_name(name, m));
    }
    out.push_str("}\n\n");
    for (m, fields) in with_data() {
        structure(out, model, &member_name(name, m), &m.doc, fields);
    }
}
