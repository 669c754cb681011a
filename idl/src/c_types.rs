//! Writes the C headers of the types: `_libxl_types.h` and `_libxl_types_json.h`.

use std::fmt::Write;

use crate::model::*;
use crate::names::c_name;

/// The types, the enums' constants and the functions of every type.
pub fn header(model: &Model) -> String {
    let mut out = start("__LIBXL_TYPES_H", "The types of libxl and their functions.");
    for item in &model.items {
        match item {
            // `libxl.h` declares these before it includes this file.
            Item::Number(_) | Item::Builtin(_) => {}
            Item::Enum(e) => enumeration(&mut out, e),
            Item::Struct(s) => structure(&mut out, model, s),
        }
    }
    out.push_str("#endif /* __LIBXL_TYPES_H */\n");
    out
}

/// The functions that write a type to the application's yajl generator.
pub fn json_header(model: &Model) -> String {
    let mut out = start("__LIBXL_TYPES_JSON_H", "Writing the types of libxl to a yajl generator.");
    for item in &model.items {
        if let Item::Enum(Enum { name, .. }) | Item::Struct(Struct { name, .. }) = item {
            let c = c_name(name);
            let _ = writeln!(out, "yajl_gen_status {c}_gen_json(yajl_gen hand, {c} *p);");
        }
    }
    out.push_str("\n#endif /* __LIBXL_TYPES_JSON_H */\n");
    out
}

fn start(guard: &str, what: &str) -> String {
    format!(
        "/* SPDX-License-Identifier: LGPL-2.1-or-later */\n\
         /* {what} Generated from idl/types: change it there. */\n\n\
         #ifndef {guard}\n#define {guard}\n\n"
    )
}

fn comment(out: &mut String, indent: &str, doc: &[String]) {
    let lines: Vec<String> = doc.iter().map(|l| l.replace('`', "")).collect();
    match lines.as_slice() {
        [] => {}
        [one] => {
            let _ = writeln!(out, "{indent}/* {one} */");
        }
        more => {
            let _ = writeln!(out, "{indent}/*");
            for line in more {
                let _ = writeln!(out, "{}", format!("{indent} * {line}").trim_end());
            }
            let _ = writeln!(out, "{indent} */");
        }
    }
}

fn enumeration(out: &mut String, e: &Enum) {
    let c = c_name(&e.name);
    comment(out, "", &e.doc);
    let _ = writeln!(out, "typedef enum {c} {{");
    for v in &e.values {
        comment(out, "    ", &v.doc);
        let _ = writeln!(out, "    {} = {},", e.constant(v), v.number);
    }
    let _ = writeln!(out, "}} {c};");
    let _ = writeln!(out, "char *{c}_to_json(libxl_ctx *ctx, {c} p);");
    let _ = writeln!(out, "int {c}_from_json(libxl_ctx *ctx, {c} *p, const char *s);");
    let _ = writeln!(out, "const char *{c}_to_string({c} p);");
    let _ = writeln!(out, "int {c}_from_string(const char *s, {c} *e);");
    let _ = writeln!(out, "extern libxl_enum_string_table {c}_string_table[];\n");
}

fn structure(out: &mut String, model: &Model, s: &Struct) {
    let c = c_name(&s.name);
    comment(out, "", &s.doc);
    let _ = writeln!(out, "typedef struct {c} {{");
    fields(out, model, "    ", &s.fields);
    let _ = writeln!(out, "}} {c};");
    let _ = writeln!(out, "void {c}_init({c} *p);");
    for f in &s.fields {
        if let FieldKind::Union { key, key_type, .. } = &f.kind {
            let (key, key_type) = (&key.text, c_name(key_type));
            let _ = writeln!(out, "void {c}_init_{key}({c} *p, {key_type} {key});");
        }
    }
    if s.dispose {
        let _ = writeln!(out, "void {c}_dispose({c} *p);");
    }
    let _ = writeln!(out, "void {c}_copy(libxl_ctx *ctx, {c} *dst, const {c} *src);");
    let _ = writeln!(out, "char *{c}_to_json(libxl_ctx *ctx, {c} *p);");
    let _ = writeln!(out, "int {c}_from_json(libxl_ctx *ctx, {c} *p, const char *s);\n");
}

fn fields(out: &mut String, model: &Model, indent: &str, list: &[Field]) {
    for f in list {
        comment(out, indent, &f.doc);
        let name = &f.name.text;
        let qualifier = if f.is_const { "const " } else { "" };
        match &f.kind {
            FieldKind::Plain(ty) => {
                let _ = writeln!(out, "{indent}{qualifier}{}{name};", model.ty(ty).c());
            }
            FieldKind::Array { element, count } => {
                let _ = writeln!(out, "{indent}int {};", count.text);
                let _ = writeln!(out, "{indent}{qualifier}{}*{name};", model.ty(element).c());
            }
            FieldKind::Struct(inner) => {
                let _ = writeln!(out, "{indent}struct {{");
                fields(out, model, &format!("{indent}    "), inner);
                let _ = writeln!(out, "{indent}}} {name};");
            }
            FieldKind::Union { key, key_type, members } => {
                let _ = writeln!(out, "{indent}{} {};", c_name(key_type), key.text);
                let _ = writeln!(out, "{indent}union {{");
                let inner = format!("{indent}    ");
                for m in members {
                    let Some(data) = &m.fields else { continue };
                    comment(out, &inner, &m.doc);
                    let _ = writeln!(out, "{inner}struct {{");
                    fields(out, model, &format!("{inner}    "), data);
                    let _ = writeln!(out, "{inner}}} {};", m.name.text);
                }
                let _ = writeln!(out, "{indent}}} {name};");
            }
        }
    }
}
