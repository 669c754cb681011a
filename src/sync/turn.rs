//! Threads that take turns at something. A thread that has the turn may take it again.
//!
//! `holder` is written by the thread that has `lock` only, and names it. So it can equal a thread's own name only if
//! that thread wrote it, and still has the lock: what others write at the same time does not matter, nor when it is seen.

use super::atomic::{AtomicUsize, Ordering};
use super::{Mutex, MutexGuard, locked};

thread_local! {
    /// Its address is the thread's name.
    static HERE: u8 = const { 0 };
}

/// The name of no thread.
const NOBODY: usize = 0;

/// Something that one thread at a time does.
#[derive(Debug)]
pub struct Turns {
    lock: Mutex<()>,
    holder: AtomicUsize,
}

impl Default for Turns {
    fn default() -> Self {
        Self { lock: Mutex::new(()), holder: AtomicUsize::new(NOBODY) }
    }
}

impl Turns {
    /// Waits for this thread's turn, which lasts until the result is dropped. A turn within a turn ends with the outer
    /// one; so does that of a thread that is ending and has no name any more.
    pub fn take(&self) -> Option<Turn<'_>> {
        let me = HERE.try_with(|here| std::ptr::from_ref(here).addr()).ok()?;
        if self.holder.load(Ordering::Relaxed) == me {
            return None;
        }
        let lock = locked(&self.lock);
        self.holder.store(me, Ordering::Relaxed);
        Some(Turn { turns: self, _lock: lock })
    }
}

/// This thread's turn.
#[derive(Debug)]
pub struct Turn<'a> {
    turns: &'a Turns,
    _lock: MutexGuard<'a, ()>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.holder.store(NOBODY, Ordering::Relaxed);
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
                        let _turn = turns.take().expect("this thread has none yet");
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
        let outer = turns.take();
        assert!(outer.is_some());
        assert!(turns.take().is_none(), "this thread has it");
        thread::scope(|scope| {
            let other = scope.spawn(|| turns.take().is_some());
            drop(outer);
            assert!(other.join().unwrap());
        });
        assert!(turns.take().is_some(), "it is given back");
    }
}
