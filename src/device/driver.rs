//! The work of a driver domain (`xl devd`): the toolstack writes devices that this domain serves, and here their
//! scripts run, and what is left of them is removed.
//!
//! A change below this domain's `backend` directory leads to a look at the device it is of, however many others there
//! are ([`look`]). Everything is looked at first, when xenstore was lost, and when too much has changed at once. What
//! is to be done for a device is done one after the other, and what changes meanwhile leads to nothing: so when it is
//! done that device is looked at again. A look that fails is repeated, with what has changed since. Devices do not
//! wait for each other.
//!
//! | seen | a device that is not known | one that is |
//! |---|---|---|
//! | state 6 and online 0 | undone, its nodes removed | the same, and forgotten |
//! | state 6 and online 1 | nothing: it is closed for a while | nothing |
//! | its script has run | known from now on: an earlier process has connected it | nothing |
//! | state 1 again, or state 2 and its script has not run, but had | | connected: it is a new one |
//! | another state | connected; at the first look, only up to state 2 | nothing |
//! | no nodes | | forgotten |
//!
//! # QEMU
//!
//! All disks of a guest that QEMU serves are one QEMU's, in this domain. It is started with the first, unless the
//! recorded one runs, and ends with the last. Whether it is that QEMU its command line tells: the number in the
//! record may be another process's by now. A guest's [`Disks`] are locked while its QEMU is started or ended, so that
//! two that come do not start one each, and none loses its own to the last that goes.

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

/// Back ends' states (`xenbus.h`): written by the toolstack just now; waiting for the script; done with.
const INITIALISING: u32 = 1;
const INIT_WAIT: u32 = 2;
const CLOSED: u32 = 6;

/// Until a look is repeated that has failed.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// What is known of a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Something is being done for it.
    Busy,
    /// What there was to do is done, whatever came of it.
    Connected,
    /// It is done with, but its nodes cannot be removed.
    Left,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Known {
    device: Device,
    stage: Stage,
    /// It has been seen in a later state than the toolstack writes.
    advanced: bool,
    /// It has been seen when its script had run.
    joined: bool,
}

impl Known {
    fn of(seen: &Seen, stage: Stage) -> Self {
        let advanced = seen.state.is_some_and(|state| state > INITIALISING);
        Self { device: seen.device, stage, advanced, joined: seen.joined }
    }

    /// Takes in that the device is still there.
    fn seen_again(&mut self, seen: &Seen) {
        let now = Self::of(seen, self.stage);
        self.advanced |= now.advanced;
        self.joined |= now.joined;
    }

    /// Whether the device that was seen is another in the place of this one.
    fn is_replaced(&self, seen: &Seen) -> bool {
        match seen.state {
            Some(INITIALISING) => self.advanced,
            Some(INIT_WAIT) => self.joined && !seen.joined,
            _ => false,
        }
    }
}

/// What is to be done for a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Nothing,
    /// An earlier process has connected it.
    Adopt,
    Connect,
    Remove,
}

/// What is to be done for a device that was seen; `first`: at the first look.
fn step(known: Option<Known>, seen: &Seen, first: bool) -> Step {
    let done_with = seen.state == Some(CLOSED) && !seen.online;
    match known {
        Some(known) if known.stage == Stage::Busy => Step::Nothing,
        Some(known) if done_with && known.stage == Stage::Left => Step::Nothing,
        _ if done_with => Step::Remove,
        _ if seen.state == Some(CLOSED) => Step::Nothing,
        Some(known) if known.is_replaced(seen) => Step::Connect,
        Some(_) => Step::Nothing,
        None if seen.joined => Step::Adopt,
        None if first && seen.state.is_some_and(|state| state > INIT_WAIT) => Step::Adopt,
        None => Step::Connect,
    }
}

/// The numbers of a guest's disks that its QEMU is to serve.
type Disks = Arc<Mutex<HashSet<i32>>>;

type Work<'a> = Pin<Box<dyn Future<Output = (Device, Option<Stage>)> + Send + 'a>>;

