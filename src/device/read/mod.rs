//! Reading a guest's devices from xenstore: common code, and one table per kind.
//!
//! A device has three directories: the toolstack's record under `/libxl`, which only the toolstack writes, and which
//! determines whether the device exists and what its back end is; the back end's directory; the front end's directory.
//! A [`DeviceTable`] describes which nodes in which directory yield which fields. The common code reads the nodes of
//! all devices together, so that the number of round trips does not depend on the number of devices (except for the
//! client's limit on requests in flight):
//!
//! 1. the devids,
//! 2. for many devices, the names of the nodes in their records, because most of the possible nodes do not exist,
//! 3. the nodes of the records and of the front ends' directories,
//! 4. if a table needs them, the nodes of the back ends' directories, whose paths are in the records.
//!
//! A guest or a driver domain can write anything into its directory: [`value`] checks it. Paths are built only from
//! numbers. A device with invalid nodes is logged and left out; the C library then leaves out all devices of its kind.

pub mod channel;
pub mod disk;
pub mod display;
pub mod info;
pub mod nic;
pub mod pci;
pub mod sound;
pub mod tree;
pub mod usb;
pub mod value;
pub mod vkb;
pub mod vtpm;

use std::borrow::Cow;
use std::ffi::c_int;

use super::{Device, DeviceKind};
use crate::core::number::strtoul;
use crate::core::{Ctx, Error, Result};
use crate::domain::nodes;
use crate::types::idiomatic::Text;
use crate::xen::store::Ops;
use crate::{debug, error};
use tree::Tree;

/// With more requests than this, the records are listed before they are read.
const LISTING_THRESHOLD: usize = 64;

/// The reason why a device cannot be read: the error that is returned, and a text for the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BrokenDevice(Error, Cow<'static, str>);

/// A failure with `ERROR_FAIL`.
pub fn broken<T>(why: &'static str) -> std::result::Result<T, BrokenDevice> {
    Err(BrokenDevice(Error::Fail, why.into()))
}

/// A failure with `ERROR_INVAL`.
pub fn invalid<T>(why: &'static str) -> std::result::Result<T, BrokenDevice> {
    Err(BrokenDevice(Error::Invalid, why.into()))
}

type ReadResult = std::result::Result<(), BrokenDevice>;

/// The directory that has a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeDir {
    /// The toolstack's record.
    Record,
    /// The back end's directory.
    Back,
    /// The front end's directory.
    Front,
}

/// A node, and how its value sets a field of a `T`.
pub struct NodeField<T> {
    /// The directory that has the node.
    pub dir: NodeDir,
    /// The node's name.
    pub name: &'static str,
    /// How its value sets the field.
    pub set: Setter<T>,
}

/// How a node's value sets a field. Unless stated otherwise, a missing node, or a number that does not fit, leaves the
/// field unchanged.
pub enum Setter<T> {
    /// A text.
    Text(fn(&mut T) -> &mut Option<Text>),
    /// As [`Setter::Text`], for a required node.
    Required(fn(&mut T) -> &mut Option<Text>),
    /// A decimal number; -1 if the node is missing or the number does not fit.
    Int(fn(&mut T) -> &mut c_int),
    /// An unsigned number: decimal, hexadecimal or octal.
    Unsigned(fn(&mut T) -> &mut u32),
    /// A number; true if it is not 0.
    Flag(fn(&mut T) -> &mut bool),
    /// Anything else. The value is `None` if the node is missing.
    With(fn(&mut T, Option<&[u8]>) -> ReadResult),
}

/// A node in the toolstack's record.
const fn record<T>(name: &'static str, set: Setter<T>) -> NodeField<T> {
    NodeField { dir: NodeDir::Record, name, set }
}

/// A node in the back end's directory.
const fn back<T>(name: &'static str, set: Setter<T>) -> NodeField<T> {
    NodeField { dir: NodeDir::Back, name, set }
}

/// A node in the front end's directory.
const fn front<T>(name: &'static str, set: Setter<T>) -> NodeField<T> {
    NodeField { dir: NodeDir::Front, name, set }
}

/// The node `frontend` in the record, for kinds that require it, though its value is known.
const fn frontend<T>() -> NodeField<T> {
    fn required<T>(_: &mut T, value: Option<&[u8]>) -> ReadResult {
        value.map_or_else(|| broken("missing"), |_| Ok(()))
    }
    record("frontend", Setter::With(required))
}

