//! The parts of waiting that a test of the models takes away, to see that the models notice.

/// What can be missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// A leader who steps down asks another thread to lead.
    HandOver,
    /// A leader who is woken is rung.
    Ring,
    /// A leader inside a callback gives the lead to a thread that is not.
    TakeOver,
    /// A task that nobody attends to raises the alarm.
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

    use super::Part;

    thread_local! {
        /// All threads of a loom model are one thread of the system's: it has its own copy.
        static BROKEN: Cell<Option<Part>> = const { Cell::new(None) };
    }

    /// Takes `part` away, or none, from the models that this test runs from now on.
    pub fn take_away(part: Option<Part>) {
        BROKEN.set(part);
    }

    /// Whether the test that runs has taken `part` away.
    pub fn is_broken(part: Part) -> bool {
        BROKEN.get() == Some(part)
    }
}

#[cfg(all(test, loom))]
pub use chosen::{is_broken, take_away};

#[cfg(not(all(test, loom)))]
pub const fn is_broken(_: Part) -> bool {
    false
}
