//! Adding devices to a domain: common code, and one file for each kind of device with its nodes.
//!
//! A device is added in two steps:
//!
//! 1. *written* ([`write()`]): one transaction creates the toolstack's record under `/libxl`, the front end and the
//!    back end of all devices of a kind. It also checks that the domid still belongs to the domain, so that nodes of a
//!    domain that is destroyed at the same time are not created again;
//! 2. *connected* ([`connect`]): waits for the back end, and then runs the hotplug scripts.
//!
//! | file | subject |
//! |---|---|
//! | `target.rs` | the domain that gets the devices |
//! | `nodes.rs` | the nodes of a device, and their permissions |
//! | `connect.rs` | the second step |
//! | `running.rs` | adding to a running domain, with its stored configuration |
//! | the others | kinds of devices |
//!
//! As with the C library, the nodes of a device whose second step fails are kept: they show the reason. The application
//! that added the device removes them, or the creation that fails.

pub mod connect;
pub mod console;
pub mod disk;
mod display;
mod nic;
mod nodes;
#[cfg_attr(since = "4.19", path = "p9_since_4_19.rs")]
#[cfg_attr(not(since = "4.19"), path = "p9_until_4_19.rs")]
pub mod p9;
mod plain;
pub mod running;
mod sound;
mod target;
#[cfg(since = "4.18")]
#[path = "virtio_since_4_18.rs"]
pub mod virtio;

use crate::config::defaults::devices::DeviceContext;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::{Device, DeviceKind};
use crate::domain::nodes as store;
use crate::error;
use crate::types::idiomatic::{
    DeviceDisk, DeviceNic, DevicePvcallsif, DeviceVdispl, DeviceVfb, DeviceVkb, DeviceVsnd,
    DeviceVtpm, DomainConfig,
};
use crate::xen::store::{Ops, Pipeline, Transaction};
pub use disk::paths_for_qemu;
pub use nodes::DeviceNodes;
pub use target::AttachTarget;

/// A device that can be added.
pub trait Addable: Clone {
    /// The kind of its record and of its front end.
    const KIND: DeviceKind;

    /// Completes the device with its defaults. Errors are logged.
    fn set_defaults(&mut self, context: DeviceContext) -> Result<()>;

    /// Its devid, where -1 lets the library choose one; `None` for devices that are identified by a name.
    fn devid(&mut self) -> Option<&mut i32>;

    /// Its name in log lines, as from [`Device::describe`]; without a number if it has none yet.
    fn describe(&mut self) -> String {
        match self.devid() {
            Some(devid) if *devid >= 0 => format!("{} {devid}", Self::KIND.name()),
            _ => Self::KIND.name().to_owned(),
        }
    }

    /// The device's identity in domain `domid`. Errors are logged.
    fn device(&self, ctx: &Ctx, domid: u32) -> Result<Device>;

    /// Adds the nodes of this kind to `nodes`, which has those that every device has. Errors are logged.
    fn nodes(&self, target: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()>;
}

/// A device that the stored configuration lists and that can be added while the domain runs.
pub trait Stored: Addable {
    /// The list of such devices in the configuration.
    fn list(config: &mut DomainConfig) -> &mut Vec<Self>;

    /// Whether both are the same device of a domain; their settings may differ.
    fn is_same(&self, other: &Self) -> bool;

    /// Copies from `complete` the values that the library has chosen and that must be the same after a reboot.
    fn copy_chosen(&mut self, complete: &Self);

    /// Refuses a device that the running domain cannot have. Errors are logged.
    fn check(&self, _: &Ctx, _domid: u32) -> Result<()> {
        Ok(())
    }

