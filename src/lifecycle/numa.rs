//! Automatic NUMA placement: choosing the host's nodes for a new domain.
//!
//! [`place`] is called when a domain is built, after its vcpus exist and before the configured affinities are set. It
//! sets `b_info.nodemap`, which the caller then sets as the domain's node affinity (if the map is not empty), and the
//! soft affinity of the vcpus. [`choose`] is the decision, a pure function.
//!
//! Fewer nodes are better. With the same number of nodes, those are better on which fewer vcpus can run, and then those
//! with more free memory; otherwise the first ones, counting from node 0.

use nix::errno::Errno;

use crate::config::defaults::memory;
use crate::core::{Ctx, Error, Result, bitmap};
use crate::types::idiomatic::{Bitmap, DomainBuildInfo, DomainConfig};
use crate::xen::hypervisor::{DomainInfo, HypervisorError};
use crate::xen::log::Level;
use crate::{debug, error, log_line, warn};

use crate::domain::affinity::{self, NewAffinity};

/// The maximum number of nodes: with more, there are too many subsets to try.
const MAX_NODES: usize = 16;

/// A set of nodes, with one bit for each node.
type NodeSet = u16;

/// The facts about a node of the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PlacementNode {
    /// Free memory in KiB.
    pub free_kb: u64,
    /// The node's cpus.
    pub cpus: u32,
    /// The node's cpus that are in the domain's cpupool.
    pub usable: u32,
    /// The vcpus of all domains that can run on these cpus.
    pub vcpus: u32,
}

/// What the domain needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Memory in KiB.
    pub memory_kb: u64,
    /// The number of cpus, which is that of the vcpus.
    pub cpus: u32,
}

/// Nodes that the domain could be placed on, and their total resources, as in [`PlacementNode`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The nodes.
    pub nodes: NodeSet,
    /// Their cpus that the domain can use.
    pub cpus: u32,
    /// The vcpus of all domains that can run on these cpus; one that can run on two nodes counts twice.
    pub vcpus: u32,
    /// Their free memory in KiB.
    pub free_kb: u64,
}

impl Candidate {
    fn new(nodes: NodeSet, host: &[PlacementNode]) -> Self {
        let mut it = Self { nodes, cpus: 0, vcpus: 0, free_kb: 0 };
        for node in members(nodes).map(|i| &host[i]) {
            it.cpus += node.usable;
            it.vcpus += node.vcpus;
            it.free_kb += node.free_kb;
        }
        it
    }

    fn is_sufficient(&self, wanted: Wanted) -> bool {
        self.cpus >= wanted.cpus && self.free_kb >= wanted.memory_kb
    }

    /// Whether this candidate is better than one with the same number of nodes.
    fn better_than(&self, other: &Self) -> bool {
        (self.vcpus, other.free_kb) < (other.vcpus, self.free_kb)
    }
}

fn members(nodes: NodeSet) -> impl Iterator<Item = usize> {
    (0..MAX_NODES).filter(move |i| nodes >> i & 1 != 0)
}

/// Calls `visit` with each set of `size` nodes of `of`, added to the nodes `with`; sets with lower nodes come first.
fn each_set(of: &[usize], size: usize, with: NodeSet, visit: &mut impl FnMut(NodeSet)) {
    if size == 0 {
        return visit(with);
    }
    for first in 0..(of.len() + 1).saturating_sub(size) {
        each_set(&of[first + 1..], size - 1, with | 1 << of[first], visit);
    }
}

/// The number of cpus of each node, if all nodes have the same number.
fn cpus_per_node(host: &[PlacementNode]) -> Option<u32> {
    // As in the C library, nodes without cpus are skipped only at the beginning.
    let mut with_cpus = host.iter().skip_while(|node| node.cpus == 0).map(|node| node.cpus);
    let first = with_cpus.next()?;
    with_cpus.all(|cpus| cpus == first).then_some(first)
}

