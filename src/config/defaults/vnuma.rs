//! Virtual NUMA: checks that the guest's nodes match the guest and the host.
//!
//! This is checked when the domain is built, after all defaults are set; the builder decides and checks where the
//! memory of a node is.

use std::collections::BTreeSet;

use crate::core::{Error, Result};
use crate::types::idiomatic::{Bitmap, DomainBuildInfo};
use crate::xen::log::Log;
use crate::{error, warn};

/// The facts about the host that are needed: the number of NUMA nodes, and the node of each CPU.
#[derive(Clone, Copy, Debug)]
pub struct HostNodes<'a> {
    pub count: usize,
    pub of_cpus: &'a [u32],
}

/// Returns `Error::VnumaConfigInvalid`, and logs the reason, if the nodes do not match. It is only a warning if the
/// affinity of a vcpu includes other host nodes than that of its virtual node.
pub fn check(log: &Log, domid: u32, build: &DomainBuildInfo, host: HostNodes) -> Result<()> {
    let bad = |why: std::fmt::Arguments<'_>| {
        error!(log, domid = domid, "{why}");
        Error::VnumaConfigInvalid
    };
    let nodes = &build.vnuma_nodes;
    if let Some(node) = nodes.iter().find(|node| node.pnode as usize >= host.count) {
        return Err(bad(format_args!("Invalid pnode {} specified", node.pnode)));
    }
    let memory = nodes.iter().fold(0u64, |sum, node| sum.wrapping_add(node.memkb));
    if memory != build.max_memkb {
        let wanted = build.max_memkb;
        return Err(bad(format_args!("Amount of memory mismatch ({memory:#x} != {wanted:#x})")));
    }
    let mut assigned = BTreeSet::new();
    for vcpu in nodes.iter().flat_map(|node| node.vcpus.iter()) {
        if !assigned.insert(vcpu) {
            return Err(bad(format_args!("Vcpu {vcpu} assigned more than once")));
        }
    }
    let vcpus = usize::try_from(build.max_vcpus).unwrap_or(0);
    if let Some(vcpu) = (0..vcpus).find(|vcpu| !assigned.contains(vcpu)) {
        return Err(bad(format_args!("Vcpu {vcpu} is not assigned to any vnode")));
    }
    for node in nodes {
        for vcpu in node.vcpus.iter() {
            for (kind, sets) in
                [("hard", &build.vcpu_hard_affinity), ("soft", &build.vcpu_soft_affinity)]
            {
                if sets.get(vcpu).is_some_and(|set| nodes_of(set, host) != [node.pnode].into()) {
                    let text = format_args!("Vcpu {vcpu} {kind} affinity and vnuma info mismatch");
                    warn!(log, domid = domid, "{text}");
                }
            }
        }
    }
    for (own, node) in nodes.iter().enumerate() {
        let Some(local) = node.distances.get(own) else {
            return Err(bad(format_args!("vnode {own} has no distance to itself")));
        };
        if let Some(other) = node.distances.iter().position(|distance| distance < local) {
            return Err(bad(format_args!(
                "Distance from {own} to {other} smaller than {own}'s local distance"
            )));
        }
    }
    Ok(())
}

/// The host's nodes that the CPUs of a bitmap belong to.
fn nodes_of(cpus: &Bitmap, host: HostNodes) -> BTreeSet<u32> {
    cpus.iter().filter_map(|cpu| host.of_cpus.get(cpu).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::VnodeInfo;

    fn set(bits: &[usize]) -> Bitmap {
        let mut bytes = vec![0; 2];
        for bit in bits {
            bytes[bit / 8] |= 1 << (bit % 8);
        }
        Bitmap { bytes }
    }

    /// A guest with four vcpus on two nodes, on a host that has two nodes with two CPUs each.
    fn guest() -> DomainBuildInfo {
        let node = |pnode, vcpus: &[usize], distances: [u32; 2]| VnodeInfo {
            memkb: 1024,
            distances: distances.to_vec(),
            pnode,
            vcpus: set(vcpus),
        };
        DomainBuildInfo {
            max_vcpus: 4,
            max_memkb: 2048,
            vnuma_nodes: vec![node(0, &[0, 1], [10, 20]), node(1, &[2, 3], [20, 10])],
            ..Default::default()
        }
    }

    fn checked(build: &DomainBuildInfo) -> Result<()> {
        check(&Log::none(), 1, build, HostNodes { count: 2, of_cpus: &[0, 0, 1, 1] })
    }

    #[test]
    fn valid_and_invalid_nodes() {
        assert_eq!(checked(&guest()), Ok(()));
        let broken: [fn(&mut DomainBuildInfo); 7] = [
            |build| build.vnuma_nodes[1].pnode = 2,
            |build| build.max_memkb = 2047,
            |build| build.max_vcpus = 5,
            |build| build.vnuma_nodes[0].vcpus = set(&[0, 1, 2]),
            |build| build.vnuma_nodes[0].vcpus = set(&[0]),
            |build| build.vnuma_nodes[1].distances = vec![9, 10],
            |build| build.vnuma_nodes[1].distances.truncate(1),
        ];
        for (i, change) in broken.iter().enumerate() {
            let mut build = guest();
            change(&mut build);
            assert_eq!(checked(&build), Err(Error::VnumaConfigInvalid), "{i}");
        }
    }

    #[test]
    fn cpus_of_another_node_are_no_error() {
        let mut build = guest();
        build.vcpu_hard_affinity = vec![set(&[0, 3]); 4];
        assert_eq!(checked(&build), Ok(()));
        let host = HostNodes { count: 2, of_cpus: &[0, 0, 1, 1] };
        assert_eq!(nodes_of(&set(&[0, 1]), host), [0].into());
        assert_eq!(nodes_of(&set(&[1, 3, 9]), host), [0, 1].into());
    }
}
