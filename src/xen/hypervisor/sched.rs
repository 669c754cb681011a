//! The parameters of Xen's schedulers.

use super::{Hypervisor, Result, sys};

pub use sys::{
    xen_domctl_sched_credit as CreditDomain, xen_domctl_sched_credit2 as Credit2Domain,
    xen_domctl_sched_rtds as RtdsDomain, xen_sysctl_credit_schedule as CreditParams,
    xen_sysctl_credit2_schedule as Credit2Params,
};

/// Defines a getter and a setter of one struct of numbers: both take the handle, an id and the struct.
macro_rules! parameters {
    ($($get:ident $set:ident $xc_get:ident $xc_set:ident $ty:ty;)*) => { impl Hypervisor { $(
        #[doc = concat!("`", stringify!($xc_get), "`: what holds for domain or cpupool `id`.")]
        pub fn $get(&self, id: u32) -> Result<$ty> {
            // SAFETY: the struct consists of numbers, so all zeroes is a valid value.
            let mut value: $ty = unsafe { std::mem::zeroed() };
            // SAFETY: the struct has the type that the function fills.
            self.call(stringify!($get), |xch| unsafe { sys::$xc_get(xch, id, &mut value) })?;
            Ok(value)
        }

        #[doc = concat!("`", stringify!($xc_set), "` for `id`; `value` becomes what Xen made of it.")]
        pub fn $set(&self, id: u32, value: &mut $ty) -> Result<()> {
            // SAFETY: the struct has the type that the function reads.
            self.call(stringify!($set), |xch| unsafe { sys::$xc_set(xch, id, value) }).map(drop)
        }
    )* } };
}

parameters! {
    credit_domain set_credit_domain xc_sched_credit_domain_get xc_sched_credit_domain_set CreditDomain;
    credit2_domain set_credit2_domain xc_sched_credit2_domain_get xc_sched_credit2_domain_set Credit2Domain;
    rtds_domain set_rtds_domain xc_sched_rtds_domain_get xc_sched_rtds_domain_set RtdsDomain;
    credit_params set_credit_params xc_sched_credit_params_get xc_sched_credit_params_set CreditParams;
    credit2_params set_credit2_params xc_sched_credit2_params_get xc_sched_credit2_params_set Credit2Params;
}

/// One vcpu under the RTDS scheduler: in each `period` it may run for `budget`, both in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RtdsVcpu {
    pub vcpu: u32,
    pub period: u32,
    pub budget: u32,
    /// It may run beyond its budget while no other vcpu is runnable.
    pub extra_time: bool,
}

impl From<&RtdsVcpu> for sys::xen_domctl_schedparam_vcpu {
    fn from(v: &RtdsVcpu) -> Self {
        let flags = if v.extra_time { sys::XEN_DOMCTL_SCHEDRT_extra } else { 0 };
        let rtds = RtdsDomain { period: v.period, budget: v.budget, flags };
        Self { u: sys::xen_domctl_schedparam_vcpu__bindgen_ty_1 { rtds }, vcpuid: v.vcpu }
    }
}

type VcpuCall = unsafe extern "C" fn(
    *mut sys::xc_interface,
    u32,
    *mut sys::xen_domctl_schedparam_vcpu,
    u32,
) -> std::ffi::c_int;

impl Hypervisor {
    /// Reads the parameters of those vcpus of a domain that `vcpus` lists.
    pub fn rtds_vcpus(&self, domid: u32, vcpus: &mut [RtdsVcpu]) -> Result<()> {
        let raw = self.rtds_call("rtds_vcpus", sys::xc_sched_rtds_vcpu_get, domid, vcpus)?;
        for (vcpu, raw) in vcpus.iter_mut().zip(raw) {
            // SAFETY: all members are three numbers, whichever was written.
            let rtds = unsafe { raw.u.rtds };
            *vcpu = RtdsVcpu {
                vcpu: raw.vcpuid,
                period: rtds.period,
                budget: rtds.budget,
                extra_time: rtds.flags & sys::XEN_DOMCTL_SCHEDRT_extra != 0,
            };
        }
        Ok(())
    }

    /// Sets parameters of vcpus of a domain. If one is rejected, those before it have been set.
    pub fn set_rtds_vcpus(&self, domid: u32, vcpus: &[RtdsVcpu]) -> Result<()> {
        self.rtds_call("set_rtds_vcpus", sys::xc_sched_rtds_vcpu_set, domid, vcpus).map(drop)
    }

    fn rtds_call(
        &self,
        what: &'static str,
        call: VcpuCall,
        domid: u32,
        vcpus: &[RtdsVcpu],
    ) -> Result<Vec<sys::xen_domctl_schedparam_vcpu>> {
        let mut raw: Vec<sys::xen_domctl_schedparam_vcpu> = vcpus.iter().map(Into::into).collect();
        let (first, count) = (raw.as_mut_ptr(), raw.len() as u32);
        // SAFETY: both functions access only the `count` elements at `first`, which live until the call has returned.
        self.call(what, |xch| unsafe { call(xch, domid, first, count) })?;
        Ok(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_time_is_a_flag() {
        for (extra_time, flags) in [(false, 0), (true, 1)] {
            let vcpu = RtdsVcpu { vcpu: 3, period: 10000, budget: 4000, extra_time };
            let raw = sys::xen_domctl_schedparam_vcpu::from(&vcpu);
            // SAFETY: this is the member that was just written.
            let rtds = unsafe { raw.u.rtds };
            assert_eq!((raw.vcpuid, rtds.period, rtds.budget, rtds.flags), (3, 10000, 4000, flags));
        }
    }
}
