//! The C entries for names, numbers and kinds of domains and cpupools.

use std::ffi::*;

use crate::capi::entry::{FromError, code, with_ctx};
use crate::capi::give::{null, string_if_any, text};
use crate::core::{Error, Result};
use crate::domain::history::History;
use crate::domain::{self, names};
use crate::types::sys::*;

/// Stores a result where the application wants it; on failure that stays as it was.
///
/// # Safety
/// `place` is writable.
unsafe fn into<T>(place: *mut T, result: Result<T>) -> c_int {
    // SAFETY: writable, says the caller.
    code(result.map(|value| unsafe { place.write(value) }))
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
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domid_valid_guest(domid: u32) -> c_int {
    c_int::from(domain::valid_guest(domid))
}

/// Forgets which numbers domains had lately, so that new ones may get them at once. For host start only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_clear_domid_history(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_clear_domid_history", |ctx| code(History::of_host(ctx.log()).clear()))
    }
}

/// The number of the domain named `name`, into `domid`; `ERROR_INVAL` if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_name_to_domid(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    domid: *mut u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `name` NULL or a string and `domid` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_name_to_domid", |ctx| {
            let (Some(name), false) = (text(name), domid.is_null()) else {
                return null(ctx, "libxl_name_to_domid");
            };
            into(domid, names::by_name(ctx, name))
        })
    }
}

/// The number of the domain that `name` tells by number (digits only, not checked) or by name, into
/// `domid`; `ERROR_INVAL` if no domain has the name, or the number is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_qualifier_to_domid(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    domid: *mut u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `name` NULL or a string and `domid` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_domain_qualifier_to_domid", |ctx| {
            let (Some(name), false) = (text(name), domid.is_null()) else {
                return null(ctx, "libxl_domain_qualifier_to_domid");
            };
            into(domid, names::by_qualifier(ctx, name))
        })
    }
}

/// The name of a domain, for the caller to free; NULL if it has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domid_to_name(ctx: *mut libxl_ctx, domid: u32) -> *mut c_char {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_domid_to_name", |ctx| string_if_any(names::name_of(ctx, domid))) }
}

/// The number of the cpupool that `p` tells by number (digits only, not checked) or by name, into
/// `poolid_r`; 1 into `was_name_r`, unless that is NULL, if `p` is not a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_qualifier_to_cpupoolid(
    ctx: *mut libxl_ctx,
    p: *const c_char,
    poolid_r: *mut u32,
    was_name_r: *mut c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `p` NULL or a string, the others NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_qualifier_to_cpupoolid", |ctx| {
            let (Some(p), false) = (text(p), poolid_r.is_null()) else {
                return null(ctx, "libxl_cpupool_qualifier_to_cpupoolid");
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
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_name_to_cpupoolid(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    poolid: *mut u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `name` NULL or a string and `poolid` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_name_to_cpupoolid", |ctx| {
            let (Some(name), false) = (text(name), poolid.is_null()) else {
                return null(ctx, "libxl_name_to_cpupoolid");
            };
            into(poolid, names::pool_by_name(ctx, name))
        })
    }
}

/// The name of a cpupool, for the caller to free; NULL if there is no such pool.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupoolid_to_name(ctx: *mut libxl_ctx, poolid: u32) -> *mut c_char {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_cpupoolid_to_name", |ctx| {
            string_if_any(names::pool_name_of(ctx, poolid))
        })
    }
}

/// Whether there is a cpupool of that number: 1 if so.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupoolid_is_valid(ctx: *mut libxl_ctx, poolid: u32) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_cpupoolid_is_valid", |ctx| {
            Truth(names::pool_name_of(ctx, poolid).is_some())
        })
    }
    .into()
}

/// The number of the domain that runs the device model of `guest_domid`; 0 if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_stubdom_id(ctx: *mut libxl_ctx, guest_domid: c_int) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
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
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_is_stubdom(
    ctx: *mut libxl_ctx,
    domid: u32,
    target_domid: *mut u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `target_domid` NULL or valid.
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
