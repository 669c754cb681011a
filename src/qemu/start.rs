//! Starting a guest's QEMU, and waiting until it serves.
//!
//! The process id is written to xenstore before the process executes QEMU. From then on a destroy of the domain ends
//! QEMU as well, so a start that fails or is aborted need not end it. Only if the domain is destroyed meanwhile, the
//! destroy may have looked before there was an id: then QEMU is ended here, or by the destroy, which looks again when
//! it removes the domain's nodes (`lifecycle/destroy.rs`).
//!
//! QEMU reports that it is ready in one of two ways. Usually it writes `running` into its node in xenstore. A
//! restricted QEMU may have no access to xenstore, and is not trusted there: it gets a listening socket, and is ready
//! when it answers on it.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::future::pending;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use nix::errno::Errno;
use nix::sys::resource::Resource;
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, listen, socket,
};
use nix::unistd::{AccessFlags, access};
use serde_json::Value;

use super::account;
use super::arguments::{self, ArgumentsError, CommandLine, Hvm, Place, Restricted};
use super::describe;
use super::message::Shown;
use super::qmp::{Qmp, socket_path, unexpected};
use super::state;
use crate::core::file::{errno_of, last_line, remove_if_there, rotate_log};
use crate::core::paths::{LOG_DIR, PROXY, QEMU};
use crate::core::watches::Watch;
use crate::core::{Ao, Ctx, Error, Result};
use crate::domain::identity::Identity;
use crate::domain::{names, nodes};
use crate::qemu::model;
use crate::qemu::model::Process;
use crate::runtime::child::{Confinement, Io, Program};
use crate::sync::std_fds::raised;
use crate::sync::tracked_fds::Tracked;
use crate::types::idiomatic::{
    DeviceModelVersion, DomainBuildInfo, DomainBuildInfoData, DomainBuildInfoHvm, DomainConfig,
    Text,
};
use crate::xen::store::{NewNode, Pipeline};
use crate::{debug, error, warn};

/// How long QEMU may take until it serves.
pub(super) const TIMEOUT: Duration = Duration::from_secs(60);

/// The resource limits of a restricted QEMU: enough for a log, nothing that it does not use.
const LIMITS: [(Resource, u64); 5] = [
    (Resource::RLIMIT_FSIZE, 256 * 1024),
    (Resource::RLIMIT_CORE, 0),
    (Resource::RLIMIT_MSGQUEUE, 0),
    (Resource::RLIMIT_LOCKS, 0),
    (Resource::RLIMIT_MEMLOCK, 0),
];

/// Starts the QEMU of a guest, which serves devices of a PV or PVH guest and is the hardware of an HVM guest, and waits
/// until it is ready. The devices' nodes are there, and the configuration has its defaults, those of its devices too.
/// `targets`: what the QEMU of an HVM guest opens for each of its disks, where there is anything. `igd`: whether Intel's
/// display is among its PCI devices. `restored`: it goes on from the state of another QEMU, which a restore has written
/// down (`state.rs`).
pub async fn start(
    ao: &Ao,
    domid: u32,
    config: &DomainConfig,
    targets: &[Option<OsString>],
    igd: bool,
    restored: bool,
) -> Result<()> {
    let build = &config.b_info;
    let (owner, _) = Identity::of(ao, domid).inspect_err(|_| {
        error!(ao, domid = domid, "cannot start the device model: no such domain");
    })?;
    let qemu = program(ao, domid, build)?;
    let account = account::of_guest(ao, domid, build)?;
    let restricted = build.dm_restrict == Some(true);
    let monitor = if restricted { Some(listening_socket(ao, domid)?) } else { None };
    let saved = if restored { Some(state::open_restored(ao, domid)?) } else { None };
    let mut program = Program::new(&qemu);
    let monitor = monitor.as_ref().map(|fd| Restricted { monitor: program.pass(fd.as_fd()) });
    let limited = is_limited();
    let line = if let DomainBuildInfoData::Hvm(_) = build.u {
        let account = account.as_ref().map(|account| account.name.as_str());
        let incoming = saved.as_ref().map(|file| program.pass(file.as_fd()));
        let place = Place::Local { restricted: monitor, incoming, account };
        arguments::hvm(&Hvm { domid, config, place, targets, igd, limited })
    } else {
        arguments::pv(domid, config, monitor, limited)
    };
    let line = line.map_err(|e| refused(ao, domid, e))?;
    for warning in &line.warnings {
        warn!(ao, domid = domid, "{warning}");
    }
    if restricted {
        make_root(ao, domid)?;
    }
    let base = model::directory(0, domid);
    let state = format!("{base}/state");
    let password = password_node(ao, domid, config);
    nodes::send_for_domain(ao, domid, &base, |writes| {
        // It may be left from an earlier domain with that number.
        writes.remove(&state);
        writes.make(&NewNode::directory(&base, &[]));
        if let DomainBuildInfoData::Hvm(hvm) = &build.u {
            tell_firmware(writes, domid, build, hvm);
            // The QEMU of another guest keeps root's rights, so it is not to be killed by its user.
            let own = account.as_ref().and_then(|account| account.own);
            if let Some(uid) = own {
                writes.write(model::kill_uid_path(domid), uid.to_string());
            }
        }
        if let Some((path, password)) = &password {
            writes.write(path, password);
        }
    })?;
    let launch = Launch {
        what: "device model",
        domid,
        program,
        line,
        log: log_name("qemu-dm-", config.c_info.name.as_ref()),
        pid_path: model::pid_path(domid),
        confined: restricted,
    };
    let mut said = ao.watch(&state)?;
    let deadline = Instant::now() + TIMEOUT;
    let running = launch.start(ao, deadline).await?;
    let begun = async {
        if restricted {
            running.serves(ao, deadline, answers(ao, domid, restored, deadline)).await?;
        } else {
            running.serves(ao, deadline, is_running(ao, &mut said, &state)).await?;
        }
        describe::describe(ao, domid, config).await.inspect_err(|e| {
            error!(ao, domid = domid, "cannot read QEMU's serial ports and display: {e}");
        })
    };
    let outcome = select(pin!(begun), pin!(is_destroyed(ao, &owner))).await.factor_first().0;
    // A destroy of the domain may have looked for a device model before there was one.
    model::end_orphan(ao, &owner, &running.process)?;
    outcome
}

