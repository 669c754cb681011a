//! USB controllers, and the host's devices at their ports.
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

/// More ports than any controller has.
const MAX_PORTS: c_int = 255;

/// A controller, from all of its nodes.
struct Controller {
    ctrl: DeviceUsbctrl,
    /// Version and number of ports by the record and by the back end.
    own: [c_int; 2],
    back: [c_int; 2],
    /// The directory of its ports.
    ports: String,
    backend: Option<Text>,
    /// The guest's half: state, event channel, ring.
    front: [c_int; 3],
}

impl Default for Controller {
    fn default() -> Self {
        Self {
            ctrl: DeviceUsbctrl::default(),
            own: [-1; 2],
            back: [-1; 2],
            ports: String::new(),
            backend: None,
            front: [-1; 3],
        }
    }
}

static CONTROLLER: DeviceTable<Controller> = DeviceTable {
    kind: DeviceKind::Vusb,
    begin: |this, place| {
        this.ctrl.devid = place.devid;
        Ok(())
    },
    nodes: &[
        record(
            "type",
            Setter::With(|this, value| {
                match value.and_then(|name| value::named(tables::USBCTRL_TYPE, name)) {
                    Some(kind) => this.ctrl.type_ = kind,
                    None => return broken("none that is known"),
                }
                Ok(())
            }),
        ),
        record("usb-ver", Setter::Int(|this| &mut this.own[0])),
        record("num-ports", Setter::Int(|this| &mut this.own[1])),
        back("usb-ver", Setter::Int(|this| &mut this.back[0])),
        back("num-ports", Setter::Int(|this| &mut this.back[1])),
        front("state", Setter::Int(|this| &mut this.front[0])),
        front("event-channel", Setter::Int(|this| &mut this.front[1])),
        front("urb-ring-ref", Setter::Int(|this| &mut this.front[2])),
    ],
    tree: None,
    end: complete,
};

fn complete(this: &mut Controller, place: &DeviceLocation, _: &Tree) -> ReadResult {
    let dir;
    if this.ctrl.type_ == UsbctrlType::Devicemodel {
        [this.ctrl.version, this.ctrl.ports] = this.own;
        dir = place.record_path();
    } else {
        this.ctrl.backend_domid = place.backend_domid()?;
        let Some(device) = place.device() else { return broken("its back end is no device's") };
        [this.ctrl.version, this.ctrl.ports] = this.back;
        this.backend = place.backend.clone();
        dir = device.backend_path();
    }
    this.ports = format!("{dir}/port");
    Ok(())
}

/// Completes a controller: the backend domain of one that QEMU emulates is this one.
fn served(ctx: &Ctx, own: &mut Option<u32>, this: &mut Controller) -> Result<()> {
    if this.ctrl.type_ == UsbctrlType::Devicemodel {
        let domid = own.map_or_else(|| own_domid(ctx), Ok)?;
        this.ctrl.backend_domid = *own.insert(domid);
    }
    Ok(())
}

/// All controllers.
pub fn controllers(ctx: &Ctx, domid: u32) -> Vec<DeviceUsbctrl> {
    let mut own = None;
    let mut controllers = super::all(ctx, domid, &CONTROLLER);
    controllers.retain_mut(|this| served(ctx, &mut own, this).is_ok());
    controllers.into_iter().map(|this| this.ctrl).collect()
}

/// The controller with that number.
pub fn controller(ctx: &Ctx, domid: u32, devid: i32) -> Result<DeviceUsbctrl> {
    let mut this = super::one(ctx, domid, &CONTROLLER, devid)?;
    served(ctx, &mut None, &mut this)?;
    Ok(this.ctrl)
}

