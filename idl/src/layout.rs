//! Writes sizes, offsets and values of the Rust types, for the test that compares them with the C headers'.

use std::fmt::Write;

use crate::model::*;
use crate::names::{c_name, rust_field};
use crate::rust_types::{self, inner_name, member_name};
use crate::{Description, Release};

/// `RELEASES: &[View]`, the three statics of [`rust`] for each release. The text is to be included where `View` and
/// `types::sys::*` are in scope, whose types are those of the release `built`; those of the others are in the text.
pub fn releases(description: &Description, built: Release) -> String {
    let mut modules = String::new();
    let mut rows = String::new();
    for release in Release::all() {
        let model = description.of(release);
        let module = format!("xen_{}", release.name().replace('.', "_"));
        let types = if release == built { String::new() } else { rust_types::rust(model) };
        let layout = rust(model);
        let _ = writeln!(modules, "mod {module} {{\nuse super::*;\n{types}{layout}}}\n");
        let _ = writeln!(
            rows,
            "    View {{ release: {:?}, sizes: {module}::SIZES, fields: {module}::FIELDS, values: {module}::VALUES }},",
            release.name()
        );
    }
    format!("{modules}pub static RELEASES: &[View] = &[\n{rows}];\n")
}

/// Three statics, whose text is to be included where the types are in scope:
/// `SIZES: &[(C type, size)]`, `FIELDS: &[(C type, path, offset, size)]` and
/// `VALUES: &[(constant, value)]`.
fn rust(model: &Model) -> String {
    let mut sizes = String::new();
    let mut fields = String::new();
    let mut values = String::new();
    for item in &model.items {
        let c = c_name(item.name());
        match item {
            Item::Number(n) if n.bare => continue,
            Item::Number(_) | Item::Builtin(_) => {}
            Item::Enum(e) => {
                for v in &e.values {
                    let constant = e.constant(v);
                    let _ = writeln!(values, "    ({constant:?}, {constant} as i64),");
                }
            }
            Item::Struct(s) => {
                let mut walk = Walk { model, out: &mut fields, outer: &c };
                walk.fields(&c, "", "", &s.fields);
            }
        }
        let _ = writeln!(sizes, "    ({c:?}, size_of::<{c}>()),");
    }
    format!(
        "pub static SIZES: &[(&str, usize)] = &[\n{sizes}];\n\
         pub static FIELDS: &[(&str, &str, usize, usize)] = &[\n{fields}];\n\
         pub static VALUES: &[(&str, i64)] = &[\n{values}];\n"
    )
}

struct Walk<'a> {
    model: &'a Model,
    out: &'a mut String,
    /// The named struct that the offsets are relative to.
    outer: &'a str,
}

impl Walk<'_> {
    /// Adds the rows of `fields`, which are those of the Rust type `ty`; the paths lead from the outer struct to it.
    fn fields(&mut self, ty: &str, c_path: &str, rust_path: &str, fields: &[Field]) {
        for f in fields {
            let inner = inner_name(ty, f);
            let rust = match &f.kind {
                FieldKind::Plain(name) => self.model.ty(name).rust(),
                FieldKind::Array { count, .. } => {
                    self.row("c_int", c_path, rust_path, count);
                    "*mut u8".into()
                }
                FieldKind::Struct(_) => inner.clone(),
                FieldKind::Union { key, key_type, .. } => {
                    self.row(&c_name(key_type), c_path, rust_path, key);
                    inner.clone()
                }
            };
            self.row(&rust, c_path, rust_path, &f.name);
            let c_path = format!("{c_path}{}.", f.name.text);
            let rust_path = format!("{rust_path}{}.", rust_field(&f.name));
            match &f.kind {
                FieldKind::Struct(list) => self.fields(&inner, &c_path, &rust_path, list),
                FieldKind::Union { members, .. } => {
                    for m in members {
                        let Some(list) = &m.fields else { continue };
                        let ty = member_name(&inner, m);
                        self.row(&ty, &c_path, &rust_path, &m.name);
                        let c_path = format!("{c_path}{}.", m.name.text);
                        let rust_path = format!("{rust_path}{}.", rust_field(&m.name));
                        self.fields(&ty, &c_path, &rust_path, list);
                    }
                }
                FieldKind::Plain(_) | FieldKind::Array { .. } => {}
            }
        }
    }

    fn row(&mut self, ty: &str, c_path: &str, rust_path: &str, name: &Name) {
        let outer = self.outer;
        let _ = writeln!(
            self.out,
            "    ({outer:?}, \"{c_path}{}\", offset_of!({outer}, {rust_path}{}), size_of::<{ty}>()),",
            name.text,
            rust_field(name)
        );
    }
}
