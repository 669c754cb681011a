//! A domain's device model: checking whether one runs, and ending it.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User};

use crate::core::child::{describe_outcome, end_child};
use crate::core::file::remove_of_domain;
use crate::core::number::leading_number;
use crate::core::paths::RUN_DIR;
use crate::core::{Ao, Ctx, Error, Result};
use crate::domain::identity::Identity;
use crate::domain::nodes;
use crate::runtime::Runtime;
use crate::runtime::child::{self, Outcome};
use crate::runtime::descriptor::Descriptor;
use crate::sync::tracked_fds::Tracked;
use crate::xen::kill_uid::{KillResult, kill_all_of};
use crate::{debug, error, warn};

/// How long a killer process may take to take the lock and to kill.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The interval at which a process is polled for which there is no pidfd.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Maximum number of killer processes that are started one after the other, if each is killed itself.
const KILLERS: u32 = 5;

/// The lock that killer processes take.
const REAPER_LOCK: &CStr = c"/var/run/xen/dm-reaper-lock";

/// The user as which a killer process runs, and the one that is used if the first does not exist.
const REAPERS: [&str; 2] = ["xen-qemuuser-reaper", "xen-qemuuser-range-base"];

/// A process whose end is waited for. It may not be a child of this process, so waitpid cannot be used.
#[derive(Debug)]
pub struct Process {
    pid: Pid,
    /// Its pidfd, if the kernel supports them.
    pidfd: Option<Tracked<OwnedFd>>,
    /// Whether it had ended before: the pid is unused, or another process's.
    ended: bool,
}

impl Process {
    /// Sends SIGHUP to process `pid` if `is_meant` confirms that it is the right one. Returns the process and the
    /// result: `ESRCH` if it had ended before.
    fn hang_up(
        pid: Pid,
        is_meant: impl FnOnce() -> bool,
    ) -> (Self, std::result::Result<(), Errno>) {
        // The pidfd is opened before the check, so that the process that is checked is the one that gets the signal.
        let pidfd = child::pidfd_open(pid.as_raw()).map(Tracked::new);
        let told = match &pidfd {
            Err(Errno::ESRCH) => Err(Errno::ESRCH),
            _ if !is_meant() => Err(Errno::ESRCH),
            Ok(pidfd) => child::pidfd_kill(pidfd.as_fd(), libc::SIGHUP),
            Err(_) => kill(pid, Signal::SIGHUP),
        };
        (Self { pid, pidfd: pidfd.ok(), ended: told == Err(Errno::ESRCH) }, told)
    }

    /// Process `pid`, which was started just now; for waiting for its end.
    pub fn new(pid: i32) -> Self {
        let pidfd = child::pidfd_open(pid);
        Self { pid: Pid::from_raw(pid), pidfd: pidfd.ok().map(Tracked::new), ended: false }
    }

    /// The process whose pid is in the node `path`; for waiting for its end.
    fn recorded(ctx: &Ctx, path: &str) -> Option<Self> {
        Some(Self::new(recorded_pid(&nodes::read(ctx, ctx.store(), path).ok().flatten()?)?))
    }

    /// Kills it with SIGKILL. A failure is logged.
    fn kill(&self, ctx: &Ctx, domid: u32) {
        let killed = match &self.pidfd {
            Some(pidfd) => child::pidfd_kill(pidfd.as_fd(), libc::SIGKILL),
            None => kill(self.pid, Signal::SIGKILL),
        };
        match killed {
            // It has ended by itself.
            Ok(()) | Err(Errno::ESRCH) => {}
            Err(errno) => {
                error!(ctx, domid = domid, errno = errno, "cannot kill device model {}", self.pid);
            }
        }
    }

    /// Waits until it has ended, even if it is not reaped.
    pub async fn ended(&self, runtime: &Runtime) {
        if self.ended {
            return;
        }
        if let Some(pidfd) = &self.pidfd
            && let Ok(copy) = pidfd.try_clone()
            && let Ok(descriptor) = Descriptor::new(runtime, Tracked::new(copy))
            && descriptor.readable().await.is_ok()
        {
            return;
        }
        while !self.has_ended() && runtime.sleep(POLL_INTERVAL).await.is_ok() {}
    }

    fn has_ended(&self) -> bool {
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)) else {
            return true;
        };
        // The process name, in parentheses, may contain any character.
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        matches!(state, Some('Z' | 'X'))
    }
}

