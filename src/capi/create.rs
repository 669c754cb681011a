//! The C entries for creating domains and reading their configuration back.

use std::ffi::*;

use super::{sched, usb};
use crate::capi::entry::{shared, with_ctx};
use crate::capi::give::null;
use crate::capi::migrate::copy_of;
use crate::capi::operation::{Lent, progress, start};
use crate::config::pirq;
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

/// Creates a domain, paused, from the configuration `d_config`. If that succeeds, the defaults of `d_config` are set
/// and `*domid` is the domain's number.
///
/// `aop_console_how` gets an event `DOMAIN_CREATE_CONSOLE_AVAILABLE` when a console can be connected to: the
/// bootloader's, if there is one, and then the domain's. NULL: no reports.
///
/// `ERROR_INVAL`, or a more specific error, for an invalid configuration; `ERROR_FAIL` or `ERROR_ABORTED` for a later
/// failure. After a failure or an abort the incomplete domain is destroyed; `*domid` is then the number that it had, or
/// `INVALID_DOMID`.
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
    // SAFETY: `ctx` is live, the hows are NULL or valid, the rest is the application's for as long as the operation
    // lasts.
    unsafe { make(ctx, NAME, d_config, domid, ao_how, aop_console_how, |_, _| Ok(None)) }
}

/// The domid in the event about the end of an operation that makes a domain, as in the C library.
const NOT_TOLD: u32 = 0;

/// The common part of creating and restoring a domain. `prepare` determines the source of the guest and sets the
/// defaults of the configuration; its error is returned by the call.
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
        start(ctx, ao_how, name, NOT_TOLD, move |ao| {
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

/// Creates a domain, paused, from the configuration `d_config`, and restores its guest from the stream that
/// `restore_fd` reads, a file, pipe or socket, which [`libxl_domain_suspend`](super::migrate::libxl_domain_suspend)
/// of this or the C library has written. The guest continues when the domain is unpaused. `send_back_fd`, if not -1,
/// is the back channel to the sender of a stream with checkpoints, as `params` says. During the call `restore_fd` is
/// in blocking mode; afterwards its mode is restored.
///
/// Everything else, including the errors, is as for [`libxl_domain_create_new`].
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
        // In a Xen that did not have the setting, it was always enabled.
        config.b_info.arch_x86.msr_relaxed.get_or_insert(true);
        pirq::set_for_stream(&mut config.b_info);
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

/// Soft reset: sets up the domain of an HVM or PVH guest again and keeps its memory, for a guest that has shut down
/// to start another kernel (kexec). The domain then has the configuration `d_config`, whose defaults are set, and is
/// paused.
///
/// `aop_console_how` is as for [`libxl_domain_create_new`]. `ERROR_INVAL` for a PV guest, for one that has not shut
/// down for a soft reset, or if `d_config` is for another type of guest: the domain is unchanged. After a later
/// failure, whose errors are those of a creation, the domain is destroyed.
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
    // SAFETY: `ctx` is live, the hows are NULL or valid, the rest is the application's for as long as the operation
    // lasts.
    unsafe {
        let console = progress(&shared(ctx), aop_console_how);
        let mut config = Box::new(DomainConfig::from_c(&*d_config));
        start(ctx, ao_how, NAME, NOT_TOLD, move |ao| {
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

/// Stores in `*d_config` the configuration that would create the domain in its present state: the one that it was
/// created with, from the library's userdata, updated from xenstore and the hypervisor. Memory is in KiB.
///
/// `ERROR_LOCK_FAIL` if there is no such domain, `ERROR_FAIL` if no configuration is stored for it; for an HVM guest
/// also errors of QEMU's monitor. `d_config` can be disposed of in any case; its previous content is not freed.
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

/// Returns a domain's present configuration.
async fn current(ao: &Ao, domid: u32, out: Lent<libxl_domain_config>) -> Result<()> {
    let mut config = retrieve::retrieve(ao, domid).await?;
    // As in the C library, the stored configuration is returned for a domain without a name.
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
