//! The parser of `.idl` files. The tokens are Rust's, so an editor's highlighting of Rust suits these files.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitInt, LitStr, Meta, Result, Token};
use syn::{braced, bracketed};

use crate::model::*;

/// All declarations of a file.
pub fn file(text: &str) -> Result<Vec<Item>> {
    let items = |input: ParseStream| {
        Attribute::parse_inner(input)?;
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse()?);
        }
        Ok(items)
    };
    items.parse_str(text)
}

fn name(input: ParseStream) -> Result<Name> {
    // Rust's keywords are allowed as names: there are fields called `type`.
    let ident = Ident::parse_any(input)?;
    Ok(Name { text: ident.to_string(), span: ident.span() })
}

/// Consumes the next word if it is `word`, and returns whether it was.
fn take_word(input: ParseStream, word: &str) -> bool {
    let fork = input.fork();
    // A field may have such a word as its name: it is a keyword only if another word follows.
    let found = fork.call(Ident::parse_any).is_ok_and(|i| i == word) && fork.peek(Ident::peek_any);
    if found {
        let _ = input.call(Ident::parse_any);
    }
    found
}

fn integer(input: ParseStream) -> Result<i64> {
    let minus = input.parse::<Option<Token![-]>>()?.is_some();
    let value: i64 = input.parse::<LitInt>()?.base10_parse()?;
    Ok(if minus { -value } else { value })
}

fn optional_init(input: ParseStream) -> Result<Option<i64>> {
    if input.parse::<Option<Token![=]>>()?.is_some() { integer(input).map(Some) } else { Ok(None) }
}

/// The doc lines and the other attributes before a declaration.
struct Attributes {
    doc: Vec<String>,
    others: Vec<Attribute>,
}

impl Attributes {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut found = Self { doc: Vec::new(), others: Vec::new() };
        for attribute in Attribute::parse_outer(input)? {
            match doc_line(&attribute) {
                Some(line) => found.doc.push(line),
                None => found.others.push(attribute),
            }
        }
        Ok(found)
    }

    fn take(&mut self, name: &str) -> Option<Attribute> {
        let at = self.others.iter().position(|a| a.path().is_ident(name))?;
        Some(self.others.remove(at))
    }

    /// Returns the doc lines; an error if an attribute is left that no `take` asked for.
    fn finish(self) -> Result<Vec<String>> {
        match self.others.first() {
            Some(a) => Err(syn::Error::new_spanned(a, "unknown attribute")),
            None => Ok(self.doc),
        }
    }
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    if !pair.path.is_ident("doc") {
        return None;
    }
    match &pair.value {
        Expr::Lit(ExprLit { lit: Lit::Str(s), .. }) => Some(s.value().trim().to_owned()),
        _ => None,
    }
}

/// Parses the value of `#[name = "value"]` with `value`.
fn attribute_value<T>(
    attribute: &Attribute,
    value: impl FnOnce(ParseStream) -> Result<T>,
) -> Result<T> {
    let pair = attribute.meta.require_name_value()?;
    match &pair.value {
        Expr::Lit(ExprLit { lit: Lit::Str(s), .. }) => s.parse_with(value),
        other => Err(syn::Error::new_spanned(other, "expected a string")),
    }
}

impl Parse for Item {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut attributes = Attributes::parse(input)?;
        let word = input.fork().call(name)?;
        match word.text.as_str() {
            "number" | "bare" => {
                let bare = take_word(input, "bare");
                number(input, attributes.finish()?, bare).map(Item::Number)
            }
            "builtin" | "private" => {
                let private = take_word(input, "private");
                keyword(input, "builtin")?;
                let item = Builtin { doc: attributes.finish()?, name: name(input)?, private };
                input.parse::<Token![;]>()?;
                Ok(Item::Builtin(item))
            }
            "enum" => {
                let constants = match attributes.take("constants") {
                    Some(a) => match &a.meta.require_name_value()?.value {
                        Expr::Lit(ExprLit { lit: Lit::Str(s), .. }) => Some(LitStr::value(s)),
                        other => return Err(syn::Error::new_spanned(other, "expected a string")),
                    },
                    None => None,
                };
                enumeration(input, attributes.finish()?, constants).map(Item::Enum)
            }
            "struct" | "in" | "out" => {
                let dispose = attributes.take("no_dispose").is_none();
                structure(input, attributes.finish()?, dispose).map(Item::Struct)
            }
            _ => {
                Err(syn::Error::new(word.span, "expected `number`, `builtin`, `enum`, or `struct`"))
            }
        }
    }
}

fn keyword(input: ParseStream, word: &str) -> Result<()> {
    let found = name(input)?;
    if found.text == word {
        return Ok(());
    }
    Err(syn::Error::new(found.span, format!("expected `{word}`")))
}

