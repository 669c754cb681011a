//! Init, dispose and copy, and the memory that values own.

use std::ffi::c_int;

use super::raw;
use super::{builtin, member_of};
use crate::types::shape::{FieldShape, PartKind, Run, Shape, Type, UnionMember};

/// Stores the initial value of a type.
///
/// # Safety
/// `p` points to memory for a value of type `ty`, which is zeroed unless the type is a struct.
pub unsafe fn init_value(p: *mut u8, ty: &Type) {
    // SAFETY: the caller's contract: `p` has the layout in the table.
    unsafe {
        match ty.shape {
            Shape::Struct(body) => {
                p.copy_from_nonoverlapping(body.image.as_ptr(), body.image.len());
            }
            Shape::Int { .. } | Shape::Enum(_) if ty.init != 0 => {
                raw::store(p, ty.size, ty.init.into());
            }
            _ => {}
        }
    }
}

/// Selects a union's member, by the value of its key.
///
/// # Safety
/// `p` points to a value of type `ty`.
pub unsafe fn select_member(p: *mut u8, ty: &Type, key: &str, value: c_int) {
    let Shape::Struct(body) = ty.shape else { return };
    for field in body.fields.iter() {
        let FieldShape::Union(union) = field.shape else { continue };
        if *union.key_name != *key {
            continue;
        }
        let members = union.members;
        // SAFETY: the caller's contract: the table describes the field of `p`.
        unsafe {
            let (key_at, at) = (p.add(union.key_offset.into()), p.add(field.offset.into()));
            let before = raw::load_int(key_at);
            if before != c_int::from(union.key.init) {
                // The C library fails an assertion. Here the member is changed without a leak, and no member is read
                // from the bytes of another.
                dispose_member(at, members, before);
                at.write_bytes(0, size_of_members(members));
            }
            raw::store(key_at, union.key.size, i64::from(value));
            if let Some(ty) = member_of(members, value).and_then(|m| m.ty) {
                init_value(at, &ty);
            }
        }
    }
}

/// Frees what the value owns. The bytes of the value itself are not changed.
///
/// # Safety
/// `p` points to a value of type `ty` that owns what it points to.
pub unsafe fn release(p: *mut u8, ty: &Type) {
    // SAFETY: the caller's contract: `p` has the layout in the table.
    unsafe {
        match ty.shape {
            Shape::String => release_string(p),
            Shape::Builtin(kind) => builtin::dispose(p, kind),
            Shape::Struct(body) => {
                for part in body.parts.iter() {
                    let at = p.add(part.offset as usize);
                    match part.kind {
                        PartKind::String => release_string(at),
                        PartKind::Builtin(kind) => builtin::dispose(at, kind),
                        PartKind::Array { element, count_offset } => {
                            let elements: *mut u8 = raw::load_pointer(at);
                            for i in 0..array_len(elements, p.add(count_offset as usize)) {
                                release(elements.add(i * element.size), &element);
                            }
                            libc::free(elements.cast());
                        }
                        PartKind::Union { base, union } => {
                            let key = raw::load_int(
                                p.add(usize::from(base) + usize::from(union.key_offset)),
                            );
                            dispose_member(at, union.members, key);
                        }
                        PartKind::Kept => {}
                    }
                }
            }
            Shape::Bool | Shape::Int { .. } | Shape::Enum(_) => {}
        }
    }
}

/// # Safety
/// `p` points to a string that is owned, or NULL.
unsafe fn release_string(p: *mut u8) {
    // SAFETY: `p` contains NULL or a string from `malloc`, by the caller's contract, and is not used again as its
    // owner.
    unsafe {
        let text: *mut libc::c_void = raw::load_pointer(p);
        // Most strings are NULL, and the call is more expensive than this check.
        if !text.is_null() {
            libc::free(text);
        }
    }
}

