//! The C entries for names, numbers and kinds of domains and cpupools.

use std::ffi::*;

use crate::capi::entry::{FromError, code, with_ctx};
use crate::core::{Ctx, Error, Result};
use crate::domain::history::History;
use crate::domain::{self, names};
use crate::error;
use crate::types::sys::*;

/// A string that C gave; `None` for NULL.
///
/// # Safety
/// `text` is NULL or a string that stays while the result is used.
pub(super) unsafe fn text<'a>(text: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: the caller's contract.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// A text for the application to free; NULL for none, or if there is no memory.
pub(super) fn owned_text(text: Option<Vec<u8>>) -> *mut c_char {
    let Some(mut text) = text else { return std::ptr::null_mut() };
    text.truncate(text.iter().position(|&b| b == 0).unwrap_or(text.len()));
    // SAFETY: the allocation has room for the text and the NUL that `calloc` left behind it.
    unsafe {
        let copy = libc::calloc(1, text.len() + 1).cast::<c_char>();
        if !copy.is_null() {
            std::ptr::copy_nonoverlapping(text.as_ptr().cast(), copy, text.len());
        }
        copy
    }
}

/// Stores a result where the application wants it; on failure that stays as it was.
///
/// # Safety
/// `place` is writable.
unsafe fn into<T>(place: *mut T, result: Result<T>) -> c_int {
    // SAFETY: the caller's contract.
    code(result.map(|value| unsafe { place.write(value) }))
}

/// The answer to a NULL where a pointer is due.
pub(super) fn refuse(ctx: &Ctx, name: &str) -> c_int {
    error!(ctx, "{name}: called with a NULL pointer");
    Error::Invalid.code()
}

/// What entries return that have no way to tell an error: on one, 0.
struct Number(c_int);

/// As [`Number`], for truths.
struct Truth(bool);

impl FromError for Number {
    fn from_error(_: Error) -> Self {
        Self(0)
    }
}

impl FromError for Truth {
    fn from_error(_: Error) -> Self {
        Self(false)
    }
}

impl From<Number> for c_int {
    fn from(number: Number) -> Self {
        number.0
    }
}

impl From<Truth> for c_int {
    fn from(truth: Truth) -> Self {
        truth.0.into()
    }
}

/// Whether a guest can have this number: 1 if so. Domain 0 and the reserved numbers are no guests.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domid_valid_guest(domid: u32) -> c_int {
    c_int::from(domain::valid_guest(domid))
}

/// Forgets which numbers domains had lately, so that new ones may get them at once. For host start only.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_clear_domid_history(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_clear_domid_history", |ctx| code(History::of_host(ctx.log()).clear()))
    }
}

/// The number of the domain named `name`, into `domid`; `ERROR_INVAL` if there is none.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_name_to_domid(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    domid: *mut u32,
) -> c_int {
    // SAFETY: `ctx` is NULL or live; `name` is NULL or a string; `domid` is NULL or writable.
    unsafe {
        with_ctx(ctx, "libxl_name_to_domid", |ctx| {
            let (Some(name), false) = (text(name), domid.is_null()) else {
                return refuse(ctx, "libxl_name_to_domid");
            };
            into(domid, names::by_name(ctx, name))
        })
    }
}

/// The number of the domain that `name` tells by number (digits only, not checked) or by name, into
/// `domid`; `ERROR_INVAL` if no domain has the name, or the number is none.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_qualifier_to_domid(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    domid: *mut u32,
) -> c_int {
    // SAFETY: `ctx` is NULL or live; `name` is NULL or a string; `domid` is NULL or writable.
    unsafe {
        with_ctx(ctx, "libxl_domain_qualifier_to_domid", |ctx| {
            let (Some(name), false) = (text(name), domid.is_null()) else {
                return refuse(ctx, "libxl_domain_qualifier_to_domid");
            };
            into(domid, names::by_qualifier(ctx, name))
        })
    }
}

/// The name of a domain, for the caller to free; NULL if it has none.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domid_to_name(ctx: *mut libxl_ctx, domid: u32) -> *mut c_char {
    // SAFETY: `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_domid_to_name", |ctx| owned_text(names::name_of(ctx, domid))) }
}

/// The number of the cpupool that `p` tells by number (digits only, not checked) or by name, into
/// `poolid_r`; 1 into `was_name_r`, unless that is NULL, if `p` is not a number.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_qualifier_to_cpupoolid(
    ctx: *mut libxl_ctx,
    p: *const c_char,
    poolid_r: *mut u32,
    was_name_r: *mut c_int,
) -> c_int {
    // SAFETY: `ctx` is NULL or live; `p` is NULL or a string; the others are NULL or writable.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_qualifier_to_cpupoolid", |ctx| {
            let (Some(p), false) = (text(p), poolid_r.is_null()) else {
                return refuse(ctx, "libxl_cpupool_qualifier_to_cpupoolid");
            };
            let (pool, was_name) = names::pool_by_qualifier(ctx, p);
            if !was_name_r.is_null() {
                was_name_r.write(c_int::from(was_name));
            }
            into(poolid_r, pool)
        })
    }
}

/// The number of the cpupool named `name`, into `poolid`; `ERROR_INVAL` if there is none.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_name_to_cpupoolid(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    poolid: *mut u32,
) -> c_int {
    // SAFETY: `ctx` is NULL or live; `name` is NULL or a string; `poolid` is NULL or writable.
    unsafe {
        with_ctx(ctx, "libxl_name_to_cpupoolid", |ctx| {
            let (Some(name), false) = (text(name), poolid.is_null()) else {
                return refuse(ctx, "libxl_name_to_cpupoolid");
            };
            into(poolid, names::pool_by_name(ctx, name))
        })
    }
}

/// The name of a cpupool, for the caller to free; NULL if there is no such pool.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupoolid_to_name(ctx: *mut libxl_ctx, poolid: u32) -> *mut c_char {
    // SAFETY: `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_cpupoolid_to_name", |ctx| owned_text(names::pool_name_of(ctx, poolid)))
    }
}

/// Whether there is a cpupool of that number: 1 if so.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupoolid_is_valid(ctx: *mut libxl_ctx, poolid: u32) -> c_int {
    // SAFETY: `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_cpupoolid_is_valid", |ctx| {
            Truth(names::pool_name_of(ctx, poolid).is_some())
        })
    }
    .into()
}

/// The number of the domain that runs the device model of `guest_domid`; 0 if there is none.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_stubdom_id(ctx: *mut libxl_ctx, guest_domid: c_int) -> c_int {
    // SAFETY: `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_get_stubdom_id", |ctx| {
            let stubdom = u32::try_from(guest_domid).ok().and_then(|d| names::stubdom_of(ctx, d));
            Number(stubdom.unwrap_or(0) as c_int)
        })
    }
    .into()
}

/// Whether the domain runs the device model of another: 1 if so, and the other's number into
/// `target_domid`, unless that is NULL.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_is_stubdom(
    ctx: *mut libxl_ctx,
    domid: u32,
    target_domid: *mut u32,
) -> c_int {
    // SAFETY: `ctx` is NULL or live; `target_domid` is NULL or writable.
    unsafe {
        with_ctx(ctx, "libxl_is_stubdom", |ctx| {
            let target = names::stubdom_target(ctx, domid);
            if let (Some(target), false) = (target, target_domid.is_null()) {
                target_domid.write(target);
            }
            Truth(target.is_some())
        })
    }
    .into()
}
