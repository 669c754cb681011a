//! Reserved device memory (RDM): regions that a host's device accesses at fixed addresses, which must not be RAM of a
//! guest that the device may be passed through to.
//!
//! Between the boundary (2 GiB unless configured) and 4 GiB the guest's RAM is relocated: low RAM ends below the
//! region, and the rest moves above 4 GiB. A region that still lies in RAM is a conflict: under the strict policy the
//! guest is refused, under the relaxed one the region is left out, with a warning.

use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::{
    DevicePci, DeviceRdm, DomainBuildInfoHvm, DomainConfig, RdmReservePolicy as Policy,
    RdmReserveStrategy,
};
use crate::xen::guest::Layout;
use crate::xen::hypervisor::{ReservedFor, ReservedRegion};
use crate::{error, warn};

use super::memory::FOUR_GIB;
use super::refused;

const TWO_MIB: u64 = 2 << 20;

/// Returns the regions of this guest, and relocates the RAM of `layout` to avoid them. A list that the application set
/// is returned unchanged.
pub fn make_room(
    ctx: &Ctx,
    domid: u32,
    config: &DomainConfig,
    hvm: &DomainBuildInfoHvm,
    layout: &mut Layout,
) -> Result<Vec<DeviceRdm>> {
    if !config.rdms.is_empty() {
        return Ok(config.rdms.clone());
    }
    let mut regions = of_host(ctx, domid, hvm, &config.pcidevs)?;
    let boundary = hvm.rdm_mem_boundary_memkb.saturating_mul(1024);
    relocate_ram(&regions, boundary, config.c_info.hap == Some(true), layout);
    for region in regions.iter_mut().filter(|region| conflicts(region, layout)) {
        if region.policy == Policy::Strict {
            error!(
                ctx,
                domid = domid,
                "cannot reserve device memory at {:#x}: it is the guest's RAM",
                region.start
            );
            return Err(Error::Fail);
        }
        warn!(
            ctx,
            domid = domid,
            "device memory at {:#x} is not reserved: it is the guest's RAM",
            region.start
        );
        region.policy = Policy::Invalid;
    }
    Ok(regions)
}

/// The regions that the hypervisor reports, of all devices or of the guest's, as the strategy says.
fn of_host(
    ctx: &Ctx,
    domid: u32,
    hvm: &DomainBuildInfoHvm,
    devices: &[DevicePci],
) -> Result<Vec<DeviceRdm>> {
    let ask =
        |of: ReservedFor| ctx.hypervisor().reserved_regions(of).map_err(|e| refused(ctx, domid, e));
    let mut regions = Vec::new();
    if hvm.rdm.strategy == RdmReserveStrategy::Host {
        add(&mut regions, &ask(ReservedFor::All)?, hvm.rdm.policy);
        if regions.is_empty() {
            return Ok(regions);
        }
    }
    for pci in devices {
        let (segment, bus) = (pci.domain as u16, pci.bus);
        let devfn = (pci.dev & 0x1f) << 3 | pci.func & 7;
        add(&mut regions, &ask(ReservedFor::Device { segment, bus, devfn })?, policy_of(pci));
    }
    Ok(regions)
}

/// The policy for a device's regions: strict unless configured.
fn policy_of(pci: &DevicePci) -> Policy {
    if pci.rdm_policy == Policy::Invalid { Policy::Strict } else { pci.rdm_policy }
}

/// Adds the regions `found`. A region that is in the list already gets the new policy.
fn add(regions: &mut Vec<DeviceRdm>, found: &[ReservedRegion], policy: Policy) {
    for &ReservedRegion { start, size } in found {
        match regions.iter_mut().find(|known| known.start == start) {
            Some(known) => known.policy = policy,
            None => regions.push(DeviceRdm { start, size, policy }),
        }
    }
}

fn overlaps(start: u64, size: u64, region: &DeviceRdm) -> bool {
    start.saturating_add(size) > region.start && start < region.start.saturating_add(region.size)
}

/// Ends low RAM below those regions in it that begin above `boundary`.
fn relocate_ram(regions: &[DeviceRdm], boundary: u64, large_pages: bool, layout: &mut Layout) {
    for region in regions {
        if !overlaps(0, layout.low_end, region) || region.start <= boundary {
            continue;
        }
        // The remaining RAM can then be mapped with large pages.
        let align = large_pages && region.start > TWO_MIB;
        let end = if align { region.start & !(TWO_MIB - 1) } else { region.start };
        layout.high_end = layout.high_end.max(FOUR_GIB).wrapping_add(layout.low_end - end);
        layout.low_end = end;
    }
}

fn conflicts(region: &DeviceRdm, layout: &Layout) -> bool {
    overlaps(0, layout.low_end, region)
        || (layout.high_end > 0
            && overlaps(FOUR_GIB, layout.high_end.wrapping_sub(FOUR_GIB), region))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn layout() -> Layout {
        let hole = 0xf000_0000;
        Layout {
            low_end: hole,
            high_end: 0,
            hole_start: hole,
            hole_size: FOUR_GIB - hole,
            target_pages: 0,
        }
    }

    fn region(start: u64, policy: Policy) -> DeviceRdm {
        DeviceRdm { start, size: 0x10_0000, policy }
    }

    #[test]
    fn ram_above_the_boundary_is_relocated() {
        let mut low = layout();
        let regions = [region(3 * GIB + 0x1000, Policy::Strict), region(GIB, Policy::Relaxed)];
        relocate_ram(&regions, 2 * GIB, true, &mut low);
        assert_eq!((low.low_end, low.high_end), (3 * GIB, FOUR_GIB + 0xf000_0000 - 3 * GIB));
        assert!(!conflicts(&regions[0], &low));
        assert!(conflicts(&regions[1], &low), "RAM below the boundary is not relocated");
        let mut exact = layout();
        relocate_ram(&regions[..1], 2 * GIB, false, &mut exact);
        assert_eq!(exact.low_end, 3 * GIB + 0x1000);
    }

    /// Such a layout is what a guest with less memory than its screen gets; Xen refuses to build it.
    #[test]
    fn high_ram_that_ends_below_4_gib_is_no_panic() {
        let mut none = Layout { high_end: 0x100_0000, ..layout() };
        let high = region(FOUR_GIB, Policy::Strict);
        assert!(conflicts(&high, &none));
        relocate_ram(&[region(3 * GIB, Policy::Strict)], 2 * GIB, false, &mut none);
        none.high_end = u64::MAX;
        none.low_end = 0xf000_0000;
        relocate_ram(&[region(3 * GIB, Policy::Strict)], 2 * GIB, false, &mut none);
        assert_eq!(none.low_end, 3 * GIB);
    }

    #[test]
    fn a_devices_policy_overrides_the_general_one() {
        let mut regions = Vec::new();
        let found = [ReservedRegion { start: GIB, size: 0x1000 }];
        add(&mut regions, &found, Policy::Relaxed);
        add(&mut regions, &found, Policy::Strict);
        assert_eq!(regions.len(), 1);
        assert_eq!(regions[0].policy, Policy::Strict);
    }

    #[test]
    fn regions_in_high_ram_conflict() {
        let mut high = layout();
        high.high_end = FOUR_GIB + GIB;
        assert!(conflicts(&region(FOUR_GIB + 0x1000, Policy::Strict), &high));
        assert!(!conflicts(&region(FOUR_GIB + 2 * GIB, Policy::Strict), &high));
    }
}
