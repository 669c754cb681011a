//! Child processes: programs and forked helpers, and the ownership of SIGCHLD.
//!
//! | file | subject |
//! |---|---|
//! | `program.rs`, `start.rs` | the description of a program, and starting it |
//! | `detached.rs` | starting programs that outlive this process |
//! | `record.rs` | one child, and how its end is detected |
//! | `registry.rs` | all children in the process, and which thread reaps them |
//! | `sigchld.rs` | the process's signal handler |
//! | `sys.rs` | system calls |
//!
//! The library's children need neither SIGCHLD nor the application: each has a pidfd in its ctx's epoll set, and
//! `waitid` is called for that child only. The mode set by `libxl_childproc_setmode` determines how SIGCHLD and the
//! process's other children are handled:
//!
//! | mode | SIGCHLD handler | other children |
//! |---|---|---|
//! | `libxl` | the library's while it has a child | reaped and reported to the application while the library has a child |
//! | `mainloop` | not changed | not reaped; the application reaps the library's children as well, and reports them |
//! | `libxl_always` | the library's | reaped and reported to the application |
//! | `libxl_always_selective_reap` | the library's | not reaped |
//!
//! # Ending a child
//!
//! A child is ended by SIGKILL. That is not always enough: one that sleeps uninterruptibly in the kernel (on a failed
//! disk, or an NFS server that does not answer) ends only when the kernel wakes it, perhaps never, and one that is
//! traced cannot be reaped before its tracer lets it go. Nothing waits for such a child without a limit:
//!
//! 1. [`Child::end`] waits for `KILL_TIMEOUT` and then returns [`NotEnded`], which the operation logs.
//! 2. The child stays registered, with its pidfd in the epoll set, and the application drives the ctx until it has
//!    ended (a task waits for it), so it is reaped whenever it ends. Its process id is not reused before that.
//! 3. `libxl_ctx_free` waits for all children together for `FREE_TIMEOUT`. Those that are left then become abandoned:
//!    the registry keeps their process ids and pidfds without a ctx (`registry.rs`), and every later use of children in
//!    the process, with any ctx, reaps those that have ended. Only a process that uses no ctx any more keeps a zombie.
//!
//! Reaping is the same as for any other child: once, under the registry's lock.
//!
//! # Locks
//!
//! The lock of `Setup` is held while the handler is installed or removed. The registry's lock is a leaf. Neither is
//! held around a fork or a call into the application.

mod detached;
mod program;
mod record;
mod registry;
mod sigchld;
mod start;
mod sys;
#[cfg(all(test, not(loom)))]
pub mod tests;

use std::ffi::c_int;
use std::fmt;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use nix::errno::Errno;
use nix::sys::epoll::EpollFlags;
use std::os::fd::{AsFd, AsRawFd, RawFd};

pub use detached::{Announce, Confinement, Detached, STARTING};
pub use program::{Io, Program};
pub use record::Outcome;
pub use sys::{Pid, pidfd_kill, pidfd_open};

use super::Runtime;
use super::app_loop::{Driven, Undriven};
use super::reactor::Ready;
use crate::sync::{Arc, Mutex, locked, tracked_fds};
use program::Prepared;
use record::Record;
use registry::{Starting, registry, registry_when_started};
use sigchld::{HandlerUser, SigchldBell};
use start::{Fork, Started};

/// How long an operation waits for a child that it has killed. This is longer than [`record::REPORT_TIMEOUT`], so a
/// child that has ended, and that the application has reaped without reporting it, is never mistaken for one that runs.
const KILL_TIMEOUT: Duration = Duration::from_secs(15);

/// How long `libxl_ctx_free`, which blocks its thread, waits for the children that it has killed, together.
const FREE_TIMEOUT: Duration = Duration::from_secs(5);

/// Which code reaps which children: `libxl_sigchld_owner`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SigchldOwner {
    /// The library reaps all children of the process while it has a child.
    #[default]
    Libxl,
    /// The application reaps all children, and reports those of the library to the library.
    Mainloop,
    /// The library always reaps all children.
    LibxlAlways,
    /// The library reaps its own children.
    LibxlAlwaysSelectiveReap,
}

