//! The C entries for QEMU's monitor.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_qemu_monitor_command(
    ctx: *mut libxl_ctx,
    domid: u32,
    command_line: *const c_char,
    output: *mut *mut c_char,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_qemu_monitor_command"; domid, command_line, output, ao_how)
}
