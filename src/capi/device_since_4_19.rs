//! The C entry that adds a 9P file system to a running domain.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Adds a 9P file system; starts the daemon that serves it (xen-9pfsd), if `p9` asks for that one and it does not run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_9pfs_add(
    ctx: *mut libxl_ctx,
    domid: u32,
    p9: *mut libxl_device_p9,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_device_9pfs_add"; domid, p9, ao_how)
}
