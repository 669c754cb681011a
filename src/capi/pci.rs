//! The C entries for PCI passthrough.

use std::ffi::*;

use crate::capi::device::list;
use crate::device::read::pci;
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

/// The PCI devices passed through to the domain, and how many in `*num`; NULL and 0 for none, also if they cannot be read.
/// `libxl_device_pci_list_free` frees them. An invalid one is left out, and logged.
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
    unsafe { list(ctx, "libxl_device_pci_list", num, |ctx| pci::all(ctx, domid)) }
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

/// The host's PCI devices that may be given to guests and are not, and how many in `*num`; NULL and 0 for
/// none, and if the kernel keeps none for guests. `libxl_device_pci_assignable_list_free` frees them.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_assignable_list(
    ctx: *mut libxl_ctx,
    num: *mut c_int,
) -> *mut libxl_device_pci {
    const NAME: &str = "libxl_device_pci_assignable_list";
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    unsafe { list(ctx, NAME, num, |ctx| pci::assignable(ctx).unwrap_or_default()) }
}
