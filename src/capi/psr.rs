//! The C entries for cache monitoring and allocation.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_attach(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    missing!(ctx, "libxl_psr_cmt_attach"; domid)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_detach(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    missing!(ctx, "libxl_psr_cmt_detach"; domid)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_domain_attached(ctx: *mut libxl_ctx, domid: u32) -> c_int {
    missing!(ctx, "libxl_psr_cmt_domain_attached"; domid)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_enabled(ctx: *mut libxl_ctx) -> c_int {
    missing!(ctx, "libxl_psr_cmt_enabled")
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_get_total_rmid(
    ctx: *mut libxl_ctx,
    total_rmid: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_psr_cmt_get_total_rmid"; total_rmid)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_get_l3_cache_size(
    ctx: *mut libxl_ctx,
    socketid: u32,
    l3_cache_size: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_psr_cmt_get_l3_cache_size"; socketid, l3_cache_size)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_get_cache_occupancy(
    ctx: *mut libxl_ctx,
    domid: u32,
    socketid: u32,
    l3_cache_occupancy: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_psr_cmt_get_cache_occupancy"; domid, socketid, l3_cache_occupancy)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_type_supported(
    ctx: *mut libxl_ctx,
    kind: libxl_psr_cmt_type,
) -> c_int {
    missing!(ctx, "libxl_psr_cmt_type_supported"; kind)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cmt_get_sample(
    ctx: *mut libxl_ctx,
    domid: u32,
    kind: libxl_psr_cmt_type,
    scope: u64,
    sample_r: *mut u64,
    tsc_r: *mut u64,
) -> c_int {
    missing!(ctx, "libxl_psr_cmt_get_sample"; domid, kind, scope, sample_r, tsc_r)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cat_set_cbm(
    ctx: *mut libxl_ctx,
    domid: u32,
    kind: libxl_psr_cbm_type,
    target_map: *mut libxl_bitmap,
    cbm: u64,
) -> c_int {
    missing!(ctx, "libxl_psr_cat_set_cbm"; domid, kind, target_map, cbm)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cat_get_cbm(
    ctx: *mut libxl_ctx,
    domid: u32,
    kind: libxl_psr_cbm_type,
    target: u32,
    cbm_r: *mut u64,
) -> c_int {
    missing!(ctx, "libxl_psr_cat_get_cbm"; domid, kind, target, cbm_r)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cat_get_info(
    ctx: *mut libxl_ctx,
    info: *mut *mut libxl_psr_cat_info,
    nr: *mut c_uint,
    lvl: c_uint,
) -> c_int {
    missing!(ctx, "libxl_psr_cat_get_info"; info, nr, lvl)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cat_get_l3_info(
    ctx: *mut libxl_ctx,
    info: *mut *mut libxl_psr_cat_info,
    nr: *mut c_int,
) -> c_int {
    missing!(ctx, "libxl_psr_cat_get_l3_info"; info, nr)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_set_val(
    ctx: *mut libxl_ctx,
    domid: u32,
    kind: libxl_psr_type,
    target_map: *mut libxl_bitmap,
    val: u64,
) -> c_int {
    missing!(ctx, "libxl_psr_set_val"; domid, kind, target_map, val)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_get_val(
    ctx: *mut libxl_ctx,
    domid: u32,
    kind: libxl_psr_type,
    target: c_uint,
    val: *mut u64,
) -> c_int {
    missing!(ctx, "libxl_psr_get_val"; domid, kind, target, val)
}

/// Not there yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_get_hw_info(
    ctx: *mut libxl_ctx,
    kind: libxl_psr_feat_type,
    lvl: c_uint,
    nr: *mut c_uint,
    info: *mut *mut libxl_psr_hw_info,
) -> c_int {
    missing!(ctx, "libxl_psr_get_hw_info"; kind, lvl, nr, info)
}
