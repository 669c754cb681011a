//! An operation in progress: its ctx, and its waits, each of which is ended by an abort.

use std::future::Future;
use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use nix::errno::Errno;

use crate::core::watches::{PathWatch, Watch};
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::runtime::abort::{Abort, Aborted};
use crate::runtime::callbacks;
use crate::runtime::clock;
use crate::runtime::ordered::Ordered;
use crate::sync::order::Line;
use crate::types::idiomatic::Event;
use crate::xen::last_error::aside;
use crate::xen::store::StoreError;

/// An operation in progress. It acts on the host through its [`Ctx`], and waits only through this type, so that
/// `libxl_ao_abort` ends each wait with [`Error::Aborted`], which takes the ordinary error path.
#[derive(Clone)]
pub struct Ao {
    ctx: Arc<Ctx>,
    abort: Abort,
    line: Line,
    /// The queue of calls into the application; `None` if the thread that started the operation waits for it and runs
    /// it.
    calls: Option<Ordered>,
    progress: Option<Arc<dyn Fn(Event) + Send + Sync>>,
}

impl Ao {
    /// `calls` is the queue of the operation's calls into the application; `None` if the thread that started the
    /// operation waits for it and runs it.
    pub fn new(ctx: Arc<Ctx>, abort: Abort, calls: Option<Ordered>) -> Self {
        Self { ctx, abort, line: Line::default(), calls, progress: None }
    }

    /// The same operation, with `progress` as the function for its progress reports.
    pub fn with_progress(self, progress: Arc<dyn Fn(Event) + Send + Sync>) -> Self {
        Self { progress: Some(progress), ..self }
    }

    /// The same operation, but an abort does not end its waits: for cleanup.
    pub fn unabortable(&self) -> Self {
        Self { abort: Abort::default(), ..self.clone() }
    }

    /// The same operation, for a part that runs concurrently with other parts and takes slow locks for itself. The
    /// order of locks is checked within each part.
    pub fn branch(&self) -> Self {
        Self { line: self.line.branch(), ..self.clone() }
    }

    /// The operation's abort flag, for waits that have their own cleanup.
    pub fn abort(&self) -> &Abort {
        &self.abort
    }

    /// The locks that the operation holds while it waits, for the checker of the lock order.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// The ctx on which the operation was started.
    pub fn ctx(&self) -> &Arc<Ctx> {
        &self.ctx
    }

    /// Whether the thread that started the operation waits for it. If so, a long system call blocks only that thread;
    /// otherwise it would block a thread that the application uses for other things.
    pub fn is_waited_for(&self) -> bool {
        self.calls.is_none()
    }

    /// Waits for `future`.
    pub async fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T> {
        self.abort.or(future).await.map_err(|Aborted| Error::Aborted)
    }

    /// Waits for `future` until `deadline`; `None` if the deadline comes first.
    pub async fn until<T>(
        &self,
        deadline: Instant,
        future: impl Future<Output = T>,
    ) -> Result<Option<T>> {
        let late = pin!(self.ctx.runtime().sleep_until(deadline));
        match self.wait(select(pin!(future), late)).await? {
            Either::Left((value, _)) => Ok(Some(value)),
            Either::Right((outcome, _)) => outcome.map(|()| None).map_err(|e| self.wait_failed(e)),
        }
    }

    /// Waits for `future` for at most `time`, which may be arbitrarily long; `None` if the time has passed.
    pub async fn within<T>(
        &self,
        time: Duration,
        future: impl Future<Output = T>,
    ) -> Result<Option<T>> {
        self.until(clock::deadline(time), future).await
    }

    /// Waits for `time`.
    pub async fn sleep(&self, time: Duration) -> Result<()> {
        self.wait(self.ctx.runtime().sleep(time)).await?.map_err(|e| self.wait_failed(e))
    }

    /// Watches a node of xenstore and all nodes below it. The first call of [`Watch::changed`] returns at once.
    pub fn watch(&self, path: &str) -> Result<Watch> {
        self.ctx.watches().watch(path).map_err(|e| self.watch_failed(&e))
    }

    /// As [`Ao::watch`], but also collects the paths that have changed.
    pub fn watch_paths(&self, path: &str) -> Result<PathWatch> {
        self.ctx.watches().watch_paths(path).map_err(|e| self.watch_failed(&e))
    }

    fn watch_failed(&self, e: &StoreError) -> Error {
        error!(self.ctx, "{e}");
        Error::Fail
    }

    /// Reports progress. If a thread waits for the operation, the report is made at once; otherwise it is made before
    /// the completion of the operation is reported.
    pub fn progress(&self, event: Event) {
        let Some(progress) = &self.progress else { return };
        match &self.calls {
            Some(calls) => {
                let progress = Arc::clone(progress);
                calls.call(move || progress(event));
            }
            // The call of the application that started the operation runs in this thread. Errors that the callback logs
            // are not part of the operation.
            None => aside(|| callbacks::enter(|| progress(event))),
        }
    }

    /// Logs that a wait could not be started.
    pub fn wait_failed(&self, errno: Errno) -> Error {
        error!(self.ctx, errno = errno, "cannot wait");
        Error::Fail
    }
}

impl Deref for Ao {
    type Target = Ctx;

    fn deref(&self) -> &Ctx {
        &self.ctx
    }
}

impl std::fmt::Debug for Ao {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ao").field("waited_for", &self.is_waited_for()).finish_non_exhaustive()
    }
}
