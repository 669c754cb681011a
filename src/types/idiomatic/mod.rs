//! The public types as idiomatic Rust, for the core: owned text and lists, enums, unions with their keys as enums with
//! data. They are generated from `idl/`, with their conversions from and to C.
//!
//! What only the C types can represent: a NULL list becomes an empty one, and a pointer that is declared `const` in C
//! is left out. An enum value without a name becomes `Other`. `Default` is the value from libxl's `_init`.

mod builtin;
pub mod json;
mod text;

use std::ffi::c_int;

pub use self::builtin::{Bitmap, Hwcap, Mac, MsVmGenid, Uuid};
pub use self::text::{Text, before_nul};
pub use super::cpuid::Policy;
use super::shape::Type;
use super::{engine, sys};

/// A type that can be converted from and to its C type.
pub trait CForm: Sized {
    /// The C type.
    type C: Copy;

    /// Copies a C value, and everything that it points to.
    ///
    /// # Safety
    /// Every pointer in `c` is NULL or points to a valid value of its type; strings and lists are terminated.
    unsafe fn from_c(c: &Self::C) -> Self;

    /// Creates a C value. What it points to comes from `malloc`, and is freed by `_dispose`.
    fn to_c(&self) -> Self::C;
}

macro_rules! same_in_c {
    ($($ty:ty),*) => { $(impl CForm for $ty {
        type C = $ty;
        unsafe fn from_c(c: &$ty) -> $ty { *c }
        fn to_c(&self) -> $ty { *self }
    })* };
}
same_in_c!(bool, c_int, u8, u16, u32, u64);

/// Updates the C value `to`: what differs from `value` is replaced, and everything else stays where it is, since the
/// application may have kept pointers to it.
///
/// # Safety
/// `to` is valid for [`CForm::from_c`] and owns what it points to; `ty` is the table of its type.
pub unsafe fn write_back<T: CForm>(value: &T, to: &mut T::C, ty: &Type) {
    let mut new = value.to_c();
    let [to, new] = [to, &mut new].map(|c| std::ptr::from_mut(c).cast::<u8>());
    // SAFETY: the caller's contract; the new value has no memory in common with it, and is not used again.
    unsafe {
        engine::update(to, new, ty);
        engine::dispose(new, ty);
    }
}

/// Zeroed memory for `count` elements from `calloc`; NULL for none.
fn allocate<T>(count: usize) -> *mut T {
    if count == 0 {
        return std::ptr::null_mut();
    }
    // SAFETY: calloc accepts any numbers.
    let memory = unsafe { libc::calloc(count, size_of::<T>()) };
    if memory.is_null() {
        let layout = std::alloc::Layout::array::<T>(count).expect("calloc would have refused");
        std::alloc::handle_alloc_error(layout);
    }
    memory.cast()
}

/// # Safety
/// `list` is NULL or points to `count` elements that are valid for [`CForm::from_c`].
unsafe fn array_from_c<T: CForm>(list: *const T::C, count: c_int) -> Vec<T> {
    let count = usize::try_from(count).unwrap_or(0);
    if list.is_null() || count == 0 {
        return Vec::new();
    }
    // SAFETY: `count` elements, by the caller's contract, since it is not NULL.
    let list = unsafe { std::slice::from_raw_parts(list, count) };
    // SAFETY: each of them can be read as its type, by the caller's contract.
    list.iter().map(|c| unsafe { T::from_c(c) }).collect()
}

fn array_to_c<T: CForm>(list: &[T]) -> (*mut T::C, c_int) {
    let count = c_int::try_from(list.len()).expect("lists of the public types are short");
    let memory = allocate::<T::C>(list.len());
    for (i, item) in list.iter().enumerate() {
        // SAFETY: there is memory for all of them.
        unsafe { memory.add(i).write(item.to_c()) };
    }
    (memory, count)
}

pub use self::generated::*;

// A derived `Default` would be the same for types whose initial value is all zeroes; the generator does not check for
// that.
#[allow(clippy::derivable_impls, clippy::unnecessary_cast)]
mod generated {
    use super::*;

    include!(concat!(env!("OUT_DIR"), "/idiomatic.rs"));
}

#[cfg(test)]
mod tests;