/// Adds to `writes` what hvmloader is told of its machine.
pub fn tell_firmware(
    writes: &mut Pipeline,
    domid: u32,
    build: &DomainBuildInfo,
    hvm: &DomainBuildInfoHvm,
) {
    let base = format!("{}/hvmloader", nodes::domain_path(domid));
    // Only the traditional device model learns of memory that hvmloader moves.
    let traditional = build.device_model_version == DeviceModelVersion::QemuXenTraditional;
    let moves = traditional && build.vnuma_nodes.is_empty();
    let bios = hvm.bios.name().unwrap_or_default();
    writes.write(format!("{base}/bios"), bios);
    writes.write(format!("{base}/allow-memory-relocate"), if moves { "1" } else { "0" });
}

/// Waits until the domain is being destroyed: the watch fires then, and not again when it is gone.
async fn is_destroyed(ao: &Ao, owner: &Identity) -> Result<()> {
    // Without the watch it is noticed later. A failure is logged there.
    let Ok(mut releases) = ao.watch("@releaseDomain") else { return pending().await };
    loop {
        ao.wait(releases.changed()).await?;
        if ao.hypervisor().is_ending(owner.domid, &owner.uuid) == Ok(true) {
            return Err(Error::DomainNotFound);
        }
    }
}

/// Starts the QEMU that serves the disks of domain `domid` from this domain, which is a driver domain, and waits until
/// it does.
pub async fn start_for_driver_domain(ao: &Ao, domid: u32) -> Result<()> {
    // A domain with no rights but its own: relative to its own directory.
    let state = format!("device-model/{domid}/state");
    let launch = Launch {
        what: "disk back end",
        domid,
        program: Program::new(QEMU),
        line: arguments::driver_domain(domid, is_limited()),
        log: format!("qdisk-{domid}").into(),
        pid_path: format!("libxl/{domid}/qdisk-backend-pid"),
        confined: false,
    };
    let mut said = ao.watch(&state)?;
    let deadline = Instant::now() + TIMEOUT;
    let running = launch.start(ao, deadline).await?;
    running.serves(ao, deadline, is_running(ao, &mut said, &state)).await
}

/// Starts the program that passes QMP on between the sockets of `target` and its QEMU, which runs in the Linux of
/// domain
/// `stubdom`, named `name`; waits until it is ready for that QEMU.
pub async fn start_proxy(ao: &Ao, stubdom: u32, target: u32, name: &Text) -> Result<()> {
    let runs = |path: &&&str| access(**path, AccessFlags::X_OK).is_ok();
    let proxy = PROXY.iter().find(runs).ok_or_else(|| {
        error!(
            ao,
            domid = target,
            "cannot run the QMP proxy: neither {} nor {} is executable",
            PROXY[0],
            PROXY[1]
        );
        Error::Fail
    })?;
    let state = model::proxy_state_path(stubdom);
    let socket = socket_path(target);
    let launch = Launch {
        what: "QMP proxy",
        domid: target,
        program: Program::new(proxy),
        line: arguments::proxy(stubdom, target, &state, &socket),
        log: log_name("qmp-proxy-", Some(name)),
        pid_path: model::proxy_pid_path(stubdom),
        confined: false,
    };
    // The node may be left from an earlier domain with that number.
    nodes::remove(ao, ao.store(), &state)?;
    let mut said = ao.watch(&state)?;
    let deadline = Instant::now() + TIMEOUT;
    let running = launch.start(ao, deadline).await?;
    running.serves(ao, deadline, is_running(ao, &mut said, &state)).await
}

