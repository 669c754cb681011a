//! The C entries for schedulers.

use std::ffi::*;

use crate::capi::entry::{code, with_ctx};
use crate::capi::give::{failed, null};
use crate::capi::types::libxl_domain_sched_params_init;
use crate::core::{Ctx, Error, Result};
use crate::types::sys::*;
use crate::xen::hypervisor::sched::{Credit2Params, CreditParams};
use crate::xen::hypervisor::sys;
use crate::{error, missing};

/// What a scheduler holds for a domain.
enum Params {
    Weighted { weight: c_int, cap: c_int },
    Rtds { period: c_int, budget: c_int },
    None,
}

/// The scheduler of the cpupool that a domain is in.
fn domain_scheduler(ctx: &Ctx, domid: u32) -> Result<libxl_scheduler> {
    let xen = ctx.hypervisor();
    let domain = xen.domain(domid).map_err(|e| failed(ctx, e))?;
    let pool = match domain {
        Some(domain) => xen.cpupool_from(domain.cpupool).map_err(|e| failed(ctx, e))?,
        None => None,
    };
    match pool.map(|pool| pool.scheduler) {
        Some(scheduler) => Ok(scheduler),
        None => {
            error!(ctx, domid = domid, "Unknown scheduler");
            Err(Error::Invalid)
        }
    }
}

fn domain_params(ctx: &Ctx, domid: u32) -> Result<(libxl_scheduler, Params)> {
    let xen = ctx.hypervisor();
    let scheduler = domain_scheduler(ctx, domid)?;
    let params = match scheduler {
        LIBXL_SCHEDULER_CREDIT => xen
            .credit_domain(domid)
            .map(|p| Params::Weighted { weight: p.weight.into(), cap: p.cap.into() }),
        LIBXL_SCHEDULER_CREDIT2 => xen
            .credit2_domain(domid)
            .map(|p| Params::Weighted { weight: p.weight.into(), cap: p.cap.into() }),
        LIBXL_SCHEDULER_RTDS => xen
            .rtds_domain(domid)
            .map(|p| Params::Rtds { period: p.period as c_int, budget: p.budget as c_int }),
        LIBXL_SCHEDULER_NULL => Ok(Params::None),
        LIBXL_SCHEDULER_SEDF => {
            error!(ctx, domid = domid, "SEDF scheduler no longer available");
            return Err(Error::FeatureRemoved);
        }
        _ => {
            error!(ctx, domid = domid, "Unknown scheduler");
            return Err(Error::Invalid);
        }
    };
    Ok((scheduler, params.map_err(|e| failed(ctx, e))?))
}

/// Refuses `value` unless it lies between `min` and `max`.
fn check_range(ctx: &Ctx, what: &str, value: c_int, min: u32, max: u32) -> Result<()> {
    if u32::try_from(value).is_ok_and(|v| (min..=max).contains(&v)) {
        return Ok(());
    }
    error!(ctx, "{what} out of range, valid range is from {min} to {max}");
    Err(Error::Invalid)
}

/// The limits of Xen's for how often to schedule at most; 0 turns it off.
fn check_ratelimit(ctx: &Ctx, us: c_int) -> Result<()> {
    let (min, max) = (sys::XEN_SYSCTL_SCHED_RATELIMIT_MIN, sys::XEN_SYSCTL_SCHED_RATELIMIT_MAX);
    if us == 0 { Ok(()) } else { check_range(ctx, "Ratelimit", us, min, max) }
}

fn set_credit_params(ctx: &Ctx, pool: u32, p: &mut libxl_sched_credit_params) -> Result<()> {
    let (min, max) = (sys::XEN_SYSCTL_CSCHED_TSLICE_MIN, sys::XEN_SYSCTL_CSCHED_TSLICE_MAX);
    check_range(ctx, "Time slice", p.tslice_ms, min, max)?;
    check_ratelimit(ctx, p.ratelimit_us)?;
    if p.ratelimit_us > p.tslice_ms * 1000 {
        error!(ctx, "Ratelimit cannot be greater than timeslice");
        return Err(Error::Invalid);
    }
    let max = sys::XEN_SYSCTL_CSCHED_MGR_DLY_MAX_US;
    check_range(ctx, "vcpu migration delay", p.vcpu_migr_delay_us, 0, max)?;
    let mut raw = CreditParams {
        tslice_ms: p.tslice_ms as u32,
        ratelimit_us: p.ratelimit_us as u32,
        vcpu_migr_delay_us: p.vcpu_migr_delay_us as u32,
    };
    ctx.hypervisor().set_credit_params(pool, &mut raw).map_err(|e| failed(ctx, e))?;
    p.tslice_ms = raw.tslice_ms as c_int;
    p.ratelimit_us = raw.ratelimit_us as c_int;
    p.vcpu_migr_delay_us = raw.vcpu_migr_delay_us as c_int;
    Ok(())
}

