//! The C entries for framebuffers, keyboards, displays and sound.

use std::ffi::*;

use crate::capi::device::{fill, list};
use crate::capi::entry::null_argument;
use crate::capi::plug;
use crate::core::{Error, Result};
use crate::device::read::{self, display, info, sound, vkb};
use crate::device::remove::Force;
use crate::types::idiomatic::{
    CForm, DeviceVdispl, DeviceVfb, DeviceVkb, DeviceVsnd, Vdisplinfo, Vkbinfo, Vsndinfo,
};
use crate::types::sys::*;
use crate::types::tables;

/// In C these look through the list of all that make sense, and find it or do not.
fn found<T>(read: Result<Option<T>>) -> Result<T> {
    read.ok().flatten().ok_or(Error::NotFound)
}

/// Adds a display.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    displ: *mut libxl_device_vdispl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `displ` and `ao_how` NULL or valid.
    unsafe {
        plug::add::<DeviceVdispl>(
            ctx,
            domid,
            displ,
            ao_how,
            "libxl_device_vdispl_add",
            tables::DEVICE_VDISPL,
        )
    }
}

/// Removes a display.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    vdispl: *mut libxl_device_vdispl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vdispl` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceVdispl>(
            ctx,
            domid,
            vdispl,
            ao_how,
            "libxl_device_vdispl_remove",
            Force::AfterTimeout,
        )
    }
}

/// Destroys a display.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    vdispl: *mut libxl_device_vdispl,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vdispl` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceVdispl>(
            ctx,
            domid,
            vdispl,
            ao_how,
            "libxl_device_vdispl_destroy",
            Force::Yes,
        )
    }
}

/// Lists the domain's displays, without their connectors.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_vdispl {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe {
        list(ctx, "libxl_device_vdispl_list", num, |ctx| read::all(ctx, domid, &display::VDISPL))
    }
}

/// Information about a display.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    vdispl: *const libxl_device_vdispl,
    vdisplinfo: *mut libxl_vdisplinfo,
) -> c_int {
    const NAME: &str = "libxl_device_vdispl_getinfo";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vdispl` and `vdisplinfo` NULL or valid.
    unsafe {
        let Some(devid) = vdispl.as_ref().map(|device| device.devid) else {
            return null_argument(ctx, NAME);
        };
        let empty = Vdisplinfo { devid, ..Default::default() };
        fill(ctx, NAME, vdisplinfo, empty, |ctx| read::unlisted(ctx, domid, &info::VDISPL, devid))
    }
}

/// Adds a sound card.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    vsnd: *mut libxl_device_vsnd,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vsnd` and `ao_how` NULL or valid.
    unsafe {
        plug::add::<DeviceVsnd>(
            ctx,
            domid,
            vsnd,
            ao_how,
            "libxl_device_vsnd_add",
            tables::DEVICE_VSND,
        )
    }
}

/// Removes a sound card.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    vsnd: *mut libxl_device_vsnd,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vsnd` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceVsnd>(
            ctx,
            domid,
            vsnd,
            ao_how,
            "libxl_device_vsnd_remove",
            Force::AfterTimeout,
        )
    }
}

/// Destroys a sound card.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    vsnd: *mut libxl_device_vsnd,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vsnd` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceVsnd>(ctx, domid, vsnd, ao_how, "libxl_device_vsnd_destroy", Force::Yes)
    }
}

/// Lists the domain's sound cards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_vsnd {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_vsnd_list", num, |ctx| read::all(ctx, domid, &sound::VSND)) }
}

/// Information about a sound card, and about as many streams as `vsnd` has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    vsnd: *const libxl_device_vsnd,
    vsndlinfo: *mut libxl_vsndinfo,
) -> c_int {
    const NAME: &str = "libxl_device_vsnd_getinfo";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vsnd` and `vsndlinfo` NULL or valid.
    unsafe {
        let Some(card) = vsnd.as_ref().map(|card| DeviceVsnd::from_c(card)) else {
            return null_argument(ctx, NAME);
        };
        let empty = Vsndinfo { devid: card.devid, ..Default::default() };
        fill(ctx, NAME, vsndlinfo, empty, |ctx| info::sound(ctx, domid, &card))
    }
}

/// Adds a keyboard, and replaces the one with that `devid` if there is one. Does not wait for the back end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    vkb: *mut libxl_device_vkb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vkb` and `ao_how` NULL or valid.
    unsafe {
        plug::add_bare::<DeviceVkb>(
            ctx,
            domid,
            vkb,
            ao_how,
            "libxl_device_vkb_add",
            tables::DEVICE_VKB,
        )
    }
}

