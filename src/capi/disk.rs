//! The C entries for virtual disks.

use std::ffi::*;

use crate::capi::device::{fill, list};
use crate::capi::entry::null_argument;
use crate::capi::give::text;
use crate::capi::plug;
use crate::core::Error;
use crate::device::read::{self, disk, info};
use crate::device::remove::Force;
use crate::missing;
use crate::types::idiomatic::{DeviceDisk, Diskinfo};
use crate::types::sys::*;
use crate::types::tables;

/// Adds a disk.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *mut libxl_device_disk,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `disk` and `ao_how` NULL or valid.
    unsafe {
        plug::add::<DeviceDisk>(
            ctx,
            domid,
            disk,
            ao_how,
            "libxl_device_disk_add",
            tables::DEVICE_DISK,
        )
    }
}

/// Removes a disk, named by `vdev`, `backend` and `backend_domid`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *mut libxl_device_disk,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `disk` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceDisk>(
            ctx,
            domid,
            disk,
            ao_how,
            "libxl_device_disk_remove",
            Force::InTheEnd,
        )
    }
}

/// Destroys a disk, named by `vdev`, `backend` and `backend_domid`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *mut libxl_device_disk,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `disk` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceDisk>(ctx, domid, disk, ao_how, "libxl_device_disk_destroy", Force::Yes)
    }
}

/// As `libxl_device_disk_remove`, but a disk that the guest does not let go of stays: `ERROR_TIMEDOUT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_safe_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *mut libxl_device_disk,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `disk` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceDisk>(
            ctx,
            domid,
            disk,
            ao_how,
            "libxl_device_disk_safe_remove",
            Force::No,
        )
    }
}

/// The domain's disks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_disk {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_disk_list", num, |ctx| disk::all(ctx, domid)) }
}

/// What is known of the disk with the `vdev` of `disk`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *const libxl_device_disk,
    diskinfo: *mut libxl_diskinfo,
) -> c_int {
    const NAME: &str = "libxl_device_disk_getinfo";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `disk` and `diskinfo` NULL or valid.
    unsafe {
        let disk = disk.as_ref();
        let Some((vdev, backend)) = disk.and_then(|d| Some((text(d.vdev)?, d.backend))) else {
            return null_argument(ctx, NAME);
        };
        fill(ctx, NAME, diskinfo, Diskinfo::default(), |ctx| {
            let devid = disk::number(ctx, domid, vdev).map_err(|_| Error::Fail)?;
            let standalone = backend == LIBXL_DISK_BACKEND_STANDALONE;
            let table = if standalone { &info::VIRTIO_DISK } else { &info::VBD };
            read::alone(ctx, domid, table, devid)
        })
    }
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cdrom_insert(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *mut libxl_device_disk,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_cdrom_insert"; domid, disk, ao_how)
}

/// The disk that the guest knows as `vdev`, into `disk`, for `libxl_device_disk_dispose`. `ERROR_INVAL` if that is no
/// disk's name, or the domain has disks of Xen's kind and of virtio's; `ERROR_FAIL` if there is no such disk, or it
/// makes no sense.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vdev_to_device_disk(
    ctx: *mut libxl_ctx,
    domid: u32,
    vdev: *const c_char,
    disk: *mut libxl_device_disk,
) -> c_int {
    const NAME: &str = "libxl_vdev_to_device_disk";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `vdev` NULL or a string and `disk` NULL or valid.
    unsafe {
        let Some(vdev) = text(vdev) else { return null_argument(ctx, NAME) };
        fill(ctx, NAME, disk, DeviceDisk::default(), |ctx| {
            disk::with_number(ctx, domid, disk::number(ctx, domid, vdev)?)
        })
    }
}
