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

/// The target of `libxl_ctx *`. An operation in progress shares it ([`crate::core::Ao`]).
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
    /// Connects to the hypervisor and to xenstore.
    ///
    /// Programs that replace libxenctrl's functions and libxenstore's by preloaded ones, as libvirt's unit tests do, have
    /// replaced no xenstore for this library, which does not use libxenstore. On such a host, without Xen's device and
    /// without a xenstore, the connection is opened at its first use.
    ///
    /// # Errors
    /// This is not a Xen host, this process has no permission, or xenstore cannot be reached. The reason is logged.
    pub fn new(log: Log) -> Result<Self> {
        // SAFETY: the application's logger outlives the ctx, and so the log and the connection.
        let hypervisor = unsafe { Hypervisor::new(log.as_ptr()) };
        if let Err(e) = hypervisor.probe() {
            error!(log, "cannot use Xen: {e}");
            return Err(Error::Fail);
        }
        let store = match Store::open() {
            Ok(store) => store,
            Err(e) if e.raw_os_error() == Some(libc::ENOENT) && !Hypervisor::has_device() => {
                Store::unconnected()
            }
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
        // SAFETY: the application's logger outlives the ctx, and with it the runtime.
        let of_runtime = unsafe { Log::new(log.as_ptr()) };
        let on_failure = Arc::clone(&reports);
        runtime.on_failure(move |errno| {
            on_failure.disaster(&of_runtime, 0, "cannot wait for events", errno as i32);
        });
        // SAFETY: the application's logger outlives the ctx, and with it the children.
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

    /// The log of this ctx.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The connection to the hypervisor, which is opened at its first use.
    pub fn hypervisor(&self) -> &Hypervisor {
        &self.hypervisor
    }

    /// The cache of domain names.
    pub fn name_cache(&self) -> &NameCache {
        &self.name_cache
    }

    /// Which interfaces the application has used to ask for a domain's need of memory.
    pub fn need_asked(&self) -> &NeedAsked {
        &self.need_asked
    }

    /// The connection to xenstore.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The runtime: tasks, waits, and events.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// The operations in progress.
    pub fn in_progress(&self) -> &InProgress {
        &self.in_progress
    }

    /// The events and errors that are reported to the application.
    pub fn reports(&self) -> &Arc<Reports> {
        &self.reports
    }

    /// The child processes of this ctx.
    pub fn children(&self) -> &Children {
        &self.children
    }

    /// Whether this process was forked from the one that created the ctx. If so, the ctx is a copy of the parent's, and
    /// its locks may be held forever by threads that do not exist here.
    pub fn is_inherited(&self) -> bool {
        self.pid != pid()
    }

    /// The watches of xenstore.
    pub fn watches(&self) -> &Arc<CtxWatches> {
        &self.watches
    }

    /// The event generators that the application has enabled.
    pub fn generators(&self) -> &Generators {
        &self.generators
    }

    /// The id of the domain that this process runs in, once it is known. It does not change.
    pub fn own_domid_slot(&self) -> &OnceCell<u32> {
        &self.own_domid
    }

    /// The version info that the C interface has returned, which must stay valid as long as the ctx.
    pub fn version_slot(&self) -> &OnceCell<Box<dyn Any + Send + Sync>> {
        &self.version
    }
}

/// The children of a ctx. Reports about them are logged in `log`, or reported as disasters.
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
        Report::ForeignHandler => {
            let text = "the application has a handler for SIGCHLD, which the library owns in this mode: leaving it in place";
            warn!(log, "{text}");
        }
        Report::StillRunning { pid } => {
            error!(log, "cannot end child [{pid}]: it has not ended within 5 s after SIGKILL");
        }
    })
}
