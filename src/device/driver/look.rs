//! Reading a driver domain's devices, and determining which of them to read after a change.
//!
//! A [`Scope`] collects what has changed. A look reads these devices and no others, in one round trip. A changed
//! directory above devices, for which a watch fires when it is removed, is listed as well, with the levels below it.
//! Three nodes of each device are read, so changes of other nodes are ignored.

use std::collections::BTreeSet;

use super::super::{Device, DeviceKind};
use crate::core::number::leading_number;
use crate::core::watches::Changes;
use crate::core::{Ctx, Result};
use crate::domain::nodes;
use crate::xen::store::Ops;

/// The nodes that are read of a device.
const NODES: [&str; 3] = ["state", "online", "hotplug-status"];

/// A device in the directory of this domain's back ends, as it was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// The device.
    pub device: Device,
    /// The back end's state (`xenbus.h`); `None` if it is not a number.
    pub state: Option<u32>,
    /// False once the toolstack wants the device removed.
    pub online: bool,
    /// Its hotplug script has run.
    pub script_has_run: bool,
}

/// The directory of this domain's back ends.
pub fn base(own: u32) -> String {
    format!("{}/backend", nodes::domain_path(own))
}

/// The devices and directories to look at.
#[derive(PartialEq, Eq, Debug)]
pub struct Scope {
    own: u32,
    base: String,
    all: bool,
    /// The changed directories of kinds, of guests, and of devices.
    dirs: [BTreeSet<String>; 3],
}

impl Scope {
    /// The empty scope, for the back ends of this domain, `own`.
    pub fn empty(own: u32) -> Self {
        Self { own, base: base(own), all: false, dirs: Default::default() }
    }

    /// Whether there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        !self.all && self.dirs.iter().all(BTreeSet::is_empty)
    }

    /// Adds all devices.
    pub fn add_all(&mut self) {
        self.all = true;
        self.dirs = Default::default();
    }

    /// Adds one device.
    pub fn add_device(&mut self, device: &Device) {
        if !self.all {
            self.dirs[2].insert(device.backend_path());
        }
    }

    /// Adds what has changed.
    pub fn add(&mut self, changes: &Changes) {
        match changes {
            Changes::All => self.add_all(),
            Changes::Paths(paths) => paths.iter().for_each(|path| self.add_path(path)),
        }
    }

    fn add_path(&mut self, path: &str) {
        if self.all {
            return;
        }
        // A change of the directory itself, which every watch reports first, or of a directory above it.
        let below = path.strip_prefix(&self.base).and_then(|rest| rest.strip_prefix('/'));
        let Some(below) = below else { return self.add_all() };
        let mut parts = below.split('/');
        let names: Vec<&str> = parts.by_ref().take(3).collect();
        let dir = format!("{}/{}", self.base, names.join("/"));
        if names.len() < 3 {
            self.dirs[names.len() - 1].insert(dir);
        } else if parts.next().is_none_or(|node| NODES.contains(&node))
            && let Some(device) = parse(self.own, &dir)
        {
            self.add_device(&device);
        }
    }

    /// Whether a look includes the device with this directory.
    pub fn covers(&self, device: &str) -> bool {
        let above = |dir: &String| device.strip_prefix(dir).is_some_and(|r| r.starts_with('/'));
        let [kinds, guests, devices] = &self.dirs;
        self.all || devices.contains(device) || kinds.iter().chain(guests).any(above)
    }

    /// Reads all devices in the scope. Directories without the nodes `state` and `online` are not devices.
    pub fn look(&self, ctx: &Ctx, store: &impl Ops) -> Result<Vec<Seen>> {
        let listed = |dirs: &BTreeSet<String>| -> Result<Vec<String>> {
            if dirs.is_empty() {
                return Ok(Vec::new());
            }
            let dirs: Vec<&String> = dirs.iter().collect();
            let lists = store.list_many(&dirs).map_err(|e| nodes::failed(ctx, e))?;
            let below = dirs.iter().zip(lists).flat_map(|(dir, names)| {
                names.unwrap_or_default().into_iter().map(move |name| format!("{dir}/{name}"))
            });
            Ok(below.collect())
        };
        let name_of = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let [mut kinds, mut guests, mut devices] = self.dirs.clone();
        if self.all {
            kinds.extend(listed(&BTreeSet::from([self.base.clone()]))?);
        }
        kinds.retain(|path| DeviceKind::from_name(&name_of(path)).is_some());
        guests.extend(listed(&kinds)?);
        guests.retain(|path| name_of(path).parse::<u32>().is_ok());
        devices.extend(listed(&guests)?);
        let devices: Vec<Device> = devices.iter().filter_map(|p| parse(self.own, p)).collect();
        if devices.is_empty() {
            return Ok(Vec::new());
        }
        let paths: Vec<String> = devices
            .iter()
            .map(Device::backend_path)
            .flat_map(|path| NODES.map(|node| format!("{path}/{node}")))
            .collect();
        let values = nodes::read_many(ctx, store, &paths)?;
        let seen = devices.into_iter().zip(values.chunks(NODES.len())).filter_map(|found| {
            let (device, [Some(state), Some(online), script_has_run]) = found else { return None };
            let online: Option<u32> = leading_number(online);
            Some(Seen {
                device,
                state: leading_number(state),
                online: online.unwrap_or(0) != 0,
                script_has_run: script_has_run.as_deref() == Some(b"connected"),
            })
        });
        Ok(seen.collect())
    }
}