/// The role for which a process was recorded. Its pid may have been reused, so the command line is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    DeviceModel,
    /// The QEMU in a driver domain that is the back end of a guest's disks and, since Xen 4.19, its file systems.
    DiskServer,
    /// The process that forwards QMP for the stub domain with that domid.
    Proxy,
}

impl Role {
    /// Whether process `pid` has this role for domain `domid`, or is about to get it: a process is recorded before it
    /// executes its program.
    fn is_of(self, pid: i32, domid: u32) -> bool {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let arguments: Vec<&[u8]> = line.split(|&b| b == 0).collect();
        let number = domid.to_string();
        let numbered =
            |option: &[u8]| arguments.windows(2).any(|pair| pair == [option, number.as_bytes()]);
        let is = match self {
            // The traditional device model uses `-d`.
            Self::DeviceModel => numbered(b"-xen-domid") || numbered(b"-d"),
            Self::DiskServer => {
                numbered(b"-xen-domid") && arguments.contains(&b"-xen-attach".as_slice())
            }
            Self::Proxy => {
                let state = format!("--state-path={}", proxy_state_path(domid));
                arguments.contains(&state.as_bytes())
            }
        };
        let starts = || {
            let name = std::fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
            // During execve it has a program and an empty command line; a process that has ended has neither.
            name.trim_ascii_end() == child::STARTING.to_bytes()
                || line.is_empty() && std::fs::read_link(format!("/proc/{pid}/exe")).is_ok()
        };
        is || starts()
    }

    fn name(self) -> &'static str {
        match self {
            Self::DeviceModel => "device model",
            Self::DiskServer => "disk back end",
            Self::Proxy => "QMP proxy",
        }
    }
}

/// The node with the pid of a domain's device model.
pub fn pid_path(domid: u32) -> String {
    format!("{}/image/device-model-pid", nodes::domain_path(domid))
}

/// The node with the user id of a device model that has a user of its own.
pub fn kill_uid_path(domid: u32) -> String {
    format!("{}/image/device-model-kill-uid", nodes::domain_path(domid))
}

/// The node with the pid of the process that forwards QMP for `stubdom`.
pub fn proxy_pid_path(stubdom: u32) -> String {
    format!("{}/image/qmp-proxy-pid", nodes::domain_path(stubdom))
}

/// The node in which that process reports that it runs.
pub fn proxy_state_path(stubdom: u32) -> String {
    format!("{}/qmp-proxy-state", directory(0, stubdom))
}

/// The directory of the device model of `domid` that runs in domain `host`.
pub fn directory(host: u32, domid: u32) -> String {
    format!("{}/device-model/{domid}", nodes::domain_path(host))
}

/// Whether the domain has a device model, as a process or in a stub domain.
pub fn is_active(ctx: &Ctx, domid: u32) -> Result<bool> {
    let base = format!("{}/image/device-model-", nodes::domain_path(domid));
    let paths = [format!("{base}pid"), format!("{base}domid")];
    Ok(nodes::read_many(ctx, ctx.store(), &paths)?.iter().any(Option::is_some))
}

/// The version of an HVM guest's device model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelVersion {
    /// Xen's old fork of QEMU (`traditional.rs`). Also assumed for a guest without the node.
    Traditional,
    Qemu,
}

/// The node with the version of a domain's device model.
pub fn version_path(domid: u32) -> String {
    format!("{}/dm-version", nodes::libxl_path(domid))
}

/// The version of an HVM guest's device model. `Error::Invalid` if the node has an unknown value.
pub fn version(ctx: &Ctx, domid: u32) -> Result<ModelVersion> {
    let value = nodes::read(ctx, ctx.store(), &version_path(domid))?;
    version_in(ctx, domid, value.as_deref())
}

/// As [`version`], where `value` is that of the node [`version_path`].
pub fn version_in(ctx: &Ctx, domid: u32, value: Option<&[u8]>) -> Result<ModelVersion> {
    match value {
        None | Some(b"qemu_xen_traditional") => Ok(ModelVersion::Traditional),
        Some(b"qemu_xen") => Ok(ModelVersion::Qemu),
        Some(_) => {
            let path = version_path(domid);
            error!(
                ctx,
                domid = domid,
                "cannot determine the device model version: unknown value in {path}"
            );
            Err(Error::Invalid)
        }
    }
}

