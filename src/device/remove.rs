//! Removing a guest's devices: one device while the guest runs, or all devices when it is destroyed.
//!
//! Each device goes through the same steps; if all devices are removed, concurrently:
//!
//! ```text
//! back end in QEMU, and   wait for the end of QEMU (2 s at most), then mark the back end closed
//! the guest does not run
//! otherwise               ask the back end to close (online 0, state 5), wait for state 6 (10 s at most)
//! back end here           run the hotplug scripts that disconnect it
//! back end elsewhere      wait until the backend domain has removed its nodes (10 s at most)
//! last, for all devices   remove the front end, the back end and the toolstack's record
//! ```
//!
//! A back end closes when the front end has closed. By force ([`Force::Yes`]; a guest that is destroyed is paused, so
//! its front ends cannot close) the front end's directory is removed first, so that the back end does not wait for the
//! front end. A step that then fails or exceeds its timeout is logged, and the nodes are removed nevertheless. An abort
//! ends every wait, that for a script after a moment.
//!
//! # Guests and back ends that keep writing
//!
//! A transaction conflicts with every write of the guest or the back end to the same nodes, so it may never succeed
//! while they write. It is tried a few times, and then the same steps are done without a transaction: a node that is
//! written continually exists, and so does the domain that owns it. The toolstack's record, which only the toolstack
//! writes, is always removed in a transaction.
//!
//! The stored configuration is not changed: devices that are missing in xenstore are left out when it is retrieved
//! (`lifecycle/retrieve.rs`).

use std::future::{Future, ready};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all, join3};

use super::back_ends::{self, Wait};
use super::{Device, DeviceKind, hotplug, usb};
use crate::core::cause::summed_up;
use crate::core::number::leading_number;
use crate::core::{Ao, Ctx, Error, Result};
use crate::domain::identity::{Identity, own_domid, own_domid_or_zero};
use crate::domain::nodes;
use crate::qemu::model::Process;
use crate::xen::store::{Answers, Ops, Pipeline, Transaction};
use crate::{debug, error, warn};

/// The states of a back end that matter here (`xenbus.h`).
const CLOSING: &[u8] = b"5";
const CLOSED: u32 = 6;

/// The maximum time for a back end to close, or for another domain to remove its nodes.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The maximum time for QEMU to end after SIGHUP, while it still uses the devices.
const QEMU_TIMEOUT: Duration = Duration::from_secs(2);

/// What happens to a device whose front end does not close.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Force {
    /// The device is kept.
    No,
    /// The device is removed after the timeout.
    AfterTimeout,
    /// The device is removed without waiting for the front end.
    Yes,
}

/// Removes a device of a domain that may run. The result is the first failure; [`Force`] decides what is left then.
pub async fn remove(ao: &Ao, device: &Device, force: Force) -> Result<()> {
    let what = format!("detach {}", device.describe());
    summed_up(ao, device.domid, what, remove_one(ao, device, force)).await
}

async fn remove_one(ao: &Ao, device: &Device, mut force: Force) -> Result<()> {
    let own = own_domid(ao)?;
    let (owner, _) = Identity::of(ao, device.domid)?;
    let outcome = loop {
        let stopped = if device.backend_kind.is_qemu() && !runs(ao, device.domid)? {
            ao.sleep(QEMU_TIMEOUT)
                .await
                .and_then(|()| mark_closed(ao, &[device], &owner))
                .map(|()| true)
        } else {
            let asked = ask_to_close(ao, &[device], &owner, force).map(|mut states| states.pop());
            closed(ao, device, asked?.flatten()).await
        };
        break match stopped {
            Err(Error::TimedOut) if force == Force::AfterTimeout => {
                force = Force::Yes;
                continue;
            }
            Ok(true) => disconnect(ao, device, &owner, own).await,
            Err(Error::TimedOut) => {
                error!(ao, domid = device.domid, "{}", not_closed(device));
                Err(Error::TimedOut)
            }
            stopped => stopped.map(drop),
        };
    };
    match outcome {
        Err(e) if force != Force::Yes => Err(e),
        outcome => outcome.and(remove_nodes(ao, &[device], &owner, own).await),
    }
}

