//! The C entry for a console of a domain that another program builds.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Writes the xenstore nodes of the domain's primary console, whose ring is in guest frame `gfn` and whose event channel
/// is the guest's port `evtch`; domain `backend` serves it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_console_add_xenstore(
    ctx: *mut libxl_ctx,
    domid: u32,
    backend: u32,
    evtch: c_uint,
    gfn: c_ulong,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_console_add_xenstore"; domid, backend, evtch, gfn, ao_how)
}
