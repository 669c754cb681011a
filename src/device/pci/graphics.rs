//! Graphics cards that are passed through as a guest's primary one (`gfx_passthru`).

use super::address::Address;
use super::sysfs::Host;
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::types::idiomatic::DevicePci;

/// The PCI class of a VGA compatible display controller.
const VGA: u32 = 0x03_0000;

/// The PCI class of other display controllers.
const OTHER_DISPLAY: u32 = 0x03_8000;

const INTEL: u32 = 0x8086;

/// The page frames of the legacy VGA memory.
const VGA_FIRST: u64 = 0xa0;
const VGA_NUMBER: u64 = 0x20;

/// Whether an Intel graphics device is among the devices, for which QEMU needs an option.
pub fn has_intel_display(devices: &[DevicePci]) -> bool {
    identities(devices).any(|[vendor, device, class]| is_intel_display(vendor, device, class))
}

fn is_intel_display(vendor: Option<u32>, device: Option<u32>, class: Option<u32>) -> bool {
    let is_display = class == Some(VGA) || cfg!(since = "4.20") && class == Some(OTHER_DISPLAY);
    vendor == Some(INTEL) && device.is_some() && is_display
}

/// Allows the guest to access the legacy VGA memory, if a VGA card is among the devices.
pub fn allow_vga_memory(ctx: &Ctx, domid: u32, devices: &[DevicePci]) -> Result<()> {
    if !identities(devices).any(|[_, _, class]| class == Some(VGA)) {
        return Ok(());
    }
    ctx.hypervisor().allow_iomem(domid, VGA_FIRST, VGA_NUMBER).map_err(|e| {
        error!(ctx, domid = domid, "cannot assign the legacy VGA memory: {e}");
        Error::Fail
    })
}

/// Vendor, device and class of each device.
fn identities(devices: &[DevicePci]) -> impl Iterator<Item = [Option<u32>; 3]> + '_ {
    let host = Host::here();
    devices.iter().filter_map(Address::of).map(move |address| host.identity(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intel_displays_are_recognised() {
        let is = |vendor, device, class| is_intel_display(Some(vendor), device, Some(class));
        assert!(is(INTEL, Some(0x9bc5), VGA));
        assert!(!is(0x10de, Some(1), VGA) && !is(INTEL, None, VGA));
        assert!(!is(INTEL, Some(1), 0x02_0000));
        // Intel's newer ones are no VGA cards; Xen 4.20 has learnt of them (4191619e08).
        assert_eq!(is(INTEL, Some(0x9bc5), OTHER_DISPLAY), cfg!(since = "4.20"));
        assert!(!is(0x10de, Some(1), OTHER_DISPLAY));
        assert!(!is_intel_display(None, Some(1), None));
        assert!(!has_intel_display(&[]));
    }
}
