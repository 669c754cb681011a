//! Destroying a domain: everything that belongs to it on the host is removed, and its domid is not used again for a
//! minute.
//!
//! The order matters. First the guest is paused and its device model ended, so that neither uses the devices any more;
//! then the devices are removed, then the nodes and files. The domain itself is destroyed last: while it exists, no
//! other domain has its domid or UUID, and after a failure it can be found and destroyed again.
//!
//! # Concurrent destroys
//!
//! The removal of devices may take seconds. Meanwhile another thread, or a process with either library, may destroy the
//! same domain, and a new domain may get the same domid (which libxl uses again after a minute, or at once for a
//! creation that requests it). So:
//!
//! - nodes are removed in a transaction that has read which domain they belong to;
//! - files are removed under the lock of that domain's userdata, after a check that it exists;
//! - before a script runs, and before the hypervisor destroys the domain, it is checked again. The check and the action
//!   are microseconds apart, and the domid of a domain that ends in between is not used again for a minute.
//!
//! The later destroy finds fewer items to remove, and succeeds.
//!
//! # Failures
//!
//! A failed step does not prevent the following ones: domains are destroyed in the hypervisor even if the host's disk
//! is full, read-only or missing. Each failure is logged. An error is returned only if the domain may still exist: the
//! hypervisor has refused, or a device model that runs as a user of its own may still run.
//!
//! # Abort
//!
//! As in the C library, a destroy is not undone: an abort ends the waits for devices at once, except that scripts which
//! run have a moment to end ([`hotplug`](crate::device::hotplug)), and the steps without waits are done. The operation
//! then has its usual result. An abort does not end the wait for the kill of a device model that runs as a user of its
//! own, since without that kill the domain is not destroyed.

use std::time::Duration;

use futures_util::future::join;
use nix::errno::Errno;

use crate::core::cause::{collected, summed_up};
use crate::core::file::remove_of_domain;
use crate::core::paths::LIB_DIR;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::recorded::Recorded;
use crate::device::{pci, read, remove};
use crate::domain::disk_backends::{PHY_SERVES_CD_DRIVES, empty_drive_path};
use crate::domain::history::History;
use crate::domain::hypercall_child::{self, CallFailure};
use crate::domain::identity::{Identity, own_domid_or_zero};
use crate::domain::kind::{self, DomainKind};
use crate::domain::userdata;
use crate::domain::{names, nodes};
use crate::lifecycle::bootloader::disk_record;
use crate::lifecycle::bootloader::files::remove_leftovers;
use crate::qemu::{model, state};
use crate::xen::log::Level;
use crate::xen::store::{Ops, Pipeline, Transaction};
use crate::{debug, error, log_line, warn};

/// A domain with at most this number of pages is destroyed without a child process: freeing them takes no longer than a
/// fork.
const SMALL_DOMAIN_PAGES: u64 = 4096;

/// The maximum time for QEMU to end after SIGHUP, while it still uses the host's devices.
const QEMU_TIMEOUT: Duration = Duration::from_secs(2);

/// The number of attempts to remove a domain's devices, if new ones are added meanwhile. A creation has a few steps
/// that add devices.
const ATTEMPTS: u32 = 5;

/// Destroys the domain, and its stub domain if it has one.
///
/// `Error::DomainNotFound` if there is no such domain; see the head of this file for other errors. Errors are logged,
/// with a summary at the end.
pub async fn destroy(ao: &Ao, domid: u32) -> Result<()> {
    destroy_found(ao, domid, find(ao, domid)).await
}

/// As [`destroy`], for the domain with this UUID, which this process has created. If another domain has its domid by
/// now, nothing is done: whoever has destroyed the first one has removed what belonged to it.
pub async fn destroy_created(ao: &Ao, domid: u32, uuid: [u8; 16]) -> Result<()> {
    match find(ao, domid) {
        Ok((other, ..)) if other.uuid != uuid => {
            debug!(
                ao,
                domid = domid,
                "the domain was destroyed meanwhile, and another has its domid"
            );
            Ok(())
        }
        found => destroy_found(ao, domid, found).await,
    }
}

