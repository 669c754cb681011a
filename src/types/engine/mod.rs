//! The interpreter of the tables: init, dispose, copy and JSON for every public type.
//!
//! Pointers are to a value of the type that the table describes, in the application's memory, or NULL.
//! NULL is harmless everywhere. What is wrong with a text is an error, for the caller to log.
//!
//! ```text
//! life     init, dispose, copy
//! write    memory → sink: text of our own, or the application's yajl_gen
//! read     json, the parsed text → memory
//! update   a fresh value's changes → the application's value
//! builtin  the same for types that are code, not tables
//! raw      scalars, strings and arrays in C memory
//! ```

mod builtin;
mod json;
mod life;
mod raw;
mod read;
mod sink;
mod update;
mod write;

pub use builtin::parse_mac;

use std::ffi::{c_char, c_int};

use super::shape::{Run, Shape, Type, UnionMember};
use super::sys::{ERROR_FAIL, ERROR_INVAL, yajl_gen, yajl_gen_status};
use json::Document;
use read::JsonReader;
use sink::{IN_ERROR_STATE, JsonText, Yajl};
pub use update::update;

/// Sets `*p` to its start, whatever it was.
///
/// # Safety
/// `p` is NULL or room for a value of type `ty`.
pub unsafe fn init(p: *mut u8, ty: &Type) {
    if p.is_null() {
        return;
    }
    // SAFETY: not NULL, so there is room for the type, says the caller.
    unsafe {
        if !matches!(ty.shape, Shape::Struct(_)) {
            p.write_bytes(0, ty.size);
        }
        life::start(p, ty);
    }
}

/// Chooses the member of the union whose key is the field `key`, and sets it to its start. A member
/// that was chosen before is disposed of.
///
/// # Safety
/// `p` is NULL or an initialised value of type `ty`.
pub unsafe fn init_key(p: *mut u8, ty: &Type, key: &str, value: c_int) {
    if !p.is_null() {
        // SAFETY: not NULL, so a value of the type, says the caller.
        unsafe { life::choose(p, ty, key, value) }
    }
}

/// Frees all that `*p` holds, and zeroes it.
///
/// # Safety
/// `p` is NULL or a value of type `ty` that owns what it points to.
pub unsafe fn dispose(p: *mut u8, ty: &Type) {
    if p.is_null() {
        return;
    }
    // SAFETY: a value of the type that owns what it points to, says the caller; afterwards it owns nothing.
    unsafe {
        life::release(p, ty);
        p.write_bytes(0, ty.size);
    }
}

/// Copies `*src` with all that it holds; what `*dst` was is not freed.
///
/// # Safety
/// `dst` is NULL or room for a value of type `ty`, `src` NULL or such a value.
pub unsafe fn copy(dst: *mut u8, src: *const u8, ty: &Type) {
    if !dst.is_null() && !src.is_null() {
        // SAFETY: neither is NULL, so `src` is a value of the type and `dst` has room for one, says the caller.
        unsafe { life::copy(dst, src, ty) }
    }
}

/// The JSON text of `*p`, for the caller to free; NULL of NULL.
///
/// # Safety
/// `p` is NULL or a value of type `ty`.
pub unsafe fn to_json(p: *const u8, ty: &Type) -> *mut c_char {
    if p.is_null() {
        return std::ptr::null_mut();
    }
    // SAFETY: `p` is a value of the type, says the caller.
    raw::duplicate(&unsafe { json_text(p, ty) })
}

/// The JSON text of `*p`.
///
/// # Safety
/// `p` is a value of type `ty`.
pub unsafe fn json_text(p: *const u8, ty: &Type) -> Vec<u8> {
    let mut text = JsonText::new();
    // SAFETY: `p` is a value of the type, says the caller.
    let Ok(()) = unsafe { write::value(&mut text, p, ty) };
    text.finish()
}

/// Why a value cannot be read from a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    /// There is no text, or no room for the value.
    #[error("NULL")]
    Null,
    /// At this byte, for this reason.
    #[error("not JSON at byte {0}: {1}")]
    NotJson(usize, &'static str),
    /// It is JSON, but not of the type, for this reason.
    #[error("the JSON does not fit: {0}")]
    Misfit(&'static str),
}

impl Unreadable {
    /// What C is told.
    pub fn code(self) -> c_int {
        if self == Self::Null { ERROR_INVAL } else { ERROR_FAIL }
    }
}

/// Reads `*p` from JSON text. A struct is initialised first, and after a failure it can be disposed of.
///
/// # Safety
/// `p` is NULL or room for a value of type `ty`, `s` NULL or a C string.
pub unsafe fn from_json(p: *mut u8, s: *const c_char, ty: &Type) -> Result<(), Unreadable> {
    if p.is_null() {
        return Err(Unreadable::Null);
    }
    if let Shape::Struct(_) = ty.shape {
        // SAFETY: room for the type, says the caller, since it is not NULL.
        unsafe { init(p, ty) }
    }
    // SAFETY: NULL or a C string, says the caller.
    let text = unsafe { raw::text(s) }.ok_or(Unreadable::Null)?;
    let document =
        Document::parse(text).map_err(|wrong| Unreadable::NotJson(wrong.at, wrong.why))?;
    // SAFETY: the caller's contract; `*p` is as init left it.
    unsafe { JsonReader::new(&document).value(0, p, ty) }
        .map_err(|misfit| Unreadable::Misfit(misfit.0))
}

/// Writes `*p` to the application's generator.
///
/// # Safety
/// `hand` is NULL or a live generator, `p` NULL or a value of type `ty`.
pub unsafe fn gen_json(hand: yajl_gen, p: *const u8, ty: &Type) -> yajl_gen_status {
    if hand.is_null() || p.is_null() {
        return IN_ERROR_STATE;
    }
    // SAFETY: the generator is a live one of yajl's and `p` a value of the type, says the caller.
    match unsafe { write::value(&mut Yajl::new(hand), p, ty) } {
        Ok(()) => 0,
        Err(status) => status,
    }
}

/// The static name of an enum's value; NULL for an unknown number.
pub fn enum_to_string(value: c_int, ty: &Type) -> *const c_char {
    let Shape::Enum(values) = ty.shape else { return std::ptr::null() };
    write::named(values.get(), value).map_or(std::ptr::null(), |v| v.text.as_ptr())
}

/// Reads the name of an enum's value, in any case: 0, or `ERROR_FAIL` for another name.
///
/// # Safety
/// `s` is NULL or a C string, `e` NULL or room for a value of the enum.
pub unsafe fn enum_from_string(s: *const c_char, e: *mut c_int, ty: &Type) -> c_int {
    // SAFETY: NULL or a C string, says the caller.
    let (Some(text), false) = (unsafe { raw::text(s) }, e.is_null()) else { return ERROR_INVAL };
    let Shape::Enum(values) = ty.shape else { return ERROR_INVAL };
    match read::number(&values, text) {
        Some(value) => {
            // SAFETY: room for the enum, which has an `int`'s size, says the caller, since it is not NULL.
            unsafe { e.write(value) };
            0
        }
        None => ERROR_FAIL,
    }
}

/// The member of a union that is valid while its key has that number.
fn member_of(members: Run<UnionMember>, key: c_int) -> Option<&'static UnionMember> {
    members.get().iter().find(|m| m.value == key)
}

#[cfg(test)]
pub(super) mod sample;
#[cfg(test)]
mod tests;
