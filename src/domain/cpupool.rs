//! Cpupools: sets of CPUs, each with a scheduler of its own, on which domains run.
//!
//! The hypervisor identifies pools by their ids. Names and UUIDs are kept in xenstore: a pool that has no name there is
//! just being created.

use super::nodes;
use crate::core::uuid;
use crate::core::{Ctx, Error, Result, bitmap};
use crate::xen::hypervisor::{CpupoolInfo, HypervisorError, Result as HypervisorResult};
use crate::xen::store::Ops;
use crate::{debug, error};

fn path(pool: u32) -> String {
    format!("/local/pool/{pool}")
}

/// The xenstore path of a cpupool's name.
pub fn name_path(pool: u32) -> String {
    format!("{}/name", path(pool))
}

/// The CPUs of a bitmap, as numbers for libxenctrl.
fn cpus(map: &[u8]) -> impl Iterator<Item = i32> + '_ {
    let bits = i32::try_from(map.len() * 8).unwrap_or(i32::MAX);
    (0..bits).filter(|&cpu| bitmap::test(map, cpu))
}

fn refused(ctx: &Ctx, pool: u32, e: HypervisorError) -> Error {
    error!(ctx, "cannot use cpupool{pool}: {e}");
    Error::Fail
}

/// All cpupools, in order of their ids.
pub fn all(ctx: &Ctx) -> Result<Vec<CpupoolInfo>> {
    let mut all = Vec::new();
    let mut next = Some(0);
    while let Some(from) = next {
        let found = ctx.hypervisor().cpupool_from(from);
        let Some(pool) = found.map_err(|e| refused(ctx, from, e))? else { break };
        next = pool.id.checked_add(1);
        all.push(pool);
    }
    Ok(all)
}

/// All cpupools and their names, up to the first without a name, where the C library's list ends, too.
pub fn named(ctx: &Ctx) -> Result<Vec<(CpupoolInfo, Vec<u8>)>> {
    let all = all(ctx)?;
    let paths: Vec<_> = all.iter().map(|pool| name_path(pool.id)).collect();
    let names = nodes::peek_many(ctx, ctx.store(), &paths);
    Ok(all.into_iter().zip(names).map_while(|(pool, name)| Some((pool, name?))).collect())
}

/// The pool that is to be changed. As in C, the error is `Error::NoMemory` if there is no pool with this id or a higher
/// one, and `Error::Invalid` if there is only one with a higher id; neither is logged as an error.
fn to_change(ctx: &Ctx, pool: u32) -> Result<CpupoolInfo> {
    let found = ctx.hypervisor().cpupool_from(pool).map_err(|e| {
        refused(ctx, pool, e);
        Error::NoMemory
    })?;
    let found = found.ok_or(Error::NoMemory);
    let found = found.and_then(|f| if f.id == pool { Ok(f) } else { Err(Error::Invalid) });
    found.inspect_err(|_| debug!(ctx, "no such cpupool: {pool}"))
}

/// The properties of a new cpupool.
pub struct New<'a> {
    pub name: &'a [u8],
    /// `XEN_SCHEDULER_*`
    pub scheduler: u32,
    /// The CPUs, one bit each; each must be free.
    pub cpus: &'a [u8],
    pub uuid: &'a [u8; 16],
}

/// Creates a cpupool, with the id `wanted` or one that Xen chooses, and passes its id to `made` as soon as it exists. A
/// pool that cannot get all its CPUs or its name is destroyed again.
pub fn create(ctx: &Ctx, wanted: Option<u32>, new: &New<'_>, made: impl FnOnce(u32)) -> Result<()> {
    let pool = ctx.hypervisor().cpupool_create(wanted, new.scheduler).map_err(|e| {
        error!(ctx, "cannot create a cpupool: {e}");
        Error::Fail
    })?;
    made(pool);
    configure(ctx, pool, new).inspect_err(|_| {
        // `destroy` logs a failure.
        let _ = destroy(ctx, pool);
    })
}

fn configure(ctx: &Ctx, pool: u32, new: &New<'_>) -> Result<()> {
    for cpu in cpus(new.cpus) {
        move_cpu(ctx, Move::Add, pool, cpu)?;
    }
    nodes::transaction_now(ctx, |t| {
        let path = path(pool);
        t.mkdir(&path).map_err(|e| nodes::failed(ctx, e))?;
        nodes::write(ctx, t, &format!("{path}/uuid"), uuid::format(new.uuid).as_bytes())?;
        nodes::write(ctx, t, &name_path(pool), new.name)
    })
}

