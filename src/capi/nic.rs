//! The C entries for network interfaces.

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
pub unsafe extern "C" fn libxl_device_nic_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    nic: *mut libxl_device_nic,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_nic_add"; domid, nic, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_nic_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    nic: *mut libxl_device_nic,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_nic_remove"; domid, nic, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_nic_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    nic: *mut libxl_device_nic,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_nic_destroy"; domid, nic, ao_how)
}

/// NULL, and 0 in `*num`, for a domain that has none; not there yet for others.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_nic_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_nic {
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    if unsafe { no_devices(ctx, domid, num, &[Kind::Vif]) } {
        return std::ptr::null_mut();
    }
    missing!(ctx, "libxl_device_nic_list"; domid, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_nic_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    nic: *const libxl_device_nic,
    nicinfo: *mut libxl_nicinfo,
) -> c_int {
    missing!(ctx, "libxl_device_nic_getinfo"; domid, nic, nicinfo)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_mac_to_device_nic(
    ctx: *mut libxl_ctx,
    domid: u32,
    mac: *const c_char,
    nic: *mut libxl_device_nic,
) -> c_int {
    missing!(ctx, "libxl_mac_to_device_nic"; domid, mac, nic)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_nic(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    nic: *mut libxl_device_nic,
) -> c_int {
    missing!(ctx, "libxl_devid_to_device_nic"; domid, devid, nic)
}
