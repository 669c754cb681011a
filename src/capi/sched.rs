//! The C entries for schedulers.

use std::ffi::*;

use crate::capi::entry::{code, with_ctx};
use crate::capi::give::{elements, failed, null};
use crate::capi::types::libxl_domain_sched_params_init;
use crate::core::{Ctx, Error, Result};
use crate::domain::sched::{self, NewVcpuParams};
use crate::types::idiomatic::{CForm, DomainSchedParams, Scheduler};
use crate::types::sys::*;
use crate::xen::hypervisor::sched::{Credit2Params, CreditParams, RtdsVcpu};
use crate::xen::hypervisor::sys;
use crate::{debug, error};

/// A domain's parameters in a scheduler.
enum Params {
    Weighted { weight: c_int, cap: c_int },
    Rtds { period: c_int, budget: c_int },
    None,
}

/// The scheduler of the cpupool that a domain is in.
fn domain_scheduler(ctx: &Ctx, domid: u32) -> libxl_scheduler {
    sched::of_domain(ctx, domid).unwrap_or(LIBXL_SCHEDULER_UNKNOWN)
}

/// The scheduler that an application named, or else that of the domain.
fn chosen_scheduler(ctx: &Ctx, domid: u32, named: libxl_scheduler) -> libxl_scheduler {
    if named == LIBXL_SCHEDULER_UNKNOWN { domain_scheduler(ctx, domid) } else { named }
}

/// The error for a scheduler without parameters.
fn no_such(ctx: &Ctx, domid: u32, scheduler: libxl_scheduler) -> Error {
    sched::no_such(ctx, domid, Scheduler::from(scheduler as i32))
}

fn domain_params(ctx: &Ctx, domid: u32, scheduler: libxl_scheduler) -> Result<Params> {
    let xen = ctx.hypervisor();
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
        _ => return Err(no_such(ctx, domid, scheduler)),
    };
    params.map_err(|e| failed(ctx, e))
}

/// Reads a domain's parameters from its scheduler. Parameters that the scheduler does not have are unchanged.
pub fn domain_sched_params(
    ctx: &Ctx,
    domid: u32,
    out: &mut libxl_domain_sched_params,
) -> Result<()> {
    out.sched = domain_scheduler(ctx, domid);
    match domain_params(ctx, domid, out.sched)? {
        Params::Weighted { weight, cap } => (out.weight, out.cap) = (weight, cap),
        Params::Rtds { period, budget } => (out.period, out.budget) = (period, budget),
        Params::None => {}
    }
    Ok(())
}

/// Only RTDS has parameters for each vcpu.
fn check_per_vcpu(ctx: &Ctx, domid: u32, scheduler: libxl_scheduler, doing: &str) -> Result<()> {
    match scheduler {
        LIBXL_SCHEDULER_RTDS => Ok(()),
        LIBXL_SCHEDULER_CREDIT
        | LIBXL_SCHEDULER_CREDIT2
        | LIBXL_SCHEDULER_ARINC653
        | LIBXL_SCHEDULER_NULL => {
            let what = "per-VCPU parameter";
            error!(ctx, domid = domid, "{what} {doing} not supported for this scheduler");
            Err(Error::Invalid)
        }
        _ => Err(no_such(ctx, domid, scheduler)),
    }
}

/// The number of elements of an application's array of vcpus; 0 if it is negative.
fn vcpu_count(params: &libxl_vcpu_sched_params) -> usize {
    usize::try_from(params.num_vcpus).unwrap_or(0)
}

/// An application's array of vcpus; `Error::Invalid` if it is NULL although it has elements.
///
/// # Safety
/// `params` says truly how many there are.
unsafe fn vcpus<'a>(
    ctx: &Ctx,
    params: &libxl_vcpu_sched_params,
) -> Result<&'a mut [libxl_sched_params]> {
    match vcpu_count(params) {
        0 => Ok(&mut []),
        _ if params.vcpus.is_null() => {
            null(ctx, "vcpus");
            Err(Error::Invalid)
        }
        // SAFETY: `count` is the number that comes with the array, which the caller vouches for; by the contract of
        // `capi`, no other thread uses the array during the call.
        count => Ok(unsafe { std::slice::from_raw_parts_mut(params.vcpus, count) }),
    }
}

