//! The C entries for virtual TPMs.

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
pub unsafe extern "C" fn libxl_device_vtpm_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    vtpm: *mut libxl_device_vtpm,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vtpm_add"; domid, vtpm, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vtpm_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    vtpm: *mut libxl_device_vtpm,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vtpm_remove"; domid, vtpm, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vtpm_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    vtpm: *mut libxl_device_vtpm,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_vtpm_destroy"; domid, vtpm, ao_how)
}

/// NULL, and 0 in `*num`, for a domain that has none; not there yet for others.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vtpm_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_vtpm {
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    if unsafe { no_devices(ctx, domid, num, &[Kind::Vtpm]) } {
        return std::ptr::null_mut();
    }
    missing!(ctx, "libxl_device_vtpm_list"; domid, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vtpm_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    vtpm: *const libxl_device_vtpm,
    vtpminfo: *mut libxl_vtpminfo,
) -> c_int {
    missing!(ctx, "libxl_device_vtpm_getinfo"; domid, vtpm, vtpminfo)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_to_device_vtpm(
    ctx: *mut libxl_ctx,
    domid: u32,
    uuid: *mut libxl_uuid,
    vtpm: *mut libxl_device_vtpm,
) -> c_int {
    missing!(ctx, "libxl_uuid_to_device_vtpm"; domid, uuid, vtpm)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_vtpm(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    vtpm: *mut libxl_device_vtpm,
) -> c_int {
    missing!(ctx, "libxl_devid_to_device_vtpm"; domid, devid, vtpm)
}