/// Destroys a cpupool, which frees its CPUs. `Error::Invalid` while domains are in it.
pub fn destroy(ctx: &Ctx, pool: u32) -> Result<()> {
    let info = to_change(ctx, pool)?;
    if info.domains > 0 {
        debug!(ctx, "cpupool{pool} still has {} domains", info.domains);
        return Err(Error::Invalid);
    }
    for cpu in cpus(&info.cpus) {
        move_cpu(ctx, Move::Remove, pool, cpu)?;
    }
    ctx.hypervisor().cpupool_destroy(pool).map_err(|e| refused(ctx, pool, e))?;
    // The pool is destroyed even if its nodes cannot be removed; `remove` logs a failure.
    let _ = nodes::remove(ctx, ctx.store(), &path(pool));
    Ok(())
}

/// Renames a cpupool.
pub fn rename(ctx: &Ctx, pool: u32, name: &[u8]) -> Result<()> {
    to_change(ctx, pool)?;
    nodes::write(ctx, ctx.store(), &name_path(pool), name)
}

/// Whether a CPU is added to a pool or removed from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Move {
    Add,
    Remove,
}

/// Moves one CPU; with -1 Xen chooses it.
pub fn move_cpu(ctx: &Ctx, how: Move, pool: u32, cpu: i32) -> Result<()> {
    let xen = ctx.hypervisor();
    let moved: HypervisorResult<()> = match how {
        Move::Add => xen.cpupool_add_cpu(pool, cpu),
        Move::Remove => xen.cpupool_remove_cpu(pool, cpu),
    };
    moved.map_err(|e| {
        error!(ctx, "cannot move cpu {cpu} to or from cpupool{pool}: {e}");
        Error::Fail
    })
}

/// Moves all CPUs of `map`. After a failure the other CPUs are still moved, and the error is `Error::Fail`.
pub fn move_cpus(ctx: &Ctx, how: Move, pool: u32, map: &[u8]) -> Result<()> {
    let mut all = Ok(());
    for cpu in cpus(map) {
        all = all.and(move_cpu(ctx, how, pool, cpu));
    }
    all
}

/// Moves those CPUs of one NUMA node that can be moved. Returns their number.
pub fn move_node(ctx: &Ctx, how: Move, pool: u32, node: u32) -> Result<u32> {
    let xen = ctx.hypervisor();
    let candidates = match how {
        Move::Add => xen.free_cpus().map_err(|e| refused(ctx, pool, e))?,
        Move::Remove => {
            let pools = named(ctx).map_err(|_| Error::NoMemory)?;
            let own = pools.into_iter().find(|(info, _)| info.id == pool);
            own.map(|(info, _)| info.cpus).unwrap_or_default()
        }
    };
    let topology = xen.cpu_topology().map_err(|e| refused(ctx, pool, e))?;
    let nodes: Vec<u32> = topology.iter().map(|cpu| cpu.node).collect();
    let of_node = on_node(&candidates, &nodes, node);
    Ok(of_node.filter(|&cpu| move_cpu(ctx, how, pool, cpu).is_ok()).count() as u32)
}

/// The CPUs of `map` that belong to `node`; `nodes` has the node of each CPU.
fn on_node<'a>(map: &'a [u8], nodes: &'a [u32], node: u32) -> impl Iterator<Item = i32> + 'a {
    cpus(map).filter(move |&cpu| nodes.get(cpu as usize) == Some(&node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpus_are_the_set_bits() {
        assert_eq!(cpus(&[0b101, 0, 0x80]).collect::<Vec<_>>(), [0, 2, 23]);
        assert_eq!(cpus(&[]).count(), 0);
    }

    #[test]
    fn cpus_of_a_node() {
        let nodes = [0, 1, 0, 1, u32::MAX];
        assert_eq!(on_node(&[0b11110], &nodes, 1).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(on_node(&[0b11110], &nodes, 0).collect::<Vec<_>>(), [2]);
        // A CPU that is not in the topology belongs to no node.
        assert_eq!(on_node(&[0xff], &nodes[..2], 1).collect::<Vec<_>>(), [1]);
        assert_eq!(on_node(&[0xff], &nodes, 2).count(), 0);
    }
}
