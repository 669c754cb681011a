//! One child: its state, and how its end is detected.
//!
//! The child's pidfd, which is in the ctx's epoll set, becomes readable when the child has ended. The dispatching
//! thread reaps the child, whether or not a task waits for it, so a child that was abandoned is reaped like the others.
//! If there is no pidfd, or in the rare case that a child has ended but cannot be reaped yet (because it is being
//! traced), a task polls.
//!
//! In the mode in which the application reaps, the pidfd only starts a timer: the application must report what it has
//! reaped. If it does not, because its main loop does not run while the operation waits or because of a bug, the
//! library reaps the child when the timer has expired, since an operation must not hang.

use std::ffi::c_int;
use std::future::poll_fn;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::epoll::EpollFlags;

use super::ChildrenShared;
use super::registry::{self, ChildRegistry};
use super::start::{NO_PROGRAM, Started, read_word};
use super::sys::{self, Pid, Waited};
use crate::runtime::reactor::Ready;
use crate::runtime::wakers::Wakers;
use crate::sync::tracked_fds::Tracked;
use crate::sync::{Arc, Mutex, locked, pid};

/// The interval at which a child without a pidfd is polled.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// How long the application may leave one of the library's ended children unreaped.
const REAP_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the application may take to report a child that it has reaped.
pub(super) const REPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// How a child ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Ended(ExitStatus),
    /// It could not execute its program.
    NoProgram(Errno),
    /// It has ended, and its status is not known: other code has reaped it (or ignores SIGCHLD, so that there is no
    /// status), and the child has not reported it itself, as the library's own code in a forked child does.
    Lost,
}

impl Outcome {
    /// Whether it exited with status 0.
    pub fn success(self) -> bool {
        matches!(self, Self::Ended(status) if status.success())
    }

    /// The wait status. A lost one becomes exit status 255, as in libxl.
    pub fn status(self) -> c_int {
        match self {
            Self::Ended(status) => status.into_raw(),
            Self::NoProgram(_) => NO_PROGRAM << 8,
            Self::Lost => 255 << 8,
        }
    }
}

/// A child of this process.
pub struct Record {
    pid: Pid,
    /// The process that the child was forked from.
    parent: u32,
    shared: Arc<ChildrenShared>,
    pidfd: Option<Tracked<OwnedFd>>,
    /// Whether the application is to reap it.
    left_to_application: bool,
    state: Mutex<ChildState>,
}

#[derive(Default)]
struct ChildState {
    outcome: Option<Outcome>,
    /// The pipe through which the child reports how it ends.
    pipe: Option<Tracked<OwnedFd>>,
    waiting: Wakers,
    /// The pidfd's entry in the epoll set.
    place: Option<u64>,
}

/// A child that was just reaped. Its end must be reported with no lock held.
#[must_use = "those who wait must be woken"]
pub struct Ended {
    child: Arc<Record>,
    waiting: Vec<Waker>,
}

impl Ended {
    pub fn tell(self) {
        self.child.leave_reactor();
        self.waiting.into_iter().for_each(Waker::wake);
        self.child.shared.child_was_reaped();
    }
}

impl Record {
    /// A new child. It may have ended already; only code outside the library can have reaped it.
    pub fn new(
        shared: &Arc<ChildrenShared>,
        started: Started,
        left_to_application: bool,
    ) -> Arc<Self> {
        let Started { pid, pipe } = started;
        Arc::new(Self {
            pid,
            parent: pid::pid(),
            shared: Arc::clone(shared),
            pidfd: sys::pidfd_open(pid).ok().map(Tracked::new),
            left_to_application,
            state: Mutex::new(ChildState { pipe, ..ChildState::default() }),
        })
    }

    /// Starts to wait for its end. It must be in the registry.
    pub fn watch(self: &Arc<Self>) {
        if let Some(pidfd) = &self.pidfd
            && let Ok(reactor) = self.shared.runtime.reactor()
        {
            let ready: Arc<dyn Ready> = Arc::new(Exit(Arc::clone(self)));
            let flags = EpollFlags::EPOLLIN | EpollFlags::EPOLLONESHOT;
            if let Ok(place) = reactor.add(pidfd.as_fd(), flags, ready) {
                locked(&self.state).place = Some(place);
                if self.outcome().is_some() {
                    // It was reaped meanwhile by a thread that did not see the entry.
                    self.leave_reactor();
                }
                return;
            }
        }
        self.poll();
    }

    fn leave_reactor(&self) {
        let place = locked(&self.state).place.take();
        if let (Some(place), Some(pidfd), Ok(reactor)) =
            (place, &self.pidfd, self.shared.runtime.reactor())
        {
            reactor.remove(pidfd.as_fd(), place);
        }
    }

    /// Polls until the child has ended.
    fn poll(self: &Arc<Self>) {
        let child = Arc::clone(self);
        self.shared.runtime.spawn(async move {
            while child.outcome().is_none() {
                if child.shared.runtime.sleep(POLL_INTERVAL).await.is_err() {
                    return;
                }
                if child.left_to_application {
                    child.wait_for_application().await;
                }
                child.look();
            }
        });
    }

    /// Reaps the child if it has ended. Returns whether its outcome is known.
    pub fn look(self: &Arc<Self>) -> bool {
        let ended = self.collect(&mut registry::registry());
        if let Some(ended) = ended {
            ended.tell();
        }
        self.outcome().is_some()
    }

