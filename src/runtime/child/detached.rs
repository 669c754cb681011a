//! Starting a program that outlives this process: a process in between starts it and ends, so the program is a child of
//! init, which reaps it, and the application never sees a SIGCHLD or a `wait` status of it.
//!
//! The program's process id must not be lost, since the program can be found later only by its id. So the new process
//! itself announces its id, and executes the program only after that. If this process is killed meanwhile, either there
//! is no program, or its id is known.
//!
//! # How
//!
//! A child forks the program's process and ends. That process reports through a pipe: first its process id; then 0 when
//! the id is announced; and then, if the program could not be executed, the reason (`start.rs` says why the parent does
//! not simply wait for that). A negative errno in place of the first two means that there is no program.
//!
//! A process id may be used again when its process has ended, so code that finds the id checks which program the
//! process runs. Until the new process executes the program it has this process's command line; therefore it takes a
//! name, [`STARTING`], before it announces itself.
//!
//! # When the operation ends early
//!
//! The announcement may block for long, and the operation may end before. Then the pipe has no reader, so the process
//! gets an error when it writes, and ends. If its id is known it is killed as well, so that it does not go on waiting.
//!
//! It is killed by its pidfd, which must not be another process's: when the id is read here, its process may have ended,
//! and init may have reaped it. The process keeps the pipe open while it lives. So if the pipe has neither a second
//! word nor an end *after* the pidfd was opened, the process existed then, and the pidfd is its own. Otherwise there is
//! nothing to kill.

use std::ffi::{CStr, c_int};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use nix::errno::Errno;
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd;

use super::Child;
use super::program::{Pointers, Prepared};
use super::start::{Fork, NO_PROGRAM, become_program, read_word, status_pipe, tell};
use super::sys::{Pid, pidfd_kill, pidfd_open};
use crate::runtime::Runtime;
use crate::runtime::descriptor::Descriptor;
use crate::sync::tracked_fds::Tracked;

/// How long a process may take to execute its program before it is assumed to have done so. It can take that long only
/// if a third process has a copy of the pipe, or if the program's file system does not respond.
const EXEC_TIMEOUT: Duration = Duration::from_secs(1);

/// The word that reports that the id is announced.
const ANNOUNCED: c_int = 0;

/// The name of a process that is announced and has not executed its program yet, as in `/proc/PID/comm`: at most 15
/// bytes.
pub const STARTING: &CStr = c"libxl-starting";

/// The restrictions of a program.
#[derive(Clone, Copy, Debug)]
pub struct Confinement<'a> {
    /// Resource limits; each is both the soft and the hard limit.
    pub limits: &'a [(Resource, u64)],
    /// It gets mount and System V IPC namespaces of its own.
    pub namespaces: bool,
}

/// Announces the id of the new process. It is called in that process, must be async-signal-safe, and must not change
/// state of the parent.
pub type Announce<'a> = &'a dyn Fn(Pid) -> Result<(), Errno>;

/// The data that the new process needs, prepared before the fork.
pub struct SpawnPlan<'a> {
    prepared: &'a Prepared,
    pointers: Pointers,
    confinement: Option<Confinement<'a>>,
    announce: Announce<'a>,
    /// The parent's end of the pipe.
    reader: RawFd,
    writer: Tracked<OwnedFd>,
}

impl<'a> SpawnPlan<'a> {
    /// Creates the plan, and the reading end of the pipe through which the new process reports.
    pub fn new(
        prepared: &'a Prepared,
        confinement: Option<Confinement<'a>>,
        announce: Announce<'a>,
    ) -> Result<(Self, Tracked<OwnedFd>), Errno> {
        let (pipe, writer) = status_pipe(prepared.keep_below)?;
        let (pointers, reader) = (prepared.pointers(), pipe.as_fd().as_raw_fd());
        Ok((Self { prepared, pointers, confinement, announce, reader, writer }, pipe))
    }

    /// To be called in a forked child, which must exit with the returned status: forks again.
    pub fn start_in_between(&mut self, fork: Fork<'_>) -> c_int {
        match fork.fork() {
            Ok(0) => {
                let body = AssertUnwindSafe(|| self.run_new_process());
                // A panic must not unwind into code of the parent.
                let status = catch_unwind(body).unwrap_or(NO_PROGRAM);
                // SAFETY: it ends the process without running the parent's exit handlers.
                unsafe { libc::_exit(status) }
            }
            Ok(_) => 0,
            Err(errno) => self.give_up(errno),
        }
    }

