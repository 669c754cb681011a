//! Which disk of domain 0 is attached for a domain's bootloader: recorded in xenstore, so that it is removed with the domain
//! if the toolstack is killed before it can do so.
//!
//! ```text
//! /libxl/DOMID/bootloader-disk = KIND/DEVID               in the domain's directory, where its destroy finds it
//! /libxl/0/device/KIND/DEVID/bootloader-of = DOMID UUID   in the disk's record, and removed with it
//! ```
//!
//! Both are written in the transaction that writes the disk. Later the second node decides: a disk without it, or with
//! another domain's, is not this bootloader's any more.

use crate::core::number::leading_number;
use crate::core::uuid;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::remove::{Force, remove};
use crate::device::{Device, DeviceKind};
use crate::domain::identity::Identity;
use crate::domain::{kind, nodes};
use crate::xen::store::{Ops, Transaction};
use crate::{debug, error};

/// The domain that has the disk.
pub const HERE: u32 = 0;

/// The node that names the disk of the domain's bootloader.
pub fn path(domid: u32) -> String {
    format!("{}/bootloader-disk", nodes::libxl_path(domid))
}

fn borrower_path(device: &Device) -> String {
    format!("{}/bootloader-of", device.libxl_path())
}

/// Records that `device` is attached for the bootloader of `borrower`. Fails if that domain does not exist any more.
pub fn record(ctx: &Ctx, t: &Transaction, borrower: &Identity, device: &Device) -> Result<()> {
    let domid = borrower.domid;
    if !borrower.has_nodes(ctx, t)? {
        error!(
            ctx,
            domid = domid,
            "cannot attach the bootloader's disk: the domain was destroyed meanwhile"
        );
        return Err(Error::DomainDestroyed);
    }
    let (name, devid) = (device.kind.name(), device.devid);
    nodes::write(ctx, t, &path(domid), format!("{name}/{devid}").as_bytes())?;
    let value = format!("{domid} {}", uuid::format(&borrower.uuid));
    nodes::write(ctx, t, &borrower_path(device), value.as_bytes())
}

/// Removes the disk of the bootloader of `domid`, which has ended. If the domain was destroyed meanwhile, the disk was
/// removed with it, and its name may be another disk's.
pub async fn end(ao: &Ao, domid: u32, device: &Device) -> Result<()> {
    let borrower = nodes::read(ao, ao.store(), &borrower_path(device));
    if matches!(borrower, Ok(ref b) if b.as_deref().and_then(leading_number) != Some(domid)) {
        return Ok(());
    }
    let removed = remove(&ao.unabortable(), device, Force::AfterTimeout).await;
    // The disk's own record decides; a failure here does no harm.
    let _ = nodes::remove(ao, ao.store(), &path(domid));
    removed
}

/// Removes the disk that was attached for the bootloader of `domid` when the toolstack ended, if it still exists.
/// `recorded` is the value of [`path`]. A failure is logged.
pub async fn take_back(ao: &Ao, domid: u32, recorded: &[u8]) {
    let Ok(Some(device)) = lent(ao, domid, recorded) else { return };
    let shown = device.libxl_path();
    debug!(ao, domid = domid, "removing {shown}, which its bootloader had");
    // A failure is logged where it is found.
    let _ = remove(&ao.unabortable(), &device, Force::AfterTimeout).await;
}

/// The disk that is recorded for the bootloader of `domid`, if it is that bootloader's.
fn lent(ctx: &Ctx, domid: u32, recorded: &[u8]) -> Result<Option<Device>> {
    let parsed = std::str::from_utf8(recorded).ok().and_then(|text| {
        let (name, devid) = text.split_once('/')?;
        Some((DeviceKind::from_name(name)?, devid.parse::<i32>().ok()?))
    });
    let Some((kind, devid)) = parsed else { return Ok(None) };
    let record = format!("{}/device/{}/{devid}", nodes::libxl_path(HERE), kind.name());
    let wanted = [format!("{record}/backend"), format!("{record}/bootloader-of")];
    let values = nodes::read_many(ctx, ctx.store(), &wanted)?;
    let [Some(backend), Some(borrower)] = &values[..] else { return Ok(None) };
    let is_its = leading_number(borrower) == Some(domid);
    Ok(Device::recorded(HERE, kind, devid, &String::from_utf8_lossy(backend)).filter(|_| is_its))
}

/// Whether a disk was for the bootloader of a domain that does not exist any more.
pub fn is_left(ctx: &Ctx, ops: &impl Ops, device: &Device) -> Result<bool> {
    let Some(borrower) = nodes::read(ctx, ops, &borrower_path(device))? else { return Ok(false) };
    let Some(domid) = leading_number(&borrower) else { return Ok(false) };
    match kind::info(ctx, domid) {
        Ok(info) => Ok(!borrower.ends_with(uuid::format(&info.uuid).as_bytes())),
        Err(Error::DomainNotFound) => Ok(true),
        Err(e) => Err(e),
    }
}