    /// Reaps the child if it has ended and was not reaped.
    pub fn collect(self: &Arc<Self>, registry: &mut ChildRegistry) -> Option<Ended> {
        if self.outcome().is_some() {
            return None;
        }
        let outcome = match sys::reap(self.pid, self.pidfd()) {
            Waited::Running => return None,
            Waited::Ended(status) => Outcome::Ended(ExitStatus::from_raw(status)),
            Waited::NotOurs => Outcome::Lost,
        };
        self.settle(registry, outcome)
    }

    /// Records the outcome; returns `None` if it was known before.
    pub fn settle(
        self: &Arc<Self>,
        registry: &mut ChildRegistry,
        outcome: Outcome,
    ) -> Option<Ended> {
        if !registry.remove(self) {
            return None;
        }
        let mut state = locked(&self.state);
        let reported = state.pipe.take().and_then(|pipe| read_word(&pipe).ok().flatten());
        state.outcome = Some(match (reported, outcome) {
            (Some(errno), _) if errno < 0 => Outcome::NoProgram(Errno::from_raw(-errno)),
            (Some(status), Outcome::Lost) => Outcome::Ended(ExitStatus::from_raw(status << 8)),
            _ => outcome,
        });
        let waiting = state.waiting.all().collect();
        Some(Ended { child: Arc::clone(self), waiting })
    }

    /// Waits until the application has reported the child, or its time for that has passed. The child has ended.
    async fn wait_for_application(&self) {
        let runtime = &self.shared.runtime;
        if self.outcome().is_some() || runtime.sleep(REAP_TIMEOUT).await.is_err() {
            return;
        }
        if self.outcome().is_none() && !sys::is_child(self.pid, self.pidfd()) {
            let _ = runtime.sleep(REPORT_TIMEOUT - REAP_TIMEOUT).await;
        }
    }

    /// Waits until the outcome is known.
    pub async fn ended(&self) -> Outcome {
        let mut wait = ChildWait { child: self, place: None };
        poll_fn(|cx| {
            let old = {
                let mut state = locked(&self.state);
                match state.outcome {
                    Some(outcome) => return Poll::Ready(outcome),
                    None => state.waiting.enter(&mut wait.place, cx.waker()),
                }
            };
            drop(old);
            Poll::Pending
        })
        .await
    }

    /// Sends a signal; does nothing if the child has ended, or is not this process's.
    pub fn kill(&self, signal: c_int) -> Result<(), Errno> {
        // With this lock no thread of the library reaps the child, so the process id is still the child's.
        let _registry = registry::registry();
        if self.parent != pid::pid() || self.outcome().is_some() {
            return Ok(());
        }
        let done = match &self.pidfd {
            Some(pidfd) => match sys::pidfd_kill(pidfd.as_fd(), signal) {
                Err(Errno::ENOSYS) => sys::kill(self.pid, signal),
                other => other,
            },
            None => sys::kill(self.pid, signal),
        };
        match done {
            Err(Errno::ESRCH) => Ok(()),
            other => other,
        }
    }

    /// After the operation has stopped waiting for the child, which was killed: has the application drive the ctx until
    /// the child has ended, so that it is reaped then. If the application cannot, the child is reaped at a later call.
    pub fn leave_behind(self: &Arc<Self>) {
        let child = Arc::clone(self);
        let runtime = &self.shared.runtime;
        let driven = runtime.need_driver().ok();
        runtime.spawn(async move {
            child.ended().await;
            drop(driven);
        });
    }

    /// Blocks this thread until the child has ended. Returns whether that happened before the `deadline`.
    pub fn block_until_ended(self: &Arc<Self>, deadline: Instant) -> bool {
        let mut pause = Duration::from_micros(100);
        while !self.look() {
            if Instant::now() >= deadline {
                return false;
            }
            #[expect(
                clippy::disallowed_methods,
                reason = "the ctx is being freed: no thread dispatches any more"
            )]
            std::thread::sleep(pause);
            pause = (pause * 2).min(POLL_INTERVAL);
        }
        true
    }

    /// Leaves a child that does not end to the registry, when the ctx is freed.
    pub fn abandon(self: &Arc<Self>) {
        let pidfd = self.pidfd.as_ref().and_then(|pidfd| pidfd.try_clone().ok()).map(Tracked::new);
        let ended = {
            let mut registry = registry::registry();
            let ended = self.settle(&mut registry, Outcome::Lost);
            if ended.is_some() {
                registry.abandon(self.pid, pidfd);
            }
            ended
        };
        if let Some(ended) = ended {
            ended.tell();
        }
    }

    fn pidfd(&self) -> Option<BorrowedFd<'_>> {
        self.pidfd.as_ref().map(AsFd::as_fd)
    }

    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// What the children of its ctx share.
    pub fn shared(&self) -> &ChildrenShared {
        &self.shared
    }

    pub fn outcome(&self) -> Option<Outcome> {
        locked(&self.state).outcome
    }

    /// Whether it is a child of this ctx.
    pub fn belongs_to(&self, shared: &Arc<ChildrenShared>) -> bool {
        Arc::ptr_eq(&self.shared, shared)
    }
}

/// A wait for a child's end, which is cancelled when this is dropped.
struct ChildWait<'a> {
    child: &'a Record,
    place: Option<u64>,
}

impl Drop for ChildWait<'_> {
    fn drop(&mut self) {
        let waker = locked(&self.child.state).waiting.leave(self.place);
        drop(waker);
    }
}

/// The handler for a child's pidfd.
struct Exit(Arc<Record>);

impl Ready for Exit {
    fn ready(&self, _: EpollFlags) {
        let Self(child) = self;
        if child.left_to_application || !child.look() {
            child.poll();
        }
    }
}
