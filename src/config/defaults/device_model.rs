//! The device model: the version of QEMU, the domain in which it runs, and the firmware that it supports.

use super::Rules;
use crate::core::Result;
use crate::core::paths;
use crate::types::idiomatic::{
    BiosType, DeviceModelVersion as Version, DomainBuildInfo, DomainBuildInfoData as Guest, Text,
};

/// Flask's number for the label of stub domains.
const LABEL_OF_STUBDOMAINS: u32 = 13;

pub fn set_defaults(rules: &Rules, build: &mut DomainBuildInfo) -> Result<()> {
    let apart = *build.device_model_stubdomain.get_or_insert(false);
    build.vpmu.get_or_insert(false);
    if apart && build.device_model_ssidref == 0 {
        build.device_model_ssidref = LABEL_OF_STUBDOMAINS;
    }
    if build.device_model_version == Version::Unknown {
        // The traditional version was the first to run in a stub domain. Whether it is installed is detected when it is
        // started.
        build.device_model_version = match build.u {
            Guest::Hvm(_) if apart => Version::QemuXenTraditional,
            _ => Version::QemuXen,
        };
    }
    if build.blkdev_start.is_none() {
        build.blkdev_start = Some(Text::from(c"xvda"));
    }
    let is_hvm = matches!(build.u, Guest::Hvm(_));
    if is_hvm {
        firmware(rules, build)?;
        if build.kernel.is_none() && (build.ramdisk.is_some() || build.cmdline.is_some()) {
            let why = "direct boot parameters specified but kernel missing";
            return Err(rules.refuse(format_args!("{why}")));
        }
    }
    if is_hvm && apart {
        stubdomain(build);
    }
    Ok(())
}

/// Whether QEMU's stub domain runs Linux; otherwise it runs MiniOS.
pub fn stubdomain_is_linux(build: &DomainBuildInfo) -> bool {
    build.device_model_stubdomain == Some(true) && build.device_model_version == Version::QemuXen
}

/// An HVM guest's firmware, which depends on the version of QEMU.
fn firmware(rules: &Rules, build: &mut DomainBuildInfo) -> Result<()> {
    let Guest::Hvm(hvm) = &mut build.u else { return Ok(()) };
    let only = match build.device_model_version {
        Version::QemuXenTraditional => BiosType::Rombios,
        Version::QemuXen => BiosType::Seabios,
        _ => return Err(rules.refuse(format_args!("unknown device model version"))),
    };
    if hvm.bios == BiosType::Unknown {
        hvm.bios = only;
    }
    match (only, hvm.bios) {
        (BiosType::Rombios, BiosType::Rombios) => Ok(()),
        (BiosType::Rombios, _) => {
            Err(rules.refuse(format_args!("qemu-xen-traditional requires bios=rombios.")))
        }
        (_, BiosType::Rombios) => {
            Err(rules.refuse(format_args!("qemu-xen does not support bios=rombios.")))
        }
        _ => Ok(()),
    }
}

/// The kernel and the ramdisk of the stub domain.
fn stubdomain(build: &mut DomainBuildInfo) {
    let (kernel, ramdisk) = match stubdomain_is_linux(build) {
        true => ("qemu-stubdom-linux-kernel", Some("qemu-stubdom-linux-rootfs")),
        false => ("ioemu-stubdom.gz", None),
    };
    let in_firmware = |name| Text::new(format!("{}/{name}", paths::FIRMWARE));
    if build.stubdomain_kernel.is_none() {
        build.stubdomain_kernel = in_firmware(kernel);
    }
    if build.stubdomain_ramdisk.is_none() {
        build.stubdomain_ramdisk = ramdisk.and_then(in_firmware);
    }
}