/// Ends the device model process of a domain. Continues after failures, which are logged. Returns the process, which
/// may take a moment to end. Its nodes and sockets are removed with those of the domain (`lifecycle/destroy.rs`).
///
/// # Errors
/// A device model with a user of its own may still run. It has privileges over the domid, which therefore must not be
/// reused before the process has ended. An abort does not end this wait.
pub async fn destroy(ao: &Ao, domid: u32) -> Result<Option<Process>> {
    let pid_path = pid_path(domid);
    let uid = nodes::read(ao, ao.store(), &kill_uid_path(domid));
    match uid.map(|uid| uid.map(|uid| user_to_kill(ao, domid, &uid))) {
        // A compromised QEMU may have exited after a fork, so its pid may belong to another process. If QEMU has a
        // user of its own, all processes of that user are killed instead.
        Ok(Some(Some(uid))) => {
            let process = Process::recorded(ao, &pid_path);
            kill_user(&ao.unabortable(), domid, uid).await?;
            Ok(process)
        }
        Ok(Some(None) | None) | Err(_) => Ok(hang_up(ao, domid, &pid_path, Role::DeviceModel).ok()),
    }
}

/// The node, relative to this domain's directory, with the pid of the QEMU that is the back end of a guest's disks in
/// this driver domain.
fn disk_server_path(domid: u32) -> String {
    format!("libxl/{domid}/qdisk-backend-pid")
}

/// Whether the QEMU that is recorded as the back end of a guest's disks in this domain runs.
pub fn has_disk_server(ctx: &Ctx, domid: u32) -> bool {
    let recorded = nodes::peek(ctx, ctx.store(), &disk_server_path(domid));
    let pid = recorded.and_then(|pid| recorded_pid(&pid));
    pid.is_some_and(|pid| Role::DiskServer.is_of(pid, domid))
}

/// Ends the QEMU that is the back end of a guest's disks in this domain, if it runs, and removes its nodes. Continues
/// after a failure and returns the first one.
pub fn destroy_disk_server(ctx: &Ctx, domid: u32) -> Result<()> {
    let path = disk_server_path(domid);
    let ended = match has_disk_server(ctx, domid) {
        true => hang_up(ctx, domid, &path, Role::DiskServer).map(drop),
        false => Ok(()),
    };
    let removed = nodes::remove(ctx, ctx.store(), &format!("device-model/{domid}"));
    ended.and(removed).and(nodes::remove(ctx, ctx.store(), &path))
}

/// Ends a device model that was being started while the domain was destroyed: `recorded` is the value of the pid node
/// when the nodes were removed, `known` the process that was ended before.
pub fn end_late(ctx: &Ctx, domid: u32, recorded: &[u8], known: Option<&Process>) {
    let recorded = recorded_pid(recorded);
    let Some(pid) = recorded.filter(|&pid| known.is_none_or(|known| known.pid.as_raw() != pid))
    else {
        return;
    };
    if let Some(process) = running(pid, domid) {
        debug!(
            ctx,
            domid = domid,
            "killing device model {pid}, which was started during the destruction"
        );
        process.kill(ctx, domid);
    }
    remove_sockets(ctx, domid);
}

/// The device model of the domain, if that is what the process with this pid is: the device model may have ended long ago,
/// and its pid been reused.
fn running(pid: i32, domid: u32) -> Option<Process> {
    let process = Process::new(pid);
    Role::DeviceModel.is_of(pid, domid).then_some(process)
}

/// Ends the device model if its domain was destroyed while it was started, since the destruction may not have found it.
/// `Error::DomainNotFound` in that case.
pub fn end_orphan(ctx: &Ctx, owner: &Identity, process: &Process) -> Result<()> {
    if owner.exists(ctx)? {
        return Ok(());
    }
    let domid = owner.domid;
    error!(ctx, domid = domid, "cannot start the device model: the domain was destroyed meanwhile");
    process.kill(ctx, domid);
    remove_sockets(ctx, domid);
    // The start may have written nodes after the destruction had removed all.
    let _ = nodes::transaction_now(ctx, |t| {
        if !owner.owns_nodes(ctx, t)? {
            return Ok(());
        }
        nodes::remove(ctx, t, &nodes::domain_path(domid))?;
        nodes::remove(ctx, t, &directory(0, domid))
    });
    Err(Error::DomainNotFound)
}

/// Ends the process that forwards QMP between a Linux stub domain's QEMU and the sockets of `target`. Other stub
/// domains have no such process.
pub fn destroy_proxy(ctx: &Ctx, stubdom: u32, target: u32) -> Result<()> {
    let path = proxy_pid_path(stubdom);
    if nodes::read(ctx, ctx.store(), &path)?.is_none() {
        return Ok(());
    }
    let outcome = hang_up(ctx, stubdom, &path, Role::Proxy);
    remove_sockets(ctx, target);
    outcome.map(drop)
}

