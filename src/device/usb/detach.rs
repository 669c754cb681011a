//! Detaching a USB device of the host from a guest, and removing a controller with the devices at its ports.
//!
//! | controller | steps |
//! |---|---|
//! | `pv` | unbind the interfaces from usbback, clear the port's node, bind the interfaces to their former drivers |
//! | `qusb` | clear the port's node, which QEMU watches |
//! | `devicemodel` | clear the port's node, `device_del`; if QEMU refuses, restore the node |
//!
//! After a step that fails no further one is done. A device that the guest may still have is then still at its port, so
//! another attempt can detach it.

use std::time::Instant;

use super::controller::{self, check_served_here};
use super::{host, usbback};
use crate::core::cause::summed_up;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::add::Addable;
use crate::device::read;
use crate::device::read::usb::Ports;
use crate::device::remove::{self, Force};
use crate::domain::identity::Identity;
use crate::domain::{nodes, userdata};
use crate::error;
use crate::lock::DeviceLock;
use crate::qemu;
use crate::qemu::qmp;
use crate::types::idiomatic::{DeviceUsbdev, DeviceUsbdevData, DeviceUsbdevHostdev, UsbctrlType};

/// Detaches the device at the controller and port that `device` names.
pub async fn detach(ao: &Ao, domid: u32, device: &DeviceUsbdev) -> Result<()> {
    let what = format!("detach the USB device at port {}-{}", device.ctrl, device.port);
    summed_up(ao, domid, what, async {
        if device.ctrl < 0 || device.port < 1 {
            error!(ao, domid = domid, "cannot detach the USB device: invalid controller or port");
            return Err(Error::Fail);
        }
        let ports = read::usb::ports(ao, domid, device.ctrl)?;
        let given = match &device.u {
            DeviceUsbdevData::Hostdev(DeviceUsbdevHostdev { hostbus, hostaddr }) => {
                Some((*hostbus, *hostaddr)).filter(|address| *address != (0, 0))
            }
            DeviceUsbdevData::Other(_) => None,
        };
        detach_at(ao, domid, &ports, device.port, given).await
    })
    .await
}

/// Detaches the devices at the ports of a controller, and removes the controller if all of them could be detached.
pub async fn remove_controller(ao: &Ao, domid: u32, devid: i32, force: Force) -> Result<()> {
    let what = format!("detach USB controller {devid}");
    summed_up(ao, domid, what, remove_one(ao, domid, devid, force)).await
}

async fn remove_one(ao: &Ao, domid: u32, devid: i32, force: Force) -> Result<()> {
    let ports = read::usb::ports(ao, domid, devid).inspect_err(|e| {
        if *e == Error::NotFound {
            error!(ao, domid = domid, "cannot find USB controller {devid}: no such controller");
        }
    })?;
    let mut outcome = Ok(());
    for (port, _) in ports.occupied(ao, ao.store())? {
        outcome = outcome.and(detach_at(ao, domid, &ports, port, None).await);
    }
    outcome?;
    let device = ports.ctrl.device(ao, domid)?;
    if ports.ctrl.type_ != UsbctrlType::Devicemodel {
        return remove::remove(ao, &device, force).await;
    }
    let (owner, _) = Identity::of(ao, domid)?;
    let _no_other_change = DeviceLock::take(ao, domid).await?;
    let deadline = Instant::now() + qmp::TIMEOUT;
    let id = qemu::usb::controller_id(devid);
    // As in C, this does not wait until the guest has released the controller, which may take any time.
    controller::remove_from_qemu(ao, domid, &[id], deadline).await?;
    controller::forget(ao, &device, &owner)
}

/// Detaches the device at a port. `given` is its address on the host from the caller.
async fn detach_at(
    ao: &Ao,
    domid: u32,
    ports: &Ports,
    port: i32,
    given: Option<(u8, u8)>,
) -> Result<()> {
    check_served_here(ao, domid, &ports.ctrl)?;
    let node = ports.node(port);
    let name = nodes::read(ao, ao.store(), &node)?.filter(|name| !name.is_empty());
    let name = name.and_then(|name| String::from_utf8(name).ok());
    let Some(name) = name.filter(|name| host::is_name(name)) else {
        let ctrl = ports.ctrl.devid;
        error!(
            ao,
            domid = domid,
            "cannot detach the USB device: port {port} of controller {ctrl} has none"
        );
        return Err(Error::Fail);
    };
    let (owner, _) = Identity::of(ao, domid)?;
    let place = Place { owner, ctrl: ports.ctrl.devid, port, node, name };
    match ports.ctrl.type_ {
        UsbctrlType::Pv => remove_from_usbback(ao, &place),
        UsbctrlType::Qusb => place.clear(ao),
        _ => remove_from_qemu(ao, &place, given).await,
    }
}

/// A port that has a device.
struct Place {
    owner: Identity,
    ctrl: i32,
    port: i32,
    node: String,
    /// The device's name in sysfs.
    name: String,
}

impl Place {
    /// The address on the host with which the device was attached, and which is in QEMU's name for it. The host may have
    /// given it another one since, as after it was unplugged and plugged in again; QEMU then has it still, as one that does
    /// not work.
    fn stored_address(&self, ctx: &Ctx) -> Option<(u8, u8)> {
        let files = userdata::lock_of(ctx, self.owner.domid, self.owner.uuid).ok()?;
        let config = files.config(ctx).ok()??;
        let is_here = |one: &&DeviceUsbdev| (one.ctrl, one.port) == (self.ctrl, self.port);
        match config.usbdevs.iter().rfind(is_here)?.u {
            DeviceUsbdevData::Hostdev(DeviceUsbdevHostdev { hostbus, hostaddr }) => {
                Some((hostbus, hostaddr))
            }
            DeviceUsbdevData::Other(_) => None,
        }
    }

    fn clear(&self, ctx: &Ctx) -> Result<()> {
        controller::change_port(ctx, &self.owner, &self.node, self.name.as_bytes(), b"")
    }
}

fn remove_from_usbback(ctx: &Ctx, place: &Place) -> Result<()> {
    usbback::release(ctx, &place.name)?;
    place.clear(ctx)?;
    usbback::rebind(ctx, &place.name)
}

async fn remove_from_qemu(ao: &Ao, place: &Place, given: Option<(u8, u8)>) -> Result<()> {
    let domid = place.owner.domid;
    let _no_other_change = DeviceLock::take(ao, domid).await?;
    let deadline = Instant::now() + qmp::TIMEOUT;
    let mut addresses = Vec::new();
    for address in [place.stored_address(ao), host::address(&place.name), given] {
        addresses.extend(address.filter(|address| !addresses.contains(address)));
    }
    let ids: Vec<_> = addresses.into_iter().map(qemu::usb::device_id).collect();
    place.clear(ao)?;
    let removed = controller::remove_from_qemu(ao, domid, &ids, deadline).await;
    if removed.is_err() {
        // A failure is logged.
        let (owner, node, name) = (&place.owner, &place.node, place.name.as_bytes());
        let _ = controller::change_port(ao, owner, node, b"", name);
    }
    removed
}
