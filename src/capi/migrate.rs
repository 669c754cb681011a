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

/// Saves a guest to `fd`, a file, pipe or socket. If that succeeds, the guest is suspended, and the caller must
/// destroy or resume it. Otherwise it runs (the C library leaves it suspended if the failure comes after its
/// suspension).
///
/// With `LIBXL_SUSPEND_LIVE` in `flags` the guest runs while most of its memory is copied; with `LIBXL_SUSPEND_DEBUG`
/// its memory is sent again at the end, for the receiver to compare. During the call `fd` is in blocking mode;
/// afterwards its mode is restored.
///
/// `ERROR_GUEST_TIMEDOUT` if the guest has not suspended within 60 s; `ERROR_ABORTED`; otherwise `ERROR_FAIL`.
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

/// The kind of the guest, which must exist.
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

/// Suspends a guest without saving it. If that fails, the guest continues to run; errors are as for
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

/// Resumes a suspended guest. With `suspend_cancel` its kernel is told that the suspension was cancelled, which it
/// must support; otherwise it is resumed as in a new domain. Does nothing for a guest that runs (the C library fails,
/// or damages the guest).
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

/// Remus: sends checkpoints of a guest to `send_fd`, every `interval` milliseconds, for a receiver that continues to
/// run the guest if this host fails. `recv_fd` is the back channel from the receiver, or -1. Returns only after a
/// failure; the guest then runs here.
///
/// `ERROR_FAIL` for network buffering (`netbuf`; not in Debian's libxl either) and for COLO, which are not supported.
/// `ERROR_CHECKPOINT_DEVICE_NOT_SUPPORTED` for disk buffering (`diskbuf`) if the guest has disks: it requires DRBD
/// with a protocol that current versions do not have.
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
