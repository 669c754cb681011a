//! The C entries for transcendent memory, removed from Xen.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    use_long: c_int,
) -> *mut c_char {
    missing!(ctx, "libxl_tmem_list"; domid, use_long)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_freeze(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    missing!(ctx, "libxl_tmem_freeze"; domid)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_thaw(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    missing!(ctx, "libxl_tmem_thaw"; domid)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_set(
    ctx: *mut libxl_ctx,
    domid: u32,
    name: *mut c_char,
    set: u32,
) -> c_int {
    missing!(ctx, "libxl_tmem_set"; domid, name, set)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_shared_auth(
    ctx: *mut libxl_ctx,
    domid: u32,
    uuid: *mut c_char,
    auth: c_int,
) -> c_int {
    missing!(ctx, "libxl_tmem_shared_auth"; domid, uuid, auth)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_freeable(ctx: *mut libxl_ctx) -> c_int {
    missing!(ctx, "libxl_tmem_freeable")
}
