//! The C entries for network interfaces.

use std::ffi::*;

use crate::capi::device::{fill, list};
use crate::capi::entry::{null_argument, with_ctx};
use crate::capi::give::text;
use crate::capi::plug;
use crate::core::Error;
use crate::device::read::{self, info, nic, value};
use crate::device::remove::Force;
use crate::types::idiomatic::{CForm, DeviceNic, Nicinfo};
use crate::types::sys::*;
use crate::types::tables;

/// Adds a network interface.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_nic_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    nic: *mut libxl_device_nic,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nic` and `ao_how` NULL or valid.
    unsafe {
        plug::add::<DeviceNic>(ctx, domid, nic, ao_how, "libxl_device_nic_add", tables::DEVICE_NIC)
    }
}

/// Removes a network interface.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_nic_remove(
    ctx: *mut libxl_ctx,
    domid: u32,
    nic: *mut libxl_device_nic,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nic` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceNic>(
            ctx,
            domid,
            nic,
            ao_how,
            "libxl_device_nic_remove",
            Force::AfterTimeout,
        )
    }
}

/// Destroys a network interface.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_nic_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    nic: *mut libxl_device_nic,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nic` and `ao_how` NULL or valid.
    unsafe {
        plug::take::<DeviceNic>(ctx, domid, nic, ao_how, "libxl_device_nic_destroy", Force::Yes)
    }
}

/// Lists the domain's network interfaces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_nic_list(
    ctx: *mut libxl_ctx,
    domid: u32,
    num: *mut c_int,
) -> *mut libxl_device_nic {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num` NULL or valid.
    unsafe { list(ctx, "libxl_device_nic_list", num, |ctx| read::all(ctx, domid, &nic::NIC)) }
}

/// Information about a network interface.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_nic_getinfo(
    ctx: *mut libxl_ctx,
    domid: u32,
    nic: *const libxl_device_nic,
    nicinfo: *mut libxl_nicinfo,
) -> c_int {
    const NAME: &str = "libxl_device_nic_getinfo";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nic` and `nicinfo` NULL or valid.
    unsafe {
        let Some(devid) = nic.as_ref().map(|device| device.devid) else {
            return null_argument(ctx, NAME);
        };
        let empty = Nicinfo { devid, ..Default::default() };
        fill(ctx, NAME, nicinfo, empty, |ctx| read::unlisted(ctx, domid, &info::NIC, devid))
    }
}

/// Stores the first interface with this MAC address in `*nic`, to be freed with `libxl_device_nic_dispose`.
/// `ERROR_INVAL` if the address is invalid (`*nic` is unchanged) or no interface has it (`*nic` is all zero);
/// `ERROR_FAIL` if the domain has no interfaces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_mac_to_device_nic(
    ctx: *mut libxl_ctx,
    domid: u32,
    mac: *const c_char,
    nic: *mut libxl_device_nic,
) -> c_int {
    const NAME: &str = "libxl_mac_to_device_nic";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `mac` NULL or a string and `nic` NULL or valid.
    unsafe {
        let (Some(mac), false) = (text(mac), nic.is_null()) else {
            return null_argument(ctx, NAME);
        };
        with_ctx(ctx, NAME, |ctx| {
            let Some(mac) = value::mac(mac) else { return Error::Invalid.code() };
            match nic::with_mac(ctx, domid, mac) {
                Ok(Some(found)) => nic.write(found.to_c()),
                Ok(None) => {
                    nic.write_bytes(0, 1);
                    return Error::Invalid.code();
                }
                Err(error) => return error.code(),
            }
            0
        })
    }
}

/// Stores the network interface with this devid in `*nic`, to be freed with `libxl_device_nic_dispose`.
/// `ERROR_NOTFOUND` if there is none, `ERROR_FAIL` if its nodes are invalid; `*nic` then has the values of
/// `libxl_device_nic_init`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_devid_to_device_nic(
    ctx: *mut libxl_ctx,
    domid: u32,
    devid: c_int,
    nic: *mut libxl_device_nic,
) -> c_int {
    const NAME: &str = "libxl_devid_to_device_nic";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nic` NULL or valid.
    unsafe {
        fill(ctx, NAME, nic, DeviceNic::default(), |ctx| read::one(ctx, domid, &nic::NIC, devid))
    }
}
