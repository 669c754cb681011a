//! The events from outside the process that a ctx waits for: one epoll set for descriptors, deadlines and watches.
//!
//! The kernel holds the set, so a thread asleep on it sees entries that another thread adds: the set is never stale.
//! Entries are identified by numbers that are never used twice, so a report that arrives after its entry was removed
//! finds nothing. A descriptor that a task waits for is one-shot: it is reported once, to one thread, and the task arms
//! it again. The few entries that are handled in the dispatching thread itself (the timerfd, the watches) stay armed,
//! and may be handled by two threads at once.
//!
//! The set also contains the alarm that wakes a thread for tasks that can go on (`queue.rs`).
//!
//! The leader (`lead.rs`) sleeps on the epoll set, on a bell of its own and, unless it is inside a callback, on the
//! alarm of the callbacks that are due. The bell is not in the set, because an application's thread that dispatches
//! would otherwise consume a ring that is meant for the leader. The alarm of callbacks is not in the set, because the
//! set must not wake a leader that may not run callbacks.
//!
//! An entry is removed from the set before its descriptor is closed. A forked child shares the set with its parent, so
//! the child must not use it; `libxl_postfork_child_noexec` documents what a child may do.

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

/// The maximum number of reports that one call takes from the kernel.
const BATCH: usize = 64;

/// The entry number of the timerfd.
const TIMER: u64 = 0;

/// The entry number of the alarm; other entries have higher numbers.
const ALARM: u64 = 1;

/// The handler for events on a descriptor.
pub trait Ready: Send + Sync {
    /// Called by the dispatching thread, with no lock held.
    fn ready(&self, flags: EpollFlags);
}

/// The epoll set of one ctx, with its timers and eventfds.
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
        // A write can fail only if the counter is at its maximum, and a read only if it is 0.
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

    /// The alarm that makes [`Reactor::fd`] readable while it is on.
    pub fn alarm(&self) -> Arc<dyn Alarm> {
        Arc::<AlarmFd>::clone(&self.alarm)
    }

    /// The alarm that makes [`Reactor::callbacks_fd`] readable while it is on.
    pub fn callbacks_alarm(&self) -> Arc<dyn Alarm> {
        Arc::<AlarmFd>::clone(&self.callbacks_alarm)
    }

    /// The descriptor that is readable while a callback is due that no thread attends to.
    pub fn callbacks_fd(&self) -> BorrowedFd<'_> {
        self.callbacks_alarm.0.as_fd()
    }

    pub fn timers(&self) -> &Timers {
        &self.timers
    }

    /// The descriptor that is readable when [`Reactor::turn`] has something to do.
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
            // The entry is stored before the kernel gets it, since a report may come at once.
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

    /// Arms an entry, also again after a report.
    pub fn arm(&self, fd: BorrowedFd<'_>, id: u64, flags: EpollFlags) -> Result<(), Errno> {
        self.epoll.modify(fd, &mut EpollEvent::new(flags, id))
    }

    /// Removes an entry. Its descriptor must still be open. A call of the handler that has begun in another thread may
    /// still be running afterwards.
    pub fn remove(&self, fd: BorrowedFd<'_>, id: u64) {
        let _ = self.epoll.delete(fd);
        self.forget(id);
    }

    fn forget(&self, id: u64) {
        let ready = locked(&self.entries).known.remove(&id);
        // The lock is not held here, since the destructor of the handler may remove other entries.
        drop(ready);
    }

    /// Sleeps until there is something to dispatch or the bell was rung; with `may_call`, also until a callback is due.
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
        // This fails only if the counter is at its maximum, and then the bell is readable.
        let _ = self.bell.write(1);
    }

    pub fn silence(&self) {
        let _ = self.bell.read();
    }

    /// Calls the handlers of all descriptors that are ready and wakes the waits whose deadlines have come; never
    /// sleeps. All handlers are called even if one panics, since a one-shot report is not repeated.
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
        // An alarm needs no handler: each thread that dispatches looks for tasks afterwards.
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
