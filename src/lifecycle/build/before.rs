//! The steps before the guest has memory (libxl's pre-build): vcpus and their affinity, memory limit, event channels,
//! clock, CPUID.

use super::{Channels, Daemons, host_map, refused, vcpus, viridian};
use crate::config::altp2m;
use crate::core::clock::seconds_east;
use crate::core::{Ctx, Error, Result};
use crate::domain::affinity::{self, NewAffinity};
use crate::lifecycle::numa;
use crate::types::idiomatic::{
    Bitmap, DomainBuildInfo, DomainBuildInfoData as Guest, DomainConfig, TscMode,
};
use crate::xen::guest::Channel;
use crate::xen::hypervisor::{CpuFeatures, Result as XenResult, sys};
use crate::{error, warn};

/// How much the domain's memory limit exceeds its target, in KiB (libxl's `LIBXL_MAXMEM_CONSTANT`).
pub const MAXMEM_SLACK: u64 = 1024;

/// Where the guest's memory comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Memory {
    New,
    /// From a migration stream, which also contains the guest's CPUID policy and Viridian features.
    Restored,
    /// The domain's own: after a soft reset, which leaves the CPUID policy, and the Viridian features if the domain has
    /// any.
    Kept,
}

/// Does all these steps, in the C library's order.
pub fn prepare(
    ctx: &Ctx,
    domid: u32,
    config: &mut DomainConfig,
    daemons: Daemons,
    memory: Memory,
) -> Result<Channels> {
    let xen = ctx.hypervisor();
    let failed = |e| refused(ctx, domid, e);
    let count = vcpus(ctx, domid, config.b_info.max_vcpus)?;
    xen.set_max_vcpus(domid, count).map_err(failed)?;
    numa::place(ctx, domid, config)?;
    set_affinity(ctx, domid, &config.b_info)?;
    let limit = config.b_info.target_memkb.wrapping_add(MAXMEM_SLACK);
    xen.set_max_memory(domid, limit).map_err(failed)?;
    let channels = channels(ctx, domid, daemons)?;
    set_hvm_params(ctx, domid, &config.b_info, memory)?;
    set_clock(ctx, domid, &config.b_info)?;
    set_memory(ctx, domid, &config.b_info)?;
    if memory == Memory::New {
        set_cpuid(ctx, domid, &config.b_info, memory).map_err(failed)?;
    }
    Ok(channels)
}

/// Sets the HVM parameters of an HVM or PVH guest.
fn set_hvm_params(ctx: &Ctx, domid: u32, build: &DomainBuildInfo, memory: Memory) -> Result<()> {
    let set = |param: u32, value: u64| {
        ctx.hypervisor().set_hvm_param(domid, param, value).map_err(|e| refused(ctx, domid, e))
    };
    match &build.u {
        Guest::Pv(_) => return Ok(()),
        Guest::Hvm(hvm) => {
            set(sys::HVM_PARAM_HPET_ENABLED, (hvm.hpet == Some(true)).into())?;
            set(sys::HVM_PARAM_VPT_ALIGN, (hvm.vpt_align == Some(true)).into())?;
            if hvm.mca_caps != 0 {
                set(sys::HVM_PARAM_MCA_CAP, hvm.mca_caps)?;
            }
        }
        _ => {}
    }
    set(sys::HVM_PARAM_TIMER_MODE, i32::from(build.timer_mode) as u64)?;
    if let Some(views) = altp2m::parameter(build) {
        set(sys::HVM_PARAM_ALTP2M, views)?;
    }
    let Guest::Hvm(hvm) = &build.u else { return Ok(()) };
    if memory == Memory::Restored {
        return Ok(());
    }
    if memory == Memory::Kept {
        // Xen refuses others than there are, and the guest would be lost.
        let now = ctx.hypervisor().hvm_param(domid, sys::HVM_PARAM_VIRIDIAN);
        if now.map_err(|e| refused(ctx, domid, e))? != 0 {
            return Ok(());
        }
    }
    match viridian::features(ctx, domid, hvm)? {
        0 => Ok(()),
        features => set(sys::HVM_PARAM_VIRIDIAN, features),
    }
}

/// Sets the node affinity of the domain, and the hard and soft affinity of its vcpus, as far as they are configured.
fn set_affinity(ctx: &Ctx, domid: u32, build: &DomainBuildInfo) -> Result<()> {
    if !build.nodemap.bytes.is_empty() {
        // As in C, an error is logged and does not fail the creation.
        let _ = affinity::set_nodes(ctx, domid, &build.nodemap.bytes);
    }
    let (hard, soft) = (&build.vcpu_hard_affinity, &build.vcpu_soft_affinity);
    let cpus = |sets: &'_ [Bitmap], vcpu: usize| sets.get(vcpu).map(|set| set.bytes.clone());
    for vcpu in 0..hard.len().max(soft.len()) {
        let (hard, soft) = (cpus(hard, vcpu), cpus(soft, vcpu));
        let new = NewAffinity { hard: hard.as_deref(), soft: soft.as_deref(), force: false };
        affinity::set_vcpu(ctx, domid, vcpu as u32, &new).map_err(|_| {
            error!(ctx, domid = domid, "cannot set the affinity of vcpu {vcpu}");
            Error::Fail
        })?;
    }
    Ok(())
}

