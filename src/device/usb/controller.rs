//! USB controllers of a guest: adding them, and functions that attaching and detaching of devices share.

use std::time::Instant;

use crate::config::defaults::devices::{self, DeviceContext};
use crate::core::cause::summed_up;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::add::connect::connect;
use crate::device::add::{self, Addable, AttachTarget, DeviceNodes, Existing, Stored, running};
use crate::device::remove::remove_owned;
use crate::device::{Device, DeviceKind};
use crate::domain::identity::Identity;
use crate::domain::nodes;
use crate::error;
use crate::lock::DeviceLock;
use crate::qemu;
use crate::qemu::qmp::{self, Qmp};
use crate::types::idiomatic::{DeviceUsbctrl, DomainConfig, UsbctrlType};

impl Addable for DeviceUsbctrl {
    const KIND: DeviceKind = DeviceKind::Vusb;

    fn set_defaults(&mut self, place: DeviceContext) -> Result<()> {
        devices::usb::controller(place, self)
    }

    fn devid(&mut self) -> Option<&mut i32> {
        Some(&mut self.devid)
    }

    fn device(&self, ctx: &Ctx, domid: u32) -> Result<Device> {
        let backend_kind = match self.type_ {
            // An emulated controller has no back end; this value is not used for it.
            UsbctrlType::Pv | UsbctrlType::Devicemodel => DeviceKind::Vusb,
            UsbctrlType::Qusb => DeviceKind::Qusb,
            UsbctrlType::Auto | UsbctrlType::Other(_) => {
                error!(
                    ctx,
                    domid = domid,
                    "cannot use USB controller {}: invalid type",
                    self.devid
                );
                return Err(Error::Invalid);
            }
        };
        let (devid, backend_domid) = (self.devid, self.backend_domid);
        Ok(Device { domid, devid, kind: DeviceKind::Vusb, backend_domid, backend_kind })
    }

    fn nodes(&self, _: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()> {
        if self.type_ == UsbctrlType::Devicemodel {
            *nodes = DeviceNodes::record_only();
        }
        nodes.back("type", self.type_.name());
        nodes.back("usb-ver", self.version);
        nodes.back("num-ports", self.ports);
        nodes.back("port", "");
        for port in 1..=self.ports {
            nodes.back(format!("port/{port}"), "");
        }
        Ok(())
    }
}

impl Stored for DeviceUsbctrl {
    fn list(config: &mut DomainConfig) -> &mut Vec<Self> {
        &mut config.usbctrls
    }

    fn is_same(&self, other: &Self) -> bool {
        self.devid == other.devid
    }

    fn copy_chosen(&mut self, complete: &Self) {
        self.clone_from(complete);
    }

    fn check(&self, ctx: &Ctx, domid: u32) -> Result<()> {
        if self.type_ != UsbctrlType::Qusb {
            return Ok(());
        }
        let base = nodes::domain_path(self.backend_domid);
        let path = format!("{base}/device-model/{domid}/backends/qusb");
        if nodes::peek(ctx, ctx.store(), &path).is_some() {
            return Ok(());
        }
        error!(
            ctx,
            domid = domid,
            "cannot attach USB controller {}: the domain's device model has no back end for it",
            self.devid
        );
        Err(Error::Fail)
    }
}

/// A controller whose nodes are written and that is not connected yet.
#[derive(Debug)]
pub struct Written {
    owner: Identity,
    device: Device,
    ctrl: DeviceUsbctrl,
}

/// Writes the nodes of a controller for a running domain, and sets the defaults in `ctrl`.
pub fn write(ctx: &Ctx, domid: u32, ctrl: &mut DeviceUsbctrl) -> Result<Written> {
    let (owner, device) = running::write_stored(ctx, domid, ctrl)?.into_parts();
    Ok(Written { owner, device, ctrl: ctrl.clone() })
}

/// Writes the nodes of controllers for a domain that is being created, and sets their defaults.
pub fn write_new(target: &AttachTarget<'_>, ctrls: &mut [DeviceUsbctrl]) -> Result<Vec<Written>> {
    let place = DeviceContext { world: target, domid: target.domid(), hotplug: false };
    ctrls.iter_mut().try_for_each(|ctrl| ctrl.set_defaults(place))?;
    let devices = add::write(target, ctrls, Existing::Refused, |_, _| Ok(()))?;
    let owner = target.owner();
    let written = devices.into_iter().zip(ctrls).map(|(device, ctrl)| Written {
        owner: owner.clone(),
        device,
        ctrl: ctrl.clone(),
    });
    Ok(written.collect())
}

impl Written {
    pub fn devid(&self) -> i32 {
        self.device.devid
    }

