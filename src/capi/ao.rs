//! The C entries for asynchronous operations.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ao_abort(
    ctx: *mut libxl_ctx,
    how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_ao_abort"; how)
}
