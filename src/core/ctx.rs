//! The ctx: one application's connection to Xen, shared by all its threads.

use std::any::Any;
use std::sync::Arc;

use once_cell::sync::OnceCell;

use crate::core::child::describe_end;
use crate::core::generators::Generators;
use crate::core::name_cache::NameCache;
use crate::core::need_asked::NeedAsked;
use crate::core::reports::Reports;
use crate::core::watches::CtxWatches;
use crate::core::{Error, Result};
use crate::runtime::Runtime;
use crate::runtime::child::{Children, Report};
use crate::runtime::in_progress::InProgress;
use crate::sync::pid::pid;
use crate::xen::hypervisor::Hypervisor;
use crate::xen::log::{Level, Log};
use crate::xen::store::Store;
use crate::{error, warn};

/// What `libxl_ctx *` points to. An operation that is under way shares it ([`crate::core::Ao`]).
#[derive(Debug)]
pub struct Ctx {
    log: Log,
    hypervisor: Hypervisor,
    store: Arc<Store>,
    runtime: Runtime,
    in_progress: InProgress,
    children: Children,
    reports: Arc<Reports>,
    watches: Arc<CtxWatches>,
    generators: Generators,
    version: OnceCell<Box<dyn Any + Send + Sync>>,
    own_domid: OnceCell<u32>,
    name_cache: NameCache,
    need_asked: NeedAsked,
    pid: u32,
}

impl Ctx {
    /// Opens what the library needs of Xen.
    ///
    /// # Errors
    /// This is not a Xen host, or this process may not use it, or xenstore cannot be reached; logged.
    pub fn new(log: Log) -> Result<Self> {
        // SAFETY: the logger outlives the ctx, and so its log and this.
        let hypervisor = unsafe { Hypervisor::new(log.as_ptr()) };
        if let Err(e) = hypervisor.probe() {
            error!(log, "cannot use Xen: {e}");
            return Err(Error::Fail);
        }
        let store = match Store::open() {
            Ok(store) => store,
            Err(e) => {
                let errno = e.raw_os_error().map(nix::errno::Errno::from_raw);
                log.write(
                    Level::Error,
                    errno,
                    None,
                    (file!(), line!()),
                    format_args!("cannot connect to xenstore"),
                );
                return Err(Error::Fail);
            }
        };
        let store = Arc::new(store);
        let (runtime, reports) = (Runtime::default(), Arc::<Reports>::default());
        // SAFETY: the logger outlives the ctx, and with it the runtime.
        let of_runtime = unsafe { Log::new(log.as_ptr()) };
        let told = Arc::clone(&reports);
        runtime.on_failure(move |errno| {
            told.disaster(&of_runtime, 0, "cannot wait for events", errno as i32);
        });
        // SAFETY: the logger outlives the ctx, and with it the children.
        let ours = unsafe { Log::new(log.as_ptr()) };
        Ok(Self {
            log,
            hypervisor,
            watches: Arc::new(CtxWatches::new(Arc::clone(&store), runtime.clone())),
            store,
            children: children(&runtime, &reports, ours),
            runtime,
            in_progress: InProgress::default(),
            reports,
            generators: Generators::default(),
            version: OnceCell::new(),
            own_domid: OnceCell::new(),
            name_cache: NameCache::default(),
            need_asked: NeedAsked::default(),
            pid: pid(),
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

    /// Where to look first for a name.
    pub fn name_cache(&self) -> &NameCache {
        &self.name_cache
    }

    /// How the application has asked for a domain's need of memory.
    pub fn need_asked(&self) -> &NeedAsked {
        &self.need_asked
    }

    /// Xenstore.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Tasks, waiting, and events.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// The operations that have begun and not ended.
    pub fn in_progress(&self) -> &InProgress {
        &self.in_progress
    }

    /// Events and errors that are reported to the application.
    pub fn reports(&self) -> &Arc<Reports> {
        &self.reports
    }

    /// Child processes.
    pub fn children(&self) -> &Children {
        &self.children
    }

    /// Whether this process was forked from the one that made the ctx. The ctx is then a copy of the parent's, and its locks
    /// may be held for ever by threads that do not exist here.
    pub fn is_inherited(&self) -> bool {
        self.pid != pid()
    }

    /// Xenstore's watches, as something to wait for.
    pub fn watches(&self) -> &Arc<CtxWatches> {
        &self.watches
    }

    /// The event generators that the application has enabled.
    pub fn generators(&self) -> &Generators {
        &self.generators
    }

    /// The number of the domain that this process runs in, once it is known: it does not change.
    pub fn own_domid_slot(&self) -> &OnceCell<u32> {
        &self.own_domid
    }

    /// The version info that the C interface has returned, which must live as long as the ctx.
    pub fn version_slot(&self) -> &OnceCell<Box<dyn Any + Send + Sync>> {
        &self.version
    }
}

/// The children of a ctx; reports about them go into `log`, or are disasters.
fn children(runtime: &Runtime, reports: &Arc<Reports>, log: Log) -> Children {
    let reports = Arc::clone(reports);
    Children::new(runtime.clone(), Error::UnknownChild.code(), move |report| match report {
        Report::UnknownChild { pid, status } => {
            warn!(log, "{}", describe_end("unknown child", pid, status));
        }
        Report::ReapedCallback { pid, status, code } => {
            let what =
                format!("reaped_callback failed with {code} (for pid {pid}, status {status:#x})");
            reports.disaster(&log, 0, &what, 0);
        }
        Report::HandlerInTheWay => {
            let text = "the application has a handler for SIGCHLD, which the library owns in this mode: leaving it in place";
            warn!(log, "{text}");
        }
        Report::Undead { pid } => error!(log, "child [{pid}] was killed but does not end"),
    })
}
