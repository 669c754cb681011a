//! The CPU and NUMA node affinity of domains.

use super::refused;
use crate::core::{Ctx, Error, Result, bitmap};
use crate::{debug, error, warn};

/// The hard and soft affinity to set for a vcpu, one bit per CPU; `None` leaves it unchanged.
#[derive(Clone, Copy, Debug)]
pub struct NewAffinity<'a> {
    pub hard: Option<&'a [u8]>,
    pub soft: Option<&'a [u8]>,
    /// Whether to override a temporary pinning, for example by a suspend.
    pub force: bool,
}

/// Sets the affinity of one vcpu. `Error::Invalid` if neither affinity is given.
pub fn set_vcpu(ctx: &Ctx, domid: u32, vcpu: u32, new: &NewAffinity<'_>) -> Result<()> {
    if new.hard.is_none() && new.soft.is_none() && !new.force {
        debug!(ctx, domid = domid, "no affinity is given for vcpu {vcpu}");
        return Err(Error::Invalid);
    }
    let (mut hard, mut soft) = (new.hard.map(<[u8]>::to_vec), new.soft.map(<[u8]>::to_vec));
    ctx.hypervisor().set_vcpu_affinity(domid, vcpu, &mut hard, &mut soft, new.force).map_err(
        |e| {
            error!(ctx, domid = domid, "cannot set the affinity of vcpu {vcpu}: {e}");
            Error::Fail
        },
    )?;
    // Xen ignores CPUs that are not in the domain's cpupool.
    for (kind, wanted, now) in [("hard", new.hard, &hard), ("soft", new.soft, &soft)] {
        if let (Some(wanted), Some(now)) = (wanted, now)
            && !same(wanted, now)
        {
            debug!(
                ctx,
                domid = domid,
                "only some CPUs of the {kind} affinity are set for vcpu {vcpu}"
            );
        }
    }
    if soft.is_some_and(|now| bitmap::is_empty(&now)) {
        warn!(
            ctx,
            domid = domid,
            "the soft affinity of vcpu {vcpu} has no effect: no cpu of it is in the cpupool"
        );
    }
    Ok(())
}

/// Sets the affinity of vcpus 0 to `count` - 1. After a failure the other vcpus are still set, and the error is
/// `Error::Fail`.
pub fn set_vcpus(ctx: &Ctx, domid: u32, count: u32, new: &NewAffinity<'_>) -> Result<()> {
    // The application's count may be any number: vcpus that do not exist are reported in one line.
    let there = vcpus(ctx, domid);
    let mut all = Ok(());
    for vcpu in 0..count.min(there) {
        if set_vcpu(ctx, domid, vcpu, new).is_err() {
            warn!(ctx, domid = domid, "the affinity of vcpu {vcpu} is unchanged");
            all = Err(Error::Fail);
        }
    }
    if count > there {
        error!(
            ctx,
            domid = domid,
            "cannot set the affinity of vcpus {there} to {}: no such vcpus",
            count - 1
        );
        all = Err(Error::Fail);
    }
    all
}

/// The number of vcpus of a domain; 0 if it does not exist.
fn vcpus(ctx: &Ctx, domid: u32) -> u32 {
    let domain = ctx.hypervisor().domain(domid).map_err(|e| refused(ctx, domid, e));
    domain.ok().flatten().and_then(|domain| domain.max_vcpu_id).map_or(0, |last| last + 1)
}

/// Whether two bitmaps have the same bits set, whatever their sizes.
fn same(a: &[u8], b: &[u8]) -> bool {
    let common = a.len().min(b.len());
    a[..common] == b[..common] && bitmap::is_empty(&a[common..]) && bitmap::is_empty(&b[common..])
}

/// Sets the NUMA nodes on which the domain's memory is preferably allocated, as a bitmap.
pub fn set_nodes(ctx: &Ctx, domid: u32, nodes: &[u8]) -> Result<()> {
    ctx.hypervisor().set_node_affinity(domid, nodes).map_err(|e| refused(ctx, domid, e))
}

/// The NUMA nodes on which the domain's memory is preferably allocated, as a bitmap.
pub fn nodes(ctx: &Ctx, domid: u32) -> Result<Vec<u8>> {
    ctx.hypervisor().node_affinity(domid).map_err(|e| refused(ctx, domid, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_the_same_by_their_members() {
        assert!(same(&[1, 2], &[1, 2]));
        assert!(same(&[1], &[1, 0, 0]) && same(&[1, 0], &[1]) && same(&[], &[0]));
        assert!(!same(&[1], &[1, 2]) && !same(&[1, 2], &[1]) && !same(&[1], &[3]));
    }
}
