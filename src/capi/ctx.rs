//! The C entries for the ctx itself.

use std::ffi::*;
use std::sync::Arc;

use crate::capi::entry::{guarded, live};
use crate::core::{Ctx, Error};
use crate::error;
use crate::types::sys::*;
use crate::warn;
use crate::xen::log::Log;

/// The only valid value of `version`: `LIBXL_VERSION` of `libxl.h`.
const VERSION: c_int = 0;

/// Creates a ctx and stores it in `*pctx`; a process may have several. `lg` must outlive it.
///
/// `ERROR_VERSION` if `version` is not `LIBXL_VERSION`; `ERROR_FAIL` if Xen does not run here, the process has no
/// permission to use it, or xenstore does not answer. `*pctx` is then NULL and nothing is left open. `flags` is unused,
/// as in C.
///
/// # Safety
/// `pctx` is NULL or can be written to; `lg` is NULL or a logger that outlives the ctx.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ctx_alloc(
    pctx: *mut *mut libxl_ctx,
    version: c_int,
    flags: c_uint,
    lg: *mut xentoollog_logger,
) -> c_int {
    let _ = flags;
    // SAFETY: the logger outlives the ctx, as this entry asks.
    let log = unsafe { Log::new(lg.cast()) };
    // SAFETY: by the contract of `capi`, `pctx` is NULL or valid.
    let Some(out) = (unsafe { pctx.as_mut() }) else {
        error!(log, "libxl_ctx_alloc: pctx is NULL");
        return Error::Invalid.code();
    };
    *out = std::ptr::null_mut();
    if version != VERSION {
        error!(log, "libxl_ctx_alloc: interface version {version} asked for, this is {VERSION}");
        return Error::Version.code();
    }
    // SAFETY: as above; a second value because the first goes into the ctx.
    let ours = unsafe { Log::new(lg.cast()) };
    match guarded(Some(&ours), "libxl_ctx_alloc", || Ctx::new(log), Err) {
        Ok(ctx) => {
            *out = Arc::into_raw(Arc::new(ctx)).cast_mut().cast();
            0
        }
        Err(e) => e.code(),
    }
}

/// Closes and frees a ctx; NULL is allowed. Always 0.
///
/// The library's child processes are killed and reaped. In a forked child of the process that created the ctx this does
/// nothing, since the ctx's resources are the parent's.
///
/// Operations that have not completed, for which the C library's assertion fails, are cancelled with a warning; their
/// completion is not reported. Event generation is disabled. Events in the queue are freed.
///
/// # Safety
/// `ctx` is NULL or came from `libxl_ctx_alloc`, and no other thread uses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ctx_free(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    if unsafe { live(ctx) }.is_some_and(|ctx| !ctx.is_inherited()) {
        // SAFETY: it came from Arc::into_raw in libxl_ctx_alloc and is freed once.
        let ctx = unsafe { Arc::from_raw(ctx.cast_const().cast::<Ctx>()) };
        guarded(
            None,
            "libxl_ctx_free",
            || {
                let left = ctx.in_progress().len() + ctx.runtime().due_callbacks();
                if left > 0 {
                    warn!(ctx, "freed with {left} operations under way: they are dropped");
                }
                ctx.generators().end();
                ctx.runtime().shut_down();
                ctx.children().shut_down();
                drop(ctx);
            },
            |_| (),
        );
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_leave_null() {
        let mut ctx = std::ptr::dangling_mut();
        // SAFETY: a pointer that can be written to, and no logger.
        let rc = unsafe { libxl_ctx_alloc(&mut ctx, 77, 0, std::ptr::null_mut()) };
        assert_eq!((rc, ctx), (-2, std::ptr::null_mut()));
        // SAFETY: NULL is allowed.
        let rc = unsafe { libxl_ctx_alloc(std::ptr::null_mut(), 0, 0, std::ptr::null_mut()) };
        assert_eq!(rc, -6);
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { libxl_ctx_free(std::ptr::null_mut()) }, 0);
    }
}
