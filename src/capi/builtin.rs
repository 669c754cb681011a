//! The C entries for defbool, mac, genid, strings and lists.

use std::cmp::Ordering;
use std::ffi::*;

use crate::capi::entry::{self, code};
use crate::capi::give;
use crate::core::Error;
use crate::core::uuid::random_bytes;
use crate::error;
use crate::types::sys::*;
use crate::xen::log::Log;

/// The values of `libxl_defbool`; any other number counts by its sign.
const FALSE: c_int = -1;
const DEFAULT: c_int = 0;
const TRUE: c_int = 1;

/// Stores a value.
///
/// # Safety
/// `db` is NULL or a place for one.
unsafe fn put(db: *mut libxl_defbool, val: c_int) {
    if !db.is_null() {
        // SAFETY: a place for one, by the caller's contract, since it is not NULL.
        unsafe { db.write(libxl_defbool { val }) };
    }
}

/// The number of groups of `width` strings before the one whose first string is NULL.
///
/// # Safety
/// `list` is NULL or terminated like this.
unsafe fn strings(list: *mut *mut c_char, width: usize) -> usize {
    if list.is_null() {
        return 0;
    }
    // SAFETY: the list ends with a NULL, by the caller's contract, and nothing beyond the first is looked at.
    (0..).take_while(|at| unsafe { !(*list.add(at * width)).is_null() }).count()
}

/// Copies a list of groups of `width` strings.
///
/// # Safety
/// `src` is NULL or a list as [`strings`] wants it, `dst` NULL or a place for one.
unsafe fn copy_strings(dst: *mut *mut *mut c_char, src: *const *mut *mut c_char, width: usize) {
    // SAFETY: `src` and `dst` are NULL or what the caller says; the copy has room for the strings and the NULL at the
    // end.
    unsafe {
        if dst.is_null() {
            return;
        }
        let from = src.as_ref().copied().unwrap_or(std::ptr::null_mut());
        let mut to = std::ptr::null_mut();
        if !from.is_null() {
            let count = strings(from, width) * width;
            to = give::zeroed::<*mut c_char>(count + 1);
            for at in (0..count).take_while(|_| !to.is_null()) {
                *to.add(at) = give::strdup(*from.add(at));
            }
        }
        dst.write(to);
    }
}

/// Copies a MAC address. The ctx is not used and may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_mac_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_mac,
    src: *const libxl_mac,
) {
    let _ = ctx;
    // SAFETY: by the contract of `capi`, `dst` and `src` are NULL or valid.
    unsafe { give::copy(dst, src) }
}

/// Frees a list and its strings, and sets it to NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_list_dispose(sl: *mut libxl_string_list) {
    // SAFETY: by the contract of `capi`, the list is NULL or `malloc`'s, of `malloc`'s strings, and ends with NULL.
    unsafe {
        if let Some(list) = sl.as_mut() {
            for at in 0..strings(*list, 1) {
                libc::free((*list.add(at)).cast());
            }
            libc::free((*list).cast());
            *list = std::ptr::null_mut();
        }
    }
}

/// Returns the number of strings; 0 for a NULL list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_list_length(sl: *const libxl_string_list) -> c_int {
    // SAFETY: by the contract of `capi`, `sl` is NULL or valid.
    unsafe { sl.as_ref().map_or(0, |&list| strings(list, 1) as c_int) }
}

/// Stores a copy of the list and its strings in `*dst`; NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_list_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_string_list,
    src: *const libxl_string_list,
) {
    let _ = ctx;
    // SAFETY: by the contract of `capi`, `dst` and `src` are NULL or valid.
    unsafe { copy_strings(dst, src, 1) }
}

/// Frees a list, its keys and values, and sets it to NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_key_value_list_dispose(kvl: *mut libxl_key_value_list) {
    // SAFETY: by the contract of `capi`, the list is NULL or `malloc`'s, of `malloc`'s keys and values, and ends with a
    // NULL key.
    unsafe {
        if let Some(list) = kvl.as_mut() {
            for at in 0..2 * strings(*list, 2) {
                libc::free((*list.add(at)).cast());
            }
            libc::free((*list).cast());
            *list = std::ptr::null_mut();
        }
    }
}

/// Returns the number of pairs; 0 for a NULL list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_key_value_list_length(kvl: *const libxl_key_value_list) -> c_int {
    // SAFETY: by the contract of `capi`, `kvl` is NULL or valid.
    unsafe { kvl.as_ref().map_or(0, |&list| strings(list, 2) as c_int) }
}

