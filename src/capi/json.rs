//! The C entries for the JSON writers of types with code of their own.

use std::ffi::c_int;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_gen_json(
    hand: yajl_gen,
    p: *mut libxl_defbool,
) -> yajl_gen_status {
    missing!("libxl_defbool_gen_json"; hand, p)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_mac_gen_json(hand: yajl_gen, p: *mut libxl_mac) -> yajl_gen_status {
    missing!("libxl_mac_gen_json"; hand, p)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_gen_json(
    hand: yajl_gen,
    p: *mut libxl_bitmap,
) -> yajl_gen_status {
    missing!("libxl_bitmap_gen_json"; hand, p)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_policy_list_gen_json(
    hand: yajl_gen,
    p: *mut libxl_cpuid_policy_list,
) -> yajl_gen_status {
    missing!("libxl_cpuid_policy_list_gen_json"; hand, p)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_list_gen_json(
    hand: yajl_gen,
    p: *mut libxl_string_list,
) -> yajl_gen_status {
    missing!("libxl_string_list_gen_json"; hand, p)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_key_value_list_gen_json(
    hand: yajl_gen,
    p: *mut libxl_key_value_list,
) -> yajl_gen_status {
    missing!("libxl_key_value_list_gen_json"; hand, p)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_hwcap_gen_json(
    hand: yajl_gen,
    p: *mut libxl_hwcap,
) -> yajl_gen_status {
    missing!("libxl_hwcap_gen_json"; hand, p)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ms_vm_genid_gen_json(
    hand: yajl_gen,
    p: *mut libxl_ms_vm_genid,
) -> yajl_gen_status {
    missing!("libxl_ms_vm_genid_gen_json"; hand, p)
}
