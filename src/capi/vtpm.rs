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
        // SAFETY: the caller's contract.
        return unsafe { null_argument(ctx, name) };
    }
    // SAFETY: the caller's contract.
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

/// Adds a TPM to a domain that runs, and waits until what serves it is ready and its hotplug script, if it has one,
/// has ended. `vtpm` is completed before this returns, unless the TPM is refused.
///
/// `ERROR_DEVICE_EXISTS` if the domain has it; `ERROR_INVAL` for what cannot be; `ERROR_FAIL` if the script fails or
/// what serves it wants a device model and none runs; `ERROR_TIMEDOUT` if it is not ready within 10 s, or the script
/// takes more than 40 s. After these but the first two a TPM may be there that does not work: remove it.
/// `ERROR_JSON_CONFIG_EMPTY` if no configuration of the domain is stored.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
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

/// Removes a TPM: the guest has 10 s to release it, and then it is removed by force. Which one, `devid` and
/// `backend_domid` say.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DeviceVtpm>(
            ctx,
            domid,
            vtpm,
            ao_how,
            "libxl_device_vtpm_remove",
            Force::InTheEnd,
        )
    }
}

/// Removes a TPM without asking the guest. Which one, `devid` and `backend_domid` say. The TPM is removed even after an
/// error, which is that of a failed step: `ERROR_TIMEDOUT` if its back end does not close within 10 s.
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
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        plug::take::<DeviceVtpm>(ctx, domid, vtpm, ao_how, "libxl_device_vtpm_destroy", Force::Yes)
    }
}

/// The domain's TPMs, and how many in `*num`; NULL and 0 for none, also if they cannot be read.
/// `libxl_device_vtpm_list_free` frees them. An invalid one is left out, and logged.
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
    unsafe { list(ctx, "libxl_device_vtpm_list", num, |ctx| read::all(ctx, domid, &vtpm::VTPM)) }
}

/// What is known of the device with the `devid` of `vtpm`, into `vtpminfo`, for `libxl_vtpminfo_dispose`. Numbers
/// that the guest has not written, or not as numbers that fit, are -1. `ERROR_FAIL` if there is no such device.
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
    const NAME: &str = "libxl_device_vtpm_getinfo";
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        let Some(devid) = vtpm.as_ref().map(|device| device.devid) else {
            return null_argument(ctx, NAME);
        };
        let empty = Vtpminfo { devid, ..Default::default() };
        fill(ctx, NAME, vtpminfo, empty, |ctx| read::alone(ctx, domid, &info::VTPM, devid))
    }
}

/// The first TPM with that uuid, into `vtpm`. 1 if none has it, `ERROR_FAIL` if the domain has no TPMs.
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
    const NAME: &str = "libxl_uuid_to_device_vtpm";
    // SAFETY: `ctx` is NULL or live, the others are NULL or valid.
    unsafe {
        let Some(wanted) = uuid.as_ref().copied() else { return null_argument(ctx, NAME) };
        // All zero where C zeroes it.
        find(ctx, NAME, domid, vtpm, std::mem::zeroed(), |vtpm| vtpm.uuid.0 == wanted.uuid)
    }
}

/// The first TPM with that number, into `vtpm`. 1 if none has it, `ERROR_FAIL` if the domain has no TPMs.
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
    const NAME: &str = "libxl_devid_to_device_vtpm";
    let empty = DeviceVtpm::default().to_c();
    // SAFETY: `ctx` is NULL or live, `vtpm` is NULL or writable.
    unsafe { find(ctx, NAME, domid, vtpm, empty, |vtpm| vtpm.devid == devid) }
}
