//! The common part of all `extern "C"` entries: access to the ctx, checks of pointers, the panic boundary and
//! the result of entries that are not implemented.
//!
//! An entry is translation only: pointers become references, one core function is called, its result
//! becomes C's. The macros stand inside plain signatures, so that cbindgen and rustdoc see those.

use std::ffi::c_int;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::capi::give::null;
use crate::core::{Ctx, Error, Result};
use crate::runtime::defect::message;
use crate::types::sys::libxl_ctx;
use crate::xen::log::{Level, Log};

/// The return value of an entry that fails: libxl's error codes, or the type's neutral value.
pub trait FromError {
    fn from_error(error: Error) -> Self;
}

impl FromError for c_int {
    fn from_error(error: Error) -> Self {
        error.code()
    }
}

impl FromError for () {
    fn from_error(_: Error) -> Self {}
}

impl<T> FromError for *mut T {
    fn from_error(_: Error) -> Self {
        std::ptr::null_mut()
    }
}

impl<T> FromError for *const T {
    fn from_error(_: Error) -> Self {
        std::ptr::null()
    }
}

/// The neutral value of entries that return a number or a bool.
macro_rules! neutral {
    ($($t:ty => $v:expr),*) => { $(impl FromError for $t {
        fn from_error(_: Error) -> Self { $v }
    })* };
}
neutral!(bool => false, u32 => 0, u64 => 0);

/// Converts a core result to libxl's usual return value: 0 or `ERROR_*`.
pub fn code(result: Result<()>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(e) => e.code(),
    }
}

/// Runs an entry's body. A panic is a defect of ours: it is logged as critical and becomes
/// `Error::BadFail`, since unwinding into C is undefined behaviour.
pub fn guarded<T>(
    log: Option<&Log>,
    name: impl Deref<Target = str>,
    body: impl FnOnce() -> T,
    failed: impl FnOnce(Error) -> T,
) -> T {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => value,
        Err(panic) => {
            if let Some(log) = log {
                report_defect(log, &name, message(&*panic));
            }
            failed(Error::BadFail)
        }
    }
}

fn report_defect(log: &Log, name: &str, what: &str) {
    let text = format_args!("{name}: defect in the library: {what}");
    log.write(Level::Critical, None, None, (file!(), line!()), text);
}

/// Reports a panic in a task of another operation that this thread has run.
pub fn report_defects(ctx: &Ctx, name: &str) {
    if let Some(what) = ctx.runtime().take_defect() {
        report_defect(ctx.log(), name, &what);
    }
}

/// Converts C's opaque pointer to a reference; `None` for NULL.
///
/// # Safety
/// `ctx` is NULL or a live `libxl_ctx` from `libxl_ctx_alloc`.
pub unsafe fn live<'a>(ctx: *const libxl_ctx) -> Option<&'a Ctx> {
    // SAFETY: libxl_ctx_alloc gives out pointers to `Ctx` only.
    unsafe { ctx.cast::<Ctx>().as_ref() }
}

/// Converts a ctx to C's opaque pointer.
pub fn opaque(ctx: &Arc<Ctx>) -> *mut libxl_ctx {
    Arc::as_ptr(ctx).cast_mut().cast()
}

/// Runs the body of an entry that returns `T: FromError`, given its ctx pointer.
///
/// For a NULL ctx it returns `ERROR_INVAL`; the C library would crash.
///
/// # Safety
/// `ctx` is NULL or a live `libxl_ctx` from `libxl_ctx_alloc`.
pub unsafe fn with_ctx<T: FromError>(
    ctx: *const libxl_ctx,
    name: &str,
    body: impl FnOnce(&Ctx) -> T,
) -> T {
    // SAFETY: NULL or live, by the caller's contract.
    match unsafe { live(ctx) } {
        Some(ctx) => guarded(Some(ctx.log()), name, || body(ctx), T::from_error),
        None => T::from_error(Error::Invalid),
    }
}

