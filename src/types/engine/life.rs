//! Init, dispose and copy.

use std::ffi::c_int;

use super::raw;
use super::{builtin, member_of};
use crate::types::shape::{FieldShape, Shape, Type, UnionMember};

/// Gives zeroed memory the values that do not start at 0.
///
/// # Safety
/// `p` points to a zeroed value of type `ty`.
pub unsafe fn start(p: *mut u8, ty: &Type) {
    // SAFETY: the caller's contract: `p` has what the table says.
    unsafe {
        match ty.shape {
            Shape::Struct(fields) => {
                for field in fields.iter().filter(|f| !f.is_const) {
                    let at = p.add(field.offset);
                    match &field.shape {
                        FieldShape::Plain(ty) => match field.init {
                            Some(init) => raw::store(at, ty.size, init),
                            None => start(at, ty),
                        },
                        FieldShape::Array { .. } => {}
                        FieldShape::Union { key_offset, key, .. } => {
                            raw::store(p.add(*key_offset), key.size, key.init);
                        }
                    }
                }
            }
            Shape::Int { .. } | Shape::Enum(_) if ty.init != 0 => raw::store(p, ty.size, ty.init),
            _ => {}
        }
    }
}

/// Chooses a union's member, by its key's number.
///
/// # Safety
/// `p` points to a value of type `ty`.
pub unsafe fn choose(p: *mut u8, ty: &Type, key: &str, value: c_int) {
    let Shape::Struct(fields) = ty.shape else { return };
    for field in fields {
        let FieldShape::Union { key_offset, key_name, key: key_type, members } = &field.shape
        else {
            continue;
        };
        if *key_name != key {
            continue;
        }
        // SAFETY: the caller's contract: what the table says of a field holds for `p`.
        unsafe {
            let (key_at, at) = (p.add(*key_offset), p.add(field.offset));
            let before = raw::load_int(key_at);
            if i64::from(before) != key_type.init {
                // The C library fails an assertion. Changing the member without a leak, and without
                // one member's bytes taken for another's, is the kinder answer to a wrong call.
                dispose_member(at, members, before);
                at.write_bytes(
                    0,
                    members.iter().filter_map(|m| m.ty).map(|t| t.size).max().unwrap_or(0),
                );
            }
            raw::store(key_at, key_type.size, i64::from(value));
            if let Some(ty) = member_of(members, value).and_then(|m| m.ty) {
                start(at, ty);
            }
        }
    }
}

/// Frees what the value owns. The value itself stays as it was.
///
/// # Safety
/// `p` points to a value of type `ty` that owns what it points to.
pub unsafe fn release(p: *mut u8, ty: &Type) {
    // SAFETY: the caller's contract: `p` has what the table says.
    unsafe {
        match ty.shape {
            Shape::String => libc::free(raw::load_pointer(p)),
            Shape::Builtin(kind) => builtin::dispose(p, kind),
            Shape::Struct(fields) => {
                for field in fields.iter().filter(|f| !f.is_const) {
                    let at = p.add(field.offset);
                    match &field.shape {
                        FieldShape::Plain(ty) => release(at, ty),
                        FieldShape::Array { element, count_offset } => {
                            let elements: *mut u8 = raw::load_pointer(at);
                            for i in 0..array_len(elements, p.add(*count_offset)) {
                                release(elements.add(i * element.size), element);
                            }
                            libc::free(elements.cast());
                        }
                        FieldShape::Union { key_offset, members, .. } => {
                            dispose_member(at, members, raw::load_int(p.add(*key_offset)));
                        }
                    }
                }
            }
            Shape::Bool | Shape::Int { .. } | Shape::Enum(_) => {}
        }
    }
}

/// # Safety
/// `p` points to a union of which the member of `key` is valid.
unsafe fn dispose_member(p: *mut u8, members: &'static [UnionMember], key: c_int) {
    if let Some(ty) = member_of(members, key).and_then(|m| m.ty) {
        // SAFETY: the caller's contract.
        unsafe { release(p, ty) }
    }
}

/// How many elements an array has; none if it is NULL or its length makes no sense.
///
/// # Safety
/// `count` points to an `int`.
unsafe fn array_len(elements: *const u8, count: *const u8) -> usize {
    if elements.is_null() {
        return 0;
    }
    // SAFETY: the caller's contract.
    usize::try_from(unsafe { raw::load_int(count) }).unwrap_or(0)
}

/// Copies a value with what it owns; what `*to` was is not freed, and its `const` fields stay.
///
/// # Safety
/// `from` points to a value of type `ty`, `to` to room for one.
pub unsafe fn copy(to: *mut u8, from: *const u8, ty: &Type) {
    // SAFETY: the caller's contract: both have what the table says.
    unsafe {
        match ty.shape {
            Shape::Bool | Shape::Int { .. } | Shape::Enum(_) => {
                raw::store(to, ty.size, raw::load(from, ty.size, false));
            }
            Shape::String => {
                let text = raw::text(raw::load_pointer(from)).map(raw::duplicate);
                raw::store_pointer(to, text.unwrap_or(std::ptr::null_mut()));
            }
            Shape::Builtin(kind) => builtin::copy(to, from, ty.size, kind),
            Shape::Struct(fields) => {
                for field in fields.iter().filter(|f| !f.is_const) {
                    let (to_at, from_at) = (to.add(field.offset), from.add(field.offset));
                    match &field.shape {
                        FieldShape::Plain(ty) => copy(to_at, from_at, ty),
                        FieldShape::Array { element, count_offset } => {
                            let old: *const u8 = raw::load_pointer(from_at);
                            let count = array_len(old, from.add(*count_offset));
                            let new = raw::zeroed::<u8>(count * element.size);
                            raw::store_pointer(to_at, new);
                            raw::store(to.add(*count_offset), size_of::<c_int>(), count as i64);
                            for i in (0..count).map(|i| i * element.size) {
                                copy(new.add(i), old.add(i), element);
                            }
                        }
                        FieldShape::Union { key_offset, members, .. } => {
                            let key = raw::load_int(from.add(*key_offset));
                            raw::store(to.add(*key_offset), size_of::<c_int>(), i64::from(key));
                            if let Some(ty) = member_of(members, key).and_then(|m| m.ty) {
                                copy(to_at, from_at, ty);
                            }
                        }
                    }
                }
            }
        }
    }
}
