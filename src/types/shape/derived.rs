//! The parts of the tables that are derived from the generated ones when the library is compiled.

use super::rows::narrow;
use super::{Field, FieldShape, Part, PartKind, Run, Shape, Struct, Type};
use crate::types::tables;

/// A struct as it was generated.
pub struct Body {
    fields: Run<Field>,
    size: usize,
}

impl Body {
    /// A struct of `size` bytes with `len` fields from `first` on.
    pub const fn new(first: usize, len: usize, size: usize) -> Self {
        Self { fields: Run::new(first, len), size }
    }
}

/// The structs of these bodies, whose parts and images are consecutive ranges.
pub const fn structs<const N: usize>(bodies: &[Body; N]) -> [Struct; N] {
    let nothing = Struct { fields: Run::new(0, 0), parts: Run::new(0, 0), image: Run::new(0, 0) };
    let mut structs = [nothing; N];
    let (mut part, mut byte, mut i) = (0, 0, 0);
    while i < N {
        let Body { fields, size } = bodies[i];
        let count = put_parts(bodies, fields, 0, &mut [], 0);
        let (parts, image) = (Run::new(part, count), Run::new(byte, size));
        structs[i] = Struct { fields, parts, image };
        (part, byte) = (parts.end(), image.end());
        i += 1;
    }
    structs
}

/// The total numbers of parts and of bytes of images of all structs.
pub const fn totals(structs: &[Struct]) -> (usize, usize) {
    let last = &structs[structs.len() - 1];
    (last.parts.end(), last.image.end())
}

/// The parts of all structs; `N` is the first of their [`totals`].
pub const fn parts<const N: usize>(bodies: &[Body]) -> [Part; N] {
    let mut parts = [Part { offset: 0, size: 0, kind: PartKind::Kept }; N];
    let (mut at, mut i) = (0, 0);
    while i < bodies.len() {
        at = put_parts(bodies, bodies[i].fields, 0, &mut parts, at);
        i += 1;
    }
    assert!(at == N);
    parts
}

/// Writes the parts of a struct at offset `base` to `parts[at..]`, if `parts` is not empty. Returns the index after
/// them.
const fn put_parts(
    bodies: &[Body],
    fields: Run<Field>,
    base: usize,
    parts: &mut [Part],
    mut at: usize,
) -> usize {
    let (mut end, mut i) = (0, fields.first());
    while i < fields.end() {
        let field = &tables::FIELDS[i];
        let (offset, size) = (field.offset as usize, field.size());
        assert!(offset >= end, "fields are in order of their offsets");
        let kind = match field.shape {
            _ if field.is_const => Some(PartKind::Kept),
            FieldShape::Plain(ty) => match tables::TYPES[ty.index()].shape {
                Shape::Struct(inner) => {
                    let inner = bodies[inner.index()].fields;
                    at = put_parts(bodies, inner, base + offset, parts, at);
                    None
                }
                Shape::String => Some(PartKind::String),
                Shape::Builtin(kind) if kind.owns() => Some(PartKind::Builtin(kind)),
                _ => None,
            },
            FieldShape::Array { element, count_offset } => {
                let count_offset = narrow(base + count_offset as usize);
                Some(PartKind::Array { element, count_offset })
            }
            FieldShape::Union(union) => Some(PartKind::Union { base: narrow(base), union }),
        };
        if let Some(kind) = kind {
            if !parts.is_empty() {
                parts[at] = Part { offset: narrow(base + offset), size: narrow(size), kind };
            }
            at += 1;
        }
        end = offset + size;
        i += 1;
    }
    at
}

/// The bytes with which `_init` fills each struct; `N` is the second of their [`totals`].
pub const fn images<const N: usize>(bodies: &[Body]) -> [u8; N] {
    let mut bytes = [0; N];
    let (mut base, mut i) = (0, 0);
    while i < bodies.len() {
        put_image(bodies, bodies[i].fields, base, &mut bytes);
        base += bodies[i].size;
        i += 1;
    }
    assert!(base == N);
    bytes
}

