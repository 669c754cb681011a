//! The traditional device model, Xen's old fork of QEMU, which is controlled through xenstore. It is not started here,
//! since no distribution has it; a guest may have got it from another toolstack.
//!
//! Its directory has a node `command`, with the argument in `parameter`, and the device model reports the result in
//! `state`, which the toolstack sets to the state before. The nodes in `logdirty` are for the logging of dirty pages.

use std::time::{Duration, Instant};

use super::model;
use crate::core::{Ao, Ctx, Error, Result};
use crate::domain::{names, nodes};
use crate::error;

/// How long it may take for a command, and until it runs.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How long it may take to start or stop the logging of dirty pages.
const DIRTY_LOG_TIMEOUT: Duration = Duration::from_secs(10);

/// The state in which it accepts commands.
const RUNNING: &str = "running";

/// The result of a command.
#[derive(Debug)]
pub struct Answer {
    /// The state that it has reported.
    pub state: &'static str,
    /// What it has written to `parameter`.
    pub parameter: Option<Vec<u8>>,
}

/// The directory of the device model, which may be in a stub domain.
fn directory(ctx: &Ctx, domid: u32) -> String {
    model::directory(names::stubdom_of(ctx, domid).unwrap_or(0), domid)
}

/// Waits until it reports one of the `states`.
async fn reported(ao: &Ao, domid: u32, states: &[&'static str]) -> Result<&'static str> {
    let path = format!("{}/state", directory(ao, domid));
    let mut changes = ao.watch(&path)?;
    let found = async {
        loop {
            changes.changed().await;
            let now = nodes::read(ao, ao.store(), &path)?;
            let is = |state: &&&str| now.as_deref() == Some(state.as_bytes());
            if let Some(state) = states.iter().find(is) {
                return Ok(*state);
            }
        }
    };
    ao.until(Instant::now() + TIMEOUT, found).await?.unwrap_or_else(|| {
        let (wanted, seconds) = (states.join("\" or \""), TIMEOUT.as_secs());
        error!(
            ao,
            domid = domid,
            "cannot use the device model: {path} did not become \"{wanted}\" within {seconds} s"
        );
        Err(Error::TimedOut)
    })
}

/// Gives a command to the device model once it runs, and waits until it reports one of the `results`.
/// `Error::TimedOut` if it does not run; `Error::Fail` if it does not report.
pub async fn execute(
    ao: &Ao,
    domid: u32,
    command: &str,
    parameter: &str,
    results: &[&'static str],
) -> Result<Answer> {
    reported(ao, domid, &[RUNNING]).await?;
    let base = directory(ao, domid);
    let path = |name: &str| format!("{base}/{name}");
    let request = [(path("parameter"), parameter), (path("command"), command)];
    nodes::write_all_for_domain(ao, domid, &request)?;
    let answer = match reported(ao, domid, results).await {
        Ok(state) => {
            let parameter = nodes::read(ao, ao.store(), &path("parameter"))?;
            Ok(Answer { state, parameter })
        }
        Err(Error::Aborted) => Err(Error::Aborted),
        Err(_) => Err(Error::Fail),
    };
    nodes::write_all_for_domain(ao, domid, &[(path("state"), RUNNING)])?;
    answer
}

/// Stops it and saves its state.
pub async fn save(ao: &Ao, domid: u32) -> Result<()> {
    let command = format!("{}/command", directory(ao, domid));
    nodes::write_all_for_domain(ao, domid, &[(command, b"save")])?;
    reported(ao, domid, &["paused"]).await.map(drop)
}

/// Resumes it, if it has stopped.
pub async fn resume(ao: &Ao, domid: u32) -> Result<()> {
    let base = directory(ao, domid);
    if nodes::read(ao, ao.store(), &format!("{base}/state"))?.as_deref() != Some(b"paused") {
        return Ok(());
    }
    nodes::write_all_for_domain(ao, domid, &[(format!("{base}/command"), b"continue")])?;
    reported(ao, domid, &[RUNNING]).await.map(drop)
}

/// Starts or stops its logging of dirty pages.
pub async fn log_dirty(ao: &Ao, domid: u32, enable: bool) -> Result<()> {
    let base = directory(ao, domid);
    let (command, result) = (format!("{base}/logdirty/cmd"), format!("{base}/logdirty/ret"));
    let wanted = if enable { "enable" } else { "disable" };
    let mut changes = ao.watch(&result)?;
    nodes::transaction(ao, |t| {
        let [given, told] = nodes::read_array(ao, t, [command.clone(), result.clone()])?;
        if given.is_some() && given != told {
            error!(ao, domid = domid, "cannot use {command}: an earlier command was not executed");
            return Err(Error::Fail);
        }
        nodes::remove(ao, t, &result)?;
        nodes::write(ao, t, &command, wanted.as_bytes())
    })
    .await?;
    let done = async {
        loop {
            changes.changed().await;
            match nodes::read(ao, ao.store(), &result)? {
                None => {}
                Some(told) if told == wanted.as_bytes() => return Ok(()),
                Some(_) => {
                    error!(ao, domid = domid, "cannot use {result}: it is not \"{wanted}\"");
                    return Err(Error::Fail);
                }
            }
        }
    };
    ao.until(Instant::now() + DIRTY_LOG_TIMEOUT, done).await?.unwrap_or_else(|| {
        let seconds = DIRTY_LOG_TIMEOUT.as_secs();
        error!(ao, domid = domid, "cannot use {command}: no result within {seconds} s");
        Err(Error::Fail)
    })?;
    nodes::transaction(ao, |t| {
        nodes::remove(ao, t, &command)?;
        nodes::remove(ao, t, &result)
    })
    .await
}
