//! The C entries for bitmaps and the conversions between cpus, nodes and sockets.

use std::ffi::*;

use crate::capi::entry::{self, code};
use crate::capi::give;
use crate::core::{Error, bitmap as bits};
use crate::error;
use crate::types::sys::*;
use crate::xen::log::Log;

/// A set of no bits.
const NO_MEMORY: libxl_bitmap = libxl_bitmap { size: 0, map: std::ptr::null_mut() };

/// A set of `size` bytes, all 0, in the application's memory.
pub(super) fn owned(size: usize) -> Option<libxl_bitmap> {
    let map = give::zeroed::<u8>(size);
    let size = u32::try_from(size).ok()?;
    (!map.is_null()).then_some(libxl_bitmap { size, map })
}

/// A set of these bytes, in the application's memory.
pub(super) fn from_bytes(bytes: &[u8]) -> Option<libxl_bitmap> {
    let copy = owned(bytes.len())?;
    // SAFETY: `owned` made room for as many.
    unsafe { copy.map.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    Some(copy)
}

/// The bytes of a set; none for NULL.
///
/// # Safety
/// `map` is NULL or a bitmap that nobody changes while the slice lives.
pub(super) unsafe fn bytes<'a>(map: *const libxl_bitmap) -> &'a [u8] {
    // SAFETY: a bitmap has `size` bytes at `map`, if that is not NULL; the caller keeps others from changing them.
    unsafe {
        match map.as_ref() {
            Some(map) if !map.map.is_null() => {
                std::slice::from_raw_parts(map.map, map.size as usize)
            }
            _ => &[],
        }
    }
}

/// As [`bytes`], to be changed.
///
/// # Safety
/// As for [`bytes`], and nobody reads them either.
pub(super) unsafe fn bytes_mut<'a>(map: *mut libxl_bitmap) -> &'a mut [u8] {
    // SAFETY: as in `bytes`; that nobody reads them meanwhile, the caller says.
    unsafe {
        match map.as_ref() {
            Some(map) if !map.map.is_null() => {
                std::slice::from_raw_parts_mut(map.map, map.size as usize)
            }
            _ => &mut [],
        }
    }
}

/// What the union and the intersection share.
///
/// # Safety
/// As for an entry.
unsafe fn combine(
    ctx: *mut libxl_ctx,
    name: &str,
    to: *mut libxl_bitmap,
    map1: *const libxl_bitmap,
    map2: *const libxl_bitmap,
    how: impl FnOnce(&[u8], &[u8]) -> Vec<u8>,
) -> c_int {
    let body = |log: &Log| {
        if to.is_null() || map1.is_null() || map2.is_null() {
            error!(log, "{name}: a set is NULL");
            return Err(Error::Invalid);
        }
        // SAFETY: none is NULL, so two are bitmaps and one has room for one, by the contract of `capi`.
        unsafe {
            let map = from_bytes(&how(bytes(map1), bytes(map2))).ok_or(Error::NoMemory)?;
            to.write(map);
        }
        Ok(())
    };
    // SAFETY: `ctx` is the entry's, so NULL or live.
    unsafe { entry::with_log(ctx, name, |log| code(body(log))) }
}

/// Initialises `map` as an empty bitmap of size 0, without memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_init(map: *mut libxl_bitmap) {
    // SAFETY: by the contract of `capi`, `map` is NULL or valid; the memory need not be initialised.
    unsafe {
        if !map.is_null() {
            map.write(NO_MEMORY);
        }
    }
}

/// Frees the bitmap's memory and sets its size to 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_dispose(map: *mut libxl_bitmap) {
    // SAFETY: by the contract of `capi`, `map` is NULL or a bitmap, whose bytes are `malloc`'s or none.
    unsafe {
        if let Some(map) = map.as_mut() {
            libc::free(map.map.cast());
            *map = NO_MEMORY;
        }
    }
}

/// Initialises `bitmap` with `n_bits` bits, rounded up to whole bytes, all clear. Its previous content is ignored and
/// not freed.
///
/// 0, `ERROR_INVAL` for a negative size, `ERROR_NOMEM`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_alloc(
    ctx: *mut libxl_ctx,
    bitmap: *mut libxl_bitmap,
    n_bits: c_int,
) -> c_int {
    let body = |log: &Log| {
        let size = bits::bytes_for(n_bits).filter(|_| !bitmap.is_null()).ok_or_else(|| {
            error!(log, "libxl_bitmap_alloc: {n_bits} bits at {bitmap:?}: not possible");
            Error::Invalid
        })?;
        let map = owned(size).ok_or(Error::NoMemory)?;
        // SAFETY: by the contract of `capi`, a pointer that is not NULL has room for a bitmap.
        unsafe { bitmap.write(map) };
        Ok(())
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { entry::with_log(ctx, "libxl_bitmap_alloc", |log| code(body(log))) }
}

/// Initialises `dptr` as a copy of `sptr`. Its previous content is ignored and not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_copy_alloc(
    ctx: *mut libxl_ctx,
    dptr: *mut libxl_bitmap,
    sptr: *const libxl_bitmap,
) {
    let _ = ctx;
    // SAFETY: by the contract of `capi`, `dptr` and `sptr` are NULL or valid.
    unsafe {
        if !dptr.is_null() {
            dptr.write(from_bytes(bytes(sptr)).unwrap_or(NO_MEMORY));
        }
    }
}

