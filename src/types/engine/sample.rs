//! The types in `sample.idl` in C layout, for tests only.

#![allow(non_camel_case_types)]

use std::ffi::{c_char, c_int, c_uint};

use crate::types::sys::{libxl_bitmap, libxl_defbool};

pub type libxl_sample_color = c_uint;
pub type libxl_sample_kind = c_int;

#[repr(C)]
pub struct libxl_sample {
    pub flag: bool,
    pub small: u8,
    pub big: u64,
    pub number: c_int,
    pub text: *mut c_char,
    pub fixed: *const c_char,
    pub choice: libxl_defbool,
    pub color: libxl_sample_color,
    pub set: libxl_bitmap,
    pub list: *mut *mut c_char,
    pub pairs: *mut *mut c_char,
    pub count: c_int,
    pub parts: *mut libxl_sample_part,
    pub kind: libxl_sample_kind,
    pub u: libxl_sample_u,
}

#[repr(C)]
pub struct libxl_sample_part {
    pub id: c_int,
    pub name: *mut c_char,
}

#[repr(C)]
pub union libxl_sample_u {
    pub one: libxl_sample_u_one,
    pub two: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct libxl_sample_u_one {
    pub id: c_int,
    pub name: *mut c_char,
}
