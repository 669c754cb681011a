//! The C entries for the application's event loop: beforepoll and afterpoll, hooks, and the occurred functions.
//!
//! The application watches one descriptor and no timeouts (`runtime/app_loop.rs` has the reason). So each report of the
//! application, even if it comes too early, too late or for something deregistered, has the same effect: the library
//! dispatches without sleeping.

use std::ffi::*;
use std::os::fd::AsRawFd;
use std::os::fd::RawFd;
use std::sync::Arc;

use crate::capi::entry::{dispatching, with_ctx};
use crate::capi::give::null;
use crate::capi::operation::{Lent, refused};
use crate::core::{Ctx, Error};
use crate::error;
use crate::runtime::app_loop::OseventHooks;
use crate::types::sys::*;

/// Stores what to `poll` for before the next [`libxl_osevent_afterpoll`]: one descriptor. It is the same for the
/// lifetime of the ctx, and becomes readable also for what other threads begin to wait for while the application
/// sleeps. `*timeout_upd` and `now` are not used, since the descriptor also covers timeouts.
///
/// `ERROR_BUFFERFULL` if `fds` is too small; the required number is stored in `*nfds_io` in any case.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_osevent_beforepoll(
    ctx: *mut libxl_ctx,
    nfds_io: *mut c_int,
    fds: *mut pollfd,
    timeout_upd: *mut c_int,
    now: timeval,
) -> c_int {
    const NAME: &str = "libxl_osevent_beforepoll";
    let _ = (timeout_upd, now);
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `nfds_io` NULL or valid, and `fds` NULL or as many as
    // that says.
    unsafe {
        with_ctx(ctx, NAME, |ctx| {
            let Some(count) = nfds_io.as_mut() else { return null(ctx, NAME) };
            if re_entered(ctx, NAME) {
                return Error::Invalid.code();
            }
            let room = std::mem::replace(count, 1);
            if room < 1 || fds.is_null() {
                return Error::BufferFull.code();
            }
            match ctx.runtime().loop_fd() {
                Ok(loop_fd) => {
                    fds.write(pollfd { fd: loop_fd.as_raw_fd(), events: libc::POLLIN, revents: 0 });
                    0
                }
                Err(errno) => {
                    error!(
                        ctx,
                        errno = errno,
                        "cannot make a file descriptor for the application's event loop"
                    );
                    Error::Fail.code()
                }
            }
        })
    }
}

/// Dispatches: processes everything that is ready, whether `poll` reported it or not. Events can then be fetched with
/// [`libxl_event_check`](super::event::libxl_event_check).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_osevent_afterpoll(
    ctx: *mut libxl_ctx,
    nfds: c_int,
    fds: *const pollfd,
    now: timeval,
) {
    const NAME: &str = "libxl_osevent_afterpoll";
    let _ = now;
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `fds` NULL or `nfds` elements.
    unsafe {
        dispatching(ctx, NAME, |ctx| {
            let fds = match usize::try_from(nfds) {
                Ok(count) if !fds.is_null() => std::slice::from_raw_parts(fds, count),
                _ => &[],
            };
            serve(ctx, NAME, is_reported(ctx, fds));
        })
    }
}

/// Whether `poll` reported our descriptor as ready; true also if the application did not poll it.
fn is_reported(ctx: &Ctx, fds: &[pollfd]) -> bool {
    let loop_fd = ctx.runtime().loop_fd().map(|loop_fd| loop_fd.as_raw_fd());
    let ours = fds.iter().find(|entry| loop_fd.is_ok_and(|loop_fd| loop_fd == entry.fd));
    ours.is_none_or(|entry| entry.revents != 0)
}

/// Registers the functions by which the application watches descriptors for the library. The library registers one
/// descriptor when the ctx has something that the application must drive, and deregisters it when there is nothing any
/// more. Timeouts are never registered.
///
/// # Safety
/// `hooks` outlives the ctx.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_osevent_register_hooks(
    ctx: *mut libxl_ctx,
    hooks: *const libxl_osevent_hooks,
    user: *mut c_void,
) {
    const NAME: &str = "libxl_osevent_register_hooks";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live; the hooks outlive it, as `libxl_event.h` asks.
    unsafe {
        with_ctx(ctx, NAME, |of| {
            let Some(functions) = hooks.as_ref() else {
                null(of, NAME);
                return;
            };
            let for_libxl = Lent(ctx.cast());
            let hooks = Application { functions, user: Lent(user), for_libxl };
            if let Err(undriven) = of.runtime().set_hooks(Arc::new(hooks)) {
                refused(of, undriven);
            }
        })
    }
}

/// Reports that a descriptor that the application watches for the library is ready. The arguments are not used, and a
/// superfluous call is harmless.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_osevent_occurred_fd(
    ctx: *mut libxl_ctx,
    for_libxl: *mut c_void,
    fd: c_int,
    events: c_short,
    revents: c_short,
) {
    let _ = (for_libxl, fd, events, revents);
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        dispatching(ctx, "libxl_osevent_occurred_fd", |ctx| {
            serve(ctx, "libxl_osevent_occurred_fd", true)
        })
    }
}

/// As [`libxl_osevent_occurred_fd`]; the library never registers a timeout.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_osevent_occurred_timeout(
    ctx: *mut libxl_ctx,
    for_libxl: *mut c_void,
) {
    const NAME: &str = "libxl_osevent_occurred_timeout";
    let _ = for_libxl;
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { dispatching(ctx, NAME, |ctx| serve(ctx, NAME, true)) }
}

fn serve(ctx: &Ctx, name: &str, reported: bool) {
    if !re_entered(ctx, name) {
        ctx.runtime().dispatch_from_loop(reported);
    }
}

/// Whether the call comes from within one of the application's hooks, which is not allowed.
pub fn re_entered(ctx: &Ctx, name: &str) -> bool {
    let re_entered = ctx.runtime().in_hook();
    if re_entered {
        error!(ctx, "{name}: called from one of the application's event hooks");
    }
    re_entered
}

/// The application's hooks.
struct Application {
    functions: &'static libxl_osevent_hooks,
    user: Lent<c_void>,
    for_libxl: Lent<c_void>,
}

impl OseventHooks for Application {
    fn register(&self, fd: RawFd) -> Result<*mut c_void, c_int> {
        // Without a hook the application does not watch the descriptor; it must then call the library by itself.
        let Some(register) = self.functions.fd_register else { return Ok(std::ptr::null_mut()) };
        let mut for_app = std::ptr::null_mut();
        // SAFETY: the application's function, called as libxl_event.h says.
        let answer = unsafe {
            register(self.user.get(), fd, &mut for_app, libc::POLLIN, self.for_libxl.get())
        };
        if answer == 0 { Ok(for_app) } else { Err(answer) }
    }

    fn deregister(&self, fd: RawFd, for_app: *mut c_void) {
        if let Some(deregister) = self.functions.fd_deregister {
            // SAFETY: as above; `for_app` is from the registration that ends.
            unsafe { deregister(self.user.get(), fd, for_app) }
        }
    }
}
