//! Threads asleep in the library: which of them waits on the reactor, and how they wake each other.
//!
//! A thread that waits for its own operation sleeps in [`Lead::park`]. One such thread, the leader, sleeps on the
//! reactor (in [`Dispatcher::sleep`]) and dispatches for all of them; each of the others sleeps on a condition variable
//! of its own. A thread that finds that another thread's operation can go on calls [`Lead::wake`].
//!
//! # Invariants, under the lock of [`LeadState`]
//!
//! 1. *There is one leader.* `leading` is set by a thread for itself, when it is `None`, and is reset only by that
//!    thread.
//! 2. *No wake-up is lost.* `WOKEN` is set under the lock, and is checked under the lock before each sleep. A parked
//!    thread's condition variable belongs to the same lock, so it cannot be signalled between the check and the sleep.
//!    The leader's sleep begins after the lock is released, so for the leader there is [`Dispatcher::ring`], which ends
//!    its present or next sleep. `rung` records that the ring was called; the leader silences it when it has the lock
//!    again, not before. If there was nothing to ring yet, the dispatcher does not sleep, so that the leader checks
//!    again. A leader that has slept sets `awake` under the lock, and takes the lock once more before it sleeps again:
//!    it needs no ring, and usually it is the thread that calls [`Lead::wake`].
//! 3. *No thread sleeps forever.* While a thread is in `parked`, either (a) there is a leader, or (b) a thread in
//!    `parked` is `WOKEN` or `ASKED`, so that it is about to run.
//!
//! Why 3 holds. A thread parks only under (a). The leader steps down in one place, under the lock, and before it
//! releases the lock again, to work or to leave, it calls [`pass_on`]. This asks a parked thread unless one is about to
//! run already, so (b) holds. A thread that was asked or woken leaves `parked` under the lock. Then it either takes the
//! lead, so (a) holds; or it finds that another thread has taken the lead, so (a) holds; or it leaves with its
//! operation, and calls [`pass_on`] if there is no leader. A leader that has only dispatched for others takes the lead
//! again without asking another thread, since it has not released the lock in between.
//!
//! 4. *A thread inside a callback leads only while no other thread sleeps.* Such a thread may run tasks but no
//!    callbacks (`callbacks.rs`). If it slept as the leader beside a thread that may run callbacks, a callback could
//!    wait although that thread is idle. Therefore a thread that may run callbacks and finds such a leader rings it,
//!    unless it is awake, before it parks. The leader, when it has the lock again, finds the other thread parked and does
//!    not lead again: it asks the other thread, and follows. When the lead is passed on, threads that may run callbacks
//!    are preferred.
//!
//! Invariant 3 is the purpose of libxl's baton. An application's own thread that sleeps in `poll` needs nothing here:
//! it sleeps on the same reactor, whose epoll set always has all entries.
//!
//! `model.rs` explores this code with loom, and shows that the model fails if a leader does not pass on the lead, or if
//! a leader inside a callback keeps it.
//!
//! Tasks, which no thread waits for, have an invariant of their own, in `queue.rs`.

use std::collections::VecDeque;

use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::fault_injection::{Mechanism, is_removed};
use crate::sync::{Arc, Condvar, Mutex, MutexGuard, locked, sleep_on};

/// The leader's sleep, and what it does afterwards.
pub trait Dispatcher {
    /// The duty to look for tasks soon. If it is dropped unfulfilled, another thread is woken to do so.
    type Attending<'p>
    where
        Self: 'p;
    /// Sleeps until something happens outside the process or [`Dispatcher::ring`] was called since the last
    /// [`Dispatcher::silence`], or spuriously. With `may_call`, also returns when a callback is due. It is called with no
    /// lock held.
    fn sleep(&self, may_call: bool);
    /// Wakes the waits for what has happened; never sleeps. With `may_call`, the duty is to look for callbacks too. It is
    /// called with no lock held.
    fn turn(&self, may_call: bool) -> Self::Attending<'_>;
    /// Ends the leader's present or next sleep. Never blocks.
    fn ring(&self);
    /// Undoes [`Dispatcher::ring`].
    fn silence(&self);
    /// Whether there is something that [`Dispatcher::work`] can do in this thread.
    fn has_work(&self) -> bool;
    /// Runs tasks. It is called with no lock held, and may take long.
    fn work(&self, attending: Self::Attending<'_>);
}

/// The parked thread's operation can go on.
const WOKEN: u8 = 1;
/// The parked thread must check whether there is a leader.
const ASKED: u8 = 2;

/// One wait of one thread.
#[derive(Debug)]
pub struct Parker {
    bell: Condvar,
    /// The thread is not inside a callback.
    may_call: bool,
    /// Written and read under the lead's lock; atomic only so that threads may share it.
    flags: AtomicU8,
}

impl Parker {
    pub fn new(may_call: bool) -> Self {
        Self { bell: Condvar::new(), may_call, flags: AtomicU8::new(0) }
    }

    fn has(&self, flags: u8) -> bool {
        self.flags.load(Ordering::Relaxed) & flags != 0
    }

    /// Sets the flag. Returns whether it was not set before.
    fn set(&self, flag: u8) -> bool {
        let flags = self.flags.load(Ordering::Relaxed);
        self.flags.store(flags | flag, Ordering::Relaxed);
        flags & flag == 0
    }

