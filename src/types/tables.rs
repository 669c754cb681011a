//! The table of every public type, generated from `idl/`; [`super::shape`] says what a table holds.

use std::ffi::{c_char, c_int};
use std::mem::offset_of;

use super::shape::{
    Builtin, EnumValue, Field, FieldShape, Shape, Type, Union, UnionMember, image, part_count,
    parts,
};
use super::sys::*;

include!(concat!(env!("OUT_DIR"), "/tables.rs"));
