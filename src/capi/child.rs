//! The C entries for child processes and fork.

use std::ffi::*;
use std::sync::Arc;

use nix::errno::Errno;

use crate::capi::entry::{dispatching, guarded, with_ctx};
use crate::capi::operation::{Lent, refused};
use crate::core::{Ctx, Error};
use crate::error;
use crate::runtime::child::{ChildprocHooks, Pid, SigchldOwner, postfork};
use crate::types::sys::*;

/// Sets who reaps children (`hooks->chldowner`), a replacement for fork, and a callback for children that are not the
/// library's. NULL sets the default, `libxl_sigchld_owner_libxl` without functions.
///
/// `*hooks` is not copied. An unknown `chldowner` is logged and changes nothing.
///
/// # Safety
/// `hooks` outlives the ctx, or stays until the next such call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_childproc_setmode(
    ctx: *mut libxl_ctx,
    hooks: *const libxl_childproc_hooks,
    user: *mut c_void,
) {
    const NAME: &str = "libxl_childproc_setmode";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `hooks` NULL or valid until they are replaced;
    // `user` is not followed.
    unsafe {
        with_ctx(ctx, NAME, |ctx| {
            let hooks = hooks.as_ref();
            let number = hooks.map_or(libxl_sigchld_owner_libxl, |hooks| hooks.chldowner);
            let Some(owner) = owner(number) else {
                return error!(ctx, "{NAME}: invalid chldowner {number}");
            };
            if ctx.children().count() > 0 {
                error!(ctx, "{NAME}: called while the library has children");
            }
            let hooks = hooks.map(|hooks| {
                let hooks: Arc<dyn ChildprocHooks> =
                    Arc::new(Application { hooks, user: Lent(user) });
                hooks
            });
            if let Err(undriven) = ctx.children().set_mode(owner, hooks) {
                refused(ctx, undriven);
            }
        })
    }
}

fn owner(number: libxl_sigchld_owner) -> Option<SigchldOwner> {
    #[allow(non_upper_case_globals)]
    match number {
        libxl_sigchld_owner_libxl => Some(SigchldOwner::Libxl),
        libxl_sigchld_owner_mainloop => Some(SigchldOwner::Mainloop),
        libxl_sigchld_owner_libxl_always => Some(SigchldOwner::LibxlAlways),
        libxl_sigchld_owner_libxl_always_selective_reap => {
            Some(SigchldOwner::LibxlAlwaysSelectiveReap)
        }
        _ => None,
    }
}

/// The application's functions for children.
struct Application {
    hooks: &'static libxl_childproc_hooks,
    user: Lent<c_void>,
}

impl ChildprocHooks for Application {
    fn forks(&self) -> bool {
        self.hooks.fork_replacement.is_some()
    }

    fn fork(&self) -> Result<Pid, Errno> {
        let fork = self.hooks.fork_replacement.ok_or(Errno::ENOSYS)?;
        // SAFETY: the application's function, which does as `fork` does.
        Errno::result(unsafe { fork(self.user.get()) })
    }

    fn reaped(&self, pid: Pid, status: c_int) -> Option<c_int> {
        let reaped = self.hooks.reaped_callback?;
        // SAFETY: the application's function, called with no lock held.
        Some(unsafe { reaped(pid, status, self.user.get()) })
    }
}

/// Reports that the application, which reaps all children (`libxl_sigchld_owner_mainloop`), has reaped `pid`. 0 if it
/// was a child of this ctx, `ERROR_UNKNOWN_CHILD` if not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_childproc_reaped(
    ctx: *mut libxl_ctx,
    pid: pid_t,
    status: c_int,
) -> c_int {
    const NAME: &str = "libxl_childproc_reaped";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        dispatching(ctx, NAME, |ctx| {
            check_mainloop(ctx, NAME);
            let known = ctx.children().reaped(pid, status);
            ctx.runtime().dispatch();
            if known { 0 } else { Error::UnknownChild.code() }
        })
    }
}

/// Reports that the application, which handles SIGCHLD (`libxl_sigchld_owner_mainloop`), has received the signal: the
/// library reaps the children of this ctx that have ended, and no others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_childproc_sigchld_occurred(ctx: *mut libxl_ctx) {
    const NAME: &str = "libxl_childproc_sigchld_occurred";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        dispatching(ctx, NAME, |ctx| {
            check_mainloop(ctx, NAME);
            ctx.children().look();
            ctx.runtime().dispatch();
        })
    }
}

/// Logs that the ctx is not in the mode that the entry is for. The report is processed nevertheless; the C library
/// aborts the process.
fn check_mainloop(ctx: &Ctx, name: &str) {
    if ctx.children().owner() != SigchldOwner::Mainloop {
        error!(ctx, "{name}: called without libxl_sigchld_owner_mainloop");
    }
}

/// To be called in a forked child that does not immediately execute another program: closes the descriptors of all the
/// parent's ctxs, so that a new ctx can be created. The parent's ctxs must not be used or freed. `ctx` may be NULL.
///
/// It does not block and takes no lock; the handler of SIGCHLD is the one from before the library installed its own.
/// In a process that was not forked it does nothing.
///
/// # Safety
/// No other function of the library may be called in this process before it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_postfork_child_noexec(ctx: *mut libxl_ctx) {
    let _ = ctx;
    guarded(None, "libxl_postfork_child_noexec", postfork, |_| ())
}
