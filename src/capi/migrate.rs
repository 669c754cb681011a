//! The C entries for suspend, resume, save and replication.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_suspend(
    ctx: *mut libxl_ctx,
    domid: u32,
    fd: c_int,
    flags: c_int,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_domain_suspend"; domid, fd, flags, ao_how)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_suspend_only(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_domain_suspend_only"; domid, ao_how)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_resume(
    ctx: *mut libxl_ctx,
    domid: u32,
    suspend_cancel: c_int,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_domain_resume"; domid, suspend_cancel, ao_how)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_remus_start(
    ctx: *mut libxl_ctx,
    info: *mut libxl_domain_remus_info,
    domid: u32,
    send_fd: c_int,
    recv_fd: c_int,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_domain_remus_start"; info, domid, send_fd, recv_fd, ao_how)
}