fn new_params(vcpu: &libxl_sched_params) -> NewVcpuParams {
    NewVcpuParams {
        vcpu: vcpu.vcpuid,
        period: vcpu.period,
        budget: vcpu.budget,
        extra_time: vcpu.extratime != 0,
    }
}

/// Stores the RTDS parameters of a vcpu; weight and cap are unchanged.
fn tell(out: &mut libxl_sched_params, vcpu: &RtdsVcpu) {
    out.vcpuid = vcpu.vcpu as c_int;
    out.period = vcpu.period as c_int;
    out.budget = vcpu.budget as c_int;
    out.extratime = vcpu.extra_time.into();
}

/// # Safety
/// As for [`vcpus`].
unsafe fn get_vcpus(ctx: &Ctx, domid: u32, params: &mut libxl_vcpu_sched_params) -> Result<()> {
    params.sched = domain_scheduler(ctx, domid);
    check_per_vcpu(ctx, domid, params.sched, "getting")?;
    // SAFETY: the number is true, by the caller's contract.
    let out = unsafe { vcpus(ctx, params)? };
    let wanted: Vec<i32> = out.iter().map(|vcpu| vcpu.vcpuid).collect();
    let got = sched::rtds_vcpus(ctx, domid, &wanted)?;
    out.iter_mut().zip(&got).for_each(|(out, vcpu)| tell(out, vcpu));
    Ok(())
}

fn get_all_vcpus(ctx: &Ctx, domid: u32, params: &mut libxl_vcpu_sched_params) -> Result<()> {
    params.sched = domain_scheduler(ctx, domid);
    check_per_vcpu(ctx, domid, params.sched, "getting")?;
    if vcpu_count(params) > 0 {
        debug!(
            ctx,
            domid = domid,
            "cannot get the parameters of all vcpus: the caller has listed some"
        );
        return Err(Error::Invalid);
    }
    let got = sched::all_rtds_vcpus(ctx, domid)?;
    let count = got.len() as c_int;
    let listed = got.iter().map(|vcpu| {
        let (vcpuid, weight, cap, period, extratime, budget) = (0, 0, 0, 0, 0, 0);
        let mut out = libxl_sched_params { vcpuid, weight, cap, period, extratime, budget };
        tell(&mut out, vcpu);
        out
    });
    params.vcpus = elements(listed.collect()).ok_or(Error::NoMemory)?;
    params.num_vcpus = count;
    Ok(())
}

/// Refuses `value` unless it lies between `min` and `max`.
fn check_range(ctx: &Ctx, what: &str, value: c_int, min: u32, max: u32) -> Result<()> {
    if u32::try_from(value).is_ok_and(|v| (min..=max).contains(&v)) {
        return Ok(());
    }
    error!(ctx, "{what} out of range, valid range is from {min} to {max}");
    Err(Error::Invalid)
}

/// Xen's limits for the rate limit; 0 disables it.
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

/// Returns the scheduler that Xen was booted with, a `libxl_scheduler`, or `ERROR_FAIL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_scheduler(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_get_scheduler", |ctx| match ctx.hypervisor().scheduler() {
            Ok(id) => id,
            Err(e) => failed(ctx, e).code(),
        })
    }
}

/// Reads the parameters of the credit scheduler in cpupool `poolid`; `ERROR_FAIL` if it has another scheduler.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit_params_get(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit_params,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `scinfo` NULL or valid.
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

/// Sets the parameters of the credit scheduler in cpupool `poolid`, and stores the values that Xen uses in `*scinfo`.
/// `ERROR_INVAL` for values out of range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit_params_set(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit_params,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `scinfo` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_sched_credit_params_set", |ctx| {
            let Some(p) = scinfo.as_mut() else { return null(ctx, "scinfo") };
            code(set_credit_params(ctx, poolid, p))
        })
    }
}

