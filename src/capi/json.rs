//! The C entries that write the JSON of types with hand-written code.
//!
//! All return yajl's status: 0, or the error of the generator; `yajl_gen_in_error_state` if a pointer is NULL.

use crate::types::sys::*;
use crate::types::{engine, tables};

/// Writes a [`libxl_defbool`] to the application's yajl generator: `"True"`, `"False"` or `"<default>"`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_gen_json(
    hand: yajl_gen,
    p: *mut libxl_defbool,
) -> yajl_gen_status {
    // SAFETY: the table is that of the type; by the contract of `capi`, the pointers are NULL or valid.
    unsafe { engine::gen_json(hand, p.cast(), tables::DEFBOOL) }
}

/// Writes a [`libxl_mac`] to the application's yajl generator: text with colons, in small letters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_mac_gen_json(hand: yajl_gen, p: *mut libxl_mac) -> yajl_gen_status {
    // SAFETY: the table is that of the type; by the contract of `capi`, the pointers are NULL or valid.
    unsafe { engine::gen_json(hand, p.cast(), tables::MAC) }
}

/// Writes a [`libxl_bitmap`] to the application's yajl generator: the array of the numbers that are set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_gen_json(
    hand: yajl_gen,
    p: *mut libxl_bitmap,
) -> yajl_gen_status {
    // SAFETY: the table is that of the type; by the contract of `capi`, the pointers are NULL or valid.
    unsafe { engine::gen_json(hand, p.cast(), tables::BITMAP) }
}

/// Writes a [`libxl_cpuid_policy_list`] to the application's yajl generator: a map of the arrays `cpuid` and `msr`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_policy_list_gen_json(
    hand: yajl_gen,
    p: *mut libxl_cpuid_policy_list,
) -> yajl_gen_status {
    // SAFETY: the table is that of the type; by the contract of `capi`, the pointers are NULL or valid.
    unsafe { engine::gen_json(hand, p.cast(), tables::CPUID_POLICY_LIST) }
}

/// Writes a [`libxl_string_list`] to the application's yajl generator: an array of strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_list_gen_json(
    hand: yajl_gen,
    p: *mut libxl_string_list,
) -> yajl_gen_status {
    // SAFETY: the table is that of the type; by the contract of `capi`, the pointers are NULL or valid.
    unsafe { engine::gen_json(hand, p.cast(), tables::STRING_LIST) }
}

/// Writes a [`libxl_key_value_list`] to the application's yajl generator: a map of strings; a value that is NULL is
/// null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_key_value_list_gen_json(
    hand: yajl_gen,
    p: *mut libxl_key_value_list,
) -> yajl_gen_status {
    // SAFETY: the table is that of the type; by the contract of `capi`, the pointers are NULL or valid.
    unsafe { engine::gen_json(hand, p.cast(), tables::KEY_VALUE_LIST) }
}

/// Writes a [`libxl_hwcap`] to the application's yajl generator: the array of its first four words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_hwcap_gen_json(
    hand: yajl_gen,
    p: *mut libxl_hwcap,
) -> yajl_gen_status {
    // SAFETY: the table is that of the type; by the contract of `capi`, the pointers are NULL or valid.
    unsafe { engine::gen_json(hand, p.cast(), tables::HWCAP) }
}

/// Writes a [`libxl_ms_vm_genid`] to the application's yajl generator: the array of its 16 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ms_vm_genid_gen_json(
    hand: yajl_gen,
    p: *mut libxl_ms_vm_genid,
) -> yajl_gen_status {
    // SAFETY: the table is that of the type; by the contract of `capi`, the pointers are NULL or valid.
    unsafe { engine::gen_json(hand, p.cast(), tables::MS_VM_GENID) }
}
