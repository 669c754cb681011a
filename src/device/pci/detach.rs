//! Detaching functions of the host from a guest: while it runs, or when it is destroyed.
//!
//! A guest that runs is asked first: an HVM guest by its QEMU, a PV guest by the back end, if its driver has begun to use
//! that. From one that does not answer the function is detached by force only.
//!
//! A guest that is destroyed is paused and its QEMU has ended, so that nobody is asked.

use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::access::{Access, reset};
use super::address::Address;
use super::notes::{self, Note};
use super::sysfs::Host;
use super::{ALL_FUNCTIONS, backend, check_stubdom, find, qemu};
use crate::core::cause::summed_up;
use crate::core::number::leading_number;
use crate::core::{Ao, Ctx, Error, Result};
use crate::domain::identity::Identity;
use crate::domain::kind::{self, DomainKind};
use crate::domain::nodes;
use crate::lock::DeviceLock;
use crate::qemu::model::{self, ModelVersion};
use crate::types::idiomatic::DevicePci;
use crate::xen::store::Ops;
use crate::{error, warn};

/// How long a detachment by force waits for other changes of the domain's devices.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// Detaches a function, or all of one device, from a domain that runs. By `force` also if the guest does not release it.
pub async fn remove(ao: &Ao, domid: u32, device: DevicePci, force: bool) -> Result<()> {
    let what = format!("detach {}", backend::describe(&device));
    summed_up(ao, domid, what, remove_running(ao, domid, device, force)).await
}