/// Removes a keyboard, which is identified by `devid`, `backend_type` and `backend_domid`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    vkb: *mut libxl_device_vkb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vkb` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceVkb>(
            ctx,
            domid,
            vkb,
            ao_how,
            "libxl_device_vkb_remove",
            Force::AfterTimeout,
        )
    }
}

/// Destroys a keyboard, which is identified by `devid`, `backend_type` and `backend_domid`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    vkb: *mut libxl_device_vkb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vkb` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceVkb>(ctx, domid, vkb, ao_how, "libxl_device_vkb_destroy", Force::Yes)
    }
}

/// Lists the domain's keyboards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_vkb {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_vkb_list", num, |ctx| read::all(ctx, domid, &vkb::VKB)) }
}

/// Information about a keyboard.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    vkb: *const libxl_device_vkb,
    vkbinfo: *mut libxl_vkbinfo,
) -> c_int {
    const NAME: &str = "libxl_device_vkb_getinfo";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vkb` and `vkbinfo` NULL or valid.
    unsafe {
        let Some(devid) = vkb.as_ref().map(|device| device.devid) else {
            return null_argument(ctx, NAME);
        };
        let empty = Vkbinfo { devid, ..Default::default() };
        fill(ctx, NAME, vkbinfo, empty, |ctx| read::unlisted(ctx, domid, &info::VKB, devid))
    }
}

/// Adds a framebuffer, and replaces the one with that `devid` if there is one. Does not wait for the back end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vfb_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    vfb: *mut libxl_device_vfb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vfb` and `ao_how` NULL or valid.
    unsafe {
        plug::add_bare::<DeviceVfb>(
            ctx,
            domid,
            vfb,
            ao_how,
            "libxl_device_vfb_add",
            tables::DEVICE_VFB,
        )
    }
}

/// Removes a framebuffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vfb_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    vfb: *mut libxl_device_vfb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vfb` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceVfb>(
            ctx,
            domid,
            vfb,
            ao_how,
            "libxl_device_vfb_remove",
            Force::AfterTimeout,
        )
    }
}

/// Destroys a framebuffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vfb_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    vfb: *mut libxl_device_vfb,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vfb` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceVfb>(ctx, domid, vfb, ao_how, "libxl_device_vfb_destroy", Force::Yes)
    }
}

/// Stores the keyboard with this devid in `*vkb`, to be freed with `libxl_device_vkb_dispose`. `ERROR_NOTFOUND` if
/// there is none whose nodes are valid; `*vkb` then has the values of `libxl_device_vkb_init`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_vkb(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    vkb: *mut libxl_device_vkb,
) -> c_int {
    const NAME: &str = "libxl_devid_to_device_vkb";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vkb` NULL or valid.
    unsafe {
        fill(ctx, NAME, vkb, DeviceVkb::default(), |ctx| {
            found(read::if_any(ctx, domid, &vkb::VKB, devid))
        })
    }
}

/// Stores the display with this devid in `*vdispl`, to be freed with `libxl_device_vdispl_dispose`. `ERROR_NOTFOUND`
/// if there is none, `ERROR_FAIL` if its nodes are invalid; `*vdispl` then has the values of
/// `libxl_device_vdispl_init`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_vdispl(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    vdispl: *mut libxl_device_vdispl,
) -> c_int {
    const NAME: &str = "libxl_devid_to_device_vdispl";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vdispl` NULL or valid.
    unsafe {
        fill(ctx, NAME, vdispl, DeviceVdispl::default(), |ctx| {
            read::one(ctx, domid, &display::VDISPL, devid)
        })
    }
}

/// Stores the sound card with this devid in `*vsnd`, to be freed with `libxl_device_vsnd_dispose`. `ERROR_NOTFOUND`
/// if there is none whose nodes are valid; `*vsnd` then has the values of `libxl_device_vsnd_init`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_vsnd(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    vsnd: *mut libxl_device_vsnd,
) -> c_int {
    const NAME: &str = "libxl_devid_to_device_vsnd";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vsnd` NULL or valid.
    unsafe {
        fill(ctx, NAME, vsnd, DeviceVsnd::default(), |ctx| {
            found(read::if_any(ctx, domid, &sound::VSND, devid))
        })
    }
}
