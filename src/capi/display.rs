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

/// Adds a display to a domain that runs, and waits until what serves it is ready and its hotplug script, if it has
/// one, has ended. `displ` is completed before this returns, unless the display is refused.
///
/// `ERROR_DEVICE_EXISTS` if the domain has it; `ERROR_INVAL` for what cannot be; `ERROR_FAIL` if the script fails or
/// what serves it wants a device model and none runs; `ERROR_TIMEDOUT` if it is not ready within 10 s, or the script
/// takes more than 40 s. After these but the first two a display may be there that does not work: remove it.
/// `ERROR_JSON_CONFIG_EMPTY` if no configuration of the domain is stored.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
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

/// Removes a display: the guest has 10 s to release it, and then it is removed by force. Which one, `devid` and
/// `backend_domid` say.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DeviceVdispl>(
            ctx,
            domid,
            vdispl,
            ao_how,
            "libxl_device_vdispl_remove",
            Force::InTheEnd,
        )
    }
}

/// Removes a display without asking the guest. Which one, `devid` and `backend_domid` say. The display is removed
/// even after an error, which is that of a failed step: `ERROR_TIMEDOUT` if its back end does not close within 10
/// s.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
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

/// The domain's displays, without their connectors, and how many in `*num`; NULL and 0 for none, also if they cannot
/// be read. `libxl_device_vdispl_list_free` frees them. An invalid one is left out, and logged.
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

/// What is known of the device with the `devid` of `vdispl`, into `vdisplinfo`, for `libxl_vdisplinfo_dispose`.
/// Numbers that the guest has not written, or not as numbers that fit, are -1. `ERROR_FAIL` if there is no such
/// device.
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
            return null_argument(ctx, NAME);
        };
        let empty = Vdisplinfo { devid, ..Default::default() };
        fill(ctx, NAME, vdisplinfo, empty, |ctx| read::alone(ctx, domid, &info::VDISPL, devid))
    }
}

/// Adds a sound card to a domain that runs, and waits until what serves it is ready and its hotplug script, if it has
/// one, has ended. `vsnd` is completed before this returns, unless the sound card is refused.
///
/// `ERROR_DEVICE_EXISTS` if the domain has it; `ERROR_INVAL` for what cannot be; `ERROR_FAIL` if the script fails or
/// what serves it wants a device model and none runs; `ERROR_TIMEDOUT` if it is not ready within 10 s, or the script
/// takes more than 40 s. After these but the first two a sound card may be there that does not work: remove it.
/// `ERROR_JSON_CONFIG_EMPTY` if no configuration of the domain is stored.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
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

/// Removes a sound card: the guest has 10 s to release it, and then it is removed by force. Which one, `devid` and
/// `backend_domid` say.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DeviceVsnd>(
            ctx,
            domid,
            vsnd,
            ao_how,
            "libxl_device_vsnd_remove",
            Force::InTheEnd,
        )
    }
}

/// Removes a sound card without asking the guest. Which one, `devid` and `backend_domid` say. The sound card is
/// removed even after an error, which is that of a failed step: `ERROR_TIMEDOUT` if its back end does not close
/// within 10 s.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DeviceVsnd>(ctx, domid, vsnd, ao_how, "libxl_device_vsnd_destroy", Force::Yes)
    }
}

/// The domain's sound cards, and how many in `*num`; NULL and 0 for none, also if they cannot be read.
/// `libxl_device_vsnd_list_free` frees them. An invalid one is left out, and logged.
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
            return null_argument(ctx, NAME);
        };
        let empty = Vsndinfo { devid: card.devid, ..Default::default() };
        fill(ctx, NAME, vsndlinfo, empty, |ctx| info::sound(ctx, domid, &card))
    }
}

/// Adds a keyboard to a domain that runs, in place of the one with that `devid` if there is one. Nothing is waited
/// for. `vkb` is completed before this returns.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
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

/// Removes a keyboard: the guest has 10 s to release it, and then it is removed by force. Which one, `devid`,
/// `backend_type` and `backend_domid` say.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DeviceVkb>(ctx, domid, vkb, ao_how, "libxl_device_vkb_remove", Force::InTheEnd)
    }
}

/// Removes a keyboard without asking the guest. Which one, `devid`, `backend_type` and `backend_domid` say. The
/// keyboard is removed even after an error, which is that of a failed step: `ERROR_TIMEDOUT` if its back end does not
/// close within 10 s.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DeviceVkb>(ctx, domid, vkb, ao_how, "libxl_device_vkb_destroy", Force::Yes)
    }
}

/// The domain's keyboards, and how many in `*num`; NULL and 0 for none, also if they cannot be read.
/// `libxl_device_vkb_list_free` frees them. An invalid one is left out, and logged.
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
            return null_argument(ctx, NAME);
        };
        let empty = Vkbinfo { devid, ..Default::default() };
        fill(ctx, NAME, vkbinfo, empty, |ctx| read::alone(ctx, domid, &info::VKB, devid))
    }
}

/// Adds a screen to a domain that runs, in place of the one with that `devid` if there is one. Nothing is waited
/// for. `vfb` is completed before this returns.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
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

/// Removes a screen: the guest has 10 s to release it, and then it is removed by force. Which one, `devid` and
/// `backend_domid` say.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DeviceVfb>(ctx, domid, vfb, ao_how, "libxl_device_vfb_remove", Force::InTheEnd)
    }
}

/// Removes a screen without asking the guest. Which one, `devid` and `backend_domid` say. The screen is removed even
/// after an error, which is that of a failed step: `ERROR_TIMEDOUT` if its back end does not close within 10 s.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DeviceVfb>(ctx, domid, vfb, ao_how, "libxl_device_vfb_destroy", Force::Yes)
    }
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
/// `ERROR_FAIL` if its nodes are invalid; `vdispl` is then as `libxl_device_vdispl_init` makes it.
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
