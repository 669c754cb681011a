//! The C entries for USB controllers and devices.

use std::ffi::*;

use crate::capi::device::no_devices;
use crate::device::Kind;
use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbctrl: *mut libxl_device_usbctrl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_usbctrl_add"; domid, usbctrl, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbctrl: *mut libxl_device_usbctrl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_usbctrl_remove"; domid, usbctrl, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbctrl: *mut libxl_device_usbctrl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_usbctrl_destroy"; domid, usbctrl, ao_how)
}

/// NULL, and 0 in `*num`, for a domain that has none; not there yet for others.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_usbctrl {
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    if unsafe { no_devices(ctx, domid, num, &[Kind::Vusb]) } {
        return std::ptr::null_mut();
    }
    missing!(ctx, "libxl_device_usbctrl_list"; domid, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbctrl: *const libxl_device_usbctrl,
    usbctrlinfo: *mut libxl_usbctrlinfo,
) -> c_int {
    missing!(ctx, "libxl_device_usbctrl_getinfo"; domid, usbctrl, usbctrlinfo)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbdev_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbdev: *mut libxl_device_usbdev,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_usbdev_add"; domid, usbdev, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbdev_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbdev: *mut libxl_device_usbdev,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_usbdev_remove"; domid, usbdev, ao_how)
}

/// NULL, and 0 in `*num`, for a domain that has none; not there yet for others.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbdev_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_usbdev {
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    if unsafe { no_devices(ctx, domid, num, &[Kind::Vusb]) } {
        return std::ptr::null_mut();
    }
    missing!(ctx, "libxl_device_usbdev_list"; domid, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_usbctrl(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    usbctrl: *mut libxl_device_usbctrl,
) -> c_int {
    missing!(ctx, "libxl_devid_to_device_usbctrl"; domid, devid, usbctrl)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ctrlport_to_device_usbdev(
    ctx: *mut libxl_ctx,
    domid: u32,
    ctrl: c_int,
    port: c_int,
    usbdev: *mut libxl_device_usbdev,
) -> c_int {
    missing!(ctx, "libxl_ctrlport_to_device_usbdev"; domid, ctrl, port, usbdev)
}