/// Disconnects and removes a device that its toolstack has taken back, and whose back end is closed and in this domain,
/// `own`. The result is the first failure. A device that has taken its place meanwhile stays.
pub async fn disconnect_and_remove(
    ao: &Ao,
    device: &Device,
    owner: &Identity,
    own: u32,
) -> Result<()> {
    let undone = hotplug::disconnect(ao, device, owner).await;
    if !is_taken_back(ao, device)? {
        let base = device.backend_path();
        debug!(ao, domid = device.domid, "keeping {base}: it belongs to another device by now");
        return undone;
    }
    undone.and(remove_nodes(ao, &[device], owner, own).await)
}

/// Whether the nodes of a back end, if there are any, are those of a device that its toolstack has taken back. Domain 0
/// does not wait forever for another domain: it removes the nodes itself, and may write those of a new device. The check
/// and the removal that follows are microseconds apart.
fn is_taken_back(ctx: &Ctx, device: &Device) -> Result<bool> {
    let online = format!("{}/online", device.backend_path());
    let [state, online] = nodes::read_array(ctx, ctx.store(), [device.state_path(), online])?;
    Ok(state.is_none_or(|state| is_closed(&state)) && online.as_deref() != Some(b"1"))
}

/// Whether the guest runs. `Error::DomainNotFound` if it does not exist.
fn runs(ctx: &Ctx, domid: u32) -> Result<bool> {
    match ctx.hypervisor().domain(domid) {
        Ok(Some(info)) => Ok(!(info.paused || info.dying || info.shutdown)),
        Ok(None) => Err(Error::DomainNotFound),
        Err(e) => {
            error!(ctx, domid = domid, "cannot get the domain's info: {e}");
            Err(Error::Fail)
        }
    }
}

/// Disconnects every device of a domain, which must be paused; their nodes are left for [`remove_all_nodes`]. `qemu` is
/// the device model that was told to end, if there was one. All devices are tried; the result is the first failure.
pub async fn disconnect_all(
    ao: &Ao,
    owner: &Identity,
    devices: &[Device],
    qemu: Option<&Process>,
) -> Result<()> {
    let own = own_domid_or_zero(ao);
    for device in devices {
        if device.backend_kind == DeviceKind::Vusb && device.backend_domid == own {
            return_usb_devices(ao, device);
        }
    }
    let (of_qemu, others): (Vec<&Device>, Vec<_>) =
        devices.iter().partition(|device| device.backend_kind.is_qemu());
    // Consoles have nothing but their nodes.
    let has_only_nodes =
        |device: &Device| matches!(device.backend_kind, DeviceKind::Console | DeviceKind::Vuart);
    let others: Vec<_> = others.into_iter().filter(|device| !has_only_nodes(device)).collect();
    let (asked, states) = match ask_to_close(ao, &others, owner, Force::Yes) {
        Ok(states) => (Ok(()), states),
        // Their nodes are removed nevertheless.
        Err(e) => (Err(e), vec![None; others.len()]),
    };
    let (here, elsewhere): (Vec<&Device>, Vec<_>) =
        of_qemu.into_iter().partition(|device| device.backend_domid == own);
    let here = disconnect_from_qemu(ao, &here, owner, own, wait_for_qemu(ao, qemu));
    // The state of a QEMU in another domain is not known here.
    let elsewhere = disconnect_from_qemu(ao, &elsewhere, owner, own, ao.sleep(QEMU_TIMEOUT));
    let others = disconnect_others(ao, &others, states, owner, own);
    let (here, elsewhere, others) = join3(here, elsewhere, others).await;
    asked.and(here).and(elsewhere).and(others)
}

/// Removes the nodes of all devices of a domain, which were disconnected.
pub async fn remove_all_nodes(ao: &Ao, owner: &Identity, devices: &[Device]) -> Result<()> {
    let devices: Vec<&Device> = devices.iter().collect();
    remove_nodes(ao, &devices, owner, own_domid_or_zero(ao)).await
}

