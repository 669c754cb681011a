//! The ctx: one application's connection to Xen, shared by all its threads.

use std::io;

use crate::xen::log::Log;
use crate::xen::store::Store;

/// What `libxl_ctx *` points to.
#[derive(Debug)]
pub struct Ctx {
    log: Log,
    store: Store,
}

impl Ctx {
    /// Opens what the library needs of Xen.
    ///
    /// # Errors
    /// Xenstore cannot be reached.
    pub fn new(log: Log) -> io::Result<Self> {
        Ok(Self { log, store: Store::open()? })
    }

    /// Where this ctx's lines go.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Xenstore.
    pub fn store(&self) -> &Store {
        &self.store
    }
}
