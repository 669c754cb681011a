//! Access to the C memory that the tables describe: scalars of any width, and strings and arrays from `malloc`.

use std::alloc::{Layout, handle_alloc_error};
use std::ffi::{CStr, c_char, c_int};

/// Reads an integer of `size` bytes, sign-extended if it is signed.
///
/// # Safety
/// `p` points to `size` readable bytes.
pub unsafe fn load(p: *const u8, size: usize, signed: bool) -> i64 {
    // SAFETY: the caller's contract; unaligned reads, since nothing here promises alignment.
    unsafe {
        match (size, signed) {
            (1, false) => i64::from(p.read()),
            (1, true) => i64::from(p.cast::<i8>().read()),
            (2, false) => i64::from(p.cast::<u16>().read_unaligned()),
            (2, true) => i64::from(p.cast::<i16>().read_unaligned()),
            (4, false) => i64::from(p.cast::<u32>().read_unaligned()),
            (4, true) => i64::from(p.cast::<i32>().read_unaligned()),
            _ => p.cast::<i64>().read_unaligned(),
        }
    }
}

/// Stores the low `size` bytes of an integer.
///
/// # Safety
/// `p` points to `size` writable bytes, of which there are 1, 2, 4 or 8.
pub unsafe fn store(p: *mut u8, size: usize, value: i64) {
    // SAFETY: the caller's contract. The sizes are constants, since a copy whose size is only known at run time is a
    // function call.
    unsafe {
        match size {
            1 => p.write(value as u8),
            2 => p.cast::<u16>().write_unaligned(value as u16),
            4 => p.cast::<u32>().write_unaligned(value as u32),
            _ => p.cast::<i64>().write_unaligned(value),
        }
    }
}

/// Reads a C enum, which is stored as `int`, whether it is signed or not.
///
/// # Safety
/// `p` points to an `int`.
pub unsafe fn load_int(p: *const u8) -> c_int {
    // SAFETY: an `int` can be read at `p`, by the caller's contract; no alignment is taken for granted.
    unsafe { p.cast::<c_int>().read_unaligned() }
}

/// Reads a pointer.
///
/// # Safety
/// `p` points to a pointer.
pub unsafe fn load_pointer<T>(p: *const u8) -> *mut T {
    // SAFETY: a pointer can be read at `p`, by the caller's contract; no alignment is taken for granted.
    unsafe { p.cast::<*mut T>().read_unaligned() }
}

/// Stores a pointer.
///
/// # Safety
/// `p` points to memory for a pointer.
pub unsafe fn store_pointer<T>(p: *mut u8, value: *mut T) {
    // SAFETY: there is memory for a pointer at `p`, by the caller's contract; no alignment is taken for granted.
    unsafe { p.cast::<*mut T>().write_unaligned(value) }
}

/// The bytes of a C string; `None` for NULL.
///
/// # Safety
/// `p` is NULL or NUL-terminated, and not written to while the slice lives.
pub unsafe fn text<'a>(p: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: a C string, by the caller's contract, since it is not NULL.
    (!p.is_null()).then(|| unsafe { CStr::from_ptr(p) }.to_bytes())
}

/// Zeroed memory from `calloc`, which is not NULL even if `count` is 0; `None` if there is not enough memory.
pub fn try_zeroed<T>(count: usize) -> Option<*mut T> {
    // SAFETY: calloc accepts any numbers and fails on overflow.
    let p = unsafe { libc::calloc(count, size_of::<T>()) };
    (!p.is_null()).then_some(p.cast())
}

/// As [`try_zeroed`]; if there is not enough memory, the process ends, as with the C library and with Rust's own
/// allocations.
pub fn zeroed<T>(count: usize) -> *mut T {
    try_zeroed(count).unwrap_or_else(|| {
        handle_alloc_error(Layout::array::<T>(count).unwrap_or(Layout::new::<T>()))
    })
}

/// A NUL-terminated copy from `malloc`, which the application frees.
pub fn duplicate(text: &[u8]) -> *mut c_char {
    // SAFETY: malloc accepts any number.
    let p = unsafe { libc::malloc(text.len() + 1) }.cast::<u8>();
    if p.is_null() {
        handle_alloc_error(Layout::for_value(text));
    }
    // SAFETY: `p` is new memory for the text and one more byte.
    unsafe {
        p.copy_from_nonoverlapping(text.as_ptr(), text.len());
        p.add(text.len()).write(0);
    }
    p.cast()
}

/// The entries of an array of strings that ends with NULL, without the NULL.
///
/// # Safety
/// `list` is NULL or such an array, and not written to while the slice lives.
pub unsafe fn strings<'a>(list: *const *mut c_char) -> &'a [*mut c_char] {
    if list.is_null() {
        return &[];
    }
    let mut count = 0;
    // SAFETY: the caller's contract: there are entries up to the NULL.
    unsafe {
        while !(*list.add(count)).is_null() {
            count += 1;
        }
        std::slice::from_raw_parts(list, count)
    }
}

/// The entries of a key-value list: pairs, up to a NULL key. A value may be NULL.
///
/// # Safety
/// `list` is NULL or such an array, and not written to while the slice lives.
pub unsafe fn pairs<'a>(list: *const *mut c_char) -> &'a [[*mut c_char; 2]] {
    if list.is_null() {
        return &[];
    }
    let mut count = 0;
    // SAFETY: the caller's contract: there are pairs up to the NULL key.
    unsafe {
        while !(*list.add(2 * count)).is_null() {
            count += 1;
        }
        std::slice::from_raw_parts(list.cast(), count)
    }
}
