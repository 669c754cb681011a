//! A lock that threads take in turns. A thread that has the turn may take it again.
//!
//! `holder` is written only by the thread that has the turn, and identifies it. So it can equal a thread's own identity
//! only if that thread has written it, and still has the turn; concurrent writes by other threads, and when they become
//! visible, do not matter.
//!
//! If the work of the thread that has the turn fails after a long time, it would take as long for each of the waiting
//! threads, one after the other. So a failure can be passed on to all of them ([`Turn::fail`]), since they have waited
//! for the same thing meanwhile.

use nix::errno::Errno;

use super::atomic::{AtomicUsize, Ordering};
use super::{Condvar, Mutex, locked, sleep_on};

thread_local! {
    /// Its address identifies the thread.
    static HERE: u8 = const { 0 };
}

/// The identity of no thread.
const NOBODY: usize = 0;

/// Work that one thread at a time may do.
#[derive(Debug)]
pub struct Turns {
    state: Mutex<State>,
    /// Signalled when the turn is free, and when it has failed.
    bell: Condvar,
    holder: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    taken: bool,
    /// The number of turns that have failed for all waiters, and the last error.
    failures: u64,
    failure: Option<Errno>,
}

impl Default for Turns {
    fn default() -> Self {
        let (state, bell) = (Mutex::default(), Condvar::new());
        Self { state, bell, holder: AtomicUsize::new(NOBODY) }
    }
}

impl Turns {
    /// Waits for this thread's turn, which lasts until the result is dropped. If the thread has the turn already, or is
    /// ending and has no identity any more, the result is `None`, and dropping it has no effect.
    ///
    /// # Errors
    /// The error of a turn that has failed for all waiters while this thread waited.
    pub fn take(&self) -> Result<Option<Turn<'_>>, Errno> {
        let me = HERE.try_with(|here| std::ptr::from_ref(here).addr());
        let Ok(me) = me else { return Ok(None) };
        if self.holder.load(Ordering::Relaxed) == me {
            return Ok(None);
        }
        let mut state = locked(&self.state);
        let failures = state.failures;
        while state.taken {
            state = sleep_on(&self.bell, state);
            if let Some(errno) = state.failure.filter(|_| state.failures != failures) {
                // The condition variable may have been signalled once for a free turn, and this thread was woken by it.
                self.bell.notify_one();
                return Err(errno);
            }
        }
        state.taken = true;
        self.holder.store(me, Ordering::Relaxed);
        Ok(Some(Turn(self)))
    }
}

/// This thread's turn.
#[derive(Debug)]
pub struct Turn<'a>(&'a Turns);

impl Turn<'_> {
    /// Makes the wait of all threads that wait for their turn fail.
    pub fn fail(&self, errno: Errno) {
        let mut state = locked(&self.0.state);
        state.failures += 1;
        state.failure = Some(errno);
        self.0.bell.notify_all();
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.holder.store(NOBODY, Ordering::Relaxed);
        locked(&self.0.state).taken = false;
        self.0.bell.notify_one();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn one_thread_at_a_time() {
        let turns = Turns::default();
        let count = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        let _turn = turns.take().unwrap().expect("this thread has none yet");
                        let before = count.load(Ordering::Relaxed);
                        thread::yield_now();
                        count.store(before + 1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(count.load(Ordering::Relaxed), 4000);
    }

    #[test]
    fn a_turn_within_a_turn() {
        let turns = Turns::default();
        let outer = turns.take().unwrap();
        assert!(outer.is_some());
        assert!(turns.take().unwrap().is_none(), "this thread has it");
        thread::scope(|scope| {
            let other = scope.spawn(|| turns.take().unwrap().is_some());
            drop(outer);
            assert!(other.join().unwrap());
        });
        assert!(turns.take().unwrap().is_some(), "it is given back");
    }

    #[test]
    fn a_failure_ends_the_wait_of_all_threads() {
        let turns = Turns::default();
        let turn = turns.take().unwrap().unwrap();
        thread::scope(|scope| {
            let waits = [(); 8].map(|()| scope.spawn(|| turns.take().map(drop)));
            // This waits until all have failed, since one may not have begun to wait when the others fail.
            while !waits.iter().all(|wait| wait.is_finished()) {
                thread::yield_now();
                turn.fail(Errno::ETIMEDOUT);
            }
            for wait in waits {
                assert_eq!(wait.join().unwrap(), Err(Errno::ETIMEDOUT));
            }
        });
        drop(turn);
        assert!(turns.take().unwrap().is_some(), "who comes later has a turn");
    }
}
