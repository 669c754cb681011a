//! The C entries for the application's event loop: beforepoll, hooks and what occurred.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_osevent_beforepoll(
    ctx: *mut libxl_ctx,
    nfds_io: *mut c_int,
    fds: *mut pollfd,
    timeout_upd: *mut c_int,
    now: timeval,
) -> c_int {
    missing!(ctx, "libxl_osevent_beforepoll"; nfds_io, fds, timeout_upd, now)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_osevent_afterpoll(
    ctx: *mut libxl_ctx,
    nfds: c_int,
    fds: *const pollfd,
    now: timeval,
) {
    missing!(ctx, "libxl_osevent_afterpoll"; nfds, fds, now)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_osevent_register_hooks(
    ctx: *mut libxl_ctx,
    hooks: *const libxl_osevent_hooks,
    user: *mut c_void,
) {
    missing!(ctx, "libxl_osevent_register_hooks"; hooks, user)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_osevent_occurred_fd(
    ctx: *mut libxl_ctx,
    for_libxl: *mut c_void,
    fd: c_int,
    events: c_short,
    revents: c_short,
) {
    missing!(ctx, "libxl_osevent_occurred_fd"; for_libxl, fd, events, revents)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_osevent_occurred_timeout(
    ctx: *mut libxl_ctx,
    for_libxl: *mut c_void,
) {
    missing!(ctx, "libxl_osevent_occurred_timeout"; for_libxl)
}
