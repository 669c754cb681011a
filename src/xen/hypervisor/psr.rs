//! What the cpus of a socket share, caches and memory bandwidth: measured for each domain (CMT), and shared out among the
//! domains (CAT, CDP, MBA).
//!
//! libxenctrl keeps what cannot change while the host runs (whether there is CMT, its number of RMIDs, its factor, the size of
//! the third-level cache) for as long as the process lives.

use std::ffi::c_int;

use super::{Hypervisor, Result, sys};

/// What a socket offers for sharing out a cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CacheShares {
    pub cos_max: u32,
    pub cbm_len: u32,
    pub cdp_enabled: bool,
}

/// What a socket offers for sharing out memory bandwidth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BandwidthShares {
    pub cos_max: u32,
    pub thrtl_max: u32,
    pub linear: bool,
}

/// A cache whose ways can be shared out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CacheLevel {
    Second,
    Third,
}

impl Hypervisor {
    /// Begins to measure what a domain uses.
    pub fn cmt_attach(&self, domid: u32) -> Result<()> {
        // SAFETY: a plain number.
        self.call("psr_cmt_attach", |xch| unsafe { sys::xc_psr_cmt_attach(xch, domid) }).map(drop)
    }

    /// Measures it no more.
    pub fn cmt_detach(&self, domid: u32) -> Result<()> {
        // SAFETY: a plain number.
        self.call("psr_cmt_detach", |xch| unsafe { sys::xc_psr_cmt_detach(xch, domid) }).map(drop)
    }

    /// The number by which the cpus tell what a domain uses (RMID); 0 if it is not measured.
    pub fn cmt_rmid(&self, domid: u32) -> Result<u32> {
        let mut rmid = 0;
        // SAFETY: `rmid` is written during the call.
        self.call("psr_cmt_get_domain_rmid", |xch| unsafe {
            sys::xc_psr_cmt_get_domain_rmid(xch, domid, &mut rmid)
        })?;
        Ok(rmid)
    }

    /// Whether Xen measures at all; 0 is no.
    pub fn cmt_enabled(&self) -> Result<u32> {
        // SAFETY: an open handle.
        self.call("psr_cmt_enabled", |xch| unsafe { sys::xc_psr_cmt_enabled(xch) })
    }

    /// What `ask` answers.
    ///
    /// # Safety
    /// `ask` takes an open handle, and writes the number that it is given a pointer to.
    unsafe fn cmt_number(
        &self,
        what: &'static str,
        ask: unsafe extern "C" fn(*mut sys::xc_interface, *mut u32) -> c_int,
    ) -> Result<u32> {
        let mut number = 0;
        // SAFETY: the caller's contract; `number` lives through the call.
        self.call(what, |xch| unsafe { ask(xch, &mut number) })?;
        Ok(number)
    }

    /// The highest RMID.
    pub fn cmt_total_rmid(&self) -> Result<u32> {
        // SAFETY: it writes one number.
        unsafe { self.cmt_number("psr_cmt_get_total_rmid", sys::xc_psr_cmt_get_total_rmid) }
    }

    /// The size in KiB of the third-level cache that `cpu` uses.
    pub fn cmt_cache_size(&self, cpu: u32) -> Result<u32> {
        let mut size = 0;
        // SAFETY: `size` is written during the call.
        self.call("psr_cmt_get_l3_cache_size", |xch| unsafe {
            sys::xc_psr_cmt_get_l3_cache_size(xch, cpu, &mut size)
        })?;
        Ok(size)
    }

    /// What can be measured, as bits.
    pub fn cmt_events(&self) -> Result<u32> {
        // SAFETY: it writes one number.
        unsafe { self.cmt_number("psr_cmt_get_l3_event_mask", sys::xc_psr_cmt_get_l3_event_mask) }
    }

    /// By what a counter is to be multiplied, which gives bytes.
    pub fn cmt_factor(&self) -> Result<u32> {
        // SAFETY: it writes one number.
        unsafe {
            self.cmt_number(
                "psr_cmt_get_l3_upscaling_factor",
                sys::xc_psr_cmt_get_l3_upscaling_factor,
            )
        }
    }

    /// A counter as `cpu` sees it, and the cpu's time stamp at that moment if it is `wanted`, else 0.
    pub fn cmt_counter(
        &self,
        rmid: u32,
        cpu: u32,
        counter: u32,
        time_wanted: bool,
    ) -> Result<(u64, u64)> {
        let (mut value, mut time) = (0, 0);
        let time_at = if time_wanted { &raw mut time } else { std::ptr::null_mut() };
        // SAFETY: `value` and, unless it is NULL, what `time_at` points to are written during the call.
        self.call("psr_cmt_get_data", |xch| unsafe {
            sys::xc_psr_cmt_get_data(xch, rmid, cpu, counter, &mut value, time_at)
        })?;
        Ok((value, time))
    }

    /// Sets a domain's share on one socket. `kind` is one of `XC_PSR_CAT_L3_CBM` and the following.
    pub fn set_psr_share(&self, domid: u32, kind: u32, socket: u32, value: u64) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("psr_set_domain_data", |xch| unsafe {
            sys::xc_psr_set_domain_data(xch, domid, kind, socket, value)
        })
        .map(drop)
    }

    /// A domain's share on one socket.
    pub fn psr_share(&self, domid: u32, kind: u32, socket: u32) -> Result<u64> {
        let mut value = 0;
        // SAFETY: `value` is written during the call.
        self.call("psr_get_domain_data", |xch| unsafe {
            sys::xc_psr_get_domain_data(xch, domid, kind, socket, &mut value)
        })?;
        Ok(value)
    }

    /// What a socket offers for sharing out that cache.
    pub fn cache_shares(&self, socket: u32, level: CacheLevel) -> Result<CacheShares> {
        let feature = match level {
            CacheLevel::Second => sys::XC_PSR_CAT_L2,
            CacheLevel::Third => sys::XC_PSR_CAT_L3,
        };
        let info = self.psr_info(socket, feature)?;
        // SAFETY: the member of that feature, which the call has written.
        let cat = unsafe { info.cat };
        let sys::xc_psr_hw_info__bindgen_ty_1 { cos_max, cbm_len, cdp_enabled } = cat;
        Ok(CacheShares { cos_max, cbm_len, cdp_enabled })
    }

    /// What a socket offers for sharing out memory bandwidth.
    pub fn bandwidth_shares(&self, socket: u32) -> Result<BandwidthShares> {
        let info = self.psr_info(socket, sys::XC_PSR_MBA)?;
        // SAFETY: the member of that feature, which the call has written.
        let mba = unsafe { info.mba };
        let sys::xc_psr_hw_info__bindgen_ty_2 { cos_max, thrtl_max, linear } = mba;
        Ok(BandwidthShares { cos_max, thrtl_max, linear })
    }

    fn psr_info(&self, socket: u32, feature: u32) -> Result<sys::xc_psr_hw_info> {
        // SAFETY: plain numbers and truths, for which all zeroes is a value.
        let mut info: sys::xc_psr_hw_info = unsafe { std::mem::zeroed() };
        // SAFETY: the union is the one that the function fills.
        self.call("psr_get_hw_info", |xch| unsafe {
            sys::xc_psr_get_hw_info(xch, socket, feature, &mut info)
        })?;
        Ok(info)
    }
}
