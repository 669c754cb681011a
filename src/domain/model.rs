//! A domain's device model: whether one runs, letting it run on, and ending it.

use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User};

use super::filelock::errno_of;
use super::history::RUN_DIR;
use super::{leading_number, names, nodes};
use crate::core::{Ao, Ctx, Error, Result};
use crate::xen::kill_uid::kill_all_of;
use crate::{debug, error, warn};

/// How long a device model may take to run on.
const PATIENCE: Duration = Duration::from_secs(60);

/// The user that kills another user's processes, and the one to do without it.
const REAPERS: [&str; 2] = ["xen-qemuuser-reaper", "xen-qemuuser-range-base"];

/// A process that was told to end. It may be no child of ours, so its status cannot be waited for.
#[derive(Debug)]
pub struct Process(Pid);

impl Process {
    /// Whether it has ended, reaped or not.
    pub fn has_ended(&self) -> bool {
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{}/stat", self.0)) else {
            return true;
        };
        // The name, in parentheses, may hold anything.
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        matches!(state, Some('Z' | 'X'))
    }
}

/// Whether a device model serves the domain, as a process or in a domain.
pub fn is_active(ctx: &Ctx, domid: u32) -> Result<bool> {
    let base = format!("{}/image/device-model-", nodes::domain_path(domid));
    let paths = [format!("{base}pid"), format!("{base}domid")];
    Ok(nodes::read_many(ctx, ctx.store(), &paths)?.iter().any(Option::is_some))
}

/// Lets the device model of an HVM guest run.
///
/// The traditional one is told through xenstore. QEMU proper is told `cont` through its QMP socket,
/// which this library does not speak yet; it needs that only if it was started paused (`-S`: deprivileged,
/// or in a stubdom), and never for a pause of the domain, which does not stop it.
pub async fn resume(ao: &Ao, domid: u32) -> Result<()> {
    let ctx = ao.ctx();
    let version = format!("{}/dm-version", nodes::libxl_path(domid));
    match nodes::read(ctx, ctx.store(), &version)?.as_deref() {
        None | Some(b"qemu_xen_traditional") => resume_traditional(ao, domid).await,
        Some(b"qemu_xen") => {
            let path = format!("{}/image/device-model-kill-uid", nodes::domain_path(domid));
            let deprivileged = nodes::read(ctx, ctx.store(), &path)?.is_some();
            if deprivileged || names::stubdom_of(ctx, domid).is_some() {
                warn!(
                    ctx,
                    domid = domid,
                    "QEMU may wait for the QMP command `cont', which is not sent yet"
                );
            }
            Ok(())
        }
        Some(_) => {
            error!(ctx, domid = domid, "{version} names no device model");
            Err(Error::Invalid)
        }
    }
}

async fn resume_traditional(ao: &Ao, domid: u32) -> Result<()> {
    let host = names::stubdom_of(ao, domid).unwrap_or(0);
    let base = format!("/local/domain/{host}/device-model/{domid}");
    let state = format!("{base}/state");
    if nodes::read(ao, ao.store(), &state)?.as_deref() != Some(b"paused") {
        return Ok(());
    }
    nodes::write(ao, ao.store(), &format!("{base}/command"), b"continue")?;
    let mut changes = ao.watch(&state)?;
    let runs = async {
        loop {
            changes.changed().await;
            if nodes::read(ao, ao.store(), &state)?.as_deref() == Some(b"running") {
                return Ok(());
            }
        }
    };
    ao.until(Instant::now() + PATIENCE, runs).await?.unwrap_or_else(|| {
        error!(ao, domid = domid, "the device model does not run on");
        Err(Error::TimedOut)
    })
}

/// Ends the device model process of a domain and removes its traces. Everything is tried; the first
/// failure is the result. The process, if it may take a moment to end.
pub fn destroy(ctx: &Ctx, domid: u32) -> (Result<()>, Option<Process>) {
    let traces = format!("/local/domain/0/device-model/{domid}");
    let mut outcome = nodes::remove(ctx, ctx.store(), &traces);
    let image = format!("{}/image/device-model-", nodes::domain_path(domid));
    let uid = nodes::read(ctx, ctx.store(), &format!("{image}kill-uid"));
    let mut process = None;
    match uid {
        // A taken-over QEMU may have ended and left its pid to somebody else: with a user of its own,
        // it is that user's processes that end.
        Ok(Some(uid)) => outcome = outcome.and(kill_user(ctx, domid, &uid)),
        other => {
            outcome = outcome.and(other.map(|_| ()));
            match hang_up(ctx, domid, &format!("{image}pid"), "device model") {
                Ok(hung_up) => process = hung_up,
                Err(e) => outcome = outcome.and(Err(e)),
            }
        }
    }
    remove_sockets(ctx, domid);
    (outcome, process)
}

