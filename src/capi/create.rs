//! The C entries for creating domains and reading their configuration back.

use std::ffi::*;

use super::{sched, usb};
use crate::capi::entry::{shared, with_ctx};
use crate::capi::give::null;
use crate::capi::migrate::copy_of;
use crate::capi::operation::{Lent, progress, start};
use crate::core::{Ao, Error, Result};
use crate::error;
use crate::lifecycle::create;
use crate::lifecycle::create::{Created, Origin};
use crate::lifecycle::migrate::restore::Incoming;
use crate::lifecycle::retrieve;
use crate::lifecycle::retrieve::Retrieved;
use crate::lifecycle::soft_reset;
use crate::types::idiomatic::{
    CForm, DomainConfig, DomainRestoreParams, DomainSchedParams, write_back,
};
use crate::types::sys::*;
use crate::types::tables;

/// Makes a domain, paused, as `d_config` says, whose defaults are filled in when that has succeeded. `*domid` is then
/// its number.
///
/// `aop_console_how` is told, by `DOMAIN_CREATE_CONSOLE_AVAILABLE`, that the console can be connected to: the
/// bootloader's, if there is one, and then the domain's own. NULL: no reports.
///
/// A configuration that cannot be is `ERROR_INVAL`, or what its fault is called; whatever fails later is
/// `ERROR_FAIL`, or `ERROR_ABORTED`. Nothing stays of a domain that could not be made, also after an abort; `*domid`
/// is then the number that it had, or `INVALID_DOMID`.
///
/// # Safety
/// `d_config` and `domid` stay valid until the operation has ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_create_new(
    ctx: *mut libxl_ctx,
    d_config: *mut libxl_domain_config,
    domid: *mut u32,
    ao_how: *const libxl_asyncop_how,
    aop_console_how: *const libxl_asyncprogress_how,
) -> c_int {
    const NAME: &str = "libxl_domain_create_new";
    if ctx.is_null() || d_config.is_null() || domid.is_null() {
        // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
        return unsafe { with_ctx(ctx, NAME, |ctx| null(ctx, NAME)) };
    }
    // SAFETY: `ctx` is live, the hows are NULL or valid, the rest is the application's for as long as the operation lasts.
    unsafe { make(ctx, NAME, d_config, domid, ao_how, aop_console_how, |_, _| Ok(None)) }
}

/// What both ways of making a domain share. `prepare` finds out where its guest comes from, and completes the
/// configuration; its error is what the call returns.
///
/// # Safety
/// `ctx` is live, the hows are NULL or valid, the rest is the application's for as long as the operation lasts.
unsafe fn make(
    ctx: *mut libxl_ctx,
    name: &'static str,
    d_config: *mut libxl_domain_config,
    domid: *mut u32,
    ao_how: *const libxl_asyncop_how,
    aop_console_how: *const libxl_asyncprogress_how,
    prepare: impl FnOnce(&Ao, &mut DomainConfig) -> Result<Option<Incoming>>,
) -> c_int {
    let (given, number) = (Lent(d_config), Lent(domid));
    // SAFETY: the caller's contract.
    unsafe {
        domid.write(create::NO_DOMID);
        let console = progress(&shared(ctx), aop_console_how);
        usb::set_types(&mut *d_config);
        let mut config = Box::new(DomainConfig::from_c(&*d_config));
        for disk in &mut config.disks {
            // That is for COLO.
            disk.colo_restore_enable = Some(false);
        }
        start(ctx, ao_how, name, create::NO_DOMID, move |ao| {
            let incoming = prepare(&ao, &mut config)?;
            let ao = match console {
                Some(console) => ao.with_progress(console),
                None => ao,
            };
            Ok(async move {
                let origin = incoming.as_ref().map_or(Origin::New, Origin::Stream);
                let Created { domid, outcome } = create::create(&ao, &mut config, origin).await;
                number.get().write(domid);
                if outcome.is_ok() {
                    write_back(&*config, &mut *given.get(), tables::DOMAIN_CONFIG);
                }
                outcome
            })
        })
    }
}

