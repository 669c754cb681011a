//! Reading a guest's devices from xenstore: common code, and one table per kind.
//!
//! A device is spread over three directories: the toolstack's record under `/libxl`, which nobody else
//! writes and which decides whether there is a device and who serves it; the back end's half; the
//! guest's half. A [`DeviceTable`] says which nodes of which half make which fields. The frame reads the nodes of
//! all devices together, so that their number does not change how often xenstore is waited for (but for the
//! client's limit on requests under way):
//!
//! 1. the numbers of the devices,
//! 2. for many devices: which nodes their records have, because most of the possible nodes do not exist,
//! 3. the nodes of the records and of the guest's halves,
//! 4. where a table wants them: those of the back ends' halves, whose place the record tells.
//!
//! A guest or a driver domain can write anything into its half: [`value`] checks it. Paths are made from numbers
//! alone. A device with invalid nodes is logged and left out; the C library then leaves out all devices of its kind.

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

/// From this many requests on, records are listed before they are read.
const MANY: usize = 64;

/// Why a device cannot be read: the error that is returned, and the reason for the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BrokenDevice(Error, Cow<'static, str>);

/// Fails with `ERROR_FAIL`.
pub fn broken<T>(why: &'static str) -> std::result::Result<T, BrokenDevice> {
    Err(BrokenDevice(Error::Fail, why.into()))
}

/// Fails with `ERROR_INVAL`.
pub fn invalid<T>(why: &'static str) -> std::result::Result<T, BrokenDevice> {
    Err(BrokenDevice(Error::Invalid, why.into()))
}

type ReadResult = std::result::Result<(), BrokenDevice>;

/// Where a node lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Half {
    /// In the toolstack's record.
    Record,
    /// In the back end's half.
    Back,
    /// In the guest's half.
    Front,
}

/// A node that tells something of a `T`.
pub struct NodeField<T> {
    pub half: Half,
    pub name: &'static str,
    pub set: Setter<T>,
}

/// What a node's value is for. Where nothing else is said, a missing node or a number that does not fit leaves
/// the field as it is.
pub enum Setter<T> {
    Text(fn(&mut T) -> &mut Option<Text>),
    /// As [`Setter::Text`], and the node must be there.
    Must(fn(&mut T) -> &mut Option<Text>),
    /// A decimal number; -1 if there is none.
    Int(fn(&mut T) -> &mut c_int),
    Unsigned(fn(&mut T) -> &mut u32),
    /// A number, as whether it is not 0.
    Flag(fn(&mut T) -> &mut bool),
    With(fn(&mut T, Option<&[u8]>) -> ReadResult),
}

/// A node of the toolstack's record.
const fn record<T>(name: &'static str, set: Setter<T>) -> NodeField<T> {
    NodeField { half: Half::Record, name, set }
}

/// A node of the back end's half.
const fn back<T>(name: &'static str, set: Setter<T>) -> NodeField<T> {
    NodeField { half: Half::Back, name, set }
}

/// A node of the guest's half.
const fn front<T>(name: &'static str, set: Setter<T>) -> NodeField<T> {
    NodeField { half: Half::Front, name, set }
}

/// For kinds whose record must tell the guest's half, though its place is known.
const fn frontend<T>() -> NodeField<T> {
    fn there<T>(_: &mut T, value: Option<&[u8]>) -> ReadResult {
        value.map_or_else(|| broken("missing"), |_| Ok(()))
    }
    record("frontend", Setter::With(there))
}

/// How a kind of device is read.
pub struct DeviceTable<T: 'static> {
    pub kind: DeviceKind,
    /// Fills what follows from where the device is.
    pub begin: fn(&mut T, &DeviceLocation) -> ReadResult,
    /// In the order in which they are looked at.
    pub nodes: &'static [NodeField<T>],
    /// Of the guest's half, all that has one of these names in the directories `0`, `1`, …, so many levels
    /// down.
    pub tree: Option<tree::WantedNodes>,
    /// Fills what follows from the rest.
    pub end: fn(&mut T, &DeviceLocation, &Tree) -> ReadResult,
}

/// A [`DeviceTable::end`] that has nothing to do.
pub fn done<T>(_: &mut T, _: &DeviceLocation, _: &Tree) -> ReadResult {
    Ok(())
}

