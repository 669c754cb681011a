//! Devices of guests: their kinds, their directories in xenstore, adding and removing them.

pub mod add;
mod back_ends;
pub mod cdrom;
pub mod driver;
pub mod eject;
pub mod hotplug;
pub mod pci;
pub mod read;
pub mod recorded;
pub mod remove;
pub mod usb;

pub use crate::domain::vdev;

use crate::domain::{disk_backends, nodes};

/// The kinds of devices, of front ends and back ends alike.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DeviceKind {
    Vif,
    Vbd,
    Qdisk,
    Pci,
    Vfb,
    Vkbd,
    Console,
    Vtpm,
    Vusb,
    Qusb,
    NinePfs,
    Vdispl,
    Vuart,
    Pvcalls,
    Vsnd,
    Vinput,
    VirtioDisk,
    Virtio,
    Xen9pfs,
    /// The back end of blktap's daemon, which reads `vbd3`.
    Vbd3,
}

const NAMES: [(DeviceKind, &str); 20] = [
    (DeviceKind::Vif, "vif"),
    (DeviceKind::Vbd, "vbd"),
    (DeviceKind::Qdisk, "qdisk"),
    (DeviceKind::Pci, "pci"),
    (DeviceKind::Vfb, "vfb"),
    (DeviceKind::Vkbd, "vkbd"),
    (DeviceKind::Console, "console"),
    (DeviceKind::Vtpm, "vtpm"),
    (DeviceKind::Vusb, "vusb"),
    (DeviceKind::Qusb, "qusb"),
    (DeviceKind::NinePfs, "9pfs"),
    (DeviceKind::Vdispl, "vdispl"),
    (DeviceKind::Vuart, "vuart"),
    (DeviceKind::Pvcalls, "pvcalls"),
    (DeviceKind::Vsnd, "vsnd"),
    (DeviceKind::Vinput, "vinput"),
    (DeviceKind::VirtioDisk, "virtio_disk"),
    (DeviceKind::Virtio, "virtio"),
    (DeviceKind::Xen9pfs, "xen_9pfs"),
    (DeviceKind::Vbd3, disk_backends::TAPBACK),
];

impl DeviceKind {
    /// The name in xenstore paths.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// The kind with this name, in either case; `None` if there is none.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map(|(kind, _)| *kind)
    }

    /// Whether QEMU is the back end.
    pub fn is_qemu(self) -> bool {
        matches!(self, Self::Qdisk | Self::Vfb | Self::Qusb | Self::NinePfs | Self::Vkbd)
    }
}

/// One device of a guest, which identifies it; its settings are in other types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Device {
    /// The guest.
    pub domid: u32,
    /// The number among the guest's devices of this kind.
    pub devid: i32,
    /// The kind of the front end and of the record.
    pub kind: DeviceKind,
    /// The domain with the back end.
    pub backend_domid: u32,
    /// The kind of the back end.
    pub backend_kind: DeviceKind,
}

impl Device {
    /// The device recorded under `/libxl/<domid>/device/<kind>/<devid>` with this back end's path.
    ///
    /// Only the backend domain and the kind of the back end are taken from that path. The guest and the devid come from
    /// the path of the record itself, so that a forged back end path cannot lead to another guest's device. `None` if
    /// the path is invalid.
    pub fn recorded(domid: u32, kind: DeviceKind, devid: i32, backend: &str) -> Option<Self> {
        let rest = backend.strip_prefix("/local/domain/")?;
        let mut parts = rest.split('/');
        let backend_domid = parts.next()?.parse().ok()?;
        let ("backend", backend_kind) = (parts.next()?, DeviceKind::from_name(parts.next()?)?)
        else {
            return None;
        };
        let (_, _): (u32, i32) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { domid, devid, kind, backend_domid, backend_kind })
    }

    /// Its name in log lines: `disk xvda`, `vif 0`.
    pub fn describe(&self) -> String {
        let is_disk = matches!(self.kind, DeviceKind::Vbd | DeviceKind::VirtioDisk);
        match vdev::name(self.devid).filter(|_| is_disk) {
            Some(name) => format!("disk {name}"),
            None => format!("{} {}", self.kind.name(), self.devid),
        }
    }

    /// The directories of its record, its front end and its back end, in this order.
    pub fn directories(&self) -> [String; 3] {
        [self.libxl_path(), self.frontend_path(), self.backend_path()]
    }

    /// The back end's directory, which the backend domain writes.
    pub fn backend_path(&self) -> String {
        let (base, kind) = (nodes::domain_path(self.backend_domid), self.backend_kind.name());
        format!("{base}/backend/{kind}/{}/{}", self.domid, self.devid)
    }

    /// The node with the back end's state (`xenbus.h`).
    pub fn state_path(&self) -> String {
        format!("{}/state", self.backend_path())
    }

    /// The front end's directory, which the guest writes.
    pub fn frontend_path(&self) -> String {
        let (base, kind) = (nodes::domain_path(self.domid), self.kind.name());
        match (self.kind, self.devid) {
            (DeviceKind::Console, 0) => format!("{base}/{kind}"),
            (DeviceKind::Vuart, devid) => format!("{base}/{kind}/{devid}"),
            (_, devid) => format!("{base}/device/{kind}/{devid}"),
        }
    }

    /// The directory of the toolstack's record, which no guest or backend domain can write.
    pub fn libxl_path(&self) -> String {
        let base = nodes::libxl_path(self.domid);
        format!("{base}/device/{}/{}", self.kind.name(), self.devid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_libxl() {
        let disk =
            Device::recorded(3, DeviceKind::Vbd, 51712, "/local/domain/2/backend/qdisk/3/51712")
                .unwrap();
        assert_eq!(disk.backend_domid, 2);
        assert_eq!(disk.backend_path(), "/local/domain/2/backend/qdisk/3/51712");
        assert_eq!(disk.frontend_path(), "/local/domain/3/device/vbd/51712");
        assert_eq!(disk.libxl_path(), "/libxl/3/device/vbd/51712");
        assert_eq!(disk.describe(), "disk xvda");
        assert_eq!(Device { kind: DeviceKind::Vif, devid: 0, ..disk }.describe(), "vif 0");
        let console =
            Device::recorded(3, DeviceKind::Console, 0, "/local/domain/0/backend/console/3/0")
                .unwrap();
        assert_eq!(console.frontend_path(), "/local/domain/3/console");
        let vuart = Device { kind: DeviceKind::Vuart, backend_kind: DeviceKind::Vuart, ..console };
        assert_eq!(vuart.frontend_path(), "/local/domain/3/vuart/0");
    }

    #[test]
    fn a_record_never_leads_to_another_guest() {
        let device =
            Device::recorded(3, DeviceKind::Vif, 0, "/local/domain/0/backend/vif/4/1").unwrap();
        assert_eq!(device.backend_path(), "/local/domain/0/backend/vif/3/0");
        for bad in ["", "/local/domain/x/backend/vif/3/0", "/local/domain/0/backend/vif/3", "/x"] {
            assert_eq!(Device::recorded(3, DeviceKind::Vif, 0, bad), None);
        }
    }

    #[test]
    fn every_kind_has_its_name() {
        for (kind, name) in NAMES {
            assert_eq!((kind.name(), DeviceKind::from_name(name)), (name, Some(kind)));
        }
        assert_eq!(DeviceKind::from_name("none"), None);
    }
}