/// Serves until it is aborted.
///
/// # Errors
/// It is not known which domain this is, or its directory cannot be watched.
pub async fn serve(ao: &Ao) -> Result<()> {
    let own = own_domid(ao)?;
    let nobody = Arc::new(Notify::default());
    let waits = (ao.watch_paths(&look::base(own))?, nobody.listen());
    // A stream, so that a wait for xenstore to come back goes on while devices are worked for.
    let mut reasons = pin!(unfold(waits, |(mut watch, mut wanted)| async move {
        reason(ao, watch.watch(), &mut wanted).await;
        Some((watch.take(), (watch, wanted)))
    }));
    let mut works: FuturesUnordered<Work> = FuturesUnordered::new();
    let mut devices = Devices { ao, own, known: HashMap::new(), disks: HashMap::new() };
    // Where to look; it stays until that was done.
    let mut scope = Scope::nowhere(own);
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
                devices.worked(device, stage);
                scope.add_device(&device);
            }
            // The time of a look that has failed.
            Ok(_) => {}
            Err(e) => {
                // What is under way ends by the same abort.
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
        works.extend(seen.iter().filter_map(|seen| devices.take_in(seen, first)));
        scope = Scope::nowhere(own);
        first = false;
    }
}

/// The devices that this domain serves.
struct Devices<'a> {
    ao: &'a Ao,
    own: u32,
    known: HashMap<String, Known>,
    disks: HashMap<u32, Disks>,
}

impl<'a> Devices<'a> {
    /// Takes in what was seen of a device; the work that this is, if it is any.
    fn take_in(&mut self, seen: &Seen, first: bool) -> Option<Work<'a>> {
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
        let disks = self.disks_of(&device);
        Some(match step {
            Step::Remove => Box::pin(go(ao, device, self.own, disks)),
            Step::Connect => Box::pin(come(ao, device, disks)),
            Step::Adopt | Step::Nothing => Box::pin(adopt(ao, device, disks)),
        })
    }

    fn disks_of(&mut self, device: &Device) -> Disks {
        Arc::clone(self.disks.entry(device.domid).or_default())
    }

    /// What was done for a device has ended; `None`: it is gone.
    fn worked(&mut self, device: Device, stage: Option<Stage>) {
        match (stage, self.known.get_mut(&device.backend_path())) {
            (Some(stage), Some(known)) => known.stage = stage,
            _ => self.forget(&device),
        }
    }

    /// Forgets a device that is gone, and what is kept of its guest if that has no other here.
    fn forget(&mut self, device: &Device) {
        self.known.remove(&device.backend_path());
        let domid = device.domid;
        if !self.known.values().any(|known| known.device.domid == domid) {
            self.disks.remove(&domid);
            // This domain's own node, and not the toolstack's. A failure is logged where it is found.
            let _ = nodes::remove(self.ao, self.ao.store(), &format!("libxl/{domid}"));
        }
    }

    /// Devices that another process has removed: they are forgotten, since other devices may take their place.
    fn vanished(&mut self, scope: &Scope, seen: &[Seen]) -> Vec<Work<'a>> {
        let there: HashSet<String> = seen.iter().map(|seen| seen.device.backend_path()).collect();
        let mut vanished = Vec::new();
        for (path, known) in &mut self.known {
            if known.stage != Stage::Busy && scope.covers(path) && !there.contains(path) {
                known.stage = Stage::Busy;
                vanished.push(known.device);
            }
        }
        let work = |device| -> Work<'a> {
            let (ao, disks) = (self.ao, self.disks_of(&device));
            Box::pin(async move {
                let path = device.backend_path();
                debug!(ao, domid = device.domid, "{path} has been removed by somebody else");
                leave_disks(ao, &device, &disks).await;
                (device, None)
            })
        };
        vanished.into_iter().map(work).collect()
    }

    /// Ends what an earlier process has started for guests that have no device here any more.
    fn end_leftovers(&self, seen: &[Seen]) {
        let ao = self.ao;
        for name in nodes::list(ao, ao.store(), "libxl").unwrap_or_default() {
            let Ok(domid) = name.parse::<u32>() else { continue };
            let mut devices = seen.iter().map(|seen| seen.device).filter(|d| d.domid == domid);
            if !devices.clone().any(|device| device.backend_kind == DeviceKind::Qdisk) {
                // A failure is logged where it is found.
                let _ = model::destroy_disk_server(ao, domid);
            }
            if devices.next().is_none() {
                let _ = nodes::remove(ao, ao.store(), &format!("libxl/{domid}"));
            }
        }
    }
}

/// An earlier process has connected a device.
async fn adopt(ao: &Ao, device: Device, disks: Disks) -> (Device, Option<Stage>) {
    let (domid, path) = (device.domid, device.backend_path());
    debug!(ao, domid = domid, "{path} is connected already");
    if device.backend_kind == DeviceKind::Qdisk {
        disks.lock().await.insert(device.devid);
        if !model::has_disk_server(ao, domid) {
            // A new one would not take it on.
            warn!(ao, domid = domid, "{path} is not served: its QEMU has ended");
        }
    }
    (device, Some(Stage::Connected))
}

