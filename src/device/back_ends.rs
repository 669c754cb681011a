//! Waiting for the back ends of several devices at once, and continuing with each device as soon as its own is ready.
//!
//! There is one watch for each directory of back ends, and one read of the states of all awaited devices, however many
//! devices there are.

use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::{Either, select, select_all};
use futures_util::stream::FuturesUnordered;

use super::Device;
use crate::core::number::leading_number;
use crate::core::watches::Watch;
use crate::core::{Ao, Error, Result};
use crate::domain::nodes;

/// The outcome of the wait for a back end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    /// The back end has reached the state.
    Reached,
    /// The back end's nodes were removed.
    Removed,
    /// The timeout has expired.
    TimedOut,
}

/// Waits until the state of each device's back end is one that `reached` accepts, for `timeout` at most. As soon as the
/// wait for a device has ended, `then` is called with its index in `devices`; the future that it returns is run to its
/// end, and its duration is not limited here. Returns the result of `then` for each device.
///
/// # Errors
/// An abort. The futures of `then` that have been started are completed first. A watch that cannot be set, which is
/// logged, is a failure of the devices in its directory only: those whose back ends are ready are handled nevertheless,
/// the result of the others is the error.
pub async fn each<F: Future<Output = Result<()>>>(
    ao: &Ao,
    devices: &[&Device],
    timeout: Duration,
    reached: impl Fn(u32) -> bool,
    then: impl Fn(usize, Wait) -> F,
) -> Result<Vec<Result<()>>> {
    let mut waiting: Vec<usize> = (0..devices.len()).collect();
    let mut outcomes = vec![Ok(()); devices.len()];
    let (mut watches, unwatched) = watch(devices, |path| ao.watch(path));
    let mut started = FuturesUnordered::new();
    let begin = |at, wait| {
        let work = then(at, wait);
        async move { (at, work.await) }
    };
    if !unwatched.is_empty() {
        waiting.retain(|at| unwatched.iter().all(|(other, _)| other != at));
        unwatched.iter().for_each(|&(at, e)| outcomes[at] = Err(e));
        let mut unwatched = unwatched.into_iter().map(|(at, _)| at).collect();
        // A failure is logged where it is found, and leaves the results as they are.
        let ended = look(ao, devices, &mut unwatched, &reached).unwrap_or_default();
        started.extend(ended.into_iter().map(|(at, wait)| begin(at, wait)));
    }
    let deadline = Instant::now() + timeout;
    while !waiting.is_empty() || !started.is_empty() {
        let happened = {
            let changed = pin!(any_changed(&mut watches));
            let ended = pin!(next_ended(&mut started));
            let either = select(changed, ended);
            let happened = match waiting.is_empty() {
                // The started futures have time limits of their own.
                true => ao.wait(either).await.map(Some),
                false => ao.until(deadline, either).await,
            };
            happened.map(|in_time| {
                in_time.map(|either| match either {
                    Either::Left(_) => None,
                    Either::Right((ended, _)) => Some(ended),
                })
            })
        };
        match happened {
            Ok(Some(Some((at, outcome)))) => outcomes[at] = outcome,
            Ok(Some(None)) => match look(ao, devices, &mut waiting, &reached) {
                Ok(ended) => started.extend(ended.into_iter().map(|(at, wait)| begin(at, wait))),
                Err(e) => waiting.drain(..).for_each(|at| outcomes[at] = Err(e)),
            },
            Ok(None) => started.extend(waiting.drain(..).map(|at| begin(at, Wait::TimedOut))),
            Err(e) => {
                // The abort also ends the waits of the started futures, and, after a moment, their children.
                while started.next().await.is_some() {}
                return Err(e);
            }
        }
        if waiting.is_empty() {
            watches.clear();
        }
    }
    Ok(outcomes)
}

async fn any_changed(watches: &mut [Watch]) {
    if watches.is_empty() {
        return pending().await;
    }
    select_all(watches.iter_mut().map(|watch| Box::pin(watch.changed()))).await;
}

async fn next_ended<T>(started: &mut FuturesUnordered<impl Future<Output = T>>) -> T {
    match started.next().await {
        Some(ended) => ended,
        None => pending().await,
    }
}

/// Sets a watch on the state of a single device, or on each directory that has back ends of several devices. Returns
/// the watches, and the indices of the devices whose watch could not be set, with the error.
fn watch<W>(devices: &[&Device], set: impl Fn(&str) -> Result<W>) -> (Vec<W>, Vec<(usize, Error)>) {
    let mut watched: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, device) in devices.iter().enumerate() {
        let path = device.backend_path();
        let path = match (devices, path.rsplit_once('/')) {
            ([one], _) => one.state_path(),
            (_, Some((dir, _))) => dir.to_owned(),
            (_, None) => path,
        };
        watched.entry(path).or_default().push(at);
    }
    let (mut watches, mut failed) = (Vec::new(), Vec::new());
    for (path, devices) in watched {
        match set(&path) {
            Ok(watch) => watches.push(watch),
            Err(e) => failed.extend(devices.into_iter().map(|at| (at, e))),
        }
    }
    (watches, failed)
}

/// Reads the states of the devices in `waiting`, and removes from it those whose wait has ended.
fn look(
    ao: &Ao,
    devices: &[&Device],
    waiting: &mut Vec<usize>,
    reached: impl Fn(u32) -> bool,
) -> Result<Vec<(usize, Wait)>> {
    let paths: Vec<String> = waiting.iter().map(|&at| devices[at].state_path()).collect();
    let states = nodes::read_many(ao, ao.store(), &paths)?;
    let mut ended = Vec::new();
    let mut states = states.into_iter();
    waiting.retain(|&at| match states.next().flatten() {
        Some(state) if !leading_number(&state).is_some_and(&reached) => true,
        found => {
            ended.push((at, if found.is_some() { Wait::Reached } else { Wait::Removed }));
            false
        }
    });
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceKind;

    #[test]
    fn a_watch_that_cannot_be_set_is_a_failure_of_its_devices_only() {
        let device = |kind, backend_domid, devid| Device {
            kind,
            domid: 7,
            devid,
            backend_kind: kind,
            backend_domid,
        };
        let devices = [
            device(DeviceKind::Vbd, 0, 51712),
            device(DeviceKind::Vif, 3, 0),
            device(DeviceKind::Vbd, 0, 51728),
            device(DeviceKind::Vif, 3, 1),
            device(DeviceKind::Vif, 0, 2),
        ];
        let devices: Vec<&Device> = devices.iter().collect();
        let refused = |path: &str| match path.starts_with("/local/domain/3/") {
            true => Err(Error::Fail),
            false => Ok(path.to_owned()),
        };
        let (watches, failed) = watch(&devices, refused);
        assert_eq!(watches, ["/local/domain/0/backend/vbd/7", "/local/domain/0/backend/vif/7"]);
        assert_eq!(failed, [(1, Error::Fail), (3, Error::Fail)]);
        let (watches, failed) = watch(&devices[..1], refused);
        assert_eq!(watches, ["/local/domain/0/backend/vbd/7/51712/state"]);
        assert_eq!(failed, []);
    }
}
