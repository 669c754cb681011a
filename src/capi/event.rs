//! The C entries for events: check, wait, callbacks, enabling.

use std::ffi::*;
use std::sync::Arc;

use crate::capi::entry::{dispatching, shared, with_ctx};
use crate::capi::give::null;
use crate::capi::operation::{Lent, given, refused};
use crate::capi::osevent::re_entered;
use crate::core::generators::GeneratorHandle;
use crate::core::reports::EventHooks;
use crate::core::{Ctx, Error, Result};
use crate::device::eject;
use crate::domain::death;
use crate::error;
use crate::runtime::app_loop::Driven;
use crate::runtime::callbacks;
use crate::types::idiomatic::{CForm, Event};
use crate::types::sys::*;

/// The application's predicate on events.
struct EventPredicate {
    predicate: libxl_event_predicate,
    user: *mut c_void,
}

impl EventPredicate {
    /// Asks about an event; without a predicate any will do.
    fn ask(&self, event: &Event) -> bool {
        let Some(predicate) = self.predicate else { return true };
        let mut shown = event.to_c();
        // SAFETY: the application's function, called with no lock held, on an event that is disposed of
        // when it has looked.
        callbacks::enter(|| unsafe {
            let wanted = predicate(&shown, self.user) != 0;
            crate::capi::types::libxl_event_dispose(&mut shown);
            wanted
        })
    }
}

/// Removes the oldest event from the queue whose type is in `typemask` and that `predicate` accepts (NULL: any), and
/// stores it in `*event_r`, to be freed with `libxl_event_free`. `ERROR_NOT_READY` if there is none. It generates no
/// events: that happens in functions that wait or dispatch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_event_check(
    ctx: *mut libxl_ctx,
    event_r: *mut *mut libxl_event,
    typemask: u64,
    predicate: libxl_event_predicate,
    predicate_user: *mut c_void,
) -> c_int {
    const NAME: &str = "libxl_event_check";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `event_r` and `predicate_user` NULL or valid.
    unsafe {
        with_ctx(ctx, NAME, |ctx| {
            if event_r.is_null() {
                return null(ctx, NAME);
            }
            let wanted = EventPredicate { predicate, user: predicate_user };
            match ctx.reports().events().take(typemask, |event| wanted.ask(event)) {
                Some(event) => {
                    event_r.write(given(&event));
                    0
                }
                None => Error::NotReady.code(),
            }
        })
    }
}

/// As [`libxl_event_check`], but waits until there is such an event, and dispatches for the ctx meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_event_wait(
    ctx: *mut libxl_ctx,
    event_r: *mut *mut libxl_event,
    typemask: u64,
    predicate: libxl_event_predicate,
    predicate_user: *mut c_void,
) -> c_int {
    const NAME: &str = "libxl_event_wait";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `event_r` and `predicate_user` NULL or valid.
    unsafe {
        dispatching(ctx, NAME, |ctx| {
            if event_r.is_null() {
                return null(ctx, NAME);
            }
            if re_entered(ctx, NAME) {
                return Error::Invalid.code();
            }
            let wanted = EventPredicate { predicate, user: predicate_user };
            let (events, runtime) = (ctx.reports().events(), ctx.runtime());
            let collector = events.collector(typemask, || runtime.nudge_late());
            let next = collector.next(|event| wanted.ask(event));
            let event = runtime.block_on_beside(next, &|| collector.before_work());
            event_r.write(given(&event));
            0
        })
    }
}

/// Frees an event; NULL, and a NULL ctx, are allowed.
///
/// # Safety
/// `event` is NULL or was given to the application, and is freed once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_event_free(ctx: *mut libxl_ctx, event: *mut libxl_event) {
    let _ = ctx;
    if !event.is_null() {
        // SAFETY: by the contract of `capi`, the event was given to the application, so it came from `malloc`, and is
        // freed once.
        unsafe {
            crate::capi::types::libxl_event_dispose(event);
            libc::free(event.cast());
        }
    }
}

/// From now on, events whose type is in `hooks->event_occurs_mask` are passed to `hooks->event_occurs` instead of the
/// queue, and `hooks->disaster` is called when events may have been lost. NULL unregisters the hooks.
///
/// # Safety
/// `hooks` outlives the ctx, or stays until the next such call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_event_register_callbacks(
    ctx: *mut libxl_ctx,
    hooks: *const libxl_event_hooks,
    user: *mut c_void,
) {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `hooks` NULL or valid until they are replaced or
    // the ctx freed; `user` is not followed.
    unsafe {
        with_ctx(ctx, "libxl_event_register_callbacks", |ctx| {
            let hooks = hooks.as_ref().map(|hooks| {
                let hooks: Arc<dyn EventHooks> = Arc::new(Application { hooks, user: Lent(user) });
                hooks
            });
            ctx.reports().set_hooks(hooks);
        })
    }
}

/// The application's functions for events.
struct Application {
    hooks: &'static libxl_event_hooks,
    user: Lent<c_void>,
}

impl EventHooks for Application {
    fn mask(&self) -> u64 {
        if self.hooks.event_occurs.is_some() { self.hooks.event_occurs_mask } else { 0 }
    }

    fn occurs(&self, event: &Event) {
        if let Some(occurs) = self.hooks.event_occurs {
            // SAFETY: the application's function, which takes the event over.
            unsafe { occurs(self.user.get(), given(event)) }
        }
    }

