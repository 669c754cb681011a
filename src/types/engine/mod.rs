//! The interpreter of the tables: init, dispose, copy and JSON for every public type.
//!
//! Pointers point to a value of the type that the table describes, in the application's memory, or are NULL, which is
//! allowed everywhere. Errors in a text are returned, and the caller logs them.
//!
//! ```text
//! ownership  init, dispose, copy
//! write      memory → sink: text in memory, or the application's yajl_gen
//! read       json, the parsed text → memory
//! update     changes in a new value → the application's value
//! builtin    the same for types that code interprets, and not tables
//! raw        scalars, strings and arrays in C memory
//! ```

mod builtin;
mod json;
mod ownership;
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

/// Sets `*p` to its initial value, whatever it contained. NULL is ignored.
///
/// # Safety
/// `p` is NULL or memory for a value of type `ty`.
pub unsafe fn init(p: *mut u8, ty: &Type) {
    if p.is_null() {
        return;
    }
    // SAFETY: not NULL, so there is memory for the type, by the caller's contract.
    unsafe {
        if !matches!(ty.shape, Shape::Struct(_)) {
            p.write_bytes(0, ty.size);
        }
        ownership::init_value(p, ty);
    }
}

/// Selects the member of the union whose key is the field `key`, and sets it to its initial value. A member that was
/// selected before is disposed of. NULL is ignored.
///
/// # Safety
/// `p` is NULL or an initialised value of type `ty`.
pub unsafe fn init_key(p: *mut u8, ty: &Type, key: &str, value: c_int) {
    if !p.is_null() {
        // SAFETY: not NULL, so a value of the type, by the caller's contract.
        unsafe { ownership::select_member(p, ty, key, value) }
    }
}

/// Frees everything that `*p` owns, and zeroes it. NULL is ignored.
///
/// # Safety
/// `p` is NULL or a value of type `ty` that owns what it points to.
pub unsafe fn dispose(p: *mut u8, ty: &Type) {
    if p.is_null() {
        return;
    }
    // SAFETY: a value of the type that owns what it points to, by the caller's contract; afterwards it owns nothing.
    unsafe {
        ownership::release(p, ty);
        p.write_bytes(0, ty.size);
    }
}

/// Copies `*src` with everything that it owns; the old content of `*dst` is not freed. NULL is ignored.
///
/// # Safety
/// `dst` is NULL or memory for a value of type `ty`, `src` NULL or such a value.
pub unsafe fn copy(dst: *mut u8, src: *const u8, ty: &Type) {
    if !dst.is_null() && !src.is_null() {
        // SAFETY: neither is NULL, so `src` is a value of the type and `dst` has memory for one, by the caller's
        // contract.
        unsafe { ownership::copy(dst, src, ty) }
    }
}

/// The JSON text of `*p`, which the caller must free; NULL if `p` is NULL.
///
/// # Safety
/// `p` is NULL or a value of type `ty`.
pub unsafe fn to_json(p: *const u8, ty: &Type) -> *mut c_char {
    if p.is_null() {
        return std::ptr::null_mut();
    }
    // SAFETY: `p` is a value of the type, by the caller's contract.
    raw::duplicate(&unsafe { json_text(p, ty) })
}

/// The JSON text of `*p`.
///
/// # Safety
/// `p` is a value of type `ty`.
pub unsafe fn json_text(p: *const u8, ty: &Type) -> Vec<u8> {
    let mut text = JsonText::new();
    // SAFETY: `p` is a value of the type, by the caller's contract.
    let Ok(()) = unsafe { write::value(&mut text, p, ty) };
    text.finish()
}

/// The reason why a value cannot be read from a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReadError {
    /// The pointer to the text or to the value is NULL.
    #[error("NULL")]
    Null,
    /// The text is not JSON: the position in bytes, and the reason.
    #[error("not JSON at byte {0}: {1}")]
    NotJson(usize, &'static str),
    /// The JSON does not fit the type, for this reason.
    #[error("the JSON does not fit the type: {0}")]
    Mismatch(&'static str),
}

impl ReadError {
    /// The error code in the C interface.
    pub fn code(self) -> c_int {
        if self == Self::Null { ERROR_INVAL } else { ERROR_FAIL }
    }
}

/// Reads `*p` from JSON text. A struct is initialised first; after a failure it contains what was read so far, and can
/// be disposed of.
///
/// # Safety
/// `p` is NULL or memory for a value of type `ty`, `s` NULL or a C string.
pub unsafe fn from_json(p: *mut u8, s: *const c_char, ty: &Type) -> Result<(), ReadError> {
    if p.is_null() {
        return Err(ReadError::Null);
    }
    if let Shape::Struct(_) = ty.shape {
        // SAFETY: memory for the type, by the caller's contract, since it is not NULL.
        unsafe { init(p, ty) }
    }
    // SAFETY: NULL or a C string, by the caller's contract.
    let text = unsafe { raw::text(s) }.ok_or(ReadError::Null)?;
    let document = Document::parse(text).map_err(|e| ReadError::NotJson(e.at, e.why))?;
    // SAFETY: the caller's contract; `*p` is as init left it.
    unsafe { JsonReader::new(&document).value(0, p, ty) }
        .map_err(|mismatch| ReadError::Mismatch(mismatch.0))
}

/// Writes `*p` to the application's generator. Returns yajl's status, which is that of the first failure.
///
/// # Safety
/// `hand` is NULL or a live generator, `p` NULL or a value of type `ty`.
pub unsafe fn gen_json(hand: yajl_gen, p: *const u8, ty: &Type) -> yajl_gen_status {
    if hand.is_null() || p.is_null() {
        return IN_ERROR_STATE;
    }
    // SAFETY: the generator is a live one of yajl's and `p` a value of the type, by the caller's contract.
    match unsafe { write::value(&mut Yajl::new(hand), p, ty) } {
        Ok(()) => 0,
        Err(status) => status,
    }
}

/// The static name of an enum value; NULL for an unknown value.
pub fn enum_to_string(value: c_int, ty: &Type) -> *const c_char {
    let Shape::Enum(values) = ty.shape else { return std::ptr::null() };
    write::named(values.get(), value).map_or(std::ptr::null(), |v| v.text.as_ptr())
}

/// Reads the name of an enum value, in upper or lower case. Returns 0, `ERROR_FAIL` for an unknown name, or
/// `ERROR_INVAL` for NULL.
///
/// # Safety
/// `s` is NULL or a C string, `e` NULL or memory for a value of the enum.
pub unsafe fn enum_from_string(s: *const c_char, e: *mut c_int, ty: &Type) -> c_int {
    // SAFETY: NULL or a C string, by the caller's contract.
    let (Some(text), false) = (unsafe { raw::text(s) }, e.is_null()) else { return ERROR_INVAL };
    let Shape::Enum(values) = ty.shape else { return ERROR_INVAL };
    match read::number(&values, text) {
        Some(value) => {
            // SAFETY: memory for the enum, which has an `int`'s size, by the caller's contract, since it is not NULL.
            unsafe { e.write(value) };
            0
        }
        None => ERROR_FAIL,
    }
}

/// The member of a union that is valid while its key has this value.
fn member_of(members: Run<UnionMember>, key: c_int) -> Option<&'static UnionMember> {
    members.get().iter().find(|m| m.value == key)
}

#[cfg(test)]
pub(super) mod sample;
#[cfg(test)]
mod tests;
