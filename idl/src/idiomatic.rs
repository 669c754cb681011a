//! Writes the types in idiomatic Rust, with conversions from and to C.

use std::fmt::Write;

use crate::model::*;
use crate::names::{c_name, rust_field};
use crate::rust_types::{doc, inner_name, member_name};
use crate::tables::{camel, static_name};

/// Structs and enums with `CForm`; to be included in `types::idiomatic`.
pub fn rust(model: &Model) -> String {
    let mut writer = Writer { model, out: String::new(), samples: String::new() };
    writer.all();
    writer.out
}

/// For the round-trip test: an implementation of `Sample` for every type, and `each_struct!`, which calls a
/// macro for every struct and its table.
pub fn samples(model: &Model) -> String {
    let mut writer = Writer { model, out: String::new(), samples: String::new() };
    writer.all();
    let mut out = writer.samples;
    out.push_str("macro_rules! each_struct {\n    ($call:ident) => {\n");
    for s in model.structs() {
        let _ = writeln!(
            out,
            "        $call!({}, {});",
            camel(&s.name.text),
            static_name(&s.name.text)
        );
    }
    out.push_str("    };\n}\n");
    out
}

/// The name of a value in its Rust enum. A name cannot be a number there.
fn variant(value: &Value) -> String {
    let name = camel(&value.name.text);
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("N{name}") } else { name }
}

struct Writer<'a> {
    model: &'a Model,
    out: String,
    samples: String,
}

/// A type without a name in C that is yet to be written.
enum Inner<'a> {
    Struct { name: String, c: String, doc: &'a [String], fields: &'a [Field] },
    Data { name: String, c: String, key_type: &'a Name, members: &'a [Member] },
}

const DERIVES: &str = "#[derive(Clone, Debug, PartialEq, Eq)]\n";

impl<'a> Writer<'a> {
    fn all(&mut self) {
        for item in &self.model.items {
            match item {
                Item::Number(_) | Item::Builtin(_) => {}
                Item::Enum(e) => self.enumeration(e),
                Item::Struct(s) => {
                    let c = format!("sys::{}", c_name(&s.name));
                    self.structure(&camel(&s.name.text), &c, &s.doc, &s.fields);
                }
            }
        }
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.out.write_fmt(text);
    }

    fn enumeration(&mut self, e: &Enum) {
        let name = camel(&e.name.text);
        doc(&mut self.out, "", &e.doc);
        self.write(format_args!(
            "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]\npub enum {name} {{\n"
        ));
        for v in &e.values {
            doc(&mut self.out, "    ", &v.doc);
            self.write(format_args!("    {},\n", variant(v)));
        }
        self.write(format_args!("    /// A number without a name.\n    Other(i32),\n}}\n\n"));

        let arms = |arm: &dyn Fn(&Value) -> String| e.values.iter().map(arm).collect::<String>();
        let from = arms(&|v| format!("            {} => Self::{},\n", v.number, variant(v)));
        let to = arms(&|v| format!("            {name}::{} => {},\n", variant(v), v.number));
        let names = arms(&|v| format!("            Self::{} => {:?},\n", variant(v), v.name.text));
        let start = match e.values.iter().find(|v| i64::from(v.number) == e.init) {
            Some(v) => variant(v),
            None => format!("Other({})", e.init),
        };
        self.write(format_args!(
            "impl From<i32> for {name} {{\n    fn from(number: i32) -> Self {{\n        match number {{\n{from}            \
             other => Self::Other(other),\n        }}\n    }}\n}}\n\n\
             impl From<{name}> for i32 {{\n    fn from(value: {name}) -> Self {{\n        match value {{\n{to}            \
             {name}::Other(other) => other,\n        }}\n    }}\n}}\n\n\
             impl {name} {{\n    /// The name in libxl's JSON; `None` for a number without a name.\n    \
             pub fn name(self) -> Option<&'static str> {{\n        Some(match self {{\n{names}            \
             Self::Other(_) => return None,\n        }})\n    }}\n}}\n\n\
             impl Default for {name} {{\n    fn default() -> Self {{\n        Self::{start}\n    }}\n}}\n\n\
             impl CForm for {name} {{\n    type C = sys::{c};\n    unsafe fn from_c(c: &sys::{c}) -> Self {{\n        \
             Self::from(*c as i32)\n    }}\n    fn to_c(&self) -> sys::{c} {{\n        \
             i32::from(*self) as sys::{c}\n    }}\n}}\n\n",
            c = c_name(&e.name),
        ));

        let numbers: Vec<String> = e.values.iter().map(|v| v.number.to_string()).collect();
        let _ = writeln!(
            self.samples,
            "impl Sample for {name} {{\n    fn sample(r: &mut Random) -> Self {{\n        \
             Self::from(r.one_of(&[{}, 77_000]))\n    }}\n}}\n",
            numbers.join(", ")
        );
    }

