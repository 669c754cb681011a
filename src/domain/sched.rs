//! The scheduler parameters of domains and vcpus: reading them, and changing them within their limits.

use super::refused;
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::types::idiomatic::{DomainSchedParams, Scheduler};
use crate::types::sys::LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT;
use crate::xen::hypervisor::sched::RtdsVcpu;
use crate::xen::hypervisor::{DomainInfo, sys};

/// The scheduler of a domain's cpupool (`XEN_SCHEDULER_*`); `None`, which is logged, if that is not known.
pub fn of_domain(ctx: &Ctx, domid: u32) -> Option<u32> {
    let Some(domain) = found(ctx, domid).ok()? else {
        error!(ctx, domid = domid, "cannot find the domain: no such domain");
        return None;
    };
    let pool = ctx.hypervisor().cpupool_from(domain.cpupool);
    let pool = pool.map_err(|e| refused(ctx, domid, e)).ok()?;
    let pool = pool.filter(|pool| pool.id == domain.cpupool);
    if pool.is_none() {
        error!(
            ctx,
            domid = domid,
            "cannot determine the scheduler: cpupool{} does not exist any more",
            domain.cpupool
        );
    }
    pool.map(|pool| pool.scheduler)
}

/// New parameters of a domain; `None` leaves a parameter unchanged. Weight and cap are for credit and credit2, the
/// others for RTDS.
#[derive(Clone, Copy, Default, Debug)]
pub struct Change {
    /// The share of CPU time, relative to other domains.
    pub weight: Option<i32>,
    /// The limit in percent of one CPU; 0 means no limit.
    pub cap: Option<i32>,
    /// In microseconds.
    pub period: Option<i32>,
    /// In microseconds.
    pub budget: Option<i32>,
    pub extra_time: bool,
}

/// Why a parameter is invalid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
enum InvalidParam {
    #[error("the cpu weight must be from 1 to 65535")]
    Weight,
    /// The value is the highest valid cap.
    #[error("the cpu cap must be from 0 to {0} with so many vcpus")]
    Cap(u64),
    #[error("a period of {0} is below 1")]
    Period(i32),
    #[error("a budget of {0} is below 1")]
    Budget(i32),
    #[error("the budget is longer than the period")]
    BudgetAbovePeriod,
    /// The second value is the highest vcpu.
    #[error("vcpu {0} must be from 0 to {1}")]
    Vcpu(i32, u32),
}

/// The value that leaves any parameter unchanged: each has a constant of its own, and all are -1.
const UNSET: i32 = LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT;

/// Changes a domain's parameters, for the scheduler that the application names, or otherwise for that of the domain.
/// `Error::FeatureRemoved` or `Error::Invalid`, which is logged, for a scheduler that does not exist.
pub fn set(ctx: &Ctx, domid: u32, params: &DomainSchedParams) -> Result<()> {
    let given = |value: i32| (value != UNSET).then_some(value);
    let change = Change {
        weight: given(params.weight),
        cap: given(params.cap),
        period: given(params.period),
        budget: given(params.budget),
        // The default is true.
        extra_time: params.extratime != 0,
    };
    let own = || of_domain(ctx, domid).map_or(Scheduler::Unknown, |own| (own as i32).into());
    let scheduler = Some(params.sched).filter(|named| *named != Scheduler::Unknown);
    match scheduler.unwrap_or_else(own) {
        Scheduler::Credit => set_credit(ctx, domid, &change),
        Scheduler::Credit2 => set_credit2(ctx, domid, &change),
        Scheduler::Rtds => set_rtds(ctx, domid, &change),
        // These schedulers have no parameters per domain, so nothing is set.
        Scheduler::Arinc653 | Scheduler::Null => Ok(()),
        scheduler => Err(no_such(ctx, domid, scheduler)),
    }
}

/// The error for a scheduler without parameters.
pub fn no_such(ctx: &Ctx, domid: u32, scheduler: Scheduler) -> Error {
    if scheduler == Scheduler::Sedf {
        error!(ctx, domid = domid, "SEDF scheduler no longer available");
        return Error::FeatureRemoved;
    }
    error!(ctx, domid = domid, "Unknown scheduler");
    Error::Invalid
}

fn weight(wanted: i32) -> std::result::Result<u16, InvalidParam> {
    u16::try_from(wanted).ok().filter(|&weight| weight > 0).ok_or(InvalidParam::Weight)
}

/// Xen stores 16 bits of a cap: with more than 655 vcpus higher caps wrap, as in C.
fn cap(wanted: i32, last_vcpu: Option<u32>) -> std::result::Result<u16, InvalidParam> {
    let max = last_vcpu.map_or(0, |last| (u64::from(last) + 1) * 100);
    let fits = u64::try_from(wanted).is_ok_and(|wanted| wanted <= max);
    if fits { Ok(wanted as u16) } else { Err(InvalidParam::Cap(max)) }
}