const fn put_image(bodies: &[Body], fields: Run<Field>, base: usize, bytes: &mut [u8]) {
    let mut i = fields.first();
    while i < fields.end() {
        let field = &tables::FIELDS[i];
        let (offset, size, value) = field.initial();
        // This is for little-endian machines.
        let value = value.to_le_bytes();
        let mut at = 0;
        while at < size {
            bytes[base + offset + at] = value[at];
            at += 1;
        }
        if let FieldShape::Plain(ty) = field.shape
            && let Shape::Struct(inner) = tables::TYPES[ty.index()].shape
        {
            put_image(bodies, bodies[inner.index()].fields, base + field.offset as usize, bytes);
        }
        i += 1;
    }
}

impl Field {
    /// Offset, size and value of the number that `_init` stores in this field.
    const fn initial(&self) -> (usize, usize, i64) {
        match self.shape {
            _ if self.is_const => (0, 0, 0),
            FieldShape::Plain(ty) => {
                let ty = &tables::TYPES[ty.index()];
                match self.init {
                    Some(init) => (self.offset as usize, ty.size, init as i64),
                    None if ty.init != 0 => (self.offset as usize, ty.size, ty.init as i64),
                    None => (0, 0, 0),
                }
            }
            FieldShape::Array { .. } => (0, 0, 0),
            FieldShape::Union(union) => {
                let union = &tables::UNIONS[union.index()];
                let key = &tables::TYPES[union.key.index()];
                (union.key_offset as usize, key.size, key.init as i64)
            }
        }
    }

    const fn size(&self) -> usize {
        match self.shape {
            FieldShape::Plain(ty) => tables::TYPES[ty.index()].size,
            FieldShape::Array { .. } => size_of::<*mut u8>(),
            FieldShape::Union(union) => {
                let members = tables::UNIONS[union.index()].members;
                let (mut size, mut i) = (0, members.first());
                while i < members.end() {
                    if let Some(ty) = tables::MEMBERS[i].ty
                        && tables::TYPES[ty.index()].size > size
                    {
                        size = tables::TYPES[ty.index()].size;
                    }
                    i += 1;
                }
                size
            }
        }
    }
}

/// Checks every index in the tables against the length of its table. The derived rows are valid if the generated ones
/// are.
pub const fn check() {
    let mut i = 0;
    while i < tables::TYPES.len() {
        let Type { name, shape, .. } = &tables::TYPES[i];
        assert!(name.is_entry());
        match *shape {
            Shape::Enum(values) => assert!(values.end() <= tables::VALUES.len()),
            Shape::Struct(body) => assert!(body.index() < tables::STRUCTS.len()),
            _ => {}
        }
        i += 1;
    }
    i = 0;
    while i < tables::VALUES.len() {
        assert!(tables::VALUES[i].text.is_entry());
        i += 1;
    }
    i = 0;
    while i < tables::STRUCTS.len() {
        let Struct { fields, parts, image } = tables::STRUCTS[i];
        assert!(fields.end() <= tables::FIELDS.len());
        assert!(parts.end() <= tables::PARTS.len() && image.end() <= tables::IMAGES.len());
        i += 1;
    }
    i = 0;
    while i < tables::FIELDS.len() {
        let Field { name, shape, .. } = &tables::FIELDS[i];
        assert!(name.is_entry());
        match *shape {
            FieldShape::Plain(ty) | FieldShape::Array { element: ty, .. } => {
                assert!(ty.index() < tables::TYPES.len());
            }
            FieldShape::Union(union) => assert!(union.index() < tables::UNIONS.len()),
        }
        i += 1;
    }
    i = 0;
    while i < tables::UNIONS.len() {
        let union = &tables::UNIONS[i];
        assert!(union.key_name.is_entry() && union.key.index() < tables::TYPES.len());
        assert!(union.members.end() <= tables::MEMBERS.len());
        i += 1;
    }
    i = 0;
    while i < tables::MEMBERS.len() {
        let member = &tables::MEMBERS[i];
        assert!(member.name.is_entry());
        if let Some(ty) = member.ty {
            assert!(ty.index() < tables::TYPES.len());
        }
        i += 1;
    }
}
