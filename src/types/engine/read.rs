//! From JSON to C memory.
//!
//! A value of a kind that the field never has is skipped as if it was missing; one of the right kind that does not fit
//! is an error for the whole document. Of two entries with the same key the first counts.

use std::ffi::c_int;

use super::json::{Document, JsonNode};
use super::{builtin, ownership, raw};
use crate::types::shape::{EnumValue, Field, FieldShape, Shape, Type, Union};

/// The reason why a value does not fit its field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mismatch(pub &'static str);

/// No entry of the map has the name of the field.
const ABSENT: u32 = u32::MAX;

/// Fills C memory from a document.
pub struct JsonReader<'a> {
    json: &'a Document<'a>,
    /// The nodes for the fields: a stack with a frame for each struct that is being read.
    found: Vec<u32>,
}

impl<'a> JsonReader<'a> {
    /// A reader of this document.
    pub fn new(json: &'a Document<'a>) -> Self {
        Self { json, found: Vec::with_capacity(128) }
    }

    /// Reads the node `at` into `*p`. What was read before a mismatch is kept, and can be disposed of.
    ///
    /// # Safety
    /// `p` points to an initialised value of type `ty`.
    pub unsafe fn value(&mut self, at: u32, p: *mut u8, ty: &Type) -> Result<(), Mismatch> {
        let node = self.json.node(at);
        // SAFETY: the caller's contract: `p` has the layout in the table.
        unsafe {
            match ty.shape {
                Shape::Bool => match node {
                    JsonNode::Bool(value) => p.write(value.into()),
                    _ => return Err(Mismatch("true or false is expected")),
                },
                Shape::Int { signed } => {
                    let JsonNode::Integer(value) = node else {
                        return Err(Mismatch("an integer is expected"));
                    };
                    if !in_range(value, ty.size, signed) {
                        return Err(Mismatch("out of range"));
                    }
                    raw::store(p, ty.size, value);
                }
                Shape::String => match (self.json.string(node), node) {
                    (Some(text), _) => raw::store_pointer(p, raw::duplicate(text)),
                    (None, JsonNode::Null) => raw::store_pointer::<u8>(p, std::ptr::null_mut()),
                    _ => return Err(Mismatch("a string or null is expected")),
                },
                Shape::Enum(values) => {
                    let text = self.json.string(node).ok_or(Mismatch("a string is expected"))?;
                    let value =
                        number(&values, text).ok_or(Mismatch("unknown name of an enum value"))?;
                    p.cast::<c_int>().write_unaligned(value);
                }
                Shape::Builtin(kind) => builtin::read(self.json, at, p, kind)?,
                Shape::Struct(body) => self.structure(at, p, &body.fields)?,
            }
        }
        Ok(())
    }

    /// # Safety
    /// `p` points to an initialised struct with these fields.
    unsafe fn structure(&mut self, at: u32, p: *mut u8, fields: &[Field]) -> Result<(), Mismatch> {
        let frame = self.found.len();
        self.find(at, fields);
        for (i, field) in fields.iter().enumerate() {
            let found = self.found[frame + i];
            // SAFETY: the caller's contract: the table describes the field of `p`.
            unsafe {
                match &field.shape {
                    FieldShape::Union(_) => self.union(at, p, field)?,
                    _ if found == ABSENT => {}
                    FieldShape::Plain(ty) => {
                        if accepts(self.json.node(found), ty) {
                            self.value(found, p.add(field.offset as usize), ty)?;
                        }
                    }
                    FieldShape::Array { element, count_offset } => {
                        if let JsonNode::Array { count, .. } = self.json.node(found) {
                            let count_at = p.add(*count_offset as usize).cast::<c_int>();
                            self.array(
                                found,
                                p.add(field.offset as usize),
                                element,
                                count,
                                count_at,
                            )?;
                        }
                    }
                }
            }
        }
        self.found.truncate(frame);
        Ok(())
    }

