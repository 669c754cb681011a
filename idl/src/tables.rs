//! Writes the tables of `types::shape`: an array for each kind of row. Rows refer to each other by index.

use std::collections::HashMap;
use std::fmt::Write;

use crate::model::*;
use crate::names::{c_name, rust_field};
use crate::rust_types::{inner_name, member_name};

/// The arrays, and for each type a constant such as `DEVICE_DISK` that refers to its row. The text is to be
/// included where `shape::*` and `sys::*` are in scope.
pub fn rust(model: &Model) -> String {
    let mut writer = Writer {
        model,
        text: String::new(),
        name_offsets: HashMap::new(),
        types: Vec::new(),
        numbers: HashMap::new(),
        values: Vec::new(),
        bodies: Vec::new(),
        fields: Vec::new(),
        unions: Vec::new(),
        members: Vec::new(),
        all: Vec::new(),
    };
    writer.types();
    writer.finish()
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

/// The rows of each array, as Rust expressions.
struct Writer<'a> {
    model: &'a Model,
    /// All names, each followed by a NUL, and the offset of each in `text`.
    text: String,
    name_offsets: HashMap<String, usize>,
    types: Vec<String>,
    /// The index of each named type.
    numbers: HashMap<String, usize>,
    values: Vec<String>,
    bodies: Vec<String>,
    fields: Vec<String>,
    unions: Vec<String>,
    members: Vec<String>,
    /// The types with `extern "C"` entries.
    all: Vec<String>,
}

