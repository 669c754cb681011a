//! The ctx: one application's connection to Xen, shared by all its threads.

use std::any::Any;
use std::sync::Arc;

use once_cell::sync::OnceCell;

use crate::core::reports::Reports;
use crate::core::watches::Watches;
use crate::core::{Error, Result};
use crate::runtime::Runtime;
use crate::runtime::ongoing::Ongoing;
use crate::xen::hypervisor::Hypervisor;
use crate::xen::log::{Level, Log};
use crate::xen::store::Store;

/// What `libxl_ctx *` points to. An operation that is under way shares it ([`crate::core::Ao`]).
#[derive(Debug)]
pub struct Ctx {
    log: Log,
    hypervisor: Hypervisor,
    store: Arc<Store>,
    runtime: Runtime,
    ongoing: Ongoing,
    reports: Reports,
    watches: Arc<Watches>,
    version: OnceCell<Box<dyn Any + Send + Sync>>,
}

impl Ctx {
    /// Opens what the library needs of Xen.
    ///
    /// # Errors
    /// This is no Xen host, or we may not use it, or xenstore cannot be reached: said in the log.
    pub fn new(log: Log) -> Result<Self> {
        // SAFETY: the logger outlives the ctx, and so its log and this.
        let hypervisor = unsafe { Hypervisor::new(log.as_ptr()) };
        if let Err(e) = hypervisor.probe() {
            log.write(Level::Error, Some(e.errno), None, format_args!("cannot {}", e.what));
            return Err(Error::Fail);
        }
        let store = match Store::open() {
            Ok(store) => store,
            Err(e) => {
                let errno = e.raw_os_error().map(nix::errno::Errno::from_raw);
                log.write(Level::Error, errno, None, format_args!("cannot connect to xenstore"));
                return Err(Error::Fail);
            }
        };
        let store = Arc::new(store);
        Ok(Self {
            log,
            hypervisor,
            watches: Arc::new(Watches::new(Arc::clone(&store))),
            store,
            runtime: Runtime::default(),
            ongoing: Ongoing::default(),
            reports: Reports::default(),
            version: OnceCell::new(),
        })
    }

    /// Where this ctx's lines go.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The connection to the hypervisor, opened at its first use.
    pub fn hypervisor(&self) -> &Hypervisor {
        &self.hypervisor
    }

    /// Xenstore.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Waiting, and what is done meanwhile.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// The operations that have begun and not ended.
    pub fn ongoing(&self) -> &Ongoing {
        &self.ongoing
    }

    /// What the application is to be told.
    pub fn reports(&self) -> &Reports {
        &self.reports
    }

    /// Xenstore's watches, as something to wait for.
    pub fn watches(&self) -> &Arc<Watches> {
        &self.watches
    }

    /// Where the C interface keeps the version that it has handed out: that must live as long as the ctx.
    pub fn version_slot(&self) -> &OnceCell<Box<dyn Any + Send + Sync>> {
        &self.version
    }
}