/// Checks the period and the budget: both must be at least 1, and the budget must not exceed the period.
fn times(period: i32, budget: i32) -> std::result::Result<(u32, u32), InvalidParam> {
    if period < 1 {
        return Err(InvalidParam::Period(period));
    }
    if budget < 1 {
        return Err(InvalidParam::Budget(budget));
    }
    if budget > period {
        return Err(InvalidParam::BudgetAbovePeriod);
    }
    Ok((period as u32, budget as u32))
}

fn vcpu(wanted: i32, last: u32) -> std::result::Result<u32, InvalidParam> {
    u32::try_from(wanted).ok().filter(|&id| id <= last).ok_or(InvalidParam::Vcpu(wanted, last))
}

fn invalid_param(ctx: &Ctx, domid: u32, why: InvalidParam) -> Error {
    error!(ctx, domid = domid, "cannot set scheduler parameters: {why}");
    Error::Invalid
}

fn found(ctx: &Ctx, domid: u32) -> Result<Option<DomainInfo>> {
    ctx.hypervisor().domain(domid).map_err(|e| refused(ctx, domid, e))
}

/// Changes a domain's parameters for the credit scheduler. `Error::Invalid`, not logged, for a domain that does not
/// exist.
pub fn set_credit(ctx: &Ctx, domid: u32, change: &Change) -> Result<()> {
    let domain = found(ctx, domid)?.ok_or(Error::Invalid)?;
    let xen = ctx.hypervisor();
    let mut now = xen.credit_domain(domid).map_err(|e| refused(ctx, domid, e))?;
    weighted(ctx, &domain, change, &mut now.weight, &mut now.cap)?;
    xen.set_credit_domain(domid, &mut now).map_err(|e| refused(ctx, domid, e))
}

/// As [`set_credit`], for the credit2 scheduler.
pub fn set_credit2(ctx: &Ctx, domid: u32, change: &Change) -> Result<()> {
    let domain = found(ctx, domid)?.ok_or(Error::Invalid)?;
    let xen = ctx.hypervisor();
    let mut now = xen.credit2_domain(domid).map_err(|e| refused(ctx, domid, e))?;
    weighted(ctx, &domain, change, &mut now.weight, &mut now.cap)?;
    xen.set_credit2_domain(domid, &mut now).map_err(|e| refused(ctx, domid, e))
}

fn weighted(
    ctx: &Ctx,
    domain: &DomainInfo,
    change: &Change,
    weight_now: &mut u16,
    cap_now: &mut u16,
) -> Result<()> {
    let invalid_param = |why| invalid_param(ctx, domain.domid, why);
    if let Some(wanted) = change.weight {
        *weight_now = weight(wanted).map_err(invalid_param)?;
    }
    if let Some(wanted) = change.cap {
        *cap_now = cap(wanted, domain.max_vcpu_id).map_err(invalid_param)?;
    }
    Ok(())
}

/// Changes a domain's parameters for the RTDS scheduler, and with them those of all its vcpus.
pub fn set_rtds(ctx: &Ctx, domid: u32, change: &Change) -> Result<()> {
    let xen = ctx.hypervisor();
    let mut now = xen.rtds_domain(domid).map_err(|e| refused(ctx, domid, e))?;
    let period = change.period.unwrap_or(now.period as i32);
    let budget = change.budget.unwrap_or(now.budget as i32);
    (now.period, now.budget) =
        times(period, budget).map_err(|why| invalid_param(ctx, domid, why))?;
    now.flags &= !sys::XEN_DOMCTL_SCHEDRT_extra;
    if change.extra_time {
        now.flags |= sys::XEN_DOMCTL_SCHEDRT_extra;
    }
    xen.set_rtds_domain(domid, &mut now).map_err(|e| refused(ctx, domid, e))
}

/// A vcpu's RTDS parameters as the application has passed them, before they are checked.
#[derive(Clone, Copy, Debug)]
pub struct NewVcpuParams {
    pub vcpu: i32,
    pub period: i32,
    pub budget: i32,
    pub extra_time: bool,
}

impl NewVcpuParams {
    fn within(&self, last: u32) -> std::result::Result<RtdsVcpu, InvalidParam> {
        let vcpu = vcpu(self.vcpu, last)?;
        let (period, budget) = times(self.period, self.budget)?;
        Ok(RtdsVcpu { vcpu, period, budget, extra_time: self.extra_time })
    }
}

/// The highest vcpu of a domain; `None` if it has no vcpus.
fn last_vcpu(ctx: &Ctx, domid: u32) -> Result<Option<u32>> {
    match found(ctx, domid)? {
        Some(domain) => Ok(domain.max_vcpu_id),
        None => {
            error!(ctx, domid = domid, "cannot find the domain: no such domain");
            Err(Error::Fail)
        }
    }
}

