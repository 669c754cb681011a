//! The layout of each public type in C memory: the tables that init, dispose, copy and JSON interpret.
//!
//! One interpreter of these tables is used for every type, instead of some 400 generated functions. This keeps the
//! library small (each generated entry is one call), works on the application's memory without a conversion, and so
//! treats values that C allows and the idiomatic types do not (an enum value from a newer header, a string that is not
//! UTF-8) exactly as C does.
//!
//! The tables are generated from `idl/` with `offset_of!` and `size_of` of the structs in [`super::sys`], so a table
//! that contradicts its struct cannot be compiled.
//!
//! They contain no pointers. All rows of one kind are in one array of [`super::tables`], and a row refers to another by
//! its index there (see [`rows`]). Pointers would have to be relocated by the dynamic loader in every process that
//! loads the library, which costs a page fault and a copy for each page; indexes are read-only data that all processes
//! share, and take a quarter of the space.

pub mod derived;
pub mod rows;

pub use rows::{Name, One, Row, Run};

/// A public type, or an anonymous struct inside one.
pub struct Type {
    /// The C name, such as `libxl_device_disk`; empty for an anonymous struct.
    pub name: Name,
    /// The size in bytes, as `sizeof` in C.
    pub size: usize,
    /// What the type consists of.
    pub shape: Shape,
    /// The value that `_init` stores in an integer or enum, if it is not 0 (`libxl_devid`: -1).
    pub init: i16,
}

/// What a type consists of.
#[derive(Clone, Copy)]
pub enum Shape {
    /// `bool`
    Bool,
    /// An integer of 1, 2, 4 or 8 bytes.
    Int { signed: bool },
    /// `char *`, owned, NULL allowed.
    String,
    /// A C enum, stored as `int`.
    Enum(Run<EnumValue>),
    /// A type with code of its own.
    Builtin(Builtin),
    /// A struct.
    Struct(One<Struct>),
}

/// One value of an enum.
pub struct EnumValue {
    /// The number in C.
    pub value: i32,
    /// The name, as `_to_string` returns it and `_from_string` accepts it, in upper or lower case.
    pub text: Name,
}

/// A struct.
#[derive(Clone, Copy)]
pub struct Struct {
    /// The fields, in the order of their declaration.
    pub fields: Run<Field>,
    /// The parts of this struct, and of the structs inside it, for which copying the bytes is not enough, in the order
    /// of their offsets.
    pub parts: Run<Part>,
    /// The bytes that `_init` stores.
    pub image: Run<u8>,
}

/// One member of a struct.
pub struct Field {
    /// As in C and in JSON.
    pub name: Name,
    /// The offset from the start of the struct that declares it (for a struct inside another: of the inner one). The
    /// same holds for `count_offset` and `key_offset` below.
    pub offset: u16,
    /// What the field holds.
    pub shape: FieldShape,
    /// The value that `_init` stores in this field, if it differs from the type's own; truncated to the field's width.
    pub init: Option<i16>,
    /// Whether it is declared `const` in C: such a field is read, but never disposed of or filled with allocated
    /// memory.
    pub is_const: bool,
}

/// What a field holds.
#[derive(Clone, Copy)]
pub enum FieldShape {
    /// A value that is stored in the struct itself.
    Plain(One<Type>),
    /// A pointer to an array from `malloc`, whose `int` length is at `count_offset`.
    Array { element: One<Type>, count_offset: u16 },
    /// A union, whose members are at the field's own offset.
    Union(One<Union>),
}

/// A union whose valid member is determined by the enum `key_name` at `key_offset`. In JSON its name is
/// `key_name.member`.
pub struct Union {
    /// The offset of the key, as [`Field::offset`].
    pub key_offset: u16,
    /// The name of the key's field.
    pub key_name: Name,
    /// The type of the key.
    pub key: One<Type>,
    /// The members.
    pub members: Run<UnionMember>,
}

/// One member of a union, which is valid while the key has `value`.
pub struct UnionMember {
    /// The key's value for this member.
    pub value: i32,
    /// As in C and in JSON.
    pub name: Name,
    /// The member's type; `None` if there is no data for this key.
    pub ty: Option<One<Type>>,
}

/// A part of a struct for which copying its bytes is not enough, or wrong. Copying and disposing of a struct process
/// only these parts one by one: most of a configuration is plain numbers, which are copied in a few blocks.
#[derive(Clone, Copy)]
pub struct Part {
    /// The offset from the start of the outermost struct.
    pub offset: u16,
    /// The size in bytes.
    pub size: u16,
    /// What it is.
    pub kind: PartKind,
}

/// What a [`Part`] is.
#[derive(Clone, Copy)]
pub enum PartKind {
    /// An owned string.
    String,
    /// A type with code of its own that owns memory.
    Builtin(Builtin),
    /// See [`FieldShape::Array`]; the offset is from the start of the outermost struct.
    Array { element: One<Type>, count_offset: u16 },
    /// A union in a struct that starts at `base`.
    Union { base: u16, union: One<Union> },
    /// A `const` field, which is neither copied nor disposed of.
    Kept,
}

/// Types that code interprets, and not tables.
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
    /// Whether values of the type own memory.
    const fn owns(self) -> bool {
        match self {
            Self::Bitmap | Self::CpuidPolicyList | Self::StringList | Self::KeyValueList => true,
            Self::Defbool | Self::Uuid | Self::Mac | Self::Hwcap | Self::MsVmGenid => false,
        }
    }
}
