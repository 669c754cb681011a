//! Mechanisms that a test leaves out of a loom model. The model must then fail.

/// The mechanisms that can be left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mechanism {
    /// A leader that steps down asks another thread to lead.
    HandOver,
    /// A leader that is woken is rung.
    Ring,
    /// A leader inside a callback passes the lead on to a thread that is not.
    TakeOver,
    /// A task that no thread attends to turns the alarm on.
    Alarm,
    /// A waiter that leaves a lock's queue wakes the next.
    Turn,
    /// A holder that leaves a lock's file to a waiter checks for marks again when it has unlocked.
    LookAgain,
    /// A process that gets a file's lock checks that the name still refers to the file.
    Compare,
}

#[cfg(all(test, loom))]
mod chosen {
    use std::cell::Cell;

    use super::Mechanism;

    thread_local! {
        /// All threads of a loom model run in one thread of the operating system, which has a value of its own.
        static REMOVED: Cell<Option<Mechanism>> = const { Cell::new(None) };
    }

    /// Leaves `mechanism` (or none) out of the models that this test runs from now on.
    pub fn remove(mechanism: Option<Mechanism>) {
        REMOVED.set(mechanism);
    }

    /// Whether the running test has left out `mechanism`.
    pub fn is_removed(mechanism: Mechanism) -> bool {
        REMOVED.get() == Some(mechanism)
    }
}

#[cfg(all(test, loom))]
pub use chosen::{is_removed, remove};

#[cfg(not(all(test, loom)))]
pub const fn is_removed(_: Mechanism) -> bool {
    false
}