fn number(input: ParseStream, doc: Vec<String>, bare: bool) -> Result<Number> {
    keyword(input, "number")?;
    let name = name(input)?;
    input.parse::<Token![:]>()?;
    let repr = self::name(input)?;
    let repr = Primitive::named(&repr.text)
        .filter(|p| p.is_integer())
        .ok_or_else(|| syn::Error::new(repr.span, "expected an integer type"))?;
    let init = optional_init(input)?.unwrap_or(0);
    input.parse::<Token![;]>()?;
    Ok(Number { doc, name, repr, init, bare })
}

fn enumeration(input: ParseStream, doc: Vec<String>, constants: Option<String>) -> Result<Enum> {
    keyword(input, "enum")?;
    let name = name(input)?;
    let init = match input.parse::<Option<Token![=]>>()? {
        Some(_) => Some(self::name(input)?),
        None => None,
    };
    let body;
    braced!(body in input);
    let values: Punctuated<Value, Token![,]> = body.parse_terminated(value, Token![,])?;
    let values: Vec<Value> = values.into_iter().collect();
    let init = match init {
        None => 0,
        Some(n) => {
            let first = values.iter().find(|v| v.name.text == n.text);
            let first = first.ok_or_else(|| {
                syn::Error::new(n.span, format!("`{}` has no value `{}`", name.text, n.text))
            })?;
            first.number.into()
        }
    };
    Ok(Enum { doc, name, constants, init, values })
}

fn value(input: ParseStream) -> Result<Value> {
    let doc = Attributes::parse(input)?.finish()?;
    let name = name(input)?;
    input.parse::<Token![=]>()?;
    let span = input.span();
    let number = integer(input)?
        .try_into()
        .map_err(|_| syn::Error::new(span, "the number does not fit in an int"))?;
    Ok(Value { doc, name, number })
}

fn structure(input: ParseStream, doc: Vec<String>, dispose: bool) -> Result<Struct> {
    let direction = if take_word(input, "in") {
        Direction::In
    } else if take_word(input, "out") {
        Direction::Out
    } else {
        Direction::Both
    };
    keyword(input, "struct")?;
    Ok(Struct { doc, name: name(input)?, direction, dispose, fields: fields(input)? })
}

/// `{ field, ... }`
fn fields(input: ParseStream) -> Result<Vec<Field>> {
    let body;
    braced!(body in input);
    if body.is_empty() {
        return Err(syn::Error::new(body.span(), "a struct must have at least one field"));
    }
    let fields: Punctuated<Field, Token![,]> = body.parse_terminated(field, Token![,])?;
    Ok(fields.into_iter().collect())
}

fn field(input: ParseStream) -> Result<Field> {
    let mut attributes = Attributes::parse(input)?;
    let deprecated_by = match attributes.take("deprecated_by") {
        Some(a) => Some(attribute_value(&a, name)?),
        None => None,
    };
    let doc = attributes.finish()?;
    if take_word(input, "union") {
        let (name, kind) = union_field(input)?;
        return Ok(Field { doc, name, kind, init: None, is_const: false, deprecated_by });
    }
    let is_const = take_word(input, "const");
    let name = name(input)?;
    input.parse::<Token![:]>()?;
    let kind = if input.peek(syn::token::Bracket) {
        let inner;
        bracketed!(inner in input);
        let element = self::name(&inner)?;
        inner.parse::<Token![;]>()?;
        FieldKind::Array { element, count: self::name(&inner)? }
    } else if input.peek(Token![struct]) {
        input.parse::<Token![struct]>()?;
        FieldKind::Struct(fields(input)?)
    } else {
        FieldKind::Plain(self::name(input)?)
    };
    let init = optional_init(input)?;
    Ok(Field { doc, name, kind, init, is_const, deprecated_by })
}

/// `u by key: enum { member { ... }, member, ... }`
fn union_field(input: ParseStream) -> Result<(Name, FieldKind)> {
    let name = name(input)?;
    keyword(input, "by")?;
    let key = self::name(input)?;
    input.parse::<Token![:]>()?;
    let key_type = self::name(input)?;
    let body;
    braced!(body in input);
    let members: Punctuated<Member, Token![,]> = body.parse_terminated(member, Token![,])?;
    Ok((name, FieldKind::Union { key, key_type, members: members.into_iter().collect() }))
}

fn member(input: ParseStream) -> Result<Member> {
    let doc = Attributes::parse(input)?.finish()?;
    let name = name(input)?;
    let fields = if input.peek(syn::token::Brace) { Some(self::fields(input)?) } else { None };
    Ok(Member { doc, name, fields })
}
