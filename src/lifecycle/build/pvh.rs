//! A PVH guest: its memory begins at 0, and it finds tables instead of emulated devices.

use std::ffi::CString;

use super::acpi::{self, Tables};
use super::{Build, mebibytes, numa};
use crate::core::{Error, Result};
use crate::error;
use crate::types::idiomatic::{
    DeviceRdm, DomainBuildInfo, DomainBuildInfoPvh, RdmReservePolicy, Text,
};
use crate::xen::guest::{Blob, Image, ImageKind, Layout, Rings};
use crate::xen::hypervisor::{MapEntry, Vnuma, sys};

const FOUR_GIB: u64 = 1 << 32;
const PAGE: u64 = 4096;

/// Where the hole for devices begins: the lowest of what is in it are the ACPI tables; the local APIC and
/// the pages that Xen keeps for itself lie above.
const HOLE: u64 = acpi::INFO_ADDRESS;

/// Xen's own pages in the hole.
const SPECIAL: MapEntry = MapEntry {
    start: (sys::X86_HVM_END_SPECIAL_REGION - sys::X86_HVM_NR_SPECIAL_PAGES) as u64 * PAGE,
    size: sys::X86_HVM_NR_SPECIAL_PAGES as u64 * PAGE,
    kind: sys::E820_RESERVED,
};

pub fn build(build: &Build, pvh: &DomainBuildInfoPvh) -> Result<Rings> {
    let (ctx, domid, info) = (build.ao.ctx(), build.domid, &build.config.b_info);
    let failed = |e| build.failed(e);
    let (kernel, ramdisk) = (build.kernel()?, build.ramdisk());
    let cmdline = build.payload.cmdline.as_ref().map(Text::as_c_str);
    let facts = build.facts()?;
    let layout = layout(info);
    let shim = Shim::of(pvh);
    let first_cmdline = shim.as_ref().map_or(cmdline, |shim| Some(&shim.cmdline));
    let mut image = Image::new(ctx.hypervisor(), ImageKind::Pvh, &facts, first_cmdline, None)
        .map_err(failed)?;
    image.set_layout(&layout);
    match &shim {
        Some(shim) => {
            image.set_kernel(Blob::File(shim.path.as_c_str())).map_err(failed)?;
            image.add_module(kernel.blob(), cmdline).map_err(failed)?;
        }
        None => image.set_kernel(kernel.blob()).map_err(failed)?,
    }
    if let Some(ramdisk) = &ramdisk {
        image.add_module(ramdisk.blob(), None).map_err(failed)?;
    }
    let mut vnuma = None;
    if !info.vnuma_nodes.is_empty() {
        let ranges = numa::around_hole(&info.vnuma_nodes, info.video_memkb, &layout);
        let ranges = ranges.ok_or_else(|| {
            error!(
                ctx,
                domid = domid,
                "cannot set up vNUMA: vnode 0 is too small for the video memory"
            );
            Error::Invalid
        })?;
        let set = numa::set(build, ranges)?;
        image.set_numa(&set.ranges, &set.on_host).map_err(failed)?;
        vnuma = Some(set);
    }
    image.parse(domid).map_err(failed)?;
    build.go_on()?;
    image.populate(mebibytes(info.max_memkb.wrapping_sub(info.video_memkb))).map_err(failed)?;
    build.go_on()?;
    let tables = tables(build, &mut image, facts.vcpus, vnuma.as_ref())?;
    let modules: Vec<_> = tables.modules.iter().map(|m| (m.address, &m.bytes[..])).collect();
    image.set_acpi(&modules).map_err(failed)?;
    let map = memory_map(&layout, &build.config.rdms, &tables);
    ctx.hypervisor().set_memory_map(domid, &map).map_err(failed)?;
    image.set_memory_map(&map).map_err(failed)?;
    image.load().map_err(failed)?;
    Ok(image.rings())
}

/// A hypervisor inside the guest, for which the guest's kernel is a PV kernel.
struct Shim<'a> {
    path: &'a Text,
    cmdline: CString,
}

impl<'a> Shim<'a> {
    /// That there is a path decides: it is a default only of those that are to have a shim.
    fn of(pvh: &'a DomainBuildInfoPvh) -> Option<Self> {
        let path = pvh.pvshim_path.as_ref()?;
        let words = [&pvh.pvshim_cmdline, &pvh.pvshim_extra];
        let words: Vec<_> = words.into_iter().flatten().map(Text::as_bytes).collect();
        // Made of texts, so there is no NUL in it.
        let cmdline = CString::new(words.join(&b' ')).unwrap_or_default();
        Some(Self { path, cmdline })
    }
}

fn layout(info: &DomainBuildInfo) -> Layout {
    let size = info.max_memkb.wrapping_sub(info.video_memkb).wrapping_mul(1024);
    let target = info.target_memkb.wrapping_sub(info.video_memkb) >> 2;
    let above = size.saturating_sub(HOLE);
    Layout {
        low_end: size.min(HOLE),
        high_end: if above > 0 { FOUR_GIB + above } else { 0 },
        hole_start: HOLE,
        hole_size: FOUR_GIB - HOLE,
        target_pages: if target == 0 { size / PAGE } else { target },
    }
}

