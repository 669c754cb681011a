//! The order of the library's locks, checked where types cannot say it. In debug builds only: it is not there
//! in others, and not under loom, whose threads are one thread of the system's.
//!
//! Outermost first: slow locks (device changes, then the QMP socket), the fast lock, leaf locks ([`super::locked`]).
//! Two things are watched:
//!
//! - a *thread*, for what it holds without waiting: a fast lock, leaf locks;
//! - a *line of work*, that is an operation, for what it holds while it waits: the slow locks. An operation
//!   may go on in another thread after each wait, so the thread cannot tell. Parts of an operation that
//!   run side by side are lines of their own ([`Line::branch`]).
//!
//! | wrong | why | seen |
//! |---|---|---|
//! | a fast lock within a fast lock | the same domain's: waits for itself; two domains': no order among them | thread |
//! | a slow lock within a fast lock | waiters for the fast lock would wait for a guest's device | thread |
//! | sleeping with a fast lock | likewise | thread |
//! | a file lock within a leaf lock | leaf locks are held for moments | thread |
//! | sleeping with a leaf lock | likewise | thread |
//! | the device lock within the QMP lock | others take them the other way round | line |
//! | the same slow lock twice | waits for itself | line |
//! | slow locks of two domains | no order among them | line |
//!
//! A violation is a panic that names both locks: a defect of the library, which is reported as such.

/// The slow locks, outermost first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Slow {
    /// `libxl-device-changes-lock`
    Devices,
    /// `qmp-socket-lock`
    Qmp,
}

#[cfg(all(debug_assertions, not(loom)))]
mod checked {
    use std::cell::Cell;
    use std::sync::{Arc, Mutex, PoisonError};

    use super::Slow;

    thread_local! {
        static FAST: Cell<usize> = const { Cell::new(0) };
        static LEAVES: Cell<usize> = const { Cell::new(0) };
    }

    /// A thread that is ending has no counts any more, and holds nothing.
    fn count(of: &'static std::thread::LocalKey<Cell<usize>>) -> usize {
        of.try_with(Cell::get).unwrap_or(0)
    }

    fn change(of: &'static std::thread::LocalKey<Cell<usize>>, by: isize) {
        let _ = of.try_with(|count| count.set(count.get().saturating_add_signed(by)));
    }

    #[track_caller]
    fn nothing_held(what: &str) {
        assert!(count(&FAST) == 0, "lock order: {what} while this thread has a fast lock");
        assert!(count(&LEAVES) == 0, "lock order: {what} while this thread has a leaf lock");
    }

    /// This thread is about to sleep for as long as it takes.
    #[track_caller]
    pub fn sleeps() {
        nothing_held("sleeping");
    }

    /// The thread has, or is about to have, a fast lock.
    #[derive(Debug)]
    pub struct Fast(());

    impl Fast {
        #[track_caller]
        pub fn begin() -> Self {
            nothing_held("taking a fast lock");
            change(&FAST, 1);
            Self(())
        }
    }

    impl Drop for Fast {
        fn drop(&mut self) {
            change(&FAST, -1);
        }
    }

    /// The thread has a leaf lock.
    #[derive(Debug)]
    pub struct Leaf(());

    impl Leaf {
        pub fn begin() -> Self {
            change(&LEAVES, 1);
            Self(())
        }
    }

    impl Drop for Leaf {
        fn drop(&mut self) {
            change(&LEAVES, -1);
        }
    }

    /// A line of work, and the slow locks that it has or waits for; clones are the same.
    #[derive(Clone, Debug, Default)]
    pub struct Line {
        held: Arc<Mutex<Vec<(u32, Slow)>>>,
    }

    impl Line {
        /// Another line, for a part that runs beside this one and takes locks for itself.
        pub fn branch(&self) -> Self {
            Self::default()
        }

        /// The line is about to wait for a slow lock of `domid`, and then to hold it.
        #[track_caller]
        pub fn enter(&self, domid: u32, lock: Slow) -> Held {
            nothing_held("taking a slow lock");
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            for &(other, before) in held.iter() {
                assert!(
                    domid == other,
                    "lock order: {lock:?} of domain {domid} within {before:?} of domain {other}"
                );
                assert!(before < lock, "lock order: {lock:?} within {before:?} of domain {domid}");
            }
            held.push((domid, lock));
            drop(held);
            Held { line: self.clone(), domid, lock }
        }
    }