/// Makes a domain, paused, as `d_config` says, and fills it from the stream that `restore_fd` gives, a file, pipe or socket:
/// what [`libxl_domain_suspend`](super::migrate::libxl_domain_suspend) of either library has written. The guest in it
/// goes on where it was when the domain is unpaused. `send_back_fd`, where it is not -1, leads back to the sender of a
/// stream with checkpoints, which `params` tells. `restore_fd` blocks meanwhile, and has its mode back afterwards.
///
/// All else, the errors too, is as for [`libxl_domain_create_new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_create_restore(
    ctx: *mut libxl_ctx,
    d_config: *mut libxl_domain_config,
    domid: *mut u32,
    restore_fd: c_int,
    send_back_fd: c_int,
    params: *const libxl_domain_restore_params,
    ao_how: *const libxl_asyncop_how,
    aop_console_how: *const libxl_asyncprogress_how,
) -> c_int {
    const NAME: &str = "libxl_domain_create_restore";
    if ctx.is_null() || d_config.is_null() || domid.is_null() || params.is_null() {
        // SAFETY: `ctx` is NULL or live.
        return unsafe { with_ctx(ctx, NAME, |ctx| null(ctx, NAME)) };
    }
    // SAFETY: it is valid for the call.
    let params = unsafe { DomainRestoreParams::from_c(&*params) };
    let prepare = move |ao: &Ao, config: &mut DomainConfig| {
        const COLO: c_int = LIBXL_CHECKPOINTED_STREAM_COLO as c_int;
        if params.checkpointed_stream == COLO {
            error!(ao, "cannot restore a COLO stream: this host has no proxy for it");
            return Err(Error::Fail);
        }
        // A guest of a Xen that did not know the setting has run with it.
        config.b_info.arch_x86.msr_relaxed.get_or_insert(true);
        // SAFETY: the application's descriptors, which it does not close meanwhile.
        let copy = |fd| unsafe { copy_of(ao, create::NO_DOMID, fd) };
        Ok(Some(Incoming {
            stream: copy(restore_fd)?,
            back: if send_back_fd < 0 { None } else { Some(copy(send_back_fd)?) },
            checkpoints: params.checkpointed_stream != 0,
            is_legacy: params.stream_version == 1,
        }))
    };
    // SAFETY: as the function's own contract.
    unsafe { make(ctx, NAME, d_config, domid, ao_how, aop_console_how, prepare) }
}

/// Furnishes an HVM or PVH guest's domain anew around its memory, for a guest that has shut down to start another kernel in
/// its place (kexec). The domain is as `d_config` says then, whose defaults are filled in, and paused.
///
/// `aop_console_how` is told of the console as by [`libxl_domain_create_new`]. `ERROR_INVAL` for a PV guest, one that has
/// not shut down for that, or a `d_config` of another type of guest: the domain is as it was. After a later failure, whose
/// errors are those of a creation, the domain is destroyed.
///
/// # Safety
/// `d_config` stays valid until the operation has ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_soft_reset(
    ctx: *mut libxl_ctx,
    d_config: *mut libxl_domain_config,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
    aop_console_how: *const libxl_asyncprogress_how,
) -> c_int {
    const NAME: &str = "libxl_domain_soft_reset";
    if ctx.is_null() || d_config.is_null() {
        // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
        return unsafe { with_ctx(ctx, NAME, |ctx| null(ctx, NAME)) };
    }
    let given = Lent(d_config);
    // SAFETY: `ctx` is live, the hows are NULL or valid, the rest is the application's for as long as the operation lasts.
    unsafe {
        let console = progress(&shared(ctx), aop_console_how);
        let mut config = Box::new(DomainConfig::from_c(&*d_config));
        start(ctx, ao_how, NAME, domid, move |ao| {
            let ao = match console {
                Some(console) => ao.with_progress(console),
                None => ao,
            };
            Ok(async move {
                let outcome = soft_reset::soft_reset(&ao, domid, &mut config).await;
                if outcome.is_ok() {
                    write_back(&*config, &mut *given.get(), tables::DOMAIN_CONFIG);
                }
                outcome
            })
        })
    }
}

/// The configuration that would make the domain again as it is now: the one it was made with, as the
/// library stored it, brought up to date with xenstore and the hypervisor. Memory in KiB.
///
/// `ERROR_LOCK_FAIL` if there is no such domain, `ERROR_FAIL` if none is stored for it; for a guest served by QEMU
/// also what its monitor fails with. `d_config` can be disposed of in either case: what it held before is lost.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_retrieve_domain_configuration(
    ctx: *mut libxl_ctx,
    domid: u32,
    d_config: *mut libxl_domain_config,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    const NAME: &str = "libxl_retrieve_domain_configuration";
    if d_config.is_null() {
        // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
        return unsafe { with_ctx(ctx, NAME, |ctx| null(ctx, NAME)) };
    }
    // SAFETY: `d_config` is room for a configuration, until the operation has ended.
    unsafe { d_config.write(DomainConfig::default().to_c()) };
    let out = Lent(d_config);
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, NAME, domid, move |ao| Ok(async move { current(&ao, domid, out).await }))
    }
}

/// Gives a domain's configuration as it is now.
async fn current(ao: &Ao, domid: u32, out: Lent<libxl_domain_config>) -> Result<()> {
    let mut config = retrieve::retrieve(ao, domid).await?;
    // A domain without a name is answered with what is stored, as the C library does.
    if let Retrieved::Current(config) = &mut config {
        let mut params = DomainSchedParams::default().to_c();
        sched::domain_sched_params(ao, domid, &mut params)?;
        // SAFETY: filled in just now.
        config.b_info.sched_params = unsafe { DomainSchedParams::from_c(&params) };
    }
    // SAFETY: the application's, for as long as the operation lasts.
    unsafe { out.get().write(config.into_config().to_c()) };
    Ok(())
}
