//! The C entries for framebuffers, keyboards, displays and sound.

use std::ffi::*;

use crate::capi::device::{fill, list, refused};
use crate::core::{Error, Result};
use crate::device::read::{self, display, info, sound, vkb};
use crate::missing;
use crate::types::idiomatic::{
    CForm, DeviceVdispl, DeviceVkb, DeviceVsnd, Vdisplinfo, Vkbinfo, Vsndinfo,
};
use crate::types::sys::*;

/// In C these look through the list of all that make sense, and find it or do not.
fn found<T>(read: Result<Option<T>>) -> Result<T> {
    read.ok().flatten().ok_or(Error::NotFound)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    displ: *mut libxl_device_vdispl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vdispl_add"; domid, displ, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    vdispl: *mut libxl_device_vdispl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vdispl_remove"; domid, vdispl, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    vdispl: *mut libxl_device_vdispl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vdispl_destroy"; domid, vdispl, ao_how)
}

/// The domain's displays, without their connectors, and how many in `*num`; NULL and 0 for none, also if they cannot be read.
/// `libxl_device_vdispl_list_free` frees them. One that makes no sense is left out, with a line in the log.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_vdispl {
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    unsafe {
        list(ctx, "libxl_device_vdispl_list", num, |ctx| read::all(ctx, domid, &display::VDISPL))
    }
}

/// What is known of the device with the `devid` of `vdispl`, into `vdisplinfo`, for `libxl_vdisplinfo_dispose`. Numbers
/// that the guest has not written, or not as numbers that fit, are -1. `ERROR_FAIL` if there is no such device.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    vdispl: *const libxl_device_vdispl,
    vdisplinfo: *mut libxl_vdisplinfo,
) -> c_int {
    const NAME: &str = "libxl_device_vdispl_getinfo";
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        let Some(devid) = vdispl.as_ref().map(|device| device.devid) else {
            return refused(ctx, NAME);
        };
        let empty = Vdisplinfo { devid, ..Default::default() };
        fill(ctx, NAME, vdisplinfo, empty, |ctx| read::alone(ctx, domid, &info::VDISPL, devid))
    }
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    vsnd: *mut libxl_device_vsnd,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vsnd_add"; domid, vsnd, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    vsnd: *mut libxl_device_vsnd,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vsnd_remove"; domid, vsnd, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    vsnd: *mut libxl_device_vsnd,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vsnd_destroy"; domid, vsnd, ao_how)
}

/// The domain's sound cards, and how many in `*num`; NULL and 0 for none, also if they cannot be read.
/// `libxl_device_vsnd_list_free` frees them. One that makes no sense is left out, with a line in the log.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_vsnd {
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    unsafe { list(ctx, "libxl_device_vsnd_list", num, |ctx| read::all(ctx, domid, &sound::VSND)) }
}

/// What is known of the sound card with the `devid` of `vsnd`, into `vsndlinfo`, for `libxl_vsndinfo_dispose`; of as
/// many streams as `vsnd` has. Numbers that the guest has not written, or not as numbers that fit, are -1.
/// `ERROR_FAIL` if there is no such card.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    vsnd: *const libxl_device_vsnd,
    vsndlinfo: *mut libxl_vsndinfo,
) -> c_int {
    const NAME: &str = "libxl_device_vsnd_getinfo";
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        let Some(card) = vsnd.as_ref().map(|card| DeviceVsnd::from_c(card)) else {
            return refused(ctx, NAME);
        };
        let empty = Vsndinfo { devid: card.devid, ..Default::default() };
        fill(ctx, NAME, vsndlinfo, empty, |ctx| info::sound(ctx, domid, &card))
    }
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    vkb: *mut libxl_device_vkb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vkb_add"; domid, vkb, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    vkb: *mut libxl_device_vkb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vkb_remove"; domid, vkb, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    vkb: *mut libxl_device_vkb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vkb_destroy"; domid, vkb, ao_how)
}

/// The domain's keyboards, and how many in `*num`; NULL and 0 for none, also if they cannot be read.
/// `libxl_device_vkb_list_free` frees them. One that makes no sense is left out, with a line in the log.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_vkb {
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    unsafe { list(ctx, "libxl_device_vkb_list", num, |ctx| read::all(ctx, domid, &vkb::VKB)) }
}

/// What is known of the device with the `devid` of `vkb`, into `vkbinfo`, for `libxl_vkbinfo_dispose`. Numbers
/// that the guest has not written, or not as numbers that fit, are -1. `ERROR_FAIL` if there is no such device.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    vkb: *const libxl_device_vkb,
    vkbinfo: *mut libxl_vkbinfo,
) -> c_int {
    const NAME: &str = "libxl_device_vkb_getinfo";
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        let Some(devid) = vkb.as_ref().map(|device| device.devid) else {
            return refused(ctx, NAME);
        };
        let empty = Vkbinfo { devid, ..Default::default() };
        fill(ctx, NAME, vkbinfo, empty, |ctx| read::alone(ctx, domid, &info::VKB, devid))
    }
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vfb_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    vfb: *mut libxl_device_vfb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vfb_add"; domid, vfb, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vfb_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    vfb: *mut libxl_device_vfb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vfb_remove"; domid, vfb, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vfb_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    vfb: *mut libxl_device_vfb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vfb_destroy"; domid, vfb, ao_how)
}

/// The keyboard with that number, into `vkb`, for `libxl_device_vkb_dispose`. `ERROR_NOTFOUND` if there is none
/// that makes sense; `vkb` is then as `libxl_device_vkb_init` makes it.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_vkb(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    vkb: *mut libxl_device_vkb,
) -> c_int {
    const NAME: &str = "libxl_devid_to_device_vkb";
    // SAFETY: `ctx` is NULL or live, `vkb` is NULL or writable.
    unsafe {
        fill(ctx, NAME, vkb, DeviceVkb::default(), |ctx| {
            found(read::if_any(ctx, domid, &vkb::VKB, devid))
        })
    }
}

/// The display with that number, into `vdispl`, for `libxl_device_vdispl_dispose`. `ERROR_NOTFOUND` if there is none,
/// `ERROR_FAIL` if it makes no sense; `vdispl` is then as `libxl_device_vdispl_init` makes it.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_vdispl(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    vdispl: *mut libxl_device_vdispl,
) -> c_int {
    const NAME: &str = "libxl_devid_to_device_vdispl";
    // SAFETY: `ctx` is NULL or live, `vdispl` is NULL or writable.
    unsafe {
        fill(ctx, NAME, vdispl, DeviceVdispl::default(), |ctx| {
            read::one(ctx, domid, &display::VDISPL, devid)
        })
    }
}

/// The sound card with that number, into `vsnd`, for `libxl_device_vsnd_dispose`. `ERROR_NOTFOUND` if there is none
/// that makes sense; `vsnd` is then as `libxl_device_vsnd_init` makes it.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_vsnd(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    vsnd: *mut libxl_device_vsnd,
) -> c_int {
    const NAME: &str = "libxl_devid_to_device_vsnd";
    // SAFETY: `ctx` is NULL or live, `vsnd` is NULL or writable.
    unsafe {
        fill(ctx, NAME, vsnd, DeviceVsnd::default(), |ctx| {
            found(read::if_any(ctx, domid, &sound::VSND, devid))
        })
    }
}
