//! The C entry that adds a 9P file system to a running domain.

use std::ffi::*;

use crate::capi::plug;
use crate::core::{Ao, Result};
use crate::device::add::p9;
use crate::device::add::running::Written;
use crate::types::idiomatic::DeviceP9;
use crate::types::sys::*;
use crate::types::tables;

async fn connect(ao: Ao, written: Result<Written>) -> Result<()> {
    p9::connect_one(&ao, written?).await
}

/// Adds a 9P file system; starts the daemon that serves it (xen-9pfsd), if `p9` asks for that one and it does not run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_9pfs_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    p9: *mut libxl_device_p9,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    const NAME: &str = "libxl_device_9pfs_add";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `p9` and `ao_how` NULL or valid.
    unsafe {
        plug::add_by::<DeviceP9, _, _>(
            ctx,
            domid,
            p9,
            ao_how,
            NAME,
            tables::DEVICE_P9,
            p9::write_one,
            connect,
        )
    }
}
