//! Child processes: programs and forked helpers, and the ownership of SIGCHLD.
//!
//! | file | subject |
//! |---|---|
//! | `program.rs`, `start.rs` | what to start, and starting it |
//! | `detached.rs` | starting programs that outlive this process |
//! | `record.rs` | one child, and how its end is detected |
//! | `registry.rs` | all children in the process, and which thread takes a status |
//! | `sigchld.rs` | the process's signal handler |
//! | `sys.rs` | system calls |
//!
//! The library's children need neither SIGCHLD nor the application: each has a pidfd in its ctx's epoll set, and `waitpid`
//! is called for that child only. The mode of `libxl_childproc_setmode` determines what happens to SIGCHLD and to the
//! process's other children:
//!
//! | mode | SIGCHLD | other children |
//! |---|---|---|
//! | `libxl` | the library's while it has a child | reaped while it has one, reported to the application |
//! | `mainloop` | not touched | not touched; the library's own are reaped by the application, which reports them |
//! | `libxl_always` | the library's | reaped, reported to the application |
//! | `libxl_always_selective_reap` | the library's | not touched |
//!
//! # Locks
//!
//! `Setup`'s is held while the handler is put in or taken out. The registry's is a leaf. Neither is held
//! around a fork or a call into the application.

mod detached;
mod program;
mod record;
mod registry;
mod sigchld;
mod start;
mod sys;
#[cfg(all(test, not(loom)))]
mod tests;

use std::ffi::c_int;
use std::fmt;
use std::time::Duration;

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

/// How long `libxl_ctx_free` waits for a child that was killed. Only one that sleeps in the kernel, on a
/// dead disk for instance, takes longer than a moment.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Who reaps whose children: `libxl_sigchld_owner`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SigchldOwner {
    /// The library everybody's, while it has a child.
    #[default]
    Libxl,
    /// The application reaps all children, and reports the library's.
    Mainloop,
    /// The library always reaps all children.
    LibxlAlways,
    /// The library reaps its own children.
    LibxlAlwaysSelectiveReap,
}

impl SigchldOwner {
    /// Whether SIGCHLD is to be ours, with or without a child of ours.
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

/// The application's part: the functions of `libxl_childproc_hooks`. Called with no lock held.
pub trait ChildprocHooks: Send + Sync {
    /// Whether the application forks itself.
    fn forks(&self) -> bool;
    /// Forks; 0 in the child.
    fn fork(&self) -> Result<Pid, Errno>;
    /// Reports a child that is not the library's. `None`: the application has no hook for that.
    fn reaped(&self, pid: Pid, status: c_int) -> Option<c_int>;
}

/// Reports for the log, or disasters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Report {
    /// A child was reaped that neither the library nor the application knows.
    UnknownChild { pid: Pid, status: c_int },
    /// The application's hook failed with `code`.
    ReapedCallback { pid: Pid, status: c_int, code: c_int },
    /// The library should own SIGCHLD, but the application has a handler of its own.
    HandlerInTheWay,
    /// A killed child still exists when the ctx is freed.
    Undead { pid: Pid },
}

/// The children of one ctx; clones are the same.
#[derive(Clone)]
pub struct Children {
    shared: Arc<ChildrenShared>,
}

/// What a ctx's children share.
pub struct ChildrenShared {
    runtime: Runtime,
    tell: Box<dyn Fn(Report) + Send + Sync>,
    /// The value that the application's reaped_callback gives for a child that is not its own.
    unknown_child: c_int,
    setup: Mutex<Setup>,
}

#[derive(Default)]
struct Setup {
    owner: SigchldOwner,
    hooks: Option<Arc<dyn ChildprocHooks>>,
    /// Children whose status was not taken, and starts under way.
    count: usize,
    signal: Option<Signal>,
    /// From when it first had to listen.
    bell: Option<SigchldBell>,
    /// The application's event loop is to serve the handler's bell at all times.
    driven: Option<Driven>,
    /// The log has [`Report::HandlerInTheWay`].
    told: bool,
}

/// A ctx's part in the handler.
struct Signal {
    _user: HandlerUser,
    /// Its place in the epoll set, if it is to reap.
    place: Option<u64>,
}