impl SigchldOwner {
    /// Whether the library must own SIGCHLD, depending on whether it has a child.
    fn wants_signal(self, have_child: bool) -> bool {
        match self {
            Self::Libxl => have_child,
            Self::Mainloop => false,
            Self::LibxlAlways | Self::LibxlAlwaysSelectiveReap => true,
        }
    }

    fn reaps_all(self) -> bool {
        matches!(self, Self::Libxl | Self::LibxlAlways)
    }
}

/// The functions of the application's `libxl_childproc_hooks`. They are called with no lock held.
pub trait ChildprocHooks: Send + Sync {
    /// Whether the application has a function for forking.
    fn forks(&self) -> bool;
    /// Forks; returns 0 in the child.
    fn fork(&self) -> Result<Pid, Errno>;
    /// Reports a child that is not the library's. `None`: the application has no hook for that.
    fn reaped(&self, pid: Pid, status: c_int) -> Option<c_int>;
}

/// Conditions to be logged, or to be reported as disasters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Report {
    /// A child was reaped that is neither the library's nor the application's.
    UnknownChild { pid: Pid, status: c_int },
    /// The application's hook failed with `code`.
    ReapedCallback { pid: Pid, status: c_int, code: c_int },
    /// The library must own SIGCHLD, but the application has installed a handler.
    ForeignHandler,
    /// A killed child has not ended when the ctx is freed.
    StillRunning { pid: Pid },
}

/// The children of one ctx. Clones share them.
#[derive(Clone)]
pub struct Children {
    shared: Arc<ChildrenShared>,
}

/// The state that the children of a ctx share.
pub struct ChildrenShared {
    runtime: Runtime,
    tell: Box<dyn Fn(Report) + Send + Sync>,
    /// The value that the application's reaped_callback returns for a child that is not its own.
    unknown_child: c_int,
    setup: Mutex<Setup>,
}

struct Setup {
    owner: SigchldOwner,
    /// [`KILL_TIMEOUT`], except in tests.
    kill_timeout: Duration,
    /// [`FREE_TIMEOUT`], except in tests.
    free_timeout: Duration,
    hooks: Option<Arc<dyn ChildprocHooks>>,
    /// The number of children that were not reaped, and of starts in progress.
    count: usize,
    signal: Option<Signal>,
    /// Exists from the first time that the ctx must listen for SIGCHLD.
    bell: Option<SigchldBell>,
    /// Makes the application's event loop drive the ctx at all times, so that the handler's eventfd is served.
    driven: Option<Driven>,
    /// [`Report::ForeignHandler`] was logged.
    reported: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            owner: SigchldOwner::default(),
            kill_timeout: KILL_TIMEOUT,
            free_timeout: FREE_TIMEOUT,
            hooks: None,
            count: 0,
            signal: None,
            bell: None,
            driven: None,
            reported: false,
        }
    }
}

/// A ctx's use of the handler.
struct Signal {
    _user: HandlerUser,
    /// The eventfd's entry in the epoll set, if the ctx reaps all children.
    place: Option<u64>,
}

impl Children {
    /// Creates an object without children, in the mode `libxl`. `tell` is called with no lock held.
    pub fn new(
        runtime: Runtime,
        unknown_child: c_int,
        tell: impl Fn(Report) + Send + Sync + 'static,
    ) -> Self {
        let setup = Mutex::default();
        registry().reap_abandoned();
        Self {
            shared: Arc::new(ChildrenShared {
                runtime,
                tell: Box::new(tell),
                unknown_child,
                setup,
            }),
        }
    }

    /// Sets the mode.
    ///
    /// # Errors
    /// The application must drive the ctx even when there is no operation, so that its own children are reaped, and
    /// this cannot be arranged. The mode is set nevertheless.
    pub fn set_mode(
        &self,
        owner: SigchldOwner,
        hooks: Option<Arc<dyn ChildprocHooks>>,
    ) -> Result<(), Undriven> {
        let driven = match owner {
            SigchldOwner::LibxlAlways => self.shared.runtime.need_driver().map(Some),
            _ => Ok(None),
        };
        let (driven, outcome) = match driven {
            Ok(driven) => (driven, Ok(())),
            Err(undriven) => (None, Err(undriven)),
        };
        let before = {
            let mut setup = locked(&self.shared.setup);
            setup.owner = owner;
            // The new mode may reap other children than the old one.
            self.shared.leave_signal(&mut setup);
            let driven = std::mem::replace(&mut setup.driven, driven);
            (driven, std::mem::replace(&mut setup.hooks, hooks))
        };
        drop(before);
        self.shared.update_signal(|_| ());
        outcome
    }

