//! The C entries for bitmaps and the conversions between cpus, nodes and sockets.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_init(map: *mut libxl_bitmap) {
    missing!("libxl_bitmap_init"; map)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_dispose(map: *mut libxl_bitmap) {
    missing!("libxl_bitmap_dispose"; map)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_alloc(
    ctx: *mut libxl_ctx,
    bitmap: *mut libxl_bitmap,
    n_bits: c_int,
) -> c_int {
    missing!(ctx, "libxl_bitmap_alloc"; bitmap, n_bits)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_copy_alloc(
    ctx: *mut libxl_ctx,
    dptr: *mut libxl_bitmap,
    sptr: *const libxl_bitmap,
) {
    missing!(ctx, "libxl_bitmap_copy_alloc"; dptr, sptr)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_copy(
    ctx: *mut libxl_ctx,
    dptr: *mut libxl_bitmap,
    sptr: *const libxl_bitmap,
) {
    missing!(ctx, "libxl_bitmap_copy"; dptr, sptr)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_is_full(bitmap: *const libxl_bitmap) -> c_int {
    missing!("libxl_bitmap_is_full"; bitmap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_is_empty(bitmap: *const libxl_bitmap) -> c_int {
    missing!("libxl_bitmap_is_empty"; bitmap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_test(bitmap: *const libxl_bitmap, bit: c_int) -> c_int {
    missing!("libxl_bitmap_test"; bitmap, bit)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_set(bitmap: *mut libxl_bitmap, bit: c_int) {
    missing!("libxl_bitmap_set"; bitmap, bit)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_reset(bitmap: *mut libxl_bitmap, bit: c_int) {
    missing!("libxl_bitmap_reset"; bitmap, bit)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_count_set(bitmap: *const libxl_bitmap) -> c_int {
    missing!("libxl_bitmap_count_set"; bitmap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_or(
    ctx: *mut libxl_ctx,
    or_map: *mut libxl_bitmap,
    map1: *const libxl_bitmap,
    map2: *const libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_bitmap_or"; or_map, map1, map2)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_and(
    ctx: *mut libxl_ctx,
    and_map: *mut libxl_bitmap,
    map1: *const libxl_bitmap,
    map2: *const libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_bitmap_and"; and_map, map1, map2)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_to_hex_string(
    ctx: *mut libxl_ctx,
    bitmap: *const libxl_bitmap,
) -> *mut c_char {
    missing!(ctx, "libxl_bitmap_to_hex_string"; bitmap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpu_bitmap_alloc(
    ctx: *mut libxl_ctx,
    cpumap: *mut libxl_bitmap,
    max_cpus: c_int,
) -> c_int {
    missing!(ctx, "libxl_cpu_bitmap_alloc"; cpumap, max_cpus)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_node_bitmap_alloc(
    ctx: *mut libxl_ctx,
    nodemap: *mut libxl_bitmap,
    max_nodes: c_int,
) -> c_int {
    missing!(ctx, "libxl_node_bitmap_alloc"; nodemap, max_nodes)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_socket_bitmap_alloc(
    ctx: *mut libxl_ctx,
    socketmap: *mut libxl_bitmap,
    max_sockets: c_int,
) -> c_int {
    missing!(ctx, "libxl_socket_bitmap_alloc"; socketmap, max_sockets)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_online_socketmap(
    ctx: *mut libxl_ctx,
    socketmap: *mut libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_get_online_socketmap"; socketmap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_nodemap_to_cpumap(
    ctx: *mut libxl_ctx,
    nodemap: *const libxl_bitmap,
    cpumap: *mut libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_nodemap_to_cpumap"; nodemap, cpumap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_node_to_cpumap(
    ctx: *mut libxl_ctx,
    node: c_int,
    cpumap: *mut libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_node_to_cpumap"; node, cpumap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpumap_to_nodemap(
    ctx: *mut libxl_ctx,
    cpumap: *const libxl_bitmap,
    nodemap: *mut libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_cpumap_to_nodemap"; cpumap, nodemap)
}
