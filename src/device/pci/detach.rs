//! Detaching PCI functions from a guest: while it runs, or when it is destroyed.
//!
//! A running guest is asked first to release the function: an HVM guest through its QEMU, and then its stub domain, if
//! it has one, through the back end; a PV guest through the back end, if its driver uses that. If the guest does not
//! release it, the function is detached only by force.
//!
//! A guest that is being destroyed is paused and has no QEMU any more, so it is not asked.

use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::access::{Access, reset};
use super::address::Address;
use super::records::{self, Record};
use super::sysfs::Host;
use super::{ALL_FUNCTIONS, backend, find, pciback, qemu, stubdom};
use crate::core::cause::summed_up;
use crate::core::number::leading_number;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::read;
use crate::domain::identity::Identity;
use crate::domain::kind::{self, DomainKind};
use crate::domain::{names, nodes};
use crate::lock::DeviceLock;
use crate::types::idiomatic::DevicePci;
use crate::xen::store::Ops;
use crate::{error, warn};

/// How long a detachment by force waits for other changes of the domain's devices.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// Detaches a function, or all functions of a device, from a running domain. With `force` also if the guest does not
/// release it.
pub async fn remove(ao: &Ao, domid: u32, device: DevicePci, force: bool) -> Result<()> {
    let what = format!("detach {}", backend::describe(&device));
    summed_up(ao, domid, what, remove_running(ao, domid, device, force)).await
}

async fn remove_running(ao: &Ao, domid: u32, mut device: DevicePci, force: bool) -> Result<()> {
    let address = find(ao, domid, &mut device)?;
    let (owner, info) = Identity::of(ao, domid).map_err(|_| {
        error!(ao, domid = domid, "cannot detach the PCI device: no such domain");
        Error::Fail
    })?;
    // A stub domain's functions are changed together with its guest's.
    let guest = names::stubdom_target(ao, domid);
    let lock = DeviceLock::take(ao, guest.unwrap_or(domid));
    let _no_other_change = match force {
        false => Some(lock.await?),
        true => {
            let lock = ao.until(Instant::now() + LOCK_TIMEOUT, lock).await?.transpose()?;
            if lock.is_none() {
                warn!(
                    ao,
                    domid = domid,
                    "detaching without the lock of device changes: another change is still in progress"
                );
            }
            lock
        }
    };
    if let Some(guest) = guest.filter(|&guest| records::is_owner(ao, address, guest)) {
        error!(
            ao,
            domid = domid,
            "cannot detach PCI device {address}: it is attached to domain {guest}, whose stub domain this is"
        );
        return Err(Error::Invalid);
    }
    let holder = names::stubdom_of(ao, domid).and_then(|domid| Identity::of(ao, domid).ok());
    let holder = holder.map(|(stubdom, _)| stubdom);
    let mut attached =
        backend::functions(ao, ao.store(), holder.as_ref().map_or(domid, |holder| holder.domid))?;
    if holder.is_some() || guest.is_some() {
        // The back end has functions of both, the guest and its stub domain.
        attached.retain(|address| records::is_owner(ao, *address, domid));
    }
    let mut addresses: Vec<_> = match device.vfunc_mask {
        ALL_FUNCTIONS => attached.iter().copied().filter(|a| a.is_same_device(&address)).collect(),
        _ => attached.iter().copied().filter(|a| *a == address).collect(),
    };
    if addresses.is_empty() && force && records::is_owner(ao, address, domid) {
        // The function is left from an attachment that was interrupted.
        addresses.push(address);
    }
    if addresses.is_empty() {
        error!(
            ao,
            domid = domid,
            "cannot detach PCI device {address}: the domain does not have it"
        );
        return Err(if attached.is_empty() { Error::Fail } else { Error::Invalid });
    }
    // Function 0 is detached last: a guest expects it to exist as long as others of the device do.
    addresses.sort_unstable_by(|a, b| b.cmp(a));
    let removal = Removal {
        ao,
        owner: &owner,
        stubdom: holder,
        is_stubdom: guest.is_some(),
        kind: kind::known(ao, domid, &info),
        host: Host::here(),
        force,
    };
    for (left, address) in
        addresses.iter().enumerate().map(|(at, a)| (addresses.len() - 1 - at, *a))
    {
        removal.remove(address, left == 0).await?;
    }
    Ok(())
}

/// The detachment of functions from one domain.
struct Removal<'a> {
    ao: &'a Ao,
    owner: &'a Identity,
    /// The stub domain with its device model, if it has one.
    stubdom: Option<Identity>,
    /// Whether it is a stub domain itself.
    is_stubdom: bool,
    kind: DomainKind,
    host: Host,
    force: bool,
}

