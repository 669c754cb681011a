//! How each public type lies in C memory: the tables that init, dispose, copy and JSON are driven by.
//!
//! One interpreter over these tables serves every type, instead of some 400 generated functions with
//! bodies of their own: it keeps the library small (the generated entries are one call each), works on
//! the application's memory without a conversion, and so treats values that C allows and the idiomatic
//! types do not (an enum value from a newer header, a string that is not UTF-8) exactly as C does.
//!
//! The tables are generated from `idl/` with `offset_of!` and `size_of` of the structs in [`super::sys`],
//! so a table that disagrees with its struct cannot be built.

use std::ffi::CStr;

/// A public type, or an anonymous struct inside one.
pub struct Type {
    /// The C name, such as `libxl_device_disk`; empty for an anonymous struct.
    pub name: &'static str,
    /// `sizeof` in C.
    pub size: usize,
    pub shape: Shape,
    /// Of a struct: what in it, and in the structs inside it, takes more than a copy of the bytes;
    /// in order of the offsets. [`parts`] makes it.
    pub parts: &'static [Part],
    /// Of a struct: what `_init` makes of it. [`image`] makes it.
    pub image: &'static [u8],
    /// What `_init` stores, for an integer or enum that does not start at 0 (`libxl_devid`: -1).
    pub init: i64,
}