    /// The current mode.
    pub fn owner(&self) -> SigchldOwner {
        locked(&self.shared.setup).owner
    }

    /// Starts a program. If it cannot be executed, that is reported as the child's end ([`Outcome::NoProgram`]), since
    /// its file system may take long to respond.
    ///
    /// # Errors
    /// `EINVAL`: a NUL in a string; `EAGAIN`, `ENOMEM`, `EMFILE` and the like: the system's or the process's limits are
    /// reached.
    pub fn spawn(&self, program: &Program<'_>) -> Result<Child, Errno> {
        let prepared = Prepared::new(program)?;
        self.start(|fork| start::spawn(fork, &prepared))
    }

    /// Starts a program that outlives this process, in a session of its own; its end is not waited for. `announce` is
    /// called in the new process, before that executes the program (`detached.rs`).
    ///
    /// # Errors
    /// As for [`Children::spawn`].
    pub fn spawn_detached(
        &self,
        program: &Program<'_>,
        confinement: Option<Confinement<'_>>,
        announce: Announce<'_>,
    ) -> Result<Detached, Errno> {
        let prepared = Prepared::new(program)?;
        let (mut plan, pipe) = detached::SpawnPlan::new(&prepared, confinement, announce)?;
        let between = self.start(|fork| {
            let pid = start::forked(fork, || plan.start_in_between(fork))?;
            Ok(Started { pid, pipe: None })
        })?;
        Ok(Detached::new(self.shared.runtime.clone(), pipe, between))
    }

    /// Runs `body` in a forked child, whose exit status is the returned value. Other threads may have held locks at the
    /// fork, which stay locked in the child: `body` must take no lock that is shared with other threads. Descriptors on
    /// the process's list are closed in the child (`sync/tracked_fds.rs`), all others stay open.
    pub fn fork(&self, body: impl FnOnce() -> u8) -> Result<Child, Errno> {
        self.start(|fork| start::fork_and_run(fork, None, body))
    }

    /// As [`Children::fork`], but `kept` stays open in the child although it is on the list.
    pub fn fork_with(&self, kept: impl AsFd, body: impl FnOnce() -> u8) -> Result<Child, Errno> {
        let kept = kept.as_fd().as_raw_fd();
        self.start(|fork| start::fork_and_run(fork, Some(kept), body))
    }

    fn start(
        &self,
        start: impl FnOnce(Fork<'_>) -> Result<Started, Errno>,
    ) -> Result<Child, Errno> {
        let shared = &self.shared;
        // The reactor is opened before the fork, since without it the child could not be waited for.
        shared.runtime.reactor()?;
        let counted = Counted::begin(shared);
        let starting = Starting::begin(shared);
        let started = match &counted.hooks {
            Some(hooks) => start(Fork::Replacement(&|| hooks.fork())),
            None => start(Fork::Plain),
        }?;
        let record = Record::new(shared, started, counted.owner == SigchldOwner::Mainloop);
        starting.done(&record);
        counted.keep();
        record.watch();
        Ok(Child { record, is_left_behind: false })
    }

    /// To be called when the application has reaped `pid`. Returns whether that was a child of this ctx, or of one that
    /// was freed.
    pub fn reaped(&self, pid: Pid, status: c_int) -> bool {
        let mine = |child: &Arc<Record>| child.belongs_to(&self.shared);
        let child = registry().get(pid).filter(mine);
        // The child may have ended before its start has completed.
        let child = child.or_else(|| registry_when_started(&self.shared).get(pid).filter(mine));
        let Some(child) = child else { return registry().forget_abandoned(pid) };
        let outcome = Outcome::Ended(std::os::unix::process::ExitStatusExt::from_raw(status));
        let ended = child.settle(&mut registry(), outcome);
        let ours = ended.is_some();
        if let Some(ended) = ended {
            ended.tell();
        }
        ours
    }

    /// To be called after a SIGCHLD: checks this ctx's children.
    pub fn look(&self) {
        drop(registry_when_started(&self.shared));
        for child in self.shared.children() {
            child.look();
        }
    }

    /// Sets how long [`Child::end`] and [`Children::shut_down`] wait.
    #[cfg(all(test, not(loom)))]
    pub fn set_timeouts(&self, kill: Duration, free: Duration) {
        let mut setup = locked(&self.shared.setup);
        (setup.kill_timeout, setup.free_timeout) = (kill, free);
    }

    /// The number of children that were not reaped.
    pub fn count(&self) -> usize {
        self.shared.children().len()
    }

    /// Kills and reaps the children, and restores SIGCHLD, when the ctx is freed. No other thread may use the ctx.
    pub fn shut_down(&self) {
        let children = self.shared.children();
        for child in &children {
            let _ = child.kill(libc::SIGKILL);
        }
        let deadline = Instant::now() + locked(&self.shared.setup).free_timeout;
        for child in children {
            if !child.block_until_ended(deadline) {
                (self.shared.tell)(Report::StillRunning { pid: child.pid() });
                child.abandon();
            }
        }
        // This registers nothing with the application.
        let _ = self.set_mode(SigchldOwner::Mainloop, None);
        let bell = locked(&self.shared.setup).bell.take();
        drop(bell);
    }
}

impl fmt::Debug for Children {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Children").finish_non_exhaustive()
    }
}

