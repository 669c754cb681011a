//! The C entries for creating domains and reading their configuration back.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_create_new(
    ctx: *mut libxl_ctx,
    d_config: *mut libxl_domain_config,
    domid: *mut u32,
    ao_how: *const libxl_asyncop_how,
    aop_console_how: *const libxl_asyncprogress_how,
) -> c_int {
    missing!(ctx, "libxl_domain_create_new"; d_config, domid, ao_how, aop_console_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_create_restore(
    ctx: *mut libxl_ctx,
    d_config: *mut libxl_domain_config,
    domid: *mut u32,
    restore_fd: c_int,
    send_back_fd: c_int,
    params: *const libxl_domain_restore_params,
    ao_how: *const libxl_asyncop_how,
    aop_console_how: *const libxl_asyncprogress_how,
) -> c_int {
    missing!(ctx, "libxl_domain_create_restore"; d_config, domid, restore_fd, send_back_fd, params, ao_how, aop_console_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_soft_reset(
    ctx: *mut libxl_ctx,
    d_config: *mut libxl_domain_config,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
    aop_console_how: *const libxl_asyncprogress_how,
) -> c_int {
    missing!(ctx, "libxl_domain_soft_reset"; d_config, domid, ao_how, aop_console_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_retrieve_domain_configuration(
    ctx: *mut libxl_ctx,
    domid: u32,
    d_config: *mut libxl_domain_config,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_retrieve_domain_configuration"; domid, d_config, ao_how)
}
