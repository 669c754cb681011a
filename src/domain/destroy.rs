//! The end of a domain: everything that the host keeps for it goes, and its number rests a while.
//!
//! The order matters. The guest is held first and its device model ended, so that nobody uses the
//! devices any more; then the devices go, then the nodes and files. The domain itself goes last: while
//! it exists its number and uuid are its own, and whoever looks after a failure finds something to
//! destroy again.

use super::userdata::{self, LIB_DIR};
use super::{filelock::errno_of, history::History, kind, model, names, nodes};
use crate::core::{Ctx, Error, Result};
use crate::device::remove;
use crate::{error, warn};

/// Destroys the domain, and the domain of its device model if it has one.
///
/// `Error::DomainNotFound` if there is no such domain.
pub fn destroy(ctx: &Ctx, domid: u32) -> Result<()> {
    let stubdom = match names::stubdom_of(ctx, domid) {
        Some(stubdom) => destroy_one(ctx, stubdom).inspect_err(|_| {
            error!(ctx, domid = domid, "its device model's domain {stubdom} cannot be destroyed");
        }),
        None => Ok(()),
    };
    let outcome = destroy_one(ctx, domid);
    if let Err(e) = outcome {
        error!(ctx, domid = domid, "not destroyed: {e}");
    }
    outcome.and(stubdom)
}

fn destroy_one(ctx: &Ctx, domid: u32) -> Result<()> {
    let info = kind::info(ctx, domid).inspect_err(|e| {
        if *e == Error::DomainNotFound {
            error!(ctx, domid = domid, "no such domain");
        }
    })?;
    if remove::own_domid(ctx)? == domid {
        // The hypervisor would refuse, but only after we had removed all that this domain needs.
        error!(ctx, domid = domid, "this process runs in that domain");
        return Err(Error::Invalid);
    }
    tell_about_pci(ctx, domid);
    if let Err(e) = ctx.hypervisor().domain_pause(domid) {
        error!(ctx, domid = domid, "cannot pause: {e}");
    }
    let hvm = info.hvm && kind::of(ctx, domid)? == kind::Kind::Hvm;
    let in_stubdom = hvm && names::stubdom_of(ctx, domid).is_some();
    let mut qemu = None;
    if !in_stubdom && model::is_active(ctx, domid)? {
        let (outcome, process) = model::destroy(ctx, domid);
        if outcome.is_err() {
            error!(ctx, domid = domid, "the device model cannot be ended");
        }
        qemu = process;
    }
    if let Some(target) = names::stubdom_target(ctx, domid) {
        // A failure is logged where it is found.
        let _ = model::destroy_proxy(ctx, domid, target);
    }
    if remove::remove_all(ctx, domid, qemu.as_ref()).is_err() {
        error!(ctx, domid = domid, "some devices were not removed as they should");
    }
    remove_nodes(ctx, domid, &info.uuid);
    userdata::lock(ctx, domid)?.remove_all();
    for name in ["qemu-save", "qemu-resume"] {
        remove_file(ctx, domid, &format!("{LIB_DIR}/{name}.{domid}"))?;
    }
    // Before the number is free.
    History::of_host(ctx.log()).add(domid)?;
    ctx.hypervisor().domain_destroy(domid).map_err(|e| {
        error!(ctx, domid = domid, "not destroyed: {e}");
        Error::Fail
    })
}

/// Everything that xenstore holds of the domain. What cannot be removed is told and left.
fn remove_nodes(ctx: &Ctx, domid: u32, uuid: &[u8; 16]) {
    let vm = names::vm_path(ctx, domid);
    let vm = vm.unwrap_or_else(|| format!("/vm/{}", super::uuid_text(uuid)));
    for path in [vm, nodes::domain_path(domid), nodes::libxl_path(domid)] {
        // A failure is logged where it is found.
        let _ = nodes::remove(ctx, ctx.store(), &path);
    }
}

/// Host devices assigned to the guest go back to the host's pool when the hypervisor destroys the
/// domain. Resetting them and giving them back to their drivers comes with the PCI functions.
fn tell_about_pci(ctx: &Ctx, domid: u32) {
    let path = format!("/local/domain/0/backend/pci/{domid}/0/num_devs");
    let assigned = nodes::read(ctx, ctx.store(), &path).ok().flatten();
    if assigned.is_some_and(|n| super::leading_number::<u32>(&n) != Some(0)) {
        warn!(ctx, domid = domid, "assigned PCI devices are not reset: not implemented yet");
    }
}

fn remove_file(ctx: &Ctx, domid: u32, path: &str) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            error!(ctx, domid = domid, errno = errno_of(&e), "cannot remove {path}");
            Err(Error::Fail)
        }
        _ => Ok(()),
    }
}
