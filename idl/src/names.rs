//! Converts the names of `.idl` files to names in Rust and in C.

use crate::model::*;

impl Enum {
    /// The name of one of its constants.
    pub(crate) fn constant(&self, value: &Value) -> String {
        let value = value.name.text.to_uppercase();
        match &self.constants {
            Some(prefix) => format!("{prefix}{value}"),
            None => format!("LIBXL_{}_{value}", self.name.text.to_uppercase()),
        }
    }
}

/// The C name of a type: its name with the prefix `libxl_`.
pub(crate) fn c_name(name: &Name) -> String {
    format!("libxl_{}", name.text)
}

/// A field's name in Rust, with a `_` if it is a keyword there, such as `type`.
pub(crate) fn rust_field(name: &Name) -> String {
    match syn::parse_str::<syn::Ident>(&name.text) {
        Ok(_) => name.text.clone(),
        Err(_) => format!("{}_", name.text),
    }
}

impl Primitive {
    pub(crate) fn rust(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "c_int",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::String => "*mut c_char",
        }
    }

    /// The type in a C declaration: what precedes the declared name.
    pub(crate) fn c(self) -> &'static str {
        match self {
            Self::Bool => "bool ",
            Self::Int => "int ",
            Self::U8 => "uint8_t ",
            Self::U16 => "uint16_t ",
            Self::U32 => "uint32_t ",
            Self::U64 => "uint64_t ",
            Self::String => "char *",
        }
    }
}

impl Type<'_> {
    /// The type's name in `types::sys`.
    pub(crate) fn rust(&self) -> String {
        match self {
            Self::Primitive(p) => p.rust().into(),
            Self::Number(n) if n.bare => n.repr.rust().into(),
            Self::Number(Number { name, .. })
            | Self::Builtin(Builtin { name, .. })
            | Self::Enum(Enum { name, .. })
            | Self::Struct(Struct { name, .. }) => c_name(name),
        }
    }

    /// The type in a C declaration: what precedes the declared name.
    pub(crate) fn c(&self) -> String {
        match self {
            Self::Primitive(p) => p.c().into(),
            Self::Number(n) if n.bare => n.repr.c().into(),
            Self::Number(Number { name, .. })
            | Self::Builtin(Builtin { name, .. })
            | Self::Enum(Enum { name, .. })
            | Self::Struct(Struct { name, .. }) => format!("{} ", c_name(name)),
        }
    }
}