/// The best nodes for a domain; `None` if no set of nodes is sufficient. `improved` is called for each candidate that
/// is better than all earlier ones.
pub fn choose(
    host: &[PlacementNode],
    wanted: Wanted,
    mut improved: impl FnMut(&Candidate),
) -> Option<Candidate> {
    let usable: Vec<_> = (0..host.len().min(MAX_NODES)).filter(|i| host[*i].usable > 0).collect();
    let fewest = cpus_per_node(host).map_or(1, |cpus| wanted.cpus.div_ceil(cpus) as usize);
    (fewest.clamp(1, usable.len().max(1))..=usable.len()).find_map(|size| {
        let mut best: Option<Candidate> = None;
        each_set(&usable, size, 0, &mut |nodes| {
            let new = Candidate::new(nodes, host);
            if new.is_sufficient(wanted) && best.is_none_or(|best| new.better_than(&best)) {
                improved(&new);
                best = Some(new);
            }
        });
        best
    })
}

/// Places the domain, if the configuration enables placement and does not determine it otherwise.
///
/// Afterwards `b_info.nodemap` has the nodes (all nodes, if there is only one or no set is sufficient), the soft
/// affinity of the vcpus is the cpus of these nodes, and `b_info.numa_placement` is off, so that a domain that is built
/// again from this configuration gets the same nodes.
///
/// # Errors
/// `Error::Invalid` if the domain's hard affinity has no cpu of its cpupool, `Error::Fail` if a hypercall fails. Errors
/// are logged.
pub fn place(ctx: &Ctx, domid: u32, config: &mut DomainConfig) -> Result<()> {
    let build = &mut config.b_info;
    if build.numa_placement != Some(true) {
        return Ok(());
    }
    if !build.cpumap.bytes.is_empty() || !build.vcpu_soft_affinity.is_empty() {
        warn!(ctx, "no NUMA placement: the configuration sets the cpus of the domain");
        return Ok(());
    }
    if !build.nodemap.bytes.is_empty() {
        warn!(ctx, "no NUMA placement: the configuration sets the nodes of the domain");
        return Ok(());
    }
    let host = HostNodes::read(ctx)?;
    let mut nodes = vec![0xff; host.max_nodes.div_ceil(8)];
    if let Some(best) = best(ctx, domid, build, &host)? {
        nodes.fill(0);
        members(best.nodes).for_each(|node| bitmap::set(&mut nodes, node as i32));
    }
    let soft = host.cpus_where(|node| bitmap::test(&nodes, node as i32));
    let vcpus = u32::try_from(build.max_vcpus).unwrap_or(0);
    let new = NewAffinity { hard: None, soft: Some(&soft), force: false };
    // This is only a preference: a failure for one vcpu is logged, and the creation continues.
    let _ = affinity::set_vcpus(ctx, domid, vcpus, &new);
    build.nodemap = Bitmap { bytes: nodes };
    build.numa_placement = Some(false);
    Ok(())
}

/// The host's nodes and cpus.
struct HostNodes {
    /// One more than the highest number of a node.
    max_nodes: usize,
    /// One more than the highest number of a cpu.
    max_cpus: usize,
    /// Free memory of each node, in KiB.
    free_kb: Vec<u64>,
    /// The node of each cpu.
    node_of: Vec<u32>,
}

fn refused(ctx: &Ctx, e: HypervisorError) -> Error {
    error!(ctx, "cannot place the domain on NUMA nodes: {e}");
    Error::Fail
}

impl HostNodes {
    fn read(ctx: &Ctx) -> Result<Self> {
        let xen = ctx.hypervisor();
        let read = || {
            Ok(Self {
                max_nodes: xen.max_nodes()? as usize,
                max_cpus: xen.max_cpus()? as usize,
                free_kb: xen.numa()?.iter().map(|node| node.free.unwrap_or(0) / 1024).collect(),
                node_of: xen.cpu_topology()?.iter().map(|cpu| cpu.node).collect(),
            })
        };
        read().map_err(|e| refused(ctx, e))
    }

