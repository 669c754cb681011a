//! Waiting for back ends, and joining them to the host.
//!
//! A back end in a kernel or in another domain notices a new device and waits in state 2 for the hotplug script, which
//! runs here if this domain is the backend domain. A back end in QEMU needs no script, and QEMU may not run yet, so it is
//! not waited for.
//!
//! There is one watch per directory of back ends and one read for the states of all devices that are waited for, however
//! many devices there are. Each device's script starts when its own back end is ready.

use std::future::{Future, pending};
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::{Either, select, select_all};
use futures_util::stream::FuturesUnordered;

use crate::core::number::leading_number;
use crate::core::watches::Watch;
use crate::core::{Ao, Error, Result};
use crate::device::{Device, hotplug};
use crate::domain::identity::Identity;
use crate::domain::identity::own_domid;
use crate::domain::nodes;
use crate::{debug, error};

/// How long a back end may take to reach state 2.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The state in which a back end waits for the script, and the later ones (`xenbus.h`): a back end that needs no script
/// may have gone on before its state is read.
const READY: std::ops::RangeInclusive<u32> = 2..=4;

/// Waits until each device's back end is ready, and runs the scripts. One failure does not end the wait for the other
/// devices; as in C the result is the last failure in the order of the devices.
pub async fn connect(ao: &Ao, owner: &Identity, devices: &[Device]) -> Result<()> {
    let mut waiting: Vec<usize> =
        (0..devices.len()).filter(|&at| !devices[at].backend_kind.is_qemu()).collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let own = own_domid(ao)?;
    let mut watches = watch(ao, devices, &waiting)?;
    let mut outcomes = vec![Ok(()); devices.len()];
    let mut scripts = FuturesUnordered::new();
    let deadline = Instant::now() + TIMEOUT;
    while !waiting.is_empty() || !scripts.is_empty() {
        let happened = {
            let changed = pin!(any_changed(&mut watches));
            let ended = pin!(next_ended(&mut scripts));
            let either = select(changed, ended);
            let happened = match waiting.is_empty() {
                // Each script has its own time limit.
                true => ao.wait(either).await.map(Some),
                false => ao.until(deadline, either).await,
            };
            happened.map(|in_time| {
                in_time.map(|either| match either {
                    Either::Left(_) => Happened::Changed,
                    Either::Right(((at, outcome), _)) => Happened::Ended(at, outcome),
                })
            })
        };
        match happened {
            Ok(Some(Happened::Ended(at, outcome))) => outcomes[at] = outcome,
            Ok(Some(Happened::Changed)) => {
                for (at, outcome) in look(ao, devices, &mut waiting) {
                    match outcome {
                        Ok(()) if devices[at].backend_domid == own => scripts.push(async move {
                            (at, hotplug::join(ao, &devices[at], owner).await)
                        }),
                        outcome => outcomes[at] = outcome,
                    }
                }
                if waiting.is_empty() {
                    watches.clear();
                }
            }
            Ok(None) => {
                for at in waiting.drain(..) {
                    let device = &devices[at];
                    let base = device.backend_path();
                    let what = device.describe();
                    error!(
                        ao,
                        domid = device.domid,
                        "cannot attach {what}: {base} was not ready within {} s",
                        TIMEOUT.as_secs()
                    );
                    outcomes[at] = Err(Error::TimedOut);
                }
                watches.clear();
            }
            Err(e) => {
                // The abort also ends each script, which is killed there.
                while scripts.next().await.is_some() {}
                return Err(e);
            }
        }
    }
    outcomes.into_iter().rev().find(Result::is_err).unwrap_or(Ok(()))
}

enum Happened {
    /// Some back end may have changed.
    Changed,
    /// That device's scripts have ended.
    Ended(usize, Result<()>),
}

async fn any_changed(watches: &mut [Watch]) {
    if watches.is_empty() {
        return pending().await;
    }
    select_all(watches.iter_mut().map(|watch| Box::pin(watch.changed()))).await;
}

async fn next_ended<T>(scripts: &mut FuturesUnordered<impl Future<Output = T>>) -> T {
    match scripts.next().await {
        Some(ended) => ended,
        None => pending().await,
    }
}

/// A watch for one device's state, or for each directory that has several.
fn watch(ao: &Ao, devices: &[Device], waiting: &[usize]) -> Result<Vec<Watch>> {
    let mut paths: Vec<String> = match waiting {
        [one] => vec![state_path(&devices[*one])],
        many => many
            .iter()
            .map(|&at| {
                let path = devices[at].backend_path();
                path.rsplit_once('/').map_or(path.clone(), |(dir, _)| dir.to_owned())
            })
            .collect(),
    };
    paths.sort();
    paths.dedup();
    paths.iter().map(|path| ao.watch(path)).collect()
}

fn state_path(device: &Device) -> String {
    format!("{}/state", device.backend_path())
}

/// Reads the states of the devices in `waiting`, and removes from it those that are ready or have failed.
fn look(ao: &Ao, devices: &[Device], waiting: &mut Vec<usize>) -> Vec<(usize, Result<()>)> {
    let paths: Vec<String> = waiting.iter().map(|&at| state_path(&devices[at])).collect();
    let states = match nodes::read_many(ao, ao.store(), &paths) {
        Ok(states) => states,
        Err(e) => return waiting.drain(..).map(|at| (at, Err(e))).collect(),
    };
    let mut settled = Vec::new();
    let mut states = states.into_iter();
    waiting.retain(|&at| {
        let device = &devices[at];
        match states.next().flatten().map(|state| leading_number::<u32>(&state)) {
            Some(Some(state)) if READY.contains(&state) => {
                debug!(ao, domid = device.domid, "{} is ready", device.backend_path());
                settled.push((at, Ok(())));
                false
            }
            Some(_) => true,
            None => {
                let base = device.backend_path();
                let what = device.describe();
                error!(
                    ao,
                    domid = device.domid,
                    "cannot attach {what}: {base} was removed before it was ready"
                );
                settled.push((at, Err(Error::Invalid)));
                false
            }
        }
    });
    settled
}