async fn remove_running(ao: &Ao, domid: u32, mut device: DevicePci, force: bool) -> Result<()> {
    let address = find(ao, domid, &mut device)?;
    let (owner, info) = Identity::of(ao, domid).map_err(|_| {
        error!(ao, domid = domid, "cannot find the domain: no such domain");
        Error::Fail
    })?;
    check_stubdom(ao, domid)?;
    let lock = DeviceLock::take(ao, domid);
    let _no_other_change = match force {
        false => Some(lock.await?),
        true => {
            let lock = ao.until(Instant::now() + LOCK_TIMEOUT, lock).await?.transpose()?;
            if lock.is_none() {
                warn!(ao, domid = domid, "another change of the domain's devices is under way");
            }
            lock
        }
    };
    let attached = backend::functions(ao, ao.store(), domid)?;
    let mut addresses: Vec<_> = match device.vfunc_mask {
        ALL_FUNCTIONS => attached.iter().copied().filter(|a| a.is_beside(&address)).collect(),
        _ => attached.iter().copied().filter(|a| *a == address).collect(),
    };
    if addresses.is_empty() && force && notes::is_of(ao, address, domid) {
        // What an attachment has left that did not come to its end.
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
    // The first function of a device last, as a guest counts on it.
    addresses.sort_unstable_by(|a, b| b.cmp(a));
    let removal = Removal {
        ao,
        owner: &owner,
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

/// A domain from which functions are detached.
struct Removal<'a> {
    ao: &'a Ao,
    owner: &'a Identity,
    kind: DomainKind,
    host: Host,
    force: bool,
}

impl Removal<'_> {
    /// `last`: no other function of the device follows, which a reset might disturb.
    async fn remove(&self, address: Address, last: bool) -> Result<()> {
        let (ao, domid) = (self.ao, self.owner.domid);
        let asked = match self.kind {
            DomainKind::Hvm => self.ask_qemu(address).await,
            DomainKind::Pv => self.ask_guest(address).await,
            DomainKind::Pvh => Ok(()),
        };
        if let Err(e) = asked {
            // No guest can go on using what the host has not any more.
            let vanished = self.host.find(address).is_err_and(|e| e.errno == Errno::ENOENT);
            if e == Error::Aborted || !self.force && !vanished {
                return Err(e);
            }
            warn!(
                ao,
                domid = domid,
                "PCI device {address} is detached though the guest has not released it"
            );
        }
        let access = Access { domid, address, hvm: self.kind == DomainKind::Hvm };
        let others = backend::functions(ao, ao.store(), domid).unwrap_or_default();
        access.revoke_resources(ao, &self.host, &others);
        if last {
            reset(ao, &self.host, domid, address);
        }
        access.deassign(ao);
        forget(ao, self.owner, address).await
    }

    async fn ask_qemu(&self, address: Address) -> Result<()> {
        let domid = self.owner.domid;
        if model::version(self.ao, domid)? == ModelVersion::Traditional {
            error!(
                self.ao,
                domid = domid,
                "cannot detach PCI device {address}: the traditional device model is not supported"
            );
            return Err(Error::NotImplemented);
        }
        qemu::remove(self.ao, domid, address).await
    }

    async fn ask_guest(&self, address: Address) -> Result<()> {
        let (ao, domid) = (self.ao, self.owner.domid);
        if !backend::is_in_use(ao, domid)? {
            return Ok(());
        }
        backend::settles(ao, domid).await?;
        let told = nodes::transaction(ao, |t| {
            Ok(self.owner.owns_nodes(ao, t)? && backend::ask_to_release(ao, t, domid, address)?)
        });
        match told.await? {
            true => backend::settles(ao, domid).await,
            false => Ok(()),
        }
    }
}

/// Removes the nodes of a function and the note of whose it is.
async fn forget(ao: &Ao, owner: &Identity, address: Address) -> Result<()> {
    let ao = ao.unabortable();
    nodes::transaction(&ao, |t| {
        if owner.owns_nodes(&ao, t)? {
            backend::remove(&ao, t, owner.domid, address)?;
        }
        remove_claim(&ao, t, address, owner.domid)
    })
    .await
}

fn remove_claim(ctx: &Ctx, ops: &impl Ops, address: Address, domid: u32) -> Result<()> {
    let path = Note::Owner.path(address);
    let owner = nodes::read(ctx, ops, &path)?;
    if owner.is_some_and(|owner| leading_number(&owner) == Some(domid)) {
        nodes::remove(ctx, ops, &path)?;
    }
    Ok(())
}

/// Removes the note that a function is `domid`'s. A failure is logged.
pub async fn disclaim(ao: &Ao, address: Address, domid: u32) {
    let _ = nodes::transaction(ao, |t| remove_claim(ao, t, address, domid)).await;
}

/// Detaches a function that was just attached, when others of its device could not be. Failures are logged.
pub async fn undo(ao: &Ao, owner: &Identity, access: &Access, host: &Host) {
    if access.hvm {
        qemu::request_removal(ao, access.domid, access.address).await;
    }
    let others = backend::functions(ao, ao.store(), access.domid).unwrap_or_default();
    access.revoke_resources(ao, host, &others);
    reset(ao, host, access.domid, access.address);
    access.deassign(ao);
    let _ = forget(ao, owner, access.address).await;
}

/// Whether the domain was about to get functions.
pub fn has_notes(ctx: &Ctx, domid: u32) -> bool {
    // Without the driver there are none.
    Host::here().has_pciback() && !notes::of_domain(ctx, domid).is_empty()
}

/// Detaches all functions from a domain that is being destroyed: paused, and without a QEMU. Everything is tried; the first
/// failure is the result. Called in domain 0.
pub fn remove_all(ctx: &Ctx, owner: &Identity, hvm: bool) -> Result<()> {
    let domid = owner.domid;
    let mut addresses = backend::functions(ctx, ctx.store(), domid)?;
    addresses.extend(notes::of_domain(ctx, domid));
    addresses.sort_unstable_by(|a, b| b.cmp(a));
    addresses.dedup();
    if !owner.exists(ctx)? {
        return Ok(());
    }
    let host = Host::here();
    for &address in &addresses {
        let access = Access { domid, address, hvm };
        access.revoke_resources(ctx, &host, &[]);
        reset(ctx, &host, domid, address);
        access.deassign(ctx);
    }
    nodes::transaction_now(ctx, |t| {
        if owner.owns_nodes(ctx, t)? {
            backend::remove_all(ctx, t, domid)?;
        }
        addresses.iter().try_for_each(|&address| remove_claim(ctx, t, address, domid))
    })
}
