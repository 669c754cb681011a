//! The ctx: one application's connection to Xen, shared by all its threads.

use crate::xen::log::Log;

/// What `libxl_ctx *` points to.
#[derive(Debug)]
pub struct Ctx {
    log: Log,
}

impl Ctx {
    /// Opens what the library needs of Xen.
    pub fn new(log: Log) -> Self {
        Self { log }
    }

    /// Where this ctx's lines go.
    pub fn log(&self) -> &Log {
        &self.log
    }
}
