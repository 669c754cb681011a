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
    // SAFETY: `ctx` is NULL or live and `out` NULL or writable, by the caller's contract.
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
    // SAFETY: `ctx` is NULL or live and the others NULL or writable, by the caller's contract.
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

/// Starts monitoring of the domain's cache occupancy and memory bandwidth (CMT, MBM).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_attach(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_psr_cmt_attach", |ctx| code(psr::attach(ctx, domid))) }
}

/// Stops monitoring of the domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_detach(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_psr_cmt_detach", |ctx| code(psr::detach(ctx, domid))) }
}

/// 1 if the domain is monitored; 0 if it is not, or does not exist, or the host does not support monitoring.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_domain_attached(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_psr_cmt_domain_attached", |ctx| {
            c_int::from(psr::is_attached(ctx, domid))
        })
    }
}

/// Nonzero if monitoring is enabled on the host; 0 also if the hypercall fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_enabled(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_psr_cmt_enabled", |ctx| {
            ctx.hypervisor().cmt_enabled().unwrap_or(0) as c_int
        })
    }
}

/// Stores the highest resource monitoring id (RMID) in `*total_rmid`. RMIDs begin at 1, and each monitored domain has
/// one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_get_total_rmid(
    ctx: *mut libxl_ctx,
    total_rmid: *mut u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `total_rmid` NULL or valid.
    unsafe { number(ctx, "libxl_psr_cmt_get_total_rmid", total_rmid, psr::total_rmid) }
}

/// Stores the size in KiB of the socket's L3 cache in `*l3_cache_size`. libxenctrl reads it only once in a process,
/// so the result is wrong for sockets whose caches differ in size from the first one that was queried.
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

/// Stores the amount of the socket's L3 cache that the domain occupies, in KiB, in `*l3_cache_occupancy`.
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

/// Nonzero if the host supports this type of monitoring; 0 also if the hypercall fails.
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

/// Stores a sample for the domain on the socket `scope`, in bytes, in `*sample_r`; for memory bandwidth it is a
/// counter that wraps around. Unless `tsc_r` is NULL, the cpu's time stamp counter at that time is stored in
/// `*tsc_r`.
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

/// Stores the properties of cache allocation at level `lvl`, 2 or 3, of each socket, as [`libxl_psr_get_hw_info`];
/// `*info` is to be freed with `libxl_psr_cat_info_list_free`.
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

/// As [`libxl_psr_cat_get_info`], for the L3 cache.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cat_get_l3_info(
    ctx: *mut libxl_ctx,
    info: *mut *mut libxl_psr_cat_info,
    nr: *mut c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `info` and `nr` NULL or valid.
    unsafe { array(ctx, "libxl_psr_cat_get_l3_info", info, nr, |ctx| caches(ctx, 3)) }
}

/// The properties of cache allocation, in the type of the older functions.
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

/// Sets the domain's allocation on the sockets in `*target_map`: a capacity bit mask of a cache, or a throttling
/// value of the memory bandwidth. All sockets are tried; `ERROR_FAIL` if one of them failed. Sockets that the host
/// does not have are ignored.
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

/// Stores the domain's allocation on the socket `target` in `*val`.
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

/// Stores the properties of this kind of allocation of each socket with an online cpu in `*info`, to be freed with
/// `libxl_psr_hw_info_list_free`, and their number in `*nr`. `lvl` is 2 or 3 for caches, and otherwise ignored.
/// `ERROR_FAIL`, without an error in the log, if one of the sockets does not support it; `ERROR_INVAL` for an unknown
/// type or level.
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
