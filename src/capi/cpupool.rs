//! The C entries for cpupools.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_list_cpupool(
    ctx: *mut libxl_ctx,
    nb_pool_out: *mut c_int,
) -> *mut libxl_cpupoolinfo {
    missing!(ctx, "libxl_list_cpupool"; nb_pool_out)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_freecpus(
    ctx: *mut libxl_ctx,
    cpumap: *mut libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_get_freecpus"; cpumap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_create(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    sched: libxl_scheduler,
    cpumap: libxl_bitmap,
    uuid: *mut libxl_uuid,
    poolid: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_cpupool_create"; name, sched, cpumap, uuid, poolid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_destroy(ctx: *mut libxl_ctx, poolid: u32) -> c_int {
    missing!(ctx, "libxl_cpupool_destroy"; poolid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_rename(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    poolid: u32,
) -> c_int {
    missing!(ctx, "libxl_cpupool_rename"; name, poolid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuadd(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpu: c_int,
) -> c_int {
    missing!(ctx, "libxl_cpupool_cpuadd"; poolid, cpu)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuadd_node(
    ctx: *mut libxl_ctx,
    poolid: u32,
    node: c_int,
    cpus: *mut c_int,
) -> c_int {
    missing!(ctx, "libxl_cpupool_cpuadd_node"; poolid, node, cpus)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuadd_cpumap(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpumap: *const libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_cpupool_cpuadd_cpumap"; poolid, cpumap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuremove(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpu: c_int,
) -> c_int {
    missing!(ctx, "libxl_cpupool_cpuremove"; poolid, cpu)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuremove_node(
    ctx: *mut libxl_ctx,
    poolid: u32,
    node: c_int,
    cpus: *mut c_int,
) -> c_int {
    missing!(ctx, "libxl_cpupool_cpuremove_node"; poolid, node, cpus)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuremove_cpumap(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpumap: *const libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_cpupool_cpuremove_cpumap"; poolid, cpumap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_movedomain(
    ctx: *mut libxl_ctx,
    poolid: u32,
    domid: u32,
) -> c_int {
    missing!(ctx, "libxl_cpupool_movedomain"; poolid, domid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_info(
    ctx: *mut libxl_ctx,
    info: *mut libxl_cpupoolinfo,
    poolid: u32,
) -> c_int {
    missing!(ctx, "libxl_cpupool_info"; info, poolid)
}
