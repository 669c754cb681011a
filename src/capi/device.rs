//! The C entries for channels, 9p, pvcalls and the driver domain's loop.

use std::ffi::*;

use crate::capi::entry::with_ctx;
use crate::capi::give::null;
use crate::core::Ctx;
use crate::device::Kind;
use crate::domain::{leading_number, nodes};
use crate::missing;
use crate::types::sys::*;
use crate::xen::store::Ops;

/// Whether xenstore has no record of such devices, and then 0 in `*num`. What cannot be read is not there,
/// as in the C library.
///
/// # Safety
/// `ctx` is NULL or live, `num` NULL or writable.
unsafe fn none(ctx: *mut libxl_ctx, num: *mut c_int, found: impl FnOnce(&Ctx) -> bool) -> bool {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_device_*_list", |ctx| {
            let Some(num) = num.as_mut() else {
                null(ctx, "num");
                return true;
            };
            *num = 0;
            !found(ctx)
        })
    }
}

/// [`none`], of devices of the given kinds.
///
/// # Safety
/// As for [`none`].
pub unsafe fn no_devices(ctx: *mut libxl_ctx, domid: u32, num: *mut c_int, kinds: &[Kind]) -> bool {
    let dir = |kind: &Kind| format!("{}/device/{}", nodes::libxl_path(domid), kind.name());
    // SAFETY: the caller's contract.
    unsafe {
        none(ctx, num, |ctx| {
            let lists = ctx.store().list_many(&kinds.iter().map(dir).collect::<Vec<_>>());
            lists.is_ok_and(|lists| lists.iter().flatten().any(|list| !list.is_empty()))
        })
    }
}

/// [`none`], of PCI devices: their back end counts them.
///
/// # Safety
/// As for [`none`].
pub unsafe fn no_pci_devices(ctx: *mut libxl_ctx, domid: u32, num: *mut c_int) -> bool {
    let path = format!("{}/backend/pci/{domid}/0/num_devs", nodes::domain_path(0));
    // SAFETY: the caller's contract.
    unsafe {
        none(ctx, num, |ctx| {
            let count = nodes::peek(ctx, ctx.store(), &path);
            count.is_some_and(|count| leading_number::<u32>(&count) != Some(0))
        })
    }
}

/// [`none`], of channels: the consoles that have a name.
///
/// # Safety
/// As for [`none`].
unsafe fn no_channels(ctx: *mut libxl_ctx, domid: u32, num: *mut c_int) -> bool {
    let dir = format!("{}/device/{}", nodes::libxl_path(domid), Kind::Console.name());
    // SAFETY: the caller's contract.
    unsafe {
        none(ctx, num, |ctx| {
            let consoles = ctx.store().list(&dir).ok().flatten().unwrap_or_default();
            let names: Vec<_> = consoles.iter().map(|id| format!("{dir}/{id}/name")).collect();
            nodes::peek_many(ctx, ctx.store(), &names).iter().any(Option::is_some)
        })
    }
}

/// NULL, and 0 in `*num`, for a domain that has none; not there yet for others.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_channel_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_channel {
    // SAFETY: `ctx` is NULL or live, `num` NULL or writable.
    if unsafe { no_channels(ctx, domid, num) } {
        return std::ptr::null_mut();
    }
    missing!(ctx, "libxl_device_channel_list"; domid, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_channel_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    channel: *const libxl_device_channel,
    channelinfo: *mut libxl_channelinfo,
) -> c_int {
    missing!(ctx, "libxl_device_channel_getinfo"; domid, channel, channelinfo)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_p9_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    p9: *mut libxl_device_p9,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_p9_remove"; domid, p9, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_p9_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    p9: *mut libxl_device_p9,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_p9_destroy"; domid, p9, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pvcallsif_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    pvcallsif: *mut libxl_device_pvcallsif,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_pvcallsif_remove"; domid, pvcallsif, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pvcallsif_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    pvcallsif: *mut libxl_device_pvcallsif,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_pvcallsif_destroy"; domid, pvcallsif, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_events_handler(
    ctx: *mut libxl_ctx,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_events_handler"; ao_how)
}
