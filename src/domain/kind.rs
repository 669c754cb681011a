//! What kind of guest a domain is, and what the hypervisor says of one.

use crate::core::{Ctx, Error, Result};
use crate::{error, warn};

use super::nodes;
use crate::xen::hypervisor::DomainInfo;

/// What the hypervisor says of a domain, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Info {
    pub uuid: [u8; 16],
    /// Runs in hardware virtualization: HVM or PVH.
    pub hvm: bool,
    /// Its kernel will not run any more: shut down or crashed, or on its way out. A domain that has
    /// suspended may go on.
    pub ended: bool,
}

/// Xen's reason of a shutdown that may be no end.
const SUSPENDED: u8 = 2;

/// The hypervisor's word on `domid`; `Error::DomainNotFound`, not logged, if there is no such domain.
pub fn info(ctx: &Ctx, domid: u32) -> Result<Info> {
    match ctx.hypervisor().domain(domid) {
        Ok(Some(info)) => Ok(Info {
            uuid: info.uuid,
            hvm: info.hvm,
            ended: info.dying || (info.shutdown && info.shutdown_reason != SUSPENDED),
        }),
        Ok(None) => Err(Error::DomainNotFound),
        Err(e) => {
            error!(ctx, domid = domid, "cannot get the domain's info: {e}");
            Err(Error::Fail)
        }
    }
}

/// The numbers of all domains, in order. `Error::NoMemory` if they cannot be listed, as in libxl.
pub fn all(ctx: &Ctx) -> Result<Vec<u32>> {
    Ok(listed(ctx)?.iter().map(|d| d.domid).collect())
}

/// As [`all`], with their uuids.
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

/// The kind of `domid`. Hypervisor and processor do not tell HVM from PVH: the toolstack's record does.
pub fn of(ctx: &Ctx, domid: u32) -> Result<DomainKind> {
    let info = info(ctx, domid).inspect_err(|_| {
        error!(ctx, domid = domid, "cannot tell the kind of guest: no such domain");
    })?;
    Ok(known(ctx, domid, &info))
}

/// As [`of`], of a domain that the hypervisor was asked about already.
pub fn known(ctx: &Ctx, domid: u32, info: &Info) -> DomainKind {
    if !info.hvm {
        return DomainKind::Pv;
    }
    let path = format!("{}/type", nodes::libxl_path(domid));
    let recorded = nodes::peek(ctx, ctx.store(), &path);
    match recorded.as_deref() {
        Some(b"pvh") => DomainKind::Pvh,
        Some(b"hvm") => DomainKind::Hvm,
        Some(b"pv") => DomainKind::Pv,
        _ => {
            warn!(ctx, domid = domid, "invalid kind of guest in {path}: taken for HVM");
            DomainKind::Hvm
        }
    }
}
