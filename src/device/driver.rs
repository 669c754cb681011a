//! The service of a driver domain (`xl devd`): the toolstack writes devices whose back ends are in this domain; this
//! code runs their hotplug scripts, and removes their nodes in the end.
//!
//! A change below this domain's `backend` directory leads to a look at the device that it belongs to, however many
//! others there are ([`look`]). All devices are looked at first, after xenstore was lost, and when too many changes
//! arrive at the same time. The steps for one device run one after the other, and changes during a step have no effect;
//! so the device is looked at again after the step. A failed look is repeated, together with the changes since. Devices
//! do not wait for each other.
//!
//! | seen | an unknown device | a known device |
//! |---|---|---|
//! | state 6 and online 0 | disconnected, its nodes removed | the same, and forgotten |
//! | state 6 and online 1 | nothing: it is closed temporarily | nothing |
//! | its script has run | becomes known: an earlier process has connected it | nothing |
//! | state 1 again, or state 2 after its script had run, which now has not | | connected: it is a new device |
//! | another state | connected; at the first look, only up to state 2 | nothing |
//! | no nodes | | forgotten |
//!
//! # QEMU
//!
//! One QEMU in this domain serves all devices of a guest that have a QEMU back end: disks and, since Xen 4.19
//! (09abf1b61b), 9pfs file systems. It is started with the first of them, unless the recorded one runs, and ended with
//! the last. Since the recorded process id may be another process's by now, the process is identified by its command
//! line. The set of a guest's devices that are [`Served`] is locked while its QEMU is started or ended, so that two new
//! devices do not start one QEMU each, and a new one does not lose its QEMU when the last old one is removed.

mod look;

use std::collections::{HashMap, HashSet};
use std::future::pending;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::lock::Mutex;
use futures_util::stream::{FuturesUnordered, unfold};
use futures_util::{FutureExt, StreamExt};

use super::add::connect::connect;
use super::{Device, DeviceKind, remove};
use crate::core::generators::look::reason;
use crate::core::{Ao, Error, Result};
use crate::domain::identity::{Identity, own_domid};
use crate::domain::nodes;
use crate::qemu::model;
use crate::qemu::start_for_driver_domain;
use crate::runtime::notify::Notify;
use crate::{debug, error, warn};
use look::{Scope, Seen};

/// States of a back end (`xenbus.h`): written by the toolstack; waiting for the script; closed.
const INITIALISING: u32 = 1;
const INIT_WAIT: u32 = 2;
const CLOSED: u32 = 6;

/// The interval of further looks after one has failed.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The stage of a known device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// A step for it is running.
    Busy,
    /// It was connected, or the attempt has failed.
    Connected,
    /// It was disconnected, but its nodes cannot be removed.
    Disconnected,
}

/// What is known of a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Known {
    device: Device,
    stage: Stage,
    /// It was seen in a later state than the one that the toolstack writes.
    advanced: bool,
    /// It was seen after its script had run.
    script_has_run: bool,
    /// Another process has removed its nodes while a step for it was running. If there are some again, they are those of
    /// a new device.
    vanished: bool,
}

impl Known {
    fn of(seen: &Seen, stage: Stage) -> Self {
        let advanced = seen.state.is_some_and(|state| state > INITIALISING);
        let script_has_run = seen.script_has_run;
        Self { device: seen.device, stage, advanced, script_has_run, vanished: false }
    }

    /// Updates the entry with what was seen.
    fn seen_again(&mut self, seen: &Seen) {
        let now = Self::of(seen, self.stage);
        self.advanced |= now.advanced;
        self.script_has_run |= now.script_has_run;
    }

    /// Whether the seen device is a new one that replaces the known one.
    fn is_replaced(&self, seen: &Seen) -> bool {
        match seen.state {
            Some(INITIALISING) => self.advanced,
            Some(INIT_WAIT) => self.script_has_run && !seen.script_has_run,
            _ => false,
        }
    }
}

/// The next step for a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Nothing,
    /// Records it: an earlier process has connected it.
    Adopt,
    Connect,
    Remove,
}

/// The next step for a seen device. `first`: this is the first look.
fn step(known: Option<Known>, seen: &Seen, first: bool) -> Step {
    let has_ended = seen.state == Some(CLOSED) && !seen.online;
    match known {
        Some(known) if known.stage == Stage::Busy => Step::Nothing,
        Some(known) if has_ended && known.stage == Stage::Disconnected => Step::Nothing,
        _ if has_ended => Step::Remove,
        _ if seen.state == Some(CLOSED) => Step::Nothing,
        Some(known) if known.is_replaced(seen) => Step::Connect,
        Some(_) => Step::Nothing,
        None if seen.script_has_run => Step::Adopt,
        None if first && seen.state.is_some_and(|state| state > INIT_WAIT) => Step::Adopt,
        None => Step::Connect,
    }
}