/// Copies the bits of `sptr` to `dptr`, which must have the same size.
///
/// Different sizes are a defect of the application, for which the C library aborts the process: here it is logged and
/// `dptr` is unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_copy(
    ctx: *mut libxl_ctx,
    dptr: *mut libxl_bitmap,
    sptr: *const libxl_bitmap,
) {
    let body = |log: &Log| {
        // SAFETY: by the contract of `capi`, each is NULL or valid; `copy` allows both to be the same memory.
        unsafe {
            let (to, from) = (bytes(dptr).len(), bytes(sptr).len());
            if to != from {
                error!(log, "libxl_bitmap_copy: from a set of {from} bytes to one of {to}");
                return;
            }
            if from > 0 {
                std::ptr::copy((*sptr).map, (*dptr).map, from);
            }
        }
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { entry::with_log(ctx, "libxl_bitmap_copy", body) }
}

/// 1 if every bit is set (also for a bitmap of size 0), else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_is_full(bitmap: *const libxl_bitmap) -> c_int {
    // SAFETY: by the contract of `capi`, `bitmap` is NULL or valid.
    c_int::from(unsafe { bits::is_full(bytes(bitmap)) })
}

/// 1 if no bit is set, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_is_empty(bitmap: *const libxl_bitmap) -> c_int {
    // SAFETY: by the contract of `capi`, `bitmap` is NULL or valid.
    c_int::from(unsafe { bits::is_empty(bytes(bitmap)) })
}

/// 1 if `bit` is set, else 0. A bit past the end counts as clear.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_test(bitmap: *const libxl_bitmap, bit: c_int) -> c_int {
    // SAFETY: by the contract of `capi`, `bitmap` is NULL or valid.
    c_int::from(unsafe { bits::test(bytes(bitmap), bit) })
}

/// Sets `bit`; does nothing for a bit past the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_set(bitmap: *mut libxl_bitmap, bit: c_int) {
    // SAFETY: by the contract of `capi`, `bitmap` is NULL or valid.
    unsafe { bits::set(bytes_mut(bitmap), bit) }
}

/// Clears `bit`; does nothing for a bit past the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_reset(bitmap: *mut libxl_bitmap, bit: c_int) {
    // SAFETY: by the contract of `capi`, `bitmap` is NULL or valid.
    unsafe { bits::reset(bytes_mut(bitmap), bit) }
}

/// Returns the number of bits that are set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_count_set(bitmap: *const libxl_bitmap) -> c_int {
    // SAFETY: by the contract of `capi`, `bitmap` is NULL or valid.
    unsafe { bits::count(bytes(bitmap)) as c_int }
}

/// Initialises `or_map` as the union of the two bitmaps, with the size of the larger one. Its previous content is
/// ignored and not freed, so it must not be one of the two.
///
/// 0, `ERROR_INVAL` for NULL, `ERROR_NOMEM`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_or(
    ctx: *mut libxl_ctx,
    or_map: *mut libxl_bitmap,
    map1: *const libxl_bitmap,
    map2: *const libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `or_map`, `map1` and `map2` NULL or valid.
    unsafe { combine(ctx, "libxl_bitmap_or", or_map, map1, map2, bits::or) }
}

/// Initialises `and_map` as the intersection of the two bitmaps, with the size of the smaller one. Its previous
/// content is ignored and not freed, so it must not be one of the two.
///
/// 0, `ERROR_INVAL` for NULL, `ERROR_NOMEM`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_and(
    ctx: *mut libxl_ctx,
    and_map: *mut libxl_bitmap,
    map1: *const libxl_bitmap,
    map2: *const libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `and_map`, `map1` and `map2` NULL or valid.
    unsafe { combine(ctx, "libxl_bitmap_and", and_map, map1, map2, bits::and) }
}

/// Returns `0x` and two hexadecimal digits for each byte, the last byte first. To be freed by the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_bitmap_to_hex_string(
    ctx: *mut libxl_ctx,
    bitmap: *const libxl_bitmap,
) -> *mut c_char {
    let _ = ctx;
    // SAFETY: by the contract of `capi`, `bitmap` is NULL or valid.
    give::string(unsafe { bits::to_hex(bytes(bitmap)) }.as_bytes())
}
