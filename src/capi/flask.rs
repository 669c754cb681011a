//! The C entries for flask security labels.
//!
//! On failure they return libxenctrl's -1, not one of libxl's error codes, and set `errno`, which callers check:
//! `ENOSYS` if Xen runs without Flask. As in the C library, nothing is logged.

use std::ffi::*;

use crate::capi::entry::with_ctx;
use crate::capi::give::{null, string};
use crate::core::{Ctx, Error};
use crate::types::sys::*;
use crate::xen::hypervisor::Result;

/// What `answer` makes of the result, or -1 with `errno` set.
fn told<T>(result: Result<T>, answer: impl FnOnce(T) -> c_int) -> c_int {
    match result {
        Ok(value) => answer(value),
        Err(e) => {
            e.errno.set();
            -1
        }
    }
}

/// Memory of the application's; `None` for NULL, unless it is empty.
///
/// # Safety
/// `start` is NULL or there are `size` bytes that nobody writes while the slice lives.
unsafe fn bytes<'a>(ctx: &Ctx, name: &str, start: *const c_void, size: usize) -> Option<&'a [u8]> {
    match size {
        0 => Some(&[]),
        _ if start.is_null() => {
            null(ctx, name);
            None
        }
        // SAFETY: `size` bytes that stay as they are, by the caller's contract, since it is not NULL.
        _ => Some(unsafe { std::slice::from_raw_parts(start.cast(), size) }),
    }
}

/// Stores the number of the security label `buf`, of `len` bytes, in `*ssidref`. -1 and `errno` if Xen has no such
/// label or no Flask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_flask_context_to_sid(
    ctx: *mut libxl_ctx,
    buf: *mut c_char,
    len: size_t,
    ssidref: *mut u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `buf` NULL or `len` bytes, and `ssidref` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_flask_context_to_sid", |ctx| {
            let Some(out) = ssidref.as_mut() else { return null(ctx, "ssidref") };
            let Some(label) = bytes(ctx, "buf", buf.cast(), len) else {
                return Error::Invalid.code();
            };
            told(ctx.hypervisor().flask_number(label), |number| {
                *out = number;
                0
            })
        })
    }
}

/// Stores the security label with the number `ssidref` in `*buf`, for the caller to free, and its length in `*len`.
/// -1 and `errno` if Xen has no such number or no Flask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_flask_sid_to_context(
    ctx: *mut libxl_ctx,
    ssidref: u32,
    buf: *mut *mut c_char,
    len: *mut size_t,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `buf` and `len` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_flask_sid_to_context", |ctx| {
            let (Some(buf), Some(len)) = (buf.as_mut(), len.as_mut()) else {
                return null(ctx, "buf and len");
            };
            told(ctx.hypervisor().flask_label(ssidref), |label| {
                *buf = string(&label);
                *len = label.len();
                if buf.is_null() { Error::NoMemory.code() } else { 0 }
            })
        })
    }
}

/// 1 if the policy is enforced, 0 if violations are only logged (permissive mode); -1 and `errno` if the hypercall
/// fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_flask_getenforce(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_flask_getenforce", |ctx| {
            told(ctx.hypervisor().flask_mode(), |mode| mode as c_int)
        })
    }
}

/// Enforces the policy (`mode` 1), or only logs violations (0); -1 and `errno` if Xen refuses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_flask_setenforce(ctx: *mut libxl_ctx, mode: c_int) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_flask_setenforce", |ctx| {
            told(ctx.hypervisor().set_flask_mode(mode), |()| 0)
        })
    }
}

/// Replaces the policy by the `size` bytes at `policy`; -1 and `errno` if Xen refuses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_flask_loadpolicy(
    ctx: *mut libxl_ctx,
    policy: *mut c_void,
    size: u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `policy` NULL or `size` bytes.
    unsafe {
        with_ctx(ctx, "libxl_flask_loadpolicy", |ctx| {
            match bytes(ctx, "policy", policy, size as usize) {
                Some(policy) => told(ctx.hypervisor().load_flask_policy(policy), |()| 0),
                None => Error::Invalid.code(),
            }
        })
    }
}
