//! Domains in the hypervisor: listing them, their state, and pausing, unpausing, destroying and shutting down.

use std::ffi::{CStr, c_int};

use nix::errno::Errno;

use super::{Hypervisor, HypervisorError, Result, sys};

/// The number of domains whose state fits into one page. A list of at most this many needs no new mapping in
/// libxencall, which caches single pages.
pub const DOMAINS_PER_PAGE: u32 = (4096 / size_of::<sys::xen_domctl_getdomaininfo>()) as u32;

/// The number of domains that each further call asks for.
pub const DOMAINS_PER_CALL: u32 = 1024;

/// The state of one domain. Memory is counted in pages of 4 KiB.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DomainInfo {
    pub domid: u32,
    pub uuid: [u8; 16],
    /// The number of the security label.
    pub ssidref: u32,
    pub dying: bool,
    pub shutdown: bool,
    pub paused: bool,
    pub blocked: bool,
    pub running: bool,
    /// It is the xenstore domain, which must not be stopped.
    pub xenstore: bool,
    /// HVM or PVH, as opposed to PV.
    pub hvm: bool,
    /// It may map physical interrupts (pirqs): a PV domain, or one that was created with them.
    pub has_pirqs: bool,
    /// Why it has shut down (Xen's `SHUTDOWN_*`); valid if `shutdown` is true.
    pub shutdown_reason: u8,
    pub outstanding_pages: u64,
    pub total_pages: u64,
    pub shared_pages: u64,
    pub paged_pages: u64,
    pub max_pages: u64,
    pub shared_info_frame: u64,
    /// The CPU time used, in nanoseconds.
    pub cpu_time: u64,
    pub online_vcpus: u32,
    /// `None` for a domain without vcpus.
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
            has_pirqs: !flag(sys::XEN_DOMINF_hvm_guest)
                || raw.arch_config.emulation_flags & sys::XEN_X86_EMU_USE_PIRQ != 0,
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
    /// Appends to `out` at most `max` domains whose domid is at least `first`. Returns their number.
    fn domains_from(&self, first: u32, max: u32, out: &mut Vec<DomainInfo>) -> Result<u32> {
        let mut raw = Vec::<sys::xen_domctl_getdomaininfo>::with_capacity(max as usize);
        // SAFETY: the buffer has room for `max` elements, and libxenctrl writes at most that many.
        let n = self.call("domain_getinfolist", |xch| unsafe {
            sys::xc_domain_getinfolist(xch, first, max, raw.as_mut_ptr())
        })?;
        let n = n.min(max);
        // SAFETY: the call has initialised the first `n` elements.
        unsafe { raw.set_len(n as usize) };
        out.extend(raw.iter().map(DomainInfo::from));
        Ok(n)
    }

    /// The first domains whose domid is at least `first`, at most `max`, in order of domid.
    pub fn domains_at(&self, first: u32, max: u32) -> Result<Vec<DomainInfo>> {
        let mut some = Vec::new();
        self.domains_from(first, max, &mut some)?;
        Ok(some)
    }

    /// All domains, in order of domid.
    pub fn domains(&self) -> Result<Vec<DomainInfo>> {
        let mut all = Vec::new();
        let mut max = DOMAINS_PER_PAGE;
        loop {
            let first = all.last().map_or(0, |d: &DomainInfo| d.domid + 1);
            // There are fewer domains than requested, so no more exist.
            if self.domains_from(first, max, &mut all)? < max {
                return Ok(all);
            }
            max = DOMAINS_PER_CALL;
        }
    }

    /// The domain `domid`; `None` if it does not exist.
    pub fn domain(&self, domid: u32) -> Result<Option<DomainInfo>> {
        let mut one = Vec::with_capacity(1);
        self.domains_from(domid, 1, &mut one)?;
        Ok(one.pop().filter(|d| d.domid == domid))
    }

    /// Whether the domain with this UUID is being destroyed, or is gone; its domid may be another domain's by now.
    pub fn is_ending(&self, domid: u32, uuid: &[u8; 16]) -> Result<bool> {
        Ok(self.domain(domid)?.is_none_or(|info| info.dying || info.uuid != *uuid))
    }

    /// Creates a domain, paused, without memory and vcpus, and returns its domid: `wanted` if that is valid for a
    /// guest, otherwise one that Xen chooses. `EEXIST` if there is a domain with this domid.
    pub fn domain_create(
        &self,
        wanted: u32,
        parameters: &mut sys::xen_domctl_createdomain,
    ) -> Result<u32> {
        let mut domid = wanted;
        // SAFETY: both pointers are valid during the call, to read and to write.
        self.call("domain_create", |xch| unsafe {
            sys::xc_domain_create(xch, &mut domid, parameters)
        })?;
        Ok(domid)
    }

    /// The name of the ABI of the rings in the domain's memory; `None` if libxenctrl has no name for it.
    pub fn native_protocol(&self, domid: u32) -> Result<Option<String>> {
        let xch = self.xch()?;
        // SAFETY: the result is NULL or a static string.
        let name = unsafe {
            let name = sys::xc_domain_get_native_protocol(xch, domid);
            (!name.is_null()).then(|| CStr::from_ptr(name))
        };
        Ok(name.map(|name| name.to_string_lossy().into_owned()))
    }

    /// Stops the domain's vcpus until [`Self::domain_unpause`]. Xen counts the calls.
    pub fn domain_pause(&self, domid: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_pause", |xch| unsafe { sys::xc_domain_pause(xch, domid) }).map(drop)
    }

    /// Gives `domid` (a stub domain) the privileges over `target` that a device model needs.
    pub fn set_target(&self, domid: u32, target: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_set_target", |xch| unsafe {
            sys::xc_domain_set_target(xch, domid, target)
        })
        .map(drop)
    }

    /// Undoes one [`Self::domain_pause`].
    pub fn domain_unpause(&self, domid: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_unpause", |xch| unsafe { sys::xc_domain_unpause(xch, domid) }).map(drop)
    }

    /// Destroys the domain. It is slow: it returns when Xen has freed all of the domain's memory, which takes seconds
    /// for a large domain.
    pub fn domain_destroy(&self, domid: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_destroy", |xch| unsafe { sys::xc_domain_destroy(xch, domid) }).map(drop)
    }

    /// Resets the event channels, grants and other state that the guest had set up, in a domain that has shut down, and
    /// lets it run on. If this fails, the hypervisor has crashed the domain.
    pub fn domain_soft_reset(&self, domid: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_soft_reset", |xch| unsafe { sys::xc_domain_soft_reset(xch, domid) })
            .map(drop)
    }

    /// Writes the domain's memory and registers to `file`. It is slow, and uses unguarded state of the handle, so the
    /// caller must have a handle of its own ([`Self::with_own_handle`]).
    pub fn domain_dump_core(&self, domid: u32, file: &CStr) -> Result<()> {
        // SAFETY: the string ends with a NUL.
        self.call("domain_dumpcore", |xch| unsafe {
            sys::xc_domain_dumpcore(xch, domid, file.as_ptr())
        })
        .map(drop)
    }

    /// Marks the domain as shut down for `reason` (`SHUTDOWN_*` of Xen), without asking the guest.
    pub fn domain_shutdown(&self, domid: u32, reason: u8) -> Result<()> {
        let reason = c_int::from(reason);
        // SAFETY: all arguments are numbers.
        self.call("domain_shutdown", |xch| unsafe { sys::xc_domain_shutdown(xch, domid, reason) })
            .map(drop)
    }

    /// Sets the maximum memory of the domain, in KiB; pages that it has beyond that are not removed.
    pub fn set_max_memory(&self, domid: u32, kb: u64) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_setmaxmem", |xch| unsafe { sys::xc_domain_setmaxmem(xch, domid, kb) })
            .map(drop)
    }

    /// Sets the number of pages that back the memory of an HVM or PVH guest with populate-on-demand, limited by its
    /// maximum memory. A guest whose memory is fully populated is not changed.
    pub fn set_pod_target(&self, domid: u32, pages: u64) -> Result<()> {
        let none = std::ptr::null_mut();
        // SAFETY: the result pointers may be NULL, and nothing is written then.
        self.call("domain_set_pod_target", |xch| unsafe {
            sys::xc_domain_set_pod_target(xch, domid, pages, none, none, none)
        })
        .map(drop)
    }

    /// The text of the security label `ssidref`; `ENOSYS` if Xen runs without Flask.
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
        // SAFETY: the struct consists of numbers, so all zeroes is a valid value.
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
