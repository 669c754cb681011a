//! The tables of the public types, generated from `idl/`; [`super::shape`] says what a table holds.
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

// In tests of the library itself there is one type more, with one of everything.
#[cfg(test)]
use super::engine::sample::*;
#[cfg(test)]
include!(concat!(env!("OUT_DIR"), "/tables_with_sample.rs"));

const _: () = check();