/// Reads the parameters of the credit2 scheduler in cpupool `poolid`; `ERROR_FAIL` if it has another scheduler.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit2_params_get(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit2_params,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `scinfo` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_sched_credit2_params_get", |ctx| {
            let Some(out) = scinfo.as_mut() else { return null(ctx, "scinfo") };
            code(ctx.hypervisor().credit2_params(poolid).map_err(|e| failed(ctx, e)).map(|p| {
                out.ratelimit_us = p.ratelimit_us as c_int;
            }))
        })
    }
}

/// Sets the parameters of the credit2 scheduler in cpupool `poolid`, and stores the values that Xen uses in `*scinfo`.
/// `ERROR_INVAL` for values out of range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit2_params_set(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit2_params,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `scinfo` NULL or valid.
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

/// Reads a domain's parameters from the scheduler of its cpupool; fields of other schedulers get their defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_sched_params_get(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *mut libxl_domain_sched_params,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `params` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_domain_sched_params_get", |ctx| {
            if params.is_null() {
                return null(ctx, "params");
            }
            libxl_domain_sched_params_init(params);
            code(domain_sched_params(ctx, domid, &mut *params))
        })
    }
}

/// Sets a domain's parameters in the scheduler `sched`, or in that of its cpupool for `LIBXL_SCHEDULER_UNKNOWN`. -1
/// leaves a parameter unchanged; `ERROR_INVAL` if one is out of range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_sched_params_set(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *const libxl_domain_sched_params,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `params` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_domain_sched_params_set", |ctx| {
            let Some(params) = params.as_ref() else { return null(ctx, "params") };
            code(sched::set(ctx, domid, &DomainSchedParams::from_c(params)))
        })
    }
}

/// Reads the RTDS parameters of the vcpus in `params->vcpus` (times in µs). `ERROR_INVAL` for another scheduler, for no
/// vcpus, and for a vcpu that the domain does not have.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_get(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *mut libxl_vcpu_sched_params,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `params` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_vcpu_sched_params_get", |ctx| {
            let Some(params) = params.as_mut() else { return null(ctx, "params") };
            code(get_vcpus(ctx, domid, params))
        })
    }
}

/// Stores the RTDS parameters of all vcpus of a domain (times in µs) in `params->vcpus`, which must be empty;
/// `ERROR_INVAL` for another scheduler.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_get_all(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *mut libxl_vcpu_sched_params,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `params` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_vcpu_sched_params_get_all", |ctx| {
            let Some(params) = params.as_mut() else { return null(ctx, "params") };
            code(get_all_vcpus(ctx, domid, params))
        })
    }
}

/// Sets the RTDS parameters of the vcpus in `params->vcpus` (times in µs). `ERROR_INVAL` for another scheduler, for no
/// vcpus, and for values out of range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_set(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *const libxl_vcpu_sched_params,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `params` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_vcpu_sched_params_set", |ctx| {
            let Some(params) = params.as_ref() else { return null(ctx, "params") };
            let scheduler = chosen_scheduler(ctx, domid, params.sched);
            code(check_per_vcpu(ctx, domid, scheduler, "setting").and_then(|()| {
                let all_new: Vec<_> = vcpus(ctx, params)?.iter().map(new_params).collect();
                sched::set_rtds_vcpus(ctx, domid, &all_new)
            }))
        })
    }
}

/// Sets the RTDS parameters of all vcpus of a domain to those of the single element of `params->vcpus` (times in µs);
/// errors as for `libxl_vcpu_sched_params_set`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_set_all(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *const libxl_vcpu_sched_params,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `params` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_vcpu_sched_params_set_all", |ctx| {
            let Some(params) = params.as_ref() else { return null(ctx, "params") };
            let scheduler = chosen_scheduler(ctx, domid, params.sched);
            code(check_per_vcpu(ctx, domid, scheduler, "setting").and_then(|()| {
                let one = match vcpus(ctx, params)? {
                    [one] => Some(new_params(one)),
                    _ => None,
                };
                sched::set_all_rtds_vcpus(ctx, domid, one.as_ref())
            }))
        })
    }
}