/// The state of a running controller.
pub fn info(ctx: &Ctx, domid: u32, devid: i32) -> Result<Usbctrlinfo> {
    let mut this = super::alone(ctx, domid, &CONTROLLER, devid)?;
    served(ctx, &mut None, &mut this)?;
    let DeviceUsbctrl { type_, version, ports, backend_domid: backend_id, .. } = this.ctrl;
    let mut info = Usbctrlinfo { type_, devid, version, ports, backend_id, ..Default::default() };
    if type_ != UsbctrlType::Devicemodel {
        info.backend = this.backend;
        info.frontend = Text::new(super::place(domid, &CONTROLLER, devid).frontend_path());
        info.frontend_id = domid;
        // C returns the ring of requests in place of that of connections, too.
        [info.state, info.evtch, info.ref_urb] = this.front;
        info.ref_conn = info.ref_urb;
    }
    Ok(info)
}

/// A controller and the directory of its ports, in which node N has the host's name of the device at port N, or nothing.
#[derive(Clone, Debug)]
pub struct Ports {
    pub ctrl: DeviceUsbctrl,
    dir: String,
}

impl Ports {
    /// The node of a port.
    pub fn node(&self, port: c_int) -> String {
        format!("{}/{port}", self.dir)
    }

    /// The nodes of all ports.
    pub fn nodes(&self) -> Vec<String> {
        (1..=self.ctrl.ports.min(MAX_PORTS)).map(|port| self.node(port)).collect()
    }

    /// The host's names of the devices that are there, with their ports.
    pub fn occupied(&self, ctx: &Ctx, ops: &impl Ops) -> Result<Vec<(c_int, Vec<u8>)>> {
        let values = nodes::read_many(ctx, ops, &self.nodes())?;
        let named = (1..).zip(values).filter_map(|(port, name)| Some((port, name?)));
        Ok(named.filter(|(_, name)| !name.is_empty()).collect())
    }
}

/// The ports of all controllers.
pub fn all_ports(ctx: &Ctx, domid: u32) -> Vec<Ports> {
    let mut own = None;
    let mut controllers = super::all(ctx, domid, &CONTROLLER);
    controllers.retain_mut(|this| served(ctx, &mut own, this).is_ok());
    controllers.into_iter().map(|this| Ports { ctrl: this.ctrl, dir: this.ports }).collect()
}

/// The ports of the controller with that number.
pub fn ports(ctx: &Ctx, domid: u32, devid: i32) -> Result<Ports> {
    let mut this = super::one(ctx, domid, &CONTROLLER, devid)?;
    served(ctx, &mut None, &mut this)?;
    Ok(Ports { ctrl: this.ctrl, dir: this.ports })
}

/// The devices at the ports of all controllers. One that the host does not have is left out.
pub fn devices(ctx: &Ctx, domid: u32) -> Vec<DeviceUsbdev> {
    let controllers = super::all(ctx, domid, &CONTROLLER);
    let dirs: Vec<_> = controllers.iter().map(|this| this.ports.as_str()).collect();
    let listed = ctx.store().list_many(&dirs).map_err(|e| nodes::failed(ctx, e));
    let mut at = Vec::new();
    for (this, names) in controllers.iter().zip(listed.unwrap_or_default()) {
        let mut ports: Vec<_> = names.iter().flatten().filter_map(|n| super::devid(n)).collect();
        ports.sort_unstable();
        let most = this.ctrl.ports.min(MAX_PORTS);
        ports.retain(|port| (1..=most).contains(port));
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

/// The device at a controller's port. `Error::Fail` if there is none.
pub fn at_port(ctx: &Ctx, domid: u32, ctrl: c_int, port: c_int) -> Result<DeviceUsbdev> {
    let this = super::alone(ctx, domid, &CONTROLLER, ctrl)?;
    let name = nodes::read(ctx, ctx.store(), &format!("{}/{port}", this.ports))?;
    let name = name.filter(|name| !name.is_empty()).ok_or(Error::Fail)?;
    device(ctx, domid, ctrl, port, &name)
}

/// The host's device of that name, at that port.
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
