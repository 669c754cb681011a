//! The C entries for suspend, resume, save and replication.

use std::ffi::*;
use std::os::fd::BorrowedFd;

use crate::capi::entry::with_ctx;
use crate::capi::give::null;
use crate::capi::operation::{Lent, start};
use crate::core::{Ao, Error, Result};
use crate::domain::kind;
use crate::domain::kind::DomainKind;
use crate::error;
use crate::lifecycle::migrate::save::{self, SaveOptions};
use crate::lifecycle::migrate::{replicate, suspend};
use crate::runtime::bytes::Bytes;
use crate::types::idiomatic::{CForm, DomainRemusInfo, write_back};
use crate::types::sys::*;
use crate::types::tables;

/// The flags of `libxl_domain_suspend`.
const DEBUG: c_int = 1;
const LIVE: c_int = 2;

/// Saves a guest into `fd`, a file, pipe or socket. When that has succeeded the guest has suspended; it is to be
/// destroyed or resumed then. Otherwise it runs (where the C library leaves a guest suspended that had suspended
/// already).
///
/// With `LIBXL_SUSPEND_LIVE` in `flags` the guest runs while most of its memory is copied; with `LIBXL_SUSPEND_DEBUG`
/// its memory is sent once more at the end, to be compared. `fd` blocks meanwhile, and has its mode back afterwards.
///
/// `ERROR_GUEST_TIMEDOUT`: the guest has not suspended within 60 s; `ERROR_ABORTED`; otherwise `ERROR_FAIL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_suspend(
    ctx: *mut libxl_ctx,
    domid: u32,
    fd: c_int,
    flags: c_int,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    let (live, debug) = (flags & LIVE != 0, flags & DEBUG != 0);
    let options = SaveOptions { live, debug, checkpoints: None };
    // SAFETY: `ctx` is NULL or live, `ao_how` NULL or valid; `fd` is the application's, open or not.
    unsafe {
        start(ctx, ao_how, "libxl_domain_suspend", domid, move |ao| {
            let kind = kind_of(&ao, domid)?;
            let stream = copy_of(&ao, domid, fd)?;
            Ok(async move { save::save(&ao, domid, kind, &stream, None, options).await })
        })
    }
}

/// The kind of a guest that there must be.
fn kind_of(ao: &Ao, domid: u32) -> Result<DomainKind> {
    kind::of(ao, domid).map_err(|_| Error::Fail)
}

/// A copy of the application's descriptor.
///
/// # Safety
/// `fd` is not closed meanwhile.
pub unsafe fn copy_of(ao: &Ao, domid: u32, fd: c_int) -> Result<Bytes> {
    let failed = |errno: nix::errno::Errno| {
        error!(ao, domid = domid, errno = errno, "cannot use descriptor {fd} for a stream");
        Error::Fail
    };
    if fd < 0 {
        return Err(failed(nix::errno::Errno::EBADF));
    }
    // SAFETY: the caller's contract, and not -1.
    let fd = unsafe { BorrowedFd::borrow_raw(fd) };
    Bytes::copy_of(ao.runtime(), fd).map_err(failed)
}

/// Has a guest suspend, without saving it. If it does not, it runs on, and the result is an error as for
/// [`libxl_domain_suspend`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_suspend_only(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: `ctx` is NULL or live, `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, "libxl_domain_suspend_only", domid, move |ao| {
            let kind = kind_of(&ao, domid)?;
            Ok(async move { save::suspend_only(&ao, domid, kind).await })
        })
    }
}

/// Lets a guest run on that has suspended. With `suspend_cancel` its kernel is told so, and must understand it;
/// otherwise it finds itself as in a new domain. Nothing happens to a guest that runs (where the C library fails, or
/// harms it).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_resume(
    ctx: *mut libxl_ctx,
    domid: u32,
    suspend_cancel: c_int,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: `ctx` is NULL or live, `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, "libxl_domain_resume", domid, move |ao| {
            Ok(async move { suspend::resume(&ao, domid, suspend_cancel != 0).await })
        })
    }
}

/// Saves a guest again and again into `send_fd`, each `interval` milliseconds, for a receiver that goes on with it
/// when this host is gone (Remus). `recv_fd` leads back from it, or is -1. Comes back only when that cannot go on;
/// the guest then runs here.
///
/// `ERROR_FAIL` for what this host has nothing for: buffering of network cards (`netbuf`; Debian's libxl has none
/// either) and COLO. `ERROR_CHECKPOINT_DEVICE_NOT_SUPPORTED` for buffering of disks (`diskbuf`) if the guest has any:
/// they would have to be DRBD's, with a protocol that no present DRBD has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_remus_start(
    ctx: *mut libxl_ctx,
    info: *mut libxl_domain_remus_info,
    domid: u32,
    send_fd: c_int,
    recv_fd: c_int,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    const NAME: &str = "libxl_domain_remus_start";
    if ctx.is_null() || info.is_null() {
        // SAFETY: `ctx` is NULL or live.
        return unsafe { with_ctx(ctx, NAME, |ctx| null(ctx, NAME)) };
    }
    // SAFETY: `ctx` is live, `ao_how` NULL or valid, `info` and the descriptors are the application's.
    unsafe {
        let given = Lent(info);
        start(ctx, ao_how, NAME, domid, move |ao| {
            let kind = kind_of(&ao, domid)?;
            let mut settings = DomainRemusInfo::from_c(&*given.get());
            let options = replicate::set_defaults(ao.log(), domid, &mut settings);
            write_back(&settings, &mut *given.get(), tables::DOMAIN_REMUS_INFO);
            let options = options?;
            let stream = copy_of(&ao, domid, send_fd)?;
            let back = if recv_fd < 0 { None } else { Some(copy_of(&ao, domid, recv_fd)?) };
            Ok(async move {
                replicate::check_devices(&ao, domid, &settings)?;
                save::save(&ao, domid, kind, &stream, back.as_ref(), options).await
            })
        })
    }
}
