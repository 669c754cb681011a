//! Waiting for the back ends of several devices at once, and continuing with each device as soon as its own is ready.
//!
//! There is one watch for each directory of back ends, and one read of the states of all awaited devices, however many
//! devices there are.

use std::future::{Future, pending};
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::{Either, select, select_all};
use futures_util::stream::FuturesUnordered;

use super::Device;
use crate::core::number::leading_number;
use crate::core::watches::Watch;
use crate::core::{Ao, Result};
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
/// An abort, and a watch that cannot be set. The futures of `then` that have been started are completed first.
pub async fn each<F: Future<Output = Result<()>>>(
    ao: &Ao,
    devices: &[&Device],
    timeout: Duration,
    reached: impl Fn(u32) -> bool,
    then: impl Fn(usize, Wait) -> F,
) -> Result<Vec<Result<()>>> {
    let mut waiting: Vec<usize> = (0..devices.len()).collect();
    let mut outcomes = vec![Ok(()); devices.len()];
    let mut watches = watch(ao, devices)?;
    let mut started = FuturesUnordered::new();
    let begin = |at, wait| {
        let work = then(at, wait);
        async move { (at, work.await) }
    };
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
                // The abort also ends the waits of the started futures, which kill their children.
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

/// Sets a watch on the state of a single device, or on each directory that has back ends of several devices.
fn watch(ao: &Ao, devices: &[&Device]) -> Result<Vec<Watch>> {
    let mut paths: Vec<String> = match devices {
        [one] => vec![one.state_path()],
        many => many
            .iter()
            .map(|device| {
                let path = device.backend_path();
                path.rsplit_once('/').map_or(path.clone(), |(dir, _)| dir.to_owned())
            })
            .collect(),
    };
    paths.sort();
    paths.dedup();
    paths.iter().map(|path| ao.watch(path)).collect()
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