/// The description of how a kind of device is read.
pub struct DeviceTable<T: 'static> {
    /// The kind of the records.
    pub kind: DeviceKind,
    /// Sets the fields that follow from the device's location. This is called first.
    pub begin: fn(&mut T, &DeviceLocation) -> ReadResult,
    /// The nodes, in the order in which their values are processed.
    pub nodes: &'static [NodeField<T>],
    /// Nodes to read in numbered directories (`0`, `1`, …) below the front end's directory.
    pub tree: Option<tree::WantedNodes>,
    /// Sets the remaining fields, from the nodes in numbered directories. This is called last.
    pub end: fn(&mut T, &DeviceLocation, &Tree) -> ReadResult,
}

/// A [`DeviceTable::end`] that does nothing.
pub fn done<T>(_: &mut T, _: &DeviceLocation, _: &Tree) -> ReadResult {
    Ok(())
}

/// The location of a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceLocation {
    /// The guest.
    pub domid: u32,
    /// The number among the guest's devices of this kind.
    pub devid: i32,
    /// The kind of the record.
    pub kind: DeviceKind,
    /// The back end's path, if the record has it.
    pub backend: Option<Text>,
}

impl DeviceLocation {
    /// The back end's path, for kinds that always have one.
    pub fn backend(&self) -> std::result::Result<&Text, BrokenDevice> {
        self.backend.as_ref().map_or_else(|| broken("the record has no back end"), Ok)
    }

    /// The backend domain.
    pub fn backend_domid(&self) -> std::result::Result<u32, BrokenDevice> {
        let domid = value::backend_domid(self.backend()?.as_bytes());
        domid.map_or_else(|| broken("invalid path of the back end"), Ok)
    }

    /// The device, with the kind and the domain of its back end; `None` if the record has no valid path of a back end.
    pub fn device(&self) -> Option<Device> {
        let backend = self.backend.as_ref()?.as_str()?;
        Device::recorded(self.domid, self.kind, self.devid, backend)
    }

    /// The directory of the toolstack's record.
    pub fn record_path(&self) -> String {
        format!("{}/{}", records(self.domid, self.kind), self.devid)
    }

    /// The usual directory of the front end. Consoles have other ones: see [`Device::frontend_path`].
    pub fn frontend_path(&self) -> String {
        let base = nodes::domain_path(self.domid);
        format!("{base}/device/{}/{}", self.kind.name(), self.devid)
    }
}

/// The directory with the records of a domain's devices of one kind.
pub fn records(domid: u32, kind: DeviceKind) -> String {
    format!("{}/device/{}", nodes::libxl_path(domid), kind.name())
}

/// The devids of a domain's devices of some kinds; `None` for a kind without a directory. As in the C library, a
/// directory that cannot be read counts as missing.
pub fn devids(ctx: &Ctx, domid: u32, kinds: &[DeviceKind]) -> Vec<Option<Vec<i32>>> {
    let dirs: Vec<_> = kinds.iter().map(|&kind| records(domid, kind)).collect();
    let listed = ctx.store().list_many(&dirs).unwrap_or_else(|e| {
        debug!(ctx, domid = domid, "{e}");
        vec![None; dirs.len()]
    });
    let numbers = |names: Vec<String>| names.iter().filter_map(|name| devid(name)).collect();
    listed.into_iter().map(|names| names.map(numbers)).collect()
}