/// Stores a copy of the list, its keys and values in `*dst`; NULL for NULL. A value may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_key_value_list_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_key_value_list,
    src: *const libxl_key_value_list,
) {
    let _ = ctx;
    // SAFETY: by the contract of `capi`, `dst` and `src` are NULL or valid.
    unsafe { copy_strings(dst, src, 2) }
}

/// Copies the words of the cpu's capabilities. The ctx is not used and may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_hwcap_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_hwcap,
    src: *const libxl_hwcap,
) {
    let _ = ctx;
    // SAFETY: by the contract of `capi`, `dst` and `src` are NULL or valid.
    unsafe { give::copy(dst, src) }
}

/// Sets `db` to true or false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_set(db: *mut libxl_defbool, b: bool) {
    // SAFETY: by the contract of `capi`, `db` is NULL or valid.
    unsafe { put(db, if b { TRUE } else { FALSE }) }
}

/// Sets `db` to the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_unset(db: *mut libxl_defbool) {
    // SAFETY: by the contract of `capi`, `db` is NULL or valid.
    unsafe { put(db, DEFAULT) }
}

/// Sets `db` to true or false if it is the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_setdefault(db: *mut libxl_defbool, b: bool) {
    // SAFETY: by the contract of `capi`, `db` is NULL or valid.
    if unsafe { db.as_ref() }.is_some_and(|db| db.val == DEFAULT) {
        // SAFETY: not NULL, so valid.
        unsafe { put(db, if b { TRUE } else { FALSE }) }
    }
}

/// Whether `db` is the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_is_default(db: libxl_defbool) -> bool {
    db.val == DEFAULT
}

/// Whether `db` is true. It must not be the default.
///
/// For the default the process is aborted, as in the C library, since no result would be right.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_val(db: libxl_defbool) -> bool {
    if db.val == DEFAULT {
        entry::die(format_args!(
            "libxl_defbool_val: the value is the default, neither true nor false"
        ));
    }
    db.val > DEFAULT
}

/// Returns the value's name, as in JSON. Not to be freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_defbool_to_string(b: libxl_defbool) -> *const c_char {
    let name = match b.val.cmp(&DEFAULT) {
        Ordering::Less => c"False",
        Ordering::Equal => c"<default>",
        Ordering::Greater => c"True",
    };
    name.as_ptr()
}

/// Sets `id` to a random value. 0, or `ERROR_FAIL` without a source of random numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ms_vm_genid_generate(
    ctx: *mut libxl_ctx,
    id: *mut libxl_ms_vm_genid,
) -> c_int {
    let body = |log: &Log| {
        // SAFETY: by the contract of `capi`, `id` is NULL or valid.
        let id = unsafe { id.as_mut() }.ok_or_else(|| {
            error!(log, "libxl_ms_vm_genid_generate: id is NULL");
            Error::Invalid
        })?;
        id.bytes = random_bytes().map_err(|e| {
            error!(log, "cannot get random numbers: {e}");
            Error::Fail
        })?;
        Ok(())
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { entry::with_log(ctx, "libxl_ms_vm_genid_generate", |log| code(body(log))) }
}

/// Whether all of `id` is zero; false for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ms_vm_genid_is_zero(id: *const libxl_ms_vm_genid) -> bool {
    // SAFETY: by the contract of `capi`, `id` is NULL or valid.
    unsafe { id.as_ref() }.is_some_and(|id| id.bytes == [0; 16])
}

/// Copies a generation id. The ctx is not used and may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ms_vm_genid_copy(
    ctx: *mut libxl_ctx,
    dst: *mut libxl_ms_vm_genid,
    src: *const libxl_ms_vm_genid,
) {
    let _ = ctx;
    // SAFETY: by the contract of `capi`, `dst` and `src` are NULL or valid.
    unsafe { give::copy(dst, src) }
}

/// Stores a copy of the string in `*dst`; NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_copy(
    ctx: *mut libxl_ctx,
    dst: *mut *mut c_char,
    src: *const *mut c_char,
) {
    let _ = ctx;
    // SAFETY: by the contract of `capi`, `dst` and `src` are NULL or valid.
    unsafe {
        if !dst.is_null() {
            dst.write(src.as_ref().map_or(std::ptr::null_mut(), |&text| give::strdup(text)));
        }
    }
}
