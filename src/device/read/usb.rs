//! USB controllers, and the host's USB devices at their ports.
//!
//! A controller that QEMU emulates has no back end: its ports are in the toolstack's record.

use std::ffi::c_int;

use super::{
    DeviceLocation, DeviceTable, ReadResult, Setter, Tree, back, broken, front, record, value,
};
use crate::core::{Ctx, Error, Result};
use crate::device::DeviceKind;
use crate::device::usb::host;
use crate::domain::identity::own_domid;
use crate::domain::nodes;
use crate::error;
use crate::types::idiomatic::{
    DeviceUsbctrl, DeviceUsbdev, DeviceUsbdevData, DeviceUsbdevHostdev, Text, UsbctrlType,
    Usbctrlinfo,
};
use crate::types::tables;
use crate::xen::store::Ops;

/// The maximum number of ports that are read, more than a controller can have.
const MAX_PORTS: c_int = 255;

/// The values of a controller's nodes.
struct Controller {
    ctrl: DeviceUsbctrl,
    /// Version and number of ports, in the record and in the back end's directory.
    recorded: [c_int; 2],
    back: [c_int; 2],
    /// The directory of the ports.
    ports: String,
    backend: Option<Text>,
    /// The front end's state, event channel and ring.
    front: [c_int; 3],
}

impl Default for Controller {
    fn default() -> Self {
        Self {
            ctrl: DeviceUsbctrl::default(),
            recorded: [-1; 2],
            back: [-1; 2],
            ports: String::new(),
            backend: None,
            front: [-1; 3],
        }
    }
}

static CONTROLLER: DeviceTable<Controller> = DeviceTable {
    kind: DeviceKind::Vusb,
    begin: |this, location| {
        this.ctrl.devid = location.devid;
        Ok(())
    },
    nodes: &[
        record(
            "type",
            Setter::With(|this, value| {
                match value.and_then(|name| value::named(tables::USBCTRL_TYPE, name)) {
                    Some(kind) => this.ctrl.type_ = kind,
                    None => return broken("unknown or missing"),
                }
                Ok(())
            }),
        ),
        record("usb-ver", Setter::Int(|this| &mut this.recorded[0])),
        record("num-ports", Setter::Int(|this| &mut this.recorded[1])),
        back("usb-ver", Setter::Int(|this| &mut this.back[0])),
        back("num-ports", Setter::Int(|this| &mut this.back[1])),
        front("state", Setter::Int(|this| &mut this.front[0])),
        front("event-channel", Setter::Int(|this| &mut this.front[1])),
        front("urb-ring-ref", Setter::Int(|this| &mut this.front[2])),
    ],
    tree: None,
    end: complete,
};

fn complete(this: &mut Controller, location: &DeviceLocation, _: &Tree) -> ReadResult {
    let dir;
    if this.ctrl.type_ == UsbctrlType::Devicemodel {
        [this.ctrl.version, this.ctrl.ports] = this.recorded;
        dir = location.record_path();
    } else {
        this.ctrl.backend_domid = location.backend_domid()?;
        let Some(device) = location.device() else { return broken("invalid path of the back end") };
        [this.ctrl.version, this.ctrl.ports] = this.back;
        this.backend = location.backend.clone();
        dir = device.backend_path();
    }
    this.ports = format!("{dir}/port");
    Ok(())
}

/// Sets the backend domain of a controller that QEMU emulates: it is this domain, whose id `own` caches.
fn set_backend(ctx: &Ctx, own: &mut Option<u32>, this: &mut Controller) -> Result<()> {
    if this.ctrl.type_ == UsbctrlType::Devicemodel {
        let domid = own.map_or_else(|| own_domid(ctx), Ok)?;
        this.ctrl.backend_domid = *own.insert(domid);
    }
    Ok(())
}

/// All controllers of a domain. Errors are logged, and invalid controllers left out.
pub fn controllers(ctx: &Ctx, domid: u32) -> Vec<DeviceUsbctrl> {
    let mut own = None;
    let mut controllers = super::all(ctx, domid, &CONTROLLER);
    controllers.retain_mut(|this| set_backend(ctx, &mut own, this).is_ok());
    controllers.into_iter().map(|this| this.ctrl).collect()
}

/// The controller with this devid. Errors are logged.
pub fn controller(ctx: &Ctx, domid: u32, devid: i32) -> Result<DeviceUsbctrl> {
    let mut this = super::one(ctx, domid, &CONTROLLER, devid)?;
    set_backend(ctx, &mut None, &mut this)?;
    Ok(this.ctrl)
}

/// The info of a running controller. Errors are logged.
pub fn info(ctx: &Ctx, domid: u32, devid: i32) -> Result<Usbctrlinfo> {
    let mut this = super::unlisted(ctx, domid, &CONTROLLER, devid)?;
    set_backend(ctx, &mut None, &mut this)?;
    let DeviceUsbctrl { type_, version, ports, backend_domid: backend_id, .. } = this.ctrl;
    let mut info = Usbctrlinfo { type_, devid, version, ports, backend_id, ..Default::default() };
    if type_ != UsbctrlType::Devicemodel {
        info.backend = this.backend;
        info.frontend = Text::new(super::location(domid, &CONTROLLER, devid).frontend_path());
        info.frontend_id = domid;
        // As in the C library, the reference of the request ring is returned for the connection ring, too.
        [info.state, info.evtch, info.ref_urb] = this.front;
        info.ref_conn = info.ref_urb;
    }
    Ok(info)
}

