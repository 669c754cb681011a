//! The C entries for userdata of domains.

use std::ffi::*;

use crate::capi::entry::{code, with_ctx};
use crate::capi::give::{null, text};
use crate::core::{Error, Result};
use crate::domain::userdata;
use crate::types::sys::*;

/// A copy for the application to free; NULL for nothing.
fn owned_bytes(data: &[u8]) -> Result<*mut u8> {
    if data.is_empty() {
        return Ok(std::ptr::null_mut());
    }
    // SAFETY: the allocation has room for the data.
    unsafe {
        let copy = libc::malloc(data.len()).cast::<u8>();
        if copy.is_null() {
            return Err(Error::NoMemory);
        }
        std::ptr::copy_nonoverlapping(data.as_ptr(), copy, data.len());
        Ok(copy)
    }
}

/// Stores `datalen` bytes under `userdata_userid` for as long as the domain exists, and replaces earlier data; 0
/// bytes remove them. `ERROR_LOCK_FAIL` if there is no such domain. If a removal fails, the positive errno is
/// returned, as in the C library.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_userdata_store(
    ctx: *mut libxl_ctx,
    domid: u32,
    userdata_userid: *const c_char,
    data: *const u8,
    datalen: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `userdata_userid` NULL or a string, and `data` NULL or
    // `datalen` bytes.
    unsafe {
        with_ctx(ctx, "libxl_userdata_store", |ctx| {
            let (Some(userid), Ok(length)) = (text(userdata_userid), usize::try_from(datalen))
            else {
                return null(ctx, "libxl_userdata_store");
            };
            if length == 0 {
                let removed = userdata::lock(ctx, domid).and_then(|files| files.remove(userid));
                return removed.map_or_else(Error::code, |r| r.map_or_else(|e| e as c_int, |()| 0));
            }
            if data.is_null() {
                return null(ctx, "libxl_userdata_store");
            }
            let data = std::slice::from_raw_parts(data, length);
            code(userdata::lock(ctx, domid).and_then(|files| files.store(userid, data)))
        })
    }
}

/// Stores a copy of the data under `userdata_userid` in `*data_r`, for the caller to free, and its length in
/// `*datalen_r`; either pointer may be NULL. NULL and 0 if there is no data. `ERROR_LOCK_FAIL` if there is no such
/// domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_userdata_retrieve(
    ctx: *mut libxl_ctx,
    domid: u32,
    userdata_userid: *const c_char,
    data_r: *mut *mut u8,
    datalen_r: *mut c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `userdata_userid` NULL or a string, the others NULL or
    // valid.
    unsafe {
        with_ctx(ctx, "libxl_userdata_retrieve", |ctx| {
            let Some(userid) = text(userdata_userid) else {
                return null(ctx, "libxl_userdata_retrieve");
            };
            code(userdata::lock(ctx, domid).and_then(|files| {
                let (copy, length) = if data_r.is_null() {
                    (std::ptr::null_mut(), files.length(userid)?.unwrap_or(0))
                } else {
                    let data = files.retrieve(userid)?.unwrap_or_default();
                    (owned_bytes(&data)?, data.len())
                };
                if !data_r.is_null() {
                    data_r.write(copy);
                }
                if !datalen_r.is_null() {
                    // Files longer than an int can tell are refused below.
                    datalen_r.write(length as c_int);
                }
                Ok(())
            }))
        })
    }
}

/// Removes the data under `userdata_userid`. `ERROR_FAIL` if there is none, `ERROR_LOCK_FAIL` if there is no such
/// domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_userdata_unlink(
    ctx: *mut libxl_ctx,
    domid: u32,
    userdata_userid: *const c_char,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `userdata_userid` NULL or a string.
    unsafe {
        with_ctx(ctx, "libxl_userdata_unlink", |ctx| {
            let Some(userid) = text(userdata_userid) else {
                return null(ctx, "libxl_userdata_unlink");
            };
            code(
                userdata::lock(ctx, domid)
                    .and_then(|files| files.remove(userid)?.map_err(|_| Error::Fail)),
            )
        })
    }
}
