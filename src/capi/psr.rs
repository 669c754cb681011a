//! The C entries for cache monitoring and allocation.

use std::ffi::*;

use crate::capi::bitmap::bytes;
use crate::capi::entry::{code, with_ctx};
use crate::capi::give::{elements, null};
use crate::core::{Ctx, Error, Result};
use crate::domain::psr;
use crate::types::idiomatic::{
    CForm, PsrCatInfo, PsrCbmType, PsrCmtType, PsrFeatType, PsrHwInfoData,
};
use crate::types::sys::*;

/// What `ask` answers, into `*out`, which stays as it was if that fails.
///
/// # Safety
/// `ctx` is NULL or live, `out` NULL or writable.
unsafe fn number<T>(
    ctx: *mut libxl_ctx,
    name: &str,
    out: *mut T,
    ask: impl FnOnce(&Ctx) -> Result<T>,
) -> c_int {
    // SAFETY: `ctx` is NULL or live and `out` NULL or writable, says the caller.
    unsafe {
        with_ctx(ctx, name, |ctx| match out.is_null() {
            true => null(ctx, name),
            false => code(ask(ctx).map(|value| out.write(value))),
        })
    }
}

/// The elements that `ask` gives as an array for the caller to free into `*out`, and their number into `*count`.
///
/// # Safety
/// `ctx` is NULL or live, `out` and `count` are NULL or writable.
unsafe fn array<T, N: TryFrom<usize>>(
    ctx: *mut libxl_ctx,
    name: &str,
    out: *mut *mut T,
    count: *mut N,
    ask: impl FnOnce(&Ctx) -> Result<Vec<T>>,
) -> c_int {
    // SAFETY: `ctx` is NULL or live and the others NULL or writable, says the caller.
    unsafe {
        with_ctx(ctx, name, |ctx| {
            if out.is_null() || count.is_null() {
                return null(ctx, name);
            }
            code(ask(ctx).and_then(|all| {
                let number = N::try_from(all.len()).map_err(|_| Error::Fail)?;
                out.write(elements(all).ok_or(Error::NoMemory)?);
                count.write(number);
                Ok(())
            }))
        })
    }
}

/// Begins to measure what the domain uses of caches and memory bandwidth.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_attach(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_psr_cmt_attach", |ctx| code(psr::attach(ctx, domid))) }
}

/// Measures it no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_detach(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_psr_cmt_detach", |ctx| code(psr::detach(ctx, domid))) }
}

/// 1 if the domain is measured; 0 if it is not, or does not exist, or the host cannot measure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_domain_attached(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_psr_cmt_domain_attached", |ctx| {
            c_int::from(psr::is_attached(ctx, domid))
        })
    }
}

/// Not 0 if the host measures; 0 as well if Xen does not tell.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_enabled(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_psr_cmt_enabled", |ctx| {
            ctx.hypervisor().cmt_enabled().unwrap_or(0) as c_int
        })
    }
}

/// The highest number by which cpus tell what a domain uses (RMID), into `*total_rmid`. They begin at 1, and each domain that
/// is measured has one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_get_total_rmid(
    ctx: *mut libxl_ctx,
    total_rmid: *mut u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `total_rmid` NULL or valid.
    unsafe { number(ctx, "libxl_psr_cmt_get_total_rmid", total_rmid, psr::total_rmid) }
}

/// The size in KiB of the socket's third-level cache, into `*l3_cache_size`. libxenctrl asks once in a process: sockets with
/// caches of other sizes than the first that was asked for are not told apart.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_get_l3_cache_size(
    ctx: *mut libxl_ctx,
    socketid: u32,
    l3_cache_size: *mut u32,
) -> c_int {
    const NAME: &str = "libxl_psr_cmt_get_l3_cache_size";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `l3_cache_size` NULL or valid.
    unsafe { number(ctx, NAME, l3_cache_size, |ctx| psr::cache_size(ctx, socketid)) }
}

/// How much of the socket's third-level cache the domain uses, in KiB, into `*l3_cache_occupancy`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_get_cache_occupancy(
    ctx: *mut libxl_ctx,
    domid: u32,
    socketid: u32,
    l3_cache_occupancy: *mut u32,
) -> c_int {
    const NAME: &str = "libxl_psr_cmt_get_cache_occupancy";
    let ask = |ctx: &Ctx| {
        let kind = PsrCmtType::CacheOccupancy;
        let sample = psr::sample(ctx, domid, kind, socketid.into(), false)?;
        Ok((sample.value / 1024) as u32)
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `l3_cache_occupancy` NULL or valid.
    unsafe { number(ctx, NAME, l3_cache_occupancy, ask) }
}

/// Not 0 if the host can measure that; 0 as well if Xen does not tell.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_type_supported(
    ctx: *mut libxl_ctx,
    kind: libxl_psr_cmt_type,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_psr_cmt_type_supported", |ctx| {
            let bit = psr::event_bit(PsrCmtType::from(kind as i32));
            (psr::events(ctx).unwrap_or(0) & bit) as c_int
        })
    }
}

