//! The C entries for consoles and viewers.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vncviewer_exec(
    ctx: *mut libxl_ctx,
    domid: u32,
    autopass: c_int,
) -> c_int {
    missing!(ctx, "libxl_vncviewer_exec"; domid, autopass)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_console_exec(
    ctx: *mut libxl_ctx,
    domid: u32,
    cons_num: c_int,
    kind: libxl_console_type,
    notify_fd: c_int,
) -> c_int {
    missing!(ctx, "libxl_console_exec"; domid, cons_num, kind, notify_fd)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_primary_console_exec(
    ctx: *mut libxl_ctx,
    domid_vm: u32,
    notify_fd: c_int,
) -> c_int {
    missing!(ctx, "libxl_primary_console_exec"; domid_vm, notify_fd)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_console_get_tty(
    ctx: *mut libxl_ctx,
    domid: u32,
    cons_num: c_int,
    kind: libxl_console_type,
    path: *mut *mut c_char,
) -> c_int {
    missing!(ctx, "libxl_console_get_tty"; domid, cons_num, kind, path)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_primary_console_get_tty(
    ctx: *mut libxl_ctx,
    domid_vm: u32,
    path: *mut *mut c_char,
) -> c_int {
    missing!(ctx, "libxl_primary_console_get_tty"; domid_vm, path)
}
