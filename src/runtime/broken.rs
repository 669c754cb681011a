//! The parts of the runtime that a test of the models takes away, to see that the models notice.

/// What can be missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// A leader who steps down asks another thread to lead.
    HandOver,
    /// A leader who is woken is rung.
    Ring,
    /// A task that nobody attends to raises the alarm.
    Alarm,
}

#[cfg(all(test, loom))]
pub use super::model::is_broken;

#[cfg(not(all(test, loom)))]
pub const fn is_broken(_: Part) -> bool {
    false
}
