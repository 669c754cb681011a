//! The C entries that connect a terminal to a console, without a character to leave it by.

use std::ffi::*;

use crate::capi::console;
use crate::capi::entry::with_ctx;
use crate::types::sys::*;

/// Executes (execve) the program that connects this terminal to console `cons_num` of type `kind`; it writes to
/// `notify_fd`, unless that is -1, once it is connected. Returns only on failure, `ERROR_FAIL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_console_exec(
    ctx: *mut libxl_ctx,
    domid: u32,
    cons_num: c_int,
    kind: libxl_console_type,
    notify_fd: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_console_exec", |ctx| {
            console::exec(ctx, domid, cons_num, kind, notify_fd, None)
        })
    }
}

/// As [`libxl_console_exec`], for the primary console of the domain. `ERROR_INVAL` if there is no such domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_primary_console_exec(
    ctx: *mut libxl_ctx,
    domid_vm: u32,
    notify_fd: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_primary_console_exec", |ctx| {
            console::exec_primary(ctx, domid_vm, notify_fd, None)
        })
    }
}
