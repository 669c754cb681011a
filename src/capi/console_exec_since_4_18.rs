//! The C entries that connect a terminal to a console, with a character to leave it by.

use std::ffi::*;

use crate::capi::console;
use crate::capi::entry::with_ctx;
use crate::types::sys::*;

/// The text at `text`, unless that is NULL.
///
/// # Safety
/// `text` is NULL or a string that lives as long as the call.
unsafe fn text<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: a string, if it is not NULL, says the caller.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

/// Executes (execve) the program that connects this terminal to console `cons_num` of type `kind`; it writes to
/// `notify_fd`, unless that is -1, once it is connected. The user leaves it by `escape_character`, a character or `^`
/// with the letter of a control character, and if that is NULL by `^]`. Returns only on failure, `ERROR_FAIL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_console_exec(
    ctx: *mut libxl_ctx,
    domid: u32,
    cons_num: c_int,
    kind: libxl_console_type,
    notify_fd: c_int,
    escape_character: *mut c_char,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `escape_character` NULL or a string.
    unsafe {
        with_ctx(ctx, "libxl_console_exec", |ctx| {
            console::exec(ctx, domid, cons_num, kind, notify_fd, text(escape_character))
        })
    }
}

/// As [`libxl_console_exec`], for the primary console of the domain. `ERROR_INVAL` if there is no such domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_primary_console_exec(
    ctx: *mut libxl_ctx,
    domid_vm: u32,
    notify_fd: c_int,
    escape_character: *mut c_char,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `escape_character` NULL or a string.
    unsafe {
        with_ctx(ctx, "libxl_primary_console_exec", |ctx| {
            console::exec_primary(ctx, domid_vm, notify_fd, text(escape_character))
        })
    }
}