    /// The type of a field in idiomatic Rust.
    fn field_type(&self, outer: &str, f: &Field) -> String {
        match &f.kind {
            FieldKind::Plain(n) => self.type_name(n),
            FieldKind::Array { element, .. } => format!("Vec<{}>", self.type_name(element)),
            FieldKind::Struct(_) => format!("{outer}{}", camel(&f.name.text)),
            FieldKind::Union { .. } => format!("{outer}Data"),
        }
    }

    fn type_name(&self, name: &Name) -> String {
        match self.model.ty(name) {
            Type::Primitive(Primitive::String) => "Option<Text>".into(),
            Type::Primitive(p) => p.rust().into(),
            Type::Number(n) => n.repr.rust().into(),
            Type::Enum(_) | Type::Struct(_) => camel(&name.text),
            Type::Builtin(_) => match name.text.as_str() {
                "defbool" => "Option<bool>".into(),
                "string_list" => "Vec<Text>".into(),
                "key_value_list" => "Vec<(Text, Option<Text>)>".into(),
                "cpuid_policy_list" => "Policy".into(),
                text => camel(text),
            },
        }
    }

    fn default_value(&self, f: &Field) -> String {
        let number = match &f.kind {
            FieldKind::Plain(n) => match self.model.ty(n) {
                Type::Number(n) => Some((n.repr, n.init)),
                Type::Primitive(p) => Some((p, 0)),
                _ => None,
            },
            _ => None,
        };
        match number {
            Some((p, init)) if p.is_integer() => match f.init.unwrap_or(init) {
                -1 if p != Primitive::Int => format!("{}::MAX", p.rust()),
                other => other.to_string(),
            },
            _ => "Default::default()".into(),
        }
    }

    fn structure(&mut self, name: &str, c: &str, lines: &'a [String], fields: &'a [Field]) {
        // A `const` field belongs to the application and is only read: it has no owned form.
        let fields: Vec<&Field> =
            fields.iter().filter(|f| !f.is_const && !self.model.is_private(f)).collect();
        let mut inner = Vec::new();
        let (mut members, mut starts, mut from, mut to, mut samples) =
            (String::new(), String::new(), String::new(), String::new(), String::new());
        for f in fields {
            let field = rust_field(&f.name);
            doc(&mut members, "    ", &f.doc);
            let _ = writeln!(members, "    pub {field}: {},", self.field_type(name, f));
            let _ = writeln!(starts, "            {field}: {},", self.default_value(f));
            let mut sample = "Sample::sample(r)".to_owned();
            match &f.kind {
                FieldKind::Array { count, .. } => {
                    let count = rust_field(count);
                    let _ = writeln!(
                        from,
                        "                {field}: array_from_c(c.{field}, c.{count}),"
                    );
                    let _ =
                        writeln!(to, "        (c.{field}, c.{count}) = array_to_c(&self.{field});");
                    sample = "r.many()".into();
                }
                FieldKind::Union { key, key_type, members } => {
                    let key = rust_field(key);
                    let ty = format!("{name}Data");
                    let _ = writeln!(
                        from,
                        "                {field}: {ty}::from_c(c.{key} as i32, &c.{field}),"
                    );
                    let _ = writeln!(to, "        c.{key} = self.{field}.key() as _;");
                    let _ = writeln!(to, "        self.{field}.store(&mut c.{field});");
                    inner.push(Inner::Data { name: ty, c: inner_name(c, f), key_type, members });
                }
                kind => {
                    let _ = writeln!(from, "                {field}: CForm::from_c(&c.{field}),");
                    let _ = writeln!(to, "        c.{field} = self.{field}.to_c();");
                    if let FieldKind::Struct(fields) = kind {
                        inner.push(Inner::Struct {
                            name: format!("{name}{}", camel(&f.name.text)),
                            c: inner_name(c, f),
                            doc: &f.doc,
                            fields,
                        });
                    }
                }
            }
            let _ = writeln!(samples, "            {field}: {sample},");
        }
        doc(&mut self.out, "", lines);
        self.write(format_args!(
            "{DERIVES}pub struct {name} {{\n{members}}}\n\n\
             impl Default for {name} {{\n    fn default() -> Self {{\n        Self {{\n{starts}        }}\n    }}\n}}\n\n\
             impl CForm for {name} {{\n    type C = {c};\n    unsafe fn from_c(c: &Self::C) -> Self {{\n        \
             // SAFETY: the caller's contract for the whole holds for each part.\n        \
             unsafe {{\n            Self {{\n{from}            }}\n        }}\n    }}\n    \
             fn to_c(&self) -> Self::C {{\n        \
             // SAFETY: all-zero bytes are a valid value of every C type here: 0, false, NULL.\n        \
             let mut c: Self::C = unsafe {{ std::mem::zeroed() }};\n{to}        c\n    }}\n}}\n\n"
        ));
        let _ = writeln!(
            self.samples,
            "impl Sample for {name} {{\n    fn sample(r: &mut Random) -> Self {{\n        \
             Self {{\n{samples}        }}\n    }}\n}}\n"
        );
        for i in inner {
            match i {
                Inner::Struct { name, c, doc, fields } => self.structure(&name, &c, doc, fields),
                Inner::Data { name, c, key_type, members } => {
                    self.union(&name, &c, key_type, members)
                }
            }
        }
    }

