//! The C entry for a console of a domain that another program builds.

use std::ffi::*;

use crate::capi::operation::start;
use crate::core::Result;
use crate::core::cause::summed_up_now;
use crate::device::add::AttachTarget;
use crate::device::add::console::{self, Primary};
use crate::types::sys::*;

/// Writes the xenstore nodes of the domain's primary console, whose ring is in guest frame `gfn` and whose event
/// channel is the guest's port `evtch`; domain `backend` serves it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_console_add_xenstore(
    ctx: *mut libxl_ctx,
    domid: u32,
    backend: u32,
    evtch: c_uint,
    gfn: c_ulong,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    const NAME: &str = "libxl_console_add_xenstore";
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `ao_how` NULL or valid; an entry holds no lock.
    unsafe {
        start(ctx, ao_how, NAME, domid, |ao| {
            let written: Result<()> = summed_up_now(&ao, domid, "attach the console", || {
                let target = AttachTarget::of(&ao, domid)?;
                let console = Primary { backend_domid: backend, port: evtch, ring: gfn, tty: None };
                console::write(&target, &console::primary(domid, &console))
            });
            Ok(async move { written })
        })
    }
}