/// The devices of a guest that its QEMU in this domain serves: kind and devid of each back end.
type Served = Arc<Mutex<HashSet<(DeviceKind, i32)>>>;

/// Whether back ends of this kind are served by a QEMU that is started in this domain.
fn needs_qemu(kind: DeviceKind) -> bool {
    kind == DeviceKind::Qdisk || cfg!(since = "4.19") && kind == DeviceKind::NinePfs
}

/// A running step for a device. Its result is the device's next stage, or `None` if the device was removed.
type Work<'a> = Pin<Box<dyn Future<Output = (Device, Option<Stage>)> + Send + 'a>>;

/// Serves this domain's devices until the operation is aborted, which is the result then.
///
/// # Errors
/// The id of this domain cannot be determined, or its directory cannot be watched.
pub async fn serve(ao: &Ao) -> Result<()> {
    let own = own_domid(ao)?;
    let never = Arc::new(Notify::default());
    let waits = (ao.watch_paths(&look::base(own))?, never.listen());
    // This is a stream, so that the wait for a lost xenstore continues while steps run.
    let mut reasons = pin!(unfold(waits, |(mut watch, mut wanted)| async move {
        reason(ao, watch.watch(), &mut wanted).await;
        Some((watch.take(), (watch, wanted)))
    }));
    let mut works: FuturesUnordered<Work> = FuturesUnordered::new();
    let mut devices = Devices { ao, own, known: HashMap::new(), served: HashMap::new() };
    // What to look at. It is kept until a look succeeds.
    let mut scope = Scope::empty(own);
    let mut first = true;
    loop {
        let happened = {
            let end = pin!(async {
                match works.is_empty() {
                    true => pending().await,
                    false => works.next().await,
                }
            });
            let happens = select(reasons.next(), end).map(|first| match first {
                Either::Left((changes, _)) => Either::Left(changes),
                Either::Right((ended, _)) => Either::Right(ended),
            });
            match scope.is_empty() {
                true => ao.wait(happens).await.map(Some),
                false => ao.within(RETRY_INTERVAL, happens).await,
            }
        };
        match happened {
            Ok(Some(Either::Left(Some(changes)))) => scope.add(&changes),
            Ok(Some(Either::Right(Some((device, stage))))) => {
                works.extend(devices.finished(device, stage));
                scope.add_device(&device);
            }
            // It is time to repeat a failed look.
            Ok(_) => {}
            Err(e) => {
                // The same abort ends the running steps.
                while works.next().await.is_some() {}
                return Err(e);
            }
        }
        if first {
            scope.add_all();
        }
        // A failure is logged where it is found.
        let Ok(seen) = scope.look(ao, ao.store()) else { continue };
        if first {
            devices.end_leftovers(&seen);
        }
        works.extend(devices.vanished(&scope, &seen));
        works.extend(seen.iter().filter_map(|seen| devices.update(seen, first)));
        scope = Scope::empty(own);
        first = false;
    }
}

/// The devices that this domain serves.
struct Devices<'a> {
    ao: &'a Ao,
    own: u32,
    known: HashMap<String, Known>,
    served: HashMap<u32, Served>,
}

