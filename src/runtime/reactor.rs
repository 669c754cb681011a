//! What a ctx waits for outside the process: one epoll set for descriptors, deadlines and watches.
//!
//! The kernel holds the set, so a thread asleep on it sees what another thread adds: nothing is ever
//! stale. Entries are known by numbers that are never used twice, so a report that was on its way when
//! its entry went finds nothing. A descriptor that a task waits for is one-shot: it is reported once, to
//! one thread, and armed again by the task. The few that are served right in the dispatching thread
//! (the timerfd, the watches) stay armed, and may be served by two threads at once.
//!
//! Also in the set is the alarm that fetches a thread to the tasks that can go on (`queue.rs`).
//!
//! The leader (`lead.rs`) sleeps on the epoll set, a bell of its own and, unless it is inside a callback, the
//! alarm of the callbacks that are due. The bell is not in the set, because an application's thread that
//! dispatches would then take a ring that is meant for the leader; that alarm is not, because the set must not
//! wake a leader that may not answer it.
//!
//! An entry is taken out of the set before its descriptor is closed. A forked child shares the set with
//! its parent, so it must not use it; `libxl_postfork_child_noexec` says what a child may do.

use std::collections::HashMap;
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd};
use std::task::Waker;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};

use super::defect::Defects;
use super::queue::Alarm;
use super::timers::Timers;
use crate::sync::tracked_fds::Tracked;
use crate::sync::{Arc, Mutex, locked};

/// Reports taken from the kernel at once.
const BATCH: usize = 64;

/// The timerfd's number.
const TIMER: u64 = 0;

/// The alarm's number; entries count from the next.
const ALARM: u64 = 1;

/// Who is told that a descriptor is ready.
pub trait Ready: Send + Sync {
    /// Called by the dispatching thread, with no lock held.
    fn ready(&self, flags: EpollFlags);
}

/// One ctx's epoll set and what goes with it.
pub struct Reactor {
    epoll: Tracked<Epoll>,
    bell: Tracked<EventFd>,
    alarm: Arc<AlarmFd>,
    callbacks_alarm: Arc<AlarmFd>,
    timers: Timers,
    entries: Mutex<Entries>,
}

/// An eventfd that is readable while the alarm is on.
struct AlarmFd(Tracked<EventFd>);

impl Alarm for AlarmFd {
    fn set(&self, on: bool) {
        // Only with the counter full can writing fail, and only with the counter at 0 reading.
        let _ = if on { self.0.write(1).map(drop) } else { self.0.read().map(drop) };
    }
}

struct Entries {
    known: HashMap<u64, Arc<dyn Ready>>,
    next: u64,
}

impl Reactor {
    pub fn new() -> Result<Self, Errno> {
        let epoll = Tracked::epoll()?;
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let eventfd = || EventFd::from_flags(flags).map(Tracked::new);
        let (bell, alarm) = (eventfd()?, Arc::new(AlarmFd(eventfd()?)));
        let callbacks_alarm = Arc::new(AlarmFd(eventfd()?));
        let timers = Timers::new()?;
        epoll.add(timers.fd(), EpollEvent::new(EpollFlags::EPOLLIN, TIMER))?;
        epoll.add(&*alarm.0, EpollEvent::new(EpollFlags::EPOLLIN, ALARM))?;
        let entries = Mutex::new(Entries { known: HashMap::new(), next: ALARM + 1 });
        Ok(Self { epoll, bell, alarm, callbacks_alarm, timers, entries })
    }

    /// Makes [`Reactor::fd`] readable while it is on.
    pub fn alarm(&self) -> Arc<dyn Alarm> {
        Arc::<AlarmFd>::clone(&self.alarm)
    }

    /// Makes [`Reactor::callbacks_fd`] readable while it is on.
    pub fn callbacks_alarm(&self) -> Arc<dyn Alarm> {
        Arc::<AlarmFd>::clone(&self.callbacks_alarm)
    }

    /// Readable when a callback is due that no thread attends to.
    pub fn callbacks_fd(&self) -> BorrowedFd<'_> {
        self.callbacks_alarm.0.as_fd()
    }

    pub fn timers(&self) -> &Timers {
        &self.timers
    }

    /// Readable when [`Reactor::turn`] has something to do.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.epoll.0.as_fd()
    }

    /// Adds a descriptor, armed for `flags`.
    ///
    /// # Errors
    /// `EPERM` for a file that is always ready, `EEXIST` if it is in the set already.
    pub fn add(
        &self,
        fd: BorrowedFd<'_>,
        flags: EpollFlags,
        ready: Arc<dyn Ready>,
    ) -> Result<u64, Errno> {
        let id = {
            let mut entries = locked(&self.entries);
            let id = entries.next;
            entries.next += 1;
            // Before the kernel knows it: a report may come at once.
            entries.known.insert(id, ready);
            id
        };
        match self.epoll.add(fd, EpollEvent::new(flags, id)) {
            Ok(()) => Ok(id),
            Err(errno) => {
                self.forget(id);
                Err(errno)
            }
        }
    }

    /// Arms an entry (again).
    pub fn arm(&self, fd: BorrowedFd<'_>, id: u64, flags: EpollFlags) -> Result<(), Errno> {
        self.epoll.modify(fd, &mut EpollEvent::new(flags, id))
    }

    /// Takes an entry out. Its descriptor must still be open. A report that is being made in another
    /// thread may still come.
    pub fn remove(&self, fd: BorrowedFd<'_>, id: u64) {
        let _ = self.epoll.delete(fd);
        self.forget(id);
    }

    fn forget(&self, id: u64) {
        let ready = locked(&self.entries).known.remove(&id);
        // Without the lock: what goes with it may have entries of its own.
        drop(ready);
    }

    /// Sleeps until there is something to dispatch or the bell was rung; with `may_call` also until a callback
    /// is due.
    pub fn sleep(&self, may_call: bool) -> Result<(), Errno> {
        let mut fds = [self.fd(), self.bell.as_fd(), self.callbacks_fd()]
            .map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        let count = if may_call { 3 } else { 2 };
        match poll(&mut fds[..count], PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(errno) => Err(errno),
        }
    }

    pub fn ring(&self) {
        // It can only fail when the counter is full, and then it is readable.
        let _ = self.bell.write(1);
    }

    pub fn silence(&self) {
        let _ = self.bell.read();
    }

    /// Tells everybody whose descriptor is ready or whose time has come; never sleeps. Each is told,
    /// even if one panics: what is reported once is not reported again.
    pub fn turn(&self, defects: &Defects) -> Result<(), Errno> {
        let mut events = [EpollEvent::empty(); BATCH];
        loop {
            let count = match self.epoll.wait(&mut events, EpollTimeout::ZERO) {
                Ok(count) => count,
                Err(Errno::EINTR) => continue,
                Err(errno) => return Err(errno),
            };
            for event in &events[..count] {
                defects.contain(|| self.report(event.data(), event.events()));
            }
            if count < BATCH {
                return Ok(());
            }
        }
    }

    fn report(&self, id: u64, flags: EpollFlags) {
        // An alarm needs no answer: whoever dispatches looks for tasks then.
        if id == TIMER {
            return self.timers.due().into_iter().for_each(Waker::wake);
        }
        let known = locked(&self.entries).known.get(&id).cloned();
        if let Some(ready) = known {
            ready.ready(flags);
        }
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reactor").finish_non_exhaustive()
    }
}
