//! The virtual hardware of an HVM guest.

use super::memory::or;
use super::{Rules, video};
use crate::config::{altp2m, pirq};
use crate::core::Result;
use crate::types::idiomatic::{
    DomainBuildInfo, DomainBuildInfoData as Guest, DomainBuildInfoHvm, Hdtype, RdmReservePolicy,
    SpiceInfo, Text,
};
use crate::types::sys::LIBXL_RDM_MEM_BOUNDARY_MEMKB_DEFAULT;

pub fn set_defaults(rules: &Rules, build: &mut DomainBuildInfo) -> Result<()> {
    altp2m::set_defaults(build);
    pirq::set_defaults(build);
    let Guest::Hvm(hvm) = &mut build.u else { return Ok(()) };
    or(&mut hvm.mmio_hole_memkb, 0);
    if i32::from(hvm.hdtype) == 0 {
        hvm.hdtype = Hdtype::Ide;
    }
    video::memory(rules, build.device_model_version, hvm, &mut build.video_memkb)?;
    switches(hvm);
    usb(rules, hvm)?;
    if hvm.boot.is_none() {
        // The order is disk, then CD.
        hvm.boot = Some(Text::from(c"cda"));
    }
    displays(hvm);
    reserved(hvm);
    Ok(())
}

fn switches(hvm: &mut DomainBuildInfoHvm) {
    for on in [
        &mut hvm.pae,
        &mut hvm.acpi,
        &mut hvm.acpi_s3,
        &mut hvm.acpi_s4,
        &mut hvm.nx,
        &mut hvm.hpet,
        &mut hvm.vpt_align,
        &mut hvm.vkb_device,
        &mut hvm.xen_platform_pci,
        &mut hvm.vnc.enable,
    ] {
        on.get_or_insert(true);
    }
    for off in [
        &mut hvm.acpi_laptop_slate,
        &mut hvm.viridian,
        &mut hvm.altp2m,
        &mut hvm.usb,
        &mut hvm.spice.enable,
        &mut hvm.sdl.enable,
        &mut hvm.nographic,
        &mut hvm.gfx_passthru,
    ] {
        off.get_or_insert(false);
    }
}

/// There are an old and a new way to configure USB, and a guest may use one of them.
fn usb(rules: &Rules, hvm: &mut DomainBuildInfoHvm) -> Result<()> {
    let redirected = &mut hvm.spice.usbredirection;
    if hvm.spice.enable != Some(true) && *redirected > 0 {
        *redirected = 0;
        rules.warn(format_args!("spice disabled, disabling usbredirection"));
    }
    if hvm.usbversion == 0 && *redirected > 0 {
        hvm.usbversion = 2;
    }
    let new = hvm.usbversion != 0 || *redirected != 0;
    let old = hvm.usb == Some(true) || hvm.usbdevice.is_some() || !hvm.usbdevice_list.is_empty();
    if new && old {
        return Err(rules.refuse(format_args!(
            "usbversion and/or usbredirection cannot be enabled with usb and/or usbdevice parameters."
        )));
    }
    Ok(())
}

/// The settings of displays.
fn displays(hvm: &mut DomainBuildInfoHvm) {
    if hvm.vnc.enable == Some(true) {
        hvm.vnc.findunused.get_or_insert(true);
        if hvm.vnc.listen.is_none() {
            hvm.vnc.listen = Some(Text::from(c"127.0.0.1"));
        }
    }
    if hvm.sdl.enable == Some(true) {
        hvm.sdl.opengl.get_or_insert(false);
    }
    if let spice @ SpiceInfo { enable: Some(true), .. } = &mut hvm.spice {
        spice.disable_ticketing.get_or_insert(false);
        spice.agent_mouse.get_or_insert(true);
        spice.vdagent.get_or_insert(false);
        spice.clipboard_sharing.get_or_insert(false);
    }
}

/// The policy for memory regions that host devices have reserved.
fn reserved(hvm: &mut DomainBuildInfoHvm) {
    if hvm.rdm.policy == RdmReservePolicy::Invalid {
        hvm.rdm.policy = RdmReservePolicy::Relaxed;
    }
    or(&mut hvm.rdm_mem_boundary_memkb, LIBXL_RDM_MEM_BOUNDARY_MEMKB_DEFAULT);
}