impl Writer<'_> {
    fn types(&mut self) {
        for p in ["bool", "int", "u8", "u16", "u32", "u64", "string"] {
            let primitive = Primitive::named(p).expect("listed above");
            let name = primitive.c().trim_end();
            self.named_type(p, name, primitive.rust(), &primitive_shape(primitive), 0);
        }
        for item in &self.model.items {
            let name = &item.name().text;
            let c = c_name(item.name());
            match item {
                Item::Number(n) => {
                    // libxl's JSON writes this unsigned type as a signed number.
                    let shape = match name.as_str() {
                        "ev_user" => "Shape::Int { signed: true }".into(),
                        _ => primitive_shape(n.repr),
                    };
                    let ty = self.model.ty(&n.name);
                    self.named_type(name, ty.c().trim_end(), &ty.rust(), &shape, n.init);
                }
                // Private to the library: the interpreter does not handle it.
                Item::Builtin(b) if b.private => {}
                Item::Builtin(_) => {
                    let shape = format!("Shape::Builtin(Builtin::{})", camel(name));
                    self.named_type(name, &c, &c, &shape, 0);
                }
                Item::Enum(e) => {
                    let first = self.values.len();
                    for v in &e.values {
                        let text = self.name(&v.name.text);
                        let value = v.number;
                        self.values.push(format!("EnumValue {{ value: {value}, text: {text} }}"));
                    }
                    let shape = format!("Shape::Enum(Run::new({first}, {}))", e.values.len());
                    self.named_type(name, &c, &c, &shape, e.init);
                    self.all.push(static_name(name));
                }
                Item::Struct(s) => {
                    let shape = self.body(&c, &s.fields);
                    self.named_type(name, &c, &c, &shape, 0);
                    self.all.push(static_name(name));
                }
            }
        }
    }

    /// Adds the row of a type that others may refer to by `name`.
    fn named_type(&mut self, name: &str, c: &str, rust: &str, shape: &str, init: i64) {
        let number = self.add_type(c, rust, shape, init);
        self.numbers.insert(name.into(), number);
    }

    /// Adds the row of a type with the name `c` in C and `rust` in Rust, and returns its index.
    fn add_type(&mut self, c: &str, rust: &str, shape: &str, init: i64) -> usize {
        let name = self.name(c);
        self.types.push(format!(
            "Type {{ name: {name}, size: size_of::<{rust}>(), shape: {shape}, init: {init} }}"
        ));
        self.types.len() - 1
    }

    /// Adds a struct without a name, and returns the index of its type.
    fn inner(&mut self, rust: &str, fields: &[Field]) -> usize {
        let shape = self.body(rust, fields);
        self.add_type("", rust, &shape, 0)
    }

    /// Adds the fields of a struct, after the structs inside it, and returns its shape.
    fn body(&mut self, rust: &str, fields: &[Field]) -> String {
        let mut rows = Vec::new();
        for f in fields.iter().filter(|f| !self.model.is_private(f)) {
            let shape = match &f.kind {
                FieldKind::Plain(ty) => format!("FieldShape::Plain({})", self.type_ref(ty)),
                FieldKind::Array { element, count } => format!(
                    "FieldShape::Array {{ element: {}, count_offset: {} }}",
                    self.type_ref(element),
                    offset_of(rust, count)
                ),
                FieldKind::Struct(inner) => {
                    let number = self.inner(&inner_name(rust, f), inner);
                    format!("FieldShape::Plain(One::new({number}))")
                }
                FieldKind::Union { key, key_type, members } => {
                    let number = self.union(rust, &inner_name(rust, f), key, key_type, members);
                    format!("FieldShape::Union(One::new({number}))")
                }
            };
            rows.push(format!(
                "Field {{ name: {}, offset: {}, shape: {shape}, init: {:?}, is_const: {} }}",
                self.name(&f.name.text),
                offset_of(rust, &f.name),
                f.init,
                f.is_const,
            ));
        }
        let (first, len) = (self.fields.len(), rows.len());
        self.fields.extend(rows);
        self.bodies.push(format!("Body::new({first}, {len}, size_of::<{rust}>())"));
        format!("Shape::Struct(One::new({}))", self.bodies.len() - 1)
    }

    /// Adds the union `rust` of the struct `outer`, and returns its index.
    fn union(
        &mut self,
        outer: &str,
        rust: &str,
        key: &Name,
        key_type: &Name,
        members: &[Member],
    ) -> usize {
        let enumeration = self.model.key_enum(key_type);
        let mut rows = Vec::new();
        for m in members {
            let ty = match &m.fields {
                None => "None".into(),
                Some(fields) => {
                    format!("Some(One::new({}))", self.inner(&member_name(rust, m), fields))
                }
            };
            let value = enumeration.value(&m.name.text).expect("checked").number;
            let name = self.name(&m.name.text);
            rows.push(format!("UnionMember {{ value: {value}, name: {name}, ty: {ty} }}"));
        }
        let (first, len) = (self.members.len(), rows.len());
        self.members.extend(rows);
        let name = self.name(&key.text);
        self.unions.push(format!(
            "Union {{ key_offset: {}, key_name: {name}, key: {}, members: Run::new({first}, {len}) }}",
            offset_of(outer, key),
            self.type_ref(key_type),
        ));
        self.unions.len() - 1
    }

    /// The expression that refers to a named type.
    fn type_ref(&self, ty: &Name) -> String {
        format!("One::new({})", self.numbers[&ty.text])
    }

    /// The expression that refers to a name, which is added to the text unless it is there already.
    fn name(&mut self, name: &str) -> String {
        let at = *self.name_offsets.entry(name.into()).or_insert_with(|| {
            let at = self.text.len();
            self.text.push_str(name);
            self.text.push('\0');
            at
        });
        format!("Name::new({at}, {})", name.len())
    }

    fn finish(self) -> String {
        // A name that begins with a digit would make `\0` before it look like an octal number.
        let text = format!("{:?}", self.text).replace("\\0", "\\x00");
        let mut out =
            format!("/// Every name, followed by a NUL.\npub const TEXT: &str = {text};\n\n");
        array(&mut out, "pub static TYPES", "Type", &self.types);
        array(&mut out, "pub static VALUES", "EnumValue", &self.values);
        array(&mut out, "pub static FIELDS", "Field", &self.fields);
        array(&mut out, "pub static UNIONS", "Union", &self.unions);
        array(&mut out, "pub static MEMBERS", "UnionMember", &self.members);
        array(&mut out, "const BODIES", "Body", &self.bodies);
        let _ = writeln!(
            out,
            "pub static STRUCTS: [Struct; {}] = structs(&BODIES);\n\
             pub static PARTS: [Part; totals(&STRUCTS).0] = parts(&BODIES);\n\
             pub static IMAGES: [u8; totals(&STRUCTS).1] = images(&BODIES);\n",
            self.bodies.len()
        );
        let mut numbers: Vec<_> = self.numbers.into_iter().collect();
        numbers.sort_by_key(|&(_, number)| number);
        for (name, number) in numbers {
            let _ = writeln!(out, "pub const {}: &Type = &TYPES[{number}];", static_name(&name));
        }
        let _ = writeln!(
            out,
            "\n/// Every type with `extern \"C\"` entries, in declaration order.\n\
             pub const ALL: [&Type; {}] = [{}];",
            self.all.len(),
            self.all.join(", ")
        );
        out
    }
}

fn array(out: &mut String, start: &str, row: &str, rows: &[String]) {
    let _ = writeln!(out, "{start}: [{row}; {}] = [", rows.len());
    for row in rows {
        let _ = writeln!(out, "    {row},");
    }
    out.push_str("];\n\n");
}

/// The expression for the offset of a field of `rust`, in the integer type of the tables.
fn offset_of(rust: &str, field: &Name) -> String {
    format!("narrow(offset_of!({rust}, {}))", rust_field(field))
}

fn primitive_shape(p: Primitive) -> String {
    match p {
        Primitive::Bool => "Shape::Bool".into(),
        Primitive::String => "Shape::String".into(),
        p => format!("Shape::Int {{ signed: {} }}", p == Primitive::Int),
    }
}
