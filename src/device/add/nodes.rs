//! What is written for a device, and who may read and write it.

use crate::device::{Device, DeviceKind};
use crate::types::idiomatic::Text;
use crate::xen::store::{Access, NewNode, Permission};

/// The state of a half that has just been made (`xenbus.h`).
const INITIALISING: &str = "1";

/// A node below one of the halves.
type NodeValue = (String, Vec<u8>);

/// The nodes of one device.
#[derive(Default, Debug)]
pub struct DeviceNodes {
    /// In the back end's half, which the guest reads, and once more in the toolstack's record: what a back
    /// end does to its half is not believed later.
    back: Vec<NodeValue>,
    /// In the guest's half, which the guest may change.
    front: Vec<NodeValue>,
    /// In the guest's half, but not for the guest to change.
    fixed: Vec<NodeValue>,
    /// There are no halves, but only the toolstack's record.
    record_alone: bool,
}

impl DeviceNodes {
    /// What every device has.
    pub fn of(device: &Device) -> Self {
        let mut nodes = Self::default();
        nodes.back("frontend-id", device.domid);
        nodes.back("online", 1);
        nodes.back("state", INITIALISING);
        nodes.front("backend-id", device.backend_domid);
        nodes.front("state", INITIALISING);
        nodes
    }

    /// None yet: for devices that do not go through the usual states.
    pub fn none() -> Self {
        Self::default()
    }

    /// None yet: for devices without halves. What goes to the back end's half is in the record alone.
    pub fn of_record_alone() -> Self {
        Self { record_alone: true, ..Self::default() }
    }

    pub fn back(&mut self, name: impl Into<String>, value: impl Value) {
        push(&mut self.back, name, value);
    }

    pub fn front(&mut self, name: impl Into<String>, value: impl Value) {
        push(&mut self.front, name, value);
    }

    pub fn fixed(&mut self, name: impl Into<String>, value: impl Value) {
        push(&mut self.fixed, name, value);
    }

    /// Appends all that makes the device, to be written in this order.
    pub fn make(self, device: &Device, new: &mut Vec<NewNode>) {
        let [record, front, back] = device.directories();
        if self.record_alone {
            let nodes = self.back.into_iter();
            new.extend(
                nodes.map(|(name, value)| NewNode::value(format!("{record}/{name}"), value)),
            );
            return;
        }
        let (guest, server) = (device.domid, device.backend_domid);
        let guests = [Permission::new(guest, Access::None), Permission::new(server, Access::Read)];
        let servers = [Permission::new(server, Access::None), Permission::new(guest, Access::Read)];
        new.push(NewNode::value(format!("{record}/frontend"), front.as_str()));
        new.push(NewNode::value(format!("{record}/backend"), back.as_str()));

        // The toolstack keeps its own notes about these beside the guest's: such as where the screen is.
        let closed = matches!(
            (device.kind, device.devid),
            (DeviceKind::Console, 0) | (DeviceKind::Vuart, _)
        );
        // A new node has its directory's permissions, so that most need none of their own.
        let at = |(name, value): NodeValue, permissions: &[Permission]| NewNode {
            path: format!("{front}/{name}"),
            value,
            permissions: permissions.to_vec(),
        };
        let (own_front, own_fixed): (&[_], &[_]) =
            if closed { (&guests, &[]) } else { (&[], &servers) };
        if !(self.front.is_empty() && self.fixed.is_empty()) {
            new.push(NewNode::directory(&front, if closed { &servers } else { &guests }));
            new.push(NewNode::value(format!("{front}/backend"), back.as_str()));
            new.extend(self.front.into_iter().map(|node| at(node, own_front)));
            new.extend(self.fixed.into_iter().map(|node| at(node, own_fixed)));
        }

        new.push(NewNode::directory(&back, &servers));
        new.push(NewNode::value(format!("{back}/frontend"), front.as_str()));
        for half in [&back, &record] {
            let nodes = self.back.iter();
            new.extend(
                nodes.map(|(name, value)| NewNode::value(format!("{half}/{name}"), value.clone())),
            );
        }
    }
}

fn push(nodes: &mut Vec<NodeValue>, name: impl Into<String>, value: impl Value) {
    if let Some(value) = value.bytes() {
        nodes.push((name.into(), value));
    }
}

/// What a node can hold.
pub trait Value {
    /// `None`: there is no such node.
    fn bytes(self) -> Option<Vec<u8>>;
}

macro_rules! by_display {
    ($($ty:ty),*) => { $(impl Value for $ty {
        fn bytes(self) -> Option<Vec<u8>> {
            Some(self.to_string().into_bytes())
        }
    })* };
}
by_display!(i32, u32, u64, &str, String);

impl Value for bool {
    fn bytes(self) -> Option<Vec<u8>> {
        Some(if self { b"1".to_vec() } else { b"0".to_vec() })
    }
}

impl<T: Value> Value for Option<T> {
    fn bytes(self) -> Option<Vec<u8>> {
        self.and_then(Value::bytes)
    }
}

impl Value for Vec<u8> {
    fn bytes(self) -> Option<Vec<u8>> {
        Some(self)
    }
}

impl Value for &Option<Text> {
    fn bytes(self) -> Option<Vec<u8>> {
        self.as_ref().map(|text| text.as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(kind: DeviceKind, devid: i32) -> Vec<String> {
        let device = Device { domid: 7, devid, kind, backend_domid: 2, backend_kind: kind };
        let mut nodes = DeviceNodes::none();
        nodes.back("b", 1);
        nodes.front("f", "x");
        nodes.fixed("r", true);
        nodes.front("none", &None);
        let mut new = Vec::new();
        nodes.make(&device, &mut new);
        let who = |p: &Permission| format!("{:?}{}", p.access, p.domid);
        new.iter()
            .map(|node| {
                let value = String::from_utf8(node.value.clone()).unwrap();
                let permissions: Vec<_> = node.permissions.iter().map(who).collect();
                format!("{}={value} {}", node.path, permissions.join(","))
            })
            .collect()
    }

    #[test]
    fn a_device_has_three_parts() {
        assert_eq!(
            made(DeviceKind::Vif, 3),
            [
                "/libxl/7/device/vif/3/frontend=/local/domain/7/device/vif/3 ",
                "/libxl/7/device/vif/3/backend=/local/domain/2/backend/vif/7/3 ",
                "/local/domain/7/device/vif/3= None7,Read2",
                "/local/domain/7/device/vif/3/backend=/local/domain/2/backend/vif/7/3 ",
                "/local/domain/7/device/vif/3/f=x ",
                "/local/domain/7/device/vif/3/r=1 None2,Read7",
                "/local/domain/2/backend/vif/7/3= None2,Read7",
                "/local/domain/2/backend/vif/7/3/frontend=/local/domain/7/device/vif/3 ",
                "/local/domain/2/backend/vif/7/3/b=1 ",
                "/libxl/7/device/vif/3/b=1 ",
            ]
        );
    }

    #[test]
    fn the_first_console_is_not_the_guests() {
        let made = made(DeviceKind::Console, 0);
        assert_eq!(made[2], "/local/domain/7/console= None2,Read7");
        assert_eq!(made[4], "/local/domain/7/console/f=x None7,Read2");
        assert_eq!(made[5], "/local/domain/7/console/r=1 ");
    }
}
