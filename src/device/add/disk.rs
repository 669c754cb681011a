//! Disks and CD drives.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::OpenOptionsExt;

use super::nodes::DeviceNodes;
use super::{Addable, AttachTarget, Stored};
use crate::config::defaults::devices::{DeviceContext, disk};
use crate::core::file::errno_of;
use crate::core::paths;
use crate::core::{Ctx, Error, Result};
use crate::device::{Device, DeviceKind, vdev};
use crate::domain::disk_backends::{
    PHY_SERVES_CD_DRIVES, TAP_IS_SERVED, TAPBACK, empty_drive_path,
};
use crate::domain::nodes;
use crate::error;
use crate::qemu::arguments::{Target, target};
use crate::types::idiomatic::{
    DeviceDisk, DiskBackend as Backend, DiskFormat as Format, DiskSpecification, DomainConfig, Text,
};

/// The default hotplug scripts.
const BLOCK: &[u8] = b"block";
const BLOCK_TAP: &[u8] = b"block-tap";

impl Addable for DeviceDisk {
    const KIND: DeviceKind = DeviceKind::Vbd;

    fn set_defaults(&mut self, context: DeviceContext) -> Result<()> {
        disk::set_defaults(context, self)
    }

    fn devid(&mut self) -> Option<&mut i32> {
        None
    }

    fn describe(&mut self) -> String {
        self.vdev.as_ref().map_or_else(|| "disk".into(), |name| format!("disk {name:.64}"))
    }

    fn device(&self, ctx: &Ctx, domid: u32) -> Result<Device> {
        let Some(devid) = self.vdev.as_ref().and_then(|name| vdev::number(name.as_bytes())) else {
            let name = self.vdev.as_ref().map_or_else(|| "(null)".into(), Text::to_string);
            error!(ctx, domid = domid, "cannot use disk {name:.64}: invalid disk name");
            return Err(Error::Invalid);
        };
        let (kind, backend_kind) = match self.backend {
            Backend::Tap if TAP_IS_SERVED => (DeviceKind::Vbd, DeviceKind::Vbd3),
            Backend::Phy | Backend::Tap => (DeviceKind::Vbd, DeviceKind::Vbd),
            Backend::Qdisk => (DeviceKind::Vbd, DeviceKind::Qdisk),
            Backend::Standalone => (DeviceKind::VirtioDisk, DeviceKind::VirtioDisk),
            other => {
                error!(ctx, domid = domid, "cannot use disk: invalid backend {other:?}");
                return Err(Error::Invalid);
            }
        };
        Ok(Device { domid, devid, kind, backend_domid: self.backend_domid, backend_kind })
    }

    fn nodes(&self, target: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()> {
        let ctx = target.ctx();
        let kind = match self.backend {
            Backend::Phy => {
                make_empty_drive(ctx, target.domid(), self)?;
                nodes.back("params", &self.pdev_path);
                nodes.back("script", self.script_or(BLOCK));
                "phy"
            }
            Backend::Tap if TAP_IS_SERVED => {
                nodes.back("params", format_and_path(self));
                nodes.back("script", self.script_or(BLOCK_TAP));
                TAPBACK
            }
            Backend::Standalone => {
                nodes.back("params", &self.pdev_path);
                "standalone"
            }
            Backend::Qdisk => {
                nodes.back("params", format_and_path(self));
                if self.colo_enable == Some(true) {
                    nodes.back("colo-host", &self.colo_host);
                    nodes.back("colo-port", self.colo_port);
                    nodes.back("colo-export", &self.colo_export);
                    nodes.back("active-disk", &self.active_disk);
                    nodes.back("hidden-disk", &self.hidden_disk);
                }
                "qdisk"
            }
            Backend::Tap => {
                error!(
                    ctx,
                    domid = target.domid(),
                    "cannot use disk: the backend blktap was removed from Xen"
                );
                return Err(Error::Fail);
            }
            other => {
                error!(ctx, domid = target.domid(), "cannot use disk: invalid backend {other:?}");
                return Err(Error::Invalid);
            }
        };
        let device_type = if self.is_cdrom != 0 { "cdrom" } else { "disk" };
        nodes.back("removable", self.removable != 0);
        nodes.back("bootable", 1);
        nodes.back("dev", &self.vdev);
        nodes.back("type", kind);
        nodes.back("mode", if self.readwrite != 0 { "w" } else { "r" });
        nodes.back("device-type", device_type);
        if self.direct_io_safe {
            nodes.back("direct-io-safe", 1);
        }
        nodes.back("discard-enable", self.discard_enable);
        let name = self.specification.name();
        nodes.back(
            "specification",
            name.filter(|_| self.specification != DiskSpecification::Unknown),
        );
        if self.specification == DiskSpecification::Virtio {
            nodes.back("transport", self.transport.name());
            nodes.back("base", self.base);
            nodes.back("irq", self.irq);
            #[cfg(since = "4.19")]
            nodes.back("grant_usage", self.grant_usage);
        }
        nodes.front("virtual-device", self.device(ctx, target.domid())?.devid);
        nodes.front("device-type", device_type);
        nodes.front("trusted", self.trusted);
        nodes.front("protocol", target.protocol());
        Ok(())
    }
}

impl Stored for DeviceDisk {
    fn list(config: &mut DomainConfig) -> &mut Vec<Self> {
        &mut config.disks
    }

