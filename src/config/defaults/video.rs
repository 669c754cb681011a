//! The graphics card of an HVM guest, and its video memory.

use super::Rules;
use super::memory::or;
use crate::core::Result;
use crate::types::idiomatic::{
    DeviceModelVersion as Version, DomainBuildInfoHvm, VgaInterfaceType as Card,
};

const MB: u64 = 1024;

/// Sets the card and its video memory, in KiB. The sizes depend on the version of QEMU.
pub fn memory(
    rules: &Rules,
    version: Version,
    hvm: &mut DomainBuildInfoHvm,
    memkb: &mut u64,
) -> Result<()> {
    if hvm.vga.kind == Card::Unknown {
        hvm.vga.kind = Card::Cirrus;
    }
    let old = version == Version::QemuXenTraditional;
    // The default size, and the error if it is less than the minimum. A card without a name is treated as Cirrus.
    let (usual, too_little) = match (hvm.vga.kind, old) {
        (Card::None, _) => (0, ""),
        (Card::Qxl, true) => {
            return Err(rules.refuse(format_args!("qemu upstream required for qxl vga")));
        }
        (Card::Qxl, false) => (128 * MB, "128 Mib videoram is the minimum for qxl default"),
        (Card::Std, true) => {
            (8 * MB, "videoram must be at least 8 MB for STDVGA on QEMU_XEN_TRADITIONAL")
        }
        (Card::Std, false) => (16 * MB, "videoram must be at least 16 MB for STDVGA on QEMU_XEN"),
        (_, true) => {
            or(memkb, 4 * MB);
            if *memkb != 4 * MB {
                rules.warn(format_args!(
                    "ignoring videoram other than 4 MB for CIRRUS on QEMU_XEN_TRADITIONAL"
                ));
            }
            return Ok(());
        }
        (_, false) => (8 * MB, "videoram must be at least 8 MB for CIRRUS on QEMU_XEN"),
    };
    or(memkb, usual);
    if *memkb < usual { Err(rules.refuse(format_args!("{too_little}"))) } else { Ok(()) }
}
