//! The locks of the library: the standard library's, or loom's under `--cfg loom`.
//!
//! The standard ones, not parking_lot's: they keep all their state in themselves, so that a process
//! forked while other threads sleep finds nothing locked but what those threads held, and
//! [`process`] gives the child objects of its own. parking_lot's table of sleepers is
//! one for the whole process, and the child would inherit its locks as they were.

pub mod noted;
pub mod pid;
pub mod process;

// Not loom's `Arc`: it makes neither wakers nor trait objects, and counting is not what the models check.
pub use std::sync::Arc;

#[cfg(not(loom))]
pub use std::sync::{Condvar, Mutex, MutexGuard, atomic};

#[cfg(loom)]
pub use loom::sync::{Condvar, Mutex, MutexGuard, atomic};

/// Locks. A panic under one of these locks is a defect that is reported elsewhere; it must not
/// take the other threads' work away.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poison| poison.into_inner())
}

/// Sleeps on `bell` until it is rung, or for no reason.
pub fn sleep_on<'a, T>(bell: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    bell.wait(guard).unwrap_or_else(|poison| poison.into_inner())
}
