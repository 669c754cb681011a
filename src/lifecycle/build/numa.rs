//! Virtual NUMA: assigns the guest's memory to its nodes, and passes the topology to the hypervisor.
//!
//! The ranges are computed from sizes that are not checked yet, so their ends may wrap around; [`set`] refuses such
//! ranges.

use super::{Build, refused};
use crate::config::defaults::vnuma::{self, HostNodes};
use crate::core::{Ctx, Error, Result, bitmap};
use crate::domain::affinity::{self, NewAffinity};
use crate::error;
use crate::types::idiomatic::VnodeInfo;
use crate::xen::guest::Layout;
use crate::xen::hypervisor::{MapEntry, MemoryRange, Result as XenResult, Vnuma, sys};
use crate::xen::log::Log;

const FOUR_GIB: u64 = 1 << 32;

/// One range for each node, in order and without gaps.
pub fn contiguous(nodes: &[VnodeInfo]) -> Vec<MemoryRange> {
    let mut start = 0u64;
    let piece = |(node, info): (usize, &VnodeInfo)| {
        let end = start.wrapping_add(info.memkb << 10);
        let range = MemoryRange { start, end, node: node as u32 };
        start = end;
        range
    };
    nodes.iter().enumerate().map(piece).collect()
}

/// Assigns the RAM of `map` to the nodes in order; `None` if the map has too little.
pub fn along_map(nodes: &[VnodeInfo], map: &[MapEntry]) -> Option<Vec<MemoryRange>> {
    let mut ranges = Vec::new();
    let mut memory =
        map.iter().filter(|e| e.kind == sys::E820_RAM).map(|e| (e.start, e.size)).peekable();
    for (node, info) in nodes.iter().enumerate() {
        let mut wanted = info.memkb << 10;
        while wanted > 0 {
            let (start, size) = memory.peek_mut()?;
            let taken = wanted.min(*size);
            ranges.push(MemoryRange { start: *start, end: *start + taken, node: node as u32 });
            (*start, *size, wanted) = (*start + taken, *size - taken, wanted - taken);
            if wanted > 0 {
                memory.next();
            }
        }
    }
    Some(ranges)
}

/// As [`contiguous`], but leaves out the MMIO hole. The video memory counts as node 0's and is not part of the ranges;
/// `None` if that node has less memory than that.
pub fn around_hole(
    nodes: &[VnodeInfo],
    video_kb: u64,
    layout: &Layout,
) -> Option<Vec<MemoryRange>> {
    let hole = layout.low_end.min(layout.hole_start);
    let after = (layout.hole_start + layout.hole_size).max(FOUR_GIB);
    let mut ranges = Vec::new();
    let mut start = 0u64;
    for (node, info) in nodes.iter().enumerate() {
        let kb = if node == 0 { info.memkb.checked_sub(video_kb)? } else { info.memkb };
        let mut wanted = kb << 10;
        while wanted > 0 {
            if (hole..after).contains(&start) {
                start = after;
            }
            let size = if start < hole { wanted.min(hole - start) } else { wanted };
            let end = start.wrapping_add(size);
            ranges.push(MemoryRange { start, end, node: node as u32 });
            (start, wanted) = (end, wanted - size);
        }
    }
    Some(ranges)
}

/// Checks the guest's nodes, whose memory is `ranges`, and passes them to the hypervisor.
///
/// `Error::VnumaConfigInvalid`, logged, if the configuration is invalid.
pub fn set(build: &Build, mut ranges: Vec<MemoryRange>) -> Result<Vnuma> {
    let (ctx, domid, info) = (build.ao.ctx(), build.domid, &build.config.b_info);
    let failed = |e| refused(ctx, domid, e);
    let xen = ctx.hypervisor();
    let topology = xen.cpu_topology().map_err(failed)?;
    let of_cpus: Vec<u32> = topology.iter().map(|cpu| cpu.node).collect();
    let host = HostNodes { count: xen.numa().map_err(failed)?.len(), of_cpus: &of_cpus };
    vnuma::check(ctx.log(), domid, info, host)?;
    ranges.sort_by_key(|range| range.start);
    check_ranges(ctx.log(), domid, &ranges)?;

    let nodes = &info.vnuma_nodes;
    let mut of_vcpus = vec![0; super::vcpus(ctx, domid, info.max_vcpus)? as usize];
    for (node, info) in nodes.iter().enumerate() {
        for vcpu in info.vcpus.iter() {
            if let Some(of) = of_vcpus.get_mut(vcpu) {
                *of = node as u32;
            }
        }
        if info.distances.len() != nodes.len() {
            error!(
                ctx,
                domid = domid,
                "cannot set up vNUMA: vnode {node} has no distance for each vnode"
            );
            return Err(Error::VnumaConfigInvalid);
        }
    }
    let distances = nodes.iter().flat_map(|node| node.distances.iter().copied()).collect();
    let on_host = nodes.iter().map(|node| node.pnode).collect();
    let vnuma = Vnuma { ranges, distances, of_vcpus, on_host };
    xen.set_vnuma(domid, &vnuma).map_err(failed)?;
    Ok(vnuma)
}

