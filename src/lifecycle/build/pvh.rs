//! Building a PVH guest, which has ACPI tables and no emulated devices.

use std::ffi::CString;

use super::acpi::{self, Tables};
use super::{Build, Loaded, mebibytes, memory};
use crate::core::Result;
use crate::error;
use crate::types::idiomatic::{DomainBuildInfoPvh, Text};
use crate::xen::guest::{Blob, Image, ImageKind};
use crate::xen::hypervisor::{MapEntry, PAGE_SIZE, Vnuma, sys};

/// The start of the MMIO hole: it contains the ACPI tables and, above them, Xen's special pages and the local APIC.
const HOLE: u64 = acpi::INFO_ADDRESS;

/// Xen's special pages in the hole.
const SPECIAL: MapEntry = MapEntry {
    start: (sys::X86_HVM_END_SPECIAL_REGION - sys::X86_HVM_NR_SPECIAL_PAGES) as u64 * PAGE_SIZE,
    size: sys::X86_HVM_NR_SPECIAL_PAGES as u64 * PAGE_SIZE,
    kind: sys::E820_RESERVED,
};

pub fn build(build: &Build, pvh: &DomainBuildInfoPvh) -> Result<Loaded> {
    let (ctx, domid, info) = (build.ao.ctx(), build.domid, &build.config.b_info);
    let failed = |e| build.failed(e);
    let (kernel, ramdisk) = (build.kernel()?, build.ramdisk());
    let cmdline = build.payload.cmdline.as_ref().map(Text::as_c_str);
    let facts = build.facts()?;
    let layout = memory::layout(info, HOLE);
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
    let vnuma = build.set_vnuma(&mut image, &layout)?;
    image.parse(domid).map_err(failed)?;
    build.check_abort()?;
    image.populate(mebibytes(info.max_memkb.wrapping_sub(info.video_memkb))).map_err(failed)?;
    build.check_abort()?;
    let tables = tables(build, &mut image, facts.vcpus, vnuma.as_ref())?;
    let modules: Vec<_> = tables.modules.iter().map(|m| (m.address, &m.bytes[..])).collect();
    image.set_acpi(&modules).map_err(failed)?;
    let places: Vec<_> = tables.modules.iter().map(|module| module.mapped()).collect();
    let map = memory::map(0, &layout, &build.config.rdms, Some(SPECIAL), &places);
    ctx.hypervisor().set_memory_map(domid, &map).map_err(failed)?;
    image.set_memory_map(&map).map_err(failed)?;
    image.load().map_err(failed)?;
    Ok(image.rings().into())
}

/// The PV shim: a hypervisor inside the guest, on which the configured kernel runs as a PV kernel.
struct Shim<'a> {
    path: &'a Text,
    cmdline: CString,
}

impl<'a> Shim<'a> {
    /// A guest has a shim if the path is set: the defaults set it only if `pvshim` is enabled.
    fn of(pvh: &'a DomainBuildInfoPvh) -> Option<Self> {
        let path = pvh.pvshim_path.as_ref()?;
        let words = [&pvh.pvshim_cmdline, &pvh.pvshim_extra];
        let words: Vec<_> = words.into_iter().flatten().map(Text::as_bytes).collect();
        // It consists of `Text`s, which contain no NUL.
        let cmdline = CString::new(words.join(&b' ')).unwrap_or_default();
        Some(Self { path, cmdline })
    }
}

fn tables(build: &Build, image: &mut Image, vcpus: u32, vnuma: Option<&Vnuma>) -> Result<Tables> {
    let info = &build.config.b_info;
    let rsdp_unrestricted = image.has_feature(sys::XENFEAT_linux_rsdp_unrestricted);
    let system = String::from_utf8_lossy(image.system()).into_owned();
    let rows: Vec<_> = info.vnuma_nodes.iter().map(|node| node.distances.clone()).collect();
    let range = |r: &crate::xen::hypervisor::MemoryRange| acpi::Range {
        start: r.start,
        end: r.end,
        node: r.node,
    };
    let memory: Vec<_> = vnuma.iter().flat_map(|vnuma| vnuma.ranges.iter().map(range)).collect();
    let facts = acpi::AcpiFacts {
        vcpus,
        online: &info.avail_vcpus.bytes,
        apic: info.apic == Some(true),
        guest_os: &system,
        rsdp_unrestricted,
        numa: vnuma.map(|vnuma| acpi::Numa {
            of_vcpus: &vnuma.of_vcpus,
            distances: &rows,
            memory: &memory,
        }),
    };
    acpi::tables(&facts).inspect_err(|_| {
        error!(build.ao, domid = build.domid, "cannot generate ACPI tables for {vcpus} vcpus");
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
