//! The C entries for child processes and fork.

use std::ffi::*;

use crate::capi::entry::with_ctx;
use crate::missing;
use crate::types::sys::*;
use crate::warn;

/// Tells who reaps children (`hooks->chldowner`), how to fork, and whom to tell; NULL is the default.
///
/// In every mode the library waits, inside the call that starts a child, for that child alone, by its
/// number: it needs no SIGCHLD handler and reaps nobody else's. So there is nothing to keep of a mode
/// until operations run on after the call that starts them. A `fork_replacement` is not called yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_childproc_setmode(
    ctx: *mut libxl_ctx,
    hooks: *const libxl_childproc_hooks,
    user: *mut c_void,
) {
    // SAFETY: `ctx` is NULL or live; `hooks` is NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_childproc_setmode", |ctx| {
            let _ = user;
            let Some(hooks) = hooks.as_ref() else { return };
            if hooks.fork_replacement.is_some() {
                warn!(ctx, "the application's fork_replacement is not used yet");
            }
        })
    }
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

/// In a forked child that will not execute another program: lets go of what is the parent's. The ctx may
/// then only be freed.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_postfork_child_noexec(ctx: *mut libxl_ctx) {
    // SAFETY: `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_postfork_child_noexec", |ctx| ctx.store().after_fork_in_child()) }
}
