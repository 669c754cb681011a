//! Disks and drives: mainly the choice of the back end.

use nix::errno::Errno;
use nix::sys::stat::{SFlag, stat};

use super::{DeviceContext, Result};
use crate::core::Error;
use crate::domain::disk_backends::{
    PHY_SERVES_CD_DRIVES, TAP_IS_SERVED, empty_drive_path, is_empty_drive,
};
use crate::domain::kind::DomainKind;
use crate::types::idiomatic::{
    DeviceDisk, DiskBackend as Backend, DiskFormat as Format, DiskSpecification as Specification,
    DiskTransport as Transport, Text,
};
use crate::{debug, error};

pub fn set_defaults(context: DeviceContext, disk: &mut DeviceDisk) -> Result<()> {
    disk.discard_enable.get_or_insert(disk.readwrite != 0);
    disk.colo_enable.get_or_insert(false);
    disk.colo_restore_enable.get_or_insert(false);
    disk.trusted.get_or_insert(true);
    context.backend(&disk.backend_domname, &mut disk.backend_domid)?;
    protocol(context, disk)?;
    // The media of CD drives of a guest with a device model are changed in the device model.
    if disk.is_cdrom != 0 && matches!(context.world.kind(), Ok(DomainKind::Hvm)) {
        match disk.backend {
            Backend::Unknown | Backend::Qdisk => disk.backend = Backend::Qdisk,
            Backend::Phy if PHY_SERVES_CD_DRIVES => {}
            _ => {
                let or_phy = if PHY_SERVES_CD_DRIVES { " or Phy" } else { "" };
                context.refuse(format_args!(
                    "Backend for CD devices on HVM guests must be Qdisk{or_phy}"
                ));
                return Err(Error::Fail);
            }
        }
    }
    let is_empty_drive = disk.is_cdrom != 0 && disk.format == Format::Empty;
    if is_empty_drive && may_be_empty(disk.backend) && disk.backend_domid == 0 {
        disk.pdev_path = Text::new(empty_drive_path(context.world.guest_of(context.domid)));
    }
    disk.backend = backend(context, disk)?;
    Ok(())
}

/// Checks the specification: Xen's own, or virtio, which has no hotplug and one transport.
fn protocol(context: DeviceContext, disk: &mut DeviceDisk) -> Result<()> {
    if disk.specification == Specification::Unknown {
        disk.specification = Specification::Xen;
    }
    match (disk.specification, disk.transport) {
        (Specification::Xen, Transport::Unknown) => Ok(()),
        (Specification::Xen, _) => {
            let why = "Transport is only supported for specification virtio";
            Err(context.refuse(format_args!("{why}")))
        }
        (Specification::Virtio, Transport::Unknown | Transport::Mmio) => {
            disk.transport = Transport::Mmio;
            #[cfg(since = "4.19")]
            disk.grant_usage.get_or_insert(disk.backend_domid != 0);
            if context.hotplug {
                let why = "Hotplug isn't supported for specification virtio";
                context.refuse(format_args!("{why}"));
                return Err(Error::Fail);
            }
            Ok(())
        }
        (Specification::Virtio, _) => {
            Err(context.refuse(format_args!("Unsupported transport for specification virtio")))
        }
        _ => Ok(()),
    }
}

/// Whether a drive with this back end may be without a medium, other than QEMU's.
fn may_be_empty(backend: Backend) -> bool {
    PHY_SERVES_CD_DRIVES && backend == Backend::Phy
}

