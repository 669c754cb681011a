//! The fast lock: it guards a domain's files while they are read and changed, and values that must agree in xenstore
//! and the hypervisor (target and maxmem).
//!
//! It blocks the thread, so only quick things are done while it is held: accesses to files and xenstore, a short
//! hypercall. It is bound to its thread, so that it cannot be held across a wait (see `mod.rs`).

use std::marker::PhantomData;
use std::path::Path;

use super::file::{FileLock, LockFailure};
use crate::sync::order;

/// The lock `domain-userdata-lock` of one domain, held until this is dropped.
#[derive(Debug)]
pub struct FastLock {
    // The order of the fields is the order in which they are dropped.
    _file: FileLock,
    _order: order::Fast,
    /// Makes the type not `Send`.
    _here: PhantomData<*const ()>,
}

impl FastLock {
    /// Waits for the lock on `path`. Then `exists` checks whether the domain still exists; if it fails, the lock is
    /// released.
    pub fn take<E: From<LockFailure>>(
        path: &Path,
        exists: impl FnOnce() -> Result<(), E>,
    ) -> Result<Self, E> {
        let order = order::Fast::begin();
        let file = FileLock::take(path, exists)?;
        Ok(Self { _file: file, _order: order, _here: PhantomData })
    }
}
