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
    pub offset: usize,
    pub shape: FieldShape,
    /// What `_init` stores in this field, where it differs from the type's own init; cut to its width.
    pub init: Option<i64>,
    /// Declared `const` in C: read, but never disposed or parsed into freshly owned memory.
    pub is_const: bool,
    /// The name of the field of the outermost struct that took this one's place, for a deprecated field.
    pub deprecated_by: Option<&'static str>,
}

/// What a field holds.
pub enum FieldShape {
    /// A value in place.
    Plain(&'static Type),
    /// A pointer to a `malloc`ed array whose `int` length lies at `count_offset`.
    Array { element: &'static Type, count_offset: usize },
    /// A union whose valid member is told by the enum `key_name` at `key_offset`. Its members lie at
    /// the field's own offset. In JSON it stands under `key_name.member`.
    Union {
        key_offset: usize,
        key_name: &'static str,
        key: &'static Type,
        members: &'static [UnionMember],
    },
}

/// One member of a keyed union: what is valid while the key has `value`.
pub struct UnionMember {
    pub value: i32,
    /// As in C and in JSON.
    pub name: &'static str,
    /// `None` where the key value has no data.
    pub ty: Option<&'static Type>,
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