/// As [`with_ctx`], for the entries that wait or that the application's event loop calls: they run tasks of other
/// operations, and may call callbacks. Other entries do only their own work, since an application may hold locks of
/// its own when it calls them. Tasks that these make runnable are left to the first kind, and a thread is woken for
/// them (`runtime/queue.rs`).
///
/// # Safety
/// `ctx` is NULL or a live `libxl_ctx` from `libxl_ctx_alloc`.
pub unsafe fn dispatching<T: FromError>(
    ctx: *const libxl_ctx,
    name: &str,
    body: impl FnOnce(&Ctx) -> T,
) -> T {
    // SAFETY: `ctx` is NULL or live, by the caller's contract; `with_ctx` asks for no more.
    unsafe {
        with_ctx(ctx, name, |ctx| {
            let value = body(ctx);
            report_defects(ctx, name);
            value
        })
    }
}

/// The return value for a required pointer that is NULL, in an entry that has not checked its ctx yet.
///
/// # Safety
/// `ctx` is NULL or live.
pub unsafe fn null_argument(ctx: *mut libxl_ctx, name: &str) -> c_int {
    // SAFETY: `ctx` is NULL or live, by the caller's contract; `with_ctx` asks for no more.
    unsafe { with_ctx(ctx, name, |ctx| null(ctx, name)) }
}

/// A counted reference to a live ctx, for use after the call.
///
/// # Safety
/// `ctx` is a live `libxl_ctx` from `libxl_ctx_alloc`.
pub unsafe fn shared(ctx: *const libxl_ctx) -> Arc<Ctx> {
    // SAFETY: it came from `Arc::into_raw` in libxl_ctx_alloc; the count goes down with the answer.
    unsafe {
        Arc::increment_strong_count(ctx.cast::<Ctx>());
        Arc::from_raw(ctx.cast())
    }
}

/// Runs the body of an entry that uses its ctx only for the log; with a NULL ctx nothing is logged.
///
/// # Safety
/// `ctx` is NULL or a live `libxl_ctx` from `libxl_ctx_alloc`.
pub unsafe fn with_log<T: FromError>(
    ctx: *const libxl_ctx,
    name: &str,
    body: impl FnOnce(&Log) -> T,
) -> T {
    static NOWHERE: Log = Log::none();
    // SAFETY: NULL or live, by the caller's contract.
    let log = unsafe { live(ctx) }.map_or(&NOWHERE, Ctx::log);
    guarded(Some(log), name, || body(log), T::from_error)
}

/// Aborts the process, as libxl's assertions do, after a call that has no right result and cannot return an error.
pub fn die(why: std::fmt::Arguments<'_>) -> ! {
    say(why);
    std::process::abort()
}

/// Writes a line to stderr, for use without a logger.
fn say(what: std::fmt::Arguments<'_>) {
    use std::io::Write;
    // Not `eprintln!`, which panics if stderr is closed.
    let _ = writeln!(std::io::stderr(), "libxl: {what}");
}

/// The body of an entry that is not implemented: one log line and `ERROR_NI`, or the type's neutral value.
///
/// The status table counts the entries that call this macro.
#[macro_export]
macro_rules! missing {
    ($ctx:expr, $name:literal $(; $($unused:expr),*)?) => {{
        $(let _ = ($($unused,)*);)?
        let ctx = $ctx;
        // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
        unsafe {
            $crate::capi::entry::with_ctx(ctx, $name, |ctx| {
                $crate::error!(ctx, "{}: not implemented in this library yet", $name);
                $crate::capi::entry::FromError::from_error($crate::core::Error::NotImplemented)
            })
        }
    }};
    ($name:literal $(; $($unused:expr),*)?) => {{
        $(let _ = ($($unused,)*);)?
        $crate::capi::entry::not_there_yet($name)
    }};
}

/// [`missing!`] for an entry without a ctx: there is no logger, so the line goes to stderr.
pub fn not_there_yet<T: FromError>(name: &str) -> T {
    say(format_args!("error: {name}: not implemented in this library yet"));
    T::from_error(Error::NotImplemented)
}