/// The device with this directory, for the backend domain `own`; `None` if the path is invalid.
pub fn parse(own: u32, path: &str) -> Option<Device> {
    let mut parts = path.rsplit('/');
    let devid = parts.next()?.parse().ok()?;
    let domid = parts.next()?.parse().ok()?;
    let backend_kind = DeviceKind::from_name(parts.next()?)?;
    let kind = match backend_kind {
        DeviceKind::Qdisk | DeviceKind::Vbd3 => DeviceKind::Vbd,
        DeviceKind::Vinput => DeviceKind::Vkbd,
        DeviceKind::Qusb => DeviceKind::Vusb,
        DeviceKind::Xen9pfs => DeviceKind::NinePfs,
        kind => kind,
    };
    Some(Device { domid, devid, kind, backend_domid: own, backend_kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_from_its_directory() {
        let device = parse(2, "/local/domain/2/backend/qdisk/7/51712").unwrap();
        assert_eq!((device.domid, device.devid, device.backend_domid), (7, 51712, 2));
        assert_eq!((device.kind, device.backend_kind), (DeviceKind::Vbd, DeviceKind::Qdisk));
        assert_eq!(device.backend_path(), "/local/domain/2/backend/qdisk/7/51712");
        for bad in ["vbd/x/1", "vbd/1/x", "none/1/1", "1"] {
            assert_eq!(parse(2, bad), None, "{bad}");
        }
    }

    fn scope(paths: &[&str]) -> Scope {
        let mut scope = Scope::empty(2);
        let path = |below: &&str| format!("/local/domain/2/backend{below}");
        scope.add(&Changes::Paths(paths.iter().map(path).collect()));
        scope
    }

    #[test]
    fn a_change_belongs_to_one_device() {
        for (path, covered) in [
            // Nodes of the device, and its directory.
            ("/vif/7/1/state", true),
            ("/vif/7/1/online", true),
            ("/vif/7/1/hotplug-status", true),
            ("/vif/7/1", true),
            // Directories above it, which are removed with it.
            ("/vif/7", true),
            ("/vif", true),
            ("", true),
            // Nodes that are not read, and other devices.
            ("/vif/7/1/mac", false),
            ("/vif/7/1/feature/state", false),
            ("/vif/7/10/state", false),
            ("/vif/70/1/state", false),
            ("/vbd/7/1/state", false),
            ("/vi", false),
        ] {
            let (scope, device) = (scope(&[path]), "/local/domain/2/backend/vif/7/1");
            assert_eq!(scope.covers(device), covered, "{path}");
        }
        for nothing in ["/vif/7/1/mac", "/none/7/1/state", "/vif/7/x/state"] {
            assert!(scope(&[nothing]).is_empty(), "{nothing}");
        }
        let mut above = Scope::empty(2);
        above.add(&Changes::Paths(BTreeSet::from(["/local/domain/2".to_owned()])));
        assert!(above.all, "a directory above all of them");
    }

    #[test]
    fn the_scope_of_all_devices_stays_the_same() {
        let mut all = scope(&["/vif/7/1/state"]);
        all.add(&Changes::All);
        let mut other = Scope::empty(2);
        other.add_all();
        assert_eq!(all, other);
        all.add_path("/local/domain/2/backend/vif/7/1/state");
        assert_eq!(all, other);
    }
}
