//! Mechanisms that a test leaves out of a loom model, which must then fail.

/// What can be left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mechanism {
    /// A leader who steps down asks another thread to lead.
    HandOver,
    /// A leader who is woken is rung.
    Ring,
    /// A leader inside a callback gives the lead to a thread that is not.
    TakeOver,
    /// A task that no thread attends to raises the alarm.
    Alarm,
    /// Who leaves a lock's queue wakes the next.
    Turn,
    /// Who leaves a lock's file to a waiter looks again when it has unlocked.
    LookAgain,
    /// Who gets a file's lock looks if the name still leads to the file.
    Compare,
}

#[cfg(all(test, loom))]
mod chosen {
    use std::cell::Cell;

    use super::Mechanism;

    thread_local! {
        /// All threads of a loom model are one thread of the system's: it has its own copy.
        static REMOVED: Cell<Option<Mechanism>> = const { Cell::new(None) };
    }

    /// Takes `mechanism` away, or none, from the models that this test runs from now on.
    pub fn remove(mechanism: Option<Mechanism>) {
        REMOVED.set(mechanism);
    }

    /// Whether the test that runs has taken `mechanism` away.
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
