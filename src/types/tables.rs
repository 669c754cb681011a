//! The tables of the public types, generated from `idl/`; [`super::shape`] describes their content.
//!
//! Each type has a constant, such as [`DEVICE_DISK`], that refers to its row.

use std::ffi::{c_char, c_int};
use std::mem::offset_of;

use super::shape::derived::{Body, check, images, parts, structs, totals};
use super::shape::rows::narrow;
use super::shape::{
    Builtin, EnumValue, Field, FieldShape, Name, One, Part, Run, Shape, Struct, Type, Union,
    UnionMember,
};
use super::sys::*;

#[cfg(not(test))]
include!(concat!(env!("OUT_DIR"), "/tables.rs"));

// The library's own tests have one more type, which contains one field of every shape.
#[cfg(test)]
use super::engine::sample::*;
#[cfg(test)]
include!(concat!(env!("OUT_DIR"), "/tables_with_sample.rs"));

const _: () = check();
