//! The C entries for names, identifiers and kinds of domains and cpupools.

use std::ffi::*;

use crate::capi::entry::{FromError, code, with_ctx};
use crate::capi::give::{null, string_if_any, text};
use crate::core::{Error, Result};
use crate::domain::history::History;
use crate::domain::{self, names};
use crate::types::sys::*;

/// Stores a result in the application's variable, which is unchanged on failure.
///
/// # Safety
/// `place` is writable.
unsafe fn into<T>(place: *mut T, result: Result<T>) -> c_int {
    // SAFETY: writable, by the caller's contract.
    code(result.map(|value| unsafe { place.write(value) }))
}

/// The result of entries that cannot return an error: 0 on failure.
struct Number(c_int);

/// As [`Number`], for boolean results.
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

/// 1 if a guest can have this domid, else 0. Domain 0 and the reserved domids are not guests.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domid_valid_guest(domid: u32) -> c_int {
    c_int::from(domain::valid_guest(domid))
}

/// Clears the history of recently used domids, so that new domains may reuse them. Only to be called when the host
/// starts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_clear_domid_history(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_clear_domid_history", |ctx| code(History::of_host(ctx.log()).clear()))
    }
}

/// Stores the domid of the domain named `name` in `*domid`; `ERROR_INVAL` if there is no such domain.
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

/// Stores the domid of the domain that `name` identifies, by its domid (digits only; the domain need not exist) or by
/// its name, in `*domid`; `ERROR_INVAL` if no domain has the name, or the number is invalid.
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

/// Returns the name of a domain, for the caller to free; NULL if it has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domid_to_name(ctx: *mut libxl_ctx, domid: u32) -> *mut c_char {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_domid_to_name", |ctx| string_if_any(names::name_of(ctx, domid))) }
}

/// Stores the id of the cpupool that `p` identifies, by its id (digits only; the cpupool need not exist) or by its
/// name, in `*poolid_r`, and in `*was_name_r`, unless that is NULL, 1 if `p` is not a number.
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

/// Stores the id of the cpupool named `name` in `*poolid`; `ERROR_INVAL` if there is no such cpupool.
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

/// Returns the name of a cpupool, for the caller to free; NULL if there is no such cpupool.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupoolid_to_name(ctx: *mut libxl_ctx, poolid: u32) -> *mut c_char {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_cpupoolid_to_name", |ctx| {
            string_if_any(names::pool_name_of(ctx, poolid))
        })
    }
}

/// 1 if there is a cpupool with this id, else 0.
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

/// Returns the domid of the stub domain of `guest_domid`; 0 if it has none.
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

/// 1 if the domain is the stub domain of another one, whose domid is stored in `*target_domid` unless that is NULL;
/// otherwise 0.
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
