//! The C entries for PCI passthrough.

use std::ffi::*;

use crate::capi::device::no_pci_devices;
use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    pci: *mut libxl_device_pci,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_pci_add"; domid, pci, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    pci: *mut libxl_device_pci,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_pci_remove"; domid, pci, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    pci: *mut libxl_device_pci,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_pci_destroy"; domid, pci, ao_how)
}

/// NULL, and 0 in `*num`, for a domain that has none; not there yet for others.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_pci {
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    if unsafe { no_pci_devices(ctx, domid, num) } {
        return std::ptr::null_mut();
    }
    missing!(ctx, "libxl_device_pci_list"; domid, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_assignable_add(
    ctx: *mut libxl_ctx,
    pci: *mut libxl_device_pci,
    rebind: c_int,
) -> c_int {
    missing!(ctx, "libxl_device_pci_assignable_add"; pci, rebind)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_assignable_remove(
    ctx: *mut libxl_ctx,
    pci: *mut libxl_device_pci,
    rebind: c_int,
) -> c_int {
    missing!(ctx, "libxl_device_pci_assignable_remove"; pci, rebind)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_assignable_list(
    ctx: *mut libxl_ctx,
    num: *mut c_int,
) -> *mut libxl_device_pci {
    missing!(ctx, "libxl_device_pci_assignable_list"; num)
}
