//! The C entries for channels, 9p, pvcalls and the driver domain's loop.

use std::ffi::*;

use crate::capi::entry::{code, null_argument, with_ctx};
use crate::capi::give::{elements, null};
use crate::capi::operation::start;
use crate::capi::plug;
use crate::core::{Ctx, Result};
use crate::device::driver;
use crate::device::read::{channel, info};
use crate::device::remove::Force;
use crate::types::idiomatic::{CForm, Channelinfo, DeviceChannel, DeviceP9, DevicePvcallsif};
use crate::types::sys::*;

/// What the entries do that list devices: an array from `malloc`, and its length in `*num`; NULL and 0 for
/// none.
///
/// # Safety
/// `ctx` is NULL or live, `num` NULL or writable.
pub unsafe fn list<T: CForm>(
    ctx: *mut libxl_ctx,
    name: &str,
    num: *mut c_int,
    read: impl FnOnce(&Ctx) -> Vec<T>,
) -> *mut T::C {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, name, |ctx| {
            let Some(num) = num.as_mut() else {
                null(ctx, name);
                return std::ptr::null_mut();
            };
            *num = 0;
            let all = read(ctx);
            if all.is_empty() {
                return std::ptr::null_mut();
            }
            let count = all.len() as c_int;
            let Some(array) = elements(all.iter().map(CForm::to_c).collect()) else {
                return std::ptr::null_mut();
            };
            *num = count;
            array
        })
    }
}

/// What the entries do that give one thing: it, or `empty` and the error.
///
/// # Safety
/// `ctx` is NULL or live, `out` NULL or writable.
pub unsafe fn fill<T: CForm>(
    ctx: *mut libxl_ctx,
    name: &str,
    out: *mut T::C,
    empty: T,
    read: impl FnOnce(&Ctx) -> Result<T>,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, name, |ctx| {
            if out.is_null() {
                return null(ctx, name);
            }
            let read = read(ctx);
            out.write(read.as_ref().unwrap_or(&empty).to_c());
            code(read.map(drop))
        })
    }
}

/// The domain's channels, and how many in `*num`; NULL and 0 for none, also if they cannot be read.
/// `libxl_device_channel_list_free` frees them. An invalid one is left out, and logged.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_channel_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_channel {
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    unsafe { list(ctx, "libxl_device_channel_list", num, |ctx| channel::all(ctx, domid)) }
}

/// What is known of the channel with the `devid` and connection of `channel`, into `channelinfo`, for
/// `libxl_channelinfo_dispose`; a terminal that is not known is `/NO-SUCH-PATH`. Numbers that the guest has not
/// written, or not as numbers that fit, are -1. `ERROR_FAIL` if there is no such channel.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_channel_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    channel: *const libxl_device_channel,
    channelinfo: *mut libxl_channelinfo,
) -> c_int {
    const NAME: &str = "libxl_device_channel_getinfo";
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        let Some(wanted) = channel.as_ref().map(|channel| DeviceChannel::from_c(channel)) else {
            return null_argument(ctx, NAME);
        };
        let empty = Channelinfo { devid: wanted.devid, ..Default::default() };
        fill(ctx, NAME, channelinfo, empty, |ctx| info::channel(ctx, domid, &wanted))
    }
}

/// Removes a folder: the guest has 10 s to release it, and then it is removed by force. Which one, `devid` and
/// `backend_domid` say.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_p9_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    p9: *mut libxl_device_p9,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DeviceP9>(ctx, domid, p9, ao_how, "libxl_device_p9_remove", Force::InTheEnd)
    }
}

/// Removes a folder without asking the guest. Which one, `devid` and `backend_domid` say. The folder is removed even
/// after an error, which is that of a failed step: `ERROR_TIMEDOUT` if its back end does not close within 10 s.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_p9_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    p9: *mut libxl_device_p9,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe { plug::take::<DeviceP9>(ctx, domid, p9, ao_how, "libxl_device_p9_destroy", Force::Yes) }
}

/// Removes a device: the guest has 10 s to release it, and then it is removed by force. Which one, `devid` and
/// `backend_domid` say.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pvcallsif_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    pvcallsif: *mut libxl_device_pvcallsif,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DevicePvcallsif>(
            ctx,
            domid,
            pvcallsif,
            ao_how,
            "libxl_device_pvcallsif_remove",
            Force::InTheEnd,
        )
    }
}

/// Removes a device without asking the guest. Which one, `devid` and `backend_domid` say. The device is removed even
/// after an error, which is that of a failed step: `ERROR_TIMEDOUT` if its back end does not close within 10 s.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pvcallsif_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    pvcallsif: *mut libxl_device_pvcallsif,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DevicePvcallsif>(
            ctx,
            domid,
            pvcallsif,
            ao_how,
            "libxl_device_pvcallsif_destroy",
            Force::Yes,
        )
    }
}

/// Serves devices of guests from a driver domain, as `xl devd` does: their hotplug scripts run here. Ends when it is
/// aborted, or xenstore fails.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_events_handler(
    ctx: *mut libxl_ctx,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: `ctx` is NULL or live, `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, "libxl_device_events_handler", 0, |ao| {
            Ok(async move { driver::serve(&ao).await })
        })
    }
}