    /// Resets the flag. Returns whether it was set before.
    fn take(&self, flag: u8) -> bool {
        let flags = self.flags.load(Ordering::Relaxed);
        self.flags.store(flags & !flag, Ordering::Relaxed);
        flags & flag != 0
    }
}

/// The threads asleep in one ctx.
#[derive(Debug, Default)]
pub struct Lead {
    state: Mutex<LeadState>,
}

#[derive(Debug, Default)]
struct LeadState {
    leading: Option<Arc<Parker>>,
    /// In the order in which they went to sleep.
    parked: VecDeque<Arc<Parker>>,
    /// The leader was rung and has not silenced it yet.
    rung: bool,
    /// The leader has slept, and takes the lock before it sleeps again.
    awake: bool,
}

impl Lead {
    /// Wakes `parker`'s thread, or lets it return at once when it parks next.
    pub fn wake(&self, parker: &Arc<Parker>, place: &impl Dispatcher) {
        let mut state = locked(&self.state);
        if !parker.set(WOKEN) {
            return;
        }
        if !state.leading.as_ref().is_some_and(|leader| Arc::ptr_eq(leader, parker)) {
            parker.bell.notify_one();
        } else {
            state.ring(place);
        }
    }

    /// Sleeps until `parker` is woken; leads meanwhile if no other thread does.
    pub fn park(&self, parker: &Arc<Parker>, place: &impl Dispatcher) {
        let mut state = locked(&self.state);
        while !parker.take(WOKEN) {
            let leader_may_call = state.leading.as_ref().map(|leader| leader.may_call);
            state = match leader_may_call {
                None if parker.may_call || !state.is_caller_parked() => {
                    self.lead(state, parker, place)
                }
                None => {
                    pass_on(&state);
                    self.follow(state, parker)
                }
                Some(leader_may_call) => {
                    if parker.may_call && !leader_may_call && !is_removed(Mechanism::TakeOver) {
                        state.ring(place);
                    }
                    self.follow(state, parker)
                }
            };
        }
        if state.leading.is_none() {
            pass_on(&state);
        }
    }

    /// Leads for the duration of one sleep.
    fn lead<'a>(
        &'a self,
        mut state: MutexGuard<'a, LeadState>,
        parker: &Arc<Parker>,
        place: &impl Dispatcher,
    ) -> MutexGuard<'a, LeadState> {
        state.leading = Some(Arc::clone(parker));
        drop(state);
        let stepping_down = StepDown { lead: self, place };
        place.sleep(parker.may_call);
        locked(&self.state).awake = true;
        let attending = place.turn(parker.may_call);
        let mut state = stepping_down.now();
        // If this thread's own operation can go on and another thread is parked, the work is left to that thread.
        let ours = !parker.has(WOKEN) || state.parked.is_empty();
        if ours && place.has_work() {
            pass_on(&state);
            drop(state);
            place.work(attending);
            state = locked(&self.state);
        }
        state
    }

    /// Sleeps until woken or asked.
    fn follow<'a>(
        &'a self,
        mut state: MutexGuard<'a, LeadState>,
        parker: &Arc<Parker>,
    ) -> MutexGuard<'a, LeadState> {
        state.parked.push_back(Arc::clone(parker));
        while !parker.has(WOKEN | ASKED) {
            state = sleep_on(&parker.bell, state);
        }
        state.parked.retain(|other| !Arc::ptr_eq(other, parker));
        parker.take(ASKED);
        state
    }

    /// How many threads are parked, and whether one leads.
    #[cfg(all(test, not(loom)))]
    pub fn count(&self) -> (usize, bool) {
        let state = locked(&self.state);
        (state.parked.len(), state.leading.is_some())
    }
}

impl LeadState {
    /// Ends the leader's sleep, unless it has ended or that was done already.
    fn ring(&mut self, place: &impl Dispatcher) {
        if !self.awake && !std::mem::replace(&mut self.rung, true) && !is_removed(Mechanism::Ring) {
            place.ring();
        }
    }

    /// Whether a thread that is not inside a callback is parked.
    fn is_caller_parked(&self) -> bool {
        self.parked.iter().any(|parker| parker.may_call)
    }
}

/// Asks a parked thread to check whether there is a leader, unless one is about to run anyway.
fn pass_on(state: &LeadState) {
    if is_removed(Mechanism::HandOver)
        || state.parked.iter().any(|parker| parker.has(WOKEN | ASKED))
    {
        return;
    }
    let caller = state.parked.iter().find(|parker| parker.may_call);
    if let Some(next) = caller.or(state.parked.front()) {
        next.set(ASKED);
        next.bell.notify_one();
    }
}

/// Ends the lead, also when a panic in a handler unwinds: otherwise the other threads would rely on a leader that does
/// not exist, and hang.
struct StepDown<'l, 'p, P: Dispatcher> {
    lead: &'l Lead,
    place: &'p P,
}

impl<'l, P: Dispatcher> StepDown<'l, '_, P> {
    fn now(self) -> MutexGuard<'l, LeadState> {
        let state = self.step_down();
        std::mem::forget(self);
        state
    }

    fn step_down(&self) -> MutexGuard<'l, LeadState> {
        let lead = self.lead;
        let mut state = locked(&lead.state);
        state.leading = None;
        state.awake = false;
        if std::mem::take(&mut state.rung) {
            self.place.silence();
        }
        state
    }
}

impl<P: Dispatcher> Drop for StepDown<'_, '_, P> {
    fn drop(&mut self) {
        // After a failed loom model the locks no longer exist.
        #[cfg(loom)]
        if std::thread::panicking() {
            return;
        }
        pass_on(&self.step_down());
    }
}
