//! Run-time checks of the order of the library's locks, for the rules that types cannot express. They exist in debug
//! builds only, and not under loom, whose threads are one thread of the operating system.
//!
//! Outermost first: slow locks (device changes, then the QMP socket), the fast lock, leaf locks ([`super::locked`]).
//! Two kinds of owners are tracked:
//!
//! - a *thread*, for what it holds without waiting: a fast lock, leaf locks;
//! - a *line of work*, that is an operation, for what it holds while it waits: the slow locks. An operation may go on
//!   in another thread after each wait, so these locks do not belong to a thread. Parts of an operation that run
//!   concurrently are lines of their own ([`Line::branch`]).
//!
//! | violation | reason | checked per |
//! |---|---|---|
//! | a fast lock within a fast lock | of the same domain: it waits for itself; of two domains: there is no order among them | thread |
//! | a slow lock within a fast lock | waiters for the fast lock would wait for a guest's device | thread |
//! | sleeping with a fast lock | likewise | thread |
//! | a file lock within a leaf lock | leaf locks are held for moments | thread |
//! | sleeping with a leaf lock | likewise | thread |
//! | leaf locks in a circle | two threads may each hold what the other waits for | all threads together |
//! | the device lock within the QMP lock | other code takes them in the opposite order | line |
//! | the same slow lock twice | it waits for itself | line |
//! | slow locks of two domains | there is no order among them | line |
//!
//! A leaf lock within a leaf lock is allowed as long as there is one order, which is learnt at run time. Each time a
//! lock is taken while others are held, the pairs are recorded by the types of what the locks guard. If a lock was ever
//! taken in the opposite order, by any thread and directly or by way of other locks, that is a violation, whether or
//! not two threads have met there. (A deadlock detector, such as parking_lot's, finds only deadlocks that happen.) Two
//! locks of one type cannot be distinguished here, and so are not checked against each other; nor are those that guard
//! `()`.
//!
//! A violation panics with a message that names both locks. It is a defect of the library, and is reported as such.

/// The slow locks, outermost first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SlowLock {
    /// `libxl-device-changes-lock`
    Devices,
    /// `qmp-socket-lock`
    Qmp,
}

#[cfg(all(debug_assertions, not(loom)))]
#[expect(clippy::disallowed_methods, reason = "what checks `locked` cannot use it")]
mod checked {
    use std::any::type_name;
    use std::cell::{Cell, RefCell};
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::{Arc, Mutex, PoisonError};

    use super::SlowLock;
    use crate::sync::process::PerProcess;

    /// The name of the type that a leaf lock guards.
    type GuardedName = &'static str;

    thread_local! {
        static FAST: Cell<usize> = const { Cell::new(0) };
        /// The leaf locks that the thread holds, innermost last.
        static LEAVES: RefCell<Vec<GuardedName>> = const { RefCell::new(Vec::new()) };
    }

    /// For each leaf lock, those that were taken while it was held. A forked child starts with an empty map, since
    /// another thread may have held the lock around this map at the fork.
    static WITHIN: PerProcess<Mutex<BTreeMap<GuardedName, BTreeSet<GuardedName>>>> =
        PerProcess::empty();

    // A thread that is ending has no record any more, and holds no locks.

    fn has_fast() -> bool {
        FAST.try_with(|count| count.get() != 0).unwrap_or(false)
    }

    fn change_fast(by: isize) {
        let _ = FAST.try_with(|count| count.set(count.get().saturating_add_signed(by)));
    }

    fn leaves() -> Vec<GuardedName> {
        LEAVES.try_with(|leaves| leaves.borrow().clone()).unwrap_or_default()
    }

    #[track_caller]
    fn nothing_held(what: &str) {
        assert!(!has_fast(), "lock order: {what} while this thread has a fast lock");
        assert!(leaves().is_empty(), "lock order: {what} while this thread has a leaf lock");
    }

