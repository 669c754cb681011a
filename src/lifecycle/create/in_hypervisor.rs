//! Creating the domain in the hypervisor, with its flags and a domid that is free.

#[cfg(since = "4.20")]
use super::cache_colors;
#[cfg(since = "4.19")]
use crate::config::altp2m;
use crate::config::pirq;
use crate::core::uuid::random_bytes;
use crate::core::{Ctx, Error, Result};
use crate::domain::history::History;
use crate::domain::valid_guest;
use crate::types::idiomatic::{DomainConfig, DomainType, Passthrough};
use crate::xen::hypervisor::sys;
use crate::{debug, error};

/// `RANDOM_DOMID`, which requests a random domid that cannot be predicted.
const RANDOM_DOMID: u32 = u32::MAX - 1;

/// The maximum number of domids that are tried.
const ATTEMPTS: u32 = 100_000;

/// Creates the domain, without memory or vcpus, and returns its domid. Errors are logged.
///
/// Domids of domains that were destroyed within the last minute are not used, since another process may still act on
/// one.
pub fn create(ctx: &Ctx, config: &DomainConfig) -> Result<u32> {
    #[cfg(since = "4.20")]
    cache_colors::refuse(ctx.log(), &config.b_info)?;
    let wanted = config.c_info.domid;
    let mut parameters = parameters(ctx, config)?;
    let history = History::of_host(ctx.log());
    for _ in 0..ATTEMPTS {
        let number = if wanted == RANDOM_DOMID { random(ctx)? } else { wanted };
        if !valid_guest(number) && wanted == RANDOM_DOMID {
            continue;
        }
        let domid = match ctx.hypervisor().domain_create(number, &mut parameters) {
            Ok(domid) => domid,
            Err(e) if e.errno == nix::errno::Errno::EEXIST && wanted == RANDOM_DOMID => continue,
            Err(e) => {
                let shown = Some(number).filter(|&number| valid_guest(number));
                let shown = shown.map_or(String::new(), |number| format!(" with domid {number}"));
                error!(ctx, "cannot create a domain{shown}: {e}");
                return Err(Error::Fail);
            }
        };
        let mut new = NewDomain { ctx, domid: Some(domid) };
        let recent = history.is_recent(domid);
        if recent == Ok(false) {
            new.domid = None;
            return Ok(domid);
        }
        new.destroy()?;
        recent?;
        if valid_guest(wanted) {
            error!(
                ctx,
                domid = domid,
                "cannot create a domain with domid {domid}: another domain had it within the last minute"
            );
            return Err(Error::Fail);
        }
    }
    error!(ctx, "cannot create a domain: no domid is free");
    Err(Error::Fail)
}

/// A new domain whose domid is not accepted yet. It is destroyed when this is dropped, also after a panic.
struct NewDomain<'a> {
    ctx: &'a Ctx,
    domid: Option<u32>,
}

impl NewDomain<'_> {
    fn destroy(&mut self) -> Result<()> {
        let Some(domid) = self.domid.take() else { return Ok(()) };
        self.ctx.hypervisor().domain_destroy(domid).map_err(|e| {
            error!(self.ctx, domid = domid, errno = e.errno, "cannot destroy the new domain");
            Error::Fail
        })
    }
}

impl Drop for NewDomain<'_> {
    fn drop(&mut self) {
        // A failure is logged where it is found.
        let _ = self.destroy();
    }
}

/// A random number of fifteen bits, the size of a domid.
fn random(ctx: &Ctx) -> Result<u32> {
    let bytes = random_bytes().map_err(|e| {
        error!(ctx, "cannot get random numbers: {e}");
        Error::Fail
    })?;
    Ok(u32::from(u16::from_ne_bytes([bytes[0], bytes[1]]) & 0x7fff))
}

/// What Xen emulates for an HVM guest.
const HVM_DEVICES: u32 = sys::XEN_X86_EMU_ALL & !sys::XEN_X86_EMU_VPCI;

fn parameters(ctx: &Ctx, config: &DomainConfig) -> Result<sys::xen_domctl_createdomain> {
    let (info, build) = (&config.c_info, &config.b_info);
    let mut flags = 0;
    let mut set = |flag: u32, on: bool| flags |= if on { flag } else { 0 };
    if info.type_ != DomainType::Pv {
        set(sys::XEN_DOMCTL_CDF_hvm, true);
        set(sys::XEN_DOMCTL_CDF_hap, info.hap == Some(true));
        set(sys::XEN_DOMCTL_CDF_oos_off, info.oos != Some(true));
        set(sys::XEN_DOMCTL_CDF_nested_virt, build.nested_hvm == Some(true));
    }
    set(sys::XEN_DOMCTL_CDF_vpmu, build.vpmu == Some(true));
    debug!(ctx, "passthrough: {}", info.passthrough.name().unwrap_or_default());
    set(sys::XEN_DOMCTL_CDF_iommu, info.passthrough != Passthrough::Disabled);
    let separate_tables = info.passthrough == Passthrough::SyncPt;
    let relaxed = build.arch_x86.msr_relaxed == Some(true);
    let arch = sys::xen_arch_domainconfig {
        emulation_flags: match info.type_ {
            DomainType::Pv => 0,
            DomainType::Pvh => sys::XEN_X86_EMU_LAPIC,
            _ if pirq::offered(build) => HVM_DEVICES,
            _ => HVM_DEVICES & !sys::XEN_X86_EMU_USE_PIRQ,
        },
        misc_flags: if relaxed { sys::XEN_X86_MSR_RELAXED } else { 0 },
    };
    // The size is rounded up to whole pages.
    let trace = i64::from(build.vmtrace_buf_kb).saturating_mul(1024).saturating_add(4095) & !4095;
    let invalid = |what: &str| {
        error!(ctx, "cannot use {what}: out of range");
        Error::Invalid
    };
    Ok(sys::xen_domctl_createdomain {
        ssidref: info.ssidref,
        handle: info.uuid.0,
        flags,
        iommu_opts: if separate_tables { sys::XEN_DOMCTL_IOMMU_no_sharept } else { 0 },
        max_vcpus: u32::try_from(build.max_vcpus).map_err(|_| invalid("max_vcpus"))?,
        max_evtchn_port: build.event_channels,
        max_grant_frames: build.max_grant_frames as i32,
        max_maptrack_frames: build.max_maptrack_frames as i32,
        grant_opts: build.max_grant_version as u32 & sys::XEN_DOMCTL_GRANT_version_mask,
        #[cfg(since = "4.19")]
        altp2m_opts: altp2m::options(build).ok_or_else(|| invalid("altp2m"))?,
        vmtrace_size: u32::try_from(trace).map_err(|_| invalid("vmtrace_buf_kb"))?,
        cpupool_id: info.poolid,
        arch,
    })
}