fn tables(build: &Build, image: &mut Image, vcpus: u32, vnuma: Option<&Vnuma>) -> Result<Tables> {
    let info = &build.config.b_info;
    let root_anywhere = image.has_feature(sys::XENFEAT_linux_rsdp_unrestricted);
    let system = String::from_utf8_lossy(image.system()).into_owned();
    let rows: Vec<_> = info.vnuma_nodes.iter().map(|node| node.distances.clone()).collect();
    let range = |r: &crate::xen::hypervisor::MemoryRange| acpi::Range {
        start: r.start,
        end: r.end,
        node: r.node,
    };
    let memory: Vec<_> = vnuma.iter().flat_map(|vnuma| vnuma.ranges.iter().map(range)).collect();
    let facts = acpi::Facts {
        vcpus,
        online: &info.avail_vcpus.bytes,
        apic: info.apic == Some(true),
        guest_os: &system,
        root_anywhere,
        numa: vnuma.map(|vnuma| acpi::Numa {
            of_vcpus: &vnuma.of_vcpus,
            distances: &rows,
            memory: &memory,
        }),
    };
    acpi::tables(&facts).inspect_err(|_| {
        error!(build.ao, domid = build.domid, "cannot make ACPI tables for {vcpus} vcpus");
    })
}

/// What the guest is told of its memory.
fn memory_map(layout: &Layout, reserved: &[DeviceRdm], tables: &Tables) -> Vec<MapEntry> {
    let entry = |start, size, kind| MapEntry { start, size, kind };
    let mut map = vec![entry(0, layout.low_end, sys::E820_RAM)];
    let wanted = reserved.iter().filter(|rdm| rdm.policy != RdmReservePolicy::Invalid);
    map.extend(wanted.map(|rdm| entry(rdm.start, rdm.size, sys::E820_RESERVED)));
    map.push(SPECIAL);
    // Not E820_ACPI: memory of that kind a guest may use for something else once it has read the tables, but their own
    // code (the DSDT's) reads the MADT and the page of facts for as long as the guest runs.
    map.extend(tables.modules.iter().map(|module| {
        let (start, size) = module.mapped();
        entry(start, size, sys::E820_NVS)
    }));
    if layout.high_end > 0 {
        map.push(entry(FOUR_GIB, layout.high_end - FOUR_GIB, sys::E820_RAM));
    }
    map
}

#[cfg(test)]
mod tests {
    use super::acpi::Module;
    use super::*;

    const MIB: u64 = 1 << 20;

    fn sized(max: u64, target: u64) -> Layout {
        layout(&DomainBuildInfo {
            max_memkb: max << 10,
            target_memkb: target << 10,
            video_memkb: 0,
            ..Default::default()
        })
    }

    #[test]
    fn small_guests_lie_below_the_hole() {
        let small = sized(256, 128);
        assert_eq!((small.low_end, small.high_end), (256 * MIB, 0));
        assert_eq!((small.hole_start, small.hole_size), (0xfc00_0000, 0x400_0000));
        assert_eq!(small.target_pages, 128 * 256);
        let full = sized(4032, 4032);
        assert_eq!((full.low_end, full.high_end), (0xfc00_0000, 0));
    }

    #[test]
    fn the_rest_lies_above_4_gib() {
        let large = sized(8192, 8192);
        assert_eq!((large.low_end, large.high_end), (0xfc00_0000, FOUR_GIB + 4160 * MIB));
    }

    #[test]
    fn no_target_is_all() {
        assert_eq!(sized(64, 0).target_pages, 64 * 256);
    }

    #[test]
    fn the_map_has_all_that_is_there() {
        let module = |address, size| Module { address, bytes: vec![0; size] };
        let tables = Tables {
            modules: [module(0x0f_ffc0, 64), module(0xfc00_0000, 4096), module(0xfc00_1000, 8192)],
        };
        let rdm = |policy| DeviceRdm { start: 0xe000_0000, size: 0x1000, policy };
        let rdms = [rdm(RdmReservePolicy::Invalid), rdm(RdmReservePolicy::Strict)];
        let map: Vec<_> = memory_map(&sized(8192, 8192), &rdms, &tables)
            .iter()
            .map(|e| (e.start, e.size, e.kind))
            .collect();
        assert_eq!(
            map,
            [
                (0, 0xfc00_0000, 1),
                (0xe000_0000, 0x1000, 2),
                (0xfeff_8000, 0x8000, 2),
                (0x0f_f000, 0x1000, 4),
                (0xfc00_0000, 0x1000, 4),
                (0xfc00_1000, 0x2000, 4),
                (0x1_0000_0000, 4160 * MIB, 1),
            ]
        );
    }

    #[test]
    fn a_shim_has_a_command_line_of_its_own() {
        let text = |text: &std::ffi::CStr| Some(Text::from(text));
        let mut pvh = DomainBuildInfoPvh::default();
        assert!(Shim::of(&pvh).is_none());
        pvh.pvshim_path = text(c"/shim");
        pvh.pvshim_cmdline = text(c"pv-shim console=xen,pv");
        assert_eq!(&*Shim::of(&pvh).unwrap().cmdline, c"pv-shim console=xen,pv");
        pvh.pvshim_extra = text(c"loglvl=all");
        assert_eq!(&*Shim::of(&pvh).unwrap().cmdline, c"pv-shim console=xen,pv loglvl=all");
    }
}
