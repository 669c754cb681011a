//! The C entries for memory of domains and of the host.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_setmaxmem(
    ctx: *mut libxl_ctx,
    domid: u32,
    target_memkb: u64,
) -> c_int {
    missing!(ctx, "libxl_domain_setmaxmem"; domid, target_memkb)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_memory_target(
    ctx: *mut libxl_ctx,
    domid: u32,
    target_memkb: i64,
    relative: c_int,
    enforce: c_int,
) -> c_int {
    missing!(ctx, "libxl_set_memory_target"; domid, target_memkb, relative, enforce)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_memory_target(
    ctx: *mut libxl_ctx,
    domid: u32,
    out_target: *mut u64,
) -> c_int {
    missing!(ctx, "libxl_get_memory_target"; domid, out_target)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_memory_target_0x040700(
    ctx: *mut libxl_ctx,
    domid: u32,
    out_target: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_get_memory_target_0x040700"; domid, out_target)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_need_memory(
    ctx: *mut libxl_ctx,
    config: *mut libxl_domain_config,
    domid_for_logging: u32,
    need_memkb: *mut u64,
) -> c_int {
    missing!(ctx, "libxl_domain_need_memory"; config, domid_for_logging, need_memkb)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_need_memory_0x041200(
    ctx: *mut libxl_ctx,
    b_info_in: *const libxl_domain_build_info,
    need_memkb: *mut u64,
) -> c_int {
    missing!(ctx, "libxl_domain_need_memory_0x041200"; b_info_in, need_memkb)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_need_memory_0x040700(
    ctx: *mut libxl_ctx,
    b_info_in: *const libxl_domain_build_info,
    need_memkb: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_domain_need_memory_0x040700"; b_info_in, need_memkb)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_free_memory(ctx: *mut libxl_ctx, memkb: *mut u64) -> c_int {
    missing!(ctx, "libxl_get_free_memory"; memkb)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_free_memory_0x040700(
    ctx: *mut libxl_ctx,
    memkb: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_get_free_memory_0x040700"; memkb)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_wait_for_free_memory(
    ctx: *mut libxl_ctx,
    domid: u32,
    memory_kb: u64,
    wait_secs: c_int,
) -> c_int {
    missing!(ctx, "libxl_wait_for_free_memory"; domid, memory_kb, wait_secs)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_wait_for_memory_target(
    ctx: *mut libxl_ctx,
    domid: u32,
    wait_secs: c_int,
) -> c_int {
    missing!(ctx, "libxl_wait_for_memory_target"; domid, wait_secs)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_required_shadow_memory(
    maxmem_kb: c_ulong,
    smp_cpus: c_uint,
) -> c_ulong {
    missing!("libxl_get_required_shadow_memory"; maxmem_kb, smp_cpus)
}
