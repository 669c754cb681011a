//! Attaching a device of the host to a guest: which may be attached, to which port, and how.
//!
//! Without a controller the first free port of any of the guest's controllers is taken, and a controller is added if there
//! is none. The C library does not tell QEMU of such a controller, so that an HVM guest gets the device only if it has a
//! controller already; here it is added like any other.

use std::time::Instant;

use super::controller::{self, check_served_here};
use super::{host, usbback};
use crate::core::cause::{summed_up, summed_up_now};
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::add::AttachTarget;
use crate::device::add::running::{check_model, lock_config};
use crate::device::read;
use crate::device::read::usb::Ports;
use crate::domain::identity::Identity;
use crate::domain::nodes;
use crate::error;
use crate::lock::DeviceLock;
use crate::qemu;
use crate::qemu::qmp::{self, Qmp};
use crate::types::idiomatic::{
    DeviceUsbctrl, DeviceUsbdev, DeviceUsbdevData, DomainConfig, UsbctrlType,
};
use crate::xen::store::Ops;

/// A device that is at its port in xenstore, and that the guest does not have yet.
#[derive(Debug)]
pub struct Written {
    owner: Identity,
    /// The controller, if it was added for this device.
    added: Option<controller::Written>,
    kind: UsbctrlType,
    ctrl: i32,
    port: i32,
    /// Its port's node.
    node: String,
    /// The host's name of it.
    name: String,
    /// Its address on the host.
    address: (u8, u8),
}

/// Whether the domain's stored configuration is to have it too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum When {
    Running,
    Creation,
}

/// Writes a device for a domain that runs, and completes `device`: it has a controller and a port then.
pub fn write(ctx: &Ctx, domid: u32, device: &mut DeviceUsbdev) -> Result<Written> {
    summed_up_now(ctx, domid, "attach the USB device", || place(ctx, domid, device, When::Running))
}

/// Attaches devices to a domain that is being made, whose controllers are there, and completes them.
pub async fn add_new(ao: &Ao, domid: u32, devices: &mut [DeviceUsbdev]) -> Result<()> {
    for device in devices {
        let written = summed_up_now(ao, domid, "attach the USB device", || {
            place(ao, domid, device, When::Creation)
        })?;
        written.connect(ao).await?;
    }
    Ok(())
}

fn place(ctx: &Ctx, domid: u32, device: &mut DeviceUsbdev, when: When) -> Result<Written> {
    let asked_for = match device.ctrl {
        -1 => None,
        devid => {
            let ports = controller_of(ctx, domid, devid)?;
            check_served_here(ctx, domid, &ports.ctrl)?;
            Some(ports)
        }
    };
    let (name, address) = assignable(ctx, domid, device)?;
    check_unassigned(ctx, domid, &name)?;
    let target = AttachTarget::of(ctx, domid).map_err(|e| match e {
        Error::DomainNotFound => Error::LockFail,
        e => e,
    })?;
    let mut added = None;
    let (ports, port) = match asked_for {
        Some(ports) => {
            let port = port_of(ctx, domid, &ports, device.port)?;
            (ports, port)
        }
        None if device.port != 0 => {
            error!(ctx, domid = domid, "cannot use port {}: of no controller", device.port);
            return Err(Error::Invalid);
        }
        None => match first_free(ctx, domid)? {
            Some(found) => found,
            None => {
                let mut ctrl = DeviceUsbctrl::default();
                let written = match when {
                    When::Running => controller::write(ctx, domid, &mut ctrl)?,
                    When::Creation => {
                        let mut written =
                            controller::write_new(&target, std::slice::from_mut(&mut ctrl))?;
                        written.pop().ok_or(Error::Fail)?
                    }
                };
                added = Some(written);
                (controller_of(ctx, domid, ctrl.devid)?, 1)
            }
        },
    };
    (device.ctrl, device.port) = (ports.ctrl.devid, port);
    let node = ports.node(port);
    store(&target, device, &node, &name, when)?;
    Ok(Written {
        owner: target.owner().clone(),
        added,
        kind: ports.ctrl.type_,
        ctrl: device.ctrl,
        port,
        node,
        name,
        address,
    })
}

fn controller_of(ctx: &Ctx, domid: u32, devid: i32) -> Result<Ports> {
    read::usb::ports(ctx, domid, devid).inspect_err(|e| {
        if *e == Error::NotFound {
            error!(ctx, domid = domid, "cannot find USB controller {devid}: there is none");
        }
    })
}

/// The host's name and address of the device, if it is one for guests.
fn assignable(ctx: &Ctx, domid: u32, device: &DeviceUsbdev) -> Result<(String, (u8, u8))> {
    let DeviceUsbdevData::Hostdev(wanted) = &device.u else {
        error!(ctx, domid = domid, "cannot find the USB device: not one of the host's");
        return Err(Error::Fail);
    };
    let (bus, address) = (wanted.hostbus, wanted.hostaddr);
    let refused = |why: &str| {
        error!(ctx, domid = domid, "cannot use USB device {bus}.{address} of the host: {why}");
        Err(Error::Fail)
    };
    match host::at(ctx, bus, address)? {
        None => refused("there is none"),
        Some(name) if !host::is_assignable(&name) => refused("it is a hub, or has no class"),
        Some(name) => Ok((name, (bus, address))),
    }
}

