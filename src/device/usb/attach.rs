//! Attaching a USB device of the host to a guest.
//!
//! If no controller is given, the first free port of any of the guest's controllers is used; if no port is free, a
//! controller is added. The C library does not tell QEMU about such a controller, so it can attach a device to an HVM
//! guest only if the guest has a controller already; here it is added like any other.

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

/// A device whose name is in its port's node, and that is not attached yet.
#[derive(Debug)]
pub struct Written {
    owner: Identity,
    /// The controller, if it was added for this device.
    added: Option<controller::Written>,
    kind: UsbctrlType,
    ctrl: i32,
    port: i32,
    /// The node of its port.
    node: String,
    /// Its name in sysfs.
    name: String,
    /// Its address on the host.
    address: (u8, u8),
}

/// Whether the domain runs or is being created. Only for a running one the device is added to the stored
/// configuration here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum When {
    Running,
    Creation,
}

/// Writes the nodes of a device for a running domain, and sets its controller and port in `device`.
pub fn write(ctx: &Ctx, domid: u32, device: &mut DeviceUsbdev) -> Result<Written> {
    summed_up_now(ctx, domid, "attach the USB device", || place(ctx, domid, device, When::Running))
}

/// Attaches devices to a domain that is being created and has its controllers, and sets their controllers and ports.
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
    let requested = match device.ctrl {
        -1 => None,
        devid => {
            let ports = controller_of(ctx, domid, devid)?;
            check_served_here(ctx, domid, &ports.ctrl)?;
            Some(ports)
        }
    };
    let (name, address) = assignable(ctx, domid, device)?;
    check_unassigned(ctx, domid, &name, None)?;
    let target = AttachTarget::of(ctx, domid).map_err(|e| match e {
        Error::DomainNotFound => Error::LockFail,
        e => e,
    })?;
    let found = match requested {
        Some(ports) => {
            let port = port_of(ctx, domid, &ports, device.port)?;
            Some((ports, port))
        }
        None if device.port != 0 => {
            error!(ctx, domid = domid, "cannot use port {}: no controller is given", device.port);
            return Err(Error::Invalid);
        }
        None => first_free(ctx, domid)?,
    };
    let mut added = None;
    let mut store_at = |(ports, port): (Ports, i32)| {
        (device.ctrl, device.port) = (ports.ctrl.devid, port);
        let node = ports.node(port);
        store(&target, device, &node, &name, when)?;
        // Of two that attach the device at once, the later one to write finds the other.
        check_unassigned(ctx, domid, &name, Some(&node)).inspect_err(|_| {
            // A failure is logged.
            let _ = controller::change_port(ctx, target.owner(), &node, name.as_bytes(), b"");
        })?;
        Ok((ports.ctrl, node))
    };
    let (ctrl, node) = match found {
        Some(place) => store_at(place)?,
        None => {
            let written = add_controller(&target, when)?;
            let ports = controller_of(ctx, domid, written.devid());
            let stored = ports.and_then(|ports| store_at((ports, 1)));
            let stored = stored.inspect_err(|_| written.withdraw(ctx))?;
            added = Some(written);
            stored
        }
    };
    Ok(Written {
        owner: target.owner().clone(),
        added,
        kind: ctrl.type_,
        ctrl: device.ctrl,
        port: device.port,
        node,
        name,
        address,
    })
}

/// Writes a controller with defaults.
fn add_controller(target: &AttachTarget<'_>, when: When) -> Result<controller::Written> {
    let mut ctrl = DeviceUsbctrl::default();
    match when {
        When::Running => controller::write(target.ctx(), target.domid(), &mut ctrl),
        When::Creation => {
            let mut written = controller::write_new(target, std::slice::from_mut(&mut ctrl))?;
            written.pop().ok_or(Error::Fail)
        }
    }
}

fn controller_of(ctx: &Ctx, domid: u32, devid: i32) -> Result<Ports> {
    read::usb::ports(ctx, domid, devid).inspect_err(|e| {
        if *e == Error::NotFound {
            error!(ctx, domid = domid, "cannot find USB controller {devid}: no such controller");
        }
    })
}

/// The name and address of the device, if it can be assigned to a guest.
fn assignable(ctx: &Ctx, domid: u32, device: &DeviceUsbdev) -> Result<(String, (u8, u8))> {
    let DeviceUsbdevData::Hostdev(wanted) = &device.u else {
        error!(ctx, domid = domid, "cannot find the USB device: its type is not hostdev");
        return Err(Error::Fail);
    };
    let (bus, address) = (wanted.hostbus, wanted.hostaddr);
    let refused = |why: &str| {
        error!(ctx, domid = domid, "cannot use USB device {bus}.{address} of the host: {why}");
        Err(Error::Fail)
    };
    match host::at(ctx, bus, address)? {
        None => refused("no such device"),
        Some(name) if !host::is_assignable(&name) => {
            refused("it is a hub, or its class cannot be read")
        }
        Some(name) => Ok((name, (bus, address))),
    }
}

/// Refuses a device that is attached to a domain, elsewhere than at the port with the node `except`.
fn check_unassigned(ctx: &Ctx, domid: u32, name: &str, except: Option<&str>) -> Result<()> {
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
            let is_other = |port: i32| except != Some(ports.node(port).as_str());
            if occupied.iter().any(|(at, other)| other == name.as_bytes() && is_other(*at)) {
                error!(
                    ctx,
                    domid = domid,
                    "cannot use USB device {name}: it is attached to domain {owner}"
                );
                return Err(Error::Invalid);
            }
        }
    }
    Ok(())
}

/// The requested port, or for 0 a free one.
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
            None => "no such port",
        };
        error!(ctx, domid = domid, "cannot use port {port} of USB controller {devid}: {why}");
        return Err(Error::Fail);
    }
    free(ctx, ports)?.ok_or_else(|| {
        error!(ctx, domid = domid, "cannot use USB controller {devid}: no port is free");
        Error::Fail
    })
}

/// The first free port of any controller in this domain.
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

/// Writes the name of a device to its port's node, and for a running domain adds the device to the stored
/// configuration.
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

/// Adds a device to a configuration, or replaces the one at the same port.
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
            // QEMU watches the port's node.
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
            error!(
                ao,
                domid = domid,
                "cannot attach USB device {}: it was detached meanwhile",
                self.name
            );
            return Err(Error::Fail);
        }
        let arguments = qemu::usb::device(self.ctrl, self.port, self.address);
        Qmp::connect(ao, domid, deadline).await?.device_add(arguments, deadline).await
    }
}
