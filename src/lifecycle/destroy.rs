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
use crate::device::recorded::Recorded;
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

/// What xenstore says of a domain's device model and devices.
#[derive(Debug)]
pub struct Around {
    /// The domain that it runs in, if it has one to itself.
    stubdom: Option<u32>,
    /// Whether there is one.
    has_model: bool,
    /// The domain whose device model this domain runs.
    target: Option<u32>,
    /// Its devices, if they could be read.
    devices: Option<Recorded>,
}

impl Around {
    /// Read in one round trip with the `vm` node, which comes first; that of a domain with more than a console takes
    /// another one. If they cannot be read, there may be a device model.
    pub fn of(ctx: &Ctx, domid: u32) -> (Option<Vec<u8>>, Self) {
        let mut reads = Pipeline::default();
        let vm = reads.peek(nodes::vm_node(domid));
        let stubdom = reads.peek(names::stubdom_path(domid));
        let pid = reads.peek(model::pid_path(domid));
        let target = reads.peek(names::target_path(domid));
        let devices = Recorded::request(domid, &mut reads);
        let Ok(mut answers) = nodes::send(ctx, ctx.store(), reads) else {
            return (None, Self { stubdom: None, has_model: true, target: None, devices: None });
        };
        let recorded = answers.value(stubdom);
        let around = Self {
            stubdom: recorded.as_deref().and_then(names::stubdom_in),
            has_model: recorded.is_some() || answers.value(pid).is_some(),
            target: answers.value(target).as_deref().and_then(names::target_in),
            devices: Recorded::receive(ctx, ctx.store(), domid, &devices, &mut answers).ok(),
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
    mut around: Around,
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
        let read = around.devices.take();
        let recorded = read.map_or_else(|| Recorded::of(ao, ao.store(), domid), Ok);
        let unread = recorded.is_err();
        let recorded = recorded.unwrap_or_default();
        let undone = remove::disconnect_all(ao, domain, &recorded.devices, qemu.as_ref()).await;
        let taken = take_pci(ao, domain, info.hvm, &recorded, qemu.as_ref()).await;
        let mut remove_records =
            |how| remove_records(ao, domain, qemu.as_ref(), fate, how, &mut lent);
        let (mut found, mut forgotten) = (Found::Device, Ok(()));
        if !unread {
            found = remove_records(Removal::WithDevices(&recorded));
        }
        if found == Found::Device {
            // One by one, so that none is taken out of use twice.
            forgotten = remove::remove_all_nodes(ao, domain, &recorded.devices).await;
            found = remove_records(Removal::Alone { last: attempt == ATTEMPTS });
        }
        if unread || undone.and(taken).and(forgotten).is_err() {
            warn!(ao, domid = domid, "some devices were not removed cleanly");
        }
        match found {
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
    recorded: &Recorded,
    qemu: Option<&model::Process>,
) -> Result<()> {
    let has_any = recorded.has_pci || pci::detach::has_records(ao, domain.domid);
    if !has_any || own_domid_or_zero(ao) != 0 {
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

/// How a domain's nodes are removed.
#[derive(Clone, Copy, Debug)]
enum Removal<'a> {
    /// In one transaction with those of these devices, which are out of use. Not if there are others, or somebody keeps
    /// writing to them.
    WithDevices(&'a Recorded),
    /// Those of its devices have been removed. Not if there are some, except in the `last` attempt.
    Alone { last: bool },
}

/// Removes all that is kept of the domain outside the hypervisor, its nodes as `how` says.
/// `qemu` was told to end; `lent` becomes the record of the bootloader's disk, if there is one. Everything is tried. What
/// cannot be removed is logged and left: the domain is destroyed nevertheless, and after an error the caller would
/// think that it still exists.
fn remove_records(
    ctx: &Ctx,
    domain: &Identity,
    qemu: Option<&model::Process>,
    fate: Fate,
    how: Removal<'_>,
    lent: &mut Option<Vec<u8>>,
) -> Found {
    let domid = domain.domid;
    let locked = userdata::lock_of(ctx, domid, domain.uuid);
    let gone = matches!(locked, Err(Error::DomainNotFound));
    let remove_userdata = || match &locked {
        Ok(locked) => locked.remove_all(),
        Err(_) => userdata::remove_without_lock(ctx, domid, domain.uuid),
    };
    let removed = match how {
        Removal::WithDevices(devices) => remove_with_devices(ctx, domain, devices),
        Removal::Alone { last } => remove_nodes(ctx, domain, last || gone),
    };
    match removed {
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

impl Removed {
    /// Another domain has the number, or xenstore fails, which is logged.
    const NOTHING: Self = Self::All { model: None, loan: None };
}

/// Removes the domain's nodes, unless it has devices and `with_devices` is false. A failure is logged. Devices are
/// looked for in the transaction, so that one that is added at the same time is either seen here, or fails because the
/// domain has no nodes: creations hold no lock that could be taken here.
fn remove_nodes(ctx: &Ctx, domain: &Identity, with_devices: bool) -> Removed {
    let domid = domain.domid;
    let removed = nodes::transaction_now(ctx, |t| {
        let pci = pci::backend::count_path(domid);
        let known = [domain.vm_node(), model::pid_path(domid), loan::path(domid), pci];
        let [vm, model, loan, pci] = nodes::read_array(ctx, t, known)?;
        if !domain.owns_nodes_with(ctx, vm.as_deref())? {
            return Ok(Removed::NOTHING);
        }
        let has_pci = read::pci::count(pci.as_deref()) > 0;
        if !with_devices && (has_pci || has_devices(ctx, t, domid)?) {
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
    removed.unwrap_or(Removed::NOTHING)
}

fn has_devices(ctx: &Ctx, t: &Transaction, domid: u32) -> Result<bool> {
    Ok(!Recorded::of(ctx, t, domid)?.devices.is_empty())
}

/// As [`remove_nodes`], with those of all its devices, which is one round trip for most domains. Only if its nodes are
/// as expected, it has no other devices, and nobody keeps writing to them.
fn remove_with_devices(ctx: &Ctx, domain: &Identity, devices: &Recorded) -> Removed {
    let removed = nodes::try_transaction(ctx, |t| try_with_devices(ctx, t, domain, devices));
    // After a failure, which is logged where it is found, the nodes are removed one kind after the other.
    removed.ok().flatten().flatten().unwrap_or(Removed::NotYet)
}

/// The body of that transaction; `None`: it is discarded.
fn try_with_devices(
    ctx: &Ctx,
    t: &Transaction,
    domain: &Identity,
    devices: &Recorded,
) -> Result<Option<Removed>> {
    let domid = domain.domid;
    let mut reads = Pipeline::default();
    let vm = reads.read(domain.vm_node());
    let model = reads.read(model::pid_path(domid));
    let loan = reads.read(loan::path(domid));
    let again = devices.request_again(&mut reads);
    let mut paths = vec![nodes::domain_path(domid), nodes::libxl_path(domid)];
    paths.extend(domain.vm_path());
    paths.extend(remove::back_end_dirs(ctx, &devices.devices));
    let mut removed = None;
    nodes::remove_up_if(ctx, t, reads, &paths, |answers| {
        let is_owner = domain.has_vm_node(answers.value(vm).as_deref());
        let may = is_owner && devices.are_all(answers, &again);
        removed = Some(Removed::All { model: answers.value(model), loan: answers.value(loan) });
        Ok(may)
    })
    .map(|may| removed.filter(|_| may))
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
