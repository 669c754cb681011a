//! The C entries for virtual disks.

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
pub unsafe extern "C" fn libxl_device_disk_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *mut libxl_device_disk,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_disk_add"; domid, disk, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *mut libxl_device_disk,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_disk_remove"; domid, disk, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *mut libxl_device_disk,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_disk_destroy"; domid, disk, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_safe_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *mut libxl_device_disk,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_disk_safe_remove"; domid, disk, ao_how)
}

/// NULL, and 0 in `*num`, for a domain that has none; not there yet for others.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_disk {
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    if unsafe { no_devices(ctx, domid, num, &[Kind::Vbd, Kind::VirtioDisk]) } {
        return std::ptr::null_mut();
    }
    missing!(ctx, "libxl_device_disk_list"; domid, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *const libxl_device_disk,
    diskinfo: *mut libxl_diskinfo,
) -> c_int {
    missing!(ctx, "libxl_device_disk_getinfo"; domid, disk, diskinfo)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cdrom_insert(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *mut libxl_device_disk,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_cdrom_insert"; domid, disk, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vdev_to_device_disk(
    ctx: *mut libxl_ctx,
    domid: u32,
    vdev: *const c_char,
    disk: *mut libxl_device_disk,
) -> c_int {
    missing!(ctx, "libxl_vdev_to_device_disk"; domid, vdev, disk)
}