impl<'a> Devices<'a> {
    /// Updates the entry of a seen device. Returns the next step, if there is one.
    fn update(&mut self, seen: &Seen, first: bool) -> Option<Work<'a>> {
        let (ao, device) = (self.ao, seen.device);
        let path = device.backend_path();
        let known = self.known.get_mut(&path);
        let step = step(known.as_deref().copied(), seen, first);
        if step == Step::Nothing {
            if let Some(known) = known {
                known.seen_again(seen);
            }
            return None;
        }
        self.known.insert(path, Known::of(seen, Stage::Busy));
        let served = self.served_of(&device);
        Some(match step {
            Step::Remove => Box::pin(remove_closed(ao, device, self.own, served)),
            Step::Connect => Box::pin(connect_new(ao, device, served)),
            Step::Adopt | Step::Nothing => Box::pin(adopt(ao, device, served)),
        })
    }

    fn served_of(&mut self, device: &Device) -> Served {
        Arc::clone(self.served.entry(device.domid).or_default())
    }

    /// Records the end of a step. `stage` is `None` if the device was removed. Returns a step for a device that has vanished
    /// meanwhile.
    fn finished(&mut self, device: Device, stage: Option<Stage>) -> Option<Work<'a>> {
        match (stage, self.known.get_mut(&device.backend_path())) {
            (Some(_), Some(known)) if known.vanished => {
                known.vanished = false;
                return Some(self.forget_vanished(device));
            }
            (Some(stage), Some(known)) => known.stage = stage,
            _ => self.forget(&device),
        }
        None
    }

    /// Forgets a removed device, and the state of its guest if the guest has no other device here.
    fn forget(&mut self, device: &Device) {
        self.known.remove(&device.backend_path());
        let domid = device.domid;
        if !self.known.values().any(|known| known.device.domid == domid) {
            self.served.remove(&domid);
            // This is a node of this domain, below its own directory. A failure is logged where it is found.
            let _ = nodes::remove(self.ao, self.ao.store(), &format!("libxl/{domid}"));
        }
    }

    /// Returns steps for devices that another process has removed. They are forgotten, since other devices may replace
    /// them.
    fn vanished(&mut self, scope: &Scope, seen: &[Seen]) -> Vec<Work<'a>> {
        let there: HashSet<String> = seen.iter().map(|seen| seen.device.backend_path()).collect();
        let mut vanished = Vec::new();
        for (path, known) in &mut self.known {
            if !scope.covers(path) || there.contains(path) {
                continue;
            }
            if known.stage == Stage::Busy {
                known.vanished = true;
            } else {
                known.stage = Stage::Busy;
                vanished.push(known.device);
            }
        }
        vanished.into_iter().map(|device| self.forget_vanished(device)).collect()
    }

    fn forget_vanished(&mut self, device: Device) -> Work<'a> {
        let (ao, served) = (self.ao, self.served_of(&device));
        Box::pin(async move {
            let path = device.backend_path();
            debug!(ao, domid = device.domid, "{path} was removed by another process");
            release_qemu(ao, &device, &served).await;
            (device, None)
        })
    }

    /// Ends the QEMU processes that an earlier process has started for guests that have no such device here now.
    fn end_leftovers(&self, seen: &[Seen]) {
        let ao = self.ao;
        for name in nodes::list(ao, ao.store(), "libxl").unwrap_or_default() {
            let Ok(domid) = name.parse::<u32>() else { continue };
            let mut devices = seen.iter().map(|seen| seen.device).filter(|d| d.domid == domid);
            if !devices.clone().any(|device| needs_qemu(device.backend_kind)) {
                // A failure is logged where it is found.
                let _ = model::destroy_disk_server(ao, domid);
            }
            if devices.next().is_none() {
                let _ = nodes::remove(ao, ao.store(), &format!("libxl/{domid}"));
            }
        }
    }
}

/// The step for a device that an earlier process has connected.
async fn adopt(ao: &Ao, device: Device, served: Served) -> (Device, Option<Stage>) {
    let (domid, path) = (device.domid, device.backend_path());
    debug!(ao, domid = domid, "{path} is connected already");
    if needs_qemu(device.backend_kind) {
        served.lock().await.insert((device.backend_kind, device.devid));
        if !model::has_disk_server(ao, domid) {
            // The guest's device would not reconnect to a new QEMU.
            warn!(ao, domid = domid, "{path} is not served: its QEMU has ended");
        }
    }
    (device, Some(Stage::Connected))
}

/// The step for a new device: connects it.
async fn connect_new(ao: &Ao, device: Device, served: Served) -> (Device, Option<Stage>) {
    let path = device.backend_path();
    debug!(ao, domid = device.domid, "{path} is new");
    let connected = match device.backend_kind {
        kind if needs_qemu(kind) => {
            let mut served = served.lock().await;
            served.insert((kind, device.devid));
            start_qemu(ao, device.domid).await
        }
        _ => connect(ao, &Identity::assumed(device.domid), &[device]).await,
    };
    if let Err(e) = connected {
        error!(ao, domid = device.domid, "cannot connect {path}: {e}");
    }
    (device, Some(Stage::Connected))
}

/// Starts the QEMU that serves the guest's devices, unless it runs. The caller has locked the set of these.
async fn start_qemu(ao: &Ao, domid: u32) -> Result<()> {
    if model::has_disk_server(ao, domid) {
        return Ok(());
    }
    // Nodes of an earlier QEMU would show that the new one runs.
    model::destroy_disk_server(ao, domid)?;
    let started = start_for_driver_domain(ao, domid).await;
    if started.is_err_and(|e| e != Error::Aborted) {
        // The next device then starts a QEMU again. A failure is logged where it is found.
        let _ = model::destroy_disk_server(ao, domid);
    }
    started
}

