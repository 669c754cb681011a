//! The C entries for child processes and fork.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_childproc_setmode(
    ctx: *mut libxl_ctx,
    hooks: *const libxl_childproc_hooks,
    user: *mut c_void,
) {
    missing!(ctx, "libxl_childproc_setmode"; hooks, user)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_childproc_reaped(
    ctx: *mut libxl_ctx,
    pid: pid_t,
    status: c_int,
) -> c_int {
    missing!(ctx, "libxl_childproc_reaped"; pid, status)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_childproc_sigchld_occurred(ctx: *mut libxl_ctx) {
    missing!(ctx, "libxl_childproc_sigchld_occurred")
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_postfork_child_noexec(ctx: *mut libxl_ctx) {
    missing!(ctx, "libxl_postfork_child_noexec")
}
