//! The C entries for channels, 9p, pvcalls and the driver domain's loop.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_channel_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_channel {
    missing!(ctx, "libxl_device_channel_list"; domid, num)
}

/// Not there yet.
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
    missing!(ctx, "libxl_device_channel_getinfo"; domid, channel, channelinfo)
}

/// Not there yet.
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
    missing!(ctx, "libxl_device_p9_remove"; domid, p9, ao_how)
}

/// Not there yet.
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
    missing!(ctx, "libxl_device_p9_destroy"; domid, p9, ao_how)
}

/// Not there yet.
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
    missing!(ctx, "libxl_device_pvcallsif_remove"; domid, pvcallsif, ao_how)
}

/// Not there yet.
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
    missing!(ctx, "libxl_device_pvcallsif_destroy"; domid, pvcallsif, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_events_handler(
    ctx: *mut libxl_ctx,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_events_handler"; ao_how)
}
