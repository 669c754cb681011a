//! Platform shared resources: the monitoring of caches and memory bandwidth for each domain (CMT), and their allocation
//! to domains (CAT, CDP, MBA).
//!
//! libxenctrl caches what cannot change while the host runs (whether there is CMT, its number of RMIDs, its factor, the
//! size of the third-level cache) until the process ends.

use std::ffi::c_int;

use super::{Hypervisor, Result, sys};

/// The limits of a socket for the allocation of a cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CacheShares {
    pub cos_max: u32,
    pub cbm_len: u32,
    pub cdp_enabled: bool,
}

/// The limits of a socket for the allocation of memory bandwidth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BandwidthShares {
    pub cos_max: u32,
    pub thrtl_max: u32,
    pub linear: bool,
}

/// A cache whose ways can be allocated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CacheLevel {
    Second,
    Third,
}

impl Hypervisor {
    /// Starts monitoring of a domain.
    pub fn cmt_attach(&self, domid: u32) -> Result<()> {
        // SAFETY: the argument is a number.
        self.call("psr_cmt_attach", |xch| unsafe { sys::xc_psr_cmt_attach(xch, domid) }).map(drop)
    }

    /// Stops monitoring of a domain.
    pub fn cmt_detach(&self, domid: u32) -> Result<()> {
        // SAFETY: the argument is a number.
        self.call("psr_cmt_detach", |xch| unsafe { sys::xc_psr_cmt_detach(xch, domid) }).map(drop)
    }

    /// The resource monitoring id (RMID) of a domain; 0 if it is not monitored.
    pub fn cmt_rmid(&self, domid: u32) -> Result<u32> {
        let mut rmid = 0;
        // SAFETY: `rmid` may be written to during the call.
        self.call("psr_cmt_get_domain_rmid", |xch| unsafe {
            sys::xc_psr_cmt_get_domain_rmid(xch, domid, &mut rmid)
        })?;
        Ok(rmid)
    }

    /// Whether monitoring is enabled in Xen; 0 for no.
    pub fn cmt_enabled(&self) -> Result<u32> {
        // SAFETY: the handle is open.
        self.call("psr_cmt_enabled", |xch| unsafe { sys::xc_psr_cmt_enabled(xch) })
    }

    /// The number that `ask` returns through its pointer.
    ///
    /// # Safety
    /// `ask` must only need an open handle, and write only the number that its argument points to.
    unsafe fn cmt_number(
        &self,
        what: &'static str,
        ask: unsafe extern "C" fn(*mut sys::xc_interface, *mut u32) -> c_int,
    ) -> Result<u32> {
        let mut number = 0;
        // SAFETY: the caller guarantees what `ask` does; `number` lives until the call has returned.
        self.call(what, |xch| unsafe { ask(xch, &mut number) })?;
        Ok(number)
    }

    /// The highest RMID.
    pub fn cmt_total_rmid(&self) -> Result<u32> {
        // SAFETY: the function writes one number.
        unsafe { self.cmt_number("psr_cmt_get_total_rmid", sys::xc_psr_cmt_get_total_rmid) }
    }

    /// The size of the third-level cache of `cpu`, in KiB.
    pub fn cmt_cache_size(&self, cpu: u32) -> Result<u32> {
        let mut size = 0;
        // SAFETY: `size` may be written to during the call.
        self.call("psr_cmt_get_l3_cache_size", |xch| unsafe {
            sys::xc_psr_cmt_get_l3_cache_size(xch, cpu, &mut size)
        })?;
        Ok(size)
    }

    /// A bit mask of the events that can be monitored.
    pub fn cmt_events(&self) -> Result<u32> {
        // SAFETY: the function writes one number.
        unsafe { self.cmt_number("psr_cmt_get_l3_event_mask", sys::xc_psr_cmt_get_l3_event_mask) }
    }

    /// The factor that converts a counter's value to bytes.
    pub fn cmt_factor(&self) -> Result<u32> {
        // SAFETY: the function writes one number.
        unsafe {
            self.cmt_number(
                "psr_cmt_get_l3_upscaling_factor",
                sys::xc_psr_cmt_get_l3_upscaling_factor,
            )
        }
    }

    /// The value of a counter on `cpu`, and the CPU's time stamp at that moment if `time_wanted`, else 0.
    pub fn cmt_counter(
        &self,
        rmid: u32,
        cpu: u32,
        counter: u32,
        time_wanted: bool,
    ) -> Result<(u64, u64)> {
        let (mut value, mut time) = (0, 0);
        let time_at = if time_wanted { &raw mut time } else { std::ptr::null_mut() };
        // SAFETY: `value` and, unless it is NULL, the target of `time_at` may be written to during the call.
        self.call("psr_cmt_get_data", |xch| unsafe {
            sys::xc_psr_cmt_get_data(xch, rmid, cpu, counter, &mut value, time_at)
        })?;
        Ok((value, time))
    }

    /// Sets the allocation of a domain on one socket. `kind` is one of `XC_PSR_CAT_L3_CBM` and the following.
    pub fn set_psr_share(&self, domid: u32, kind: u32, socket: u32, value: u64) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("psr_set_domain_data", |xch| unsafe {
            sys::xc_psr_set_domain_data(xch, domid, kind, socket, value)
        })
        .map(drop)
    }

    /// The allocation of a domain on one socket.
    pub fn psr_share(&self, domid: u32, kind: u32, socket: u32) -> Result<u64> {
        let mut value = 0;
        // SAFETY: `value` may be written to during the call.
        self.call("psr_get_domain_data", |xch| unsafe {
            sys::xc_psr_get_domain_data(xch, domid, kind, socket, &mut value)
        })?;
        Ok(value)
    }

    /// The limits of a socket for the allocation of the cache `level`.
    pub fn cache_shares(&self, socket: u32, level: CacheLevel) -> Result<CacheShares> {
        let feature = match level {
            CacheLevel::Second => sys::XC_PSR_CAT_L2,
            CacheLevel::Third => sys::XC_PSR_CAT_L3,
        };
        let info = self.psr_info(socket, feature)?;
        // SAFETY: this is the union's member for that feature, which the call has written.
        let cat = unsafe { info.cat };
        let sys::xc_psr_hw_info__bindgen_ty_1 { cos_max, cbm_len, cdp_enabled } = cat;
        Ok(CacheShares { cos_max, cbm_len, cdp_enabled })
    }

    /// The limits of a socket for the allocation of memory bandwidth.
    pub fn bandwidth_shares(&self, socket: u32) -> Result<BandwidthShares> {
        let info = self.psr_info(socket, sys::XC_PSR_MBA)?;
        // SAFETY: this is the union's member for that feature, which the call has written.
        let mba = unsafe { info.mba };
        let sys::xc_psr_hw_info__bindgen_ty_2 { cos_max, thrtl_max, linear } = mba;
        Ok(BandwidthShares { cos_max, thrtl_max, linear })
    }

    fn psr_info(&self, socket: u32, feature: u32) -> Result<sys::xc_psr_hw_info> {
        // SAFETY: the union consists of numbers and booleans, so all zeroes is a valid value.
        let mut info: sys::xc_psr_hw_info = unsafe { std::mem::zeroed() };
        // SAFETY: the union has the type that the function fills.
        self.call("psr_get_hw_info", |xch| unsafe {
            sys::xc_psr_get_hw_info(xch, socket, feature, &mut info)
        })?;
        Ok(info)
    }
}
