//! The C entries for cpuid policies.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_dispose(cpuid_list: *mut libxl_cpuid_policy_list) {
    missing!("libxl_cpuid_dispose"; cpuid_list)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_policy_list_length(
    l: *const libxl_cpuid_policy_list,
) -> c_int {
    missing!("libxl_cpuid_policy_list_length"; l)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_policy_list_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_cpuid_policy_list,
    src: *const libxl_cpuid_policy_list,
) {
    missing!(ctx, "libxl_cpuid_policy_list_copy"; dst, src)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_parse_config(
    cpuid: *mut libxl_cpuid_policy_list,
    str_: *const c_char,
) -> c_int {
    missing!("libxl_cpuid_parse_config"; cpuid, str_)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_parse_config_xend(
    cpuid: *mut libxl_cpuid_policy_list,
    str_: *const c_char,
) -> c_int {
    missing!("libxl_cpuid_parse_config_xend"; cpuid, str_)
}
