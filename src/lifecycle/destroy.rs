//! The end of a domain: everything that the host keeps for it goes, and its number rests a while.
//!
//! The order matters. The guest is held first and its device model ended, so that nobody uses the
//! devices any more; then the devices go, then the nodes and files. The domain itself goes last: while
//! it exists its number and uuid are its own, and whoever looks after a failure finds something to
//! destroy again.
//!
//! # Two at once
//!
//! Devices may take seconds to go. Meanwhile another thread, or a process with either library, may end the
//! same domain, and somebody may make a new one of the same number (which libxl gives out again after a
//! minute, or at once to who asks for it by number). So:
//!
//! - what is removed from xenstore is removed in a transaction that has seen whose it is;
//! - files go under the lock of that very domain's userdata, after having seen that it exists;
//! - scripts run, and the hypervisor is told, after another such look. Between the look and the act lie
//!   microseconds, and the number of a domain that ends in them rests.
//!
//! Whoever comes second finds less and less, and succeeds: the domain is gone as he wished.
//!
//! # Failures
//!
//! No step stops those that follow: a host whose disk is full, read-only or missing ends its domains all the same,
//! and nothing of them stays in the hypervisor. Each failure is logged. An error is returned only if the domain may still be
//! there: the hypervisor refuses, or a device model that has a user of its own may still run.
//!
//! # Abort
//!
//! As in C, a destroy that was begun is not undone: an abort ends the waits for devices at once, kills
//! their scripts, and what takes no waiting is done. The operation then ends as it would have. An abort does not end the
//! kill of a device model that has a user of its own; without that kill the domain is not ended.

use futures_util::future::join;
use nix::errno::Errno;

use crate::core::cause::{collected, summed_up};
use crate::core::file::{errno_of, remove_if_there};
use crate::core::paths::LIB_DIR;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::remove;
use crate::domain::history::History;
use crate::domain::hypercall_child::{self, CallFailure};
use crate::domain::identity::{Identity, own_domid_or_zero};
use crate::domain::kind::{self, DomainKind};
use crate::domain::userdata;
use crate::domain::{names, nodes};
use crate::lifecycle::bootloader::loan;
use crate::lifecycle::bootloader::workplace::remove_left;
use crate::qemu::model;
use crate::{debug, error, warn};

/// How much memory, in pages, the hypervisor takes back in the time that a process takes to fork.
const SMALL: u64 = 4096;

/// How often a domain's devices are removed anew because others came meanwhile. A creation has a few steps that add some.
const ATTEMPTS: u32 = 5;

/// Destroys the domain, and the domain of its device model if it has one.
///
/// `Error::DomainNotFound` if there is no such domain.
pub async fn destroy(ao: &Ao, domid: u32) -> Result<()> {
    let stubdom = names::stubdom_of(ao, domid);
    let end_stubdom = async {
        let Some(stubdom) = stubdom else { return Ok(()) };
        let what = format!("destroy the device model's domain {stubdom}");
        summed_up(ao, domid, what, destroy_one(ao, stubdom)).await
    };
    let both = join(end_stubdom, destroy_one(ao, domid));
    let ((stubdom, outcome), cause) = collected(both).await;
    let outcome = outcome.and(stubdom);
    match outcome {
        // `xl` destroys once more what a failed creation has destroyed.
        Err(Error::DomainNotFound) if History::of_host(ao.log()).is_recent(domid) == Ok(true) => {
            debug!(ao, domid = domid, "the domain was destroyed already");
        }
        Err(e) => cause.conclude(ao.log(), domid, &"destroy the domain", e),
        Ok(()) => {}
    }
    outcome
}

async fn destroy_one(ao: &Ao, domid: u32) -> Result<()> {
    let (domain, info) = Identity::of(ao, domid)?;
    if own_domid_or_zero(ao) == domid {
        // The hypervisor would refuse, but only after we had removed all that this domain needs.
        error!(ao, domid = domid, "cannot destroy the domain: this process runs in it");
        return Err(Error::Invalid);
    }
    tell_about_pci(ao, domid);
    if let Err(e) = ao.hypervisor().domain_pause(domid) {
        warn!(ao, domid = domid, "cannot pause the domain: {e}");
    }
    let in_stubdom = info.hvm
        && names::stubdom_of(ao, domid).is_some()
        && kind::known(ao, domid, &info) == DomainKind::Hvm;
    let mut qemu = None;
    // If xenstore does not tell, the attempt does.
    if !in_stubdom && model::is_active(ao, domid).unwrap_or(true) {
        // The domain is not destroyed while its device model may still run.
        qemu = model::destroy(ao, domid).await?;
    }
    if let Some(target) = names::stubdom_target(ao, domid) {
        // A failure is logged where it is found.
        let _ = model::destroy_proxy(ao, domid, target);
    }
    let mut lent = None;
    for attempt in 1..=ATTEMPTS {
        if remove::remove_all(ao, &domain, qemu.as_ref()).await.is_err() {
            warn!(ao, domid = domid, "some devices were not removed cleanly");
        }
        let last = attempt == ATTEMPTS;
        match remove_records(ao, &domain, qemu.as_ref(), last, &mut lent) {
            Found::Domain => break,
            Found::Device => debug!(ao, domid = domid, "a device was added meanwhile"),
            Found::Nothing => {
                debug!(ao, domid = domid, "the domain was destroyed by another process meanwhile");
                return Ok(());
            }
        }
    }
    if let Some(lent) = lent {
        // Now, as a bootloader that runs still has ended with the nodes.
        loan::take_back(ao, domid, &lent).await;
    }
    let ao = ao.unabortable();
    let outcome = end(&ao, &domain).await;
    userdata::remove_rest(&ao, domid, domain.uuid);
    outcome
}

