//! Disks. A guest has either PV or virtio disks, never both.

use std::ffi::c_int;

use super::{
    DeviceLocation, DeviceTable, NodeField, ReadResult, Setter, broken, done, record, value,
};
use crate::core::{Ctx, Error, Result};
use crate::device::{DeviceKind, vdev};
use crate::domain::{disk_backends, nodes};
use crate::types::idiomatic::{
    DeviceDisk, DiskBackend, DiskFormat, DiskSpecification, DiskTransport, Text,
};
use crate::types::tables;
use crate::xen::store::Ops;
use crate::{debug, error};

/// The table for one of the two kinds.
const fn table(kind: DeviceKind) -> DeviceTable<DeviceDisk> {
    DeviceTable { kind, begin, nodes: NODES, tree: None, end: done }
}

static VBD: DeviceTable<DeviceDisk> = table(DeviceKind::Vbd);
static VIRTIO: DeviceTable<DeviceDisk> = table(DeviceKind::VirtioDisk);

static TABLES: [&DeviceTable<DeviceDisk>; 2] = [&VBD, &VIRTIO];

fn begin(disk: &mut DeviceDisk, location: &DeviceLocation) -> ReadResult {
    disk.backend_domid = location.backend_domid()?;
    disk.format = DiskFormat::Unknown;
    Ok(())
}

/// An IRQ or an address: the number at the beginning of the value, which must fit.
fn decimal<T: std::str::FromStr>(
    value: Option<&[u8]>,
) -> std::result::Result<T, super::BrokenDevice> {
    let number = value.and_then(crate::core::number::leading_number);
    number.map_or_else(|| broken("not a number"), Ok)
}

const NODES: &[NodeField<DeviceDisk>] = &[
    record(
        "params",
        Setter::With(|disk, value| {
            // The name of the driver, as in `aio:/path`, is not part of the path.
            let path = value.map(|v| v.splitn(2, |&b| b == b':').last().unwrap_or(v));
            disk.pdev_path = path.and_then(value::text);
            Ok(())
        }),
    ),
    record(
        "colo-host",
        Setter::With(|disk, value| {
            disk.colo_host = value.and_then(value::text);
            disk.colo_enable = Some(disk.colo_host.is_some());
            Ok(())
        }),
    ),
    record(
        "colo-port",
        Setter::With(|disk, value| match (disk.colo_enable, value) {
            (Some(true), None) => broken("missing"),
            (Some(true), Some(port)) => {
                disk.colo_port = value::int(port).unwrap_or(-1);
                Ok(())
            }
            _ => Ok(()),
        }),
    ),
    record("colo-export", Setter::With(|disk, value| colo(disk, value, |d| &mut d.colo_export))),
    record("active-disk", Setter::With(|disk, value| colo(disk, value, |d| &mut d.active_disk))),
    record("hidden-disk", Setter::With(|disk, value| colo(disk, value, |d| &mut d.hidden_disk))),
    record(
        "type",
        Setter::With(|disk, value| {
            disk.backend = match value {
                None => return broken("missing"),
                Some(name) => disk_backends::named(name).unwrap_or(DiskBackend::Unknown),
            };
            Ok(())
        }),
    ),
    record(
        "specification",
        Setter::With(|disk, value| {
            let known = value.map(|name| value::named(tables::DISK_SPECIFICATION, name));
            match known.unwrap_or(Some(DiskSpecification::Xen)) {
                Some(specification) => disk.specification = specification,
                None => return broken("unknown"),
            }
            Ok(())
        }),
    ),
    record(
        "transport",
        Setter::With(|disk, value| {
            if disk.specification != DiskSpecification::Virtio {
                return Ok(());
            }
            disk.transport = match value.map(|n| value::named(tables::DISK_TRANSPORT, n)) {
                Some(Some(mmio @ DiskTransport::Mmio)) => mmio,
                _ => return broken("not mmio, the only transport of virtio disks"),
            };
            Ok(())
        }),
    ),
    record(
        "base",
        Setter::With(|disk, value| {
            if disk.specification == DiskSpecification::Virtio {
                disk.base = decimal(value)?;
            }
            Ok(())
        }),
    ),
    record(
        "irq",
        Setter::With(|disk, value| {
            if disk.specification == DiskSpecification::Virtio {
                disk.irq = decimal(value)?;
            }
            Ok(())
        }),
    ),
    #[cfg(since = "4.19")]
    record(
        "grant_usage",
        Setter::With(|disk, value| {
            if disk.specification == DiskSpecification::Virtio {
                let given = value.map(|value| value::unsigned(value) != Some(0));
                disk.grant_usage = Some(given.unwrap_or(disk.backend_domid != 0));
            }
            Ok(())
        }),
    ),
    record("dev", Setter::Required(|disk| &mut disk.vdev)),
    record(
        "removable",
        Setter::With(|disk, value| {
            let Some(value) = value else { return broken("missing") };
            disk.removable = value::int(value).unwrap_or(0);
            Ok(())
        }),
    ),
    record("mode", Setter::With(|disk, value| set_if_word(value, b"w", &mut disk.readwrite))),
    record(
        "device-type",
        Setter::With(|disk, value| set_if_word(value, b"cdrom", &mut disk.is_cdrom)),
    ),
];

