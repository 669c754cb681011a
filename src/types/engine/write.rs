//! From C memory to JSON.

use super::raw;
use super::sink::JsonSink;
use super::{builtin, member_of};
use crate::types::shape::{EnumValue, Field, FieldShape, Shape, Type};

/// Writes a value.
///
/// # Safety
/// `p` points to a value of type `ty`.
pub unsafe fn value<S: JsonSink>(sink: &mut S, p: *const u8, ty: &Type) -> Result<(), S::Failure> {
    // SAFETY: the caller's contract: `p` has the layout in the table.
    unsafe {
        match ty.shape {
            Shape::Bool => sink.boolean(p.read() != 0),
            Shape::Int { signed } => {
                let value = raw::load(p, ty.size, signed);
                // Below 64 bits both forms are the same; the C library passes them as `long long` then.
                if signed || ty.size < 8 { sink.signed(value) } else { sink.unsigned(value as u64) }
            }
            Shape::String => match raw::text(raw::load_pointer(p)) {
                Some(text) => sink.string(text),
                None => sink.null(),
            },
            Shape::Enum(values) => match named(values.get(), raw::load_int(p)) {
                Some(named) => sink.string(named.text.as_bytes()),
                None => sink.null(),
            },
            Shape::Builtin(kind) => builtin::write(sink, p, kind),
            Shape::Struct(body) => structure(sink, p, &body.fields),
        }
    }
}

/// The row of an enum value; `None` for an unknown number.
pub fn named(values: &'static [EnumValue], number: i32) -> Option<&'static EnumValue> {
    // The values of most enums are 0, 1, 2 and so on.
    let guess = values.get(number as usize).filter(|v| v.value == number);
    guess.or_else(|| values.iter().find(|v| v.value == number))
}

/// # Safety
/// `p` points to a struct that has these fields.
unsafe fn structure<S: JsonSink>(
    sink: &mut S,
    p: *const u8,
    fields: &[Field],
) -> Result<(), S::Failure> {
    sink.open_map()?;
    for field in fields.iter().filter(|f| !f.is_const) {
        // SAFETY: the caller's contract: the table describes the field of `p`.
        unsafe {
            let at = p.add(field.offset as usize);
            match &field.shape {
                FieldShape::Plain(ty) => {
                    if !is_default(at, ty, field.init.map(i64::from)) {
                        sink.key(&field.name)?;
                        value(sink, at, ty)?;
                    }
                }
                FieldShape::Array { element, count_offset } => {
                    let elements: *const u8 = raw::load_pointer(at);
                    let count = raw::load_int(p.add(*count_offset as usize));
                    if !elements.is_null() && count != 0 {
                        sink.key(&field.name)?;
                        sink.open_array()?;
                        for i in 0..usize::try_from(count).unwrap_or(0) {
                            value(sink, elements.add(i * element.size), element)?;
                        }
                        sink.close_array()?;
                    }
                }
                FieldShape::Union(union) => {
                    let key = raw::load_int(p.add(union.key_offset.into()));
                    if let Some(member) = member_of(union.members, key) {
                        sink.member_key(&union.key_name, &member.name)?;
                        match member.ty {
                            Some(ty) => value(sink, at, &ty)?,
                            None => {
                                sink.open_map()?;
                                sink.close_map()?;
                            }
                        }
                    }
                }
            }
        }
    }
    sink.close_map()
}

/// Whether the field has the value from `_init`, and so is left out. A struct is never left out.
///
/// # Safety
/// `p` points to a value of type `ty`.
unsafe fn is_default(p: *const u8, ty: &Type, init: Option<i64>) -> bool {
    // SAFETY: the caller's contract: `p` has the layout in the table.
    unsafe {
        match ty.shape {
            Shape::Bool => p.read() == 0,
            Shape::Int { signed } => {
                let unused = 64 - 8 * ty.size.min(8) as u32;
                (raw::load(p, ty.size, signed) ^ init.unwrap_or(ty.init.into())) << unused == 0
            }
            Shape::Enum(_) => i64::from(raw::load_int(p)) == init.unwrap_or(ty.init.into()),
            Shape::String => raw::load_pointer::<u8>(p).is_null(),
            Shape::Builtin(kind) => builtin::is_default(p, kind),
            Shape::Struct(_) => false,
        }
    }
}
