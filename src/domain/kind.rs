//! The kind of guest that a domain is, and the hypervisor's info of it.

use crate::core::{Ctx, Error, Result};
use crate::{error, warn};

use super::nodes;
use crate::xen::hypervisor::DomainInfo;

/// The part of the hypervisor's info that the library uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Info {
    pub uuid: [u8; 16],
    /// The domain uses hardware virtualisation: it is HVM or PVH.
    pub hvm: bool,
    /// The domain's kernel does not run any more: it has shut down or crashed, or is being destroyed. A suspended
    /// domain does not count, since it may be resumed.
    pub ended: bool,
    /// Why it has shut down (Xen's `SHUTDOWN_*`), if it has.
    pub shutdown_reason: Option<u8>,
}

/// Xen's shutdown reason for a suspend, after which the domain may be resumed.
const SUSPENDED: u8 = 2;

/// The hypervisor's info of `domid`; `Error::DomainNotFound`, not logged, if there is no such domain.
pub fn info(ctx: &Ctx, domid: u32) -> Result<Info> {
    match ctx.hypervisor().domain(domid) {
        Ok(Some(info)) => Ok(Info {
            uuid: info.uuid,
            hvm: info.hvm,
            ended: info.dying || (info.shutdown && info.shutdown_reason != SUSPENDED),
            shutdown_reason: info.shutdown.then_some(info.shutdown_reason),
        }),
        Ok(None) => Err(Error::DomainNotFound),
        Err(e) => {
            error!(ctx, domid = domid, "cannot get the domain's info: {e}");
            Err(Error::Fail)
        }
    }
}

/// The domids of all domains, in order. `Error::NoMemory` if they cannot be listed, as in libxl.
pub fn all(ctx: &Ctx) -> Result<Vec<u32>> {
    Ok(listed(ctx)?.iter().map(|d| d.domid).collect())
}

/// As [`all`], with their UUIDs.
pub fn identities(ctx: &Ctx) -> Result<Vec<(u32, [u8; 16])>> {
    Ok(listed(ctx)?.iter().map(|d| (d.domid, d.uuid)).collect())
}

fn listed(ctx: &Ctx) -> Result<Vec<DomainInfo>> {
    ctx.hypervisor().domains().map_err(|e| {
        error!(ctx, "cannot list the domains: {e}");
        Error::NoMemory
    })
}

/// Kinds of guests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DomainKind {
    Pv,
    Pvh,
    Hvm,
}

/// The kind of `domid`. The hypervisor does not distinguish HVM and PVH; the toolstack's record does.
pub fn of(ctx: &Ctx, domid: u32) -> Result<DomainKind> {
    let info = info(ctx, domid).inspect_err(|_| {
        error!(ctx, domid = domid, "cannot determine the kind of guest: no such domain");
    })?;
    Ok(known(ctx, domid, &info))
}

/// As [`of`], for a domain whose info is already known.
pub fn known(ctx: &Ctx, domid: u32, info: &Info) -> DomainKind {
    let value = info.hvm.then(|| nodes::peek(ctx, ctx.store(), &path(domid))).flatten();
    recorded(ctx, domid, info, value.as_deref())
}

/// The node with the toolstack's record of the kind.
pub fn path(domid: u32) -> String {
    format!("{}/type", nodes::libxl_path(domid))
}

/// As [`known`], where `value` is that of the node [`path`].
pub fn recorded(ctx: &Ctx, domid: u32, info: &Info, value: Option<&[u8]>) -> DomainKind {
    match value {
        _ if !info.hvm => DomainKind::Pv,
        Some(b"pvh") => DomainKind::Pvh,
        Some(b"hvm") => DomainKind::Hvm,
        Some(b"pv") => DomainKind::Pv,
        _ => {
            let path = path(domid);
            warn!(ctx, domid = domid, "invalid kind of guest in {path}: taken for HVM");
            DomainKind::Hvm
        }
    }
}