    fn is_same(&self, other: &Self) -> bool {
        self.vdev == other.vdev
    }

    /// A disk is stored as the application has requested it.
    fn copy_chosen(&mut self, _: &Self) {}

    const NO_DOMAIN: Error = Error::Fail;
}

/// What QEMU of domain `domid` opens for each of its disks; `None` for an empty drive. This must be called when the
/// disks are connected, since a hotplug script may have written the path of its device.
pub fn paths_for_qemu(
    ctx: &Ctx,
    domid: u32,
    disks: &[DeviceDisk],
) -> Result<Vec<Option<OsString>>> {
    let of_script = |disk: &DeviceDisk| -> Result<_> {
        let back = disk.device(ctx, domid)?.backend_path();
        nodes::read(ctx, ctx.store(), &format!("{back}/physical-device-path"))
    };
    let path = |disk: &DeviceDisk| {
        Ok(match target(disk) {
            Target::Path(path) => Some(path),
            Target::None => None,
            Target::OfScript => of_script(disk)?.map(OsString::from_vec),
            Target::OfTapdisk => of_script(disk)?
                .map(|socket| OsString::from_vec([b"nbd+unix:///?socket=", &socket[..]].concat())),
        })
    };
    disks.iter().map(path).collect()
}

impl DeviceDisk {
    /// The path of its script, or of this one.
    fn script_or(&self, default: &[u8]) -> Vec<u8> {
        script_path(self.script.as_ref().map_or(default, Text::as_bytes))
    }
}

/// A script's path: a relative one is below Xen's directory of scripts.
pub(super) fn script_path(script: &[u8]) -> Vec<u8> {
    if script.starts_with(b"/") {
        return script.to_vec();
    }
    [paths::SCRIPTS.as_bytes(), b"/", script].concat()
}

/// Makes the file without content that an empty CD drive has with a phy back end, if the disk is one. Only this one: its
/// content is removed.
pub fn make_empty_drive(ctx: &Ctx, domid: u32, disk: &DeviceDisk) -> Result<()> {
    let path = empty_drive_path(domid);
    let has_it = disk.pdev_path.as_ref().is_some_and(|given| given.as_bytes() == path.as_bytes());
    if !PHY_SERVES_CD_DRIVES || disk.format != Format::Empty || !has_it {
        return Ok(());
    }
    let made = File::options().write(true).create(true).truncate(true).mode(0o400).open(&path);
    made.map(drop).map_err(|e| {
        error!(ctx, domid = domid, errno = errno_of(&e), "cannot make the empty drive {path}");
        Error::Fail
    })
}

/// The value of the node `params` of a disk whose back end is QEMU or blktap: the format, and the path.
pub fn format_and_path(disk: &DeviceDisk) -> Vec<u8> {
    let path = disk.pdev_path.as_ref().map_or(&[][..], Text::as_bytes);
    [format_name(disk.format).as_bytes(), b":", path].concat()
}

/// The name of the format in `params`.
fn format_name(format: Format) -> &'static str {
    match format {
        Format::Raw | Format::Empty => "aio",
        Format::Qcow => "qcow",
        Format::Qcow2 => "qcow2",
        Format::Vhd => "vhd",
        Format::Qed => "qed",
        // As in the C library, where `printf` writes this for NULL; QEMU refuses it.
        Format::Unknown | Format::Other(_) => "(null)",
    }
}
