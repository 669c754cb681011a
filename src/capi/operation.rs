//! Starting an operation that may take long, and reporting its result to the application: as the return value of a
//! synchronous call, or by a callback or an event (`libxl_asyncop_how`).
//!
//! An operation runs in the calling thread up to its first wait. If it completes without one, the result is reported
//! before the initiating call returns, which `libxl.h` allows (unless that call was made in another callback:
//! `runtime/callbacks.rs` has the rules), and nothing is registered with the application's event loop. An operation
//! that fails its first checks, where the C library does not count it as started, returns the error from the
//! initiating call: see [`start`].

use std::ffi::{c_int, c_void};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::capi::entry::{guarded, opaque, report_defects, shared};
use crate::core::{Ao, Ctx, Error, Result};
use crate::error;
use crate::runtime::abort::Abort;
use crate::runtime::app_loop::{Driven, Undriven};
use crate::runtime::in_progress::OperationKey;
use crate::runtime::ordered::Ordered;
use crate::types::idiomatic::{Event, EventData, EventOperationComplete};
use crate::types::sys::{libxl_asyncop_how, libxl_asyncprogress_how, libxl_ctx, libxl_event};

type AoCallback = unsafe extern "C" fn(*mut libxl_ctx, c_int, *mut c_void);

/// A pointer of the application's that travels with an operation: what it points to stays valid until the
/// operation has ended, by the contract of `libxl.h`, and only the operation uses it.
#[derive(Debug)]
pub struct Lent<T>(pub *mut T);

impl<T> Clone for Lent<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Lent<T> {}

// SAFETY: as the type says; the operation runs on one thread at a time.
unsafe impl<T> Send for Lent<T> {}
// SAFETY: sharing a copy of the pointer does nothing; using it is unsafe by itself.
unsafe impl<T> Sync for Lent<T> {}

impl<T> Lent<T> {
    /// The pointer. A method, so that a closure takes the whole and stays `Send`.
    pub fn get(&self) -> *mut T {
        self.0
    }
}

/// How the result is reported for an asynchronous call.
#[derive(Clone, Copy)]
enum How {
    Callback { function: AoCallback, data: Lent<c_void> },
    Event { for_user: u64 },
}

impl How {
    /// # Safety
    /// `how` is a valid `libxl_asyncop_how`.
    unsafe fn of(how: &libxl_asyncop_how) -> Self {
        // SAFETY: the callback tells which member of the union is valid; each lies at its start and is
        // as large.
        unsafe {
            match how.callback {
                Some(function) => Self::Callback { function, data: Lent(how.u.for_callback) },
                None => Self::Event { for_user: how.u.for_event },
            }
        }
    }

    fn key(self) -> OperationKey {
        match self {
            Self::Callback { function, data } => {
                OperationKey::Callback(function as usize, data.get() as usize)
            }
            Self::Event { for_user } => OperationKey::Event(for_user),
        }
    }
}

/// How the end of an operation is reported, and its progress before that.
struct Teller {
    how: How,
    domid: u32,
    calls: Ordered,
}

impl Teller {
    /// Reports the result; no lock is held. `driven`, which keeps the descriptor registered with the application's
    /// event loop, is dropped just before the callback, so that the application finds the ctx idle in it; for an
    /// event it is dropped after the event was queued, since the event loop must fetch it.
    fn tell(&self, ctx: &Arc<Ctx>, outcome: Result<()>, driven: Option<Driven>) {
        let rc = outcome.err().map_or(0, Error::code);
        match self.how {
            How::Callback { function, data } => {
                let ctx = Arc::downgrade(ctx);
                self.calls.last_call(move || {
                    drop(driven);
                    let Some(ctx) = ctx.upgrade() else { return };
                    // SAFETY: the application gave the function for this ctx and this pointer. The ctx is
                    // alive: it is not freed before its operations have ended or been dropped.
                    unsafe { function(opaque(&ctx), rc, data.get()) }
                });
            }
            How::Event { for_user } => {
                let u = EventData::OperationComplete(EventOperationComplete { rc });
                let event = Event { domid: self.domid, for_user, u, ..Event::default() };
                let reports = Arc::clone(ctx.reports());
                if reports.calls_for(&event) || !self.calls.is_idle() {
                    let runtime = ctx.runtime().clone();
                    self.calls.last_call(move || {
                        if reports.calls_for(&event) {
                            drop(driven);
                            reports.tell(&runtime, event);
                        } else {
                            reports.tell(&runtime, event);
                            drop(driven);
                        }
                    });
                } else {
                    reports.tell(ctx.runtime(), event);
                    drop(driven);
                }
            }
        }
    }
}

/// The key by which `libxl_ao_abort` finds the operation that was started with `how`.
///
/// # Safety
/// `how` is NULL or valid.
pub unsafe fn key(how: *const libxl_asyncop_how) -> OperationKey {
    // SAFETY: NULL or valid, by the caller's contract.
    unsafe { how.as_ref().map_or(OperationKey::Synchronous, |how| How::of(how).key()) }
}

/// What an operation does once it counts as started.
pub trait Operation: Future<Output = Result<()>> + Send + 'static {}
impl<F: Future<Output = Result<()>> + Send + 'static> Operation for F {}

/// Runs an operation synchronously or asynchronously, as `how` says. `domid` is for its completion event.
///
/// `begin` does the checks before the operation counts as started: its error is returned by the initiating call, and
/// there is no further report. It returns the future that does the rest.
///
/// # Safety
/// `ctx` is NULL or live, `how` NULL or valid; no lock is held.
pub unsafe fn start<F: Operation>(
    ctx: *mut libxl_ctx,
    how: *const libxl_asyncop_how,
    name: &'static str,
    domid: u32,
    begin: impl FnOnce(Ao) -> Result<F>,
) -> c_int {
    let begin = Box::new(|ao| begin(ao).map(FutureExt::boxed));
    // SAFETY: what this asks of its caller is what that asks.
    unsafe { start_boxed(ctx, how, name, domid, begin) }
}