/// What a type is made of.
pub enum Shape {
    /// `bool`
    Bool,
    /// An integer of 1, 2, 4 or 8 bytes.
    Int { signed: bool },
    /// `char *`, owned, NULL allowed.
    String,
    /// A C enum, stored as `int`.
    Enum(&'static [EnumValue]),
    /// A type with code of its own.
    Builtin(Builtin),
    /// Fields in declaration order.
    Struct(&'static [Field]),
}

/// One value of an enum.
pub struct EnumValue {
    pub value: i32,
    /// As `_to_string` gives it and `_from_string` takes it (compared without case).
    pub text: &'static CStr,
}

/// One member of a struct.
pub struct Field {
    /// As in C and in JSON.
    pub name: &'static str,
    /// From the start of the struct that lists it (for a struct inside another: of the inner one).
    /// The same holds for `count_offset` and `key_offset` below.
    pub offset: u32,
    pub shape: FieldShape,
    /// What `_init` stores in this field, where it differs from the type's own init; cut to its width.
    pub init: Option<i32>,
    /// Declared `const` in C: read, but never disposed or parsed into freshly owned memory.
    pub is_const: bool,
}

/// What a field holds.
pub enum FieldShape {
    /// A value in place.
    Plain(&'static Type),
    /// A pointer to a `malloc`ed array whose `int` length lies at `count_offset`.
    Array { element: &'static Type, count_offset: u32 },
    /// A union. Its members lie at the field's own offset.
    Union(&'static Union),
}

/// A union whose valid member is told by the enum `key_name` at `key_offset`. In JSON it stands under
/// `key_name.member`.
pub struct Union {
    pub key_offset: usize,
    pub key_name: &'static str,
    pub key: &'static Type,
    pub members: &'static [UnionMember],
}

/// One member of a keyed union: what is valid while the key has `value`.
pub struct UnionMember {
    pub value: i32,
    /// As in C and in JSON.
    pub name: &'static str,
    /// `None` where the key value has no data.
    pub ty: Option<&'static Type>,
}

/// A place in a struct that a copy of its bytes would not copy, or must not. Copying and disposing go
/// through these alone: most of a config is plain numbers, which go over in a few blocks.
#[derive(Clone, Copy)]
pub struct Part {
    /// From the start of the outermost struct.
    pub offset: u32,
    pub size: u32,
    pub kind: PartKind,
}

/// What a [`Part`] is.
#[derive(Clone, Copy)]
pub enum PartKind {
    /// A string that is owned.
    String,
    /// A type with code of its own that owns something.
    Builtin(Builtin),
    /// See [`FieldShape::Array`]; the offset is from the start of the outermost struct.
    Array { element: &'static Type, count_offset: u32 },
    /// A union in a struct that starts at `base`.
    Union { base: u32, union: &'static Union },
    /// Neither copied nor disposed of: a `const` field.
    Kept,
}

/// How many parts a struct of these fields has.
pub const fn part_count(fields: &[Field]) -> usize {
    let (mut count, mut i) = (0, 0);
    while i < fields.len() {
        let field = &fields[i];
        count += match &field.shape {
            FieldShape::Plain(ty) if !field.is_const => match ty.shape {
                Shape::Struct(inner) => part_count(inner),
                Shape::String => 1,
                Shape::Builtin(kind) if kind.owns() => 1,
                _ => 0,
            },
            _ => 1,
        };
        i += 1;
    }
    count
}

/// The parts of a struct of these fields; `N` is their [`part_count`].
pub const fn parts<const N: usize>(fields: &'static [Field]) -> [Part; N] {
    let mut parts = [Part { offset: 0, size: 0, kind: PartKind::Kept }; N];
    let count = put_parts(fields, 0, &mut parts, 0);
    assert!(count == N);
    parts
}

/// Writes the parts of a struct that stands at `base` from `parts[at]` on; answers where they end.
const fn put_parts(
    fields: &'static [Field],
    base: usize,
    parts: &mut [Part],
    mut at: usize,
) -> usize {
    let (mut end, mut i) = (0, 0);
    while i < fields.len() {
        let field = &fields[i];
        assert!(field.offset as usize >= end, "fields are in order of their offsets");
        let kind = match &field.shape {
            _ if field.is_const => Some(PartKind::Kept),
            FieldShape::Plain(ty) => match ty.shape {
                Shape::Struct(inner) => {
                    at = put_parts(inner, base + field.offset as usize, parts, at);
                    None
                }
                Shape::String => Some(PartKind::String),
                Shape::Builtin(kind) if kind.owns() => Some(PartKind::Builtin(kind)),
                _ => None,
            },
            FieldShape::Array { element, count_offset } => {
                Some(PartKind::Array { element, count_offset: base as u32 + *count_offset })
            }
            FieldShape::Union(union) => Some(PartKind::Union { base: base as u32, union }),
        };
        if let Some(kind) = kind {
            let (offset, size) = (base as u32 + field.offset, field.size() as u32);
            parts[at] = Part { offset, size, kind };
            at += 1;
        }
        end = field.offset as usize + field.size();
        i += 1;
    }
    at
}

/// The bytes that a struct of these fields starts with; `SIZE` is its size.
pub const fn image<const SIZE: usize>(fields: &[Field]) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    put_image(fields, 0, &mut bytes);
    bytes
}

const fn put_image(fields: &[Field], base: usize, bytes: &mut [u8]) {
    let mut i = 0;
    while i < fields.len() {
        let field = &fields[i];
        match &field.shape {
            FieldShape::Plain(Type { shape: Shape::Struct(inner), .. }) if field.init.is_none() => {
                put_image(inner, base + field.offset as usize, bytes);
            }
            _ => {
                let (offset, size, value) = field.start();
                // A machine of the other byte order would want the other end.
                let value = value.to_le_bytes();
                let mut at = 0;
                while at < size {
                    bytes[base + offset + at] = value[at];
                    at += 1;
                }
            }
        }
        i += 1;
    }
}

impl Field {
    /// Offset, size and value of the number that `_init` stores for this field.
    const fn start(&self) -> (usize, usize, i64) {
        match &self.shape {
            _ if self.is_const => (0, 0, 0),
            FieldShape::Plain(ty) => match self.init {
                Some(init) => (self.offset as usize, ty.size, init as i64),
                None if ty.init != 0 => (self.offset as usize, ty.size, ty.init),
                None => (0, 0, 0),
            },
            FieldShape::Array { .. } => (0, 0, 0),
            FieldShape::Union(union) => (union.key_offset, union.key.size, union.key.init),
        }
    }

    const fn size(&self) -> usize {
        match &self.shape {
            FieldShape::Plain(ty) => ty.size,
            FieldShape::Array { .. } => size_of::<*mut u8>(),
            FieldShape::Union(Union { members, .. }) => {
                let (mut size, mut i) = (0, 0);
                while i < members.len() {
                    if let Some(ty) = members[i].ty
                        && ty.size > size
                    {
                        size = ty.size;
                    }
                    i += 1;
                }
                size
            }
        }
    }
}

impl Builtin {
    /// Whether values own memory.
    const fn owns(self) -> bool {
        match self {
            Self::Bitmap | Self::CpuidPolicyList | Self::StringList | Self::KeyValueList => true,
            Self::Defbool | Self::Uuid | Self::Mac | Self::Hwcap | Self::MsVmGenid => false,
        }
    }
}

/// Types whose parts are code, not tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Builtin {
    Defbool,
    Uuid,
    Mac,
    Bitmap,
    CpuidPolicyList,
    StringList,
    KeyValueList,
    Hwcap,
    MsVmGenid,
}
