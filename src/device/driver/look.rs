//! What there is to be seen of a driver domain's devices, and where to look after a change.
//!
//! A [`Scope`] collects the places that have changed. A look reads these devices and no other, in one round trip; a directory
//! above devices, which is named when it is removed, is listed as well, from there down. Of a device three nodes are read, so
//! changes of the others are none.

use std::collections::BTreeSet;

use super::super::{Device, DeviceKind};
use crate::core::number::leading_number;
use crate::core::watches::Changes;
use crate::core::{Ctx, Result};
use crate::domain::nodes;
use crate::xen::store::Ops;

/// The nodes that are read of a device.
const NODES: [&str; 3] = ["state", "online", "hotplug-status"];

/// A device in this domain's directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    pub device: Device,
    pub state: Option<u32>,
    pub online: bool,
    /// Its script has run.
    pub joined: bool,
}

/// The directory of this domain's back ends.
pub fn base(own: u32) -> String {
    format!("{}/backend", nodes::domain_path(own))
}

/// Where to look.
#[derive(PartialEq, Eq, Debug)]
pub struct Scope {
    own: u32,
    base: String,
    all: bool,
    /// The directories of kinds, of guests, and of devices.
    places: [BTreeSet<String>; 3],
}

impl Scope {
    /// Nowhere, in the directory of this domain, `own`.
    pub fn nowhere(own: u32) -> Self {
        Self { own, base: base(own), all: false, places: Default::default() }
    }

    pub fn is_empty(&self) -> bool {
        !self.all && self.places.iter().all(BTreeSet::is_empty)
    }

    /// Everywhere.
    pub fn add_all(&mut self) {
        self.all = true;
        self.places = Default::default();
    }

    /// At that device.
    pub fn add_device(&mut self, device: &Device) {
        if !self.all {
            self.places[2].insert(device.backend_path());
        }
    }

    /// Where something has changed.
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
        // Of the directory itself, as every watch fires at first, or of one above it.
        let below = path.strip_prefix(&self.base).and_then(|rest| rest.strip_prefix('/'));
        let Some(below) = below else { return self.add_all() };
        let mut parts = below.split('/');
        let dirs: Vec<&str> = parts.by_ref().take(3).collect();
        let place = format!("{}/{}", self.base, dirs.join("/"));
        if dirs.len() < 3 {
            self.places[dirs.len() - 1].insert(place);
        } else if parts.next().is_none_or(|node| NODES.contains(&node))
            && let Some(device) = parse(self.own, &place)
        {
            self.add_device(&device);
        }
    }

    /// Whether a device is looked at that has this directory.
    pub fn covers(&self, device: &str) -> bool {
        let above = |place: &String| device.strip_prefix(place).is_some_and(|r| r.starts_with('/'));
        let [kinds, guests, devices] = &self.places;
        self.all || devices.contains(device) || kinds.iter().chain(guests).any(above)
    }

    /// All devices there that have what a device has.
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
        let [mut kinds, mut guests, mut devices] = self.places.clone();
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
            let (device, [Some(state), Some(online), joined]) = found else { return None };
            let online: Option<u32> = leading_number(online);
            Some(Seen {
                device,
                state: leading_number(state),
                online: online.unwrap_or(0) != 0,
                joined: joined.as_deref() == Some(b"connected"),
            })
        });
        Ok(seen.collect())
    }
}

/// The device with that directory.
pub fn parse(own: u32, path: &str) -> Option<Device> {
    let mut parts = path.rsplit('/');
    let devid = parts.next()?.parse().ok()?;
    let domid = parts.next()?.parse().ok()?;
    let backend_kind = DeviceKind::from_name(parts.next()?)?;
    let kind = match backend_kind {
        DeviceKind::Qdisk => DeviceKind::Vbd,
        DeviceKind::Vinput => DeviceKind::Vkbd,
        DeviceKind::Qusb => DeviceKind::Vusb,
        kind => kind,
    };
    Some(Device { domid, devid, kind, backend_domid: own, backend_kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_a_device() {
        let device = parse(2, "/local/domain/2/backend/qdisk/7/51712").unwrap();
        assert_eq!((device.domid, device.devid, device.backend_domid), (7, 51712, 2));
        assert_eq!((device.kind, device.backend_kind), (DeviceKind::Vbd, DeviceKind::Qdisk));
        assert_eq!(device.backend_path(), "/local/domain/2/backend/qdisk/7/51712");
        for bad in ["vbd/x/1", "vbd/1/x", "none/1/1", "1"] {
            assert_eq!(parse(2, bad), None, "{bad}");
        }
    }

    fn scope(paths: &[&str]) -> Scope {
        let mut scope = Scope::nowhere(2);
        let path = |below: &&str| format!("/local/domain/2/backend{below}");
        scope.add(&Changes::Paths(paths.iter().map(path).collect()));
        scope
    }

    #[test]
    fn a_change_is_of_one_device() {
        for (path, covered) in [
            // Its nodes, and itself.
            ("/vif/7/1/state", true),
            ("/vif/7/1/online", true),
            ("/vif/7/1/hotplug-status", true),
            ("/vif/7/1", true),
            // Directories above it, which are removed with it.
            ("/vif/7", true),
            ("/vif", true),
            ("", true),
            // Nodes that say nothing here, and other devices.
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
        let mut above = Scope::nowhere(2);
        above.add(&Changes::Paths(BTreeSet::from(["/local/domain/2".to_owned()])));
        assert!(above.all, "a directory above all of them");
    }

    #[test]
    fn everywhere_is_everywhere() {
        let mut all = scope(&["/vif/7/1/state"]);
        all.add(&Changes::All);
        let mut other = Scope::nowhere(2);
        other.add_all();
        assert_eq!(all, other);
        all.add_path("/local/domain/2/backend/vif/7/1/state");
        assert_eq!(all, other);
    }
}