fn check_ranges(log: &Log, domid: u32, ranges: &[MemoryRange]) -> Result<()> {
    let bad = |why: std::fmt::Arguments<'_>| {
        error!(log, domid = domid, "cannot set up vNUMA: {why}");
        Err(Error::VnumaConfigInvalid)
    };
    if ranges.iter().any(|range| range.end < range.start) {
        return bad(format_args!("a vnode's memory ends before it begins"));
    }
    match ranges.windows(2).find(|pair| pair[0].end > pair[1].start) {
        Some([a, b]) => bad(format_args!(
            "memory of vnodes overlaps: {:#x} to {:#x}, and {:#x} to {:#x}",
            a.start, a.end, b.start, b.end
        )),
        _ => Ok(()),
    }
}

/// Sets each vcpu's soft affinity to the cpus of the physical node that its virtual node is on.
pub fn set_soft_affinity(ctx: &Ctx, domid: u32, nodes: &[VnodeInfo]) -> Result<()> {
    for node in nodes {
        let cpus = cpus_of(ctx, node.pnode).map_err(|e| refused(ctx, domid, e))?;
        let new = NewAffinity { hard: None, soft: Some(&cpus), force: false };
        for vcpu in node.vcpus.iter() {
            affinity::set_vcpu(ctx, domid, vcpu as u32, &new)?;
        }
    }
    Ok(())
}

/// The cpus of a physical node, as a bitmap.
fn cpus_of(ctx: &Ctx, node: u32) -> XenResult<Vec<u8>> {
    let xen = ctx.hypervisor();
    let mut cpus = vec![0; xen.max_cpus()?.div_ceil(8) as usize];
    for (cpu, topology) in xen.cpu_topology()?.iter().enumerate() {
        if topology.node == node {
            bitmap::set(&mut cpus, cpu as i32);
        }
    }
    Ok(cpus)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn nodes(mib: &[u64]) -> Vec<VnodeInfo> {
        mib.iter().map(|mib| VnodeInfo { memkb: mib << 10, ..Default::default() }).collect()
    }

    fn ranges(all: &[(u64, u64, u32)]) -> Vec<MemoryRange> {
        let range = |&(start, end, node)| MemoryRange { start: start * MIB, end: end * MIB, node };
        all.iter().map(range).collect()
    }

    #[test]
    fn without_holes() {
        assert_eq!(contiguous(&nodes(&[10, 20])), ranges(&[(0, 10, 0), (10, 30, 1)]));
    }

    #[test]
    fn along_a_map_with_holes() {
        let entry =
            |start, end, kind| MapEntry { start: start * MIB, size: (end - start) * MIB, kind };
        let map = [entry(0, 15, 1), entry(15, 20, 5), entry(40, 60, 1)];
        let wanted = ranges(&[(0, 10, 0), (10, 15, 1), (40, 45, 1), (45, 50, 2)]);
        assert_eq!(along_map(&nodes(&[10, 10, 5]), &map), Some(wanted));
        // A node that ends at the end of an entry.
        let wanted = ranges(&[(0, 15, 0), (40, 45, 1)]);
        let got = along_map(&nodes(&[15, 5]), &map).unwrap();
        assert_eq!(got.iter().filter(|r| r.end > r.start).copied().collect::<Vec<_>>(), wanted);
        assert_eq!(along_map(&nodes(&[30, 10]), &map), None);
    }

    const LAYOUT: Layout = Layout {
        low_end: 3000 * MIB,
        high_end: 4196 * MIB,
        hole_start: 3000 * MIB,
        hole_size: 1096 * MIB,
        target_pages: 0,
    };

    #[test]
    fn ranges_of_absurd_sizes_wrap_around_and_are_refused() {
        // Twice 16 EiB less 1 MiB.
        let absurd = nodes(&[(1 << 44) - 1, (1 << 44) - 1]);
        for ranges in [contiguous(&absurd), around_hole(&absurd, 0, &LAYOUT).unwrap()] {
            assert_eq!(check_ranges(&Log::none(), 1, &ranges), Err(Error::VnumaConfigInvalid));
        }
    }

    #[test]
    fn around_the_hole_for_devices() {
        let wanted = ranges(&[(0, 2000, 0), (2000, 3000, 1), (4096, 4196, 1)]);
        assert_eq!(around_hole(&nodes(&[2000, 1100]), 0, &LAYOUT), Some(wanted));
        let wanted = ranges(&[(0, 2984, 0), (2984, 3000, 1), (4096, 4184, 1)]);
        assert_eq!(around_hole(&nodes(&[3000, 104]), 16 << 10, &LAYOUT), Some(wanted));
        assert_eq!(around_hole(&nodes(&[8, 100]), 16 << 10, &LAYOUT), None);
    }
}
