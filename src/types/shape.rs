//! How each public type lies in C memory: the tables that init, dispose, copy and JSON are driven by.
//!
//! One interpreter over these tables serves every type, instead of some 400 generated functions with
//! bodies of their own: it keeps the library small (the generated entries are one call each), works on
//! the application's memory without a conversion, and so treats values that C allows and the idiomatic
//! types do not (an enum value from a newer header, a string that is not UTF-8) exactly as C does.
//!
//! The tables are generated from `idl/` with `offset_of!` and `size_of` of the structs in [`super::sys`],
//! so a table that disagrees with its struct cannot be built.
//!
//! There is no pointer in them. All rows of one kind are in one array of [`super::tables`], and a row
//! names another by its number there (see [`rows`]). Pointers would have to be written by the dynamic
//! loader in every process that loads the library, each page of them a page fault and a copy of the page;
//! numbers are read-only data that all processes share, and take a quarter of the room.

pub mod derived;
pub mod rows;

pub use rows::{Name, One, Row, Run};

/// A public type, or an anonymous struct inside one.
pub struct Type {
    /// The C name, such as `libxl_device_disk`; empty for an anonymous struct.
    pub name: Name,
    /// `sizeof` in C.
    pub size: usize,
    pub shape: Shape,
    /// What `_init` stores, for an integer or enum that does not start at 0 (`libxl_devid`: -1).
    pub init: i16,
}

/// What a type is made of.
#[derive(Clone, Copy)]
pub enum Shape {
    /// `bool`
    Bool,
    /// An integer of 1, 2, 4 or 8 bytes.
    Int {
        signed: bool,
    },
    /// `char *`, owned, NULL allowed.
    String,
    /// A C enum, stored as `int`.
    Enum(Run<EnumValue>),
    /// A type with code of its own.
    Builtin(Builtin),
    Struct(One<Struct>),
}

/// One value of an enum.
pub struct EnumValue {
    pub value: i32,
    /// As `_to_string` gives it and `_from_string` takes it (compared without case).
    pub text: Name,
}

/// What is known of a struct.
#[derive(Clone, Copy)]
pub struct Struct {
    /// In declaration order.
    pub fields: Run<Field>,
    /// What in it, and in the structs inside it, takes more than a copy of the bytes; in order of the
    /// offsets.
    pub parts: Run<Part>,
    /// What `_init` makes of it.
    pub image: Run<u8>,
}

/// One member of a struct.
pub struct Field {
    /// As in C and in JSON.
    pub name: Name,
    /// From the start of the struct that lists it (for a struct inside another: of the inner one).
    /// The same holds for `count_offset` and `key_offset` below.
    pub offset: u16,
    pub shape: FieldShape,
    /// What `_init` stores in this field, where it differs from the type's own init; cut to its width.
    pub init: Option<i16>,
    /// Declared `const` in C: read, but never disposed or parsed into freshly owned memory.
    pub is_const: bool,
}

/// What a field holds.
#[derive(Clone, Copy)]
pub enum FieldShape {
    /// A value in place.
    Plain(One<Type>),
    /// A pointer to a `malloc`ed array whose `int` length lies at `count_offset`.
    Array { element: One<Type>, count_offset: u16 },
    /// A union. Its members lie at the field's own offset.
    Union(One<Union>),
}

/// A union whose valid member is told by the enum `key_name` at `key_offset`. In JSON it stands under
/// `key_name.member`.
pub struct Union {
    pub key_offset: u16,
    pub key_name: Name,
    pub key: One<Type>,
    pub members: Run<UnionMember>,
}

/// One member of a keyed union: what is valid while the key has `value`.
pub struct UnionMember {
    pub value: i32,
    /// As in C and in JSON.
    pub name: Name,
    /// `None` where the key value has no data.
    pub ty: Option<One<Type>>,
}

/// A place in a struct that a copy of its bytes would not copy, or must not. Copying and disposing go
/// through these alone: most of a config is plain numbers, which go over in a few blocks.
#[derive(Clone, Copy)]
pub struct Part {
    /// From the start of the outermost struct.
    pub offset: u16,
    pub size: u16,
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
    Array { element: One<Type>, count_offset: u16 },
    /// A union in a struct that starts at `base`.
    Union { base: u16, union: One<Union> },
    /// Neither copied nor disposed of: a `const` field.
    Kept,
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

impl Builtin {
    /// Whether values own memory.
    const fn owns(self) -> bool {
        match self {
            Self::Bitmap | Self::CpuidPolicyList | Self::StringList | Self::KeyValueList => true,
            Self::Defbool | Self::Uuid | Self::Mac | Self::Hwcap | Self::MsVmGenid => false,
        }
    }
}
