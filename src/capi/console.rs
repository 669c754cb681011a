//! The C entries for consoles and viewers.

use std::ffi::*;

use std::convert::Infallible;

use crate::capi::entry::{code, with_ctx};
use crate::capi::give::{null, string_if_any};
use crate::core::{Ctx, Error, Result};
use crate::domain::console::{self, Console, ConsoleType};
use crate::error;
use crate::types::sys::*;

fn console_type(kind: libxl_console_type) -> Option<ConsoleType> {
    match kind {
        LIBXL_CONSOLE_TYPE_SERIAL => Some(ConsoleType::Serial),
        LIBXL_CONSOLE_TYPE_PV => Some(ConsoleType::Pv),
        LIBXL_CONSOLE_TYPE_VUART => Some(ConsoleType::Vuart),
        _ => None,
    }
}

/// The code of something that returns only on failure.
fn never(result: Result<Infallible>) -> c_int {
    let Err(error) = result;
    error.code()
}

/// What all forms of `libxl_console_exec` do: connects this terminal to a console, and returns only on failure.
pub fn exec(
    ctx: &Ctx,
    domid: u32,
    number: c_int,
    kind: libxl_console_type,
    notify_fd: c_int,
    escape: Option<&CStr>,
) -> c_int {
    let Some(kind) = console_type(kind) else {
        error!(ctx, domid = domid, "cannot use console: invalid type {kind}");
        return Error::Fail.code();
    };
    never(console::exec(ctx, Console { domid, number, kind }, fd(notify_fd), escape))
}

/// The same for `libxl_primary_console_exec`.
pub fn exec_primary(ctx: &Ctx, domid: u32, notify_fd: c_int, escape: Option<&CStr>) -> c_int {
    let primary = console::primary(ctx, domid);
    never(primary.and_then(|console| console::exec(ctx, console, fd(notify_fd), escape)))
}

/// A file descriptor, or -1 for none.
fn fd(fd: c_int) -> Option<c_int> {
    (fd != -1).then_some(fd)
}

/// Executes (execve) a VNC viewer for the domain's display (`$VNCVIEWER`, or `vncviewer`), which gets the password on
/// its standard input if `autopass` is not 0. Returns only on failure, `ERROR_FAIL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vncviewer_exec(
    ctx: *mut libxl_ctx,
    domid: u32,
    autopass: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_vncviewer_exec", |ctx| {
            never(console::exec_vncviewer(ctx, domid, autopass != 0))
        })
    }
}

/// Stores the path of the pseudo-terminal of console `cons_num` of type `kind` in `*path`, for the caller to free.
/// `ERROR_FAIL` if none is recorded, `ERROR_INVAL` for types that have none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_console_get_tty(
    ctx: *mut libxl_ctx,
    domid: u32,
    cons_num: c_int,
    kind: libxl_console_type,
    path: *mut *mut c_char,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `path` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_console_get_tty", |ctx| {
            if path.is_null() {
                return null(ctx, "libxl_console_get_tty");
            }
            let Some(kind) = console_type(kind) else {
                error!(ctx, domid = domid, "cannot use console: invalid type {kind}");
                return Error::Invalid.code();
            };
            let tty = console::tty(ctx, Console { domid, number: cons_num, kind });
            code(tty.map(|tty| path.write(string_if_any(Some(tty)))))
        })
    }
}

/// As [`libxl_console_get_tty`], for the primary console of the domain. `ERROR_INVAL` if there is no such domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_primary_console_get_tty(
    ctx: *mut libxl_ctx,
    domid_vm: u32,
    path: *mut *mut c_char,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `path` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_primary_console_get_tty", |ctx| {
            if path.is_null() {
                return null(ctx, "libxl_primary_console_get_tty");
            }
            let tty =
                console::primary(ctx, domid_vm).and_then(|console| console::tty(ctx, console));
            code(tty.map(|tty| path.write(string_if_any(Some(tty)))))
        })
    }
}