/// The directories of those back ends that this domain removes. The other nodes of a device are in its guest's own
/// directories.
pub fn back_end_dirs(ctx: &Ctx, devices: &[Device]) -> Vec<String> {
    let own = own_domid_or_zero(ctx);
    let removed = devices.iter().filter(|device| removes_back_end(device, own));
    removed.map(Device::backend_path).collect()
}

/// Whether domain `own` removes the device's back end: domain 0 removes all back ends, a driver domain those that it
/// runs.
fn removes_back_end(device: &Device, own: u32) -> bool {
    own == 0 || own == device.backend_domid
}

/// Returns the USB devices of a controller, whose back end is in the kernel, to the host's drivers. Failures are
/// logged.
fn return_usb_devices(ctx: &Ctx, controller: &Device) {
    let dir = format!("{}/port", controller.backend_path());
    let ports = nodes::list(ctx, ctx.store(), &dir).unwrap_or_default();
    let paths: Vec<_> = ports.iter().map(|port| format!("{dir}/{port}")).collect();
    for name in nodes::read_many(ctx, ctx.store(), &paths).unwrap_or_default() {
        let name = name.and_then(|name| String::from_utf8(name).ok());
        let Some(name) = name.filter(|name| usb::host::is_name(name)) else { continue };
        if usb::usbback::release(ctx, &name).is_ok() {
            let _ = usb::usbback::rebind(ctx, &name);
        }
    }
}

/// Waits until QEMU has ended, [`QEMU_TIMEOUT`] at most.
async fn wait_for_qemu(ao: &Ao, qemu: Option<&Process>) -> Result<()> {
    let ends = async {
        match qemu {
            Some(process) => process.ended(ao.runtime()).await,
            None => std::future::pending().await,
        }
    };
    ao.until(Instant::now() + QEMU_TIMEOUT, ends).await.map(drop)
}

/// Disconnects devices whose back ends are in QEMU, once QEMU has `ended`.
async fn disconnect_from_qemu(
    ao: &Ao,
    devices: &[&Device],
    owner: &Identity,
    own: u32,
    ended: impl Future<Output = Result<()>>,
) -> Result<()> {
    if devices.is_empty() {
        return Ok(());
    }
    ended.await?;
    mark_closed(ao, devices, owner)?;
    let disconnected =
        join_all(devices.iter().map(|device| disconnect(ao, device, owner, own))).await;
    disconnected.into_iter().fold(Ok(()), Result::and)
}

/// Disconnects devices whose back ends were asked to close when they were in these `states`.
async fn disconnect_others(
    ao: &Ao,
    devices: &[&Device],
    states: Vec<Option<Vec<u8>>>,
    owner: &Identity,
    own: u32,
) -> Result<()> {
    let (mut closed, mut open) = (Vec::new(), Vec::new());
    for (&device, state) in devices.iter().zip(states) {
        match PreviousState::of(ao, device, state.as_deref()) {
            PreviousState::Removed => {}
            PreviousState::Closed => closed.push(device),
            PreviousState::Open => open.push(device),
        }
    }
    let closed = join_all(closed.into_iter().map(|device| disconnect(ao, device, owner, own)));
    let open = async {
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let then = |at: usize, wait| {
            let device = open[at];
            async move {
                if wait == Wait::TimedOut {
                    // The device is removed nevertheless.
                    warn!(ao, domid = device.domid, "{}", not_closed(device));
                }
                has_closed(ao, device, wait)?;
                disconnect(ao, device, owner, own).await
            }
        };
        back_ends::each(ao, &open, TIMEOUT, |state| state == CLOSED, then).await
    };
    let (closed, open) = join(closed, open).await;
    closed.into_iter().chain(open?).fold(Ok(()), Result::and)
}

/// Disconnects a device, whose back end is closed, from the host. If the back end is in another domain, waits until
/// that domain has done so.
async fn disconnect(ao: &Ao, device: &Device, owner: &Identity, own: u32) -> Result<()> {
    if device.backend_domid == own {
        hotplug::disconnect(ao, device, owner).await
    } else {
        nodes_removed(ao, device).await
    }
}

/// The state of a back end before it was asked to close.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PreviousState {
    Removed,
    Closed,
    Open,
}

