//! Destroying a domain: everything that the host keeps for it is removed, and its number is not used again for a
//! minute.
//!
//! The order matters. The guest is paused first and its device model ended, so that neither uses the devices any
//! more; then the devices are removed, then the nodes and files. The domain itself is destroyed last: while it exists
//! no other domain has its number or uuid, and after a failure it can be found and destroyed again.
//!
//! # Two destroys at once
//!
//! Devices may take seconds to be removed. Meanwhile another thread, or a process with either library, may destroy
//! the same domain, and a new one may be created with the same number (which libxl uses again after a minute, or at
//! once for a creation that asks for that number). So:
//!
//! - nodes are removed in a transaction that has read which domain they belong to;
//! - files are removed under the lock of that domain's userdata, after a check that it exists;
//! - before a script runs, or the hypervisor destroys the domain, there is another such check. Check and action are
//!   microseconds apart, and the number of a domain that ends in between is not used again for a minute.
//!
//! The later destroy finds less to do, and succeeds.
//!
//! # Failures
//!
//! A failed step does not stop the following ones: also on a host whose disk is full, read-only or missing, domains are
//! destroyed in the hypervisor. Each failure is logged. An error is returned only if the domain may still exist: the
//! hypervisor refuses, or a device model that has a user of its own may still run.
//!
//! # Abort
//!
//! As in C, a destroy is not undone: an abort ends the waits for devices at once and kills their scripts, and the
//! steps that need no waiting are done. The operation then has its usual result. An abort does not end the wait for
//! the kill of a device model that has a user of its own, since without that kill the domain is not destroyed.

use std::time::Duration;

use futures_util::future::join;
use nix::errno::Errno;

use crate::core::cause::{collected, summed_up};
use crate::core::paths::LIB_DIR;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::{pci, read, remove};
use crate::domain::history::History;
use crate::domain::hypercall_child::{self, CallFailure};
use crate::domain::identity::{Identity, own_domid_or_zero};
use crate::domain::kind::{self, DomainKind};
use crate::domain::userdata;
use crate::domain::{names, nodes};
use crate::lifecycle::bootloader::loan;
use crate::lifecycle::bootloader::workplace::remove_left;
use crate::qemu::{model, state};
use crate::xen::log::Level;
use crate::xen::store::{Ops, Pipeline, Transaction};
use crate::{debug, error, log_line, warn};

/// How many pages the hypervisor frees in the time that a fork takes.
const SMALL: u64 = 4096;

/// How long QEMU may take to end after SIGHUP, while it still uses the host's devices.
const QEMU_TIMEOUT: Duration = Duration::from_secs(2);

/// How many times a domain's devices are removed, if new ones are added meanwhile. A creation has a few steps that
/// add some.
const ATTEMPTS: u32 = 5;

/// Destroys the domain, and the domain of its device model if it has one.
///
/// `Error::DomainNotFound` if there is no such domain.
pub async fn destroy(ao: &Ao, domid: u32) -> Result<()> {
    let found = find(ao, domid);
    let stubdom = match &found {
        Ok((.., around)) => around.stubdom,
        Err(_) => names::stubdom_of(ao, domid),
    };
    let end_stubdom = async {
        let Some(stubdom) = stubdom else { return Ok(()) };
        let what = format!("destroy the device model's domain {stubdom}");
        summed_up(ao, domid, what, async { destroy_one(ao, find(ao, stubdom)?).await }).await
    };
    let both = join(end_stubdom, async { destroy_one(ao, found?).await });
    let ((stubdom, outcome), cause) = collected(both).await;
    let outcome = outcome.and(stubdom);
    match outcome {
        // `xl` destroys a domain again whose creation failed, and which the creation has destroyed: no error to log.
        // But whoever destroys a domain twice by hand is told why the second attempt failed.
        Err(Error::DomainNotFound) if History::of_host(ao.log()).is_recent(domid) == Ok(true) => {
            log_line!(Level::Notice, ao, domid = domid, "the domain was destroyed already");
        }
        Err(e) => cause.conclude(ao.log(), domid, &"destroy the domain", e),
        Ok(()) => {}
    }
    outcome
}

/// What xenstore says of a domain's device model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Around {
    /// The domain that it runs in, if it has one to itself.
    stubdom: Option<u32>,
    /// Whether there is one.
    has_model: bool,
    /// The domain whose device model this domain runs.
    target: Option<u32>,
}