/// Allocates the event channels for xenstore and the first console.
fn channels(ctx: &Ctx, domid: u32, daemons: Daemons) -> Result<Channels> {
    let alloc = |remote: u32| {
        let port = ctx.hypervisor().alloc_port(domid, remote);
        port.map(|port| Channel { port, domid: remote }).map_err(|e| refused(ctx, domid, e))
    };
    // The order matters: the port numbers are those of the C library.
    let store = alloc(daemons.store)?;
    Ok(Channels { store, console: alloc(daemons.console)? })
}

/// Sets the TSC mode and the offset of the real-time clock.
fn set_clock(ctx: &Ctx, domid: u32, build: &DomainBuildInfo) -> Result<()> {
    let xen = ctx.hypervisor();
    let mode = match build.tsc_mode {
        TscMode::Default => 0,
        TscMode::AlwaysEmulate => 1,
        TscMode::Native => 2,
        TscMode::NativeParavirt => {
            error!(
                ctx,
                domid = domid,
                "cannot set TSC mode native_paravirt: it was removed from Xen"
            );
            return Err(Error::FeatureRemoved);
        }
        TscMode::Other(number) => {
            error!(ctx, domid = domid, "cannot set TSC mode {number}: invalid");
            return Err(Error::Invalid);
        }
    };
    xen.set_tsc_mode(domid, mode).map_err(|e| refused(ctx, domid, e))?;
    let mut offset = build.rtc_timeoffset;
    if build.localtime == Some(true) {
        let east = seconds_east().ok_or_else(|| {
            error!(
                ctx,
                domid = domid,
                "cannot set the clock to local time: the time zone is unknown"
            );
            Error::Fail
        })?;
        offset = offset.wrapping_add(east as u32);
    }
    if offset != 0
        && let Err(e) = xen.set_time_offset(domid, offset as i32)
    {
        // As in C, this does not fail the creation.
        warn!(
            ctx,
            domid = domid,
            errno = e.errno,
            "cannot set the domain's time offset: its clock stays at UTC"
        );
    }
    Ok(())
}

/// Sets a PV guest's memory map, or the size of another guest's paging pool.
fn set_memory(ctx: &Ctx, domid: u32, build: &DomainBuildInfo) -> Result<()> {
    let xen = ctx.hypervisor();
    let failed = |e| refused(ctx, domid, e);
    let Guest::Pv(pv) = &build.u else {
        let kb = build.shadow_memkb;
        let bytes = kb.checked_mul(1024).ok_or_else(|| {
            error!(ctx, domid = domid, "cannot set a paging pool of {kb} KiB: too large");
            Error::Fail
        })?;
        return xen.set_paging_pool(domid, bytes).map_err(failed);
    };
    let limit = build.max_memkb.wrapping_add(pv.slack_memkb);
    if let Err(e) = xen.set_map_limit(domid, limit) {
        // As in C, this does not fail the creation: the guest's kernel then assumes a default map.
        warn!(ctx, domid = domid, errno = e.errno, "{} failed", e.what);
    }
    if pv.e820_host == Some(true) {
        let map = host_map::of_guest(ctx, domid, build, pv)?;
        xen.set_memory_map(domid, &map).map_err(failed)?;
    }
    Ok(())
}

/// Sets the domain's CPUID policy.
pub fn set_cpuid(ctx: &Ctx, domid: u32, build: &DomainBuildInfo, memory: Memory) -> XenResult<()> {
    ctx.hypervisor().apply_cpuid_policy(domid, cpu_features(build, memory), &build.cpuid)
}

/// The features that the configuration decides apart from its CPUID policy.
fn cpu_features(build: &DomainBuildInfo, memory: Memory) -> CpuFeatures {
    CpuFeatures {
        restored: memory == Memory::Restored,
        // Only HVM guests have the setting: PV guests need PAE, and PVH guests always have it.
        pae: match &build.u {
            Guest::Hvm(hvm) => hvm.pae == Some(true),
            _ => true,
        },
        // The TSC rate stays constant if the guest stays on this host, or if the TSC is always emulated.
        invariant_tsc: build.disable_migrate == Some(true)
            || build.tsc_mode == TscMode::AlwaysEmulate,
        nested: build.nested_hvm == Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::DomainBuildInfoHvm;

    #[test]
    fn only_an_hvm_guest_can_be_without_pae() {
        let has_pae =
            |u| cpu_features(&DomainBuildInfo { u, ..DomainBuildInfo::default() }, Memory::New).pae;
        let hvm = |pae| Guest::Hvm(DomainBuildInfoHvm { pae, ..DomainBuildInfoHvm::default() });
        assert!(!has_pae(hvm(Some(false))));
        assert!(has_pae(hvm(Some(true))));
        assert!(has_pae(Guest::Pv(Default::default())));
        assert!(has_pae(Guest::Pvh(Default::default())));
    }
}
