//! The C entries for flask security labels.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_flask_context_to_sid(
    ctx: *mut libxl_ctx,
    buf: *mut c_char,
    len: size_t,
    ssidref: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_flask_context_to_sid"; buf, len, ssidref)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_flask_sid_to_context(
    ctx: *mut libxl_ctx,
    ssidref: u32,
    buf: *mut *mut c_char,
    len: *mut size_t,
) -> c_int {
    missing!(ctx, "libxl_flask_sid_to_context"; ssidref, buf, len)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_flask_getenforce(ctx: *mut libxl_ctx) -> c_int {
    missing!(ctx, "libxl_flask_getenforce")
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_flask_setenforce(ctx: *mut libxl_ctx, mode: c_int) -> c_int {
    missing!(ctx, "libxl_flask_setenforce"; mode)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_flask_loadpolicy(
    ctx: *mut libxl_ctx,
    policy: *mut c_void,
    size: u32,
) -> c_int {
    missing!(ctx, "libxl_flask_loadpolicy"; policy, size)
}
