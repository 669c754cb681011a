//! The C entries for cpuid policies.

use std::ffi::*;

use crate::capi::give;
use crate::core::Error;
use crate::types::cpuid::Policy;
use crate::types::sys::*;

/// Changes the policy at `list` by a string; the result is 0 or the C library's error. A policy that was NULL stays
/// NULL if nothing was added to it.
///
/// # Safety
/// `list` is NULL or holds NULL or a policy of ours, `text` is NULL or a C string.
unsafe fn change(
    list: *mut libxl_cpuid_policy_list,
    text: *const c_char,
    how: impl FnOnce(&mut Policy, &[u8]) -> Result<(), c_int>,
) -> c_int {
    // SAFETY: each is NULL or as the caller says; NULL becomes `None` here.
    let (list, text) = match unsafe { (list.as_mut(), give::text(text)) } {
        (Some(list), Some(text)) => (list, text),
        _ => return Error::Invalid.code(),
    };
    // SAFETY: the list holds NULL or a policy that this library made, by the caller's contract; nobody else has it.
    if let Some(policy) = unsafe { Policy::from_c_mut(*list) } {
        return how(policy, text).err().unwrap_or(0);
    }
    let mut policy = Policy::default();
    let result = how(&mut policy, text);
    if !policy.is_empty() {
        *list = policy.into_c();
    }
    result.err().unwrap_or(0)
}

/// Frees the policy and sets the pointer to NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_dispose(cpuid_list: *mut libxl_cpuid_policy_list) {
    // SAFETY: by the contract of `capi`, the list holds NULL or a policy that this library made.
    unsafe {
        if let Some(list) = cpuid_list.as_mut() {
            drop(Policy::take(std::mem::replace(list, std::ptr::null_mut())));
        }
    }
}

/// Returns the number of CPUID leaves in the policy. Its MSRs are not counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_policy_list_length(
    l: *const libxl_cpuid_policy_list,
) -> c_int {
    // SAFETY: by the contract of `capi`, `l` is NULL or valid.
    let policy = unsafe { l.as_ref().and_then(|&list| Policy::from_c(list)) };
    policy.map_or(0, |policy| policy.cpuid.len() as c_int)
}

/// Stores a copy of the policy in `*dst`; NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_policy_list_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_cpuid_policy_list,
    src: *const libxl_cpuid_policy_list,
) {
    let _ = ctx;
    // SAFETY: by the contract of `capi`, `dst` and `src` are NULL or valid.
    unsafe {
        if !dst.is_null() {
            let policy = src.as_ref().and_then(|&list| Policy::from_c(list));
            dst.write(policy.map_or(std::ptr::null_mut(), |policy| policy.clone().into_c()));
        }
    }
}

/// Adds a setting `name=value` to the policy, which is created if it is NULL.
///
/// 0 for success; 1: no `=`; 2: an unknown name; 3: an invalid value; `ERROR_INVAL` for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_parse_config(
    cpuid: *mut libxl_cpuid_policy_list,
    str_: *const c_char,
) -> c_int {
    // SAFETY: by the contract of `capi`, `cpuid` is NULL or valid and `str_` NULL or a string.
    unsafe { change(cpuid, str_, |policy, text| policy.set(text).map_err(|e| e as c_int)) }
}

/// Adds a leaf in xend's syntax, `leaf[,subleaf]:eax=<32 bits>,…`, to the policy, which is created if it is NULL.
///
/// 0 for success; 1: no leaf; 2: no subleaf after a comma; 3: no colon; 4: no register; 5: not 32 bits;
/// `ERROR_INVAL` for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpuid_parse_config_xend(
    cpuid: *mut libxl_cpuid_policy_list,
    str_: *const c_char,
) -> c_int {
    // SAFETY: by the contract of `capi`, `cpuid` is NULL or valid and `str_` NULL or a string.
    unsafe { change(cpuid, str_, |policy, text| policy.set_xend(text).map_err(|e| e as c_int)) }
}