    /// A line's holding of a slow lock.
    #[derive(Debug)]
    pub struct Held {
        line: Line,
        domid: u32,
        lock: Slow,
    }

    impl Drop for Held {
        fn drop(&mut self) {
            let mut held = self.line.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.retain(|&entry| entry != (self.domid, self.lock));
        }
    }
}

#[cfg(not(all(debug_assertions, not(loom))))]
mod checked {
    use super::Slow;

    pub fn sleeps() {}

    #[derive(Debug)]
    pub struct Fast(());

    impl Fast {
        pub fn begin() -> Self {
            Self(())
        }
    }

    #[derive(Debug)]
    pub struct Leaf(());

    impl Leaf {
        pub fn begin() -> Self {
            Self(())
        }
    }

    #[derive(Clone, Debug, Default)]
    pub struct Line(());

    impl Line {
        pub fn branch(&self) -> Self {
            Self(())
        }

        pub fn enter(&self, _: u32, _: Slow) -> Held {
            Held(())
        }
    }

    #[derive(Debug)]
    pub struct Held(());
}

pub use checked::{Fast, Held, Leaf, Line, sleeps};

#[cfg(all(test, debug_assertions, not(loom)))]
mod tests {
    use super::*;
    use crate::sync::{Condvar, Mutex, locked, sleep_on};

    #[test]
    fn the_right_order_is_no_violation() {
        let line = Line::default();
        let devices = line.enter(1, Slow::Devices);
        let qmp = line.enter(1, Slow::Qmp);
        let fast = Fast::begin();
        let mutex = Mutex::new(());
        drop(locked(&mutex));
        drop(fast);
        sleeps();
        drop((devices, qmp));
        // The inner may outlive the outer, and either may be taken again.
        let qmp = line.enter(1, Slow::Qmp);
        drop(qmp);
        drop(line.enter(1, Slow::Devices));
        drop(line.enter(2, Slow::Devices));
        // Side by side.
        let (one, two) = (line.branch(), line.branch());
        drop((one.enter(1, Slow::Qmp), two.enter(1, Slow::Qmp)));
    }

    #[test]
    #[should_panic(expected = "taking a fast lock while this thread has a fast lock")]
    fn fast_within_fast_is_caught() {
        let _one = Fast::begin();
        let _two = Fast::begin();
    }

    #[test]
    #[should_panic(expected = "taking a slow lock while this thread has a fast lock")]
    fn slow_within_fast_is_caught() {
        let _fast = Fast::begin();
        let _slow = Line::default().enter(1, Slow::Devices);
    }

    #[test]
    #[should_panic(expected = "taking a fast lock while this thread has a leaf lock")]
    fn fast_within_leaf_is_caught() {
        let mutex = Mutex::new(());
        let _leaf = locked(&mutex);
        let _fast = Fast::begin();
    }

    #[test]
    #[should_panic(expected = "taking a slow lock while this thread has a leaf lock")]
    fn slow_within_leaf_is_caught() {
        let mutex = Mutex::new(());
        let _leaf = locked(&mutex);
        let _slow = Line::default().enter(1, Slow::Qmp);
    }

    #[test]
    #[should_panic(expected = "Devices within Qmp of domain 1")]
    fn devices_within_qmp_is_caught() {
        let line = Line::default();
        let _qmp = line.enter(1, Slow::Qmp);
        let _devices = line.enter(1, Slow::Devices);
    }

    #[test]
    #[should_panic(expected = "Devices within Devices of domain 1")]
    fn the_same_twice_is_caught() {
        let line = Line::default();
        let _one = line.enter(1, Slow::Devices);
        let _two = line.clone().enter(1, Slow::Devices);
    }

    #[test]
    #[should_panic(expected = "Qmp of domain 2 within Devices of domain 1")]
    fn two_domains_are_caught() {
        let line = Line::default();
        let _one = line.enter(1, Slow::Devices);
        let _two = line.enter(2, Slow::Qmp);
    }

    #[test]
    fn a_guard_that_sleeps_on_a_bell_still_counts() {
        let (mutex, bell) = (Mutex::new(false), Condvar::new());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                *locked(&mutex) = true;
                bell.notify_all();
            });
            let mut guard = locked(&mutex);
            while !*guard {
                guard = sleep_on(&bell, guard);
            }
            assert!(std::panic::catch_unwind(Fast::begin).is_err());
            drop(guard);
            drop(Fast::begin());
        });
    }
}