    /// The error for a domain that does not exist.
    const NO_DOMAIN: Error = Error::LockFail;
}

/// Adds disks to a domain that is being created, and waits for their back ends. Errors are logged.
pub async fn disks(ao: &Ao, target: &AttachTarget<'_>, disks: &mut [DeviceDisk]) -> Result<()> {
    connected(ao, target, disks).await
}

/// As [`disks`], for one disk. `more` is called in the transaction that writes the disk, and may write more nodes; it
/// runs once for each attempt of the transaction.
pub async fn disk_with(
    ao: &Ao,
    target: &AttachTarget<'_>,
    disk: &mut DeviceDisk,
    mut more: impl FnMut(&Transaction, &Device) -> Result<()>,
) -> Result<()> {
    let disks = std::slice::from_mut(disk);
    set_defaults(target, disks)?;
    let written = write(target, disks, Existing::Refused, |t, disks| {
        more(t, &disks[0].device(target.ctx(), target.domid())?)
    })?;
    connect::connect(ao, target.owner(), &written).await
}

/// As [`disks`], for network cards.
pub async fn nics(ao: &Ao, target: &AttachTarget<'_>, nics: &mut [DeviceNic]) -> Result<()> {
    connected(ao, target, nics).await
}

/// As [`disks`], for virtual TPMs.
pub async fn vtpms(ao: &Ao, target: &AttachTarget<'_>, vtpms: &mut [DeviceVtpm]) -> Result<()> {
    connected(ao, target, vtpms).await
}

/// As [`disks`], for PV displays.
pub async fn vdispls(
    ao: &Ao,
    target: &AttachTarget<'_>,
    vdispls: &mut [DeviceVdispl],
) -> Result<()> {
    connected(ao, target, vdispls).await
}

/// As [`disks`], for sound cards.
pub async fn vsnds(ao: &Ao, target: &AttachTarget<'_>, vsnds: &mut [DeviceVsnd]) -> Result<()> {
    connected(ao, target, vsnds).await
}

/// Writes PV framebuffers, replacing existing ones. Their back ends are not waited for, as QEMU may be started later.
/// Errors are logged.
pub fn vfbs(target: &AttachTarget<'_>, vfbs: &mut [DeviceVfb]) -> Result<()> {
    written(target, vfbs)
}

/// As [`vfbs`], for keyboards with pointing devices.
pub fn vkbs(target: &AttachTarget<'_>, vkbs: &mut [DeviceVkb]) -> Result<()> {
    written(target, vkbs)
}

/// As [`vfbs`], for sockets in another domain (PV calls).
pub fn pvcallsifs(target: &AttachTarget<'_>, pvcallsifs: &mut [DevicePvcallsif]) -> Result<()> {
    written(target, pvcallsifs)
}

/// Adds each of the devices of a new domain with `add`. One that cannot be added, which is logged, is left out, and the
/// domain is created without it: so does the C library with some kinds.
pub fn each<T>(devices: &mut [T], add: impl Fn(&mut [T]) -> Result<()>) {
    for device in devices {
        let _ = add(std::slice::from_mut(device));
    }
}

async fn connected<T: Addable>(
    ao: &Ao,
    target: &AttachTarget<'_>,
    devices: &mut [T],
) -> Result<()> {
    set_defaults(target, devices)?;
    let written = write(target, devices, Existing::Refused, |_, _| Ok(()))?;
    connect::connect(ao, target.owner(), &written).await
}

fn written<T: Addable>(target: &AttachTarget<'_>, devices: &mut [T]) -> Result<()> {
    set_defaults(target, devices)?;
    write(target, devices, Existing::Replaced, |_, _| Ok(())).map(drop)
}

fn set_defaults<T: Addable>(target: &AttachTarget<'_>, devices: &mut [T]) -> Result<()> {
    let context = DeviceContext { world: target, domid: target.domid(), hotplug: false };
    devices.iter_mut().try_for_each(|device| device.set_defaults(context))
}

/// What to do if the device exists already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::device) enum Existing {
    Refused,
    /// As in the C library, for the kinds that it does not wait for.
    Replaced,
}