    fn disaster(&self, kind: i32, what: &str, errno: i32) -> bool {
        let Some(disaster) = self.hooks.disaster else { return false };
        let what = CString::new(what).unwrap_or_default();
        // SAFETY: the application's function; the text lives while it runs.
        callbacks::enter(|| unsafe {
            disaster(self.user.get(), kind as libxl_event_type, what.as_ptr(), errno);
        });
        true
    }
}

/// Begins a generator: what all kinds share. `begin` gets what keeps the application's event loop at it, and a function
/// that stores the generator for the application, which must happen before there is an event: a callback in another
/// thread may disable it.
///
/// # Safety
/// `ctx` is NULL or live, `out` NULL or can be written to.
unsafe fn enable<T>(
    ctx: *mut libxl_ctx,
    name: &str,
    out: *mut *mut T,
    begin: impl FnOnce(&Arc<Ctx>, Driven, &mut dyn FnMut(GeneratorHandle)) -> Result<()>,
) -> c_int {
    // SAFETY: `ctx` and `out` are NULL or what the caller says; the closure runs for a live ctx only, so `shared` may
    // count it.
    unsafe {
        with_ctx(ctx, name, |here| {
            if out.is_null() {
                return null(here, name);
            }
            if re_entered(here, name) {
                return Error::Invalid.code();
            }
            let driven = match here.runtime().need_driver() {
                Ok(driven) => driven,
                Err(undriven) => return refused(here, undriven),
            };
            let mut give = |handle: GeneratorHandle| {
                out.write(std::ptr::without_provenance_mut(handle.to_address()));
            };
            begin(&shared(ctx), driven, &mut give).map_or_else(Error::code, |()| 0)
        })
    }
}

/// Ends a generator; NULL is allowed, and a wrong one is logged.
///
/// # Safety
/// `ctx` is NULL or live.
unsafe fn disable<T>(
    ctx: *mut libxl_ctx,
    name: &str,
    generator: *mut T,
    end: impl FnOnce(&Ctx, GeneratorHandle) -> bool,
) {
    // SAFETY: `ctx` is NULL or live, by the caller's contract; the generator is taken as a number and not followed.
    unsafe {
        with_ctx(ctx, name, |ctx| {
            if !generator.is_null()
                && !re_entered(ctx, name)
                && !end(ctx, GeneratorHandle::from_address(generator.addr()))
            {
                error!(ctx, "{name}: no such event generator, or it was disabled before");
            }
        })
    }
}

/// Enables the events `DOMAIN_SHUTDOWN`, when the domain has shut down (again after it was resumed), and
/// `DOMAIN_DEATH`, when it has been destroyed, each with `user`. For a domain that is destroyed before it shuts down
/// only the latter is generated. Both are generated also for what happened before the call: a domain that does not
/// exist counts as destroyed.
///
/// `*evgen_out` is the argument for [`libxl_evdisable_domain_death`]. Returns the error of the application's
/// `fd_register` hook if that fails; `ERROR_FAIL` without xenstore.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_evenable_domain_death(
    ctx: *mut libxl_ctx,
    domid: u32,
    user: libxl_ev_user,
    evgen_out: *mut *mut libxl_evgen_domain_death,
) -> c_int {
    const NAME: &str = "libxl_evenable_domain_death";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `evgen_out` NULL or valid.
    unsafe {
        enable(ctx, NAME, evgen_out, |ctx, driven, give| {
            death::enable(ctx, domid, user, driven, give)
        })
    }
}

/// Disables what [`libxl_evenable_domain_death`] enabled: no event is generated afterwards, but one that is in the
/// queue or is just being delivered may still be reported. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_evdisable_domain_death(
    ctx: *mut libxl_ctx,
    generator: *mut libxl_evgen_domain_death,
) {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `generator` NULL or valid.
    unsafe { disable(ctx, "libxl_evdisable_domain_death", generator, death::disable) }
}

/// Enables the event `DISK_EJECT`, for each request of the guest to eject the medium of the disk `vdev`, which is
/// copied; the library acknowledges the request. The event contains that copy and the drive without its medium.
/// Neither the domain nor the disk need exist.
///
/// `*evgen_out` is the argument for [`libxl_evdisable_disk_eject`]. `ERROR_INVAL` if `vdev` is not a valid vdev; the
/// error of the application's `fd_register` hook if that fails; `ERROR_FAIL` without xenstore.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_evenable_disk_eject(
    ctx: *mut libxl_ctx,
    domid: u32,
    vdev: *const c_char,
    user: libxl_ev_user,
    evgen_out: *mut *mut libxl_evgen_disk_eject,
) -> c_int {
    const NAME: &str = "libxl_evenable_disk_eject";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `vdev` NULL or a string and `evgen_out` NULL or valid.
    unsafe {
        enable(ctx, NAME, evgen_out, |ctx, driven, give| {
            if vdev.is_null() {
                null(ctx, NAME);
                return Err(Error::Invalid);
            }
            eject::enable(ctx, domid, CStr::from_ptr(vdev).to_bytes(), user, driven, give)
        })
    }
}

/// Disables what [`libxl_evenable_disk_eject`] enabled, as [`libxl_evdisable_domain_death`] does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_evdisable_disk_eject(
    ctx: *mut libxl_ctx,
    generator: *mut libxl_evgen_disk_eject,
) {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `generator` NULL or valid.
    unsafe { disable(ctx, "libxl_evdisable_disk_eject", generator, eject::disable) }
}
