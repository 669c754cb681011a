//! The content of `.idl` files: types in declaration order, with their fields, and the part of it that one release has.

use proc_macro2::Span;

use crate::release::{Lifetime, Release};

/// A name in an `.idl` file, and its position.
#[derive(Clone, Debug)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

/// All types of one release, each after those it uses.
pub struct Model {
    pub release: Release,
    pub items: Vec<Item>,
}

/// A declaration with what all releases have of it.
pub struct Declaration {
    pub lifetime: Lifetime,
    pub item: Item,
}

/// One declaration.
#[derive(Clone)]
pub enum Item {
    Number(Number),
    Builtin(Builtin),
    Enum(Enum),
    Struct(Struct),
}

/// An integer with a meaning, such as a domain id.
#[derive(Clone)]
pub struct Number {
    pub doc: Vec<String>,
    pub name: Name,
    pub repr: Primitive,
    pub init: i64,
    /// Whether C has no type of this name: its fields have the integer type.
    pub bare: bool,
}

/// A type with hand-written code.
#[derive(Clone)]
pub struct Builtin {
    pub doc: Vec<String>,
    pub name: Name,
    /// For the library's own use: neither copied nor written as JSON.
    pub private: bool,
}

/// A C enum.
#[derive(Clone)]
pub struct Enum {
    pub doc: Vec<String>,
    pub name: Name,
    /// The prefix of the constants' names, if it is not `LIBXL_` and the enum's name.
    pub constants: Option<String>,
    /// The default value: the number of `init_name`, or 0 without one.
    pub init: i64,
    pub init_name: Option<Name>,
    pub values: Vec<Value>,
}

/// One value of an enum.
#[derive(Clone)]
pub struct Value {
    pub doc: Vec<String>,
    pub lifetime: Lifetime,
    pub name: Name,
    pub number: i32,
}

/// Who fills in a struct.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// The application, for the library to read.
    In,
    /// The library, for the application to read.
    Out,
    Both,
}

/// A C struct with a name.
#[derive(Clone)]
pub struct Struct {
    pub doc: Vec<String>,
    pub name: Name,
    pub direction: Direction,
    /// Whether there is a `_dispose` function: in libxl, two types have none.
    pub dispose: bool,
    pub fields: Vec<Field>,
}

/// A member of a struct.
#[derive(Clone)]
pub struct Field {
    pub doc: Vec<String>,
    pub lifetime: Lifetime,
    pub name: Name,
    pub kind: FieldKind,
    /// The default value, if it differs from that of the type.
    pub init: Option<i64>,
    /// Declared `const` in C: read, never owned.
    pub is_const: bool,
    /// The field of the outermost struct that replaces it.
    pub deprecated_by: Option<Name>,
}

/// What a field holds.
#[derive(Clone)]
pub enum FieldKind {
    /// A value of a named type.
    Plain(Name),
    /// A pointer to allocated elements, with their number in the `int` just before it.
    Array { element: Name, count: Name },
    /// A struct without a name.
    Struct(Vec<Field>),
    /// A union, with the enum that selects its valid member just before it.
    Union { key: Name, key_type: Name, members: Vec<Member> },
}

/// The member of a union that is valid for one value of its key.
#[derive(Clone)]
pub struct Member {
    pub doc: Vec<String>,
    pub name: Name,
    /// `None` if that value has no data.
    pub fields: Option<Vec<Field>>,
}

/// Types that need no declaration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Primitive {
    Bool,
    Int,
    U8,
    U16,
    U32,
    U64,
    String,
}

/// What the name of a type refers to.
#[derive(Clone, Copy)]
pub enum Type<'a> {
    Primitive(Primitive),
    Number(&'a Number),
    Builtin(&'a Builtin),
    Enum(&'a Enum),
    Struct(&'a Struct),
}

impl Primitive {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "bool" => Self::Bool,
            "int" => Self::Int,
            "u8" => Self::U8,
            "u16" => Self::U16,
            "u32" => Self::U32,
            "u64" => Self::U64,
            "string" => Self::String,
            _ => return None,
        })
    }

    pub fn is_integer(self) -> bool {
        !matches!(self, Self::Bool | Self::String)
    }
}

impl Item {
    pub fn name(&self) -> &Name {
        match self {
            Self::Number(x) => &x.name,
            Self::Builtin(x) => &x.name,
            Self::Enum(x) => &x.name,
            Self::Struct(x) => &x.name,
        }
    }
}

impl Declaration {
    /// The declaration as `release` has it.
    pub fn of(&self, release: Release) -> Option<Item> {
        if !self.lifetime.has(release) {
            return None;
        }
        let mut item = self.item.clone();
        match &mut item {
            Item::Number(_) | Item::Builtin(_) => {}
            Item::Enum(e) => e.values.retain(|v| v.lifetime.has(release)),
            Item::Struct(s) => retain(&mut s.fields, release),
        }
        Some(item)
    }
}

/// Leaves the fields that `release` has, also in the structs inside them.
fn retain(fields: &mut Vec<Field>, release: Release) {
    fields.retain(|f| f.lifetime.has(release));
    for f in fields {
        match &mut f.kind {
            FieldKind::Plain(_) | FieldKind::Array { .. } => {}
            FieldKind::Struct(inner) => retain(inner, release),
            FieldKind::Union { members, .. } => members
                .iter_mut()
                .filter_map(|m| m.fields.as_mut())
                .for_each(|f| retain(f, release)),
        }
    }
}

impl Enum {
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|v| v.name.text == name)
    }
}

impl Model {
    pub fn new(release: Release) -> Self {
        Self { release, items: Vec::new() }
    }

    /// What `name` refers to; `None` if it has not been declared yet.
    pub fn find(&self, name: &str) -> Option<Type<'_>> {
        if let Some(p) = Primitive::named(name) {
            return Some(Type::Primitive(p));
        }
        let item = self.items.iter().find(|i| i.name().text == name)?;
        Some(match item {
            Item::Number(x) => Type::Number(x),
            Item::Builtin(x) => Type::Builtin(x),
            Item::Enum(x) => Type::Enum(x),
            Item::Struct(x) => Type::Struct(x),
        })
    }

    /// [`find`](Self::find) for a name that has been checked.
    pub(crate) fn ty(&self, name: &Name) -> Type<'_> {
        self.find(&name.text).expect("checked when it was added")
    }

    pub fn enums(&self) -> impl Iterator<Item = &Enum> {
        self.items.iter().filter_map(|i| if let Item::Enum(e) = i { Some(e) } else { None })
    }

    pub fn structs(&self) -> impl Iterator<Item = &Struct> {
        self.items.iter().filter_map(|i| if let Item::Struct(s) = i { Some(s) } else { None })
    }

    /// The enum that is the key of a union.
    pub(crate) fn key_enum(&self, key_type: &Name) -> &Enum {
        match self.ty(key_type) {
            Type::Enum(e) => e,
            _ => unreachable!("checked when it was added"),
        }
    }

    /// Whether a field is for the library's own use only.
    pub(crate) fn is_private(&self, field: &Field) -> bool {
        matches!(&field.kind, FieldKind::Plain(n)
            if matches!(self.ty(n), Type::Builtin(b) if b.private))
    }
}
