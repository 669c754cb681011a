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
    // SAFETY: `ctx` is NULL or live and `num` NULL or writable, by the caller's contract.
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
    // SAFETY: `ctx` is NULL or live and `out` NULL or writable, by the caller's contract.
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

/// Lists the domain's channels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_channel_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_channel {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_channel_list", num, |ctx| channel::all(ctx, domid)) }
}

/// Information about the channel with the `devid` and connection of `channel`; the path of an unknown pseudo-terminal
/// is `/NO-SUCH-PATH`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_channel_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    channel: *const libxl_device_channel,
    channelinfo: *mut libxl_channelinfo,
) -> c_int {
    const NAME: &str = "libxl_device_channel_getinfo";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `channel` and `channelinfo` NULL or valid.
    unsafe {
        let Some(wanted) = channel.as_ref().map(|channel| DeviceChannel::from_c(channel)) else {
            return null_argument(ctx, NAME);
        };
        let empty = Channelinfo { devid: wanted.devid, ..Default::default() };
        fill(ctx, NAME, channelinfo, empty, |ctx| info::channel(ctx, domid, &wanted))
    }
}

/// Removes a 9pfs device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_p9_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    p9: *mut libxl_device_p9,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `p9` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceP9>(
            ctx,
            domid,
            p9,
            ao_how,
            "libxl_device_p9_remove",
            Force::AfterTimeout,
        )
    }
}

/// Destroys a 9pfs device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_p9_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    p9: *mut libxl_device_p9,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `p9` and `ao_how` NULL or valid.
    unsafe { plug::take::<DeviceP9>(ctx, domid, p9, ao_how, "libxl_device_p9_destroy", Force::Yes) }
}

/// Removes a pvcalls device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pvcallsif_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    pvcallsif: *mut libxl_device_pvcallsif,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `pvcallsif` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DevicePvcallsif>(
            ctx,
            domid,
            pvcallsif,
            ao_how,
            "libxl_device_pvcallsif_remove",
            Force::AfterTimeout,
        )
    }
}

/// Destroys a pvcalls device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pvcallsif_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    pvcallsif: *mut libxl_device_pvcallsif,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `pvcallsif` and `ao_how` NULL or valid.
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

/// Manages the back ends of guests in a driver domain, as `xl devd` does: their hotplug scripts run here. Completes
/// only when it is aborted, or when xenstore fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_events_handler(
    ctx: *mut libxl_ctx,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, "libxl_device_events_handler", 0, |ao| {
            Ok(async move { driver::serve(&ao).await })
        })
    }
}
