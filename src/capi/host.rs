//! The C entries for the host: version, cpus, memory, topology, Xen's console.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_version_info(ctx: *mut libxl_ctx) -> *const libxl_version_info {
    missing!(ctx, "libxl_get_version_info")
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_max_cpus(ctx: *mut libxl_ctx) -> c_int {
    missing!(ctx, "libxl_get_max_cpus")
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_online_cpus(ctx: *mut libxl_ctx) -> c_int {
    missing!(ctx, "libxl_get_online_cpus")
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_max_nodes(ctx: *mut libxl_ctx) -> c_int {
    missing!(ctx, "libxl_get_max_nodes")
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_cpu_topology(
    ctx: *mut libxl_ctx,
    nb_cpu_out: *mut c_int,
) -> *mut libxl_cputopology {
    missing!(ctx, "libxl_get_cpu_topology"; nb_cpu_out)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_pci_topology(
    ctx: *mut libxl_ctx,
    num_devs: *mut c_int,
) -> *mut libxl_pcitopology {
    missing!(ctx, "libxl_get_pci_topology"; num_devs)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_numainfo(
    ctx: *mut libxl_ctx,
    nr: *mut c_int,
) -> *mut libxl_numainfo {
    missing!(ctx, "libxl_get_numainfo"; nr)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_physinfo(
    ctx: *mut libxl_ctx,
    physinfo: *mut libxl_physinfo,
) -> c_int {
    missing!(ctx, "libxl_get_physinfo"; physinfo)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_send_debug_keys(ctx: *mut libxl_ctx, keys: *mut c_char) -> c_int {
    missing!(ctx, "libxl_send_debug_keys"; keys)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_parameters(ctx: *mut libxl_ctx, params: *mut c_char) -> c_int {
    missing!(ctx, "libxl_set_parameters"; params)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_xen_console_read_start(
    ctx: *mut libxl_ctx,
    clear: c_int,
) -> *mut libxl_xen_console_reader {
    missing!(ctx, "libxl_xen_console_read_start"; clear)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_xen_console_read_line(
    ctx: *mut libxl_ctx,
    cr: *mut libxl_xen_console_reader,
    line_r: *mut *mut c_char,
) -> c_int {
    missing!(ctx, "libxl_xen_console_read_line"; cr, line_r)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_xen_console_read_finish(
    ctx: *mut libxl_ctx,
    cr: *mut libxl_xen_console_reader,
) {
    missing!(ctx, "libxl_xen_console_read_finish"; cr)
}
