//! Domains as the hypervisor sees them: list, details, pause, unpause, destroy, shut down.

use std::ffi::{CStr, c_int};

use nix::errno::Errno;

use super::{Hypervisor, HypervisorError, Result, sys};

/// How many domains' details fit into one page: a list of at most this many needs no mapping of its
/// own in libxencall, which keeps single pages ready.
pub const ONE_PAGE: u32 = (4096 / size_of::<sys::xen_domctl_getdomaininfo>()) as u32;

/// How many domains a further call asks for.
pub const MANY: u32 = 1024;

/// What the hypervisor tells about one domain. Memory is counted in pages of 4 KiB.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DomainInfo {
    pub domid: u32,
    pub uuid: [u8; 16],
    /// The security label's number.
    pub ssidref: u32,
    pub dying: bool,
    pub shutdown: bool,
    pub paused: bool,
    pub blocked: bool,
    pub running: bool,
    /// The xenstore domain: must not be stopped.
    pub xenstore: bool,
    /// HVM or PVH, as opposed to PV.
    pub hvm: bool,
    /// Why it shut down (`SHUTDOWN_*` of Xen); meaningful while `shutdown`.
    pub shutdown_reason: u8,
    pub outstanding_pages: u64,
    pub total_pages: u64,
    pub shared_pages: u64,
    pub paged_pages: u64,
    pub max_pages: u64,
    pub shared_info_frame: u64,
    /// Nanoseconds of cpu time used.
    pub cpu_time: u64,
    pub online_vcpus: u32,
    /// `None` for a domain that has no vcpus (yet).
    pub max_vcpu_id: Option<u32>,
    pub cpupool: u32,
    pub gpaddr_bits: u8,
}

impl From<&sys::xen_domctl_getdomaininfo> for DomainInfo {
    fn from(raw: &sys::xen_domctl_getdomaininfo) -> Self {
        let flag = |bit: u32| raw.flags & bit != 0;
        Self {
            domid: raw.domain.into(),
            uuid: raw.handle,
            ssidref: raw.ssidref,
            dying: flag(sys::XEN_DOMINF_dying),
            shutdown: flag(sys::XEN_DOMINF_shutdown),
            paused: flag(sys::XEN_DOMINF_paused),
            blocked: flag(sys::XEN_DOMINF_blocked),
            running: flag(sys::XEN_DOMINF_running),
            xenstore: flag(sys::XEN_DOMINF_xs_domain),
            hvm: flag(sys::XEN_DOMINF_hvm_guest),
            shutdown_reason: (raw.flags >> sys::XEN_DOMINF_shutdownshift
                & sys::XEN_DOMINF_shutdownmask) as u8,
            outstanding_pages: raw.outstanding_pages,
            total_pages: raw.tot_pages,
            shared_pages: raw.shr_pages,
            paged_pages: raw.paged_pages,
            max_pages: raw.max_pages,
            shared_info_frame: raw.shared_info_frame,
            cpu_time: raw.cpu_time,
            online_vcpus: raw.nr_online_vcpus,
            max_vcpu_id: (raw.max_vcpu_id != sys::XEN_INVALID_MAX_VCPU_ID as u32)
                .then_some(raw.max_vcpu_id),
            cpupool: raw.cpupool,
            gpaddr_bits: raw.gpaddr_bits,
        }
    }
}

impl Hypervisor {
    /// Appends to `out` what there is at `first` and above, at most `max` domains; answers how many.
    fn domains_from(&self, first: u32, max: u32, out: &mut Vec<DomainInfo>) -> Result<u32> {
        let mut raw = Vec::<sys::xen_domctl_getdomaininfo>::with_capacity(max as usize);
        // SAFETY: the buffer has room for `max` elements; libxenctrl writes at most that many.
        let n = self.call("domain_getinfolist", |xch| unsafe {
            sys::xc_domain_getinfolist(xch, first, max, raw.as_mut_ptr())
        })?;
        let n = n.min(max);
        // SAFETY: the call has filled the first `n` elements.
        unsafe { raw.set_len(n as usize) };
        out.extend(raw.iter().map(DomainInfo::from));
        Ok(n)
    }

    /// The first `max` domains, or fewer if there are no more, whose number is `first` or above, in order.
    pub fn domains_at(&self, first: u32, max: u32) -> Result<Vec<DomainInfo>> {
        let mut some = Vec::new();
        self.domains_from(first, max, &mut some)?;
        Ok(some)
    }

    /// Every domain, in order of domid.
    pub fn domains(&self) -> Result<Vec<DomainInfo>> {
        let mut all = Vec::new();
        let mut max = ONE_PAGE;
        loop {
            let first = all.last().map_or(0, |d: &DomainInfo| d.domid + 1);
            // Fewer than asked for: there are no more.
            if self.domains_from(first, max, &mut all)? < max {
                return Ok(all);
            }
            max = MANY;
        }
    }

    /// One domain; `None` if there is no such domain.
    pub fn domain(&self, domid: u32) -> Result<Option<DomainInfo>> {
        let mut one = Vec::with_capacity(1);
        self.domains_from(domid, 1, &mut one)?;
        Ok(one.pop().filter(|d| d.domid == domid))
    }

    /// Makes a domain, paused, without memory and vcpus, and gives its number: `wanted` if a guest may have
    /// that, one of Xen's choice otherwise. `EEXIST` if there is a domain of that number.
    pub fn domain_create(
        &self,
        wanted: u32,
        parameters: &mut sys::xen_domctl_createdomain,
    ) -> Result<u32> {
        let mut domid = wanted;
        // SAFETY: both point to what may be read and written for the call.
        self.call("domain_create", |xch| unsafe {
            sys::xc_domain_create(xch, &mut domid, parameters)
        })?;
        Ok(domid)
    }