/// Where a device is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceLocation {
    pub domid: u32,
    pub devid: i32,
    pub kind: DeviceKind,
    /// The back end's path as recorded, if it is.
    pub backend: Option<Text>,
}

impl DeviceLocation {
    /// The back end's path, for those kinds that always have one.
    pub fn backend(&self) -> std::result::Result<&Text, BrokenDevice> {
        self.backend.as_ref().map_or_else(|| broken("no back end"), Ok)
    }

    /// The domain that serves the device.
    pub fn backend_domid(&self) -> std::result::Result<u32, BrokenDevice> {
        let domid = value::backend_domid(self.backend()?.as_bytes());
        domid.map_or_else(|| broken("its back end is in no domain"), Ok)
    }

    /// Who serves it, and as what.
    pub fn device(&self) -> Option<Device> {
        let backend = self.backend.as_ref()?.as_str()?;
        Device::recorded(self.domid, self.kind, self.devid, backend)
    }

    pub fn record_path(&self) -> String {
        format!("{}/{}", records(self.domid, self.kind), self.devid)
    }

    pub fn frontend_path(&self) -> String {
        let base = nodes::domain_path(self.domid);
        format!("{base}/device/{}/{}", self.kind.name(), self.devid)
    }
}

/// The directory of the records of a domain's devices of a kind.
pub fn records(domid: u32, kind: DeviceKind) -> String {
    format!("{}/device/{}", nodes::libxl_path(domid), kind.name())
}

/// The numbers of a domain's devices of some kinds; for each kind `None` if it has no directory. What cannot be
/// read is not there, as in the C library.
pub fn devids(ctx: &Ctx, domid: u32, kinds: &[DeviceKind]) -> Vec<Option<Vec<i32>>> {
    let dirs: Vec<_> = kinds.iter().map(|&kind| records(domid, kind)).collect();
    let listed = ctx.store().list_many(&dirs).unwrap_or_else(|e| {
        debug!(ctx, domid = domid, "{e}");
        vec![None; dirs.len()]
    });
    let numbers = |names: Vec<String>| names.iter().filter_map(|name| devid(name)).collect();
    listed.into_iter().map(|names| names.map(numbers)).collect()
}

