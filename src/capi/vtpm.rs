//! The C entries for virtual TPMs.

use std::ffi::*;

use crate::capi::device::{fill, list};
use crate::capi::entry::{null_argument, with_ctx};
use crate::capi::plug;
use crate::core::Error;
use crate::device::read::{self, info, vtpm};
use crate::device::remove::Force;
use crate::types::idiomatic::{CForm, DeviceVtpm, Vtpminfo};
use crate::types::sys::*;
use crate::types::tables;

/// The first TPM that is `wanted`, into `vtpm`; 1, and `empty` there, if none is.
///
/// # Safety
/// `ctx` is NULL or live, `vtpm` NULL or writable.
unsafe fn find(
    ctx: *mut libxl_ctx,
    name: &str,
    domid: u32,
    vtpm: *mut libxl_device_vtpm,
    empty: libxl_device_vtpm,
    wanted: impl FnMut(&DeviceVtpm) -> bool,
) -> c_int {
    if vtpm.is_null() {
        // SAFETY: `ctx` is NULL or live, by the caller's contract.
        return unsafe { null_argument(ctx, name) };
    }
    // SAFETY: `ctx` is NULL or live, by the caller's contract, and `vtpm`, which is not NULL, writable.
    unsafe {
        with_ctx(ctx, name, |ctx| {
            let all = read::all(ctx, domid, &vtpm::VTPM);
            if all.is_empty() {
                return Error::Fail.code();
            }
            let found = all.into_iter().find(wanted);
            vtpm.write(found.as_ref().map_or(empty, CForm::to_c));
            c_int::from(found.is_none())
        })
    }
}

/// Adds a TPM.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vtpm_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    vtpm: *mut libxl_device_vtpm,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vtpm` and `ao_how` NULL or valid.
    unsafe {
        plug::add::<DeviceVtpm>(
            ctx,
            domid,
            vtpm,
            ao_how,
            "libxl_device_vtpm_add",
            tables::DEVICE_VTPM,
        )
    }
}

/// Removes a TPM.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vtpm_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    vtpm: *mut libxl_device_vtpm,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vtpm` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceVtpm>(
            ctx,
            domid,
            vtpm,
            ao_how,
            "libxl_device_vtpm_remove",
            Force::AfterTimeout,
        )
    }
}

/// Destroys a TPM.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vtpm_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    vtpm: *mut libxl_device_vtpm,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vtpm` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceVtpm>(ctx, domid, vtpm, ao_how, "libxl_device_vtpm_destroy", Force::Yes)
    }
}

/// Lists the domain's TPMs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vtpm_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_vtpm {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_vtpm_list", num, |ctx| read::all(ctx, domid, &vtpm::VTPM)) }
}

/// Information about a TPM.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vtpm_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    vtpm: *const libxl_device_vtpm,
    vtpminfo: *mut libxl_vtpminfo,
) -> c_int {
    const NAME: &str = "libxl_device_vtpm_getinfo";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vtpm` and `vtpminfo` NULL or valid.
    unsafe {
        let Some(devid) = vtpm.as_ref().map(|device| device.devid) else {
            return null_argument(ctx, NAME);
        };
        let empty = Vtpminfo { devid, ..Default::default() };
        fill(ctx, NAME, vtpminfo, empty, |ctx| read::unlisted(ctx, domid, &info::VTPM, devid))
    }
}

/// Stores the first TPM with this uuid in `*vtpm`. 1 if none has it, `ERROR_FAIL` if the domain has no TPMs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_to_device_vtpm(
    ctx: *mut libxl_ctx,
    domid: u32,
    uuid: *mut libxl_uuid,
    vtpm: *mut libxl_device_vtpm,
) -> c_int {
    const NAME: &str = "libxl_uuid_to_device_vtpm";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `uuid` and `vtpm` NULL or valid.
    unsafe {
        let Some(wanted) = uuid.as_ref().copied() else { return null_argument(ctx, NAME) };
        // All zero where C zeroes it.
        find(ctx, NAME, domid, vtpm, std::mem::zeroed(), |vtpm| vtpm.uuid.0 == wanted.uuid)
    }
}

/// Stores the first TPM with this devid in `*vtpm`. 1 if none has it, `ERROR_FAIL` if the domain has no TPMs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_vtpm(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    vtpm: *mut libxl_device_vtpm,
) -> c_int {
    const NAME: &str = "libxl_devid_to_device_vtpm";
    let empty = DeviceVtpm::default().to_c();
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `vtpm` NULL or valid.
    unsafe { find(ctx, NAME, domid, vtpm, empty, |vtpm| vtpm.devid == devid) }
}