/// A device has come.
async fn come(ao: &Ao, device: Device, disks: Disks) -> (Device, Option<Stage>) {
    let path = device.backend_path();
    debug!(ao, domid = device.domid, "{path} is new");
    let connected = match device.backend_kind {
        DeviceKind::Qdisk => {
            let mut disks = disks.lock().await;
            disks.insert(device.devid);
            serve_disks(ao, device.domid).await
        }
        _ => connect(ao, &Identity::assumed(device.domid), &[device]).await,
    };
    if let Err(e) = connected {
        error!(ao, domid = device.domid, "cannot connect {path}: {e}");
    }
    (device, Some(Stage::Connected))
}

/// Has a QEMU run that serves the guest's disks, which are locked.
async fn serve_disks(ao: &Ao, domid: u32) -> Result<()> {
    if model::has_disk_server(ao, domid) {
        return Ok(());
    }
    // What an earlier one has left would say that the new one runs.
    model::destroy_disk_server(ao, domid)?;
    let started = start_for_driver_domain(ao, domid).await;
    if started.is_err_and(|e| e != Error::Aborted) {
        // So that the next disk has another try. A failure is logged where it is found.
        let _ = model::destroy_disk_server(ao, domid);
    }
    started
}

/// Ends the QEMU that serves the guest's disks, if the device is the last of them.
async fn leave_disks(ao: &Ao, device: &Device, disks: &Disks) {
    if device.backend_kind == DeviceKind::Qdisk {
        let mut disks = disks.lock().await;
        disks.remove(&device.devid);
        if disks.is_empty() {
            // A failure is logged where it is found.
            let _ = model::destroy_disk_server(ao, device.domid);
        }
    }
}

/// A device goes.
async fn go(ao: &Ao, device: Device, own: u32, disks: Disks) -> (Device, Option<Stage>) {
    let path = device.backend_path();
    debug!(ao, domid = device.domid, "removing {path}");
    leave_disks(ao, &device, &disks).await;
    match remove::clear(ao, &device, &Identity::assumed(device.domid), own).await {
        Ok(()) => (device, None),
        Err(e) => {
            error!(ao, domid = device.domid, "cannot remove {path}: {e}");
            (device, Some(Stage::Left))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::look::parse;
    use super::*;

    #[test]
    fn what_is_done_for_a_device() {
        let device = parse(2, "/local/domain/2/backend/vbd/7/51712").unwrap();
        let seen = |state, online, joined| Seen { device, state: Some(state), online, joined };
        let joined = |stage| Some(Known { device, stage, advanced: true, joined: true });
        let known = |stage, advanced| Some(Known { device, stage, advanced, joined: false });
        let connected = joined(Stage::Connected);
        for (known, seen, at_first, later) in [
            // The toolstack's first, and the one that waits for its script.
            (None, seen(1, true, false), Step::Connect, Step::Connect),
            (None, seen(2, true, false), Step::Connect, Step::Connect),
            // A restarted daemon finds them.
            (None, seen(2, true, true), Step::Adopt, Step::Adopt),
            (None, seen(4, true, true), Step::Adopt, Step::Adopt),
            (None, seen(4, true, false), Step::Adopt, Step::Connect),
            (None, seen(5, false, true), Step::Adopt, Step::Adopt),
            // Done with, closed for a while.
            (None, seen(6, false, true), Step::Remove, Step::Remove),
            (None, seen(6, true, true), Step::Nothing, Step::Nothing),
            (connected, seen(6, false, true), Step::Remove, Step::Remove),
            (connected, seen(6, true, true), Step::Nothing, Step::Nothing),
            (known(Stage::Left, true), seen(6, false, true), Step::Nothing, Step::Nothing),
            (known(Stage::Busy, true), seen(6, false, true), Step::Nothing, Step::Nothing),
            // The same again, another in its place.
            (connected, seen(4, true, true), Step::Nothing, Step::Nothing),
            (connected, seen(2, true, true), Step::Nothing, Step::Nothing),
            (connected, seen(4, true, false), Step::Nothing, Step::Nothing),
            (connected, seen(2, true, false), Step::Connect, Step::Connect),
            // A script that has failed.
            (known(Stage::Connected, true), seen(2, true, false), Step::Nothing, Step::Nothing),
            (connected, seen(1, true, false), Step::Connect, Step::Connect),
            (known(Stage::Left, true), seen(1, true, false), Step::Connect, Step::Connect),
            (known(Stage::Connected, false), seen(1, true, false), Step::Nothing, Step::Nothing),
        ] {
            assert_eq!(step(known, &seen, true), at_first, "{known:?} {seen:?} at first");
            assert_eq!(step(known, &seen, false), later, "{known:?} {seen:?} later");
        }
    }
}