/// Ends the QEMU that serves the guest's devices, if this is the last of them.
async fn release_qemu(ao: &Ao, device: &Device, served: &Served) {
    if needs_qemu(device.backend_kind) {
        let mut served = served.lock().await;
        served.remove(&(device.backend_kind, device.devid));
        if served.is_empty() {
            // A failure is logged where it is found.
            let _ = model::destroy_disk_server(ao, device.domid);
        }
    }
}

/// The step for a closed device: disconnects it and removes its nodes.
async fn remove_closed(
    ao: &Ao,
    device: Device,
    own: u32,
    served: Served,
) -> (Device, Option<Stage>) {
    let path = device.backend_path();
    debug!(ao, domid = device.domid, "removing {path}");
    release_qemu(ao, &device, &served).await;
    match remove::disconnect_and_remove(ao, &device, &Identity::assumed(device.domid), own).await {
        Ok(()) => (device, None),
        Err(e) => {
            error!(ao, domid = device.domid, "cannot remove {path}: {e}");
            (device, Some(Stage::Disconnected))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::look::parse;
    use super::*;

    #[test]
    fn qemu_serves_disks_and_since_4_19_file_systems() {
        let needs = |kind| {
            let device = parse(2, &format!("/local/domain/2/backend/{kind}/7/0")).unwrap();
            needs_qemu(device.backend_kind)
        };
        assert!(needs("qdisk"));
        assert_eq!(needs("9pfs"), cfg!(since = "4.19"));
        // A kernel and the 9pfs daemon serve these; the guest's own QEMU, in the toolstack's domain, the last.
        for kind in ["vbd", "vif", "xen_9pfs", "vfb"] {
            assert!(!needs(kind), "{kind}");
        }
    }

    #[test]
    fn the_step_for_a_seen_device() {
        let device = parse(2, "/local/domain/2/backend/vbd/7/51712").unwrap();
        let seen = |state, online, script_has_run| Seen {
            device,
            state: Some(state),
            online,
            script_has_run,
        };
        let script_has_run = |stage| {
            Some(Known { vanished: false, device, stage, advanced: true, script_has_run: true })
        };
        let known = |stage, advanced| {
            Some(Known { vanished: false, device, stage, advanced, script_has_run: false })
        };
        let connected = script_has_run(Stage::Connected);
        for (known, seen, at_first, later) in [
            // As written by the toolstack, and waiting for the script.
            (None, seen(1, true, false), Step::Connect, Step::Connect),
            (None, seen(2, true, false), Step::Connect, Step::Connect),
            // After a restart of the daemon.
            (None, seen(2, true, true), Step::Adopt, Step::Adopt),
            (None, seen(4, true, true), Step::Adopt, Step::Adopt),
            (None, seen(4, true, false), Step::Adopt, Step::Connect),
            (None, seen(5, false, true), Step::Adopt, Step::Adopt),
            // Closed for good, closed temporarily.
            (None, seen(6, false, true), Step::Remove, Step::Remove),
            (None, seen(6, true, true), Step::Nothing, Step::Nothing),
            (connected, seen(6, false, true), Step::Remove, Step::Remove),
            (connected, seen(6, true, true), Step::Nothing, Step::Nothing),
            (known(Stage::Disconnected, true), seen(6, false, true), Step::Nothing, Step::Nothing),
            (known(Stage::Busy, true), seen(6, false, true), Step::Nothing, Step::Nothing),
            // The same device, and a new device that replaces it.
            (connected, seen(4, true, true), Step::Nothing, Step::Nothing),
            (connected, seen(2, true, true), Step::Nothing, Step::Nothing),
            (connected, seen(4, true, false), Step::Nothing, Step::Nothing),
            (connected, seen(2, true, false), Step::Connect, Step::Connect),
            // After a script has failed.
            (known(Stage::Connected, true), seen(2, true, false), Step::Nothing, Step::Nothing),
            (connected, seen(1, true, false), Step::Connect, Step::Connect),
            (known(Stage::Disconnected, true), seen(1, true, false), Step::Connect, Step::Connect),
            (known(Stage::Connected, false), seen(1, true, false), Step::Nothing, Step::Nothing),
        ] {
            assert_eq!(step(known, &seen, true), at_first, "{known:?} {seen:?} at first");
            assert_eq!(step(known, &seen, false), later, "{known:?} {seen:?} later");
        }
    }
}
