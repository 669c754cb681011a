//! The C entries for virtual disks.

use std::ffi::*;

use crate::capi::device::{fill, list};
use crate::capi::entry::null_argument;
use crate::capi::give::text;
use crate::capi::operation::start;
use crate::capi::plug;
use crate::core::{Ao, Error};
use crate::device::cdrom;
use crate::device::read::{self, disk, info};
use crate::device::remove::Force;
use crate::types::idiomatic::{CForm, DeviceDisk, Diskinfo, write_back};
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

/// Removes a disk, which is identified by `vdev`, `backend` and `backend_domid`.
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
            Force::AfterTimeout,
        )
    }
}

/// Destroys a disk, which is identified by `vdev`, `backend` and `backend_domid`.
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

/// As `libxl_device_disk_remove`, but a disk that the guest does not release is not removed: `ERROR_TIMEDOUT`.
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

/// Lists the domain's disks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_disk {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_disk_list", num, |ctx| disk::all(ctx, domid)) }
}

/// Information about the disk with the `vdev` of `disk`.
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
            read::unlisted(ctx, domid, table, devid)
        })
    }
}

/// Changes the medium of an HVM guest's CD drive: the drive is `disk->vdev`, the medium `disk->pdev_path` in the
/// format `disk->format`, or none with `LIBXL_DISK_FORMAT_EMPTY` or without a path. The defaults of `disk` are set
/// before the function returns.
///
/// `ERROR_INVAL` for other guests and for those with a stub domain; `ERROR_FAIL` if the drive or the file does not
/// exist; `ERROR_QMP_*` if QEMU refuses, for example because the guest has locked the drive, which is then unchanged;
/// `ERROR_TIMEDOUT` if QEMU has not made the change within 40 s, without the wait for other changes of the guest's
/// devices. A drive whose new medium QEMU refuses is left empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cdrom_insert(
    ctx: *mut libxl_ctx,
    domid: u32,
    disk: *mut libxl_device_disk,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    const NAME: &str = "libxl_cdrom_insert";
    // SAFETY: NULL or valid.
    let Some(mut complete) = (unsafe { disk.as_ref().map(|disk| DeviceDisk::from_c(disk)) }) else {
        // SAFETY: `ctx` is NULL or live.
        return unsafe { null_argument(ctx, NAME) };
    };
    let begin = |ao: Ao| {
        let change = cdrom::prepare(&ao, domid, &mut complete);
        if change.is_ok() {
            // SAFETY: it is valid, and the application's own until we return.
            unsafe { write_back(&complete, &mut *disk, tables::DEVICE_DISK) };
        }
        Ok(async move { change?.run(&ao).await })
    };
    // SAFETY: `ctx` is NULL or live, `ao_how` NULL or valid.
    unsafe { start(ctx, ao_how, NAME, domid, begin) }
}

/// Stores the disk `vdev` in `*disk`, to be freed with `libxl_device_disk_dispose`. `ERROR_INVAL` if `vdev` is not a
/// valid vdev, or if the domain has both Xen and virtio disks; `ERROR_FAIL` if there is no such disk, or if its nodes
/// are invalid.
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
            disk::with_devid(ctx, domid, disk::number(ctx, domid, vdev)?)
        })
    }
}