/// Refuses a device that a domain has.
fn check_unassigned(ctx: &Ctx, domid: u32, name: &str) -> Result<()> {
    let domains = nodes::list(ctx, ctx.store(), "/local/domain")?;
    let domids: Vec<u32> = domains.iter().filter_map(|domid| domid.parse().ok()).collect();
    let dirs: Vec<_> =
        domids.iter().map(|domid| format!("{}/device/vusb", nodes::libxl_path(*domid))).collect();
    let listed = ctx.store().list_many(&dirs).map_err(|e| nodes::failed(ctx, e))?;
    for (owner, controllers) in domids.into_iter().zip(listed) {
        if controllers.is_none_or(|controllers| controllers.is_empty()) {
            continue;
        }
        for ports in read::usb::all_ports(ctx, owner) {
            let occupied = ports.occupied(ctx, ctx.store())?;
            if occupied.iter().any(|(_, other)| other == name.as_bytes()) {
                error!(ctx, domid = domid, "cannot use USB device {name}: domain {owner} has it");
                return Err(Error::Invalid);
            }
        }
    }
    Ok(())
}

/// The port that is asked for, or for 0 a free one.
fn port_of(ctx: &Ctx, domid: u32, ports: &Ports, port: i32) -> Result<i32> {
    let devid = ports.ctrl.devid;
    if port != 0 {
        let name = match 1 <= port && port <= ports.ctrl.ports {
            true => nodes::read(ctx, ctx.store(), &ports.node(port))?,
            false => None,
        };
        let why = match name {
            Some(name) if name.is_empty() => return Ok(port),
            Some(_) => "it is occupied",
            None => "there is none",
        };
        error!(ctx, domid = domid, "cannot use port {port} of USB controller {devid}: {why}");
        return Err(Error::Fail);
    }
    free(ctx, ports)?.ok_or_else(|| {
        error!(ctx, domid = domid, "cannot use USB controller {devid}: no port is free");
        Error::Fail
    })
}

/// The first free port of any controller.
fn first_free(ctx: &Ctx, domid: u32) -> Result<Option<(Ports, i32)>> {
    for ports in read::usb::all_ports(ctx, domid) {
        if ports.ctrl.backend_domid == 0
            && let Some(port) = free(ctx, &ports)?
        {
            return Ok(Some((ports, port)));
        }
    }
    Ok(None)
}

fn free(ctx: &Ctx, ports: &Ports) -> Result<Option<i32>> {
    let values = nodes::read_many(ctx, ctx.store(), &ports.nodes())?;
    let is_free = |name: Option<Vec<u8>>| name.is_some_and(|name| name.is_empty());
    Ok((1..).zip(values).find_map(|(port, name)| is_free(name).then_some(port)))
}

/// Writes the name of a device to its port, and the device into the stored configuration.
fn store(
    target: &AttachTarget<'_>,
    device: &DeviceUsbdev,
    node: &str,
    name: &str,
    when: When,
) -> Result<()> {
    let (ctx, domid) = (target.ctx(), target.domid());
    let mut locked = None;
    if when == When::Running {
        let (files, mut config) = lock_config(ctx, target.owner())?;
        put(&mut config, device);
        check_model(ctx, domid, &config)?;
        locked = Some((files, config));
    }
    nodes::transaction_now(ctx, |t| {
        target.check(t)?;
        if nodes::read(ctx, t, node)?.is_none_or(|name| !name.is_empty()) {
            error!(ctx, domid = domid, "cannot use {node}: it was occupied or removed meanwhile");
            return Err(Error::Fail);
        }
        if let Some((files, config)) = &locked {
            files.set_config(config)?;
        }
        nodes::write(ctx, t, node, name.as_bytes())
    })
}

/// Puts a device into a configuration, instead of another at the same port.
fn put(config: &mut DomainConfig, device: &DeviceUsbdev) {
    let same = |old: &&mut DeviceUsbdev| (old.ctrl, old.port) == (device.ctrl, device.port);
    match config.usbdevs.iter_mut().rev().find(same) {
        Some(old) => old.clone_from(device),
        None => config.usbdevs.push(device.clone()),
    }
}

impl Written {
    /// Attaches the device to the guest.
    pub async fn connect(mut self, ao: &Ao) -> Result<()> {
        let what = format!("attach USB device {}", self.name);
        let domid = self.owner.domid;
        summed_up(ao, domid, what, async {
            let assigned = match self.added.take() {
                Some(ctrl) => match ctrl.connect(ao).await {
                    Ok(()) => self.assign(ao).await,
                    Err(e) => Err(e),
                },
                None => self.assign(ao).await,
            };
            if assigned.is_err() {
                // A failure is logged.
                let name = self.name.as_bytes();
                let _ = controller::change_port(ao, &self.owner, &self.node, name, b"");
            }
            assigned
        })
        .await
    }

    async fn assign(&self, ao: &Ao) -> Result<()> {
        match self.kind {
            UsbctrlType::Pv => usbback::assign(ao, &self.name),
            // QEMU sees the port's node.
            UsbctrlType::Qusb => Ok(()),
            _ => self.add_to_qemu(ao).await,
        }
    }

    async fn add_to_qemu(&self, ao: &Ao) -> Result<()> {
        let domid = self.owner.domid;
        let _no_other_change = DeviceLock::take(ao, domid).await?;
        let deadline = Instant::now() + qmp::TIMEOUT;
        let now = nodes::read(ao, ao.store(), &self.node)?;
        if now.as_deref() != Some(self.name.as_bytes()) || !self.owner.has_nodes(ao, ao.store())? {
            error!(ao, domid = domid, "cannot attach the device: it was detached meanwhile");
            return Err(Error::Fail);
        }
        let arguments = qemu::usb::device(self.ctrl, self.port, self.address);
        Qmp::connect(ao, domid, deadline).await?.device_add(arguments, deadline).await
    }
}