/// The devid in the name of a record's directory; `None` if the name is not a devid.
fn devid(name: &str) -> Option<i32> {
    let plain = name.bytes().all(|b| b.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    plain.then(|| name.parse().ok()).flatten()
}

/// All devices of a kind. Invalid devices are logged and left out.
pub fn all<T: Default>(ctx: &Ctx, domid: u32, table: &DeviceTable<T>) -> Vec<T> {
    let devids = devids(ctx, domid, &[table.kind]).pop().flatten().unwrap_or_default();
    some(ctx, domid, table, &devids)
}

/// As [`all`], for the devices with these devids.
pub fn some<T: Default>(ctx: &Ctx, domid: u32, table: &DeviceTable<T>, devids: &[i32]) -> Vec<T> {
    let read = read(ctx, domid, table, devids, None).unwrap_or_default();
    read.into_iter().filter_map(|device| valid_or_logged(ctx, table.kind, device).ok()).collect()
}

/// The device with this devid. `Error::NotFound` if there is none. Errors are logged.
pub fn one<T: Default>(ctx: &Ctx, domid: u32, table: &DeviceTable<T>, devid: i32) -> Result<T> {
    let found = if_any(ctx, domid, table, devid)?;
    found.ok_or_else(|| {
        error!(ctx, domid = domid, "cannot read {} {devid}: no such device", table.kind.name());
        Error::NotFound
    })
}

/// As [`one`], but `None` if there is no such device.
pub fn if_any<T: Default>(
    ctx: &Ctx,
    domid: u32,
    table: &DeviceTable<T>,
    devid: i32,
) -> Result<Option<T>> {
    let path = location(domid, table, devid).record_path();
    let names = ctx.store().list(&path).map_err(|e| nodes::failed(ctx, e))?;
    if names.is_none() {
        return Ok(None);
    }
    listed(ctx, domid, table, devid, names).map(Some)
}

/// As [`one`], for a device whose record has nodes with these names; `None` if there is no record.
fn listed<T: Default>(
    ctx: &Ctx,
    domid: u32,
    table: &DeviceTable<T>,
    devid: i32,
    names: Option<Vec<String>>,
) -> Result<T> {
    let mut read = read(ctx, domid, table, &[devid], Some(vec![names]))?;
    read.pop().ok_or(Error::Fail).and_then(|device| valid_or_logged(ctx, table.kind, device))
}

/// As [`one`], for few nodes: all of them are read without first checking which the record has. For a device that does
/// not exist, all nodes are missing.
pub fn unlisted<T: Default>(
    ctx: &Ctx,
    domid: u32,
    table: &DeviceTable<T>,
    devid: i32,
) -> Result<T> {
    let mut read = read(ctx, domid, table, &[devid], None)?;
    read.pop().ok_or(Error::Fail).and_then(|device| valid_or_logged(ctx, table.kind, device))
}

/// A device that was read, with the result of parsing its nodes.
struct Read<T> {
    location: DeviceLocation,
    device: T,
    result: ReadResult,
}

/// Logs why a device is invalid.
fn valid_or_logged<T>(ctx: &Ctx, kind: DeviceKind, read: Read<T>) -> Result<T> {
    let DeviceLocation { domid, devid, .. } = read.location;
    read.result.map(|()| read.device).map_err(|BrokenDevice(error, why)| {
        error!(ctx, domid = domid, "cannot read {} {devid}: {why}", kind.name());
        error
    })
}

fn location<T>(domid: u32, table: &DeviceTable<T>, devid: i32) -> DeviceLocation {
    DeviceLocation { domid, devid, kind: table.kind, backend: None }
}

/// The index of a node: of the device, and in the table.
#[derive(Clone, Copy)]
struct NodeIndex {
    device: usize,
    /// `None` for the back end's path, which is not in the table.
    node: Option<usize>,
}

/// The names of the nodes in each record, if they were listed; `None` for a record that does not exist.
type Names = Option<Vec<Option<Vec<String>>>>;

/// Reads the devices with these devids.
fn read<T: Default>(
    ctx: &Ctx,
    domid: u32,
    table: &DeviceTable<T>,
    devids: &[i32],
    names: Names,
) -> Result<Vec<Read<T>>> {
    let locations: Vec<_> = devids.iter().map(|&devid| location(domid, table, devid)).collect();
    let nodes: Vec<_> = table.nodes.iter().map(|node| (node.dir, node.name)).collect();
    let found = read_values(ctx, locations, &nodes, table.tree.as_ref(), names)?;
    let read = found.into_iter().map(|Values { location, values, tree }| {
        let mut device = T::default();
        let result = if tree.is_incomplete {
            broken("too many numbered directories")
        } else {
            fill(table, &mut device, &location, &values, &tree)
        };
        Read { location, device, result }
    });
    Ok(read.collect())
}

/// The values of a device's nodes.
struct Values {
    location: DeviceLocation,
    /// The value of each node in the table; `None` if it is missing.
    values: Vec<Option<Vec<u8>>>,
    tree: Tree,
}

/// Reads the nodes of a table for these devices. This is not generic, so that the library contains it once and not for
/// each kind.
fn read_values(
    ctx: &Ctx,
    mut locations: Vec<DeviceLocation>,
    nodes: &[(NodeDir, &str)],
    tree: Option<&tree::WantedNodes>,
    names: Names,
) -> Result<Vec<Values>> {
    let mut values: Vec<Vec<Option<Vec<u8>>>> =
        locations.iter().map(|_| vec![None; nodes.len()]).collect();
    let first = first_nodes(ctx, nodes, &locations, names)?;
    let paths: Vec<_> = first.iter().map(|(_, path)| path.as_str()).collect();
    let found = ctx.store().read_many(&paths).map_err(|e| nodes::failed(ctx, e))?;
    for ((at, _), value) in first.iter().zip(found) {
        match at.node {
            Some(node) => values[at.device][node] = value,
            None => locations[at.device].backend = value.and_then(|path| value::text(&path)),
        }
    }

    let mut second = Vec::new();
    for (device, location) in locations.iter().enumerate() {
        let wanted = nodes.iter().enumerate().filter(|(_, (dir, _))| *dir == NodeDir::Back);
        let Some(back) = location.device().map(|d| d.backend_path()) else { continue };
        second.extend(wanted.map(|(node, (_, name))| (device, node, format!("{back}/{name}"))));
    }
    let paths: Vec<_> = second.iter().map(|(_, _, path)| path.as_str()).collect();
    let found = ctx.store().read_many(&paths).map_err(|e| nodes::failed(ctx, e))?;
    for ((device, node, _), value) in second.iter().zip(found) {
        values[*device][*node] = value;
    }

    let trees = match tree {
        Some(wanted) => {
            let roots: Vec<_> = locations.iter().map(DeviceLocation::frontend_path).collect();
            tree::read(ctx, &roots, wanted)?
        }
        None => locations.iter().map(|_| Tree::default()).collect(),
    };
    let found = locations.into_iter().zip(values).zip(trees);
    Ok(found.map(|((location, values), tree)| Values { location, values, tree }).collect())
}

/// The nodes to read in the records and the front ends' directories, with their paths.
fn first_nodes(
    ctx: &Ctx,
    nodes: &[(NodeDir, &str)],
    locations: &[DeviceLocation],
    names: Names,
) -> Result<Vec<(NodeIndex, String)>> {
    let dirs: Vec<_> = locations.iter().map(DeviceLocation::record_path).collect();
    let names = match names {
        None if (nodes.len() + 1) * locations.len() > LISTING_THRESHOLD => {
            Some(ctx.store().list_many(&dirs).map_err(|e| nodes::failed(ctx, e))?)
        }
        names => names,
    };
    let mut wanted = Vec::new();
    for (device, (location, dir)) in locations.iter().zip(&dirs).enumerate() {
        let exists = |name: &str| match &names {
            Some(names) => names[device].iter().flatten().any(|n| n == name),
            None => true,
        };
        if exists("backend") {
            wanted.push((NodeIndex { device, node: None }, format!("{dir}/backend")));
        }
        let front = location.frontend_path();
        for (node, (node_dir, name)) in nodes.iter().enumerate() {
            let at = NodeIndex { device, node: Some(node) };
            match node_dir {
                NodeDir::Record if exists(name) => wanted.push((at, format!("{dir}/{name}"))),
                NodeDir::Front => wanted.push((at, format!("{front}/{name}"))),
                _ => {}
            }
        }
    }
    Ok(wanted)
}

/// Sets the fields of a device from the values of its nodes.
fn fill<T>(
    table: &DeviceTable<T>,
    device: &mut T,
    location: &DeviceLocation,
    values: &[Option<Vec<u8>>],
    tree: &Tree,
) -> ReadResult {
    (table.begin)(device, location)?;
    for (node, value) in table.nodes.iter().zip(values) {
        // As in C programs, the value ends at the first NUL.
        let value = value.as_deref().map(|v| v.split(|&b| b == 0).next().unwrap_or(v));
        set(&node.set, device, value).map_err(|BrokenDevice(error, why)| {
            BrokenDevice(error, format!("{}: {why}", node.name).into())
        })?;
    }
    (table.end)(device, location, tree)
}

fn set<T>(set: &Setter<T>, device: &mut T, value: Option<&[u8]>) -> ReadResult {
    match (set, value) {
        (Setter::Text(field), Some(value)) => *field(device) = value::text(value),
        (Setter::Required(field), Some(value)) => *field(device) = value::text(value),
        (Setter::Required(_), None) => return broken("missing"),
        (Setter::Int(field), value) => *field(device) = value.and_then(value::int).unwrap_or(-1),
        (Setter::Unsigned(field), Some(value)) => {
            let field = field(device);
            *field = value::unsigned(value).unwrap_or(*field);
        }
        (Setter::Flag(field), Some(value)) => {
            *field(device) = strtoul(value).is_some_and(|(number, _)| number != 0);
        }
        (Setter::With(with), value) => return with(device, value),
        (_, None) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::{DeviceNic, DeviceVkb, Diskinfo};

    /// A device from the values of its nodes, in whichever directory they are.
    pub fn made<T: Default>(
        table: &DeviceTable<T>,
        backend: Option<&str>,
        values: &[(&str, &[u8])],
        tree: &Tree,
    ) -> std::result::Result<T, BrokenDevice> {
        let backend = backend.and_then(Text::new);
        let location = DeviceLocation { backend, ..location(7, table, 3) };
        let value = |node: &NodeField<T>| {
            values.iter().find(|(name, _)| *name == node.name).map(|(_, value)| value.to_vec())
        };
        let values: Vec<_> = table.nodes.iter().map(value).collect();
        let mut device = T::default();
        fill(table, &mut device, &location, &values, tree).map(|()| device)
    }

    const BACK: Option<&str> = Some("/local/domain/5/backend/x/7/3");

    #[test]
    fn missing_and_invalid_nodes() {
        let info =
            |values: &[(&str, &[u8])]| made(&info::VBD, BACK, values, &Tree::default()).unwrap();
        let Diskinfo { state, evtch, rref, backend_id, frontend, devid, .. } = info(&[]);
        assert_eq!((state, evtch, rref, backend_id, devid), (-1, -1, -1, 5, 3));
        assert_eq!(frontend, None);
        let Diskinfo { state, evtch, rref, .. } =
            info(&[("state", b"4\0junk"), ("event-channel", b"\xff"), ("ring-ref", b"4294967300")]);
        assert_eq!((state, evtch, rref), (4, 0, -1));
    }

    #[test]
    fn a_back_end_is_required() {
        for backend in [None, Some("/local/domain/5"), Some("/local/domain/../0/x")] {
            assert!(made::<DeviceNic>(&nic::NIC, backend, &[], &Tree::default()).is_err());
        }
        let back = Some("/local/domain/5/backend/unheard-of/7/3");
        let values: &[(&str, &[u8])] = &[("frontend", b"f")];
        assert!(made::<DeviceVkb>(&vkb::VKB, back, values, &Tree::default()).is_err());
        let back = Some("/local/domain/5/backend/vinput/7/3");
        assert!(made(&vkb::VKB, back, &[], &Tree::default()).is_err());
        let made = made(&vkb::VKB, back, &[values[0], ("width", b"-1")], &Tree::default());
        assert_eq!(made.unwrap().width, 0);
    }

    #[test]
    fn interfaces_have_defaults() {
        let nic =
            |values: &[(&str, &[u8])]| made::<DeviceNic>(&nic::NIC, BACK, values, &Tree::default());
        let plain = nic(&[]).unwrap();
        assert_eq!((plain.devid, plain.mtu, plain.backend_domid), (0, 1500, 5));
        assert_eq!(nic(&[("mtu", b"9000")]).unwrap().mtu, 9000);
        for bad in [("mtu", &b"9000x"[..]), ("mac", b"00:16"), ("type", b"tap")] {
            assert!(nic(&[bad]).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn devids_and_paths() {
        assert_eq!(devid("51712"), Some(51712));
        for bad in ["", "-1", "+1", "01", "1x", "99999999999"] {
            assert_eq!(devid(bad), None);
        }
        let location = location(7, &nic::NIC, 3);
        assert_eq!(location.record_path(), "/libxl/7/device/vif/3");
        assert_eq!(location.frontend_path(), "/local/domain/7/device/vif/3");
        assert_eq!(location.device(), None);
    }
}
