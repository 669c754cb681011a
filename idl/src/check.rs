//! Checks that the grammar cannot express: undeclared names, duplicate names, and types that do not match.

use std::collections::HashSet;

use syn::{Error, Result};

use crate::model::*;

fn error_at<T>(at: &Name, what: String) -> Result<T> {
    Err(Error::new(at.span, what))
}

/// Checks one declaration, also against those before it.
pub fn item(model: &Model, item: &Item) -> Result<()> {
    let name = item.name();
    if model.find(&name.text).is_some() {
        return error_at(name, format!("`{}` is declared already", name.text));
    }
    match item {
        Item::Number(_) | Item::Builtin(_) => Ok(()),
        Item::Enum(e) => enumeration(e),
        Item::Struct(s) => fields(model, &s.fields, &s.fields),
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
    Ok(())
}

fn unique<'a>(seen: &mut HashSet<&'a str>, name: &'a Name) -> Result<()> {
    if seen.insert(&name.text) {
        return Ok(());
    }
    error_at(name, format!("`{}` is declared twice", name.text))
}

/// Checks `fields`, which are those of the named struct (`outer`) or of a struct inside it.
fn fields(model: &Model, outer: &[Field], fields: &[Field]) -> Result<()> {
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
        FieldKind::Struct(inner) => fields(model, outer, inner)?,
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
            fields(model, outer, inner)?;
        }
    }
    if members.iter().all(|m| m.fields.is_none()) {
        return error_at(key_type, "at least one member of a union must have data".into());
    }
    Ok(())
}
