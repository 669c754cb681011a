//! Updating the application's value from a new one.
//!
//! The core works on a copy, and the application may keep pointers into its own value: to a name, to an element of a
//! list. So what is equal stays where it is, and only what differs is replaced.

use std::ffi::{c_char, c_int};

use super::{builtin, member_of, ownership, raw};
use crate::types::cpuid::Policy;
use crate::types::shape::{Builtin, Field, FieldShape, Shape, Type, Union};

/// Makes `*to` equal to `*from`. What differs is exchanged: `*from` then owns the old content of `*to`, and the caller
/// must dispose of it. `const` fields are not changed.
///
/// # Safety
/// Both point to values of type `ty` that own what they point to, and have no memory in common.
pub unsafe fn update(to: *mut u8, from: *mut u8, ty: &Type) {
    // SAFETY: the caller's contract: both have the layout in the table.
    unsafe {
        match ty.shape {
            Shape::Struct(body) => {
                for field in body.fields.iter().filter(|field| !field.is_const) {
                    update_field(to, from, field);
                }
            }
            Shape::Bool | Shape::Int { .. } | Shape::Enum(_) => exchange(to, from, ty.size),
            Shape::String => {
                let texts = [to, from].map(|p| raw::text(raw::load_pointer::<c_char>(p)));
                if texts[0] != texts[1] {
                    exchange(to, from, ty.size);
                }
            }
            Shape::Builtin(kind) => {
                if !same(to, from, ty.size, kind) {
                    exchange(to, from, ty.size);
                }
            }
        }
    }
}

/// # Safety
/// As for [`update`], for structs with this field.
unsafe fn update_field(to: *mut u8, from: *mut u8, field: &Field) {
    let offset = field.offset as usize;
    // SAFETY: the caller's contract: the table describes the field of both.
    unsafe {
        let (to_at, from_at) = (to.add(offset), from.add(offset));
        match &field.shape {
            FieldShape::Plain(ty) => update(to_at, from_at, ty),
            &FieldShape::Array { element, count_offset } => {
                let counts = [to, from].map(|p| p.add(count_offset as usize));
                let lists = [to_at, from_at].map(|p| raw::load_pointer::<u8>(p));
                let [count, new_count] = [0, 1].map(|i| ownership::array_len(lists[i], counts[i]));
                if count != new_count {
                    exchange(to_at, from_at, size_of::<*mut u8>());
                    exchange(counts[0], counts[1], size_of::<c_int>());
                    return;
                }
                for at in (0..count).map(|i| i * element.size) {
                    update(lists[0].add(at), lists[1].add(at), &element);
                }
            }
            FieldShape::Union(union) => update_union(to, from, offset, union),
        }
    }
}

/// # Safety
/// As for [`update`], for structs with this union at `offset`.
unsafe fn update_union(to: *mut u8, from: *mut u8, offset: usize, union: &Union) {
    // SAFETY: both are values of the struct that the union is in, by the caller's contract; the offsets are the
    // table's.
    unsafe {
        let keys = [to, from].map(|p| p.add(union.key_offset.into()));
        let (to_at, from_at) = (to.add(offset), from.add(offset));
        let key = raw::load_int(keys[0]);
        if key == raw::load_int(keys[1]) {
            if let Some(ty) = member_of(union.members, key).and_then(|m| m.ty) {
                update(to_at, from_at, &ty);
            }
            return;
        }
        exchange(to_at, from_at, ownership::size_of_members(union.members));
        exchange(keys[0], keys[1], union.key.size);
    }
}

/// Whether the two values are equal, in whichever form: an empty list may be NULL.
///
/// # Safety
/// Both point to a value of the type, of `size` bytes.
unsafe fn same(a: *const u8, b: *const u8, size: usize, kind: Builtin) -> bool {
    // SAFETY: the caller's contract, in each arm for the type that `kind` names.
    unsafe {
        match kind {
            // Any positive number is true, and any negative one false.
            Builtin::Defbool => raw::load_int(a).signum() == raw::load_int(b).signum(),
            Builtin::Bitmap => builtin::bitmap(a) == builtin::bitmap(b),
            Builtin::CpuidPolicyList => {
                let policy = |p| Policy::from_c(raw::load_pointer(p)).filter(|p| !p.is_empty());
                policy(a) == policy(b)
            }
            Builtin::StringList => {
                let texts = |p| raw::strings(raw::load_pointer(p)).iter().map(|&s| raw::text(s));
                texts(a).eq(texts(b))
            }
            Builtin::KeyValueList => {
                let texts = |p| {
                    let pairs = raw::pairs(raw::load_pointer(p));
                    pairs.as_flattened().iter().map(|&s| raw::text(s))
                };
                texts(a).eq(texts(b))
            }
            Builtin::Uuid | Builtin::Mac | Builtin::Hwcap | Builtin::MsVmGenid => {
                std::slice::from_raw_parts(a, size) == std::slice::from_raw_parts(b, size)
            }
        }
    }
}

/// # Safety
/// Both point to `size` bytes, which do not overlap.
unsafe fn exchange(a: *mut u8, b: *mut u8, size: usize) {
    // SAFETY: both have `size` bytes and do not overlap, by the caller's contract.
    unsafe { std::ptr::swap_nonoverlapping(a, b, size) }
}