impl PreviousState {
    fn of(ctx: &Ctx, device: &Device, state: Option<&[u8]>) -> Self {
        match state {
            None => {
                let base = device.backend_path();
                debug!(ctx, domid = device.domid, "{base} was removed already");
                Self::Removed
            }
            Some(state) if is_closed(state) => Self::Closed,
            Some(_) => Self::Open,
        }
    }
}

/// Waits until a back end, which was in `state` before it was asked to close, has closed. Returns whether there is a
/// back end.
async fn closed(ao: &Ao, device: &Device, state: Option<Vec<u8>>) -> Result<bool> {
    match PreviousState::of(ao, device, state.as_deref()) {
        PreviousState::Removed => return Ok(false),
        PreviousState::Closed => return Ok(true),
        PreviousState::Open => {}
    }
    let then = |_, wait| ready(has_closed(ao, device, wait));
    let outcomes = back_ends::each(ao, &[device], TIMEOUT, |state| state == CLOSED, then).await?;
    outcomes.into_iter().collect::<Result<()>>().map(|()| true)
}

/// The result for a device after the wait for its back end to close.
fn has_closed(ctx: &Ctx, device: &Device, wait: Wait) -> Result<()> {
    match wait {
        Wait::Reached => Ok(()),
        // The domain of the back end, if it needs no script, removes it at once when it has closed.
        Wait::Removed if device.backend_domid != 0 => Ok(()),
        Wait::Removed => {
            let base = device.backend_path();
            error!(ctx, domid = device.domid, "cannot close {base}: it was removed meanwhile");
            Err(Error::Invalid)
        }
        Wait::TimedOut => {
            // Whether this is a failure depends on the caller, which logs it.
            debug!(ctx, domid = device.domid, "{}", not_closed(device));
            Err(Error::TimedOut)
        }
    }
}

/// Asks the back ends of one domain's devices to close. Returns the previous state of each; `None` if there is no back
/// end.
fn ask_to_close(
    ctx: &Ctx,
    devices: &[&Device],
    owner: &Identity,
    force: Force,
) -> Result<Vec<Option<Vec<u8>>>> {
    if devices.is_empty() {
        return Ok(Vec::new());
    }
    match nodes::try_transaction(ctx, |t| ask_to_close_with(ctx, t, devices, owner, force))? {
        Some(states) => Ok(states),
        None => ask_to_close_with(ctx, ctx.store(), devices, owner, force),
    }
}

fn ask_to_close_with(
    ctx: &Ctx,
    ops: &impl Ops,
    devices: &[&Device],
    owner: &Identity,
    force: Force,
) -> Result<Vec<Option<Vec<u8>>>> {
    let mut reads = Pipeline::default();
    let vm = reads.read(owner.vm_node());
    for device in devices {
        reads.read(device.state_path());
    }
    let mut answers = nodes::send(ctx, ops, reads)?;
    if !owner.owns_nodes_with(ctx, answers.value(vm).as_deref())? {
        return Ok(vec![None; devices.len()]);
    }
    let states: Vec<_> = answers.values().skip(1).collect();
    let mut writes = Pipeline::default();
    for (device, state) in devices.iter().zip(&states) {
        let Some(state) = state else { continue };
        if force == Force::Yes {
            // The directories above it are removed with the rest of the device.
            writes.remove(device.frontend_path());
        }
        writes.write(format!("{}/online", device.backend_path()), "0");
        if !is_closed(state) {
            writes.write(device.state_path(), CLOSING);
        }
    }
    nodes::send(ctx, ops, writes)?;
    Ok(states)
}

fn not_closed(device: &Device) -> String {
    format!("{} has not closed within {} s", device.backend_path(), TIMEOUT.as_secs())
}

fn is_closed(state: &[u8]) -> bool {
    leading_number(state) == Some(CLOSED)
}

/// Waits until the backend domain has removed the device's nodes.
async fn nodes_removed(ao: &Ao, device: &Device) -> Result<()> {
    let base = device.backend_path();
    let mut changes = ao.watch(&base)?;
    let go = async {
        while nodes::read(ao, ao.store(), &base)?.is_some() {
            changes.changed().await;
        }
        Ok(())
    };
    ao.until(Instant::now() + TIMEOUT, go).await?.unwrap_or_else(|| {
        error!(
            ao,
            domid = device.domid,
            "cannot remove {base}: its backend domain has not done so within {} s",
            TIMEOUT.as_secs()
        );
        Err(Error::TimedOut)
    })
}

