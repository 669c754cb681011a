//! Adding devices to a domain: common code, and one file per kind with the nodes of such a device.
//!
//! A device is added in two steps:
//!
//! 1. *written* ([`write()`]): in one transaction the toolstack's record under `/libxl`, the guest's half and the
//!    back end's half are made, of all devices of a kind together. The transaction also reads which domain has the
//!    number, so that nodes of a domain that is destroyed at the same time do not come back;
//! 2. *connected* ([`connect`]): the back end is waited for, and then the hotplug scripts run.
//!
//! | file | subject |
//! |---|---|
//! | `target.rs` | the domain that gets the devices |
//! | `nodes.rs` | what is written for a device, and with which permissions |
//! | `connect.rs` | the second step |
//! | `running.rs` | adding to a domain that runs, whose stored configuration follows |
//! | the others | kinds of devices |
//!
//! As with the C library, the nodes of a device whose second step fails stay: they tell what went wrong. The
//! application that added the device, or the creation that fails, removes them.

pub mod connect;
pub mod console;
pub mod disk;
mod display;
mod nic;
mod nodes;
mod plain;
pub mod running;
mod sound;
mod target;

use crate::config::defaults::devices::DeviceContext;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::{Device, DeviceKind};
use crate::domain::nodes as store;
use crate::error;
use crate::types::idiomatic::{
    DeviceDisk, DeviceNic, DeviceP9, DevicePvcallsif, DeviceVdispl, DeviceVfb, DeviceVkb,
    DeviceVsnd, DeviceVtpm, DomainConfig,
};
use crate::xen::store::{Ops, Pipeline, Transaction};
pub use disk::paths_for_qemu;
pub use nodes::DeviceNodes;
pub use target::AttachTarget;

/// A device that can be added.
pub trait Addable: Clone {
    /// The kind of its record and of the guest's half.
    const KIND: DeviceKind;

    /// Fills in the defaults.
    fn set_defaults(&mut self, place: DeviceContext) -> Result<()>;

    /// Its device number, where -1 lets the library choose one; `None` for devices that have a name instead.
    fn devid(&mut self) -> Option<&mut i32>;

    /// Its name in log lines, as [`Device::describe`]'s; without a number while it has none.
    fn describe(&mut self) -> String {
        match self.devid() {
            Some(devid) if *devid >= 0 => format!("{} {devid}", Self::KIND.name()),
            _ => Self::KIND.name().to_owned(),
        }
    }

    /// Which device of the domain it is. Errors are logged.
    fn device(&self, ctx: &Ctx, domid: u32) -> Result<Device>;

    /// What it has in xenstore besides what every device has.
    fn nodes(&self, target: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()>;
}

/// A device that the stored configuration lists and that can be added while the domain runs.
pub trait Stored: Addable {
    /// Where the configuration has such devices.
    fn list(config: &mut DomainConfig) -> &mut Vec<Self>;

    /// Whether both are the same device.
    fn is(&self, other: &Self) -> bool;

    /// Copies from `complete` what the library has chosen and what must be the same after a reboot.
    fn settle(&mut self, complete: &Self);

    /// Refuses what the domain as it runs cannot have. Errors are logged.
    fn check(&self, _: &Ctx, _domid: u32) -> Result<()> {
        Ok(())
    }