    /// The remaining steps in the new process. Async-signal-safe.
    fn run_new_process(&mut self) -> c_int {
        let pid = unistd::getpid().as_raw();
        // SAFETY: this is this process's copy of the descriptor, which is not used.
        unsafe { libc::close(self.reader) };
        if !tell(self.parent(), pid) {
            return NO_PROGRAM;
        }
        let ready = || {
            unistd::setsid()?;
            self.confine()?;
            // SAFETY: the string ends with a NUL. Executing the program replaces the name.
            unsafe { libc::prctl(libc::PR_SET_NAME, STARTING.as_ptr()) };
            (self.announce)(pid)
        };
        if let Err(errno) = ready() {
            return self.give_up(errno);
        }
        let parent = self.parent();
        if !tell(parent, ANNOUNCED) {
            return NO_PROGRAM;
        }
        become_program(self.prepared, &mut self.pointers, parent)
    }

    fn confine(&self) -> Result<(), Errno> {
        let Some(confinement) = &self.confinement else { return Ok(()) };
        if confinement.namespaces {
            // SAFETY: the argument is a number.
            Errno::result(unsafe { libc::unshare(libc::CLONE_NEWNS | libc::CLONE_NEWIPC) })?;
        }
        for (resource, limit) in confinement.limits {
            setrlimit(*resource, *limit, *limit)?;
        }
        Ok(())
    }

    fn parent(&self) -> RawFd {
        self.writer.as_fd().as_raw_fd()
    }

    fn give_up(&self, errno: Errno) -> c_int {
        tell(self.parent(), -(errno as c_int));
        NO_PROGRAM
    }
}

/// A program that is being started.
#[derive(Debug)]
pub struct Detached {
    runtime: Runtime,
    pipe: Tracked<OwnedFd>,
    /// The intermediate process, which ends at once, and is reaped like every child.
    between: Child,
}

impl Detached {
    pub fn new(runtime: Runtime, pipe: Tracked<OwnedFd>, between: Child) -> Self {
        Self { runtime, pipe, between }
    }

    /// Waits until the id of the program's process is announced, and returns it. If this is dropped before, the program
    /// is not executed.
    ///
    /// # Errors
    /// `ENOENT`, `EACCES`: the program cannot be executed. Any error of `announce`; then there is no program. What
    /// `announce` has written is not undone if the process cannot execute the program.
    pub async fn announced(self) -> Result<Pid, Errno> {
        let Self { runtime, pipe, between: _between } = self;
        let pipe = Descriptor::new(&runtime, pipe)?;
        let pid = word(&pipe).await?.ok_or(Errno::ECHILD)?;
        if pid < 0 {
            return Err(Errno::from_raw(-pid));
        }
        let pidfd = pidfd_open(pid).ok().map(Tracked::new);
        let second = match read_word(pipe.get()) {
            Err(Errno::EAGAIN) => {
                let unannounced = Unannounced(pidfd);
                let second = word(&pipe).await?;
                unannounced.keep();
                second
            }
            read => read?,
        };
        match second.ok_or(Errno::ECHILD)? {
            ANNOUNCED => {}
            errno => return Err(Errno::from_raw(-errno)),
        }
        let time = pin!(runtime.sleep(EXEC_TIMEOUT));
        match select(pin!(word(&pipe)), time).await {
            Either::Left((Ok(Some(errno)), _)) => Err(Errno::from_raw(-errno)),
            Either::Left((Ok(None), _)) | Either::Right(_) => Ok(pid),
            Either::Left((Err(errno), _)) => Err(errno),
        }
    }
}

/// Reads the next word; `None` at the end of the pipe.
async fn word(pipe: &Descriptor<Tracked<OwnedFd>>) -> Result<Option<c_int>, Errno> {
    loop {
        pipe.readable().await?;
        match read_word(pipe.get()) {
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            other => return other,
        }
    }
}

/// A process that must not execute its program if this is dropped.
struct Unannounced(Option<Tracked<OwnedFd>>);

impl Unannounced {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unannounced {
    fn drop(&mut self) {
        if let Some(pidfd) = &self.0 {
            let _ = pidfd_kill(pidfd.as_fd(), libc::SIGKILL);
        }
    }
}
