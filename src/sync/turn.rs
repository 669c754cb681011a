//! Threads that take turns at something. A thread that has the turn may take it again.
//!
//! `holder` is written by the thread that has the turn only, and names it. So it can equal a thread's own name only
//! if that thread wrote it, and still has the turn: what others write at the same time does not matter, nor when it
//! is seen.
//!
//! What fails for the one who has the turn because it takes too long would take as long for each of those who wait,
//! one after the other. So a failure can be told to all of them ([`Turn::fail`]), who have waited for the same thing
//! meanwhile.

use nix::errno::Errno;

use super::atomic::{AtomicUsize, Ordering};
use super::{Condvar, Mutex, locked, sleep_on};

thread_local! {
    /// Its address is the thread's name.
    static HERE: u8 = const { 0 };
}

/// The name of no thread.
const NOBODY: usize = 0;

/// Something that one thread at a time does.
#[derive(Debug)]
pub struct Turns {
    state: Mutex<State>,
    /// Rung when the turn is free, and when it has failed.
    bell: Condvar,
    holder: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    taken: bool,
    /// How often a turn has failed for all, and why the last time.
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
    /// Waits for this thread's turn, which lasts until the result is dropped. A turn within a turn ends with the outer
    /// one (`None`); so does that of a thread that is ending and has no name any more.
    ///
    /// # Errors
    /// With which a turn has failed for all while this thread waited.
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
                // The bell may have rung once for a turn that is free, and this thread was woken by it.
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
    /// Lets it fail for all who wait for theirs.
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
    fn a_failure_is_that_of_all_who_wait() {
        let turns = Turns::default();
        let turn = turns.take().unwrap().unwrap();
        thread::scope(|scope| {
            let waits = [(); 8].map(|()| scope.spawn(|| turns.take().map(drop)));
            // Until all have failed: one may not have begun to wait when the others do.
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