    /// Writes a keyed union as an enum with data, which holds both the key and the member.
    fn union(&mut self, name: &str, c: &str, key_type: &'a Name, members: &'a [Member]) {
        let key = self.model.key_enum(key_type);
        let outer = name.strip_suffix("Data").expect("named so by `structure`");
        let number = |m: &Member| key.value(&m.name.text).expect("checked").number;
        let (mut variants, mut keys, mut from, mut store, mut samples) =
            (String::new(), String::new(), String::new(), String::new(), String::new());
        for (index, m) in members.iter().enumerate() {
            let variant = camel(&m.name.text);
            doc(&mut variants, "    ", &m.doc);
            let value = number(m);
            match &m.fields {
                Some(_) => {
                    let field = rust_field(&m.name);
                    let _ = writeln!(variants, "    {variant}({outer}{variant}),");
                    let _ = writeln!(keys, "            Self::{variant}(_) => {value},");
                    let _ = writeln!(
                        from,
                        "            // SAFETY: the key says that this member is the valid one.\n            \
                         {value} => Self::{variant}(unsafe {{ CForm::from_c(&c.{field}) }}),"
                    );
                    let _ = writeln!(
                        store,
                        "            Self::{variant}(data) => c.{field} = data.to_c(),"
                    );
                    let _ = writeln!(
                        samples,
                        "            {index} => Self::{variant}(Sample::sample(r)),"
                    );
                }
                None => {
                    let _ = writeln!(variants, "    {variant},");
                    let _ = writeln!(keys, "            Self::{variant} => {value},");
                    let _ = writeln!(from, "            {value} => Self::{variant},");
                    let _ = writeln!(store, "            Self::{variant} => {{}}");
                    let _ = writeln!(samples, "            {index} => Self::{variant},");
                }
            }
        }
        let start = match members.iter().find(|m| i64::from(number(m)) == key.init) {
            Some(m) if m.fields.is_some() => format!("{}(Default::default())", camel(&m.name.text)),
            Some(m) => camel(&m.name.text),
            None => format!("Other({})", key.init),
        };
        let key_name = camel(&key_type.text);
        self.write(format_args!(
            "/// The union of [`{outer}`], with the [`{key_name}`] that selects its member.\n\
             #[allow(clippy::large_enum_variant)]\n\
             {DERIVES}pub enum {name} {{\n{variants}    \
             /// A key without a member.\n    Other(i32),\n}}\n\n\
             impl Default for {name} {{\n    fn default() -> Self {{\n        Self::{start}\n    }}\n}}\n\n\
             impl {name} {{\n    /// The number of the key.\n    pub fn key(&self) -> i32 {{\n        \
             match self {{\n{keys}            Self::Other(other) => *other,\n        }}\n    }}\n\n    \
             /// # Safety\n    /// As for [`CForm::from_c`], for the member that `key` selects.\n    \
             unsafe fn from_c(key: i32, c: &{c}) -> Self {{\n        match key {{\n{from}            \
             other => Self::Other(other),\n        }}\n    }}\n\n    \
             fn store(&self, c: &mut {c}) {{\n        match self {{\n{store}            \
             Self::Other(_) => {{}}\n        }}\n    }}\n}}\n\n"
        ));
        let count = members.len();
        let _ = writeln!(
            self.samples,
            "impl Sample for {name} {{\n    fn sample(r: &mut Random) -> Self {{\n        \
             match r.below({count} + 1) {{\n{samples}            _ => Self::Other(77_000),\n        \
             }}\n    }}\n}}\n"
        );
        for m in members {
            if let Some(fields) = &m.fields {
                let inner = format!("{outer}{}", camel(&m.name.text));
                self.structure(&inner, &member_name(c, m), &m.doc, fields);
            }
        }
    }
}