impl Around {
    /// Read in one round trip with the `vm` node, which comes first. If they cannot be read, there may be a device
    /// model.
    pub fn of(ctx: &Ctx, domid: u32) -> (Option<Vec<u8>>, Self) {
        let mut reads = Pipeline::default();
        let vm = reads.peek(nodes::vm_node(domid));
        let stubdom = reads.peek(names::stubdom_path(domid));
        let pid = reads.peek(model::pid_path(domid));
        let target = reads.peek(names::target_path(domid));
        let Ok(mut answers) = nodes::send(ctx, ctx.store(), reads) else {
            return (None, Self { stubdom: None, has_model: true, target: None });
        };
        let recorded = answers.value(stubdom);
        let around = Self {
            stubdom: recorded.as_deref().and_then(names::stubdom_in),
            has_model: recorded.is_some() || answers.value(pid).is_some(),
            target: answers.value(target).as_deref().and_then(names::target_in),
        };
        (answers.value(vm), around)
    }
}

type Target = (Identity, kind::Info, Around);

/// The domain that is to be destroyed. If there is none, `Error::DomainNotFound`, which is not logged.
fn find(ctx: &Ctx, domid: u32) -> Result<Target> {
    let mut around = None;
    let (domain, info) = Identity::found(ctx, domid, || {
        let (vm, found) = Around::of(ctx, domid);
        around = Some(found);
        vm
    })?;
    let around = around.unwrap_or_else(|| Around::of(ctx, domid).1);
    Ok((domain, info, around))
}

async fn destroy_one(ao: &Ao, (domain, info, around): Target) -> Result<()> {
    let domid = domain.domid;
    if own_domid_or_zero(ao) == domid {
        // The hypervisor would refuse, but only after everything that this domain needs had been removed.
        error!(ao, domid = domid, "cannot destroy the domain: this process runs in it");
        return Err(Error::Invalid);
    }
    if strip(ao, &domain, &info, around, Fate::Ends).await? == Found::Nothing {
        return Ok(());
    }
    let ao = ao.unabortable();
    let outcome = end(&ao, &domain).await;
    userdata::remove_rest(&ao, domid, domain.uuid);
    outcome
}

/// What becomes of a domain that has nothing around it any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is destroyed.
    Ends,
    /// It is set up again (a soft reset): its domid stays in use, and the state that its QEMU has saved is kept.
    GoesOn,
}

/// Pauses the domain and removes everything around it: its device model, its devices, its nodes and files.
///
/// An error only if its device model may still run.
pub async fn strip(
    ao: &Ao,
    domain: &Identity,
    info: &kind::Info,
    around: Around,
    fate: Fate,
) -> Result<Found> {
    let domid = domain.domid;
    if let Err(e) = ao.hypervisor().domain_pause(domid) {
        warn!(ao, domid = domid, "cannot pause the domain: {e}");
    }
    let in_stubdom =
        info.hvm && around.stubdom.is_some() && kind::known(ao, domid, info) == DomainKind::Hvm;
    let mut qemu = None;
    if !in_stubdom && around.has_model {
        // The domain is not destroyed while its device model may still run.
        qemu = model::destroy(ao, domid).await?;
    }
    if let Some(target) = around.target {
        // A failure is logged where it is found.
        let _ = model::destroy_proxy(ao, domid, target);
    }
    let mut lent = None;
    for attempt in 1..=ATTEMPTS {
        let removed = remove::remove_all(ao, domain, qemu.as_ref()).await;
        let taken = take_pci(ao, domain, info.hvm, qemu.as_ref()).await;
        if removed.and(taken).is_err() {
            warn!(ao, domid = domid, "some devices were not removed cleanly");
        }
        let last = attempt == ATTEMPTS;
        match remove_records(ao, domain, qemu.as_ref(), fate, last, &mut lent) {
            Found::Domain => break,
            Found::Device => debug!(ao, domid = domid, "a device was added meanwhile"),
            Found::Nothing => {
                debug!(ao, domid = domid, "the domain was destroyed by another process meanwhile");
                return Ok(Found::Nothing);
            }
        }
    }
    if let Some(lent) = lent {
        // Now, as a bootloader that was still running has ended when the nodes were removed.
        loan::take_back(ao, domid, &lent).await;
    }
    Ok(Found::Domain)
}

/// Takes the host's PCI devices from the domain, when its QEMU does not use them any more.
async fn take_pci(
    ao: &Ao,
    domain: &Identity,
    hvm: bool,
    qemu: Option<&model::Process>,
) -> Result<()> {
    if own_domid_or_zero(ao) != 0 || !pci::detach::has_any(ao, domain.domid)? {
        return Ok(());
    }
    if let Some(qemu) = qemu {
        // After an abort it may not have ended, and the devices are taken nevertheless.
        let _ = ao.within(QEMU_TIMEOUT, qemu.ended(ao.runtime())).await;
    }
    pci::detach::remove_all(ao, domain, hvm)
}

/// What is found of a domain when its records are to be removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// The domain; its records have been removed.
    Domain,
    /// A device that was added since the others were removed, so that only files were removed.
    Device,
    /// Nothing: another process has destroyed the domain.
    Nothing,
}