/// Writes devices, which have their defaults, and numbers those that have no devid. `before` is called in the
/// transaction, before anything is written, once for each attempt; if it fails, nothing is changed. Errors are logged.
pub(in crate::device) fn write<T: Addable>(
    target: &AttachTarget<'_>,
    devices: &mut [T],
    existing: Existing,
    mut before: impl FnMut(&Transaction, &[T]) -> Result<()>,
) -> Result<Vec<Device>> {
    if devices.is_empty() {
        return Ok(Vec::new());
    }
    let (ctx, domid) = (target.ctx(), target.domid());
    let (numbered, written) = store::transaction_now(ctx, |t| {
        let mut devices = devices.to_vec();
        number(ctx, t, domid, &mut devices)?;
        let identities: Vec<Device> =
            devices.iter().map(|device| device.device(ctx, domid)).collect::<Result<_>>()?;
        let old = existing_dirs(target, t, &identities, existing)?;
        before(t, &devices)?;
        let mut new = Vec::new();
        for (device, identity) in devices.iter().zip(&identities) {
            let mut nodes = DeviceNodes::usual(identity);
            device.nodes(target, &mut nodes)?;
            nodes.append_to(&mut new, identity);
        }
        let mut pipeline = Pipeline::default();
        for path in old {
            pipeline.remove(path);
        }
        new.iter().for_each(|node| pipeline.make(node));
        store::send(ctx, t, pipeline)?;
        Ok((devices, identities))
    })?;
    devices.clone_from_slice(&numbered);
    Ok(written)
}

/// Numbers the devices that have no devid, starting after the device that was created last.
fn number<T: Addable>(ctx: &Ctx, ops: &impl Ops, domid: u32, devices: &mut [T]) -> Result<()> {
    let is_open = |device: &mut T| device.devid().is_some_and(|devid| *devid < 0);
    if !devices.iter_mut().any(is_open) {
        return Ok(());
    }
    let records = format!("{}/device/{}", store::libxl_path(domid), T::KIND.name());
    let names = store::list(ctx, ops, &records)?;
    let mut taken: Vec<i32> = names.iter().filter_map(|name| name.parse().ok()).collect();
    for device in devices {
        let Some(devid) = device.devid() else { continue };
        if *devid == -1 {
            *devid = next_number(&taken).unwrap_or(-1);
        }
        if *devid < 0 {
            error!(
                ctx,
                domid = domid,
                "cannot attach {}: invalid device number {devid}",
                T::KIND.name()
            );
            return Err(Error::Fail);
        }
        taken.push(*devid);
    }
    Ok(())
}

/// The devid after that of the device that was created last, as in the C library; if it is taken, the one after the
/// highest. `None` if there is no higher number.
fn next_number(taken: &[i32]) -> Option<i32> {
    let Some(last) = taken.last() else { return Some(0) };
    let next = last.checked_add(1)?;
    if taken.contains(&next) { taken.iter().max()?.checked_add(1) } else { Some(next) }
}

/// Checks that the domain exists, as by [`AttachTarget::check`], and returns those directories of these devices that
/// exist already. Fails if a device exists and this is refused.
fn existing_dirs(
    target: &AttachTarget<'_>,
    ops: &impl Ops,
    devices: &[Device],
    existing: Existing,
) -> Result<Vec<String>> {
    let ctx = target.ctx();
    let paths: Vec<String> = devices.iter().flat_map(|device| device.directories()).collect();
    let mut pipeline = Pipeline::default();
    let vm = pipeline.read(target.owner().vm_node());
    for path in &paths {
        pipeline.read(path);
    }
    let mut answers = store::send(ctx, ops, pipeline)?;
    target.check_with(answers.value(vm))?;
    let values: Vec<_> = answers.values().skip(1).collect();
    if existing == Existing::Refused {
        let twice = |at: usize| devices[..at].iter().any(|d| d.libxl_path() == paths[at * 3]);
        if let Some(at) = (0..devices.len()).find(|&at| values[at * 3].is_some() || twice(at)) {
            let what = devices[at].describe();
            error!(ctx, domid = devices[at].domid, "cannot attach {what}: it exists already");
            return Err(Error::DeviceExists);
        }
    }
    let existing = paths.into_iter().zip(values).filter(|(_, value)| value.is_some());
    Ok(existing.map(|(path, _)| path).collect())
}

#[cfg(test)]
mod tests {
    use super::next_number;

    #[test]
    fn numbers_follow_the_last() {
        for (taken, next) in [
            (&[][..], Some(0)),
            (&[0], Some(1)),
            (&[0, 1, 2], Some(3)),
            (&[5, 0], Some(1)),
            (&[1, 0], Some(2)),
            (&[1, 7, 0], Some(8)),
            (&[i32::MAX], None),
        ] {
            assert_eq!(next_number(taken), next, "{taken:?}");
        }
    }
}