    /// Records that `inner` is taken within `outer`. Returns whether the opposite order is known, directly or by way of
    /// others.
    fn learn(outer: GuardedName, inner: GuardedName) -> bool {
        let mut within = WITHIN.get(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        if !within.entry(outer).or_default().insert(inner) {
            return false;
        }
        let (mut reached, mut next) = (BTreeSet::new(), vec![inner]);
        while let Some(lock) = next.pop() {
            if reached.insert(lock) {
                next.extend(within.get(lock).into_iter().flatten());
            }
        }
        let circle = reached.contains(outer);
        if circle {
            // A violation is reported once; the order that was recorded first stays.
            within.entry(outer).or_default().remove(inner);
        }
        circle
    }

    /// This thread is about to sleep for an unlimited time.
    #[track_caller]
    pub fn sleeps() {
        nothing_held("sleeping");
    }

    /// The thread has a fast lock, or is about to wait for one.
    #[derive(Debug)]
    pub struct Fast(());

    impl Fast {
        #[track_caller]
        pub fn begin() -> Self {
            nothing_held("taking a fast lock");
            change_fast(1);
            Self(())
        }
    }

    impl Drop for Fast {
        fn drop(&mut self) {
            change_fast(-1);
        }
    }

    /// The thread has a leaf lock, or is about to wait for one.
    #[derive(Debug)]
    pub struct Leaf(GuardedName);

    impl Leaf {
        /// For a lock that guards a `T`.
        #[track_caller]
        pub fn begin<T: ?Sized>() -> Self {
            let inner = type_name::<T>();
            if inner != "()" {
                for outer in leaves() {
                    if outer != inner && outer != "()" {
                        assert!(
                            !learn(outer, inner),
                            "lock order: {inner} within {outer}, which was taken within it before"
                        );
                    }
                }
            }
            let _ = LEAVES.try_with(|leaves| leaves.borrow_mut().push(inner));
            Self(inner)
        }
    }

    impl Drop for Leaf {
        fn drop(&mut self) {
            let _ = LEAVES.try_with(|leaves| {
                let mut leaves = leaves.borrow_mut();
                if let Some(at) = leaves.iter().rposition(|&held| held == self.0) {
                    leaves.remove(at);
                }
            });
        }
    }

    /// A line of work, and the slow locks that it holds or waits for. Clones share them.
    #[derive(Clone, Debug, Default)]
    pub struct Line {
        held: Arc<Mutex<Vec<(u32, SlowLock)>>>,
    }

    impl Line {
        /// A new line, for a part that runs concurrently with this one and takes locks for itself.
        pub fn branch(&self) -> Self {
            Self::default()
        }

        /// The line is about to wait for the slow lock `lock` of `domid`, and then to hold it.
        #[track_caller]
        pub fn enter(&self, domid: u32, lock: SlowLock) -> HeldSlow {
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
            HeldSlow { line: self.clone(), domid, lock }
        }
    }

    /// The record that a line holds a slow lock.
    #[derive(Debug)]
    pub struct HeldSlow {
        line: Line,
        domid: u32,
        lock: SlowLock,
    }

    impl Drop for HeldSlow {
        fn drop(&mut self) {
            let mut held = self.line.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.retain(|&entry| entry != (self.domid, self.lock));
        }
    }
}

#[cfg(not(all(debug_assertions, not(loom))))]
mod checked {
    use super::SlowLock;

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
        pub fn begin<T: ?Sized>() -> Self {
            Self(())
        }
    }

    #[derive(Clone, Debug, Default)]
    pub struct Line(());

    impl Line {
        pub fn branch(&self) -> Self {
            Self(())
        }

        pub fn enter(&self, _: u32, _: SlowLock) -> HeldSlow {
            HeldSlow(())
        }
    }

    #[derive(Debug)]
    pub struct HeldSlow(());
}

pub use checked::{Fast, HeldSlow, Leaf, Line, sleeps};

#[cfg(all(test, debug_assertions, not(loom)))]
mod tests {
    use super::*;
    use crate::sync::{Condvar, Mutex, locked, sleep_on};

    #[test]
    fn the_right_order_is_no_violation() {
        let line = Line::default();
        let devices = line.enter(1, SlowLock::Devices);
        let qmp = line.enter(1, SlowLock::Qmp);
        let fast = Fast::begin();
        let mutex = Mutex::new(());
        drop(locked(&mutex));
        drop(fast);
        sleeps();
        drop((devices, qmp));
        // The inner lock may be held longer than the outer one, and either may be taken again.
        let qmp = line.enter(1, SlowLock::Qmp);
        drop(qmp);
        drop(line.enter(1, SlowLock::Devices));
        drop(line.enter(2, SlowLock::Devices));
        // Two parts that run concurrently.
        let (one, two) = (line.branch(), line.branch());
        drop((one.enter(1, SlowLock::Qmp), two.enter(1, SlowLock::Qmp)));
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
        let _slow = Line::default().enter(1, SlowLock::Devices);
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
        let _slow = Line::default().enter(1, SlowLock::Qmp);
    }

    #[test]
    fn leaf_locks_have_one_order() {
        struct First;
        struct Second;
        struct Third;
        let (one, two, three) = (Mutex::new(First), Mutex::new(Second), Mutex::new(Third));
        for _ in 0..2 {
            let _one = locked(&one);
            let _two = locked(&two);
        }
        let held = locked(&two);
        drop(locked(&three));
        drop(held);
        // The locks are not held at the same time, so no order is learnt.
        drop(locked(&three));
        drop(locked(&one));
        // The order is known by way of the second lock, and was learnt in another thread.
        let held = locked(&three);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(locked(&one))));
        let text = *caught.unwrap_err().downcast::<String>().unwrap();
        assert!(text.contains("::First within ") && text.contains("::Third, which"), "{text}");
        drop(held);
    }

    #[test]
    #[should_panic(expected = "Devices within Qmp of domain 1")]
    fn devices_within_qmp_is_caught() {
        let line = Line::default();
        let _qmp = line.enter(1, SlowLock::Qmp);
        let _devices = line.enter(1, SlowLock::Devices);
    }

    #[test]
    #[should_panic(expected = "Devices within Devices of domain 1")]
    fn the_same_twice_is_caught() {
        let line = Line::default();
        let _one = line.enter(1, SlowLock::Devices);
        let _two = line.clone().enter(1, SlowLock::Devices);
    }

    #[test]
    #[should_panic(expected = "Qmp of domain 2 within Devices of domain 1")]
    fn two_domains_are_caught() {
        let line = Line::default();
        let _one = line.enter(1, SlowLock::Devices);
        let _two = line.enter(2, SlowLock::Qmp);
    }

    #[test]
    fn a_guard_that_waits_on_a_condvar_still_counts() {
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
