//! The C entries for the ctx itself.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ctx_alloc(
    pctx: *mut *mut libxl_ctx,
    version: c_int,
    flags: c_uint,
    lg: *mut xentoollog_logger,
) -> c_int {
    missing!("libxl_ctx_alloc"; pctx, version, flags, lg)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ctx_free(ctx: *mut libxl_ctx) -> c_int {
    missing!(ctx, "libxl_ctx_free")
}