/// # Safety
/// `p` points to a union of which the member of `key` is valid.
unsafe fn dispose_member(p: *mut u8, members: Run<UnionMember>, key: c_int) {
    if let Some(ty) = member_of(members, key).and_then(|m| m.ty) {
        // SAFETY: the member of `key` is valid, by the caller's contract, and that is of this type.
        unsafe { release(p, &ty) }
    }
}

/// The size of a union in bytes.
pub(super) fn size_of_members(members: Run<UnionMember>) -> usize {
    members.iter().filter_map(|m| m.ty).map(|ty| ty.size).max().unwrap_or(0)
}

/// The number of elements of an array; 0 if the array is NULL or its length is invalid.
///
/// # Safety
/// `count` points to an `int`.
pub(super) unsafe fn array_len(elements: *const u8, count: *const u8) -> usize {
    if elements.is_null() {
        return 0;
    }
    // SAFETY: `count` points to an `int`, by the caller's contract.
    usize::try_from(unsafe { raw::load_int(count) }).unwrap_or(0)
}

/// Copies a value with what it owns. The old content of `*to` is not freed, and its `const` fields are not changed.
///
/// # Safety
/// `from` points to a value of type `ty`, `to` to memory for one.
pub unsafe fn copy(to: *mut u8, from: *const u8, ty: &Type) {
    // SAFETY: the caller's contract: both have the layout in the table.
    unsafe {
        match ty.shape {
            Shape::Bool | Shape::Int { .. } | Shape::Enum(_) => {
                raw::store(to, ty.size, raw::load(from, ty.size, false));
            }
            Shape::String => copy_string(to, from),
            Shape::Builtin(kind) => builtin::copy(to, from, ty.size, kind),
            Shape::Struct(body) => {
                // Between the parts there are plain bytes.
                let mut done = 0;
                for part in body.parts.iter() {
                    let (offset, size) = (part.offset as usize, part.size as usize);
                    let (to_at, from_at) = (to.add(offset), from.add(offset));
                    to.add(done).copy_from_nonoverlapping(from.add(done), offset - done);
                    done = offset + size;
                    match part.kind {
                        PartKind::String => copy_string(to_at, from_at),
                        PartKind::Builtin(kind) => builtin::copy(to_at, from_at, size, kind),
                        PartKind::Array { element, count_offset } => {
                            let old: *const u8 = raw::load_pointer(from_at);
                            let count = array_len(old, from.add(count_offset as usize));
                            raw::store_pointer(to_at, copy_array(old, count, &element));
                        }
                        PartKind::Union { base, union } => {
                            let key = raw::load_int(
                                from.add(usize::from(base) + usize::from(union.key_offset)),
                            );
                            if let Some(ty) = member_of(union.members, key).and_then(|m| m.ty) {
                                copy(to_at, from_at, &ty);
                            }
                        }
                        PartKind::Kept => {}
                    }
                }
                to.add(done).copy_from_nonoverlapping(from.add(done), ty.size - done);
            }
        }
    }
}

/// A copy of an array; NULL if it is NULL, since its length may then be any number.
///
/// # Safety
/// `old` is NULL or points to `count` values of type `element`.
unsafe fn copy_array(old: *const u8, count: usize, element: &Type) -> *mut u8 {
    if old.is_null() {
        return std::ptr::null_mut();
    }
    let new = raw::zeroed::<u8>(count * element.size);
    for i in (0..count).map(|i| i * element.size) {
        // SAFETY: the caller's contract, and `new` has the same size.
        unsafe { copy(new.add(i), old.add(i), element) }
    }
    new
}

/// # Safety
/// `from` points to a string or NULL, `to` to memory for a pointer.
unsafe fn copy_string(to: *mut u8, from: *const u8) {
    // SAFETY: `from` holds NULL or a text, by the caller's contract, and `to` has memory for one.
    unsafe {
        let text = raw::text(raw::load_pointer(from)).map(raw::duplicate);
        raw::store_pointer(to, text.unwrap_or(std::ptr::null_mut()));
    }
}
