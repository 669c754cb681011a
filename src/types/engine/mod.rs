//! The interpreter of the tables: init, dispose, copy and JSON for every public type.
//!
//! The pointers are to a value of the type that the table describes, in the application's memory, or
//! NULL.

#![allow(unused_variables)]

use std::ffi::{c_char, c_int};

use super::shape::Type;
use super::sys::{ERROR_NI, libxl_ctx, yajl_gen, yajl_gen_status};

/// Sets `*p` to its start, whatever it was.
///
/// # Safety
/// `p` is NULL or room for a value of type `ty`.
pub unsafe fn init(p: *mut u8, ty: &Type) {}

/// Chooses the member of the union whose key is the field `key`, and sets it to its start.
///
/// # Safety
/// `p` is NULL or an initialised value of type `ty`.
pub unsafe fn init_key(p: *mut u8, ty: &Type, key: &str, value: c_int) {}

/// Frees all that `*p` holds, and zeroes it.
///
/// # Safety
/// `p` is NULL or a value of type `ty` that owns what it points to.
pub unsafe fn dispose(p: *mut u8, ty: &Type) {}

/// Copies `*src` with all that it holds; what `*dst` was is not freed.
///
/// # Safety
/// `ctx` is NULL or live, `dst` NULL or room for a value of type `ty`, `src` NULL or such a value.
pub unsafe fn copy(ctx: *mut libxl_ctx, dst: *mut u8, src: *const u8, ty: &Type) {}

/// The JSON text of `*p`, for the caller to free; NULL if it cannot be written.
///
/// # Safety
/// `ctx` is NULL or live, `p` NULL or a value of type `ty`.
pub unsafe fn to_json(ctx: *mut libxl_ctx, p: *const u8, ty: &Type) -> *mut c_char {
    std::ptr::null_mut()
}

/// Reads `*p` from JSON text: 0 or `ERROR_*`.
///
/// # Safety
/// `ctx` is NULL or live, `p` NULL or room for a value of type `ty`, `s` NULL or a C string.
pub unsafe fn from_json(ctx: *mut libxl_ctx, p: *mut u8, s: *const c_char, ty: &Type) -> c_int {
    ERROR_NI
}

/// Writes `*p` to the application's generator.
///
/// # Safety
/// `hand` is NULL or a live generator, `p` NULL or a value of type `ty`.
pub unsafe fn gen_json(hand: yajl_gen, p: *const u8, ty: &Type) -> yajl_gen_status {
    0
}

/// The static name of an enum's value; NULL for a number that is none.
pub fn enum_to_string(value: c_int, ty: &Type) -> *const c_char {
    std::ptr::null()
}

/// Reads the name of an enum's value, in any case: 0 or `ERROR_INVAL`.
///
/// # Safety
/// `s` is NULL or a C string, `e` NULL or room for a value of the enum.
pub unsafe fn enum_from_string(s: *const c_char, e: *mut c_int, ty: &Type) -> c_int {
    ERROR_NI
}