/// Parses a pid from a node. 0 and 1 are refused: a signal to 0 would reach the whole process group, and 1 is init.
pub(super) fn recorded_pid(value: &[u8]) -> Option<i32> {
    leading_number(value).filter(|&pid| pid > 1)
}

/// Sends SIGHUP to the process whose pid is in the node `path`, unless the pid belongs to another process by now.
fn hang_up(ctx: &Ctx, domid: u32, path: &str, role: Role) -> Result<Process> {
    let what = role.name();
    let value = nodes::read(ctx, ctx.store(), path)?;
    let Some(pid) = value.and_then(|v| recorded_pid(&v)) else {
        error!(ctx, domid = domid, "cannot end the {what}: invalid process id in {path}");
        return Err(Error::Fail);
    };
    match Process::hang_up(Pid::from_raw(pid), || role.is_of(pid, domid)) {
        (process, Ok(())) => Ok(process),
        (process, Err(Errno::ESRCH)) => {
            warn!(ctx, domid = domid, "{what} {pid} has ended already");
            Ok(process)
        }
        (_, Err(errno)) => {
            error!(ctx, domid = domid, errno = errno, "cannot send SIGHUP to {what} {pid}");
            Err(Error::Fail)
        }
    }
}

/// Parses the recorded id of the user that only this device model ran as.
fn user_to_kill(ctx: &Ctx, domid: u32, recorded: &[u8]) -> Option<u32> {
    let uid = leading_number::<u32>(recorded).filter(|&uid| uid != 0);
    if uid.is_none() {
        error!(
            ctx,
            domid = domid,
            "cannot kill the device model's processes: the recorded user id is invalid"
        );
    }
    uid
}

/// Kills every process of the user that only the device model ran as. Succeeds only if all are known to be killed.
async fn kill_user(ao: &Ao, domid: u32, uid: u32) -> Result<()> {
    let reaper = REAPERS
        .iter()
        .find_map(|name| User::from_name(name).ok().flatten())
        .map(|user| user.uid.as_raw())
        .filter(|&reaper| reaper != 0);
    if reaper.is_none() {
        warn!(
            ao,
            domid = domid,
            "none of the users {REAPERS:?} exists: the device model can kill the killer process"
        );
    }
    let failed = |errno: Errno| {
        error!(ao, domid = domid, errno = errno, "cannot kill the processes of user {uid}");
        Error::Fail
    };
    for _ in 0..KILLERS {
        let killer = ao.children().fork(|| kill_all_of(uid, reaper.unwrap_or(uid), REAPER_LOCK));
        let killer = killer.map_err(failed)?;
        // The killer waits for a lock, whose holder may hang.
        let outcome = match ao.until(Instant::now() + TIMEOUT, killer.exited()).await {
            Ok(Some(outcome)) => outcome,
            late => {
                end_child(ao.log(), domid, "killer", killer).await;
                return Err(late.err().unwrap_or_else(|| failed(Errno::ETIMEDOUT)));
            }
        };
        let told = match outcome {
            Outcome::Ended(status) => status.code().and_then(|code| u8::try_from(code).ok()),
            Outcome::NoProgram(_) | Outcome::Lost => None,
        };
        match told.map(KillResult::of) {
            Some(KillResult::Killed) => {
                debug!(ao, domid = domid, "killed the processes of user {uid}");
                return Ok(());
            }
            Some(KillResult::KilledWithoutLock(errno)) => {
                let lock = REAPER_LOCK.to_string_lossy();
                warn!(ao, domid = domid, errno = errno, "cannot take the lock {lock}");
                debug!(ao, domid = domid, "killed the processes of user {uid} without it");
                return Ok(());
            }
            Some(KillResult::Failed(errno)) => return Err(failed(errno)),
            None => {
                // The killer was killed: by the device model, or by another domain's killer without the lock.
                let how = describe_outcome("killer", killer.pid(), outcome);
                warn!(
                    ao,
                    domid = domid,
                    "cannot determine whether all processes of user {uid} are killed: {how}"
                );
            }
        }
    }
    Err(failed(Errno::EINTR))
}