/// Ends the process that passes QMP between a Linux stubdom's QEMU and the sockets of `target`; with any
/// other stubdom there is none.
pub fn destroy_proxy(ctx: &Ctx, stubdom: u32, target: u32) -> Result<()> {
    let path = format!("{}/image/qmp-proxy-pid", nodes::domain_path(stubdom));
    if nodes::read(ctx, ctx.store(), &path)?.is_none() {
        return Ok(());
    }
    let outcome = hang_up(ctx, stubdom, &path, "QMP proxy");
    remove_sockets(ctx, target);
    outcome.map(|_| ())
}

/// Sends SIGHUP to the process whose number is at `path`, as its end is asked for.
fn hang_up(ctx: &Ctx, domid: u32, path: &str, what: &str) -> Result<Option<Process>> {
    let value = nodes::read(ctx, ctx.store(), path)?;
    // 0, 1 and negative numbers would reach far more than one process.
    let Some(pid) = value.and_then(|v| leading_number::<i32>(&v)).filter(|&pid| pid > 1) else {
        error!(ctx, domid = domid, "{path} tells no process");
        return Err(Error::Fail);
    };
    let pid = Pid::from_raw(pid);
    match kill(pid, Signal::SIGHUP) {
        Ok(()) => Ok(Some(Process(pid))),
        Err(Errno::ESRCH) => {
            error!(ctx, domid = domid, "{what} {pid} has ended already");
            Ok(None)
        }
        Err(errno) => {
            error!(ctx, domid = domid, errno = errno, "cannot signal {what} {pid}");
            Err(Error::Fail)
        }
    }
}

/// Kills every process of the user that the device model had to itself.
fn kill_user(ctx: &Ctx, domid: u32, uid: &[u8]) -> Result<()> {
    let Some(uid) = leading_number::<u32>(uid).filter(|&uid| uid != 0) else {
        error!(ctx, domid = domid, "the user recorded for the device model is none");
        return Err(Error::Fail);
    };
    let lock = format!("{RUN_DIR}/dm-reaper-lock");
    // One at a time: the killers share a user and would kill each other.
    let held = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&lock)
        .map_err(|e| errno_of(&e))
        .and_then(|file| Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, errno)| errno));
    let mut outcome = held.as_ref().map(|_| ()).map_err(|&errno| {
        error!(ctx, domid = domid, errno = errno, "cannot lock {lock}");
        Error::Fail
    });
    let reaper = REAPERS
        .iter()
        .find_map(|name| User::from_name(name).ok().flatten())
        .map(|user| user.uid.as_raw())
        .filter(|&reaper| reaper != 0);
    if reaper.is_none() {
        warn!(
            ctx,
            domid = domid,
            "no user to kill the device model from: it might kill the killer"
        );
        outcome = outcome.and(Err(Error::Invalid));
    }
    kill_all_of(uid, reaper.unwrap_or(uid)).map_err(|errno| {
        error!(ctx, domid = domid, errno = errno, "cannot kill the processes of user {uid}");
        Error::Fail
    })?;
    debug!(ctx, domid = domid, "killed the processes of user {uid}");
    outcome
}

/// Removes the sockets that the device model listened on.
fn remove_sockets(ctx: &Ctx, domid: u32) {
    for name in ["libxl", "libxenstat"] {
        let path = format!("{RUN_DIR}/qmp-{name}-{domid}");
        if let Err(e) = std::fs::remove_file(&path)
            && e.kind() != std::io::ErrorKind::NotFound
        {
            error!(ctx, domid = domid, errno = errno_of(&e), "cannot remove {path}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zombie_has_ended() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let process = Process(Pid::from_raw(child.id() as i32));
        assert!(!process.has_ended());
        child.kill().unwrap();
        let until = Instant::now() + Duration::from_secs(10);
        while !process.has_ended() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(process.has_ended());
        child.wait().unwrap();
        assert!(process.has_ended());
    }
}