async fn destroy_found(ao: &Ao, domid: u32, found: Result<Target>) -> Result<()> {
    let stubdom = match &found {
        Ok((.., store_info)) => store_info.stubdom,
        Err(_) => names::stubdom_of(ao, domid),
    };
    let end_stubdom = async {
        let Some(stubdom) = stubdom else { return Ok(()) };
        destroy_stubdom(ao, domid, stubdom).await
    };
    let both = join(end_stubdom, async { destroy_one(ao, found?).await });
    let ((stubdom, outcome), cause) = collected(both).await;
    let outcome = outcome.and(stubdom);
    match outcome {
        // After a failed creation, which has destroyed the domain, `xl` destroys it once more: that is not logged as an
        // error. A notice tells a user who destroys a domain twice why the second attempt fails.
        Err(Error::DomainNotFound) if History::of_host(ao.log()).is_recent(domid) == Ok(true) => {
            log_line!(Level::Notice, ao, domid = domid, "the domain was destroyed already");
        }
        Err(e) => cause.conclude(ao.log(), domid, &"destroy the domain", e),
        Ok(()) => {}
    }
    outcome
}

/// Destroys `stubdom`, which the records of `domid` name as its stub domain. If it is another domain, which has got the
/// domid since, it is left alone. Errors are logged, with a summary at the end.
pub async fn destroy_stubdom(ao: &Ao, domid: u32, stubdom: u32) -> Result<()> {
    let what = format!("destroy the stub domain {stubdom}");
    summed_up(ao, domid, what, async {
        let found = find(ao, stubdom)?;
        if !is_stubdom_of(ao, domid, &found) {
            warn!(
                ao,
                domid = domid,
                "cannot destroy stub domain {stubdom}: that is another domain"
            );
            return Ok(());
        }
        destroy_one(ao, found).await
    })
    .await
}

/// Whether the domain is a stub domain of `domid`: by its node `target`, or, until that is written, by its name. A
/// domain without nodes is one too: a stub domain is recorded before it gets any, and they are removed before it is
/// destroyed.
fn is_stubdom_of(ctx: &Ctx, domid: u32, (found, _, store_info): &Target) -> bool {
    match (store_info.target, names::name_of(ctx, found.domid)) {
        (Some(target), _) => target == domid,
        (None, None) => true,
        (None, name) => name == names::name_of(ctx, domid).map(|name| names::of_stubdom(&name)),
    }
}

/// What xenstore contains about a domain's device model and devices.
#[derive(Debug)]
pub struct StoreInfo {
    /// The stub domain with its device model, if it has one.
    stubdom: Option<u32>,
    /// Whether there is a device model.
    has_model: bool,
    /// The guest of this domain, if this is a stub domain.
    target: Option<u32>,
    /// The domain's devices, if they could be read.
    devices: Option<Recorded>,
}

impl StoreInfo {
    /// Reads the information together with the value of the `vm` node, which is the first result. This takes one round
    /// trip, or two for a domain with more devices than a console. If nothing can be read, a device model is assumed to
    /// exist.
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
        let store_info = Self {
            stubdom: recorded.as_deref().and_then(names::stubdom_in),
            has_model: recorded.is_some() || answers.value(pid).is_some(),
            target: answers.value(target).as_deref().and_then(names::target_in),
            devices: Recorded::receive(ctx, ctx.store(), domid, &devices, &mut answers).ok(),
        };
        (answers.value(vm), store_info)
    }
}

type Target = (Identity, kind::Info, StoreInfo);

/// Finds the domain to be destroyed. `Error::DomainNotFound`, which is not logged, if there is none.
fn find(ctx: &Ctx, domid: u32) -> Result<Target> {
    let mut store_info = None;
    let (domain, info) = Identity::found(ctx, domid, || {
        let (vm, found) = StoreInfo::of(ctx, domid);
        store_info = Some(found);
        vm
    })?;
    let store_info = store_info.unwrap_or_else(|| StoreInfo::of(ctx, domid).1);
    Ok((domain, info, store_info))
}

