//! Init, dispose and copy.

use std::ffi::c_int;

use super::raw;
use super::{builtin, member_of};
use crate::types::shape::{FieldShape, PartKind, Run, Shape, Type, UnionMember};

/// Gives memory the values that a value of the type starts with.
///
/// # Safety
/// `p` points to room for a value of type `ty`; it is zeroed unless that is a struct.
pub unsafe fn start(p: *mut u8, ty: &Type) {
    // SAFETY: the caller's contract: `p` has what the table says.
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

/// Chooses a union's member, by its key's number.
///
/// # Safety
/// `p` points to a value of type `ty`.
pub unsafe fn choose(p: *mut u8, ty: &Type, key: &str, value: c_int) {
    let Shape::Struct(body) = ty.shape else { return };
    for field in body.fields.iter() {
        let FieldShape::Union(union) = field.shape else { continue };
        if *union.key_name != *key {
            continue;
        }
        let members = union.members;
        // SAFETY: the caller's contract: what the table says of a field holds for `p`.
        unsafe {
            let (key_at, at) = (p.add(union.key_offset.into()), p.add(field.offset.into()));
            let before = raw::load_int(key_at);
            if before != c_int::from(union.key.init) {
                // The C library fails an assertion. Changing the member without a leak, and without
                // one member's bytes taken for another's, is the kinder answer to a wrong call.
                dispose_member(at, members, before);
                at.write_bytes(0, size_of_members(members));
            }
            raw::store(key_at, union.key.size, i64::from(value));
            if let Some(ty) = member_of(members, value).and_then(|m| m.ty) {
                start(at, &ty);
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
    // SAFETY: `p` holds NULL or a text of `malloc`'s, says the caller; the place is empty afterwards.
    unsafe {
        let text: *mut libc::c_void = raw::load_pointer(p);
        // Most are: not worth the call.
        if !text.is_null() {
            libc::free(text);
        }
    }
}

/// # Safety
/// `p` points to a union of which the member of `key` is valid.
unsafe fn dispose_member(p: *mut u8, members: Run<UnionMember>, key: c_int) {
    if let Some(ty) = member_of(members, key).and_then(|m| m.ty) {
        // SAFETY: the member of `key` is valid, says the caller, and that is of this type.
        unsafe { release(p, &ty) }
    }
}

/// How much room a union takes.
pub(super) fn size_of_members(members: Run<UnionMember>) -> usize {
    members.iter().filter_map(|m| m.ty).map(|ty| ty.size).max().unwrap_or(0)
}

/// How many elements an array has; none if it is NULL or its length is invalid.
///
/// # Safety
/// `count` points to an `int`.
pub(super) unsafe fn array_len(elements: *const u8, count: *const u8) -> usize {
    if elements.is_null() {
        return 0;
    }
    // SAFETY: `count` points to an `int`, says the caller.
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
            Shape::String => copy_string(to, from),
            Shape::Builtin(kind) => builtin::copy(to, from, ty.size, kind),
            Shape::Struct(body) => {
                // What lies between the parts is plain bytes.
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

/// A copy of an array; NULL of NULL, since the length that goes with it may then be any number.
///
/// # Safety
/// `old` is NULL or points to `count` values of type `element`.
unsafe fn copy_array(old: *const u8, count: usize, element: &Type) -> *mut u8 {
    if old.is_null() {
        return std::ptr::null_mut();
    }
    let new = raw::zeroed::<u8>(count * element.size);
    for i in (0..count).map(|i| i * element.size) {
        // SAFETY: the caller's contract, and `new` has as much room.
        unsafe { copy(new.add(i), old.add(i), element) }
    }
    new
}

/// # Safety
/// `from` points to a string or NULL, `to` to room for a pointer.
unsafe fn copy_string(to: *mut u8, from: *const u8) {
    // SAFETY: `from` holds NULL or a text, says the caller, and `to` has room for one.
    unsafe {
        let text = raw::text(raw::load_pointer(from)).map(raw::duplicate);
        raw::store_pointer(to, text.unwrap_or(std::ptr::null_mut()));
    }
}
