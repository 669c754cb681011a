//! The tables of `types::shape`, one static for each type.

use std::fmt::Write;

use crate::model::*;
use crate::names::{c_name, rust_field};
use crate::rust_types::{inner_name, member_name};

/// `pub static DEVICE_DISK: Type = ...`; to be included where `shape::*` and `sys::*` are in scope.
pub fn rust(model: &Model) -> String {
    let mut out = String::new();
    for p in ["bool", "int", "u8", "u16", "u32", "u64", "string"] {
        let primitive = Primitive::named(p).expect("listed above");
        let name = primitive.c().trim_end();
        plain(&mut out, p, name, primitive.rust(), &primitive_shape(primitive), 0);
    }
    let mut all = Vec::new();
    for item in &model.items {
        let name = &item.name().text;
        let c = c_name(item.name());
        match item {
            Item::Number(n) => {
                // libxl's JSON gives this one a sign that its C type does not have.
                let shape = match name.as_str() {
                    "ev_user" => "Shape::Int { signed: true }".into(),
                    _ => primitive_shape(n.repr),
                };
                let c_type = model.ty(&n.name).c();
                let rust_type = model.ty(&n.name).rust();
                plain(&mut out, name, c_type.trim_end(), &rust_type, &shape, n.init);
            }
            // The library's own: not for the interpreter.
            Item::Builtin(b) if b.private => {}
            Item::Builtin(_) => {
                let shape = format!("Shape::Builtin(Builtin::{})", camel(name));
                plain(&mut out, name, &c, &c, &shape, 0);
            }
            Item::Enum(e) => {
                let mut values = String::new();
                for v in &e.values {
                    let text = &v.name.text;
                    let _ = writeln!(
                        values,
                        "    EnumValue {{ value: {}, text: c\"{text}\" }},",
                        v.number
                    );
                }
                plain(&mut out, name, &c, &c, &format!("Shape::Enum(&[\n{values}])"), e.init);
                all.push(static_name(name));
            }
            Item::Struct(s) => {
                structure(&mut out, model, &s.name.text, &c, &c, &s.fields);
                all.push(static_name(name));
            }
        }
    }
    let _ = writeln!(out, "/// Every type with entries of its own, in declaration order.");
    let _ = writeln!(out, "pub static ALL: [&Type; {}] = [", all.len());
    for name in all {
        let _ = writeln!(out, "    &{name},");
    }
    out.push_str("];\n");
    out
}

/// `device_disk`: `DEVICE_DISK`.
pub(crate) fn static_name(name: &str) -> String {
    name.to_uppercase()
}

/// `ms_vm_genid`: `MsVmGenid`.
pub(crate) fn camel(name: &str) -> String {
    let mut out = String::new();
    for word in name.split('_') {
        let mut letters = word.chars();
        out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(letters.as_str());
    }
    out
}

fn primitive_shape(p: Primitive) -> String {
    match p {
        Primitive::Bool => "Shape::Bool".into(),
        Primitive::String => "Shape::String".into(),
        p => format!("Shape::Int {{ signed: {} }}", p == Primitive::Int),
    }
}

fn plain(out: &mut String, name: &str, c_name: &str, rust: &str, shape: &str, init: i64) {
    type_of(out, name, c_name, rust, shape, "    parts: &[],\n    image: &[],\n", init);
}

fn type_of(
    out: &mut String,
    name: &str,
    c_name: &str,
    rust: &str,
    shape: &str,
    derived: &str,
    init: i64,
) {
    let _ = writeln!(
        out,
        "pub static {}: Type = Type {{\n    name: {c_name:?},\n    size: size_of::<{rust}>(),\n    \
         shape: {shape},\n{derived}    init: {init},\n}};\n",
        static_name(name)
    );
}

/// The table of a struct, after those of the structs inside it. `path` is where it stands in the
/// description, `c` its name in C (none inside another), `rust` in Rust.
fn structure(out: &mut String, model: &Model, path: &str, c: &str, rust: &str, fields: &[Field]) {
    let mut body = String::new();
    for f in fields.iter().filter(|f| !model.is_private(f)) {
        let inner_path = format!("{path}_{}", f.name.text);
        let inner_rust = inner_name(rust, f);
        let offset_of = |name: &Name| format!("offset_of!({rust}, {})", rust_field(name));
        let shape = match &f.kind {
            FieldKind::Plain(ty) => format!("FieldShape::Plain(&{})", static_name(&ty.text)),
            FieldKind::Array { element, count } => format!(
                "FieldShape::Array {{ element: &{}, count_offset: {} as u32 }}",
                static_name(&element.text),
                offset_of(count)
            ),
            FieldKind::Struct(inner) => {
                structure(out, model, &inner_path, "", &inner_rust, inner);
                format!("FieldShape::Plain(&{})", static_name(&inner_path))
            }
            FieldKind::Union { key, key_type, members } => {
                let enumeration = model.key_enum(key_type);
                let mut list = String::new();
                for m in members {
                    let ty = match &m.fields {
                        None => "None".into(),
                        Some(fields) => {
                            let path = format!("{inner_path}_{}", m.name.text);
                            structure(out, model, &path, "", &member_name(&inner_rust, m), fields);
                            format!("Some(&{})", static_name(&path))
                        }
                    };
                    let value = enumeration.value(&m.name.text).expect("checked").number;
                    let name = &m.name.text;
                    let _ = writeln!(
                        list,
                        "            UnionMember {{ value: {value}, name: {name:?}, ty: {ty} }},"
                    );
                }
                format!(
                    "FieldShape::Union(&Union {{ key_offset: {}, key_name: {:?}, key: &{}, members: &[\n{list}        ] }})",
                    offset_of(key),
                    key.text,
                    static_name(&key_type.text)
                )
            }
        };
        let _ = writeln!(
            body,
            "    Field {{\n        name: {:?},\n        offset: {} as u32,\n        shape: {shape},\n        \
             init: {:?},\n        is_const: {},\n    }},",
            f.name.text,
            offset_of(&f.name),
            f.init,
            f.is_const,
        );
    }
    let name = static_name(path);
    let fields = format!("{name}_FIELDS");
    let _ = writeln!(out, "const {fields}: &[Field] = &[\n{body}];");
    let derived = format!(
        "    parts: &const {{ parts::<{{ part_count({fields}) }}>({fields}) }},\n    \
         image: &const {{ image::<{{ size_of::<{rust}>() }}>({fields}) }},\n"
    );
    type_of(out, path, c, rust, &format!("Shape::Struct({fields})"), &derived, 0);
}
