//! The C entries for USB controllers and devices.

use std::ffi::*;

use crate::capi::device::{fill, list};
use crate::capi::entry::{code, null_argument, with_ctx};
use crate::device::read::usb;
use crate::missing;
use crate::types::idiomatic::{CForm, DeviceUsbctrl, Usbctrlinfo};
use crate::types::sys::*;

/// Not there yet.
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
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbctrl: *mut libxl_device_usbctrl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_usbctrl_destroy"; domid, usbctrl, ao_how)
}

/// The domain's USB controllers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_usbctrl {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_usbctrl_list", num, |ctx| usb::controllers(ctx, domid)) }
}

/// What is known of a USB controller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbctrl: *const libxl_device_usbctrl,
    usbctrlinfo: *mut libxl_usbctrlinfo,
) -> c_int {
    const NAME: &str = "libxl_device_usbctrl_getinfo";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `usbctrl` and `usbctrlinfo` NULL or valid.
    unsafe {
        let Some(devid) = usbctrl.as_ref().map(|device| device.devid) else {
            return null_argument(ctx, NAME);
        };
        let empty = Usbctrlinfo { devid, ..Default::default() };
        fill(ctx, NAME, usbctrlinfo, empty, |ctx| usb::info(ctx, domid, devid))
    }
}

/// Not there yet.
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
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbdev_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbdev: *mut libxl_device_usbdev,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_usbdev_remove"; domid, usbdev, ao_how)
}

/// The host's USB devices at the ports of the domain's controllers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbdev_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_usbdev {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_usbdev_list", num, |ctx| usb::devices(ctx, domid)) }
}

/// The USB controller with that number, into `usbctrl`, for `libxl_device_usbctrl_dispose`. `ERROR_NOTFOUND` if there is none,
/// `ERROR_FAIL` if its nodes are invalid; `usbctrl` is then as `libxl_device_usbctrl_init` makes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_usbctrl(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    usbctrl: *mut libxl_device_usbctrl,
) -> c_int {
    const NAME: &str = "libxl_devid_to_device_usbctrl";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `usbctrl` NULL or valid.
    unsafe {
        fill(ctx, NAME, usbctrl, DeviceUsbctrl::default(), |ctx| usb::controller(ctx, domid, devid))
    }
}

/// The host's device at a port of a controller, into `usbdev`, for `libxl_device_usbdev_dispose`. `ERROR_FAIL` if there
/// is none, `usbdev` then as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ctrlport_to_device_usbdev(
    ctx: *mut libxl_ctx,
    domid: u32,
    ctrl: c_int,
    port: c_int,
    usbdev: *mut libxl_device_usbdev,
) -> c_int {
    const NAME: &str = "libxl_ctrlport_to_device_usbdev";
    if usbdev.is_null() {
        // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
        return unsafe { null_argument(ctx, NAME) };
    }
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live; `usbdev`, which is not NULL, is writable.
    unsafe {
        with_ctx(ctx, NAME, |ctx| {
            code(usb::at_port(ctx, domid, ctrl, port).map(|found| usbdev.write(found.to_c())))
        })
    }
}