/// The scheduler that Xen was booted with, a `libxl_scheduler`, or `ERROR_FAIL`.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_scheduler(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_get_scheduler", |ctx| match ctx.hypervisor().scheduler() {
            Ok(id) => id,
            Err(e) => failed(ctx, e).code(),
        })
    }
}

/// The credit scheduler's parameters in cpupool `poolid`; `ERROR_FAIL` if it has another scheduler.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit_params_get(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit_params,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_sched_credit_params_get", |ctx| {
            let Some(out) = scinfo.as_mut() else { return null(ctx, "scinfo") };
            code(ctx.hypervisor().credit_params(poolid).map_err(|e| failed(ctx, e)).map(|p| {
                out.tslice_ms = p.tslice_ms as c_int;
                out.ratelimit_us = p.ratelimit_us as c_int;
                out.vcpu_migr_delay_us = p.vcpu_migr_delay_us as c_int;
            }))
        })
    }
}

/// Sets the credit scheduler's parameters in cpupool `poolid`; `*scinfo` becomes what Xen made of them.
/// `ERROR_INVAL` for values out of range.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit_params_set(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit_params,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_sched_credit_params_set", |ctx| {
            let Some(p) = scinfo.as_mut() else { return null(ctx, "scinfo") };
            code(set_credit_params(ctx, poolid, p))
        })
    }
}

/// The credit2 scheduler's parameters in cpupool `poolid`; `ERROR_FAIL` if it has another scheduler.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit2_params_get(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit2_params,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_sched_credit2_params_get", |ctx| {
            let Some(out) = scinfo.as_mut() else { return null(ctx, "scinfo") };
            code(ctx.hypervisor().credit2_params(poolid).map_err(|e| failed(ctx, e)).map(|p| {
                out.ratelimit_us = p.ratelimit_us as c_int;
            }))
        })
    }
}

/// Sets the credit2 scheduler's parameters in cpupool `poolid`; `*scinfo` becomes what Xen made of them.
/// `ERROR_INVAL` for values out of range.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit2_params_set(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit2_params,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_sched_credit2_params_set", |ctx| {
            let Some(p) = scinfo.as_mut() else { return null(ctx, "scinfo") };
            code(check_ratelimit(ctx, p.ratelimit_us).and_then(|()| {
                let mut raw = Credit2Params { ratelimit_us: p.ratelimit_us as u32 };
                ctx.hypervisor()
                    .set_credit2_params(poolid, &mut raw)
                    .map_err(|e| failed(ctx, e))?;
                p.ratelimit_us = raw.ratelimit_us as c_int;
                Ok(())
            }))
        })
    }
}

/// What the scheduler of a domain's cpupool holds for it; fields of other schedulers get their default.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_sched_params_get(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *mut libxl_domain_sched_params,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_domain_sched_params_get", |ctx| {
            if params.is_null() {
                return null(ctx, "params");
            }
            code(domain_params(ctx, domid).map(|(scheduler, p)| {
                libxl_domain_sched_params_init(params);
                let out = &mut *params;
                out.sched = scheduler;
                match p {
                    Params::Weighted { weight, cap } => (out.weight, out.cap) = (weight, cap),
                    Params::Rtds { period, budget } => (out.period, out.budget) = (period, budget),
                    Params::None => {}
                }
            }))
        })
    }
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_sched_params_set(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *const libxl_domain_sched_params,
) -> c_int {
    missing!(ctx, "libxl_domain_sched_params_set"; domid, params)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_get(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *mut libxl_vcpu_sched_params,
) -> c_int {
    missing!(ctx, "libxl_vcpu_sched_params_get"; domid, params)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_get_all(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *mut libxl_vcpu_sched_params,
) -> c_int {
    missing!(ctx, "libxl_vcpu_sched_params_get_all"; domid, params)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_set(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *const libxl_vcpu_sched_params,
) -> c_int {
    missing!(ctx, "libxl_vcpu_sched_params_set"; domid, params)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_set_all(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *const libxl_vcpu_sched_params,
) -> c_int {
    missing!(ctx, "libxl_vcpu_sched_params_set_all"; domid, params)
}
