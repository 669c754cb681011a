//! Parameters of the schedulers.

use super::{Hypervisor, Result, sys};

pub use sys::{
    xen_domctl_sched_credit as CreditDomain, xen_domctl_sched_credit2 as Credit2Domain,
    xen_domctl_sched_rtds as RtdsDomain, xen_domctl_schedparam_vcpu as RtdsVcpu,
    xen_sysctl_credit_schedule as CreditParams, xen_sysctl_credit2_schedule as Credit2Params,
};

/// A getter and a setter of one plain struct: both take the handle, a number and the struct.
macro_rules! parameters {
    ($($get:ident $set:ident $xc_get:ident $xc_set:ident $ty:ty;)*) => { impl Hypervisor { $(
        #[doc = concat!("`", stringify!($xc_get), "`: what holds for domain or cpupool `id`.")]
        pub fn $get(&self, id: u32) -> Result<$ty> {
            // SAFETY: plain numbers, for which all zeroes is a value.
            let mut value: $ty = unsafe { std::mem::zeroed() };
            // SAFETY: the struct is the one that the function fills.
            self.call(stringify!($get), |xch| unsafe { sys::$xc_get(xch, id, &mut value) })?;
            Ok(value)
        }

        #[doc = concat!("`", stringify!($xc_set), "` for `id`; `value` becomes what Xen made of it.")]
        pub fn $set(&self, id: u32, value: &mut $ty) -> Result<()> {
            // SAFETY: the struct is the one that the function reads.
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
