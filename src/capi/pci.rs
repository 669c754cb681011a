//! The C entries for PCI passthrough.

use std::ffi::*;

use crate::capi::device::list;
use crate::capi::entry::{code, null_argument, with_ctx};
use crate::capi::operation::{Operation, start};
use crate::core::Ao;
use crate::device::pci::{assignable, attach, detach};
use crate::device::read::pci;
use crate::types::idiomatic::{CForm, DevicePci};
use crate::types::sys::*;

/// Runs an operation with a device of the application's.
///
/// # Safety
/// As for [`start`]; `pci` is NULL or valid.
unsafe fn plug<F: Operation>(
    ctx: *mut libxl_ctx,
    pci: *const libxl_device_pci,
    domid: u32,
    how: *const libxl_asyncop_how,
    name: &'static str,
    run: impl FnOnce(Ao, DevicePci) -> F,
) -> c_int {
    // SAFETY: NULL or a valid value, by the caller's contract; the copy is made here.
    let Some(device) = (unsafe { pci.as_ref().map(|given| DevicePci::from_c(given)) }) else {
        // SAFETY: `ctx` is NULL or live, by the caller's contract.
        return unsafe { null_argument(ctx, name) };
    };
    // SAFETY: `ctx` and `how` are what the caller says, NULL, live or valid; an entry holds no lock.
    unsafe { start(ctx, how, name, domid, |ao| Ok(run(ao, device))) }
}

/// Passes a PCI function of the host through to the domain. It must be assignable, or with `seize` is made
/// assignable; with a `vfunc_mask` of `LIBXL_PCI_FUNC_ALL` all functions of the device are passed through. If `pci`
/// has a name, the function is looked up by it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    pci: *mut libxl_device_pci,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `pci` and `ao_how` NULL or valid.
    unsafe {
        plug(ctx, pci, domid, ao_how, "libxl_device_pci_add", |ao, device| async move {
            attach::add(&ao, domid, device).await
        })
    }
}

/// Detaches a PCI function, or all functions of a device, from the domain. If the guest does not release it within 10
/// s, it remains attached.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    pci: *mut libxl_device_pci,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `pci` and `ao_how` NULL or valid.
    unsafe {
        plug(ctx, pci, domid, ao_how, "libxl_device_pci_remove", |ao, device| async move {
            detach::remove(&ao, domid, device, false).await
        })
    }
}

/// As `libxl_device_pci_remove`, but the function is detached even if the guest does not release it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    pci: *mut libxl_device_pci,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `pci` and `ao_how` NULL or valid.
    unsafe {
        plug(ctx, pci, domid, ao_how, "libxl_device_pci_destroy", |ao, device| async move {
            detach::remove(&ao, domid, device, true).await
        })
    }
}

/// Lists the PCI devices that are passed through to the domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_pci {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_pci_list", num, |ctx| pci::all(ctx, domid)) }
}

/// Makes a PCI function of the host assignable: unbinds it from its driver and binds it to pciback. If `rebind` is
/// not 0, the driver is recorded, so that the function can be bound to it again. If `pci` has a name, it is recorded
/// too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_assignable_add(
    ctx: *mut libxl_ctx,
    pci: *mut libxl_device_pci,
    rebind: c_int,
) -> c_int {
    const NAME: &str = "libxl_device_pci_assignable_add";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `pci` NULL or valid.
    unsafe {
        let Some(device) = pci.as_ref().map(|given| DevicePci::from_c(given)) else {
            return null_argument(ctx, NAME);
        };
        with_ctx(ctx, NAME, |ctx| code(assignable::add(ctx, &device, rebind != 0)))
    }
}

/// Makes a PCI function of the host no longer assignable; if `rebind` is not 0, it is bound to its recorded driver.
/// If `pci` has a name, the function is looked up by it and its address is stored in `*pci`; `ERROR_NOTFOUND` if none
/// has that name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_assignable_remove(
    ctx: *mut libxl_ctx,
    pci: *mut libxl_device_pci,
    rebind: c_int,
) -> c_int {
    const NAME: &str = "libxl_device_pci_assignable_remove";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `pci` NULL or valid.
    unsafe {
        let Some(mut device) = pci.as_ref().map(|given| DevicePci::from_c(given)) else {
            return null_argument(ctx, NAME);
        };
        with_ctx(ctx, NAME, |ctx| {
            let outcome = assignable::remove(ctx, &mut device, rebind != 0);
            (*pci).domain = device.domain;
            ((*pci).bus, (*pci).dev, (*pci).func) = (device.bus, device.dev, device.func);
            code(outcome)
        })
    }
}

/// Lists the assignable PCI devices of the host that are not assigned to a guest, and stores their number in `*num`;
/// NULL and 0 if there are none, or if the driver `pciback` is not loaded. To be freed with
/// `libxl_device_pci_assignable_list_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_assignable_list(
    ctx: *mut libxl_ctx,
    num: *mut c_int,
) -> *mut libxl_device_pci {
    const NAME: &str = "libxl_device_pci_assignable_list";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, NAME, num, |ctx| pci::assignable(ctx).unwrap_or_default()) }
}