/// The number that a directory's name is.
fn devid(name: &str) -> Option<i32> {
    let plain = name.bytes().all(|b| b.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    plain.then(|| name.parse().ok()).flatten()
}

/// All devices of a kind; those that make no sense are left out, and it is told why.
pub fn all<T: Default>(ctx: &Ctx, domid: u32, table: &DeviceTable<T>) -> Vec<T> {
    let devids = devids(ctx, domid, &[table.kind]).pop().flatten().unwrap_or_default();
    some(ctx, domid, table, &devids)
}

/// As [`all`], of those with these numbers.
pub fn some<T: Default>(ctx: &Ctx, domid: u32, table: &DeviceTable<T>, devids: &[i32]) -> Vec<T> {
    let read = read(ctx, domid, table, devids, None).unwrap_or_default();
    read.into_iter().filter_map(|device| told(ctx, table.kind, device).ok()).collect()
}

/// The device with this devid. `Error::NotFound`, and a line in the log, if there is none.
pub fn one<T: Default>(ctx: &Ctx, domid: u32, table: &DeviceTable<T>, devid: i32) -> Result<T> {
    let found = if_any(ctx, domid, table, devid)?;
    found.ok_or_else(|| {
        error!(ctx, domid = domid, "cannot read {} {devid}: no such device", table.kind.name());
        Error::NotFound
    })
}

/// As [`one`], for a device that need not exist.
pub fn if_any<T: Default>(
    ctx: &Ctx,
    domid: u32,
    table: &DeviceTable<T>,
    devid: i32,
) -> Result<Option<T>> {
    let path = place(domid, table, devid).record_path();
    let names = ctx.store().list(&path).map_err(|e| nodes::failed(ctx, e))?;
    if names.is_none() {
        return Ok(None);
    }
    listed(ctx, domid, table, devid, names).map(Some)
}

/// As [`one`], of a device whose record has nodes of these names; `None` for no record.
fn listed<T: Default>(
    ctx: &Ctx,
    domid: u32,
    table: &DeviceTable<T>,
    devid: i32,
    names: Option<Vec<String>>,
) -> Result<T> {
    let mut read = read(ctx, domid, table, &[devid], Some(vec![names]))?;
    read.pop().ok_or(Error::Fail).and_then(|device| told(ctx, table.kind, device))
}

/// As [`one`], without a look whether there is such a device: for few nodes.
pub fn alone<T: Default>(ctx: &Ctx, domid: u32, table: &DeviceTable<T>, devid: i32) -> Result<T> {
    let mut read = read(ctx, domid, table, &[devid], None)?;
    read.pop().ok_or(Error::Fail).and_then(|device| told(ctx, table.kind, device))
}

/// What was read of one device.
struct Read<T> {
    place: DeviceLocation,
    device: T,
    made: ReadResult,
}

fn told<T>(ctx: &Ctx, kind: DeviceKind, read: Read<T>) -> Result<T> {
    let DeviceLocation { domid, devid, .. } = read.place;
    read.made.map(|()| read.device).map_err(|BrokenDevice(error, why)| {
        error!(ctx, domid = domid, "cannot read {} {devid}: {why}", kind.name());
        error
    })
}

fn place<T>(domid: u32, table: &DeviceTable<T>, devid: i32) -> DeviceLocation {
    DeviceLocation { domid, devid, kind: table.kind, backend: None }
}

/// A node of a device among many.
#[derive(Clone, Copy)]
struct At {
    device: usize,
    /// In the table; `None` for the back end's path.
    node: Option<usize>,
}

/// The names of what each record has, if that was looked at; `None` for no record.
type Names = Option<Vec<Option<Vec<String>>>>;

/// Reads these devices.
fn read<T: Default>(
    ctx: &Ctx,
    domid: u32,
    table: &DeviceTable<T>,
    devids: &[i32],
    names: Names,
) -> Result<Vec<Read<T>>> {
    let places: Vec<_> = devids.iter().map(|&devid| place(domid, table, devid)).collect();
    let nodes: Vec<_> = table.nodes.iter().map(|node| (node.half, node.name)).collect();
    let found = gather(ctx, places, &nodes, table.tree.as_ref(), names)?;
    let made = found.into_iter().map(|Gathered { place, values, tree }| {
        let mut device = T::default();
        let made = if tree.is_cut {
            broken("too many parts")
        } else {
            make(table, &mut device, &place, &values, &tree)
        };
        Read { place, device, made }
    });
    Ok(made.collect())
}

/// What xenstore has of a device.
struct Gathered {
    place: DeviceLocation,
    /// Of each of the table's nodes.
    values: Vec<Option<Vec<u8>>>,
    tree: Tree,
}

/// Reads what a table wants of these devices. Not generic, so that it is in the library once, and not for each kind.
fn gather(
    ctx: &Ctx,
    mut places: Vec<DeviceLocation>,
    nodes: &[(Half, &str)],
    tree: Option<&tree::WantedNodes>,
    names: Names,
) -> Result<Vec<Gathered>> {
    let mut values: Vec<Vec<Option<Vec<u8>>>> =
        places.iter().map(|_| vec![None; nodes.len()]).collect();
    let near = recorded(ctx, nodes, &places, names)?;
    let paths: Vec<_> = near.iter().map(|(_, path)| path.as_str()).collect();
    let found = ctx.store().read_many(&paths).map_err(|e| nodes::failed(ctx, e))?;
    for ((at, _), value) in near.iter().zip(found) {
        match at.node {
            Some(node) => values[at.device][node] = value,
            None => places[at.device].backend = value.and_then(|path| value::text(&path)),
        }
    }

    let mut far = Vec::new();
    for (device, place) in places.iter().enumerate() {
        let wanted = nodes.iter().enumerate().filter(|(_, (half, _))| *half == Half::Back);
        let Some(back) = place.device().map(|d| d.backend_path()) else { continue };
        far.extend(wanted.map(|(node, (_, name))| (device, node, format!("{back}/{name}"))));
    }
    let paths: Vec<_> = far.iter().map(|(_, _, path)| path.as_str()).collect();
    let found = ctx.store().read_many(&paths).map_err(|e| nodes::failed(ctx, e))?;
    for ((device, node, _), value) in far.iter().zip(found) {
        values[*device][*node] = value;
    }

    let trees = match tree {
        Some(wanted) => {
            let roots: Vec<_> = places.iter().map(DeviceLocation::frontend_path).collect();
            tree::read(ctx, &roots, wanted)?
        }
        None => places.iter().map(|_| Tree::default()).collect(),
    };
    let found = places.into_iter().zip(values).zip(trees);
    Ok(found.map(|((place, values), tree)| Gathered { place, values, tree }).collect())
}

/// The nodes of records and guests' halves to be read, with their paths.
fn recorded(
    ctx: &Ctx,
    nodes: &[(Half, &str)],
    places: &[DeviceLocation],
    names: Names,
) -> Result<Vec<(At, String)>> {
    let dirs: Vec<_> = places.iter().map(DeviceLocation::record_path).collect();
    let names = match names {
        None if (nodes.len() + 1) * places.len() > MANY => {
            Some(ctx.store().list_many(&dirs).map_err(|e| nodes::failed(ctx, e))?)
        }
        names => names,
    };
    let mut wanted = Vec::new();
    for (device, (place, dir)) in places.iter().zip(&dirs).enumerate() {
        let there = |name: &str| match &names {
            Some(names) => names[device].iter().flatten().any(|n| n == name),
            None => true,
        };
        if there("backend") {
            wanted.push((At { device, node: None }, format!("{dir}/backend")));
        }
        let front = place.frontend_path();
        for (node, (half, name)) in nodes.iter().enumerate() {
            let at = At { device, node: Some(node) };
            match half {
                Half::Record if there(name) => wanted.push((at, format!("{dir}/{name}"))),
                Half::Front => wanted.push((at, format!("{front}/{name}"))),
                _ => {}
            }
        }
    }
    Ok(wanted)
}

/// Makes a device from the values of the table's nodes.
fn make<T>(
    table: &DeviceTable<T>,
    device: &mut T,
    place: &DeviceLocation,
    values: &[Option<Vec<u8>>],
    tree: &Tree,
) -> ReadResult {
    (table.begin)(device, place)?;
    for (node, value) in table.nodes.iter().zip(values) {
        // Up to the first NUL, as C programs see it.
        let value = value.as_deref().map(|v| v.split(|&b| b == 0).next().unwrap_or(v));
        set(&node.set, device, value).map_err(|BrokenDevice(error, why)| {
            BrokenDevice(error, format!("{}: {why}", node.name).into())
        })?;
    }
    (table.end)(device, place, tree)
}

fn set<T>(set: &Setter<T>, device: &mut T, value: Option<&[u8]>) -> ReadResult {
    match (set, value) {
        (Setter::Text(field), Some(value)) => *field(device) = value::text(value),
        (Setter::Must(field), Some(value)) => *field(device) = value::text(value),
        (Setter::Must(_), None) => return broken("missing"),
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

    /// A device from the values of its nodes, whatever half they lie in.
    pub fn made<T: Default>(
        table: &DeviceTable<T>,
        backend: Option<&str>,
        values: &[(&str, &[u8])],
        tree: &Tree,
    ) -> std::result::Result<T, BrokenDevice> {
        let backend = backend.and_then(Text::new);
        let place = DeviceLocation { backend, ..place(7, table, 3) };
        let value = |node: &NodeField<T>| {
            values.iter().find(|(name, _)| *name == node.name).map(|(_, value)| value.to_vec())
        };
        let values: Vec<_> = table.nodes.iter().map(value).collect();
        let mut device = T::default();
        make(table, &mut device, &place, &values, tree).map(|()| device)
    }

    const BACK: Option<&str> = Some("/local/domain/5/backend/x/7/3");

    #[test]
    fn missing_nodes_and_hostile_ones() {
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
    fn there_must_be_a_back_end() {
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
    fn places() {
        assert_eq!(devid("51712"), Some(51712));
        for bad in ["", "-1", "+1", "01", "1x", "99999999999"] {
            assert_eq!(devid(bad), None);
        }
        let place = place(7, &nic::NIC, 3);
        assert_eq!(place.record_path(), "/libxl/7/device/vif/3");
        assert_eq!(place.frontend_path(), "/local/domain/7/device/vif/3");
        assert_eq!(place.device(), None);
    }
}
