//! The C entries for transcendent memory, which Xen does not support since 4.13. They exist for programs that are
//! linked with them, and log that; as in the C library the result is always `ERROR_FAIL`, or NULL.

use std::ffi::*;

use crate::capi::entry::{FromError, with_ctx};
use crate::core::Error;
use crate::error;
use crate::types::sys::*;

/// Logs that the host has no transcendent memory.
///
/// # Safety
/// `ctx` is NULL or live.
unsafe fn removed<T: FromError>(
    ctx: *mut libxl_ctx,
    name: &str,
    domid: Option<u32>,
    what: &str,
) -> T {
    const WHY: &str = "transcendent memory was removed from Xen";
    // SAFETY: `ctx` is NULL or live, by the caller's contract.
    unsafe {
        with_ctx(ctx, name, |ctx| {
            match domid {
                Some(domid) => error!(ctx, domid = domid, "cannot {what}: {WHY}"),
                None => error!(ctx, "cannot {what}: {WHY}"),
            }
            T::from_error(Error::Fail)
        })
    }
}

/// NULL: there is no transcendent memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    use_long: c_int,
) -> *mut c_char {
    let _ = use_long;
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { removed(ctx, "libxl_tmem_list", Some(domid), "list the domain's tmem pools") }
}

/// `ERROR_FAIL`: there is no transcendent memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_freeze(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { removed(ctx, "libxl_tmem_freeze", Some(domid), "freeze the domain's tmem pools") }
}

/// `ERROR_FAIL`: there is no transcendent memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_thaw(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { removed(ctx, "libxl_tmem_thaw", Some(domid), "thaw the domain's tmem pools") }
}

/// `ERROR_FAIL`: there is no transcendent memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_set(
    ctx: *mut libxl_ctx,
    domid: u32,
    name: *mut c_char,
    set: u32,
) -> c_int {
    let _ = (name, set);
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { removed(ctx, "libxl_tmem_set", Some(domid), "set a value of the domain's tmem pools") }
}

/// `ERROR_FAIL`: there is no transcendent memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_shared_auth(
    ctx: *mut libxl_ctx,
    domid: u32,
    uuid: *mut c_char,
    auth: c_int,
) -> c_int {
    let _ = (uuid, auth);
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        removed(ctx, "libxl_tmem_shared_auth", Some(domid), "let the domain share a tmem pool")
    }
}

/// `ERROR_FAIL`: there is no transcendent memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_tmem_freeable(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { removed(ctx, "libxl_tmem_freeable", None, "get the amount of freeable tmem") }
}