/// A program to start: a QEMU, or one beside it.
pub(super) struct Launch<'a> {
    pub(super) what: &'static str,
    pub(super) domid: u32,
    pub(super) program: Program<'a>,
    pub(super) line: CommandLine,
    /// The name of the log file.
    pub(super) log: OsString,
    /// The node for its number.
    pub(super) pid_path: String,
    pub(super) confined: bool,
}

/// The started program.
pub(super) struct Running {
    what: &'static str,
    domid: u32,
    process: Process,
    log: PathBuf,
}

impl Launch<'_> {
    /// Starts it and waits until its number is in xenstore, until `deadline` at most.
    pub(super) async fn start(self, ao: &Ao, deadline: Instant) -> Result<Running> {
        let Self { what, domid, program, line, log, pid_path, confined } = self;
        let (path, log) = open_log(ao, domid, &log)?;
        let mut program = program
            .arguments(&line.arguments)
            .stdin(Io::Null)
            .stdout(Io::Fd(log.as_fd()))
            .stderr(Io::Fd(log.as_fd()));
        for (name, value) in &line.environment {
            program = program.variable(name, value);
        }
        debug!(ao, domid = domid, "starting the {what}: {}", program.describe());
        let writer = ao.store().number_writer(&pid_path).map_err(|e| nodes::failed(ao, e))?;
        let announce = |pid: i32| writer.write(pid.cast_unsigned());
        let confinement = confined.then_some(Confinement { limits: &LIMITS, namespaces: true });
        let failed = |errno: Errno| {
            error!(ao, domid = domid, errno = errno, "cannot start the {what}");
            Error::Fail
        };
        let started = ao.children().spawn_detached(&program, confinement, &announce);
        let announced = started.map_err(failed)?.announced();
        let pid = match ao.until(deadline, announced).await? {
            Some(pid) => pid.map_err(failed)?,
            None => {
                failed(Errno::ETIMEDOUT);
                return Err(Error::TimedOut);
            }
        };
        debug!(ao, domid = domid, "the {what} is process {pid}");
        Ok(Running { what, domid, process: Process::new(pid), log: path })
    }
}

impl Running {
    /// Waits until it serves, as `ready` sees it.
    pub(super) async fn serves(
        &self,
        ao: &Ao,
        deadline: Instant,
        ready: impl Future<Output = Result<()>>,
    ) -> Result<()> {
        let (what, domid) = (self.what, self.domid);
        let ended = pin!(self.process.ended(ao.runtime()));
        match ao.until(deadline, select(pin!(ready), ended)).await {
            Ok(Some(Either::Left((outcome, _)))) => outcome,
            Ok(Some(Either::Right(_))) => {
                let (log, last) = (self.log.display(), last_line(&self.log));
                error!(
                    ao,
                    domid = domid,
                    "cannot start the {what}: it has ended, and the last line of {log} is: {last}"
                );
                Err(Error::Fail)
            }
            Ok(None) => {
                let (log, last) = (self.log.display(), last_line(&self.log));
                error!(
                    ao,
                    domid = domid,
                    "cannot start the {what}: not ready in time, and the last line of {log} is: {last}"
                );
                Err(Error::TimedOut)
            }
            Err(e) => {
                error!(ao, domid = domid, "cannot wait for the {what} to start: {e}");
                Err(e)
            }
        }
    }
}

/// Waits until the program's node says that it runs.
pub async fn is_running(ao: &Ao, said: &mut Watch, state: &str) -> Result<()> {
    loop {
        said.changed().await;
        if nodes::read(ao, ao.store(), state)?.as_deref() == Some(b"running") {
            return Ok(());
        }
    }
}

