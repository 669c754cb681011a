//! The C entries for userdata of domains.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_userdata_store(
    ctx: *mut libxl_ctx,
    domid: u32,
    userdata_userid: *const c_char,
    data: *const u8,
    datalen: c_int,
) -> c_int {
    missing!(ctx, "libxl_userdata_store"; domid, userdata_userid, data, datalen)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_userdata_retrieve(
    ctx: *mut libxl_ctx,
    domid: u32,
    userdata_userid: *const c_char,
    data_r: *mut *mut u8,
    datalen_r: *mut c_int,
) -> c_int {
    missing!(ctx, "libxl_userdata_retrieve"; domid, userdata_userid, data_r, datalen_r)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_userdata_unlink(
    ctx: *mut libxl_ctx,
    domid: u32,
    userdata_userid: *const c_char,
) -> c_int {
    missing!(ctx, "libxl_userdata_unlink"; domid, userdata_userid)
}