/// Writes the closed state of one domain's devices on behalf of their QEMU, which has ended. A QEMU in another domain
/// may have written it, or removed the nodes; that domain removes a back end only if it is offline too.
fn mark_closed(ctx: &Ctx, devices: &[&Device], owner: &Identity) -> Result<()> {
    let marked = nodes::try_transaction(ctx, |t| write_closed(ctx, t, devices, owner))?;
    marked.map_or_else(|| write_closed(ctx, ctx.store(), devices, owner), Ok)
}

fn write_closed(ctx: &Ctx, ops: &impl Ops, devices: &[&Device], owner: &Identity) -> Result<()> {
    let mut reads = Pipeline::default();
    let vm = reads.read(owner.vm_node());
    let states: Vec<_> = devices.iter().map(|device| reads.read(device.state_path())).collect();
    let mut answers = nodes::send(ctx, ops, reads)?;
    let mut writes = Pipeline::default();
    let mut any = false;
    for (device, state) in devices.iter().zip(states) {
        if answers.value(state).is_some_and(|state| !is_closed(&state)) {
            if device.backend_domid != 0 {
                writes.write(format!("{}/online", device.backend_path()), "0");
            }
            writes.write(device.state_path(), CLOSED.to_string());
            any = true;
        }
    }
    if any && owner.owns_nodes_with(ctx, answers.value(vm).as_deref())? {
        nodes::send(ctx, ops, writes)?;
    }
    Ok(())
}

/// Removes the nodes of one domain's devices: in domain 0 all of them, in a driver domain those of its back ends.
async fn remove_nodes(ao: &Ao, devices: &[&Device], owner: &Identity, own: u32) -> Result<()> {
    if devices.is_empty() {
        return Ok(());
    }
    let mut dirs = Vec::new();
    for device in devices {
        if own == 0 {
            dirs.push(device.frontend_path());
        }
        if removes_back_end(device, own) {
            dirs.push(device.backend_path());
        }
    }
    let records = match own {
        0 => devices.iter().map(|device| device.libxl_path()).collect(),
        _ => Vec::new(),
    };
    let remove = |t: &Transaction, paths: &[String]| remove_owned(ao, t, owner, paths);
    let all = [&dirs[..], &records[..]].concat();
    if nodes::try_transaction(ao, |t| remove(t, &all))?.is_some() {
        return Ok(());
    }
    // The records are removed last: while a record exists, the same device cannot be added again. The check and the
    // removal are microseconds apart, and the number of a domain that ends in between is not used again for a minute.
    if owner.owns_nodes(ao, ao.store())? {
        let removed = ao.store().remove_many(&dirs);
        removed.map_err(|e| nodes::failed(ao, e))?;
    }
    if !records.is_empty() {
        nodes::transaction(ao, |t| remove(t, &records)).await?;
    }
    // The parent directories, if possible: a guest may keep its own from being removed.
    if nodes::try_transaction(ao, |t| remove(t, &dirs))?.is_none() {
        let what: Vec<_> = devices.iter().map(|device| device.describe()).collect();
        let what = what.join(", ");
        debug!(
            ao,
            domid = owner.domid,
            "keeping the parent directories of {what}: other processes write there"
        );
    }
    Ok(())
}

/// Removes nodes of a domain's devices, and their parent directories if these are empty then. Nothing is removed if the
/// domid belongs to another domain by now. Errors are logged.
pub fn remove_owned(ctx: &Ctx, t: &Transaction, owner: &Identity, paths: &[String]) -> Result<()> {
    let mut reads = Pipeline::default();
    let vm = owner.ask_for_vm(&mut reads);
    let is_owner = |answers: &mut Answers| {
        let vm = vm.and_then(|vm| answers.value(vm));
        owner.owns_nodes_with(ctx, vm.as_deref())
    };
    nodes::remove_up_if(ctx, t, reads, paths, is_owner).map(drop)
}