/// Waits until QEMU answers on the socket that it was given. Its status must be that of one that waits to be told to
/// run:
/// `prelaunch`, or `paused` where it has a `restored` state.
async fn answers(ao: &Ao, domid: u32, restored: bool, deadline: Instant) -> Result<()> {
    let mut qmp = Qmp::connect(ao, domid, deadline).await?;
    let status = qmp.execute("query-status", None, deadline).await?;
    let expected = if restored { "paused" } else { "prelaunch" };
    match status.get("status").and_then(Value::as_str) {
        Some(status) if status == expected => Ok(()),
        Some(other) => {
            error!(
                ao,
                domid = domid,
                "cannot use QEMU: its status is {}, expected {expected}",
                Shown(other)
            );
            Err(Error::NotReady)
        }
        None => Err(unexpected(ao, domid, "query-status")),
    }
}

/// The program to run.
fn program(ctx: &Ctx, domid: u32, build: &DomainBuildInfo) -> Result<PathBuf> {
    let path = match (&build.device_model, build.device_model_version) {
        (Some(path), _) => std::ffi::OsStr::from_bytes(path.as_bytes()).into(),
        (None, DeviceModelVersion::QemuXen) => PathBuf::from(QEMU),
        (None, other) => {
            error!(
                ctx,
                domid = domid,
                "cannot start device model {other:?}: no program known for it"
            );
            return Err(Error::Fail);
        }
    };
    access(&path, AccessFlags::X_OK).map_err(|errno| {
        let shown = path.display();
        let package = if path == Path::new(QEMU) { " (package qemu-system-xen)" } else { "" };
        error!(ctx, domid = domid, errno = errno, "cannot run the device model {shown}{package}");
        Error::Fail
    })?;
    Ok(path)
}

fn refused(ctx: &Ctx, domid: u32, error: ArgumentsError) -> Error {
    error!(ctx, domid = domid, "{error}");
    error.error()
}

/// Whether QEMU's log gets no limit from here: the administrator has set one, or this is Xen 4.20 or later, whose QEMU
/// knows none.
fn is_limited() -> bool {
    cfg!(since = "4.20") || std::env::var_os("XEN_QEMU_CONSOLE_LIMIT").is_some()
}

/// A socket at the place of QEMU's monitor that listens already.
fn listening_socket(ctx: &Ctx, domid: u32) -> Result<Tracked<OwnedFd>> {
    let path = socket_path(domid);
    let make = || {
        let address = UnixAddr::new(path.as_str())?;
        let flags = SockFlag::SOCK_CLOEXEC;
        let fd = Tracked::new(socket(AddressFamily::Unix, SockType::Stream, flags, None)?);
        remove_if_there(&path).map_err(|e| errno_of(&e))?;
        bind(fd.as_fd().as_raw_fd(), &address)?;
        listen(&fd, Backlog::new(1)?)?;
        Ok(fd)
    };
    make().map_err(|errno: Errno| {
        error!(ctx, domid = domid, errno = errno, "cannot listen at {path}");
        Error::Fail
    })
}

/// Makes the empty directory that a restricted QEMU gets as its root. One that is left from before has nothing in it,
/// since nobody but root could write there.
fn make_root(ctx: &Ctx, domid: u32) -> Result<()> {
    let path = arguments::root_path(domid);
    let failed = |e: std::io::Error| {
        error!(ctx, domid = domid, errno = errno_of(&e), "cannot make QEMU's root {path}");
        Error::Fail
    };
    match std::fs::remove_dir(&path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
        _ => {}
    }
    let mut builder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0);
    builder.create(&path).map_err(failed)
}

/// The node in which the traditional device model looks for the screen's password, and its value.
fn password_node<'a>(
    ctx: &Ctx,
    domid: u32,
    config: &'a DomainConfig,
) -> Option<(String, &'a [u8])> {
    let password = arguments::vnc(config).and_then(|vnc| vnc.passwd.as_ref())?;
    Some((format!("{}/vncpasswd", names::vm_path(ctx, domid)?), password.as_bytes()))
}

/// The name, without its suffix, of the log file of a program for the domain with that name.
pub fn log_name(prefix: &str, domain: Option<&Text>) -> OsString {
    let mut name = OsString::from(prefix);
    name.extend(domain.map(|domain| std::ffi::OsStr::from_bytes(domain.as_bytes())));
    name
}

/// The log file for a QEMU; the ones of earlier ones move up.
fn open_log(ctx: &Ctx, domid: u32, name: &std::ffi::OsStr) -> Result<(PathBuf, File)> {
    let path = rotate_log(ctx.log(), Path::new(LOG_DIR), name)?;
    let file = OpenOptions::new().append(true).create(true).mode(0o644).open(&path);
    let file = file.map(raised).map_err(|e| {
        let shown = path.display();
        error!(ctx, domid = domid, errno = errno_of(&e), "cannot open the log file {shown}");
        Error::Fail
    })?;
    Ok((path, file))
}