/// What there is of a domain when its records are to go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Found {
    /// Itself; the records are gone.
    Domain,
    /// A device that has come since the others went, so that but the files nothing was removed.
    Device,
    /// It was destroyed.
    Nothing,
}

/// Removes all that is kept of the domain outside the hypervisor; if it is the `last` attempt, whether or not it
/// has devices. `qemu` was told to end; `lent` becomes what says that domain 0 has a disk for its bootloader.
/// Everything is tried. What cannot be removed is logged and left: the domain ends all the same, and a caller that was told
/// of an error would take it for running.
fn remove_records(
    ctx: &Ctx,
    domain: &Identity,
    qemu: Option<&model::Process>,
    last: bool,
    lent: &mut Option<Vec<u8>>,
) -> Found {
    let domid = domain.domid;
    let locked = userdata::lock_of(ctx, domid, domain.uuid);
    let gone = matches!(locked, Err(Error::DomainNotFound));
    let remove_userdata = || match &locked {
        Ok(locked) => locked.remove_all(),
        Err(_) => userdata::remove_without_lock(ctx, domid, domain.uuid),
    };
    match remove_nodes(ctx, domain, last || gone) {
        Removed::NotYet => {
            // Without a stored configuration neither library adds another, however many are about to. Whoever is
            // still creating the domain may, a few times.
            remove_userdata();
            return Found::Device;
        }
        Removed::All { model, loan } => {
            *lent = loan;
            if let Some(late) = model {
                model::end_late(ctx, domid, &late, qemu);
            }
        }
    }
    if gone {
        return Found::Nothing;
    }
    remove_userdata();
    remove_left(ctx.log(), domid, LIB_DIR.as_ref());
    for name in ["qemu-save", "qemu-resume"] {
        remove_file(ctx, domid, &format!("{LIB_DIR}/{name}.{domid}"));
    }
    // Before the number is free. If that fails, which is logged, nothing of the domain is left: only its number does not rest.
    let _ = History::of_host(ctx.log()).add(domid);
    Found::Domain
}

/// What became of a domain's nodes.
enum Removed {
    /// All; with the recorded number of its device model, and the disk of its bootloader, at that moment.
    All { model: Option<Vec<u8>>, loan: Option<Vec<u8>> },
    /// It has a device, whose other half would stay.
    NotYet,
}

/// Everything that xenstore holds of the domain, with its devices only if they are not to be waited for. What cannot be
/// removed is told and left. Looked for in the transaction, so that a device either comes before, and is seen, or after,
/// when its adder finds no domain: creations have no lock that is held here.
fn remove_nodes(ctx: &Ctx, domain: &Identity, with_devices: bool) -> Removed {
    let domid = domain.domid;
    let none = || Removed::All { model: None, loan: None };
    let removed = nodes::transaction_now(ctx, |t| {
        if !domain.owns_nodes(ctx, t)? {
            return Ok(none());
        }
        if !with_devices && remove::has_devices(ctx, t, domid)? {
            return Ok(Removed::NotYet);
        }
        let mut known = nodes::read_many(ctx, t, &[model::pid_path(domid), loan::path(domid)])?;
        // The node may have changed, if the domain was set aside.
        let vm = names::vm_path_in(ctx, t, domid).or_else(|| domain.vm_path());
        for path in [nodes::domain_path(domid), nodes::libxl_path(domid)].into_iter().chain(vm) {
            nodes::remove(ctx, t, &path)?;
        }
        let loan = known.pop().flatten();
        Ok(Removed::All { model: known.pop().flatten(), loan })
    });
    // A failure is logged where it is found.
    removed.unwrap_or_else(|_| none())
}

/// Ends the domain itself.
async fn end(ao: &Ao, domain: &Identity) -> Result<()> {
    let (domid, uuid) = (domain.domid, domain.uuid);
    let small = match ao.hypervisor().domain(domid) {
        Ok(info) => match info.filter(|info| info.uuid == uuid) {
            Some(info) => info.total_pages <= SMALL,
            None => return Ok(()),
        },
        Err(_) => false,
    };
    let outcome = if small || ao.is_waited_for() {
        ao.hypervisor().domain_destroy(domid).map_err(|e| CallFailure::Refused(e.errno))
    } else {
        hypercall_child::call(ao, domid, "domain destroy", move |xen| match xen.domain(domid)? {
            Some(info) if info.uuid == uuid => xen.domain_destroy(domid),
            _ => Ok(()),
        })
        .await?
    };
    match outcome {
        Ok(()) => Ok(()),
        // Somebody else's destroy was quicker.
        Err(CallFailure::Refused(Errno::ESRCH)) => Ok(()),
        Err(CallFailure::Unknown) if !domain.exists(ao)? => Ok(()),
        Err(CallFailure::Refused(errno)) => {
            error!(ao, domid = domid, errno = errno, "domain_destroy failed");
            Err(Error::Fail)
        }
        Err(CallFailure::Unknown) => Err(Error::Fail),
    }
}

/// Host devices assigned to the guest go back to the host's pool when the hypervisor destroys the
/// domain. Resetting them and giving them back to their drivers comes with the PCI functions.
fn tell_about_pci(ctx: &Ctx, domid: u32) {
    let path = format!("/local/domain/0/backend/pci/{domid}/0/num_devs");
    let assigned = nodes::peek(ctx, ctx.store(), &path);
    if assigned.is_some_and(|n| crate::core::number::leading_number::<u32>(&n) != Some(0)) {
        warn!(ctx, domid = domid, "assigned PCI devices are not reset: not implemented yet");
    }
}

fn remove_file(ctx: &Ctx, domid: u32, path: &str) {
    if let Err(e) = remove_if_there(path) {
        error!(ctx, domid = domid, errno = errno_of(&e), "cannot remove {path}");
    }
}
