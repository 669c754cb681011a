//! The locks of the library: the standard library's, or loom's under `--cfg loom`.
//!
//! The standard library's locks are used, not parking_lot's, because they keep all their state in themselves. A process
//! that is forked while other threads sleep finds only those objects locked that these threads held, and [`process`]
//! gives the child objects of its own.
//!
//! parking_lot keeps the sleepers of *all* its locks in one table for the whole process, whose buckets have locks. A
//! child inherits those as they were: if another thread was going to sleep or waking a thread at the fork, a bucket is
//! locked for good, and any contended lock that falls into it hangs, also one that the child itself has created.
//! Applications fork at any time (libvirtd starts programs while its threads are in the library), and a child may go on
//! with a ctx of its own (`libxl_postfork_child_noexec`) and with threads; so the child can meet any lock of the
//! library, except those that are only tried (`core/name_cache.rs`). An experiment showed the difference: eight threads
//! contend for four locks, the process forks a thousand times, and in each child three threads contend for a new lock.
//! With parking_lot 0.12 between 18 and 196 children hung, with std's locks none. Both kinds are one word in memory and
//! need one atomic instruction without contention, so parking_lot would not be faster either; deadlocks are detected by
//! [`order`] before they happen.

pub mod execution;
pub mod fault_injection;
pub mod order;
pub mod pid;
pub mod process;
pub mod std_fds;
pub mod tracked_fds;
pub mod turn;

// loom's `Arc` is not used: it supports neither wakers nor trait objects, and the models do not check reference counts.
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

/// A held lock. In debug builds the thread is recorded as holding it: see [`order`].
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

/// Takes the lock, also after a panic under it. Such a panic is a defect that is reported elsewhere, and must not make
/// the work of other threads fail.
#[cfg_attr(debug_assertions, track_caller)]
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    let leaf = order::Leaf::begin::<T>();
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let inner = mutex.lock().unwrap_or_else(|poison| poison.into_inner());
    MutexGuard { inner, leaf }
}

/// Sleeps on `bell` until it is signalled, or spuriously.
pub fn sleep_on<'a, T>(bell: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    let MutexGuard { inner, leaf } = guard;
    MutexGuard { inner: bell.wait(inner).unwrap_or_else(|poison| poison.into_inner()), leaf }
}