/// What the domain uses on the socket `scope`, in bytes, into `*sample_r`; for memory traffic that is a counter which goes
/// round. Into `*tsc_r`, unless that is NULL, the cpu's time stamp counter at that moment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_get_sample(
    ctx: *mut libxl_ctx,
    domid: u32,
    kind: libxl_psr_cmt_type,
    scope: u64,
    sample_r: *mut u64,
    tsc_r: *mut u64,
) -> c_int {
    let ask = |ctx: &Ctx| {
        let kind = PsrCmtType::from(kind as i32);
        let sample = psr::sample(ctx, domid, kind, scope, !tsc_r.is_null())?;
        // SAFETY: by the contract of `capi`, NULL or valid.
        if let Some(time) = unsafe { tsc_r.as_mut() } {
            *time = sample.time;
        }
        Ok(sample.value)
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `sample_r` NULL or valid.
    unsafe { number(ctx, "libxl_psr_cmt_get_sample", sample_r, ask) }
}

/// As [`libxl_psr_set_val`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cat_set_cbm(
    ctx: *mut libxl_ctx,
    domid: u32,
    kind: libxl_psr_cbm_type,
    target_map: *mut libxl_bitmap,
    cbm: u64,
) -> c_int {
    // SAFETY: what this asks of its caller is what that entry asks.
    unsafe { libxl_psr_set_val(ctx, domid, kind, target_map, cbm) }
}

/// As [`libxl_psr_get_val`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cat_get_cbm(
    ctx: *mut libxl_ctx,
    domid: u32,
    kind: libxl_psr_cbm_type,
    target: u32,
    cbm_r: *mut u64,
) -> c_int {
    // SAFETY: what this asks of its caller is what that entry asks.
    unsafe { libxl_psr_get_val(ctx, domid, kind, target, cbm_r) }
}

/// What each socket offers for sharing out its cache of level `lvl`, 2 or 3, as [`libxl_psr_get_hw_info`] says;
/// `*info` is for `libxl_psr_cat_info_list_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cat_get_info(
    ctx: *mut libxl_ctx,
    info: *mut *mut libxl_psr_cat_info,
    nr: *mut c_uint,
    lvl: c_uint,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `info` and `nr` NULL or valid.
    unsafe { array(ctx, "libxl_psr_cat_get_info", info, nr, |ctx| caches(ctx, lvl)) }
}

/// As [`libxl_psr_cat_get_info`], of the third-level cache.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cat_get_l3_info(
    ctx: *mut libxl_ctx,
    info: *mut *mut libxl_psr_cat_info,
    nr: *mut c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `info` and `nr` NULL or valid.
    unsafe { array(ctx, "libxl_psr_cat_get_l3_info", info, nr, |ctx| caches(ctx, 3)) }
}

/// What the sockets offer for sharing out a cache, in the older form.
fn caches(ctx: &Ctx, level: c_uint) -> Result<Vec<libxl_psr_cat_info>> {
    let offers = psr::offers(ctx, PsrFeatType::Cat, level)?;
    let caches = offers.into_iter().filter_map(|offer| match offer.u {
        PsrHwInfoData::Cat(cat) => {
            let (id, cos_max, cbm_len) = (offer.id, cat.cos_max, cat.cbm_len);
            Some(PsrCatInfo { id, cos_max, cbm_len, cdp_enabled: cat.cdp_enabled }.to_c())
        }
        _ => None,
    });
    Ok(caches.collect())
}

/// Sets the domain's share on the sockets in `*target_map`: a mask of a cache's ways, or how much memory traffic is slowed
/// down. All are tried, and `ERROR_FAIL` says that one was refused. Sockets that the host does not have are passed over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_set_val(
    ctx: *mut libxl_ctx,
    domid: u32,
    kind: libxl_psr_type,
    target_map: *mut libxl_bitmap,
    val: u64,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `target_map` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_psr_set_val", |ctx| {
            if target_map.is_null() {
                return null(ctx, "libxl_psr_set_val");
            }
            let kind = PsrCbmType::from(kind as i32);
            code(psr::set_share(ctx, domid, kind, bytes(target_map), val))
        })
    }
}

/// The domain's share on the socket `target`, into `*val`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_get_val(
    ctx: *mut libxl_ctx,
    domid: u32,
    kind: libxl_psr_type,
    target: c_uint,
    val: *mut u64,
) -> c_int {
    let ask = |ctx: &Ctx| psr::share(ctx, domid, PsrCbmType::from(kind as i32), target);
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `val` NULL or valid.
    unsafe { number(ctx, "libxl_psr_get_val", val, ask) }
}

/// What each socket that has a cpu which is on offers for that way to share out, into `*info`, for
/// `libxl_psr_hw_info_list_free`, and their number into `*nr`. For caches `lvl` is 2 or 3, and else ignored. `ERROR_FAIL`,
/// without an error in the log, if one of the sockets offers nothing; `ERROR_INVAL` for another type or level.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_get_hw_info(
    ctx: *mut libxl_ctx,
    kind: libxl_psr_feat_type,
    lvl: c_uint,
    nr: *mut c_uint,
    info: *mut *mut libxl_psr_hw_info,
) -> c_int {
    let ask = |ctx: &Ctx| {
        let offers = psr::offers(ctx, PsrFeatType::from(kind as i32), lvl)?;
        Ok(offers.iter().map(CForm::to_c).collect())
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `info` and `nr` NULL or valid.
    unsafe { array(ctx, "libxl_psr_get_hw_info", info, nr, ask) }
}
