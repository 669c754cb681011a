//! The C entries for names, numbers and kinds of domains and cpupools.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domid_valid_guest(domid: u32) -> c_int {
    missing!("libxl_domid_valid_guest"; domid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_clear_domid_history(ctx: *mut libxl_ctx) -> c_int {
    missing!(ctx, "libxl_clear_domid_history")
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_name_to_domid(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    domid: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_name_to_domid"; name, domid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_qualifier_to_domid(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    domid: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_domain_qualifier_to_domid"; name, domid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domid_to_name(ctx: *mut libxl_ctx, domid: u32) -> *mut c_char {
    missing!(ctx, "libxl_domid_to_name"; domid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_qualifier_to_cpupoolid(
    ctx: *mut libxl_ctx,
    p: *const c_char,
    poolid_r: *mut u32,
    was_name_r: *mut c_int,
) -> c_int {
    missing!(ctx, "libxl_cpupool_qualifier_to_cpupoolid"; p, poolid_r, was_name_r)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_name_to_cpupoolid(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    poolid: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_name_to_cpupoolid"; name, poolid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupoolid_to_name(ctx: *mut libxl_ctx, poolid: u32) -> *mut c_char {
    missing!(ctx, "libxl_cpupoolid_to_name"; poolid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupoolid_is_valid(ctx: *mut libxl_ctx, poolid: u32) -> c_int {
    missing!(ctx, "libxl_cpupoolid_is_valid"; poolid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_stubdom_id(ctx: *mut libxl_ctx, guest_domid: c_int) -> c_int {
    missing!(ctx, "libxl_get_stubdom_id"; guest_domid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_is_stubdom(
    ctx: *mut libxl_ctx,
    domid: u32,
    target_domid: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_is_stubdom"; domid, target_domid)
}
