//! The nodes of a device, and their permissions.

use crate::device::{Device, DeviceKind};
use crate::types::idiomatic::Text;
use crate::xen::store::{Access, NewNode, Permission};

/// The state of a new front end or back end (`xenbus.h`).
const INITIALISING: &str = "1";

/// The name and value of a node in one of a device's directories.
type NodeValue = (String, Vec<u8>);

/// The nodes of one device.
#[derive(Default, Debug)]
pub struct DeviceNodes {
    /// In the back end's directory, which the guest can read, and once more in the toolstack's record, since the back
    /// end can change its own directory.
    back: Vec<NodeValue>,
    /// In the front end's directory, writable by the guest.
    front: Vec<NodeValue>,
    /// In the front end's directory, read-only for the guest.
    fixed: Vec<NodeValue>,
    /// There are no front and back ends, only the toolstack's record.
    record_only: bool,
}

impl DeviceNodes {
    /// The nodes that every device has.
    pub fn usual(device: &Device) -> Self {
        let mut nodes = Self::default();
        nodes.back("frontend-id", device.domid);
        nodes.back("online", 1);
        nodes.back("state", INITIALISING);
        nodes.front("backend-id", device.backend_domid);
        nodes.front("state", INITIALISING);
        nodes
    }

    /// No nodes: for devices that do not have the usual states.
    pub fn empty() -> Self {
        Self::default()
    }

    /// No nodes, for a device without front and back ends: the nodes of the back end are written only to the record.
    pub fn record_only() -> Self {
        Self { record_only: true, ..Self::default() }
    }

    /// Adds a node to the back end and the record.
    pub fn back(&mut self, name: impl Into<String>, value: impl Value) {
        push(&mut self.back, name, value);
    }

    /// Adds a node to the front end, writable by the guest.
    pub fn front(&mut self, name: impl Into<String>, value: impl Value) {
        push(&mut self.front, name, value);
    }

    /// Adds a node to the front end, read-only for the guest.
    pub fn fixed(&mut self, name: impl Into<String>, value: impl Value) {
        push(&mut self.fixed, name, value);
    }

    /// Appends all nodes of the device to `new`, in the order in which they must be written.
    pub fn append_to(self, new: &mut Vec<NewNode>, device: &Device) {
        let [record, front, back] = device.directories();
        if self.record_only {
            let nodes = self.back.into_iter();
            new.extend(
                nodes.map(|(name, value)| NewNode::value(format!("{record}/{name}"), value)),
            );
            return;
        }
        let (guest, backend) = (device.domid, device.backend_domid);
        let guests = [Permission::new(guest, Access::None), Permission::new(backend, Access::Read)];
        let backends =
            [Permission::new(backend, Access::None), Permission::new(guest, Access::Read)];
        new.push(NewNode::value(format!("{record}/frontend"), front.as_str()));
        new.push(NewNode::value(format!("{record}/backend"), back.as_str()));

        // The directory of such a console is not the guest's: it also has nodes that only the toolstack and the daemons
        // may write, such as the path of the terminal.
        let closed = matches!(
            (device.kind, device.devid),
            (DeviceKind::Console, 0) | (DeviceKind::Vuart, _)
        );
        // A new node inherits the permissions of its directory, so most nodes need none of their own.
        let at = |(name, value): NodeValue, permissions: &[Permission]| NewNode {
            path: format!("{front}/{name}"),
            value,
            permissions: permissions.to_vec(),
        };
        let (own_front, own_fixed): (&[_], &[_]) =
            if closed { (&guests, &[]) } else { (&[], &backends) };
        if !(self.front.is_empty() && self.fixed.is_empty()) {
            new.push(NewNode::directory(&front, if closed { &backends } else { &guests }));
            new.push(NewNode::value(format!("{front}/backend"), back.as_str()));
            new.extend(self.front.into_iter().map(|node| at(node, own_front)));
            new.extend(self.fixed.into_iter().map(|node| at(node, own_fixed)));
        }

        new.push(NewNode::directory(&back, &backends));
        new.push(NewNode::value(format!("{back}/frontend"), front.as_str()));
        for dir in [&back, &record] {
            let nodes = self.back.iter();
            new.extend(
                nodes.map(|(name, value)| NewNode::value(format!("{dir}/{name}"), value.clone())),
            );
        }
    }
}

fn push(nodes: &mut Vec<NodeValue>, name: impl Into<String>, value: impl Value) {
    if let Some(value) = value.bytes() {
        nodes.push((name.into(), value));
    }
}

/// A type that can be written as the value of a node.
pub trait Value {
    /// The value; `None` if the node is not to be written.
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
        let mut nodes = DeviceNodes::empty();
        nodes.back("b", 1);
        nodes.front("f", "x");
        nodes.fixed("r", true);
        nodes.front("none", &None);
        let mut new = Vec::new();
        nodes.append_to(&mut new, &device);
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
    fn a_device_has_three_directories() {
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
    fn the_directory_of_the_primary_console_is_not_the_guests() {
        let made = made(DeviceKind::Console, 0);
        assert_eq!(made[2], "/local/domain/7/console= None2,Read7");
        assert_eq!(made[4], "/local/domain/7/console/f=x None7,Read2");
        assert_eq!(made[5], "/local/domain/7/console/r=1 ");
    }
}
