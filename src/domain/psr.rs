//! Platform shared resources of a socket: monitoring the use of the cache and of memory bandwidth by a domain (CMT),
//! and allocating them to domains (CAT, CDP, MBA).
//!
//! The meaning of an errno from Xen depends on the request; the functions here describe it in the log.

use std::fmt;

use nix::errno::Errno;

use crate::core::{Ctx, Error, Result, bitmap};
use crate::types::idiomatic::{
    PsrCbmType, PsrCmtType, PsrFeatType, PsrHwInfo, PsrHwInfoCat, PsrHwInfoData, PsrHwInfoMba,
};
use crate::xen::hypervisor::{CacheLevel, HypervisorError, Result as HypervisorResult};
use crate::{debug, error};

/// The socket number of a CPU that is offline.
const NO_SOCKET: u32 = u32::MAX;

/// The meaning of an errno that is the same for all these requests.
fn meaning(errno: Errno) -> &'static str {
    match errno {
        Errno::ENOSYS | Errno::EOPNOTSUPP => "Xen does not offer it",
        Errno::ESRCH => "no such domain",
        Errno::ENOTSOCK => "no such socket",
        Errno::EFAULT => "cannot exchange data with Xen",
        errno => errno.desc(),
    }
}

/// The meaning of an errno for cache monitoring.
fn cmt_meaning(errno: Errno) -> &'static str {
    match errno {
        Errno::ENODEV => "CMT is not supported, or not enabled, on this host",
        Errno::EEXIST => "CMT is attached to the domain already",
        Errno::ENOENT => "CMT is not attached to the domain",
        Errno::EOVERFLOW => "no RMID is free",
        errno => meaning(errno),
    }
}

/// The meaning of an errno for a domain's allocation.
fn share_meaning(errno: Errno) -> &'static str {
    match errno {
        Errno::ENODEV => "not supported, or not enabled, on this host",
        Errno::ENOENT => "not enabled on the socket",
        Errno::EOVERFLOW => "no class of service (COS) is free",
        Errno::EEXIST => "the domain has the same mask already",
        Errno::ENXIO => "code and data have no masks of their own while CDP is disabled",
        Errno::EINVAL => "Xen does not accept the value",
        Errno::ERANGE => "no such socket",
        Errno::ENOSPC => "too many values",
        errno => meaning(errno),
    }
}

/// The name of the resource that is allocated.
fn resource(kind: PsrCbmType) -> &'static str {
    match kind {
        PsrCbmType::L3Cbm => "L3 CAT",
        PsrCbmType::L3CbmCode | PsrCbmType::L3CbmData => "CDP",
        PsrCbmType::L2Cbm => "L2 CAT",
        PsrCbmType::MbaThrtl => "MBA",
        PsrCbmType::Unknown | PsrCbmType::Other(_) => "a resource of unknown type",
    }
}

fn cmt<T>(
    ctx: &Ctx,
    domid: Option<u32>,
    what: impl fmt::Display,
    answer: HypervisorResult<T>,
) -> Result<T> {
    answer.map_err(|e| {
        let why = cmt_meaning(e.errno);
        match domid {
            Some(domid) => {
                error!(ctx, domid = domid, errno = e.errno, "cannot {what}: {why}");
            }
            None => error!(ctx, errno = e.errno, "cannot {what}: {why}"),
        }
        Error::Fail
    })
}

/// Starts monitoring of a domain.
pub fn attach(ctx: &Ctx, domid: u32) -> Result<()> {
    cmt(ctx, Some(domid), "attach CMT", ctx.hypervisor().cmt_attach(domid))
}

/// Stops monitoring of a domain.
pub fn detach(ctx: &Ctx, domid: u32) -> Result<()> {
    cmt(ctx, Some(domid), "detach CMT", ctx.hypervisor().cmt_detach(domid))
}

/// Whether the domain is monitored. If Xen does not support that, it is not.
pub fn is_attached(ctx: &Ctx, domid: u32) -> bool {
    ctx.hypervisor().cmt_rmid(domid).is_ok_and(|rmid| rmid != 0)
}