    /// The cpus on nodes that `wanted` accepts.
    fn cpus_where(&self, wanted: impl Fn(u32) -> bool) -> Vec<u8> {
        let mut cpus = vec![0; self.max_cpus.div_ceil(8)];
        let chosen = (0..).zip(&self.node_of).filter(|(_, node)| wanted(**node));
        chosen.for_each(|(cpu, _)| bitmap::set(&mut cpus, cpu));
        cpus
    }

    /// The node of each of these cpus.
    fn nodes_of(&self, cpus: &[u8]) -> impl Iterator<Item = usize> {
        let node_of = (0..).zip(&self.node_of).filter(|(cpu, _)| bitmap::test(cpus, *cpu));
        node_of.map(|(_, node)| *node as usize).filter(|node| *node < self.free_kb.len())
    }

    /// The nodes on which a vcpu with this affinity can run, in a domain with the node affinity `nodes`.
    fn nodes_for(&self, cpus: &[u8], nodes: &[u8]) -> NodeSet {
        let allowed = self.nodes_of(cpus).filter(|node| bitmap::test(nodes, *node as i32));
        allowed.fold(0, |set, node| set | 1 << node)
    }

    /// The facts about all nodes, for a domain that can use the cpus `usable`, where `vcpus` is the number of vcpus on
    /// each node.
    fn nodes(&self, usable: &[u8], vcpus: &[u32]) -> Vec<PlacementNode> {
        let mut nodes: Vec<_> = self
            .free_kb
            .iter()
            .zip(vcpus)
            .map(|(free, vcpus)| PlacementNode {
                free_kb: *free,
                vcpus: *vcpus,
                ..PlacementNode::default()
            })
            .collect();
        self.nodes_of(&vec![0xff; self.max_cpus.div_ceil(8)]).for_each(|i| nodes[i].cpus += 1);
        self.nodes_of(usable).for_each(|i| nodes[i].usable += 1);
        nodes
    }
}

/// The best nodes; `None` if there is only one or none is sufficient, or if there are too many.
fn best(
    ctx: &Ctx,
    domid: u32,
    build: &DomainBuildInfo,
    host: &HostNodes,
) -> Result<Option<Candidate>> {
    let domain = ctx.hypervisor().domain(domid).map_err(|e| refused(ctx, e))?;
    let domain = domain.ok_or_else(|| {
        error!(ctx, "cannot place the domain on NUMA nodes: no domain {domid}");
        Error::Fail
    })?;
    let usable = cpus_of_pool(ctx, domain.cpupool).map_err(|e| refused(ctx, e))?;
    let usable = usable.ok_or_else(|| {
        error!(ctx, "cannot place the domain on NUMA nodes: no cpupool {}", domain.cpupool);
        Error::Fail
    })?;
    // As in the C library, the hard affinity is checked here, but the placement uses the whole cpupool.
    if let Some(hard) = build.vcpu_hard_affinity.first()
        && bitmap::is_empty(&bitmap::and(&hard.bytes, &usable))
    {
        error!(
            ctx,
            "cannot place the domain on NUMA nodes: no cpu of its hard affinity is in its cpupool"
        );
        return Err(Error::Invalid);
    }
    let count = host.free_kb.len();
    if count <= 1 {
        return Ok(None);
    }
    if count > MAX_NODES {
        warn!(ctx, "no NUMA placement: {count} nodes are too many, use affinities or cpupools");
        return Ok(None);
    }
    let nodes = host.nodes(&usable, &vcpus_on_nodes(ctx, host, &usable)?);
    let wanted = Wanted {
        memory_kb: memory::need(build),
        cpus: u32::try_from(build.max_vcpus).unwrap_or(0),
    };
    let shown = |it: &Candidate| {
        let Candidate { nodes, cpus, vcpus, free_kb } = it;
        format!("nodes {nodes:#b}, {cpus} cpus, {vcpus} vcpus, {free_kb} KiB free")
    };
    let best = choose(&nodes, wanted, |it| {
        debug!(ctx, "NUMA placement, best candidate so far: {}", shown(it))
    });
    match &best {
        Some(best) => log_line!(Level::Detail, ctx, "NUMA placement: {}", shown(best)),
        None => log_line!(
            Level::Notice,
            ctx,
            "no NUMA placement: no set of nodes has enough cpus and free memory"
        ),
    }
    Ok(best)
}