    /// The name of the layout of rings in the domain's memory; `None` for one that libxenctrl knows no name for.
    pub fn native_protocol(&self, domid: u32) -> Result<Option<String>> {
        let xch = self.xch()?;
        // SAFETY: the answer is NULL or a string that stays.
        let name = unsafe {
            let name = sys::xc_domain_get_native_protocol(xch, domid);
            (!name.is_null()).then(|| CStr::from_ptr(name))
        };
        Ok(name.map(|name| name.to_string_lossy().into_owned()))
    }

    /// Stops the domain's vcpus until [`Self::domain_unpause`]; counted by Xen.
    pub fn domain_pause(&self, domid: u32) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("domain_pause", |xch| unsafe { sys::xc_domain_pause(xch, domid) }).map(drop)
    }

    /// Gives `domid` (a stub domain) the rights over `target` that a device model needs.
    pub fn set_target(&self, domid: u32, target: u32) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("domain_set_target", |xch| unsafe {
            sys::xc_domain_set_target(xch, domid, target)
        })
        .map(drop)
    }

    /// Lets the domain run again.
    pub fn domain_unpause(&self, domid: u32) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("domain_unpause", |xch| unsafe { sys::xc_domain_unpause(xch, domid) }).map(drop)
    }

    /// Destroys the domain. Slow: returns when Xen has given back all its memory (seconds, for a big
    /// domain).
    pub fn domain_destroy(&self, domid: u32) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("domain_destroy", |xch| unsafe { sys::xc_domain_destroy(xch, domid) }).map(drop)
    }

    /// Takes event channels, grants and what else the guest had set up away from a domain that has shut down, and lets it run
    /// on. If that fails, the hypervisor has crashed the domain.
    pub fn domain_soft_reset(&self, domid: u32) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("domain_soft_reset", |xch| unsafe { sys::xc_domain_soft_reset(xch, domid) })
            .map(drop)
    }

    /// Writes the domain's memory and registers to `file`. Slow; uses what is not guarded in the handle,
    /// which must be the caller's own.
    pub fn domain_dump_core(&self, domid: u32, file: &CStr) -> Result<()> {
        // SAFETY: the string ends with NUL.
        self.call("domain_dumpcore", |xch| unsafe {
            sys::xc_domain_dumpcore(xch, domid, file.as_ptr())
        })
        .map(drop)
    }

    /// Marks the domain as shut down for `reason` (`SHUTDOWN_*` of Xen), without asking the guest.
    pub fn domain_shutdown(&self, domid: u32, reason: u8) -> Result<()> {
        let reason = c_int::from(reason);
        // SAFETY: plain numbers.
        self.call("domain_shutdown", |xch| unsafe { sys::xc_domain_shutdown(xch, domid, reason) })
            .map(drop)
    }

    /// Sets what the domain may have, in KiB; pages that it has beyond stay its own.
    pub fn set_max_memory(&self, domid: u32, kb: u64) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("domain_setmaxmem", |xch| unsafe { sys::xc_domain_setmaxmem(xch, domid, kb) })
            .map(drop)
    }

    /// Sets how many pages there shall be behind the memory of an HVM or PVH guest that is populated on
    /// demand; no more than it may have. A guest that is populated is left alone.
    pub fn set_pod_target(&self, domid: u32, pages: u64) -> Result<()> {
        let none = std::ptr::null_mut();
        // SAFETY: where the answers are NULL they are not written.
        self.call("domain_set_pod_target", |xch| unsafe {
            sys::xc_domain_set_pod_target(xch, domid, pages, none, none, none)
        })
        .map(drop)
    }

    /// The security label of number `ssidref`, as text; `ENOSYS` where Xen runs without Flask.
    pub fn flask_label(&self, ssidref: u32) -> Result<Vec<u8>> {
        const WHAT: &str = "flask_sid_to_context";
        if self.no_flask.known() {
            return Err(HypervisorError { errno: Errno::ENOSYS, what: WHAT });
        }
        self.ask_flask_label(ssidref, WHAT).inspect_err(|e| {
            self.no_flask.learn(e.errno);
        })
    }

    fn ask_flask_label(&self, ssidref: u32, what: &'static str) -> Result<Vec<u8>> {
        let mut buffer = vec![0u8; 4096];
        self.call(what, |xch| {
            // SAFETY: the buffer has the size that is passed.
            unsafe {
                sys::xc_flask_sid_to_context(
                    xch,
                    ssidref as c_int,
                    buffer.as_mut_ptr().cast(),
                    buffer.len() as u32,
                )
            }
        })?;
        let end = buffer
            .iter()
            .position(|&b| b == 0)
            .ok_or(HypervisorError { errno: Errno::ERANGE, what })?;
        buffer.truncate(end);
        Ok(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_become_fields() {
        // SAFETY: the struct is plain numbers, for which all zeroes is a value.
        let mut raw: sys::xen_domctl_getdomaininfo = unsafe { std::mem::zeroed() };
        raw.domain = 7;
        // shutdown (4), running (32), xenstore (128); reason 3 from bit 16 on
        raw.flags = 4 | 32 | 128 | 3 << 16;
        raw.max_vcpu_id = u32::MAX;
        let d = DomainInfo::from(&raw);
        assert_eq!((d.domid, d.shutdown, d.running, d.xenstore), (7, true, true, true));
        assert_eq!((d.dying, d.paused, d.blocked, d.hvm), (false, false, false, false));
        assert_eq!((d.shutdown_reason, d.max_vcpu_id), (3, None));
        raw.max_vcpu_id = 0;
        assert_eq!(DomainInfo::from(&raw).max_vcpu_id, Some(0));
    }
}
