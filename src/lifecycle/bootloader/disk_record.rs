//! The record in xenstore of the disk of domain 0 that is attached for a guest's bootloader, so that the disk is
//! removed with the guest if the toolstack is killed before it can remove the disk.
//!
//! ```text
//! /libxl/DOMID/bootloader-disk = KIND/DEVID               in the guest's directory, for its destroy
//! /libxl/0/device/KIND/DEVID/bootloader-of = DOMID UUID   in the disk's record, removed with it
//! ```
//!
//! Both are written in the transaction that writes the disk. Later the second node decides: a disk without it, or with
//! another guest in it, does not belong to this bootloader any more.

use crate::core::number::leading_number;
use crate::core::uuid;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::remove::{Force, remove};
use crate::device::{Device, DeviceKind};
use crate::domain::identity::Identity;
use crate::domain::{kind, nodes};
use crate::xen::store::{Ops, Transaction};
use crate::{debug, error};

/// The domain that the disk is attached to.
pub const DOM0: u32 = 0;

/// The node with the disk of the bootloader of guest `domid`.
pub fn path(domid: u32) -> String {
    format!("{}/bootloader-disk", nodes::libxl_path(domid))
}

fn guest_path(device: &Device) -> String {
    format!("{}/bootloader-of", device.libxl_path())
}

/// Records that `device` is attached for the bootloader of `guest`. `Error::DomainDestroyed`, logged, if that domain
/// does not exist any more.
pub fn record(ctx: &Ctx, t: &Transaction, guest: &Identity, device: &Device) -> Result<()> {
    let domid = guest.domid;
    if !guest.has_nodes(ctx, t)? {
        error!(
            ctx,
            domid = domid,
            "cannot attach the bootloader's disk: the domain was destroyed meanwhile"
        );
        return Err(Error::DomainDestroyed);
    }
    let (name, devid) = (device.kind.name(), device.devid);
    nodes::write(ctx, t, &path(domid), format!("{name}/{devid}").as_bytes())?;
    let value = format!("{domid} {}", uuid::format(&guest.uuid));
    nodes::write(ctx, t, &guest_path(device), value.as_bytes())
}

/// Removes the disk of the bootloader of guest `domid`, which has ended. If the guest was destroyed meanwhile, the disk
/// was removed with it, and its name may be used by another disk. Errors are logged.
pub async fn remove_disk(ao: &Ao, domid: u32, device: &Device) -> Result<()> {
    let guest = nodes::read(ao, ao.store(), &guest_path(device));
    if matches!(guest, Ok(ref b) if b.as_deref().and_then(leading_number) != Some(domid)) {
        return Ok(());
    }
    let removed = remove(&ao.unabortable(), device, Force::AfterTimeout).await;
    // A failure, which is logged, is harmless: the disk's own record decides.
    let _ = nodes::remove(ao, ao.store(), &path(domid));
    removed
}

/// Removes the disk of a bootloader of guest `domid` that was left when its toolstack ended, if it still exists.
/// `recorded` is the value of [`path`]. A failure is logged.
pub async fn remove_recorded(ao: &Ao, domid: u32, recorded: &[u8]) {
    let Ok(Some(device)) = confirmed_disk(ao, domid, recorded) else { return };
    let shown = device.libxl_path();
    debug!(ao, domid = domid, "removing {shown}, the disk of its bootloader");
    // A failure is logged where it is found.
    let _ = remove(&ao.unabortable(), &device, Force::AfterTimeout).await;
}

/// The disk that is recorded for the bootloader of guest `domid`, if its own record confirms that.
fn confirmed_disk(ctx: &Ctx, domid: u32, recorded: &[u8]) -> Result<Option<Device>> {
    let parsed = std::str::from_utf8(recorded).ok().and_then(|text| {
        let (name, devid) = text.split_once('/')?;
        Some((DeviceKind::from_name(name)?, devid.parse::<i32>().ok()?))
    });
    let Some((kind, devid)) = parsed else { return Ok(None) };
    let record = format!("{}/device/{}/{devid}", nodes::libxl_path(DOM0), kind.name());
    let wanted = [format!("{record}/backend"), format!("{record}/bootloader-of")];
    let values = nodes::read_many(ctx, ctx.store(), &wanted)?;
    let [Some(backend), Some(guest)] = &values[..] else { return Ok(None) };
    let is_guests = leading_number(guest) == Some(domid);
    Ok(Device::recorded(DOM0, kind, devid, &String::from_utf8_lossy(backend)).filter(|_| is_guests))
}

/// Whether a disk was attached for the bootloader of a domain that does not exist any more. Errors are logged.
pub fn is_leftover(ctx: &Ctx, ops: &impl Ops, device: &Device) -> Result<bool> {
    let Some(guest) = nodes::read(ctx, ops, &guest_path(device))? else { return Ok(false) };
    let Some(domid) = leading_number(&guest) else { return Ok(false) };
    match kind::info(ctx, domid) {
        Ok(info) => Ok(!guest.ends_with(uuid::format(&info.uuid).as_bytes())),
        Err(Error::DomainNotFound) => Ok(true),
        Err(e) => Err(e),
    }
}
