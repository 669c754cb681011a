//! The C entries for defbool, mac, genid, strings and lists.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_mac_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_mac,
    src: *const libxl_mac,
) {
    missing!(ctx, "libxl_mac_copy"; dst, src)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_list_dispose(sl: *mut libxl_string_list) {
    missing!("libxl_string_list_dispose"; sl)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_list_length(sl: *const libxl_string_list) -> c_int {
    missing!("libxl_string_list_length"; sl)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_list_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_string_list,
    src: *const libxl_string_list,
) {
    missing!(ctx, "libxl_string_list_copy"; dst, src)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_key_value_list_dispose(kvl: *mut libxl_key_value_list) {
    missing!("libxl_key_value_list_dispose"; kvl)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_key_value_list_length(kvl: *const libxl_key_value_list) -> c_int {
    missing!("libxl_key_value_list_length"; kvl)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_key_value_list_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_key_value_list,
    src: *const libxl_key_value_list,
) {
    missing!(ctx, "libxl_key_value_list_copy"; dst, src)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_hwcap_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_hwcap,
    src: *const libxl_hwcap,
) {
    missing!(ctx, "libxl_hwcap_copy"; dst, src)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_set(db: *mut libxl_defbool, b: bool) {
    missing!("libxl_defbool_set"; db, b)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_unset(db: *mut libxl_defbool) {
    missing!("libxl_defbool_unset"; db)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_setdefault(db: *mut libxl_defbool, b: bool) {
    missing!("libxl_defbool_setdefault"; db, b)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_is_default(db: libxl_defbool) -> bool {
    missing!("libxl_defbool_is_default"; db)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_val(db: libxl_defbool) -> bool {
    missing!("libxl_defbool_val"; db)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_to_string(b: libxl_defbool) -> *const c_char {
    missing!("libxl_defbool_to_string"; b)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ms_vm_genid_generate(
    ctx: *mut libxl_ctx,
    id: *mut libxl_ms_vm_genid,
) -> c_int {
    missing!(ctx, "libxl_ms_vm_genid_generate"; id)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ms_vm_genid_is_zero(id: *const libxl_ms_vm_genid) -> bool {
    missing!("libxl_ms_vm_genid_is_zero"; id)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ms_vm_genid_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_ms_vm_genid,
    src: *const libxl_ms_vm_genid,
) {
    missing!(ctx, "libxl_ms_vm_genid_copy"; dst, src)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_copy(
    ctx: *mut libxl_ctx,
    dst: *mut *mut c_char,
    src: *const *mut c_char,
) {
    missing!(ctx, "libxl_string_copy"; dst, src)
}
