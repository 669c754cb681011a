//! The memory map (e820) of a PV guest with `e820_host`: it is derived from the host's, so that the guest has no RAM
//! at the addresses of PCI devices that are passed through.
//!
//! The guest's RAM begins at 0 and ends at most at the first entry of the host's map above 1 MiB that is not RAM; the
//! rest of it goes to the first free range from 4 GiB on. Beyond the end of the guest's low RAM the map has the host's
//! other entries. The host's RAM there becomes "unusable": a kernel takes a gap for address space that it may
//! assign to devices, which the host's RAM is not.

use super::refused;
use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::{DomainBuildInfo, DomainBuildInfoPv};
use crate::xen::hypervisor::{MapEntry, sys};
use crate::{debug, error};

const FOUR_GIB: u64 = 1 << 32;
const PAGE: u64 = 4096;

/// Entries of the host's map below this are for its firmware and are ignored.
const LOW: u64 = 1 << 20;

/// The memory map of a guest on this host.
pub fn of_guest(
    ctx: &Ctx,
    domid: u32,
    build: &DomainBuildInfo,
    pv: &DomainBuildInfoPv,
) -> Result<Vec<MapEntry>> {
    let host = ctx.hypervisor().host_memory_map().map_err(|e| refused(ctx, domid, e))?;
    let kb = build.target_memkb;
    let more = build.max_memkb.wrapping_sub(kb).wrapping_add(pv.slack_memkb);
    let Some(map) = derive_map(&host, kb, more) else {
        error!(
            ctx,
            domid = domid,
            "cannot derive a memory map from the host's: it is empty, or the guest has no memory"
        );
        return Err(Error::Fail);
    };
    for entry in &map {
        let (start, end, kind) = (entry.start, entry.end(), entry.kind);
        debug!(ctx, domid = domid, "memory map: {start:#x} to {end:#x}, kind {kind}");
    }
    Ok(map)
}

/// The map of a guest with `kb` KiB of memory that may get `more_kb` later; `None` if the host's map is empty, or `kb`
/// is 0.
fn derive_map(host: &[MapEntry], kb: u64, more_kb: u64) -> Option<Vec<MapEntry>> {
    if host.is_empty() || kb == 0 {
        return None;
    }
    // This ignores also an entry that begins exactly at 1 MiB, which is most of the host's RAM below 4 GiB.
    let host = host.iter().filter(|entry| entry.start > LOW);
    let fixed = host
        .clone()
        .filter(|e| e.kind != 0 && e.kind != sys::E820_RAM && e.kind != sys::E820_UNUSABLE);
    let first = fixed.map(|entry| entry.start).min().unwrap_or(u64::MAX);

    let below_kb = kb.min(first >> 10);
    let displaced_kb = kb - below_kb;
    let end = below_kb << 10;
    let mut map = vec![MapEntry { start: 0, size: end, kind: sys::E820_RAM }];

    let mut rest: Vec<_> = host.filter_map(|entry| beyond(entry, end)).collect();
    if first > end {
        let gap = MapEntry { start: end, size: first - end, kind: sys::E820_UNUSABLE };
        match rest.iter_mut().find(|e| e.kind == sys::E820_UNUSABLE && e.start == end) {
            Some(there) => *there = gap,
            None => map.push(gap),
        }
    }
    map.append(&mut rest);
    if more_kb != 0 || displaced_kb != 0 {
        let size = displaced_kb.wrapping_add(more_kb) << 10;
        map.push(MapEntry { start: place_above(&map, size), size, kind: sys::E820_RAM });
    }
    Some(map)
}

/// The first address from 4 GiB on at which a range of this size overlaps no entry of the map.
fn place_above(map: &[MapEntry], size: u64) -> u64 {
    // On a host that has only RAM, the unusable entry extends to the end of the address space: it is ignored.
    let mut others: Vec<_> = map.iter().filter(|entry| entry.end() <= u64::MAX - PAGE).collect();
    others.sort_unstable_by_key(|entry| entry.start);
    let mut place = FOUR_GIB;
    for other in others {
        if other.end() > place && other.start < place.saturating_add(size) {
            place = other.end().next_multiple_of(PAGE);
        }
    }
    place
}

