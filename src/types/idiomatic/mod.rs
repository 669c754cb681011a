//! The public types as Rust would have them, for the core: owned text and lists, enums, unions with
//! their key as enums with data. Generated from `idl/`, like their way from and to C.
//!
//! What C may hold and these may not: a NULL list is an empty one, and a pointer that C declares const
//! is left out. An enum's number that has no name stays what it is, as `Other`. `Default` is what
//! libxl's `_init` makes.

mod builtin;
pub mod json;
mod text;

use std::ffi::c_int;

pub use self::builtin::{Bitmap, Hwcap, Mac, MsVmGenid, Uuid};
pub use self::text::{Text, before_nul};
pub use super::cpuid::Policy;
use super::shape::Type;
use super::{engine, sys};

/// A value with a form in C.
pub trait CForm: Sized {
    /// The type in C.
    type C: Copy;

    /// Copies a value of C's, and all that it points to.
    ///
    /// # Safety
    /// Every pointer in `c` is NULL or points to what the type says, strings and lists with their end.
    unsafe fn from_c(c: &Self::C) -> Self;

    /// A copy for C to own: what it points to comes from `malloc`, for `_dispose` to free.
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

/// Brings C's value `to` up to date: what differs from `value` becomes as `value` has it, all else stays
/// where it is, since the application may have kept pointers to it.
///
/// # Safety
/// `to` fits [`CForm::from_c`] and owns what it points to; `ty` is the table of its type.
pub unsafe fn write_back<T: CForm>(value: &T, to: &mut T::C, ty: &Type) {
    let mut fresh = value.to_c();
    let [to, fresh] = [to, &mut fresh].map(|c| std::ptr::from_mut(c).cast::<u8>());
    // SAFETY: the caller's contract; what is fresh shares nothing with it, and is not used again.
    unsafe {
        engine::update(to, fresh, ty);
        engine::dispose(fresh, ty);
    }
}

/// Room for `count` elements, all zero; NULL for none.
fn allocate<T>(count: usize) -> *mut T {
    if count == 0 {
        return std::ptr::null_mut();
    }
    // SAFETY: calloc takes any numbers.
    let room = unsafe { libc::calloc(count, size_of::<T>()) };
    if room.is_null() {
        let layout = std::alloc::Layout::array::<T>(count).expect("calloc would have refused");
        std::alloc::handle_alloc_error(layout);
    }
    room.cast()
}

/// # Safety
/// `list` is NULL or points to `count` elements that fit [`CForm::from_c`].
unsafe fn array_from_c<T: CForm>(list: *const T::C, count: c_int) -> Vec<T> {
    let count = usize::try_from(count).unwrap_or(0);
    if list.is_null() || count == 0 {
        return Vec::new();
    }
    // SAFETY: `count` elements, says the caller, since it is not NULL.
    let list = unsafe { std::slice::from_raw_parts(list, count) };
    // SAFETY: each of them can be read as its type, says the caller.
    list.iter().map(|c| unsafe { T::from_c(c) }).collect()
}

fn array_to_c<T: CForm>(list: &[T]) -> (*mut T::C, c_int) {
    let count = c_int::try_from(list.len()).expect("lists of the types are short");
    let room = allocate::<T::C>(list.len());
    for (i, item) in list.iter().enumerate() {
        // SAFETY: the room is for all of them.
        unsafe { room.add(i).write(item.to_c()) };
    }
    (room, count)
}

pub use self::generated::*;

// Where a type's init happens to be all zero, derive would do; the generator does not look for that.
#[allow(clippy::derivable_impls, clippy::unnecessary_cast)]
mod generated {
    use super::*;

    include!(concat!(env!("OUT_DIR"), "/idiomatic.rs"));
}

#[cfg(test)]
mod tests;
