//! The C entries for framebuffers, keyboards, displays and sound.

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

/// NULL, and 0 in `*num`, for a domain that has none; not there yet for others.
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
    if unsafe { no_devices(ctx, domid, num, &[Kind::Vdispl]) } {
        return std::ptr::null_mut();
    }
    missing!(ctx, "libxl_device_vdispl_list"; domid, num)
}

/// Not there yet.
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
    missing!(ctx, "libxl_device_vdispl_getinfo"; domid, vdispl, vdisplinfo)
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

/// NULL, and 0 in `*num`, for a domain that has none; not there yet for others.
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
    if unsafe { no_devices(ctx, domid, num, &[Kind::Vsnd]) } {
        return std::ptr::null_mut();
    }
    missing!(ctx, "libxl_device_vsnd_list"; domid, num)
}

/// Not there yet.
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
    missing!(ctx, "libxl_device_vsnd_getinfo"; domid, vsnd, vsndlinfo)
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

/// NULL, and 0 in `*num`, for a domain that has none; not there yet for others.
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
    if unsafe { no_devices(ctx, domid, num, &[Kind::Vkbd]) } {
        return std::ptr::null_mut();
    }
    missing!(ctx, "libxl_device_vkb_list"; domid, num)
}

/// Not there yet.
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
    missing!(ctx, "libxl_device_vkb_getinfo"; domid, vkb, vkbinfo)
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

/// Not there yet.
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
    missing!(ctx, "libxl_devid_to_device_vkb"; domid, devid, vkb)
}

/// Not there yet.
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
    missing!(ctx, "libxl_devid_to_device_vdispl"; domid, devid, vdispl)
}

/// Not there yet.
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
    missing!(ctx, "libxl_devid_to_device_vsnd"; domid, devid, vsnd)
}
