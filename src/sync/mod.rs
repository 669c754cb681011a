//! The locks of the library: the standard library's, or loom's under `--cfg loom`.
//!
//! The standard ones, not parking_lot's: they keep all their state in themselves, so that a process
//! forked while other threads sleep finds nothing locked but what those threads held, and
//! [`process`] gives the child objects of its own.
//!
//! parking_lot keeps the sleepers of *all* its locks in one table for the whole process, whose buckets have locks. A child
//! inherits those as they were: if another thread was going to sleep or waking somebody at the fork, a bucket is
//! locked for good, and any contended lock that falls into it hangs, also one that the child made itself. Applications
//! fork at any time (libvirtd starts programs while its threads are in here), and a child may go on with a ctx of its own
//! (`libxl_postfork_child_noexec`) and with threads; so there is no lock here that such a child cannot meet but
//! those that are only tried for (`core/name_cache.rs`). Tried: eight threads contend for four locks, the process forks
//! a thousand times, and each child has three threads contend for a new lock. With parking_lot 0.12 between 18 and 196
//! children hung, with std's none. Both are one word in memory and one atomic instruction when nobody contends, so
//! that there is nothing to win either; deadlocks are looked for by [`order`] before they happen.

pub mod fault_injection;
pub mod order;
pub mod pid;
pub mod process;
pub mod std_fds;
pub mod tracked_fds;
pub mod turn;

// Not loom's `Arc`: it makes neither wakers nor trait objects, and counting is not what the models check.
pub use std::sync::Arc;

#[cfg(not(loom))]
pub use std::sync::{Condvar, Mutex, atomic};

#[cfg(loom)]
pub use loom::sync::{Condvar, Mutex, atomic};

#[cfg(not(loom))]
use std::sync::MutexGuard as Inner;

#[cfg(loom)]
use loom::sync::MutexGuard as Inner;

use std::ops::{Deref, DerefMut};

/// A lock held. In debug builds the thread is known to hold it: see [`order`].
#[derive(Debug)]
pub struct MutexGuard<'a, T> {
    inner: Inner<'a, T>,
    leaf: order::Leaf,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

/// Locks. A panic under one of these locks is a defect that is reported elsewhere; it must not
/// take the other threads' work away.
#[cfg_attr(debug_assertions, track_caller)]
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    let leaf = order::Leaf::begin::<T>();
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let inner = mutex.lock().unwrap_or_else(|poison| poison.into_inner());
    MutexGuard { inner, leaf }
}

/// Sleeps on `bell` until it is rung, or for no reason.
pub fn sleep_on<'a, T>(bell: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    let MutexGuard { inner, leaf } = guard;
    MutexGuard { inner: bell.wait(inner).unwrap_or_else(|poison| poison.into_inner()), leaf }
}
