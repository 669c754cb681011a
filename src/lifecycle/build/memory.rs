//! The layout of the memory of an HVM or PVH guest, and its memory map.

use crate::types::idiomatic::{DeviceRdm, DomainBuildInfo, RdmReservePolicy};
use crate::xen::guest::Layout;
use crate::xen::hypervisor::{MapEntry, PAGE_SIZE, sys};

pub const FOUR_GIB: u64 = 1 << 32;

/// RAM from 0 on, with an MMIO hole from `hole_start` to 4 GiB; what does not fit below the hole goes above 4 GiB.
/// The layout does not contain the video memory: the device model allocates that. A guest with less memory than that gets a
/// meaningless layout, as with the C library, and Xen refuses to build it.
pub fn layout(info: &DomainBuildInfo, hole_start: u64) -> Layout {
    let size = info.max_memkb.wrapping_sub(info.video_memkb).wrapping_mul(1024);
    let target = info.target_memkb.wrapping_sub(info.video_memkb) >> 2;
    let above = size.saturating_sub(hole_start);
    Layout {
        low_end: size.min(hole_start),
        high_end: if above > 0 { FOUR_GIB.wrapping_add(above) } else { 0 },
        hole_start,
        hole_size: FOUR_GIB - hole_start,
        target_pages: if target == 0 { size / PAGE_SIZE } else { target },
    }
}

/// The guest's memory map, without the entries that its firmware adds: RAM from `low_start` on, the reserved regions,
/// `special`, the ACPI tables (address and size), RAM above 4 GiB.
pub fn map(
    low_start: u64,
    layout: &Layout,
    reserved: &[DeviceRdm],
    special: Option<MapEntry>,
    tables: &[(u64, u64)],
) -> Vec<MapEntry> {
    let entry = |start, size, kind| MapEntry { start, size, kind };
    let mut map = vec![entry(low_start, layout.low_end.wrapping_sub(low_start), sys::E820_RAM)];
    let wanted = reserved.iter().filter(|rdm| rdm.policy != RdmReservePolicy::Invalid);
    map.extend(wanted.map(|rdm| entry(rdm.start, rdm.size, sys::E820_RESERVED)));
    map.extend(special);
    // The type is not E820_ACPI: a guest may reuse such memory once it has read the tables, but the DSDT's methods read
    // the MADT and the ACPI info page for as long as the guest runs.
    map.extend(tables.iter().map(|&(start, size)| entry(start, size, sys::E820_NVS)));
    if layout.high_end > 0 {
        map.push(entry(FOUR_GIB, layout.high_end.wrapping_sub(FOUR_GIB), sys::E820_RAM));
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;
    const HOLE: u64 = 0xfc00_0000;

    fn sized(max: u64, target: u64) -> Layout {
        let info = DomainBuildInfo {
            max_memkb: max << 10,
            target_memkb: target << 10,
            video_memkb: 0,
            ..Default::default()
        };
        layout(&info, HOLE)
    }

    #[test]
    fn small_guests_lie_below_the_hole() {
        let small = sized(256, 128);
        assert_eq!((small.low_end, small.high_end), (256 * MIB, 0));
        assert_eq!((small.hole_start, small.hole_size), (HOLE, 0x400_0000));
        assert_eq!(small.target_pages, 128 * 256);
        let full = sized(4032, 4032);
        assert_eq!((full.low_end, full.high_end), (HOLE, 0));
    }

    #[test]
    fn less_memory_than_the_screen_has_is_no_panic() {
        let info = DomainBuildInfo { max_memkb: 4096, video_memkb: 16384, ..Default::default() };
        let none = layout(&info, HOLE);
        assert_eq!(none.low_end, HOLE);
        assert!(map(0, &none, &[], None, &[]).len() <= 2);
    }

    #[test]
    fn ram_that_does_not_fit_lies_above_4_gib() {
        let large = sized(8192, 8192);
        assert_eq!((large.low_end, large.high_end), (HOLE, FOUR_GIB + 4160 * MIB));
    }

    #[test]
    fn without_a_target_all_memory_is_populated() {
        assert_eq!(sized(64, 0).target_pages, 64 * 256);
    }

    #[test]
    fn the_map_has_all_regions() {
        let rdm = |policy| DeviceRdm { start: 0xe000_0000, size: 0x1000, policy };
        let rdms = [rdm(RdmReservePolicy::Invalid), rdm(RdmReservePolicy::Strict)];
        let special = MapEntry { start: 0xfeff_8000, size: 0x8000, kind: sys::E820_RESERVED };
        let tables = [(0x0f_f000, 0x1000), (HOLE, 0x1000)];
        let map: Vec<_> = map(MIB, &sized(8192, 8192), &rdms, Some(special), &tables)
            .iter()
            .map(|e| (e.start, e.size, e.kind))
            .collect();
        assert_eq!(
            map,
            [
                (MIB, HOLE - MIB, 1),
                (0xe000_0000, 0x1000, 2),
                (0xfeff_8000, 0x8000, 2),
                (0x0f_f000, 0x1000, 4),
                (HOLE, 0x1000, 4),
                (0x1_0000_0000, 4160 * MIB, 1),
            ]
        );
    }
}