    /// Pushes a frame with the entry for each field.
    fn find(&mut self, at: u32, fields: &[Field]) {
        let frame = self.found.len();
        self.found.resize(frame + fields.len(), ABSENT);
        // JSON that the library has written has its entries in the order of the fields.
        let mut next = 0;
        for (key, value) in self.json.entries(at) {
            let (before, rest) = fields.split_at(next);
            let is_it = |f: &Field| f.name.is(key);
            let index = rest
                .iter()
                .position(is_it)
                .map(|i| next + i)
                .or_else(|| before.iter().position(is_it));
            if let Some(i) = index {
                let found = &mut self.found[frame + i];
                if *found == ABSENT && !fields[i].is_const {
                    *found = value;
                }
                next = i + 1;
            }
        }
    }

    /// Reads an array into new memory.
    ///
    /// # Safety
    /// `p` points to the field and `count_at` to its length.
    unsafe fn array(
        &mut self,
        at: u32,
        p: *mut u8,
        element: &Type,
        count: u32,
        count_at: *mut c_int,
    ) -> Result<(), Mismatch> {
        let length = c_int::try_from(count).map_err(|_| Mismatch("too many elements"))?;
        let elements = raw::zeroed::<u8>(count as usize * element.size);
        // SAFETY: the caller's contract. The elements are zeroed, and the length is stored now, so that a dispose after
        // a mismatch finds valid elements only.
        unsafe {
            raw::store_pointer(p, elements);
            count_at.write_unaligned(length);
        }
        let json = self.json;
        for (i, node) in json.elements(at).enumerate() {
            // SAFETY: there are `count` elements of this size.
            unsafe {
                let p = elements.add(i * element.size);
                ownership::init_value(p, element);
                self.value(node, p, element)?;
            }
        }
        Ok(())
    }

    /// Reads a union from the entries `key.member` of its struct.
    ///
    /// # Safety
    /// `p` points to a struct that has that field.
    unsafe fn union(&mut self, at: u32, p: *mut u8, field: &Field) -> Result<(), Mismatch> {
        let FieldShape::Union(union) = field.shape else { return Ok(()) };
        let Union { key_offset, key_name, key, members } = union.get();
        let key_at = usize::from(*key_offset);
        for member in members.iter() {
            let is_it = |k: &[u8]| {
                let rest = k.strip_prefix(key_name.as_bytes());
                rest.and_then(|k| k.strip_prefix(b".")).is_some_and(|k| member.name.is(k))
            };
            let Some((_, found)) = self.json.entries(at).find(|(k, _)| is_it(k)) else { continue };
            if !matches!(self.json.node(found), JsonNode::Map { .. }) {
                continue;
            }
            // SAFETY: the caller's contract: the table describes the field of `p`.
            unsafe {
                if raw::load_int(p.add(key_at)) != c_int::from(key.init) {
                    // The C library fails an assertion.
                    return Err(Mismatch("two members of one union"));
                }
                raw::store(p.add(key_at), size_of::<c_int>(), i64::from(member.value));
                if let Some(ty) = member.ty {
                    ownership::init_value(p.add(field.offset.into()), &ty);
                    self.value(found, p.add(field.offset.into()), &ty)?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a field of this type accepts JSON values of this kind.
fn accepts(node: JsonNode, ty: &Type) -> bool {
    let string = matches!(node, JsonNode::Plain { .. } | JsonNode::Decoded { .. });
    match ty.shape {
        Shape::Bool => matches!(node, JsonNode::Bool(_)),
        Shape::Int { .. } => matches!(node, JsonNode::Integer(_)),
        Shape::String => string || node == JsonNode::Null,
        Shape::Enum(_) => string,
        Shape::Builtin(kind) => builtin::accepts(node, kind),
        Shape::Struct(_) => matches!(node, JsonNode::Map { .. }),
    }
}

/// Whether an integer field can have the value. The upper half of unsigned 64-bit numbers is never accepted, since
/// libxl's JSON numbers end at 2^63.
fn in_range(value: i64, size: usize, signed: bool) -> bool {
    let bits = 8 * size as u32;
    match (size, signed) {
        (8.., _) => value >= 0,
        (_, true) => value >> (bits - 1) == value >> 63,
        (_, false) => value >> bits == 0,
    }
}

/// The enum value with this name, in upper or lower case.
pub fn number(values: &[EnumValue], text: &[u8]) -> Option<c_int> {
    let named = values.iter().find(|v| v.text.is_in_any_case(text));
    named.map(|v| v.value)
}
