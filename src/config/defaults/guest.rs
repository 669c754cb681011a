//! The settings of all guests, and those of PV and PVH guests.

use super::Rules;
use super::memory::or;
use crate::config::bootloader;
use crate::core::Result;
use crate::core::paths;
use crate::types::idiomatic::{DomainBuildInfo, DomainBuildInfoData as Guest, Text, TimerMode};
use crate::types::sys::{LIBXL_INVALID_GFN, LIBXL_MAX_GRANT_DEFAULT};

/// The number of grant table versions that fits into Xen's bit field.
const GRANT_VERSIONS: i32 = 0xf;

pub fn common(build: &mut DomainBuildInfo) {
    for switch in [
        &mut build.claim_mode,
        &mut build.localtime,
        &mut build.disable_migrate,
        &mut build.arch_x86.msr_relaxed,
        &mut build.dm_restrict,
    ] {
        switch.get_or_insert(false);
    }
    bootloader::set_defaults(build);
    build.acpi.get_or_insert(true);
    for range in &mut build.iomem {
        if range.gfn == LIBXL_INVALID_GFN {
            range.gfn = range.start;
        }
    }
    if build.event_channels == 0 {
        build.event_channels = 1023;
    }
}

pub fn pv(build: &mut DomainBuildInfo) {
    let Guest::Pv(pv) = &mut build.u else { return };
    pv.e820_host.get_or_insert(false);
    or(&mut pv.slack_memkb, 0);
    or(&mut build.video_memkb, 0);
}

pub fn pvh(build: &mut DomainBuildInfo) {
    let Guest::Pvh(pvh) = &mut build.u else { return };
    or(&mut build.video_memkb, 0);
    // The shim is a hypervisor inside the guest, which runs a PV guest.
    if *pvh.pvshim.get_or_insert(false) {
        if pvh.pvshim_path.is_none() {
            pvh.pvshim_path = Text::new(format!("{}/xen-shim", paths::FIRMWARE));
        }
        if pvh.pvshim_cmdline.is_none() {
            pvh.pvshim_cmdline = Some(Text::from(c"pv-shim console=xen,pv"));
        }
    }
}

/// The settings of HVM and PVH guests.
pub fn translated(build: &mut DomainBuildInfo) {
    if let Guest::Pv(_) = build.u {
        return;
    }
    if build.timer_mode == TimerMode::Unknown {
        build.timer_mode = TimerMode::NoDelayForMissedTicks;
    }
    build.apic.get_or_insert(true);
    build.nested_hvm.get_or_insert(false);
}

/// The version of grant tables: the highest that the host supports.
pub fn grants(rules: &Rules, build: &mut DomainBuildInfo) -> Result<()> {
    let version = &mut build.max_grant_version;
    if *version == LIBXL_MAX_GRANT_DEFAULT as i32 {
        *version = rules.host.grant_version.into();
    } else if *version & !GRANT_VERSIONS != 0 {
        return Err(rules.refuse(format_args!("max grant version {version} out of range")));
    }
    Ok(())
}
