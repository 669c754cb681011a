//! The fast lock: around reading and changing a domain's files, and around values that must agree in xenstore and the
//! hypervisor (target and maxmem).
//!
//! It blocks the thread, so only quick things are done under it: file and xenstore accesses, a short hypercall. It is bound
//! to its thread, so that it cannot be held across a wait (see `mod.rs`).

use std::marker::PhantomData;
use std::path::Path;

use super::file::{FileLock, LockFailure};
use crate::sync::order;

/// `domain-userdata-lock` of one domain, held until it is dropped.
#[derive(Debug)]
pub struct FastLock {
    // Fields are dropped in this order.
    _file: FileLock,
    _order: order::Fast,
    /// Not `Send`.
    _here: PhantomData<*const ()>,
}

impl FastLock {
    /// Waits for the lock on `path`; then `exists` checks whether the domain still exists, and if not the lock is released.
    pub fn take<E: From<LockFailure>>(
        path: &Path,
        exists: impl FnOnce() -> Result<(), E>,
    ) -> Result<Self, E> {
        let order = order::Fast::begin();
        let file = FileLock::take(path, exists)?;
        Ok(Self { _file: file, _order: order, _here: PhantomData })
    }
}
