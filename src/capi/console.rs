//! The C entries for consoles and viewers.

use std::ffi::*;

use std::convert::Infallible;

use super::names::{owned_text, refuse};
use crate::capi::entry::{code, with_ctx};
use crate::core::{Error, Result};
use crate::domain::console::{self, Console, Type};
use crate::error;
use crate::types::sys::*;

fn console_type(kind: libxl_console_type) -> Option<Type> {
    match kind {
        LIBXL_CONSOLE_TYPE_SERIAL => Some(Type::Serial),
        LIBXL_CONSOLE_TYPE_PV => Some(Type::Pv),
        LIBXL_CONSOLE_TYPE_VUART => Some(Type::Vuart),
        _ => None,
    }
}

/// The code of something that returns only on failure.
fn never(result: Result<Infallible>) -> c_int {
    let Err(error) = result;
    error.code()
}

/// A file descriptor, or -1 for none.
fn fd(fd: c_int) -> Option<c_int> {
    (fd != -1).then_some(fd)
}

/// Becomes a VNC viewer of the domain's display (`$VNCVIEWER`, or `vncviewer`), which gets the password
/// on its standard input if `autopass` is not 0. Returns only on failure, `ERROR_FAIL`.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vncviewer_exec(
    ctx: *mut libxl_ctx,
    domid: u32,
    autopass: c_int,
) -> c_int {
    // SAFETY: `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_vncviewer_exec", |ctx| {
            never(console::exec_vncviewer(ctx, domid, autopass != 0))
        })
    }
}

/// Becomes the program that joins this terminal to console `cons_num` of type `kind`; it writes to
/// `notify_fd`, unless that is -1, once it is joined. Returns only on failure, `ERROR_FAIL`.
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
    // SAFETY: `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_console_exec", |ctx| {
            let Some(kind) = console_type(kind) else {
                error!(ctx, domid = domid, "cannot use console: invalid type {kind}");
                return Error::Fail.code();
            };
            let console = Console { domid, number: cons_num, kind };
            never(console::exec(ctx, console, fd(notify_fd)))
        })
    }
}

/// As [`libxl_console_exec`], of the console that a user means who names none. `ERROR_INVAL` if there is
/// no such domain.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_primary_console_exec(
    ctx: *mut libxl_ctx,
    domid_vm: u32,
    notify_fd: c_int,
) -> c_int {
    // SAFETY: `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_primary_console_exec", |ctx| {
            let primary = console::primary(ctx, domid_vm);
            never(primary.and_then(|console| console::exec(ctx, console, fd(notify_fd))))
        })
    }
}

/// The terminal of console `cons_num` of type `kind`, for the caller to free, into `path`. `ERROR_FAIL` if
/// none is recorded, `ERROR_INVAL` for types that have none.
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
    // SAFETY: `ctx` is NULL or live; `path` is NULL or writable.
    unsafe {
        with_ctx(ctx, "libxl_console_get_tty", |ctx| {
            if path.is_null() {
                return refuse(ctx, "libxl_console_get_tty");
            }
            let Some(kind) = console_type(kind) else {
                error!(ctx, domid = domid, "cannot use console: invalid type {kind}");
                return Error::Invalid.code();
            };
            let tty = console::tty(ctx, Console { domid, number: cons_num, kind });
            code(tty.map(|tty| path.write(owned_text(Some(tty)))))
        })
    }
}

/// As [`libxl_console_get_tty`], of the console that a user means who names none. `ERROR_INVAL` if there
/// is no such domain.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_primary_console_get_tty(
    ctx: *mut libxl_ctx,
    domid_vm: u32,
    path: *mut *mut c_char,
) -> c_int {
    // SAFETY: `ctx` is NULL or live; `path` is NULL or writable.
    unsafe {
        with_ctx(ctx, "libxl_primary_console_get_tty", |ctx| {
            if path.is_null() {
                return refuse(ctx, "libxl_primary_console_get_tty");
            }
            let tty =
                console::primary(ctx, domid_vm).and_then(|console| console::tty(ctx, console));
            code(tty.map(|tty| path.write(owned_text(Some(tty)))))
        })
    }
}
