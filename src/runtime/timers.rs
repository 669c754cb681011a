//! Deadlines on the monotonic clock, all on one timerfd.
//!
//! The timerfd is armed for the earliest deadline. It is armed again only for an earlier one. A deadline that is
//! cancelled leaves it armed, so that it expires in vain; this is cheaper than a system call for each operation that
//! ends in time, as nearly all do.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::os::fd::{AsFd, BorrowedFd};
use std::task::Waker;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

use super::wakers::renew;
use crate::sync::tracked_fds::Tracked;
use crate::sync::{Mutex, locked};

/// The key of a deadline among the others.
pub type TimerKey = (Instant, u64);

/// The deadlines of one ctx.
#[derive(Debug)]
pub struct Timers {
    fd: Tracked<TimerFd>,
    state: Mutex<TimersState>,
}

#[derive(Debug, Default)]
struct TimersState {
    waiting: BTreeMap<TimerKey, Waker>,
    next: u64,
    armed: Option<Instant>,
}

impl Timers {
    pub fn new() -> Result<Self, Errno> {
        let flags = TimerFlags::TFD_CLOEXEC | TimerFlags::TFD_NONBLOCK;
        let fd = Tracked::new(TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?);
        Ok(Self { fd, state: Mutex::default() })
    }

    /// Wakes `waker` when `deadline` has come. `key` is the one of the previous call for this wait, if there was one.
    pub fn set(
        &self,
        key: Option<TimerKey>,
        deadline: Instant,
        waker: &Waker,
    ) -> Result<TimerKey, Errno> {
        let mut state = locked(&self.state);
        let key = key.unwrap_or_else(|| {
            state.next += 1;
            (deadline, state.next)
        });
        let old = match state.waiting.entry(key) {
            Entry::Occupied(mut old) => renew(old.get_mut(), waker),
            Entry::Vacant(place) => {
                place.insert(waker.clone());
                None
            }
        };
        let armed = self.arm(&mut state, false);
        let refused = armed.is_err().then(|| state.waiting.remove(&key));
        // Dropping a waker may drop a task, whose destructor takes this lock.
        drop(state);
        drop((old, refused));
        armed.map(|()| key)
    }

    /// Cancels a deadline.
    pub fn unset(&self, key: TimerKey) {
        let waker = locked(&self.state).waiting.remove(&key);
        drop(waker);
    }

    /// To be called when the timerfd is readable: returns the wakers whose deadlines have come.
    pub fn due(&self) -> Vec<Waker> {
        let mut state = locked(&self.state);
        // The timerfd is non-blocking, since another thread may have read it already.
        let _ = self.fd.wait();
        let later = state.waiting.split_off(&(Instant::now(), u64::MAX));
        let due = std::mem::replace(&mut state.waiting, later);
        state.armed = None;
        // The timerfd was set before, and the kernel has no new reason to reject the call.
        let _ = self.arm(&mut state, true);
        due.into_values().collect()
    }

    fn arm(&self, state: &mut TimersState, anew: bool) -> Result<(), Errno> {
        let Some((&(earliest, _), _)) = state.waiting.first_key_value() else { return Ok(()) };
        if !anew && state.armed.is_some_and(|armed| armed <= earliest) {
            return Ok(());
        }
        // Zero would disarm the timerfd.
        let left = earliest.saturating_duration_since(Instant::now()).max(Duration::from_nanos(1));
        self.fd
            .set(Expiration::OneShot(TimeSpec::from_duration(left)), TimerSetTimeFlags::empty())?;
        state.armed = Some(earliest);
        Ok(())
    }

    pub fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