impl Removal<'_> {
    /// `last`: no other function of the device is to be detached, so a reset cannot affect one that is still in use.
    async fn remove(&self, address: Address, last: bool) -> Result<()> {
        let (ao, domid) = (self.ao, self.owner.domid);
        let asked = match self.kind {
            DomainKind::Hvm => self.ask_qemu(address).await,
            DomainKind::Pv => backend::release(ao, self.owner, address).await,
            DomainKind::Pvh => Ok(()),
        };
        if let Err(e) = asked {
            // A function that the host has lost cannot be in use any more.
            let vanished = self.host.find(address).is_err_and(|e| e.errno == Errno::ENOENT);
            if e == Error::Aborted || !self.force && !vanished {
                return Err(e);
            }
            warn!(
                ao,
                domid = domid,
                "detaching PCI device {address} by force: the guest has not released it"
            );
        }
        let hvm = self.kind == DomainKind::Hvm;
        let access = Access { domid, address, hvm, stubdom: self.is_stubdom };
        let holder = self.stubdom.as_ref().unwrap_or(self.owner);
        let others = backend::functions(ao, ao.store(), holder.domid).unwrap_or_default();
        access.revoke_resources(ao, &self.host, &others);
        if let Some(stubdom) = &self.stubdom {
            stubdom::access(stubdom.domid, address).revoke_resources(ao, &self.host, &others);
        }
        if last {
            reset(ao, &self.host, domid, address);
        }
        access.deassign(ao);
        forget(ao, domid, holder, address).await
    }

    async fn ask_qemu(&self, address: Address) -> Result<()> {
        let domid = self.owner.domid;
        qemu::remove(self.ao, domid, address).await?;
        match &self.stubdom {
            Some(stubdom) => backend::release(self.ao, stubdom, address).await,
            None => Ok(()),
        }
    }
}

/// Removes the nodes of a function, which `holder` has, and the record that `domid` owns it.
async fn forget(ao: &Ao, domid: u32, holder: &Identity, address: Address) -> Result<()> {
    let ao = ao.unabortable();
    pciback::release(&ao, holder, address).await;
    nodes::transaction(&ao, |t| {
        if holder.owns_nodes(&ao, t)? {
            backend::remove(&ao, t, holder.domid, address)?;
        }
        remove_owner(&ao, t, address, domid)
    })
    .await
}

fn remove_owner(ctx: &Ctx, ops: &impl Ops, address: Address, domid: u32) -> Result<()> {
    let path = Record::Owner.path(address);
    let owner = nodes::read(ctx, ops, &path)?;
    if owner.is_some_and(|owner| leading_number(&owner) == Some(domid)) {
        nodes::remove(ctx, ops, &path)?;
    }
    Ok(())
}

/// Removes the record that `domid` owns a function. A failure is logged.
pub async fn release_ownership(ao: &Ao, address: Address, domid: u32) {
    let _ = nodes::transaction(ao, |t| remove_owner(ao, t, address, domid)).await;
}

/// Detaches a function that was just attached, after another function of its device could not be attached. Failures are
/// logged.
pub async fn undo(ao: &Ao, owner: &Identity, access: &Access, host: &Host) {
    if access.hvm {
        qemu::request_removal(ao, access.domid, access.address).await;
    }
    let holder = read::pci::holder(ao, access.domid);
    let others = backend::functions(ao, ao.store(), holder).unwrap_or_default();
    access.revoke_resources(ao, host, &others);
    reset(ao, host, access.domid, access.address);
    access.deassign(ao);
    let _ = forget(ao, access.domid, owner, access.address).await;
}

/// Whether the domain is recorded as the owner of a function.
pub fn has_records(ctx: &Ctx, domid: u32) -> bool {
    // Without pciback no function can be assigned, so the records need not be read.
    Host::here().has_pciback() && !records::of_domain(ctx, domid).is_empty()
}

/// Detaches all functions from a domain that is being destroyed: it is paused and has no QEMU. Continues after a
/// failure and returns the first one. Called in domain 0. `is_stubdom`: the domain is a stub domain.
pub fn remove_all(ctx: &Ctx, owner: &Identity, hvm: bool, is_stubdom: bool) -> Result<()> {
    let domid = owner.domid;
    let mut addresses = backend::functions(ctx, ctx.store(), domid)?;
    addresses.extend(records::of_domain(ctx, domid));
    addresses.sort_unstable_by(|a, b| b.cmp(a));
    addresses.dedup();
    if !owner.exists(ctx)? {
        return Ok(());
    }
    let host = Host::here();
    for &address in &addresses {
        let access = Access { domid, address, hvm, stubdom: is_stubdom };
        access.revoke_resources(ctx, &host, &[]);
        reset(ctx, &host, domid, address);
        access.deassign(ctx);
    }
    nodes::transaction_now(ctx, |t| {
        if owner.owns_nodes(ctx, t)? {
            backend::remove_all(ctx, t, domid)?;
        }
        addresses.iter().try_for_each(|&address| remove_owner(ctx, t, address, domid))
    })
}