/// Chooses the back end: the requested one if it can serve the disk, otherwise the first that can.
fn backend(context: DeviceContext, disk: &DeviceDisk) -> Result<Backend> {
    let vdev = name(&disk.vdev);
    if disk.format == Format::Empty {
        if disk.is_cdrom == 0 {
            return Err(context.refuse(format_args!("Disk vdev={vdev} is empty but not cdrom")));
        }
        let medium = disk.pdev_path.as_ref().filter(|path| !path.as_bytes().is_empty());
        if let Some(path) = medium.filter(|path| !is_empty_drive(path.as_bytes())) {
            return Err(context.refuse(format_args!(
                "Disk vdev={vdev} is empty but an image has been provided: {path}"
            )));
        }
    }
    // The path of a disk in another backend domain, or of one that a script sets up, is not examined.
    let looked_at = match disk.backend {
        _ if disk.format == Format::Empty || disk.backend_domid != 0 || disk.script.is_some() => {
            None
        }
        Backend::Unknown | Backend::Phy | Backend::Standalone => {
            Some(is_storage(&disk.pdev_path).map_err(|errno| {
                let path = name(&disk.pdev_path);
                let (log, domid) = (context.world.log(), context.domid);
                error!(
                    log,
                    domid = domid,
                    errno = errno,
                    "Disk vdev={vdev} failed to stat: {path}"
                );
                Error::Invalid
            })?)
        }
        _ => None,
    };
    let storage = looked_at == Some(true);
    let mut candidates = match disk.backend {
        Backend::Unknown => vec![Backend::Phy, Backend::Qdisk, Backend::Tap, Backend::Standalone],
        asked => vec![asked],
    }
    .into_iter();
    let found = candidates.find(|&backend| match why_not(disk, backend, storage) {
        None => true,
        Some(why) => {
            let asked = backend.name().unwrap_or("(none)");
            debug!(
                context.world.log(),
                domid = context.domid,
                "Disk vdev={vdev}, backend {asked}: {why}"
            );
            false
        }
    });
    found.ok_or_else(|| context.refuse(format_args!("no suitable backend for disk {vdev}")))
}

/// Why a back end cannot serve the disk. `storage` is the result of [`is_storage`] for its path.
fn why_not(disk: &DeviceDisk, backend: Backend, storage: bool) -> Option<&'static str> {
    let virtio = disk.specification == Specification::Virtio;
    if virtio != (backend == Backend::Standalone) {
        return Some("not compatible with its specification");
    }
    let plain = disk.format == Format::Raw;
    let elsewhere = disk.backend_domid != 0;
    match backend {
        // The only one that is empty is a CD drive.
        Backend::Phy if may_be_empty(backend) && disk.format == Format::Empty => {
            (disk.colo_enable == Some(true)).then_some("not compatible with colo")
        }
        Backend::Phy | Backend::Standalone if !plain => Some("unsuitable due to its format"),
        Backend::Standalone | Backend::Qdisk if disk.script.is_some() => {
            Some("not compatible with a script")
        }
        Backend::Phy | Backend::Standalone if disk.colo_enable == Some(true) => {
            Some("not compatible with colo")
        }
        Backend::Phy | Backend::Standalone => {
            let usable = elsewhere || disk.script.is_some() || storage;
            (!usable).then_some("unsuitable as phys path not a block device")
        }
        Backend::Qdisk => None,
        Backend::Tap if !TAP_IS_SERVED => Some("unsuitable because blktap not available"),
        Backend::Tap if !matches!(disk.format, Format::Raw | Format::Vhd) => {
            Some("unsuitable due to its format")
        }
        Backend::Tap if disk.colo_enable == Some(true) => Some("not compatible with colo"),
        Backend::Tap => None,
        _ => Some("unknown"),
    }
}

/// Whether the kernel's back end can serve the file: a block device, or a regular file by means of a loop device.
fn is_storage(path: &Option<Text>) -> std::result::Result<bool, Errno> {
    let path = path.as_ref().ok_or(Errno::EFAULT)?;
    let kind = SFlag::from_bits_truncate(stat(path.as_c_str())?.st_mode) & SFlag::S_IFMT;
    Ok(kind == SFlag::S_IFBLK || kind == SFlag::S_IFREG)
}

fn name(text: &Option<Text>) -> String {
    text.as_ref().map_or_else(|| "(null)".into(), Text::to_string)
}
