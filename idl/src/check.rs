//! Checks that the grammar cannot express: undeclared names, duplicate names, types that do not match, and types that a
//! release does not have.

use std::collections::{HashMap, HashSet};

use syn::{Error, Result};

use crate::model::*;
use crate::release::Lifetime;

fn error_at<T>(at: &Name, what: String) -> Result<T> {
    Err(Error::new(at.span, what))
}

/// Checks that every release that has a field has the field's type too. `types`: the releases of each type before.
pub fn lifetimes(types: &HashMap<String, Lifetime>, declaration: &Declaration) -> Result<()> {
    let name = declaration.item.name();
    if types.contains_key(&name.text) {
        return error_at(name, format!("`{}` is declared already", name.text));
    }
    match &declaration.item {
        Item::Number(_) | Item::Builtin(_) | Item::Enum(_) => Ok(()),
        Item::Struct(s) => lifetimes_of(types, &s.fields),
    }
}

fn lifetimes_of(types: &HashMap<String, Lifetime>, fields: &[Field]) -> Result<()> {
    for f in fields {
        let ty = match &f.kind {
            FieldKind::Plain(ty) | FieldKind::Array { element: ty, .. } => ty,
            FieldKind::Struct(inner) => {
                lifetimes_of(types, inner)?;
                continue;
            }
            FieldKind::Union { key_type, members, .. } => {
                for inner in members.iter().filter_map(|m| m.fields.as_ref()) {
                    lifetimes_of(types, inner)?;
                }
                key_type
            }
        };
        // A type that is not declared at all is left to `item`.
        if let Some(&lifetime) = types.get(&ty.text)
            && !lifetime.covers(f.lifetime)
        {
            return error_at(
                ty,
                format!(
                    "the type `{}` is there {lifetime}, but the field `{}` {}",
                    ty.text, f.name.text, f.lifetime
                ),
            );
        }
    }
    Ok(())
}

/// Checks one declaration as one release has it, also against those before it.
pub fn item(model: &Model, item: &Item) -> Result<()> {
    let name = item.name();
    if model.find(&name.text).is_some() {
        return error_at(name, format!("`{}` is declared already", name.text));
    }
    match item {
        Item::Number(_) | Item::Builtin(_) => Ok(()),
        Item::Enum(e) => enumeration(e),
        Item::Struct(s) => fields(model, &s.name, &s.fields, &s.fields),
    }
}

fn enumeration(e: &Enum) -> Result<()> {
    let mut names = HashSet::new();
    let mut numbers = HashSet::new();
    for v in &e.values {
        unique(&mut names, &v.name)?;
        if v.name.text != v.name.text.to_lowercase() {
            return error_at(&v.name, "names of values must be in lower case".into());
        }
        if !numbers.insert(v.number) {
            return error_at(
                &v.name,
                format!("`{}` has the number {} already", e.name.text, v.number),
            );
        }
    }
    if e.values.is_empty() {
        return error_at(&e.name, "an enum must have at least one value".into());
    }
    if let Some(init) = &e.init_name
        && e.value(&init.text).is_none_or(|v| i64::from(v.number) != e.init)
    {
        return error_at(init, format!("`{}` has no value `{}`", e.name.text, init.text));
    }
    Ok(())
}

fn unique<'a>(seen: &mut HashSet<&'a str>, name: &'a Name) -> Result<()> {
    if seen.insert(&name.text) {
        return Ok(());
    }
    error_at(name, format!("`{}` is declared twice", name.text))
}

/// Checks `fields`, which are those of the named struct (`outer`) or of a struct inside it; `name` is that of the field
/// or of the type.
fn fields(model: &Model, name: &Name, outer: &[Field], fields: &[Field]) -> Result<()> {
    if fields.is_empty() {
        return error_at(name, "a struct must have at least one field".into());
    }
    let mut names = HashSet::new();
    for f in fields {
        match &f.kind {
            FieldKind::Array { count, .. } => unique(&mut names, count)?,
            FieldKind::Union { key, .. } => unique(&mut names, key)?,
            _ => {}
        }
        unique(&mut names, &f.name)?;
        field(model, outer, f)?;
    }
    Ok(())
}

fn field(model: &Model, outer: &[Field], f: &Field) -> Result<()> {
    match &f.kind {
        FieldKind::Plain(ty) => {
            declared(model, ty)?;
        }
        FieldKind::Array { element, .. } => {
            declared(model, element)?;
        }
        FieldKind::Struct(inner) => fields(model, &f.name, outer, inner)?,
        FieldKind::Union { key_type, members, .. } => union(model, outer, key_type, members)?,
    }
    if f.init.is_some() {
        let integer = match &f.kind {
            FieldKind::Plain(ty) => match declared(model, ty)? {
                Type::Primitive(p) => p.is_integer(),
                Type::Number(_) => true,
                _ => false,
            },
            _ => false,
        };
        if !integer {
            return error_at(&f.name, "only an integer can have a default of its own".into());
        }
    }
    if let Some(by) = &f.deprecated_by {
        let Some(new) = outer.iter().find(|o| o.name.text == by.text) else {
            return error_at(by, format!("the outermost struct has no field `{}`", by.text));
        };
        match (&f.kind, &new.kind) {
            (FieldKind::Plain(a), FieldKind::Plain(b)) if a.text == b.text => {}
            _ => return error_at(by, format!("`{}` is not of the same type", by.text)),
        }
    }
    Ok(())
}

fn declared<'a>(model: &'a Model, name: &Name) -> Result<Type<'a>> {
    match model.find(&name.text) {
        Some(ty) => Ok(ty),
        None => error_at(name, format!("no type `{}` is declared before this", name.text)),
    }
}

fn union(model: &Model, outer: &[Field], key_type: &Name, members: &[Member]) -> Result<()> {
    let Type::Enum(key) = declared(model, key_type)? else {
        return error_at(key_type, "the key of a union must be an enum".into());
    };
    let mut names = HashSet::new();
    for m in members {
        unique(&mut names, &m.name)?;
        if key.value(&m.name.text).is_none() {
            return error_at(
                &m.name,
                format!("`{}` has no value `{}`", key_type.text, m.name.text),
            );
        }
        if let Some(inner) = &m.fields {
            fields(model, &m.name, outer, inner)?;
        }
    }
    if members.iter().all(|m| m.fields.is_none()) {
        return error_at(key_type, "at least one member of a union must have data".into());
    }
    Ok(())
}