impl Children {
    /// No children, in the mode `libxl`. `tell` is called with no lock held.
    pub fn new(
        runtime: Runtime,
        unknown_child: c_int,
        tell: impl Fn(Report) + Send + Sync + 'static,
    ) -> Self {
        let setup = Mutex::default();
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
    /// The application is to drive us even when there is no operation, so that its own children are reaped,
    /// and this cannot be arranged. The mode is set nevertheless.
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
            // What reaping there is to be may be other than before.
            self.shared.leave_signal(&mut setup);
            let driven = std::mem::replace(&mut setup.driven, driven);
            (driven, std::mem::replace(&mut setup.hooks, hooks))
        };
        drop(before);
        self.shared.update_signal(|_| ());
        outcome
    }

    /// The present mode.
    pub fn owner(&self) -> SigchldOwner {
        locked(&self.shared.setup).owner
    }

    /// Starts a program. That it cannot be started shows in how the child ends ([`Outcome::NoProgram`]): its file system
    /// may take long to answer.
    ///
    /// # Errors
    /// `EINVAL`: a NUL in a string; `EAGAIN`, `ENOMEM`, `EMFILE` and the like: the system has no room.
    pub fn spawn(&self, program: &Program<'_>) -> Result<Child, Errno> {
        let prepared = Prepared::new(program)?;
        self.start(|fork| start::spawn(fork, &prepared))
    }

    /// Starts a program that outlives this process, in a session of its own; its end is not waited for. `announce` is called in
    /// the new process, before that executes the program (`detached.rs`).
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
        let (mut plan, told) = detached::SpawnPlan::new(&prepared, confinement, announce)?;
        let between = self.start(|fork| {
            let pid = start::forked(fork, || plan.start_in_between(fork))?;
            Ok(Started { pid, told: None })
        })?;
        Ok(Detached::new(self.shared.runtime.clone(), told, between))
    }

    /// Runs `body` in a forked child, whose exit status is what it returns. Other threads may have held
    /// locks at the fork, which nobody will open there: `body` must take none that is shared with others.
    /// Descriptors on the process's list are closed (`sync/tracked_fds.rs`), the others are there.
    pub fn fork(&self, body: impl FnOnce() -> u8) -> Result<Child, Errno> {
        self.start(|fork| start::fork_and_run(fork, None, body))
    }

    /// The same, but `kept` stays open in the child although it is on the list.
    pub fn fork_with(&self, kept: impl AsFd, body: impl FnOnce() -> u8) -> Result<Child, Errno> {
        let kept = kept.as_fd().as_raw_fd();
        self.start(|fork| start::fork_and_run(fork, Some(kept), body))
    }

    fn start(
        &self,
        start: impl FnOnce(Fork<'_>) -> Result<Started, Errno>,
    ) -> Result<Child, Errno> {
        let shared = &self.shared;
        // Without it the child cannot be waited for, so it is made before the child.
        shared.runtime.reactor()?;
        let counted = Counted::one_more(shared);
        let starting = Starting::begin(shared);
        let started = match &counted.hooks {
            Some(hooks) => start(Fork::Replacement(&|| hooks.fork())),
            None => start(Fork::Plain),
        }?;
        let record = Record::new(shared, started, counted.owner == SigchldOwner::Mainloop);
        starting.done(&record);
        counted.keep();
        record.watch();
        Ok(Child { record })
    }

    /// The application has reaped `pid`; whether that is a child of this ctx.
    pub fn reaped(&self, pid: Pid, status: c_int) -> bool {
        let mine = |child: &Arc<Record>| child.belongs_to(&self.shared);
        let child = registry().get(pid).filter(mine);
        // One that has ended before its start has?
        let child = child.or_else(|| registry_when_started(&self.shared).get(pid).filter(mine));
        let Some(child) = child else { return false };
        let outcome = Outcome::Ended(std::os::unix::process::ExitStatusExt::from_raw(status));
        let ended = child.settle(&mut registry(), outcome);
        let ours = ended.is_some();
        if let Some(ended) = ended {
            ended.tell();
        }
        ours
    }

    /// There was a SIGCHLD: checks this ctx's children.
    pub fn look(&self) {
        drop(registry_when_started(&self.shared));
        for child in self.shared.children() {
            child.look();
        }
    }

    /// How many children's statuses were not taken.
    pub fn count(&self) -> usize {
        self.shared.children().len()
    }

    /// The ctx is being freed: kills and reaps its children, and restores SIGCHLD. No other thread may use it.
    pub fn shut_down(&self) {
        let children = self.shared.children();
        for child in &children {
            let _ = child.kill(libc::SIGKILL);
        }
        for child in children {
            if !child.wait_here(TIMEOUT) {
                (self.shared.tell)(Report::Undead { pid: child.pid() });
                child.give_up();
            }
        }
        // Nothing of the application's is touched any more.
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

    /// A child's status was taken.
    fn one_less(self: &Arc<Self>) {
        self.update_signal(|setup| setup.count -= 1);
    }

    /// Makes a change, and then installs or removes the SIGCHLD handler as needed.
    fn update_signal<T>(self: &Arc<Self>, change: impl FnOnce(&mut Setup) -> T) -> T {
        let mut setup = locked(&self.setup);
        let value = change(&mut setup);
        let wanted = setup.owner.wants_signal(setup.count > 0);
        let mut in_the_way = false;
        if !wanted {
            self.leave_signal(&mut setup);
        } else if setup.signal.is_none() {
            let user = HandlerUser::new();
            in_the_way = user.in_the_way && !std::mem::replace(&mut setup.told, true);
            // Without it the library's own children are still reaped.
            let place =
                if setup.owner.reaps_all() { self.listen(&mut setup.bell).ok() } else { None };
            setup.signal = Some(Signal { _user: user, place });
        }
        drop(setup);
        if in_the_way {
            (self.tell)(Report::HandlerInTheWay);
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

    /// Reaps the process's children that have ended, and tells of those that are not ours.
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

/// A ctx's ear for SIGCHLD.
struct Reaper(Arc<ChildrenShared>);

impl Ready for Reaper {
    fn ready(&self, _: EpollFlags) {
        // Not here: it calls the application.
        let shared = Arc::clone(&self.0);
        self.0.runtime.spawn_callback(move || shared.reap_all());
    }
}

/// A start under way, counted as a child; given back unless a child came of it.
struct Counted<'a> {
    shared: &'a Arc<ChildrenShared>,
    owner: SigchldOwner,
    /// Those of an application that forks itself.
    hooks: Option<Arc<dyn ChildprocHooks>>,
    kept: bool,
}

impl<'a> Counted<'a> {
    fn one_more(shared: &'a Arc<ChildrenShared>) -> Self {
        let (owner, hooks) = shared.update_signal(|setup| {
            setup.count += 1;
            (setup.owner, setup.hooks.clone())
        });
        Self { shared, owner, hooks: hooks.filter(|hooks| hooks.forks()), kept: false }
    }

    /// There is a child; it counts until its status is taken.
    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.shared.one_less();
        }
    }
}

/// A child. If this is dropped before the child has ended, it is killed, and reaped later.
pub struct Child {
    record: Arc<Record>,
}

impl Child {
    pub fn pid(&self) -> Pid {
        self.record.pid()
    }

    /// Waits for its end.
    pub async fn exited(&self) -> Outcome {
        self.record.ended().await
    }

    /// How it ended, if it has and was reaped.
    pub fn outcome(&self) -> Option<Outcome> {
        self.record.outcome()
    }

    /// Sends a signal; nothing if it has ended.
    pub fn kill(&self, signal: c_int) -> Result<(), Errno> {
        self.record.kill(signal)
    }

    /// Kills it and waits until it is reaped, so that no SIGCHLD comes later.
    pub async fn end(self) -> Outcome {
        let _ = self.kill(libc::SIGKILL);
        self.exited().await
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.record.kill(libc::SIGKILL);
    }
}

impl fmt::Debug for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Child").field("pid", &self.pid()).finish_non_exhaustive()
    }
}

/// In a forked child that goes on without executing another program: closes its copies of the
/// library's descriptors and puts SIGCHLD back, for all ctxs of its ancestors. Takes no lock, allocates
/// nothing; elsewhere it does nothing.
pub fn postfork() {
    postfork_but(&[]);
}

/// The same, but the child keeps some descriptors.
fn postfork_but(kept: &[RawFd]) {
    sigchld::postfork();
    tracked_fds::close_all_inherited(kept);
}
