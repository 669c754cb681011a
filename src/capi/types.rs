//! The C entries of the types in `idl/`: init, dispose, copy, JSON and names; generated.

use std::ffi::{c_char, c_int};

use crate::types::sys::*;
use crate::types::{engine, tables};

include!(concat!(env!("OUT_DIR"), "/exports.rs"));