/// The RTDS parameters of some vcpus of a domain, in the order of the request.
pub fn rtds_vcpus(ctx: &Ctx, domid: u32, wanted: &[i32]) -> Result<Vec<RtdsVcpu>> {
    // For a domain without vcpus Xen returns an error, as in C.
    let last = last_vcpu(ctx, domid)?.unwrap_or(u32::MAX);
    if wanted.is_empty() {
        return Err(Error::Invalid);
    }
    let named = |&id: &i32| vcpu(id, last).map(|vcpu| RtdsVcpu { vcpu, ..RtdsVcpu::default() });
    let all = wanted.iter().map(named).collect::<std::result::Result<_, _>>();
    filled(ctx, domid, all.map_err(|why| invalid_param(ctx, domid, why))?)
}

/// The RTDS parameters of all vcpus of a domain.
pub fn all_rtds_vcpus(ctx: &Ctx, domid: u32) -> Result<Vec<RtdsVcpu>> {
    let all = 0..last_vcpu(ctx, domid)?.map_or(0, |last| last + 1);
    filled(ctx, domid, all.map(|vcpu| RtdsVcpu { vcpu, ..RtdsVcpu::default() }).collect())
}

fn filled(ctx: &Ctx, domid: u32, mut vcpus: Vec<RtdsVcpu>) -> Result<Vec<RtdsVcpu>> {
    let got = ctx.hypervisor().rtds_vcpus(domid, &mut vcpus);
    got.map(|()| vcpus).map_err(|e| refused(ctx, domid, e))
}

/// Sets the RTDS parameters of some vcpus of a domain. If any value is out of range, none are set.
pub fn set_rtds_vcpus(ctx: &Ctx, domid: u32, all_new: &[NewVcpuParams]) -> Result<()> {
    let last = last_vcpu(ctx, domid)?.unwrap_or(u32::MAX);
    if all_new.is_empty() {
        return Err(Error::Invalid);
    }
    let all =
        all_new.iter().map(|new| new.within(last)).collect::<std::result::Result<Vec<_>, _>>();
    let all = all.map_err(|why| invalid_param(ctx, domid, why))?;
    ctx.hypervisor().set_rtds_vcpus(domid, &all).map_err(|e| refused(ctx, domid, e))
}

/// Sets the same parameters for all vcpus of a domain; the vcpu in `new` is ignored. `Error::Invalid` if `new` is
/// `None`.
pub fn set_all_rtds_vcpus(ctx: &Ctx, domid: u32, new: Option<&NewVcpuParams>) -> Result<()> {
    let last = last_vcpu(ctx, domid)?;
    let new = new.ok_or(Error::Invalid)?;
    let one = NewVcpuParams { vcpu: 0, ..*new }
        .within(0)
        .map_err(|why| invalid_param(ctx, domid, why))?;
    let all: Vec<_> =
        (0..last.map_or(0, |last| last + 1)).map(|vcpu| RtdsVcpu { vcpu, ..one }).collect();
    ctx.hypervisor().set_rtds_vcpus(domid, &all).map_err(|e| refused(ctx, domid, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_positive_and_have_16_bits() {
        assert_eq!(weight(1), Ok(1));
        assert_eq!(weight(65535), Ok(65535));
        for bad in [0, -1, 65536, i32::MIN, i32::MAX] {
            assert_eq!(weight(bad), Err(InvalidParam::Weight), "{bad}");
        }
    }

    #[test]
    fn caps_go_up_to_all_vcpus() {
        assert_eq!(cap(0, Some(0)), Ok(0));
        assert_eq!(cap(100, Some(0)), Ok(100));
        assert_eq!(cap(101, Some(0)), Err(InvalidParam::Cap(100)));
        assert_eq!(cap(400, Some(3)), Ok(400));
        assert_eq!(cap(-2, Some(3)), Err(InvalidParam::Cap(400)));
        assert_eq!(cap(0, None), Ok(0));
        assert_eq!(cap(1, None), Err(InvalidParam::Cap(0)));
    }

    #[test]
    fn budgets_lie_within_periods() {
        assert_eq!(times(1, 1), Ok((1, 1)));
        assert_eq!(times(10000, 4000), Ok((10000, 4000)));
        assert_eq!(times(0, 0), Err(InvalidParam::Period(0)));
        assert_eq!(times(-1, 5), Err(InvalidParam::Period(-1)));
        assert_eq!(times(5, 0), Err(InvalidParam::Budget(0)));
        assert_eq!(times(5, 6), Err(InvalidParam::BudgetAbovePeriod));
    }

    #[test]
    fn parameters_are_for_vcpus_that_exist() {
        let new = |vcpu| NewVcpuParams { vcpu, period: 10, budget: 5, extra_time: true };
        let share = RtdsVcpu { vcpu: 3, period: 10, budget: 5, extra_time: true };
        assert_eq!(new(3).within(3), Ok(share));
        assert_eq!(new(4).within(3), Err(InvalidParam::Vcpu(4, 3)));
        assert_eq!(new(-1).within(u32::MAX), Err(InvalidParam::Vcpu(-1, u32::MAX)));
        let short = NewVcpuParams { budget: 11, ..new(9) };
        assert_eq!(short.within(3), Err(InvalidParam::Vcpu(9, 3)));
        assert_eq!(short.within(9), Err(InvalidParam::BudgetAbovePeriod));
    }
}
