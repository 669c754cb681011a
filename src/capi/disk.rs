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

/// Adds a disk to a domain that runs, and waits until what serves it is ready and its hotplug script, if it has one,
/// has ended. `disk` is completed before this returns, unless the disk is refused.
///
/// `ERROR_DEVICE_EXISTS` if the domain has it; `ERROR_INVAL` for what cannot be; `ERROR_FAIL` if the script fails or
/// what serves it wants a device model and none runs; `ERROR_TIMEDOUT` if it is not ready within 10 s, or the script
/// takes more than 40 s. After these but the first two a disk may be there that does not work: remove it.
/// `ERROR_JSON_CONFIG_EMPTY` if no configuration of the domain is stored.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
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

/// Removes a disk: the guest has 10 s to release it, and then it is removed by force. Which one, `vdev`, `backend`
/// and `backend_domid` say.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
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

/// Removes a disk without asking the guest. Which one, `vdev`, `backend` and `backend_domid` say. The disk is removed
/// even after an error, which is that of a failed step: `ERROR_TIMEDOUT` if its back end does not close within 10
/// s.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DeviceDisk>(ctx, domid, disk, ao_how, "libxl_device_disk_destroy", Force::Yes)
    }
}

/// As `libxl_device_disk_remove`, but a disk that the guest does not release stays: `ERROR_TIMEDOUT`.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
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

/// The domain's disks, and how many in `*num`; NULL and 0 for none, also if they cannot be read.
/// `libxl_device_disk_list_free` frees them. An invalid one is left out, and logged.
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
    unsafe { list(ctx, "libxl_device_disk_list", num, |ctx| disk::all(ctx, domid)) }
}

/// What is known of the disk with the `vdev` of `disk`, into `diskinfo`, for `libxl_diskinfo_dispose`. Numbers that
/// the guest has not written, or not as numbers that fit, are -1. `ERROR_FAIL` if there is no such disk.
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
    const NAME: &str = "libxl_device_disk_getinfo";
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
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

/// The disk that the guest knows as `vdev`, into `disk`, for `libxl_device_disk_dispose`. `ERROR_INVAL` if that is no
/// disk's name, or the domain has disks of Xen's kind and of virtio's; `ERROR_FAIL` if there is no such disk, or its nodes
/// are invalid.
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
    const NAME: &str = "libxl_vdev_to_device_disk";
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        let Some(vdev) = text(vdev) else { return null_argument(ctx, NAME) };
        fill(ctx, NAME, disk, DeviceDisk::default(), |ctx| {
            disk::with_number(ctx, domid, disk::number(ctx, domid, vdev)?)
        })
    }
}