/// The highest RMID, which is the number of domains that can be monitored at the same time.
pub fn total_rmid(ctx: &Ctx) -> Result<u32> {
    cmt(ctx, None, "get the number of RMIDs", ctx.hypervisor().cmt_total_rmid())
}

/// The size of a socket's third-level cache, in KiB.
pub fn cache_size(ctx: &Ctx, socket: u32) -> Result<u32> {
    let cpu = cpu_of(ctx, None, socket.into())?;
    let size = ctx.hypervisor().cmt_cache_size(cpu);
    cmt(ctx, None, format_args!("get the cache size of socket {socket}"), size)
}

/// What this host can monitor: bit N - 1 stands for the type with number N.
pub fn events(ctx: &Ctx) -> Result<u32> {
    cmt(ctx, None, "get what CMT can measure", ctx.hypervisor().cmt_events())
}

/// The bit of a type in the result of [`events`].
pub fn event_bit(kind: PsrCmtType) -> u32 {
    let number = u32::try_from(i32::from(kind)).unwrap_or(0);
    number.checked_sub(1).and_then(|at| 1u32.checked_shl(at)).unwrap_or(0)
}

/// A result of monitoring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sample {
    /// The amount, in bytes.
    pub value: u64,
    /// The CPU's time stamp counter at that moment; 0 if it was not requested.
    pub time: u64,
}

/// The use of a resource by a domain on a socket.
pub fn sample(
    ctx: &Ctx,
    domid: u32,
    kind: PsrCmtType,
    socket: u64,
    time_wanted: bool,
) -> Result<Sample> {
    let xen = ctx.hypervisor();
    let failed = |what: &str, why: &str| {
        error!(ctx, domid = domid, "cannot {what}: {why}");
        Error::Fail
    };
    let rmid = cmt(ctx, Some(domid), "get the domain's RMID", xen.cmt_rmid(domid))?;
    if rmid == 0 {
        return Err(failed("read the domain's counters", cmt_meaning(Errno::ENOENT)));
    }
    let cpu = cpu_of(ctx, Some(domid), socket)?;
    // libxenctrl counts the types from 0, and rejects unknown ones.
    let counter = i32::from(kind).wrapping_sub(1) as u32;
    let read = xen.cmt_counter(rmid, cpu, counter, time_wanted);
    // Reading a counter may fail without an errno, for example when the CPU reports that its value is not valid.
    let (count, time) = read.map_err(|_| failed("read the domain's counters", "no valid value"))?;
    let factor = cmt(ctx, Some(domid), "get the counters' factor", xen.cmt_factor())?;
    Ok(Sample { value: count.wrapping_mul(factor.into()), time })
}

/// One of the CPUs of the socket.
fn cpu_of(ctx: &Ctx, domid: Option<u32>, socket: u64) -> Result<u32> {
    let cpus = ctx.hypervisor().cpu_topology().map_err(|e| {
        error!(ctx, "cannot get the CPU topology: {e}");
        Error::Fail
    })?;
    let of_socket = |cpu: u32| cpu != NO_SOCKET && u64::from(cpu) == socket;
    let found = (0..).zip(&cpus).find(|(_, cpu)| of_socket(cpu.socket)).map(|(at, _)| at);
    found.ok_or_else(|| {
        let what = format_args!("cannot find a cpu of socket {socket}: there is none");
        match domid {
            Some(domid) => error!(ctx, domid = domid, "{what}"),
            None => error!(ctx, "{what}"),
        }
        Error::Fail
    })
}