impl ChildrenShared {
    fn children(self: &Arc<Self>) -> Vec<Arc<Record>> {
        registry().filter(|child| child.belongs_to(self))
    }

    /// To be called when a child was reaped.
    fn child_was_reaped(self: &Arc<Self>) {
        self.update_signal(|setup| setup.count -= 1);
    }

    /// Makes a change, and then installs or removes the SIGCHLD handler as needed.
    fn update_signal<T>(self: &Arc<Self>, change: impl FnOnce(&mut Setup) -> T) -> T {
        let mut setup = locked(&self.setup);
        let value = change(&mut setup);
        let wanted = setup.owner.wants_signal(setup.count > 0);
        let mut foreign_handler = false;
        if !wanted {
            self.leave_signal(&mut setup);
        } else if setup.signal.is_none() {
            let user = HandlerUser::new();
            foreign_handler = user.foreign_handler && !std::mem::replace(&mut setup.reported, true);
            setup.signal = Some(Signal { _user: user, place: None });
        }
        // Without the eventfd the library's own children are still reaped; the next child is the occasion to try again.
        if setup.owner.reaps_all()
            && setup.signal.as_ref().is_some_and(|signal| signal.place.is_none())
        {
            let place = self.listen(&mut setup.bell).ok();
            if let Some(signal) = &mut setup.signal {
                signal.place = place;
            }
        }
        drop(setup);
        if foreign_handler {
            (self.tell)(Report::ForeignHandler);
        }
        value
    }

    fn listen(self: &Arc<Self>, bell: &mut Option<SigchldBell>) -> Result<u64, Errno> {
        let bell = match bell {
            Some(bell) => bell,
            none => none.insert(SigchldBell::new()?),
        };
        let flags = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
        let reaper: Arc<dyn Ready> = Arc::new(Reaper(Arc::clone(self)));
        self.runtime.reactor()?.add(bell.as_fd(), flags, reaper)
    }

    fn leave_signal(&self, setup: &mut Setup) {
        let Some(Signal { place, .. }) = &setup.signal else { return };
        if let (Some(place), Some(bell), Ok(reactor)) =
            (*place, &setup.bell, self.runtime.reactor())
        {
            reactor.remove(bell.as_fd(), place);
        }
        setup.signal = None;
    }

    /// Reaps the ended children of the process, and reports those that are not the library's.
    fn reap_all(self: &Arc<Self>) {
        loop {
            let hooks = {
                let setup = locked(&self.setup);
                if setup.signal.is_none() || !setup.owner.reaps_all() {
                    return;
                }
                setup.hooks.clone()
            };
            let Some((pid, status)) = registry::next_unknown() else { return };
            let code = hooks.and_then(|hooks| hooks.reaped(pid, status));
            match code {
                Some(0) => {}
                Some(code) if code != self.unknown_child => {
                    return (self.tell)(Report::ReapedCallback { pid, status, code });
                }
                _ => (self.tell)(Report::UnknownChild { pid, status }),
            }
        }
    }
}

