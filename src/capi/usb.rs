//! The C entries for USB controllers and devices.

use std::ffi::*;

use crate::capi::device::{fill, list};
use crate::capi::entry::{code, null_argument, with_ctx};
use crate::capi::operation::start;
use crate::capi::plug;
use crate::core::{Ao, Result};
use crate::device::read::usb;
use crate::device::remove::Force;
use crate::device::usb::{attach, controller, detach};
use crate::types::idiomatic::{CForm, DeviceUsbctrl, DeviceUsbdev, Usbctrlinfo, UsbdevType};
use crate::types::sys::*;
use crate::types::tables;

/// As [`set_type`], the devices of a configuration.
///
/// # Safety
/// `config` is valid.
pub(super) unsafe fn set_types(config: &mut libxl_domain_config) {
    if config.usbdevs.is_null() {
        return;
    }
    let count = usize::try_from(config.num_usbdevs).unwrap_or(0);
    // SAFETY: that many elements, by the caller's contract, since it is not NULL.
    unsafe { std::slice::from_raw_parts_mut(config.usbdevs, count) }.iter_mut().for_each(set_type);
}

/// A device without a type is one of the host's: there is no other type. `xl` leaves the type out.
fn set_type(device: &mut libxl_device_usbdev) {
    if device.type_ == 0 {
        device.type_ = UsbdevType::Hostdev.to_c();
    }
}

/// Removes the controller that `usbctrl` has the number of.
///
/// # Safety
/// As for [`start`]; `usbctrl` is NULL or valid.
unsafe fn remove_controller(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbctrl: *mut libxl_device_usbctrl,
    how: *const libxl_asyncop_how,
    name: &'static str,
    force: Force,
) -> c_int {
    // SAFETY: `usbctrl` is NULL or valid, `ctx` NULL or live, and `how` NULL or valid, by the caller's contract.
    unsafe {
        let Some(devid) = usbctrl.as_ref().map(|ctrl| ctrl.devid) else {
            return null_argument(ctx, name);
        };
        start(ctx, how, name, domid, |ao: Ao| {
            Ok(async move { detach::remove_controller(&ao, domid, devid, force).await })
        })
    }
}

/// Adds a USB controller. The default type is an emulated one for an HVM guest, otherwise one with usbback as back
/// end if that is loaded, else with QEMU; the default version is USB 2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbctrl: *mut libxl_device_usbctrl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    const NAME: &str = "libxl_device_usbctrl_add";
    let connect =
        |ao: Ao, written: Result<controller::Written>| async move { written?.connect(&ao).await };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `usbctrl` and `ao_how` NULL or valid.
    unsafe {
        plug::add_by::<DeviceUsbctrl, _, _>(
            ctx,
            domid,
            usbctrl,
            ao_how,
            NAME,
            tables::DEVICE_USBCTRL,
            controller::write,
            connect,
        )
    }
}

/// Detaches the devices at the ports of the controller `usbctrl->devid`, and removes it. If one of them cannot be
/// detached, the controller is not removed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbctrl: *mut libxl_device_usbctrl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    const NAME: &str = "libxl_device_usbctrl_remove";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `usbctrl` and `ao_how` NULL or valid.
    unsafe { remove_controller(ctx, domid, usbctrl, ao_how, NAME, Force::AfterTimeout) }
}

/// As [`libxl_device_usbctrl_remove`], without waiting for the guest to release the controller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbctrl: *mut libxl_device_usbctrl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    const NAME: &str = "libxl_device_usbctrl_destroy";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `usbctrl` and `ao_how` NULL or valid.
    unsafe { remove_controller(ctx, domid, usbctrl, ao_how, NAME, Force::Yes) }
}

/// Lists the domain's USB controllers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_usbctrl {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_usbctrl_list", num, |ctx| usb::controllers(ctx, domid)) }
}

/// Information about a USB controller.
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

/// Attaches a USB device of the host to the guest. Without a controller (`ctrl` -1) it is attached to the first free
/// port of any controller; if there is none, a controller is added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbdev_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbdev: *mut libxl_device_usbdev,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    const NAME: &str = "libxl_device_usbdev_add";
    let connect =
        |ao: Ao, written: Result<attach::Written>| async move { written?.connect(&ao).await };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `usbdev` and `ao_how` NULL or valid.
    unsafe {
        if let Some(device) = usbdev.as_mut() {
            set_type(device);
        }
        plug::add_by::<DeviceUsbdev, _, _>(
            ctx,
            domid,
            usbdev,
            ao_how,
            NAME,
            tables::DEVICE_USBDEV,
            attach::write,
            connect,
        )
    }
}

/// Detaches the device at the port `usbdev->port` of the controller `usbdev->ctrl`. After a failure, a device that
/// the guest may still have is still at its port.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbdev_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    usbdev: *mut libxl_device_usbdev,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    const NAME: &str = "libxl_device_usbdev_remove";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `usbdev` and `ao_how` NULL or valid.
    unsafe {
        let Some(device) = usbdev.as_ref().map(|device| DeviceUsbdev::from_c(device)) else {
            return null_argument(ctx, NAME);
        };
        start(ctx, ao_how, NAME, domid, |ao: Ao| {
            Ok(async move { detach::detach(&ao, domid, &device).await })
        })
    }
}

/// Lists the host's USB devices at the ports of the domain's controllers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbdev_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_usbdev {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_usbdev_list", num, |ctx| usb::devices(ctx, domid)) }
}

/// Stores the USB controller with this devid in `*usbctrl`, to be freed with `libxl_device_usbctrl_dispose`.
/// `ERROR_NOTFOUND` if there is none, `ERROR_FAIL` if its nodes are invalid; `*usbctrl` then has the values of
/// `libxl_device_usbctrl_init`.
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

/// Stores the host's device at a port of a controller in `*usbdev`, to be freed with `libxl_device_usbdev_dispose`.
/// `ERROR_FAIL` if there is none; `*usbdev` is then unchanged.
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