    /// Removes an emulated controller that was not added to QEMU, because the device for which it was written could not
    /// be stored. Otherwise a later attachment would use its free port, and QEMU would refuse the device. Other
    /// controllers stay: their back ends serve them as soon as their nodes exist. The stored configuration keeps the
    /// controller, as after a removal; it is left out when the configuration is retrieved. A failure is logged.
    pub fn withdraw(&self, ctx: &Ctx) {
        if self.ctrl.type_ == UsbctrlType::Devicemodel {
            let _ = forget(ctx, &self.device, &self.owner);
        }
    }

    /// Waits until the back end is connected, or adds an emulated controller to QEMU.
    pub async fn connect(self, ao: &Ao) -> Result<()> {
        let what = format!("attach USB controller {}", self.device.devid);
        summed_up(ao, self.device.domid, what, self.connect_or_add(ao)).await
    }

    async fn connect_or_add(&self, ao: &Ao) -> Result<()> {
        if self.ctrl.type_ != UsbctrlType::Devicemodel {
            return connect(ao, &self.owner, std::slice::from_ref(&self.device)).await;
        }
        let added = self.add_to_qemu(ao).await;
        if added.is_err() {
            // A failure is logged.
            let _ = forget(ao, &self.device, &self.owner);
        }
        added
    }

    async fn add_to_qemu(&self, ao: &Ao) -> Result<()> {
        let Device { domid, devid, .. } = self.device;
        let arguments = qemu::usb::controller(devid, self.ctrl.version, self.ctrl.ports)?;
        let _no_other_change = DeviceLock::take(ao, domid).await?;
        let deadline = Instant::now() + qmp::TIMEOUT;
        let path = format!("{}/type", self.device.libxl_path());
        if nodes::read(ao, ao.store(), &path)?.is_none() || !self.owner.has_nodes(ao, ao.store())? {
            error!(
                ao,
                domid = domid,
                "cannot attach USB controller {devid}: it was removed meanwhile"
            );
            return Err(Error::Fail);
        }
        Qmp::connect(ao, domid, deadline).await?.device_add(arguments, deadline).await
    }
}

/// Removes the record of an emulated controller, which has no other nodes.
pub(super) fn forget(ctx: &Ctx, device: &Device, owner: &Identity) -> Result<()> {
    nodes::transaction_now(ctx, |t| {
        let record = [device.libxl_path()];
        remove_owned(ctx, t, owner, &record)
    })
}

/// Removes a device from QEMU: the first of these ids that QEMU has. Succeeds also if it has none, as after an earlier
/// attempt that was interrupted.
pub(super) async fn remove_from_qemu(
    ao: &Ao,
    domid: u32,
    ids: &[String],
    deadline: Instant,
) -> Result<()> {
    let mut qemu = Qmp::connect(ao, domid, deadline).await?;
    for id in ids {
        match qemu.device_del(id, deadline).await {
            Err(Error::QmpDeviceNotFound) => {}
            outcome => return outcome,
        }
    }
    Ok(())
}

/// Changes the node of a port from one value to another. An error, logged, if it has changed meanwhile, or if the
/// domain does not exist.
pub(super) fn change_port(
    ctx: &Ctx,
    owner: &Identity,
    node: &str,
    from: &[u8],
    to: &[u8],
) -> Result<()> {
    nodes::transaction_now(ctx, |t| {
        let now = nodes::read(ctx, t, node)?;
        if now.as_deref() != Some(from) || !owner.owns_nodes(ctx, t)? {
            error!(ctx, domid = owner.domid, "cannot change {node}: it has changed meanwhile");
            return Err(Error::Fail);
        }
        nodes::write(ctx, t, node, to)
    })
}

/// Refuses a controller whose backend domain is another one: that domain assigns its own devices.
pub(super) fn check_served_here(ctx: &Ctx, domid: u32, ctrl: &DeviceUsbctrl) -> Result<()> {
    if ctrl.backend_domid == 0 {
        return Ok(());
    }
    error!(
        ctx,
        domid = domid,
        "cannot use USB controller {}: its backend domain is {}, not 0",
        ctrl.devid,
        ctrl.backend_domid
    );
    Err(Error::Invalid)
}