/// The handler for a ctx's SIGCHLD eventfd.
struct Reaper(Arc<ChildrenShared>);

impl Ready for Reaper {
    fn ready(&self, _: EpollFlags) {
        // The work is not done here, since it calls the application.
        let shared = Arc::clone(&self.0);
        self.0.runtime.spawn_foreign_callback(move || shared.reap_all());
    }
}

/// A start in progress, which is counted as a child. The count is reduced if no child results.
struct Counted<'a> {
    shared: &'a Arc<ChildrenShared>,
    owner: SigchldOwner,
    /// The hooks of an application that forks itself.
    hooks: Option<Arc<dyn ChildprocHooks>>,
    kept: bool,
}

impl<'a> Counted<'a> {
    fn begin(shared: &'a Arc<ChildrenShared>) -> Self {
        let (owner, hooks) = shared.update_signal(|setup| {
            setup.count += 1;
            (setup.owner, setup.hooks.clone())
        });
        Self { shared, owner, hooks: hooks.filter(|hooks| hooks.forks()), kept: false }
    }

    /// There is a child now, which is counted until it is reaped.
    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.shared.child_was_reaped();
        }
    }
}

/// A child. If this is dropped before the child has ended, the child is killed, and reaped later.
pub struct Child {
    record: Arc<Record>,
    /// Whether it is left behind when this is dropped.
    is_left_behind: bool,
}

impl Child {
    pub fn pid(&self) -> Pid {
        self.record.pid()
    }

    /// If the child is dropped before it has ended, as when a wait for it is given up, an application that sleeps is asked
    /// to drive the ctx until the child is reaped: its operation may have ended by then.
    pub fn left_behind_on_drop(mut self) -> Self {
        self.is_left_behind = true;
        self
    }

    /// Waits until the child has ended.
    pub async fn exited(&self) -> Outcome {
        self.record.ended().await
    }

    /// How the child has ended; `None` if it was not reaped yet.
    pub fn outcome(&self) -> Option<Outcome> {
        self.record.outcome()
    }

    /// Sends a signal; does nothing if the child has ended.
    pub fn kill(&self, signal: c_int) -> Result<(), Errno> {
        self.record.kill(signal)
    }

    /// Kills the child and waits until it is reaped, so that no SIGCHLD arrives later, but not without a limit: see the
    /// head of this file. (A signal fails only if the process may not send it, for example to a program that is setuid;
    /// then the child is waited for as if it did not end.)
    pub async fn end(mut self) -> Result<Outcome, NotEnded> {
        let refused = self.kill(libc::SIGKILL).err();
        let shared = self.record.shared();
        let time = locked(&shared.setup).kill_timeout;
        match select(pin!(self.record.ended()), pin!(shared.runtime.sleep(time))).await {
            Either::Left((outcome, _)) => Ok(outcome),
            Either::Right(_) => {
                self.is_left_behind = true;
                Err(NotEnded { pid: self.pid(), time, refused })
            }
        }
    }
}

/// A child that was killed and has not ended in time. It is reaped when it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotEnded {
    pub pid: Pid,
    /// How long it was waited for.
    time: Duration,
    /// Why the signal could not be sent.
    refused: Option<Errno>,
}

impl fmt::Display for NotEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(errno) = self.refused {
            return write!(f, "SIGKILL cannot be sent: {}", errno.desc());
        }
        let seconds = self.time.as_secs();
        write!(f, "it has not ended within {seconds} s after SIGKILL, and is reaped when it ends")
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.record.kill(libc::SIGKILL);
        if self.is_left_behind && self.outcome().is_none() {
            self.record.leave_behind();
        }
    }
}

impl fmt::Debug for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Child").field("pid", &self.pid()).finish_non_exhaustive()
    }
}

/// To be called in a forked child that continues without executing another program: closes its copies of the library's
/// descriptors and restores SIGCHLD, for all ctxs of its ancestors. Takes no lock and allocates nothing. In any other
/// process it does nothing.
pub fn postfork() {
    postfork_but(&[]);
}

/// As [`postfork`], but the descriptors `kept` stay open.
fn postfork_but(kept: &[RawFd]) {
    sigchld::postfork();
    tracked_fds::close_all_inherited(kept);
}