/// Removes all that is kept of the domain outside the hypervisor; in the `last` attempt, whether or not it has
/// devices. `qemu` was told to end; `lent` becomes the record of the bootloader's disk, if there is one. Everything
/// is tried. What cannot be removed is logged and left: the domain is destroyed nevertheless, and after an error the
/// caller would think that it still exists.
fn remove_records(
    ctx: &Ctx,
    domain: &Identity,
    qemu: Option<&model::Process>,
    fate: Fate,
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
            // Without a stored configuration neither library adds another device to a running domain. A creation
            // that is still under way may add some, a few times.
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
    state::remove_restored(ctx, domid);
    if fate == Fate::Ends {
        state::remove_saved(ctx, domid);
        // Before the number is free. If that fails, which is logged, the number can be used again at once.
        let _ = History::of_host(ctx.log()).add(domid);
    }
    Found::Domain
}

/// Whether a domain's nodes were removed.
enum Removed {
    /// They were; with the process id of its device model, and the disk of its bootloader, as recorded at that moment.
    All { model: Option<Vec<u8>>, loan: Option<Vec<u8>> },
    /// They were not: it has a device, whose back end would stay.
    NotYet,
}

/// Removes the domain's nodes, unless it has devices and `with_devices` is false. A failure is logged. Devices are
/// looked for in the transaction, so that one that is added at the same time is either seen here, or fails because
/// the domain has no nodes: creations hold no lock that could be taken here.
fn remove_nodes(ctx: &Ctx, domain: &Identity, with_devices: bool) -> Removed {
    let domid = domain.domid;
    let none = || Removed::All { model: None, loan: None };
    // Nothing is left of most domains but their nodes: those are removed and looked at in one round trip.
    let bare = nodes::transaction_now(ctx, |t| remove_nodes_of_bare(ctx, t, domain));
    match bare {
        Ok(Some(removed)) => return removed,
        Ok(None) => {}
        // Logged there.
        Err(_) => return none(),
    }
    let removed = nodes::transaction_now(ctx, |t| {
        let pci = pci::backend::count_path(domid);
        let known = [domain.vm_node(), model::pid_path(domid), loan::path(domid), pci];
        let [vm, model, loan, pci] = nodes::read_array(ctx, t, known)?;
        if !domain.owns_nodes_with(ctx, vm.as_deref())? {
            return Ok(none());
        }
        let has_pci = read::pci::count(pci.as_deref()) > 0;
        if !with_devices && (has_pci || remove::has_devices(ctx, t, domid)?) {
            return Ok(Removed::NotYet);
        }
        // The node may have changed, if the domain was renamed for preservation.
        let vm = vm.as_deref().and_then(names::vm_path_of).or_else(|| domain.vm_path());
        let mut paths = vec![nodes::domain_path(domid), nodes::libxl_path(domid)];
        paths.extend(vm);
        t.remove_many(&paths).map_err(|e| nodes::failed(ctx, e))?;
        Ok(Removed::All { model, loan })
    });
    // A failure is logged where it is found.
    removed.unwrap_or_else(|_| none())
}

/// As [`remove_nodes`], of a domain whose nodes are as expected and which has no devices. Otherwise `None`, and the
/// transaction is discarded.
fn remove_nodes_of_bare(ctx: &Ctx, t: &Transaction, domain: &Identity) -> Result<Option<Removed>> {
    let domid = domain.domid;
    let mut pipeline = Pipeline::default();
    let vm = pipeline.read(domain.vm_node());
    let model = pipeline.read(model::pid_path(domid));
    let loan = pipeline.read(loan::path(domid));
    let pci = pipeline.read(pci::backend::count_path(domid));
    let devices = pipeline.list(format!("{}/device", nodes::libxl_path(domid)));
    pipeline.remove(nodes::domain_path(domid));
    pipeline.remove(nodes::libxl_path(domid));
    if let Some(path) = domain.vm_path() {
        pipeline.remove(path);
    }
    let mut answers = nodes::send(ctx, t, pipeline)?;
    let has_pci = read::pci::count(answers.value(pci).as_deref()) > 0;
    let has_devices = answers.names(devices).is_some_and(|kinds| !kinds.is_empty());
    if has_pci || has_devices || !domain.has_vm_node(answers.value(vm).as_deref()) {
        t.discard();
        return Ok(None);
    }
    Ok(Some(Removed::All { model: answers.value(model), loan: answers.value(loan) }))
}

/// Destroys the domain in the hypervisor.
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
        // Another process has destroyed it.
        Err(CallFailure::Refused(Errno::ESRCH)) => Ok(()),
        Err(CallFailure::Unknown) if !domain.exists(ao)? => Ok(()),
        Err(CallFailure::Refused(errno)) => {
            error!(ao, domid = domid, errno = errno, "domain_destroy failed");
            Err(Error::Fail)
        }
        Err(CallFailure::Unknown) => Err(Error::Fail),
    }
}
