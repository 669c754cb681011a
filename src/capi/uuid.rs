//! The C entries for uuids.

use std::ffi::*;

use crate::capi::{entry, give};
use crate::core::uuid as core;
use crate::types::sys::*;
use crate::types::{engine, tables};

/// 1 if all of `uuid` is zero, else 0 (also for NULL).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_is_nil(uuid: *const libxl_uuid) -> c_int {
    // SAFETY: by the contract of `capi`, `uuid` is NULL or valid.
    c_int::from(unsafe { uuid.as_ref() }.is_some_and(|u| u.uuid == [0; 16]))
}

/// Sets `uuid` to a random value.
///
/// Without a source of random numbers the process is aborted, since the function cannot return an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_generate(uuid: *mut libxl_uuid) {
    // SAFETY: by the contract of `capi`, `uuid` is NULL or valid.
    let Some(uuid) = (unsafe { uuid.as_mut() }) else { return };
    match core::random() {
        Ok(random) => uuid.uuid = random,
        Err(e) => entry::die(format_args!("libxl_uuid_generate: no random numbers: {e}")),
    }
}

/// Parses the text form with hyphens, in upper or lower case.
///
/// 0, or -1 (as libuuid) if `in_` is invalid; `uuid` is then unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_from_string(
    uuid: *mut libxl_uuid,
    in_: *const c_char,
) -> c_int {
    // SAFETY: by the contract of `capi`, `uuid` is NULL or valid and `in_` NULL or a string.
    match unsafe { (uuid.as_mut(), give::text(in_).and_then(core::parse)) } {
        (Some(uuid), Some(parsed)) => {
            uuid.uuid = parsed;
            0
        }
        _ => -1,
    }
}

/// Copies a uuid. The ctx is not used and may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_copy(
    ctx_opt: *mut libxl_ctx,
    dst: *mut libxl_uuid,
    src: *const libxl_uuid,
) {
    let _ = ctx_opt;
    // SAFETY: by the contract of `capi`, `dst` and `src` are NULL or valid; `copy` allows both to be the same.
    unsafe { give::copy(dst, src) }
}

/// Sets `uuid` to all zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_clear(uuid: *mut libxl_uuid) {
    // SAFETY: by the contract of `capi`, `uuid` is NULL or valid.
    if let Some(uuid) = unsafe { uuid.as_mut() } {
        uuid.uuid = [0; 16];
    }
}

/// Less than, equal to or greater than 0 if `uuid1` sorts before, equal to or after `uuid2`.
///
/// NULL sorts before every uuid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_compare(
    uuid1: *const libxl_uuid,
    uuid2: *const libxl_uuid,
) -> c_int {
    // SAFETY: by the contract of `capi`, `uuid1` and `uuid2` are NULL or valid.
    let (a, b) = unsafe { (uuid1.as_ref(), uuid2.as_ref()) };
    a.map(|u| u.uuid).cmp(&b.map(|u| u.uuid)) as c_int
}

/// A pointer to the 16 bytes in `uuid`; NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_bytearray_const(uuid: *const libxl_uuid) -> *const u8 {
    uuid.cast()
}

/// A pointer to the 16 bytes in `uuid`; NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_bytearray(uuid: *mut libxl_uuid) -> *mut u8 {
    uuid.cast()
}

/// Writes a [`libxl_uuid`] to the application's yajl generator: its text, in small letters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_uuid_gen_json(
    hand: yajl_gen,
    p: *mut libxl_uuid,
) -> yajl_gen_status {
    // SAFETY: the table is that of the type; by the contract of `capi`, the pointers are NULL or valid.
    unsafe { engine::gen_json(hand, p.cast(), tables::UUID) }
}