/// Removes the sockets that the device model listened on, if there are any.
pub fn remove_sockets(ctx: &Ctx, domid: u32) {
    for name in ["libxl", "libxenstat"] {
        remove_of_domain(ctx.log(), domid, &format!("{RUN_DIR}/qmp-{name}-{domid}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_to_end(child: &std::process::Child, with_pidfd: bool) -> Process {
        let pid = Pid::from_raw(child.id() as i32);
        let (process, told) = Process::hang_up(pid, || true);
        told.unwrap();
        if with_pidfd { process } else { Process { pid, pidfd: None, ended: false } }
    }

    /// Starts a shell with these arguments that waits for input.
    fn run(arguments: &[&str]) -> std::process::Child {
        run_script("echo; read x", arguments)
    }

    fn run_script(script: &str, arguments: &[&str]) -> std::process::Child {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", script, "qemu"]).args(arguments);
        shell.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = shell.spawn().unwrap();
        // Its output shows that execve has completed.
        std::io::Read::read(child.stdout.as_mut().unwrap(), &mut [0]).unwrap();
        child
    }

    #[test]
    fn a_process_is_known_by_its_command_line() {
        let state = "--state-path=/local/domain/0/device-model/7/qmp-proxy-state";
        for (arguments, roles) in [
            (&["-xen-domid", "7", "-xen-attach"][..], &[Role::DeviceModel, Role::DiskServer][..]),
            (&["-xen-domid", "77", "-xen-attach"], &[]),
            (&["-xen-domid", "7"], &[Role::DeviceModel]),
            (&["-d", "7", "-domain-name", "x"], &[Role::DeviceModel]),
            (&["-domid", "7"], &[]),
            (&[state, "7"], &[Role::Proxy]),
            (&[], &[]),
        ] {
            let mut child = run(arguments);
            let pid = child.id() as i32;
            for role in [Role::DeviceModel, Role::DiskServer, Role::Proxy] {
                assert_eq!(role.is_of(pid, 7), roles.contains(&role), "{role:?} {arguments:?}");
            }
            child.kill().unwrap();
            child.wait().unwrap();
            assert!(!Role::DeviceModel.is_of(pid, 7), "it has ended");
        }
    }

    #[test]
    fn a_process_that_is_starting_has_its_role() {
        // The state between fork and execve; only the process itself may change its name.
        let name = child::STARTING.to_str().unwrap();
        let mut child = run_script(&format!("printf {name} > /proc/$$/comm; echo; read x"), &[]);
        let pid = child.id() as i32;
        assert!(Role::DeviceModel.is_of(pid, 7));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn another_process_with_the_pid_gets_no_signal() {
        let mut other = run(&["-xen-domid", "8"]);
        let pid = other.id() as i32;
        assert!(running(pid, 7).is_none());
        assert!(running(pid, 8).is_some());
        let is_meant = || Role::DeviceModel.is_of(pid, 7);
        let (process, told) = Process::hang_up(Pid::from_raw(pid), is_meant);
        assert_eq!(told, Err(Errno::ESRCH));
        // Waiting ends immediately for a process that is not the right one.
        let runtime = Runtime::default();
        runtime.block_on(process.ended(&runtime));
        assert_eq!(other.try_wait().unwrap(), None);
        drop(other.stdin.take());
        assert!(other.wait().unwrap().code().is_some(), "it has ended by itself");
    }

    #[test]
    fn the_end_is_noticed_before_the_process_is_reaped() {
        let runtime = Runtime::default();
        for with_pidfd in [true, false] {
            // A shell cannot trap a signal that was ignored when it started, as under nohup.
            let mut shell = std::process::Command::new("env");
            // It prints a line when the trap is set, and ends half a second after SIGHUP.
            let script = "trap 'sleep 0.5; exit 0' HUP; echo; while :; do sleep 0.01; done";
            shell.args(["--default-signal=HUP", "sh", "-c", script]);
            shell.stdout(std::process::Stdio::piped());
            let mut child = shell.spawn().unwrap();
            std::io::Read::read(child.stdout.as_mut().unwrap(), &mut [0]).unwrap();
            let process = told_to_end(&child, with_pidfd);
            assert!(!process.has_ended());
            let began = Instant::now();
            runtime.block_on(process.ended(&runtime));
            assert!(process.has_ended());
            assert!(began.elapsed() > Duration::from_millis(300), "{:?}", began.elapsed());
            assert_eq!(child.wait().unwrap().code(), Some(0));
            runtime.block_on(process.ended(&runtime));
            assert_eq!(Process::hang_up(process.pid, || true).1, Err(Errno::ESRCH));
        }
    }
}
