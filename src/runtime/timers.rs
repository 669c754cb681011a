//! Deadlines on the monotonic clock, all on one timerfd.
//!
//! The timerfd is armed for the earliest deadline. It is armed anew only when an earlier one comes: a
//! deadline that is given up leaves it armed, and it then fires for nothing, which is cheaper than a
//! system call for each operation that ends in time (nearly all do).

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

/// A deadline's place among the others.
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

    /// Has `waker` woken when `deadline` has come; `key` is from the last such call, if there was one.
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
        // A waker that goes may take a task with it, whose end comes back here.
        drop(state);
        drop((old, refused));
        armed.map(|()| key)
    }

    /// Forgets a deadline.
    pub fn unset(&self, key: TimerKey) {
        let waker = locked(&self.state).waiting.remove(&key);
        drop(waker);
    }

    /// The timerfd is readable: those whose time has come.
    pub fn due(&self) -> Vec<Waker> {
        let mut state = locked(&self.state);
        // Non-blocking: another thread may have been quicker.
        let _ = self.fd.wait();
        let later = state.waiting.split_off(&(Instant::now(), u64::MAX));
        let due = std::mem::replace(&mut state.waiting, later);
        state.armed = None;
        // It was set before: the kernel has no new reason to refuse.
        let _ = self.arm(&mut state, true);
        due.into_values().collect()
    }

    fn arm(&self, state: &mut TimersState, anew: bool) -> Result<(), Errno> {
        let Some((&(earliest, _), _)) = state.waiting.first_key_value() else { return Ok(()) };
        if !anew && state.armed.is_some_and(|armed| armed <= earliest) {
            return Ok(());
        }
        // Zero would disarm.
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