async fn destroy_one(ao: &Ao, (domain, info, store_info): Target) -> Result<()> {
    let domid = domain.domid;
    if own_domid_or_zero(ao) == domid {
        // The hypervisor would refuse this, but only after everything that this domain needs had been removed.
        error!(ao, domid = domid, "cannot destroy the domain: this process runs in it");
        return Err(Error::Invalid);
    }
    if tear_down(ao, &domain, &info, store_info, Purpose::Destroy).await? == Found::Nothing {
        return Ok(());
    }
    let ao = ao.unabortable();
    let outcome = end(&ao, &domain).await;
    userdata::remove_rest(&ao, domid, domain.uuid);
    outcome
}

/// The reason why a domain's device model, devices and nodes are removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// The domain is destroyed.
    Destroy,
    /// The domain is set up again: its domid stays in use, and the state that its QEMU has saved is kept.
    SoftReset,
}

/// Pauses the domain and removes everything outside the hypervisor that belongs to it: its device model, its devices,
/// its nodes and files. Failures are logged; an error is returned only if its device model may still run.
///
/// Returns [`Found::Domain`], or [`Found::Nothing`] if another process has destroyed the domain meanwhile.
pub async fn tear_down(
    ao: &Ao,
    domain: &Identity,
    info: &kind::Info,
    mut store_info: StoreInfo,
    purpose: Purpose,
) -> Result<Found> {
    let domid = domain.domid;
    if let Err(e) = ao.hypervisor().domain_pause(domid) {
        warn!(ao, domid = domid, "cannot pause the domain: {e}");
    }
    let in_stubdom =
        info.hvm && store_info.stubdom.is_some() && kind::known(ao, domid, info) == DomainKind::Hvm;
    let mut qemu = None;
    if !in_stubdom && store_info.has_model {
        // The domain is not destroyed while its device model may still run.
        qemu = model::destroy(ao, domid).await?;
    }
    if let Some(target) = store_info.target {
        // A failure is logged where it is found.
        let _ = model::destroy_proxy(ao, domid, target);
    }
    let mut boot_disk = None;
    for attempt in 1..=ATTEMPTS {
        let read = store_info.devices.take();
        let recorded = read.map_or_else(|| Recorded::of(ao, ao.store(), domid), Ok);
        let unread = recorded.is_err();
        let recorded = recorded.unwrap_or_default();
        let disconnected =
            remove::disconnect_all(ao, domain, &recorded.devices, qemu.as_ref()).await;
        let is_stubdom = store_info.target.is_some();
        let qemu_there = qemu.as_ref();
        let detached = detach_pci(ao, domain, info.hvm, is_stubdom, &recorded, qemu_there).await;
        let mut remove_records =
            |how| remove_records(ao, domain, qemu.as_ref(), purpose, how, &mut boot_disk);
        let (mut found, mut removed) = (Found::Device, Ok(()));
        if !unread {
            found = remove_records(Removal::WithDevices(&recorded));
        }
        if found == Found::Device {
            // The nodes of these devices are removed separately, so that the next attempt does not disconnect them
            // again.
            removed = remove::remove_all_nodes(ao, domain, &recorded.devices).await;
            found = remove_records(Removal::WithoutDevices { last: attempt == ATTEMPTS });
        }
        if unread || disconnected.and(detached).and(removed).is_err() {
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
    if let Some(boot_disk) = boot_disk {
        // Only now: a bootloader that was still running has ended when the nodes were removed.
        disk_record::remove_recorded(ao, domid, &boot_disk).await;
    }
    Ok(Found::Domain)
}

/// Detaches the host's PCI devices from the domain, once its QEMU does not use them any more.
async fn detach_pci(
    ao: &Ao,
    domain: &Identity,
    hvm: bool,
    is_stubdom: bool,
    recorded: &Recorded,
    qemu: Option<&model::Process>,
) -> Result<()> {
    let has_any = recorded.has_pci || pci::detach::has_records(ao, domain.domid);
    if !has_any || own_domid_or_zero(ao) != 0 {
        return Ok(());
    }
    if let Some(qemu) = qemu {
        // After an abort QEMU may not have ended; the devices are detached nevertheless.
        let _ = ao.within(QEMU_TIMEOUT, qemu.ended(ao.runtime())).await;
    }
    pci::detach::remove_all(ao, domain, hvm, is_stubdom)
}

/// Removes the file for its empty CD drives, if it has one.
fn remove_empty_drive(ctx: &Ctx, domid: u32) {
    if PHY_SERVES_CD_DRIVES {
        remove_of_domain(ctx.log(), domid, &empty_drive_path(domid));
    }
}

/// What was found of a domain when its records were to be removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// The domain, whose records were removed.
    Domain,
    /// A device that was added since the others were removed: only files were removed.
    Device,
    /// Nothing: another process has destroyed the domain.
    Nothing,
}

/// How a domain's nodes are removed.
#[derive(Clone, Copy, Debug)]
enum Removal<'a> {
    /// In one transaction together with the nodes of these devices, which were disconnected. Fails if there are other
    /// devices, or other processes keep writing to the nodes.
    WithDevices(&'a Recorded),
    /// Without the nodes of devices, which were removed before. Fails if there are devices, except in the `last`
    /// attempt.
    WithoutDevices { last: bool },
}

/// Removes everything of the domain that is left outside the hypervisor, its nodes as `how` determines. `qemu` was told
/// to end; `boot_disk` becomes the record of the bootloader's disk, if there is one. Everything is tried. What cannot
/// be removed is logged and left: the domain is destroyed nevertheless, and after an error the caller would assume that
/// it still exists.
fn remove_records(
    ctx: &Ctx,
    domain: &Identity,
    qemu: Option<&model::Process>,
    purpose: Purpose,
    how: Removal<'_>,
    boot_disk: &mut Option<Vec<u8>>,
) -> Found {
    let domid = domain.domid;
    let locked = userdata::lock_of(ctx, domid, domain.uuid);
    let is_gone = matches!(locked, Err(Error::DomainNotFound));
    let remove_userdata = || match &locked {
        Ok(locked) => locked.remove_all(),
        Err(_) => userdata::remove_without_lock(ctx, domid, domain.uuid),
    };
    let removed = match how {
        Removal::WithDevices(devices) => remove_with_devices(ctx, domain, devices),
        Removal::WithoutDevices { last } => remove_nodes(ctx, domain, last || is_gone),
    };
    match removed {
        Removed::NotYet => {
            // Without a stored configuration neither library adds another device to a running domain. A creation that
            // is still in progress may add some, a few times.
            remove_userdata();
            return Found::Device;
        }
        Removed::All { model, boot_disk: recorded } => {
            *boot_disk = recorded;
            if let Some(late) = model {
                model::end_late(ctx, domid, &late, qemu);
            }
        }
    }
    if is_gone {
        return Found::Nothing;
    }
    remove_userdata();
    remove_leftovers(ctx.log(), domid, LIB_DIR.as_ref());
    // They may exist without a device model: a restricted QEMU gets its socket before it is started.
    model::remove_sockets(ctx, domid);
    state::remove_restored(ctx, domid);
    remove_empty_drive(ctx, domid);
    if purpose == Purpose::Destroy {
        state::remove_saved(ctx, domid);
        // This is done before the domid is free. If it fails, which is logged, the domid can be used again at once.
        let _ = History::of_host(ctx.log()).add(domid);
    }
    Found::Domain
}

/// Whether a domain's nodes were removed.
enum Removed {
    /// They were removed. The fields are the recorded process id of the device model and the recorded disk of the
    /// bootloader at that moment.
    All { model: Option<Vec<u8>>, boot_disk: Option<Vec<u8>> },
    /// They were not removed, since the domain has a device, whose back end would be left.
    NotYet,
}

impl Removed {
    /// The domid belongs to another domain, or xenstore has failed, which is logged: nothing is left to remove.
    const NOTHING: Self = Self::All { model: None, boot_disk: None };
}

/// Removes the domain's nodes, unless it has devices and `with_devices` is false. A failure is logged. Devices are
/// looked for in the transaction: creations hold no lock that could be taken here, so a device that is added at the
/// same time is either seen here, or its addition fails because the domain has no nodes.
///
/// The nodes include the directory of a device model in this domain, whether or not one was found: a start that failed
/// may have left it, and a QEMU that was ended while it started may have written to it since.
fn remove_nodes(ctx: &Ctx, domain: &Identity, with_devices: bool) -> Removed {
    let domid = domain.domid;
    let removed = nodes::transaction_now(ctx, |t| {
        let pci = pci::backend::count_path(domid);
        let known = [domain.vm_node(), model::pid_path(domid), disk_record::path(domid), pci];
        let [vm, model, boot_disk, pci] = nodes::read_array(ctx, t, known)?;
        if !domain.owns_nodes_with(ctx, vm.as_deref())? {
            return Ok(Removed::NOTHING);
        }
        let has_pci = read::pci::count(pci.as_deref()) > 0;
        if !with_devices && (has_pci || has_devices(ctx, t, domid)?) {
            return Ok(Removed::NotYet);
        }
        // The path may have changed, if the domain was renamed for preservation.
        let vm = vm.as_deref().and_then(names::vm_path_of).or_else(|| domain.vm_path());
        let model_dir = model::directory(0, domid);
        let mut paths = vec![nodes::domain_path(domid), nodes::libxl_path(domid), model_dir];
        paths.extend(vm);
        t.remove_many(&paths).map_err(|e| nodes::failed(ctx, e))?;
        Ok(Removed::All { model, boot_disk })
    });
    // A failure is logged where it is found.
    removed.unwrap_or(Removed::NOTHING)
}

fn has_devices(ctx: &Ctx, t: &Transaction, domid: u32) -> Result<bool> {
    Ok(!Recorded::of(ctx, t, domid)?.devices.is_empty())
}

/// As [`remove_nodes`], together with the nodes of all its devices: one round trip for most domains. This is done only
/// if its nodes are as expected, it has no other devices, and no other process keeps writing to them.
fn remove_with_devices(ctx: &Ctx, domain: &Identity, devices: &Recorded) -> Removed {
    let removed = nodes::try_transaction(ctx, |t| try_with_devices(ctx, t, domain, devices));
    // After a failure, which is logged where it is found, the nodes of devices and the other nodes are removed
    // separately.
    removed.ok().flatten().flatten().unwrap_or(Removed::NotYet)
}

/// The body of that transaction; `None` if it must be discarded.
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
    let boot_disk = reads.read(disk_record::path(domid));
    let again = devices.request_again(&mut reads);
    // Not one of `paths`, as the directory above it stays.
    reads.remove(model::directory(0, domid));
    let mut paths = vec![nodes::domain_path(domid), nodes::libxl_path(domid)];
    paths.extend(domain.vm_path());
    paths.extend(remove::back_end_dirs(ctx, &devices.devices));
    let mut removed = None;
    nodes::remove_up_if(ctx, t, reads, &paths, |answers| {
        let is_owner = domain.has_vm_node(answers.value(vm).as_deref());
        let may = is_owner && devices.are_all(answers, &again);
        removed =
            Some(Removed::All { model: answers.value(model), boot_disk: answers.value(boot_disk) });
        Ok(may)
    })
    .map(|may| removed.filter(|_| may))
}

/// Destroys the domain in the hypervisor.
async fn end(ao: &Ao, domain: &Identity) -> Result<()> {
    let (domid, uuid) = (domain.domid, domain.uuid);
    let small = match ao.hypervisor().domain(domid) {
        Ok(info) => match info.filter(|info| info.uuid == uuid) {
            Some(info) => info.total_pages <= SMALL_DOMAIN_PAGES,
            None => return Ok(()),
        },
        Err(e) => {
            warn!(ao, domid = domid, "cannot get the domain's info before its destruction: {e}");
            false
        }
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
            error!(ao, domid = domid, errno = errno, "cannot destroy the domain");
            Err(Error::Fail)
        }
        Err(CallFailure::Unknown) => Err(Error::Fail),
    }
}
