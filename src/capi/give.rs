//! Memory and strings across the C boundary: what the application frees is allocated with `malloc`, and its arguments
//! are read in place.

use std::ffi::{CStr, c_char, c_int};

use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::types::idiomatic::before_nul;
use crate::xen::hypervisor::HypervisorError;

/// Copies `text` with a NUL to memory from `malloc`; NULL if there is no memory.
pub fn string(text: &[u8]) -> *mut c_char {
    let copy = zeroed::<u8>(text.len() + 1);
    if !copy.is_null() {
        // SAFETY: `copy` has room for the text and one byte more, which stays 0.
        unsafe { copy.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
    }
    copy.cast()
}

/// As [`string`]; NULL for `None`.
pub fn string_if_any(text: Option<Vec<u8>>) -> *mut c_char {
    text.map_or(std::ptr::null_mut(), |text| string(before_nul(&text)))
}

/// Copies a C string to memory from `malloc`; NULL for NULL.
///
/// # Safety
/// `text` is NULL or a C string.
pub unsafe fn strdup(text: *const c_char) -> *mut c_char {
    if text.is_null() {
        return std::ptr::null_mut();
    }
    // SAFETY: a C string, by the caller's contract, since it is not NULL.
    unsafe { libc::strdup(text) }
}

/// Copies a plain value; does nothing if either pointer is NULL.
///
/// # Safety
/// Each is NULL or a valid place for a `T`; they may be the same.
pub unsafe fn copy<T>(to: *mut T, from: *const T) {
    if !to.is_null() && !from.is_null() {
        // SAFETY: neither is NULL, so both are valid, by the caller's contract; `ptr::copy` allows them to overlap.
        unsafe { std::ptr::copy(from, to, 1) };
    }
}

/// Memory for `count` values, all bytes 0, from `calloc`; NULL if there is no memory.
pub fn zeroed<T>(count: usize) -> *mut T {
    // SAFETY: calloc takes any numbers.
    unsafe { libc::calloc(count, size_of::<T>()) }.cast()
}

/// A C string's bytes, without the NUL; `None` for NULL.
///
/// # Safety
/// `text` is NULL or a C string that is not written to while the slice lives.
pub unsafe fn text<'a>(text: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: a C string, by the caller's contract, since it is not NULL.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// Copies the elements to a C array from `malloc`, which is not NULL for an empty list, because callers take NULL for a
/// failure. `None` if there is no memory.
pub fn elements<T>(elements: Vec<T>) -> Option<*mut T> {
    let copy = zeroed::<T>(elements.len().max(1));
    if copy.is_null() {
        return None;
    }
    for (i, element) in elements.into_iter().enumerate() {
        // SAFETY: there is room for as many elements, of bytes that need no drop.
        unsafe { copy.add(i).write(element) };
    }
    Some(copy)
}

/// The common part of entries that return lists: the elements that `make` returns, as a C array, and their number in
/// `*count`; NULL on failure, and `*count` is then unchanged.
///
/// # Safety
/// `count` is NULL or can be written to.
pub unsafe fn array<T>(
    ctx: &Ctx,
    count: *mut c_int,
    name: &str,
    make: impl FnOnce() -> Result<Vec<T>>,
) -> *mut T {
    // SAFETY: NULL or writable, by the caller's contract.
    let Some(count) = (unsafe { count.as_mut() }) else {
        null(ctx, name);
        return std::ptr::null_mut();
    };
    let Ok(all) = make() else { return std::ptr::null_mut() };
    let n = all.len() as c_int;
    let Some(array) = elements(all) else { return std::ptr::null_mut() };
    *count = n;
    array
}

/// Logs an error of a hypercall.
pub fn failed(ctx: &Ctx, e: HypervisorError) -> Error {
    error!(ctx, "{e}");
    Error::Fail
}

/// Logs that a required pointer is NULL; `ERROR_INVAL`.
pub fn null(ctx: &Ctx, name: &str) -> c_int {
    error!(ctx, "{name}: called with a NULL pointer");
    Error::Invalid.code()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_copied_with_their_end() {
        let copy = string(b"abc");
        // SAFETY: a fresh string of ours, freed once.
        unsafe {
            assert_eq!(text(copy), Some(&b"abc"[..]));
            let again = strdup(copy);
            assert_ne!(again, copy);
            assert_eq!(text(again), Some(&b"abc"[..]));
            libc::free(copy.cast());
            libc::free(again.cast());
            assert_eq!(text(std::ptr::null()), None);
            assert!(strdup(std::ptr::null()).is_null());
        }
    }
}
