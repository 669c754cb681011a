//! A PV guest's map of memory that follows the host's (`e820_host`), so that devices which are passed through
//! find their addresses free of memory.
//!
//! The guest's memory begins at 0 and stops short of the first thing that the host has above 1 MiB and that is not
//! memory; what does not fit below goes to the first place from 4 GiB on where nothing of the host's is in its way. What
//! the host has from there on is the guest's too. Memory of the host's that would lie between becomes "unusable": a gap there
//! would be taken for room to put devices into, and the host's memory is none.

use super::refused;
use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::{DomainBuildInfo, DomainBuildInfoPv};
use crate::xen::hypervisor::{MapEntry, sys};
use crate::{debug, error};

const FOUR_GIB: u64 = 1 << 32;
const PAGE: u64 = 4096;

/// What the host has below this, its firmware's, does not concern a PV guest.
const LOW: u64 = 1 << 20;

/// The map for a guest on this host.
pub fn of_guest(
    ctx: &Ctx,
    domid: u32,
    build: &DomainBuildInfo,
    pv: &DomainBuildInfoPv,
) -> Result<Vec<MapEntry>> {
    let host = ctx.hypervisor().host_memory_map().map_err(|e| refused(ctx, domid, e))?;
    let kb = build.target_memkb;
    let more = build.max_memkb.wrapping_sub(kb).wrapping_add(pv.slack_memkb);
    let Some(map) = follow(&host, kb, more) else {
        error!(ctx, domid = domid, "cannot make a memory map from the host's");
        return Err(Error::Fail);
    };
    for entry in &map {
        let (start, end, kind) = (entry.start, entry.end(), entry.kind);
        debug!(ctx, domid = domid, "memory map: {start:#x} to {end:#x}, kind {kind}");
    }
    Ok(map)
}

/// The map of a guest with `kb` KiB of memory that may get `more_kb` later; `None` if there is nothing to
/// follow, or no memory.
fn follow(host: &[MapEntry], kb: u64, more_kb: u64) -> Option<Vec<MapEntry>> {
    if host.is_empty() || kb == 0 {
        return None;
    }
    // Also memory that begins exactly there is left out, which is most of the host's below 4 GiB.
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

/// The first place from 4 GiB on for so many bytes beside what is in the map.
fn place_above(map: &[MapEntry], size: u64) -> u64 {
    // The gap of a host that has nothing but memory ends with the address space.
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

/// What becomes of one of the host's entries in the map of a guest whose memory goes up to `end`.
fn beyond(entry: &MapEntry, end: u64) -> Option<MapEntry> {
    if entry.kind == 0 || entry.kind == sys::E820_UNUSABLE || entry.end() < end {
        return None;
    }
    if entry.kind != sys::E820_RAM {
        return Some(*entry);
    }
    // The host's memory above 4 GiB, and what is empty, is not in anybody's way.
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

    /// A PC: firmware below 1 MiB, memory up to 3 GiB, tables, devices, more memory above 4 GiB.
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

    // The expected maps are what the C library's steps give, worked out by hand.

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
        assert_eq!(follow(&host(), 256 << 10, 0), Some(wanted.clone()));
        let more = map(&[(0x1_0000_0000, 0x1_0400_0000, RAM)]);
        assert_eq!(follow(&host(), 256 << 10, 64 << 10), Some([wanted, more].concat()));
    }

    #[test]
    fn what_a_large_guest_has_goes_above_4_gib() {
        let wanted = map(&[
            (0, 0xbf00_0000, RAM),
            (0xbf00_0000, 0xbf10_0000, ACPI),
            (0xbf10_0000, 0xbf80_0000, UNUSABLE),
            (0xbf80_0000, 0xc000_0000, RESERVED),
            (0xfec0_0000, 0x1_0000_0000, RESERVED),
            (0x1_0000_0000, 0x1_4100_0000, RAM),
        ]);
        assert_eq!(follow(&host(), 4 << 20, 0), Some(wanted));
    }

    /// What is added to a guest of 256 MiB on a host that has this above 4 GiB.
    fn above(entries: &[(u64, u64, u32)], more_kb: u64) -> MapEntry {
        let host = [host(), map(entries)].concat();
        *follow(&host, 256 << 10, more_kb).unwrap().last().unwrap()
    }

    #[test]
    fn what_the_host_has_above_4_gib_is_in_nobodys_way() {
        let ram = |start, size| MapEntry { start, size, kind: RAM };
        // AMD's hosts: far above, so that memory is where it is in C.
        let far = [(0xfd_0000_0000, 0x100_0000_0000, RESERVED)];
        assert_eq!(above(&far, 64 << 10), ram(FOUR_GIB, 64 << 20));
        let most = (0xfd_0000_0000 - FOUR_GIB) >> 10;
        assert_eq!(above(&far, most), ram(FOUR_GIB, most << 10));
        assert_eq!(above(&far, most + 4), ram(0x100_0000_0000, (most + 4) << 10));
        // In C all that follows would lie over the host's own.
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
    fn a_host_with_nothing_but_memory() {
        let host = map(&[(0x20_0000, 0x4000_0000, RAM)]);
        let wanted = [
            map(&[(0, 0x1000_0000, RAM), (0x1000_0000, u64::MAX, UNUSABLE)]),
            map(&[(FOUR_GIB, FOUR_GIB + (64 << 20), RAM)]),
        ];
        assert_eq!(follow(&host, 256 << 10, 64 << 10), Some(wanted.concat()));
    }

    #[test]
    fn memory_that_a_guest_ends_in_is_unusable_from_there() {
        let host = map(&[(0x20_0000, 0x4000_0000, RAM), (0x8000_0000, 0x9000_0000, RESERVED)]);
        let wanted = map(&[
            (0, 0x1000_0000, RAM),
            (0x1000_0000, 0x8000_0000, UNUSABLE),
            (0x8000_0000, 0x9000_0000, RESERVED),
        ]);
        assert_eq!(follow(&host, 256 << 10, 0), Some(wanted));
    }

    #[test]
    fn nothing_to_follow() {
        assert_eq!(follow(&[], 1024, 0), None);
        assert_eq!(follow(&host(), 0, 0), None);
    }
}