fn colo(
    disk: &mut DeviceDisk,
    value: Option<&[u8]>,
    field: fn(&mut DeviceDisk) -> &mut Option<Text>,
) -> ReadResult {
    if disk.colo_enable == Some(true) {
        let Some(value) = value else { return broken("missing") };
        *field(disk) = value::text(value);
    }
    Ok(())
}

/// Sets `field` to whether the value is `word`. The node is required.
fn set_if_word(value: Option<&[u8]>, word: &[u8], field: &mut c_int) -> ReadResult {
    let Some(value) = value else { return broken("missing") };
    *field = c_int::from(value == word);
    Ok(())
}

/// The index of the kind of disks that the guest has, from the directories of both kinds. `Error::Invalid`, logged, if
/// it has both.
fn kind_of<T>(ctx: &Ctx, domid: u32, [xen, virtio]: [&Option<T>; 2]) -> Result<usize> {
    if xen.is_some() && virtio.is_some() {
        error!(
            ctx,
            domid = domid,
            "cannot read the disks: the domain has both PV and virtio disks"
        );
        return Err(Error::Invalid);
    }
    Ok(usize::from(virtio.is_some()))
}

/// All disks of a domain. Errors are logged, and invalid disks left out.
pub fn all(ctx: &Ctx, domid: u32) -> Vec<DeviceDisk> {
    let devids = super::devids(ctx, domid, &TABLES.map(|table| table.kind));
    let Ok(kind) = kind_of(ctx, domid, [&devids[0], &devids[1]]) else { return Vec::new() };
    super::some(ctx, domid, TABLES[kind], devids[kind].as_deref().unwrap_or_default())
}

/// The disk with this devid. Errors are logged.
pub fn with_devid(ctx: &Ctx, domid: u32, devid: i32) -> Result<DeviceDisk> {
    let dirs = TABLES.map(|table| super::records(domid, table.kind));
    let paths = [dirs[0].clone(), dirs[1].clone()];
    let paths = [paths, dirs.map(|dir| format!("{dir}/{devid}"))].concat();
    let mut names = ctx.store().list_many(&paths).map_err(|e| nodes::failed(ctx, e))?;
    let kind = kind_of(ctx, domid, [&names[0], &names[1]])?;
    super::listed(ctx, domid, TABLES[kind], devid, names.swap_remove(2 + kind))
}

/// The devid for a disk name. `Error::Invalid` for an invalid name, which is not logged as an error, since users
/// mistype names; the C library does not log it either.
pub fn number(ctx: &Ctx, domid: u32, name: &[u8]) -> Result<i32> {
    vdev::number(name).ok_or_else(|| {
        let shown = String::from_utf8_lossy(&name[..name.len().min(64)]).into_owned();
        debug!(ctx, domid = domid, "{shown:?} is not a disk name");
        Error::Invalid
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::read::{BrokenDevice, Tree, tests::made};

    const BACK: Option<&str> = Some("/local/domain/5/backend/vbd/7/51712");

    /// A disk from all required nodes, except for those in `instead`, where `-` removes a node.
    fn disk(instead: &[(&str, &str)]) -> std::result::Result<DeviceDisk, BrokenDevice> {
        let required = ["dev xvda", "type phy", "removable 1", "mode w", "device-type cdrom"];
        let required = required.iter().map(|node| node.split_once(' ').unwrap());
        let values: Vec<_> = instead.iter().copied().chain(required).collect();
        let values: Vec<_> = values
            .iter()
            .filter(|(_, value)| *value != "-")
            .map(|(name, value)| (*name, value.as_bytes()))
            .collect();
        let removed = |name| instead.contains(&(name, "-"));
        let values: Vec<_> = values.into_iter().filter(|(name, _)| !removed(name)).collect();
        made(&VBD, BACK, &values, &Tree::default())
    }

    #[test]
    fn a_disk_from_its_nodes() {
        let plain = disk(&[]).unwrap();
        assert_eq!((plain.backend, plain.backend_domid), (DiskBackend::Phy, 5));
        assert_eq!((plain.removable, plain.readwrite, plain.is_cdrom), (1, 1, 1));
        assert_eq!((plain.pdev_path, plain.colo_enable), (None, Some(false)));
        let path = |params| disk(&[("params", params)]).unwrap().pdev_path;
        assert_eq!(
            (path("aio:/a:b"), path("/a"), path("")),
            (Text::new("/a:b"), Text::new("/a"), Text::new(""))
        );
        assert_eq!(disk(&[("type", "tap")]).unwrap().backend, DiskBackend::Unknown);
    }

    #[test]
    fn required_and_invalid_nodes() {
        for node in ["dev", "type", "removable", "mode", "device-type"] {
            assert!(disk(&[(node, "-")]).is_err(), "{node}");
        }
        assert!(disk(&[("colo-host", "h")]).is_err());
        assert!(disk(&[("specification", "scsi")]).is_err());
        let virtio = ("specification", "virtio");
        assert!(disk(&[virtio, ("transport", "pci"), ("base", "1"), ("irq", "2")]).is_err());
        let virtio = disk(&[virtio, ("transport", "mmio"), ("base", "1"), ("irq", "2")]).unwrap();
        assert_eq!((virtio.base, virtio.irq), (1, 2));
    }
}
