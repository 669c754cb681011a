//! The C entries for uuids.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_is_nil(uuid: *const libxl_uuid) -> c_int {
    missing!("libxl_uuid_is_nil"; uuid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_generate(uuid: *mut libxl_uuid) {
    missing!("libxl_uuid_generate"; uuid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_from_string(
    uuid: *mut libxl_uuid,
    in_: *const c_char,
) -> c_int {
    missing!("libxl_uuid_from_string"; uuid, in_)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_copy(
    ctx_opt: *mut libxl_ctx,
    dst: *mut libxl_uuid,
    src: *const libxl_uuid,
) {
    missing!("libxl_uuid_copy"; ctx_opt, dst, src)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_clear(uuid: *mut libxl_uuid) {
    missing!("libxl_uuid_clear"; uuid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_compare(
    uuid1: *const libxl_uuid,
    uuid2: *const libxl_uuid,
) -> c_int {
    missing!("libxl_uuid_compare"; uuid1, uuid2)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_bytearray_const(uuid: *const libxl_uuid) -> *const u8 {
    missing!("libxl_uuid_bytearray_const"; uuid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_bytearray(uuid: *mut libxl_uuid) -> *mut u8 {
    missing!("libxl_uuid_bytearray"; uuid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_gen_json(
    hand: yajl_gen,
    p: *mut libxl_uuid,
) -> yajl_gen_status {
    missing!("libxl_uuid_gen_json"; hand, p)
}
