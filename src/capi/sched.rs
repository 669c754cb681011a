//! The C entries for schedulers.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_scheduler(ctx: *mut libxl_ctx) -> c_int {
    missing!(ctx, "libxl_get_scheduler")
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit_params_get(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit_params,
) -> c_int {
    missing!(ctx, "libxl_sched_credit_params_get"; poolid, scinfo)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit_params_set(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit_params,
) -> c_int {
    missing!(ctx, "libxl_sched_credit_params_set"; poolid, scinfo)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit2_params_get(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit2_params,
) -> c_int {
    missing!(ctx, "libxl_sched_credit2_params_get"; poolid, scinfo)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_sched_credit2_params_set(
    ctx: *mut libxl_ctx,
    poolid: u32,
    scinfo: *mut libxl_sched_credit2_params,
) -> c_int {
    missing!(ctx, "libxl_sched_credit2_params_set"; poolid, scinfo)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_sched_params_get(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *mut libxl_domain_sched_params,
) -> c_int {
    missing!(ctx, "libxl_domain_sched_params_get"; domid, params)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_sched_params_set(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *const libxl_domain_sched_params,
) -> c_int {
    missing!(ctx, "libxl_domain_sched_params_set"; domid, params)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_get(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *mut libxl_vcpu_sched_params,
) -> c_int {
    missing!(ctx, "libxl_vcpu_sched_params_get"; domid, params)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_get_all(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *mut libxl_vcpu_sched_params,
) -> c_int {
    missing!(ctx, "libxl_vcpu_sched_params_get_all"; domid, params)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_set(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *const libxl_vcpu_sched_params,
) -> c_int {
    missing!(ctx, "libxl_vcpu_sched_params_set"; domid, params)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpu_sched_params_set_all(
    ctx: *mut libxl_ctx,
    domid: u32,
    params: *const libxl_vcpu_sched_params,
) -> c_int {
    missing!(ctx, "libxl_vcpu_sched_params_set_all"; domid, params)
}