/// Converts one of the host's entries for a guest whose low RAM ends at `end`; `None` if its map does not have it.
fn beyond(entry: &MapEntry, end: u64) -> Option<MapEntry> {
    if entry.kind == 0 || entry.kind == sys::E820_UNUSABLE || entry.end() < end {
        return None;
    }
    if entry.kind != sys::E820_RAM {
        return Some(*entry);
    }
    // The guest's map leaves out the host's RAM above 4 GiB, and empty entries.
    let starts_below = entry.start < end;
    if entry.start >= FOUR_GIB || (!starts_below && entry.end() <= end) {
        return None;
    }
    let start = entry.start.max(end);
    Some(MapEntry { start, size: entry.end() - start, kind: sys::E820_UNUSABLE })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAM: u32 = 1;
    const RESERVED: u32 = 2;
    const ACPI: u32 = 3;
    const UNUSABLE: u32 = 5;

    fn map(entries: &[(u64, u64, u32)]) -> Vec<MapEntry> {
        entries
            .iter()
            .map(|&(start, end, kind)| MapEntry { start, size: end - start, kind })
            .collect()
    }

    /// A PC: firmware below 1 MiB, RAM up to 3 GiB, ACPI tables, devices, and RAM above 4 GiB.
    fn host() -> Vec<MapEntry> {
        map(&[
            (0, 0x9_f000, RAM),
            (0x9_f000, 0x10_0000, RESERVED),
            (0x10_0000, 0xbf00_0000, RAM),
            (0xbf00_0000, 0xbf10_0000, ACPI),
            (0xbf10_0000, 0xbf80_0000, RAM),
            (0xbf80_0000, 0xc000_0000, RESERVED),
            (0xfec0_0000, 0x1_0000_0000, RESERVED),
            (0x1_0000_0000, 0x2_4000_0000, RAM),
        ])
    }

    // The expected maps were computed by hand with the C library's algorithm.

    #[test]
    fn a_small_guest_ends_far_below_the_devices() {
        let wanted = map(&[
            (0, 0x1000_0000, RAM),
            (0x1000_0000, 0xbf00_0000, UNUSABLE),
            (0xbf00_0000, 0xbf10_0000, ACPI),
            (0xbf10_0000, 0xbf80_0000, UNUSABLE),
            (0xbf80_0000, 0xc000_0000, RESERVED),
            (0xfec0_0000, 0x1_0000_0000, RESERVED),
        ]);
        assert_eq!(derive_map(&host(), 256 << 10, 0), Some(wanted.clone()));
        let more = map(&[(0x1_0000_0000, 0x1_0400_0000, RAM)]);
        assert_eq!(derive_map(&host(), 256 << 10, 64 << 10), Some([wanted, more].concat()));
    }

    #[test]
    fn the_rest_of_a_large_guest_goes_above_4_gib() {
        let wanted = map(&[
            (0, 0xbf00_0000, RAM),
            (0xbf00_0000, 0xbf10_0000, ACPI),
            (0xbf10_0000, 0xbf80_0000, UNUSABLE),
            (0xbf80_0000, 0xc000_0000, RESERVED),
            (0xfec0_0000, 0x1_0000_0000, RESERVED),
            (0x1_0000_0000, 0x1_4100_0000, RAM),
        ]);
        assert_eq!(derive_map(&host(), 4 << 20, 0), Some(wanted));
    }

    /// The last entry of the map of a guest of 256 MiB on a host with these entries above 4 GiB.
    fn above(entries: &[(u64, u64, u32)], more_kb: u64) -> MapEntry {
        let host = [host(), map(entries)].concat();
        *derive_map(&host, 256 << 10, more_kb).unwrap().last().unwrap()
    }

    #[test]
    fn memory_above_4_gib_avoids_the_hosts_entries() {
        let ram = |start, size| MapEntry { start, size, kind: RAM };
        // As on AMD hosts: the reserved range is so high that the result is the C library's.
        let far = [(0xfd_0000_0000, 0x100_0000_0000, RESERVED)];
        assert_eq!(above(&far, 64 << 10), ram(FOUR_GIB, 64 << 20));
        let most = (0xfd_0000_0000 - FOUR_GIB) >> 10;
        assert_eq!(above(&far, most), ram(FOUR_GIB, most << 10));
        assert_eq!(above(&far, most + 4), ram(0x100_0000_0000, (most + 4) << 10));
        // In these cases the C library's ranges would overlap the host's entries.
        let near = [
            (0x1_0800_0000, 0x1_0900_0800, RESERVED),
            (0x1_0000_0000, 0x1_0400_0000, RESERVED),
            (0x2_0000_0000, 0x2_1000_0000, ACPI),
        ];
        assert_eq!(above(&near, 64 << 10), ram(0x1_0400_0000, 64 << 20));
        assert_eq!(above(&near, 65 << 10), ram(0x1_0900_1000, 65 << 20));
        assert_eq!(above(&near, 8 << 20), ram(0x2_1000_0000, 8 << 30));
    }

    #[test]
    fn a_host_with_only_ram() {
        let host = map(&[(0x20_0000, 0x4000_0000, RAM)]);
        let wanted = [
            map(&[(0, 0x1000_0000, RAM), (0x1000_0000, u64::MAX, UNUSABLE)]),
            map(&[(FOUR_GIB, FOUR_GIB + (64 << 20), RAM)]),
        ];
        assert_eq!(derive_map(&host, 256 << 10, 64 << 10), Some(wanted.concat()));
    }

    #[test]
    fn host_ram_above_the_guests_end_is_unusable() {
        let host = map(&[(0x20_0000, 0x4000_0000, RAM), (0x8000_0000, 0x9000_0000, RESERVED)]);
        let wanted = map(&[
            (0, 0x1000_0000, RAM),
            (0x1000_0000, 0x8000_0000, UNUSABLE),
            (0x8000_0000, 0x9000_0000, RESERVED),
        ]);
        assert_eq!(derive_map(&host, 256 << 10, 0), Some(wanted));
    }

    #[test]
    fn no_map_to_derive() {
        assert_eq!(derive_map(&[], 1024, 0), None);
        assert_eq!(derive_map(&host(), 0, 0), None);
    }
}