fn cpus_of_pool(ctx: &Ctx, pool: u32) -> std::result::Result<Option<Vec<u8>>, HypervisorError> {
    let found = ctx.hypervisor().cpupool_from(pool)?;
    Ok(found.filter(|found| found.id == pool).map(|found| found.cpus))
}

/// The number of vcpus that can run on each node, counting only the cpus in `usable`.
fn vcpus_on_nodes(ctx: &Ctx, host: &HostNodes, usable: &[u8]) -> Result<Vec<u32>> {
    let mut vcpus = vec![0; host.free_kb.len()];
    for domain in ctx.hypervisor().domains().map_err(|e| refused(ctx, e))? {
        match sets_of_vcpus(ctx, host, &domain, usable) {
            Ok(sets) => sets.into_iter().flat_map(members).for_each(|node| vcpus[node] += 1),
            // It was destroyed meanwhile.
            Err(e) if e.errno == Errno::ESRCH => {}
            Err(e) => warn!(
                ctx,
                "the vcpus of domain {} do not count in the NUMA placement: {e}", domain.domid
            ),
        }
    }
    Ok(vcpus)
}

/// The nodes on which each vcpu of a domain can run.
fn sets_of_vcpus(
    ctx: &Ctx,
    host: &HostNodes,
    domain: &DomainInfo,
    usable: &[u8],
) -> std::result::Result<Vec<NodeSet>, HypervisorError> {
    let xen = ctx.hypervisor();
    let Some(cpus) = cpus_of_pool(ctx, domain.cpupool)? else { return Ok(Vec::new()) };
    let cpus = bitmap::and(&cpus, usable);
    let nodes = xen.node_affinity(domain.domid)?;
    let vcpus = 0..domain.max_vcpu_id.map_or(0, |last| last + 1);
    let set = |vcpu| {
        let hard = xen.vcpu(domain.domid, vcpu, host.max_cpus as u32)?.hard;
        Ok(host.nodes_for(&bitmap::and(&hard, &cpus), &nodes))
    };
    vcpus.map(set).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(free_kb: u64, cpus: u32, vcpus: u32) -> PlacementNode {
        PlacementNode { free_kb, cpus, usable: cpus, vcpus }
    }

    fn chosen(host: &[PlacementNode], memory_kb: u64, cpus: u32) -> Option<NodeSet> {
        choose(host, Wanted { memory_kb, cpus }, |_| ()).map(|it| it.nodes)
    }

    #[test]
    fn sets_are_visited_in_order() {
        let mut sets = Vec::new();
        each_set(&[0, 1, 3, 4], 2, 0, &mut |set| sets.push(set));
        assert_eq!(sets, [0b11, 0b1001, 0b10001, 0b1010, 0b10010, 0b11000]);
        for (size, count) in [(0, 1), (1, 4), (3, 4), (4, 1), (5, 0)] {
            let mut sets = 0;
            each_set(&[0, 1, 3, 4], size, 0, &mut |_| sets += 1);
            assert_eq!(sets, count, "{size}");
        }
    }

    #[test]
    fn fewer_vcpus_before_more_memory_before_lower_numbers() {
        assert_eq!(chosen(&[node(500, 4, 2), node(400, 4, 1)], 100, 1), Some(0b10));
        assert_eq!(chosen(&[node(400, 4, 1), node(500, 4, 1)], 100, 1), Some(0b10));
        assert_eq!(chosen(&[node(400, 4, 1), node(400, 4, 1)], 100, 1), Some(0b01));
    }

    #[test]
    fn one_node_that_is_enough_is_better_than_two() {
        let host = [node(300, 4, 9), node(100, 4, 0), node(150, 4, 0)];
        assert_eq!(chosen(&host, 300, 2), Some(0b001));
        assert_eq!(chosen(&host, 350, 2), Some(0b101));
        assert_eq!(chosen(&host, 250, 2), Some(0b001));
        assert_eq!(chosen(&host, 550, 2), Some(0b111));
        assert_eq!(chosen(&host, 551, 2), None);
    }

    #[test]
    fn a_cpu_for_each_vcpu_is_required() {
        let host = [node(900, 2, 0), node(900, 2, 3), node(900, 2, 1)];
        assert_eq!(chosen(&host, 1, 2), Some(0b001));
        assert_eq!(chosen(&host, 1, 3), Some(0b101));
        assert_eq!(chosen(&host, 1, 5), Some(0b111));
        assert_eq!(chosen(&host, 1, 7), None);
        let uneven = [node(900, 1, 0), node(900, 4, 5)];
        assert_eq!(chosen(&uneven, 1, 4), Some(0b10));
        assert_eq!(chosen(&uneven, 1, 5), Some(0b11));
    }

    #[test]
    fn only_nodes_of_the_pool_count() {
        let mut host = [node(900, 4, 0), node(500, 4, 7), node(500, 4, 8)];
        host[0].usable = 0;
        host[1].usable = 1;
        assert_eq!(chosen(&host, 100, 1), Some(0b010));
        assert_eq!(chosen(&host, 100, 2), Some(0b100));
        assert_eq!(chosen(&host, 100, 5), Some(0b110));
        assert_eq!(chosen(&host, 1001, 1), None);
        host[1].usable = 0;
        host[2].usable = 0;
        assert_eq!(chosen(&host, 1, 1), None);
    }

    #[test]
    fn each_improvement_is_reported() {
        let host = [node(500, 4, 2), node(400, 4, 3), node(600, 4, 2), node(100, 4, 1)];
        let mut improvements = Vec::new();
        choose(&host, Wanted { memory_kb: 50, cpus: 1 }, |it| {
            improvements.push((it.nodes, it.free_kb))
        });
        assert_eq!(improvements, [(0b0001, 500), (0b0100, 600), (0b1000, 100)]);
    }

    #[test]
    fn memory_beyond_32_bits() {
        // In the C library sums of 4 TiB and more lose their upper bits.
        let host = [node(5 << 32, 4, 0), node(6 << 32, 4, 0)];
        assert_eq!(chosen(&host, 3 << 32, 1), Some(0b10));
        assert_eq!(chosen(&host, 10 << 32, 1), Some(0b11));
    }

    #[test]
    fn the_facts_about_nodes() {
        let host = HostNodes {
            max_nodes: 2,
            max_cpus: 6,
            free_kb: vec![100, 200],
            node_of: vec![0, 0, 1, 1, u32::MAX, 1],
        };
        assert_eq!(host.cpus_where(|node| node == 1), [0b101100]);
        assert_eq!(host.nodes_for(&[0b000011], &[0xff]), 0b01);
        assert_eq!(host.nodes_for(&[0b111111], &[0xff]), 0b11);
        assert_eq!(host.nodes_for(&[0b111111], &[0b10]), 0b10);
        assert_eq!(host.nodes_for(&[0b010000], &[0xff]), 0);
        assert_eq!(
            host.nodes(&[0b000110], &[5, 6]),
            [
                PlacementNode { free_kb: 100, cpus: 2, usable: 1, vcpus: 5 },
                PlacementNode { free_kb: 200, cpus: 3, usable: 1, vcpus: 6 }
            ]
        );
    }

    #[test]
    fn nodes_with_the_same_number_of_cpus() {
        let of =
            |cpus: &[u32]| cpus_per_node(&cpus.iter().map(|n| node(0, *n, 0)).collect::<Vec<_>>());
        assert_eq!(of(&[4, 4, 4]), Some(4));
        assert_eq!(of(&[4, 3]), None);
        assert_eq!(of(&[0, 4]), Some(4));
        assert_eq!(of(&[4, 0]), None);
        assert_eq!(of(&[0]), None);
    }
}
