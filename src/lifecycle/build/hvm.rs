//! Building an HVM guest: hvmloader in its memory, and an MMIO hole for emulated devices.

use super::firmware::Firmware;
use super::memory::{self, FOUR_GIB};
use super::{Build, Loaded, mebibytes};
use crate::core::Result;
use crate::types::idiomatic::{DomainBuildInfo, DomainBuildInfoHvm};
use crate::xen::guest::{Blob, Image, ImageKind, Layout, vcpus_at_boot};

/// The start of the MMIO hole, unless a larger one is configured.
const HOLE: u64 = 0xf000_0000;

/// The first address in the memory map: hvmloader adds the entries below it.
const LOW_START: u64 = 1 << 20;

/// The layout of the guest's memory, before RAM is relocated for reserved device memory.
pub fn layout(info: &DomainBuildInfo, hvm: &DomainBuildInfoHvm) -> Layout {
    let wanted = hole_start(hvm).filter(|&start| start < HOLE);
    memory::layout(info, wanted.unwrap_or(HOLE))
}

/// The start of a hole of the configured size, if one is configured.
fn hole_start(hvm: &DomainBuildInfoHvm) -> Option<u64> {
    let size = hvm.mmio_hole_memkb.wrapping_shl(10);
    (size > 0).then_some(FOUR_GIB.wrapping_sub(size))
}

/// The size of the hole in bytes that hvmloader and QEMU are told; `None` for the default.
pub fn hole_size(hvm: &DomainBuildInfoHvm) -> Option<u64> {
    hole_start(hvm).filter(|&start| start <= HOLE).map(|start| FOUR_GIB - start)
}

pub fn build(build: &Build, hvm: &DomainBuildInfoHvm, layout: &Layout) -> Result<Loaded> {
    let (ctx, domid, info) = (build.ao.ctx(), build.domid, &build.config.b_info);
    let failed = |e| build.failed(e);
    let firmware = Firmware::read(ctx, domid, info.device_model_version, hvm)?;
    let facts = build.facts()?;
    let cmdline = info.cmdline.as_ref().map(|text| text.as_c_str());
    let mut image =
        Image::new(ctx.hypervisor(), ImageKind::Hvm, &facts, cmdline, None).map_err(failed)?;
    image.set_layout(layout);
    image.set_kernel(Blob::File(&firmware.loader)).map_err(failed)?;
    if let Some(system) = &firmware.system {
        image.set_system_firmware(system).map_err(failed)?;
    }
    if let Some(smbios) = &firmware.smbios {
        image.set_smbios(smbios).map_err(failed)?;
    }
    if let Some(acpi) = &firmware.acpi {
        // Address 0: libxenguest chooses the address, and xenstore passes it to hvmloader.
        image.set_acpi(&[(0, acpi)]).map_err(failed)?;
    }
    build.set_vnuma(&mut image, layout)?;
    image.parse(domid).map_err(failed)?;
    build.check_abort()?;
    image.populate(mebibytes(info.max_memkb.wrapping_sub(info.video_memkb))).map_err(failed)?;
    build.check_abort()?;
    // The additional tables have no address yet and are not in the map, since hvmloader copies them. The C library's
    // map has an entry of their size at address 0.
    let map = memory::map(LOW_START, layout, &build.config.rdms, None, &[]);
    ctx.hypervisor().set_memory_map(domid, &map).map_err(failed)?;
    image.set_memory_map(&map).map_err(failed)?;
    image.load().map_err(failed)?;
    vcpus_at_boot(
        ctx.hypervisor(),
        domid,
        info.apic == Some(true),
        facts.vcpus,
        &info.avail_vcpus.bytes,
    )
    .map_err(failed)?;
    Ok(Loaded { rings: image.rings(), smbios: image.smbios_place(), acpi: image.acpi_place() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(kb: u64) -> (u64, Option<u64>) {
        let hvm = DomainBuildInfoHvm { mmio_hole_memkb: kb, ..Default::default() };
        let info = DomainBuildInfo {
            max_memkb: 8 << 20,
            target_memkb: 8 << 20,
            video_memkb: 0,
            ..Default::default()
        };
        (layout(&info, &hvm).hole_start, hole_size(&hvm))
    }

    #[test]
    fn the_hole_grows_and_does_not_shrink() {
        assert_eq!(hole(0), (HOLE, None));
        assert_eq!(hole(1 << 20), (0xc000_0000, Some(1 << 30)));
        assert_eq!(
            hole(256 << 10),
            (HOLE, Some(256 << 20)),
            "told, although it is the default size"
        );
        assert_eq!(hole(64 << 10), (HOLE, None), "the hole does not become smaller");
        assert_eq!(hole(8 << 20), (HOLE, None), "the hole would begin below 0");
    }
}