/// Sets a domain's allocation on the sockets of a bitmap. After a failure the other sockets are still set. Sockets that
/// the host does not have are skipped.
pub fn set_share(
    ctx: &Ctx,
    domid: u32,
    kind: PsrCbmType,
    sockets: &[u8],
    value: u64,
) -> Result<()> {
    let host = ctx.hypervisor().physinfo().map_err(|e| {
        error!(ctx, "cannot get the number of sockets: {e}");
        Error::Fail
    })?;
    let info = &host.raw;
    // A count of 0 must not become a divisor.
    let count = info.nr_cpus / info.threads_per_core.max(1) / info.cores_per_socket.max(1);
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    let number = i32::from(kind) as u32;
    let mut outcome = Ok(());
    for socket in (0..count).take(sockets.len() * 8).filter(|&at| bitmap::test(sockets, at)) {
        if let Err(e) = ctx.hypervisor().set_psr_share(domid, number, socket as u32, value) {
            outcome = Err(refused_share(ctx, domid, "set", kind, socket as u32, e));
        }
    }
    outcome
}

/// A domain's allocation on a socket.
pub fn share(ctx: &Ctx, domid: u32, kind: PsrCbmType, socket: u32) -> Result<u64> {
    let share = ctx.hypervisor().psr_share(domid, i32::from(kind) as u32, socket);
    share.map_err(|e| refused_share(ctx, domid, "get", kind, socket, e))
}

fn refused_share(
    ctx: &Ctx,
    domid: u32,
    verb: &str,
    kind: PsrCbmType,
    socket: u32,
    e: HypervisorError,
) -> Error {
    let (resource, why) = (resource(kind), share_meaning(e.errno));
    error!(
        ctx,
        domid = domid,
        "cannot {verb} the domain's share of {resource} on socket {socket}: {why}"
    );
    Error::Fail
}

/// The limits of each socket that has an online CPU. If the host does not support the feature, no error is logged,
/// since `xl` asks for one feature after the other.
pub fn offers(ctx: &Ctx, feature: PsrFeatType, level: u32) -> Result<Vec<PsrHwInfo>> {
    let level = match (feature, level) {
        (PsrFeatType::Cat, 2) => Some(CacheLevel::Second),
        (PsrFeatType::Cat, 3) => Some(CacheLevel::Third),
        (PsrFeatType::Mba, _) => None,
        (PsrFeatType::Cat, level) => {
            error!(ctx, "cannot get what sockets offer: there is no CAT of level {level}");
            return Err(Error::Invalid);
        }
        (PsrFeatType::Other(number), _) => {
            error!(ctx, "cannot get what sockets offer: unknown type {number}");
            return Err(Error::Invalid);
        }
    };
    let xen = ctx.hypervisor();
    let cpus = xen.cpu_topology().map_err(|e| {
        error!(ctx, "cannot get the available sockets: {e}");
        Error::Fail
    })?;
    let mut sockets: Vec<u32> =
        cpus.iter().map(|cpu| cpu.socket).filter(|&socket| socket != NO_SOCKET).collect();
    sockets.sort_unstable();
    sockets.dedup();
    let offer = |id: u32| {
        let u = match level {
            Some(level) => xen.cache_shares(id, level).map(|cache| {
                PsrHwInfoData::Cat(PsrHwInfoCat {
                    cos_max: cache.cos_max,
                    cbm_len: cache.cbm_len,
                    cdp_enabled: cache.cdp_enabled,
                })
            }),
            None => xen.bandwidth_shares(id).map(|bandwidth| {
                PsrHwInfoData::Mba(PsrHwInfoMba {
                    cos_max: bandwidth.cos_max,
                    thrtl_max: bandwidth.thrtl_max,
                    linear: bandwidth.linear,
                })
            }),
        };
        u.map(|u| PsrHwInfo { id, u }).map_err(|e| {
            debug!(ctx, "socket {id} offers nothing: {}", share_meaning(e.errno));
            Error::Fail
        })
    };
    sockets.into_iter().map(offer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_bit() {
        let bit = |number: i32| event_bit(PsrCmtType::from(number));
        assert_eq!([1, 2, 3, 32].map(bit), [1, 2, 4, 1 << 31]);
        assert_eq!([0, -1, 33, i32::MIN, i32::MAX].map(bit), [0; 5]);
    }
}