    /// What is answered when there is no such domain.
    const NO_DOMAIN: Error = Error::LockFail;
}

/// Adds disks to a domain that is being made, and waits for what serves them.
pub async fn disks(ao: &Ao, target: &AttachTarget<'_>, disks: &mut [DeviceDisk]) -> Result<()> {
    connected(ao, target, disks).await
}

/// As [`disks`], one disk; `note` is called in the transaction that writes it, and may write more.
pub async fn noted_disk(
    ao: &Ao,
    target: &AttachTarget<'_>,
    disk: &mut DeviceDisk,
    mut note: impl FnMut(&Transaction, &Device) -> Result<()>,
) -> Result<()> {
    let disks = std::slice::from_mut(disk);
    set_defaults(target, disks)?;
    let written = write(target, disks, Existing::Refused, |t, disks| {
        note(t, &disks[0].device(target.ctx(), target.domid())?)
    })?;
    connect::connect(ao, target.owner(), &written).await
}

/// As [`disks`], network cards.
pub async fn nics(ao: &Ao, target: &AttachTarget<'_>, nics: &mut [DeviceNic]) -> Result<()> {
    connected(ao, target, nics).await
}

/// As [`disks`], trusted platform modules.
pub async fn vtpms(ao: &Ao, target: &AttachTarget<'_>, vtpms: &mut [DeviceVtpm]) -> Result<()> {
    connected(ao, target, vtpms).await
}

/// As [`disks`], displays.
pub async fn vdispls(
    ao: &Ao,
    target: &AttachTarget<'_>,
    vdispls: &mut [DeviceVdispl],
) -> Result<()> {
    connected(ao, target, vdispls).await
}

/// As [`disks`], sound cards.
pub async fn vsnds(ao: &Ao, target: &AttachTarget<'_>, vsnds: &mut [DeviceVsnd]) -> Result<()> {
    connected(ao, target, vsnds).await
}

/// Writes screens. They are not waited for, as their QEMU may start later.
pub fn vfbs(target: &AttachTarget<'_>, vfbs: &mut [DeviceVfb]) -> Result<()> {
    written(target, vfbs)
}

/// As [`vfbs`], keyboards with pointers.
pub fn vkbs(target: &AttachTarget<'_>, vkbs: &mut [DeviceVkb]) -> Result<()> {
    written(target, vkbs)
}

/// As [`vfbs`], folders of the host.
pub fn p9s(target: &AttachTarget<'_>, p9s: &mut [DeviceP9]) -> Result<()> {
    written(target, p9s)
}

/// As [`vfbs`], sockets of another domain.
pub fn pvcallsifs(target: &AttachTarget<'_>, pvcallsifs: &mut [DevicePvcallsif]) -> Result<()> {
    written(target, pvcallsifs)
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
    let place = DeviceContext { world: target, domid: target.domid(), hotplug: false };
    devices.iter_mut().try_for_each(|device| device.set_defaults(place))
}

/// What to do if the device exists already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::device) enum Existing {
    Refused,
    /// C replaces those devices that it does not wait for.
    Replaced,
}

/// Writes devices, which are complete, and numbers those that have no number. `before` is called inside the
/// transaction, before anything is written, and once more for each repetition of the transaction; if it fails, nothing
/// is changed.
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
        let places: Vec<Device> =
            devices.iter().map(|device| device.device(ctx, domid)).collect::<Result<_>>()?;
        let old = leftovers(target, t, &places, existing)?;
        before(t, &devices)?;
        let mut new = Vec::new();
        for (device, place) in devices.iter().zip(&places) {
            let mut nodes = DeviceNodes::of(place);
            device.nodes(target, &mut nodes)?;
            nodes.make(place, &mut new);
        }
        let mut pipeline = Pipeline::default();
        for path in old {
            pipeline.remove(path);
        }
        new.iter().for_each(|node| pipeline.make(node));
        store::send(ctx, t, pipeline)?;
        Ok((devices, places))
    })?;
    devices.clone_from_slice(&numbered);
    Ok(written)
}

/// Numbers the devices that have no number, counting from the device that was made last.
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

/// The number after that of the device made last, as in C; after the highest if there is such a device.
fn next_number(taken: &[i32]) -> Option<i32> {
    let Some(last) = taken.last() else { return Some(0) };
    let next = last.checked_add(1)?;
    if taken.contains(&next) { taken.iter().max()?.checked_add(1) } else { Some(next) }
}

/// Those directories of these devices that exist already, after [`AttachTarget::check`].
fn leftovers(
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
    let there = paths.into_iter().zip(values).filter(|(_, value)| value.is_some());
    Ok(there.map(|(path, _)| path).collect())
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