/// A controller and the directory of its ports. Node N in it has the host's name of the device at port N; it is empty
/// for a free port.
#[derive(Clone, Debug)]
pub struct Ports {
    /// The controller.
    pub ctrl: DeviceUsbctrl,
    dir: String,
}

impl Ports {
    /// The path of a port's node.
    pub fn node(&self, port: c_int) -> String {
        format!("{}/{port}", self.dir)
    }

    /// The paths of all ports' nodes.
    pub fn nodes(&self) -> Vec<String> {
        (1..=self.ctrl.ports.min(MAX_PORTS)).map(|port| self.node(port)).collect()
    }

    /// The occupied ports, with the host's names of their devices. Errors are logged.
    pub fn occupied(&self, ctx: &Ctx, ops: &impl Ops) -> Result<Vec<(c_int, Vec<u8>)>> {
        let values = nodes::read_many(ctx, ops, &self.nodes())?;
        let named = (1..).zip(values).filter_map(|(port, name)| Some((port, name?)));
        Ok(named.filter(|(_, name)| !name.is_empty()).collect())
    }
}

/// The ports of all controllers of a domain. Errors are logged, and invalid controllers left out.
pub fn all_ports(ctx: &Ctx, domid: u32) -> Vec<Ports> {
    let mut own = None;
    let mut controllers = super::all(ctx, domid, &CONTROLLER);
    controllers.retain_mut(|this| set_backend(ctx, &mut own, this).is_ok());
    controllers.into_iter().map(|this| Ports { ctrl: this.ctrl, dir: this.ports }).collect()
}

/// The ports of the controller with this devid. Errors are logged.
pub fn ports(ctx: &Ctx, domid: u32, devid: i32) -> Result<Ports> {
    let mut this = super::one(ctx, domid, &CONTROLLER, devid)?;
    set_backend(ctx, &mut None, &mut this)?;
    Ok(Ports { ctrl: this.ctrl, dir: this.ports })
}

/// The devices at the ports of all controllers of a domain. A device that the host does not have is logged and left
/// out.
pub fn devices(ctx: &Ctx, domid: u32) -> Vec<DeviceUsbdev> {
    let controllers = super::all(ctx, domid, &CONTROLLER);
    let dirs: Vec<_> = controllers.iter().map(|this| this.ports.as_str()).collect();
    let listed = ctx.store().list_many(&dirs).map_err(|e| nodes::failed(ctx, e));
    let mut at = Vec::new();
    for (this, names) in controllers.iter().zip(listed.unwrap_or_default()) {
        let mut ports: Vec<_> = names.iter().flatten().filter_map(|n| super::devid(n)).collect();
        ports.sort_unstable();
        let max = this.ctrl.ports.min(MAX_PORTS);
        ports.retain(|port| (1..=max).contains(port));
        let path = |&port: &c_int| format!("{}/{port}", this.ports);
        at.extend(ports.iter().map(|port| (this.ctrl.devid, *port, path(port))));
    }
    let paths: Vec<_> = at.iter().map(|(_, _, path)| path.clone()).collect();
    let values = nodes::read_many(ctx, ctx.store(), &paths).unwrap_or_default();
    at.iter()
        .zip(values)
        .filter_map(|((ctrl, port, _), name)| {
            let name = name.filter(|name| !name.is_empty())?;
            device(ctx, domid, *ctrl, *port, &name).ok()
        })
        .collect()
}

/// The device at a controller's port. `Error::Fail`, which is not logged, if the port is free.
pub fn at_port(ctx: &Ctx, domid: u32, ctrl: c_int, port: c_int) -> Result<DeviceUsbdev> {
    let this = super::unlisted(ctx, domid, &CONTROLLER, ctrl)?;
    let name = nodes::read(ctx, ctx.store(), &format!("{}/{port}", this.ports))?;
    let name = name.filter(|name| !name.is_empty()).ok_or(Error::Fail)?;
    device(ctx, domid, ctrl, port, &name)
}

/// The device at a port from its name on the host.
fn device(ctx: &Ctx, domid: u32, ctrl: c_int, port: c_int, name: &[u8]) -> Result<DeviceUsbdev> {
    match std::str::from_utf8(name).ok().and_then(host::address) {
        Some((hostbus, hostaddr)) => {
            let u = DeviceUsbdevData::Hostdev(DeviceUsbdevHostdev { hostbus, hostaddr });
            Ok(DeviceUsbdev { ctrl, port, u })
        }
        _ => {
            let shown = String::from_utf8_lossy(&name[..name.len().min(64)]).into_owned();
            error!(
                ctx,
                domid = domid,
                "cannot read port {port} of USB controller {ctrl}: no device {shown:?} on this host"
            );
            Err(Error::Fail)
        }
    }
}