/// The type of `begin`. It is a trait object, so that the code that follows exists only once in the library.
type Begin<'a> = Box<dyn FnOnce(Ao) -> Result<BoxFuture<'static, Result<()>>> + 'a>;

/// # Safety
/// As for [`start`].
unsafe fn start_boxed(
    ctx: *mut libxl_ctx,
    how: *const libxl_asyncop_how,
    name: &'static str,
    domid: u32,
    begin: Begin<'_>,
) -> c_int {
    if ctx.is_null() {
        return Error::Invalid.code();
    }
    // SAFETY: not NULL, so live, by the caller's contract.
    let ctx = unsafe { shared(ctx) };
    // SAFETY: NULL or valid, by the caller's contract; what it says is copied.
    let how = unsafe { how.as_ref().map(|how| How::of(how)) };
    let run = || {
        if ctx.runtime().in_hook() {
            error!(ctx, "{name}: called from one of the application's event hooks");
            return Error::Invalid.code();
        }
        let code = match how {
            None => in_this_thread(&ctx, begin),
            Some(how) => in_the_background(&ctx, how, name, domid, begin),
        };
        ctx.runtime().run_own_callbacks();
        report_defects(&ctx, name);
        code
    };
    guarded(Some(ctx.log()), name, run, Error::code)
}

fn in_this_thread(ctx: &Arc<Ctx>, begin: Begin<'_>) -> c_int {
    let abort = Abort::default();
    let _entry = ctx.in_progress().add(OperationKey::Synchronous, abort.clone());
    let outcome = begin(Ao::new(Arc::clone(ctx), abort, None))
        .and_then(|operation| ctx.runtime().block_on(operation));
    outcome.err().map_or(0, Error::code)
}

fn in_the_background(
    ctx: &Arc<Ctx>,
    how: How,
    name: &'static str,
    domid: u32,
    begin: Begin<'_>,
) -> c_int {
    let abort = Abort::default();
    let entry = ctx.in_progress().add(how.key(), abort.clone());
    let calls = ctx.runtime().ordered_callbacks();
    let ao = Ao::new(Arc::clone(ctx), abort.clone(), Some(calls.clone()));
    let mut operation = match begin(ao) {
        Ok(operation) => operation,
        Err(e) => return e.code(),
    };
    let teller = Teller { how, domid, calls };
    // Most operations never wait, and need no driving.
    let mut nobody = Context::from_waker(Waker::noop());
    if let Poll::Ready(outcome) = operation.as_mut().poll(&mut nobody) {
        drop(entry);
        ctx.runtime().tell_now(|| teller.tell(ctx, outcome, None));
        return 0;
    }
    let driven = match ctx.runtime().need_driver() {
        Ok(driven) => driven,
        Err(undriven) => {
            // The operation has started, so it is aborted and run to its end by this thread.
            abort.ask();
            let _ = ctx.runtime().block_on(operation);
            return refused(ctx, undriven);
        }
    };
    let ctx_of_task = Arc::clone(ctx);
    ctx.runtime().spawn(async move {
        let ctx = ctx_of_task;
        let outcome = AssertUnwindSafe(operation).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|_| {
            error!(ctx, "{name}: defect in the library");
            Err(Error::BadFail)
        });
        drop(entry);
        teller.tell(&ctx, outcome, Some(driven));
    });
    0
}

/// The return value if the application's hook has failed.
pub fn refused(ctx: &Ctx, undriven: Undriven) -> c_int {
    match undriven {
        Undriven::Refused(value) => {
            error!(ctx, "the application's fd_register hook refuses: {value}");
            value
        }
        Undriven::System(errno) => {
            error!(ctx, errno = errno, "cannot wait");
            Error::Fail.code()
        }
    }
}

/// What `libxl_asyncprogress_how` asks for: a call for each report, or an event; NULL discards. To be called in a
/// callback, as [`Ao::progress`] does.
///
/// # Safety
/// `how` is NULL or valid; it is copied.
pub unsafe fn progress(
    ctx: &Arc<Ctx>,
    how: *const libxl_asyncprogress_how,
) -> Option<Arc<dyn Fn(Event) + Send + Sync>> {
    // SAFETY: NULL or valid, by the caller's contract; what it says is copied.
    let how = unsafe { how.as_ref() }?;
    let (callback, for_event, data) = (how.callback, how.for_event, Lent(how.for_callback));
    // Weak, because the ctx's own operation holds this.
    let ctx = Arc::downgrade(ctx);
    Some(Arc::new(move |event: Event| {
        let Some(ctx) = ctx.upgrade() else { return };
        let event = Event { for_user: for_event, ..event };
        match callback {
            // SAFETY: the application gave the function for this ctx and this pointer, and frees the event.
            Some(callback) => unsafe { callback(opaque(&ctx), given(&event), data.get()) },
            None => ctx.reports().occurred(ctx.runtime(), event),
        }
    }))
}

/// An event for the application to keep, until `libxl_event_free`.
pub fn given(event: &Event) -> *mut libxl_event {
    use crate::types::idiomatic::CForm;
    match crate::capi::give::elements(vec![event.to_c()]) {
        Some(event) => event,
        None => std::alloc::handle_alloc_error(std::alloc::Layout::new::<libxl_event>()),
    }
}
