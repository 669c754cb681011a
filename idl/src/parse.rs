//! The parser of `.idl` files. The tokens are Rust's, so an editor's highlighting of Rust suits these files.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitInt, LitStr, Meta, Result, Token};
use syn::{braced, bracketed};

use crate::model::*;
use crate::release::{Bounds, Lifetime};

/// All declarations of a file.
pub fn file(text: &str) -> Result<Vec<Declaration>> {
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

/// The name of an enum's value, which may be a number: the text of such a value is that number.
fn value_name(input: ParseStream) -> Result<Name> {
    if !input.peek(LitInt) {
        return name(input);
    }
    let number: LitInt = input.parse()?;
    number.base10_parse::<u32>()?;
    Ok(Name { text: number.base10_digits().to_owned(), span: number.span() })
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

    /// The part of the lifetime `whole`, that of what the declaration is in, that `since` and `until` select.
    fn lifetime(&mut self, whole: Lifetime) -> Result<Lifetime> {
        let (mut bounds, mut last) = (Bounds::default(), None);
        for (name, bound) in [("since", &mut bounds.since), ("until", &mut bounds.until)] {
            let Some(a) = self.take(name) else { continue };
            let text = text_value(&a)?;
            let release = text.value().parse();
            *bound = Some(release.map_err(|e: String| syn::Error::new(text.span(), e))?);
            last = Some(a);
        }
        whole.part(bounds).map_err(|e| match last {
            Some(a) => syn::Error::new_spanned(a, e),
            None => unreachable!("the whole is a part of itself"),
        })
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

/// The value of `#[name = "value"]`.
fn text_value(attribute: &Attribute) -> Result<&LitStr> {
    match &attribute.meta.require_name_value()?.value {
        Expr::Lit(ExprLit { lit: Lit::Str(s), .. }) => Ok(s),
        other => Err(syn::Error::new_spanned(other, "expected a string")),
    }
}

impl Parse for Declaration {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut attributes = Attributes::parse(input)?;
        let lifetime = attributes.lifetime(Lifetime::ALWAYS)?;
        Ok(Self { lifetime, item: Item::parse(input, attributes, lifetime)? })
    }
}

impl Item {
    fn parse(input: ParseStream, mut attributes: Attributes, lifetime: Lifetime) -> Result<Self> {
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
                    Some(a) => Some(text_value(&a)?.value()),
                    None => None,
                };
                enumeration(input, attributes.finish()?, constants, lifetime).map(Item::Enum)
            }
            "struct" | "in" | "out" => {
                let dispose = attributes.take("no_dispose").is_none();
                structure(input, attributes.finish()?, dispose, lifetime).map(Item::Struct)
            }
            _ => {
                Err(syn::Error::new(word.span, "expected `number`, `builtin`, `enum`, or `struct`"))
            }
        }
    }
}

/// All that `one` parses up to the end, with commas between them, and perhaps one after the last.
fn separated<T>(input: ParseStream, one: impl Fn(ParseStream) -> Result<T>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    while !input.is_empty() {
        all.push(one(input)?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(all)
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

fn enumeration(
    input: ParseStream,
    doc: Vec<String>,
    constants: Option<String>,
    lifetime: Lifetime,
) -> Result<Enum> {
    keyword(input, "enum")?;
    let name = name(input)?;
    let init_name = match input.parse::<Option<Token![=]>>()? {
        Some(_) => Some(self::name(input)?),
        None => None,
    };
    let body;
    braced!(body in input);
    let values = separated(&body, |input| value(input, lifetime))?;
    let init = match &init_name {
        None => 0,
        Some(n) => {
            let first = values.iter().find(|v| v.name.text == n.text);
            let first = first.ok_or_else(|| {
                syn::Error::new(n.span, format!("`{}` has no value `{}`", name.text, n.text))
            })?;
            first.number.into()
        }
    };
    Ok(Enum { doc, name, constants, init, init_name, values })
}

/// A value of an enum that has the releases `whole`.
fn value(input: ParseStream, whole: Lifetime) -> Result<Value> {
    let mut attributes = Attributes::parse(input)?;
    let lifetime = attributes.lifetime(whole)?;
    let doc = attributes.finish()?;
    let name = value_name(input)?;
    input.parse::<Token![=]>()?;
    let span = input.span();
    let number = integer(input)?
        .try_into()
        .map_err(|_| syn::Error::new(span, "the number does not fit in an int"))?;
    Ok(Value { doc, lifetime, name, number })
}

fn structure(
    input: ParseStream,
    doc: Vec<String>,
    dispose: bool,
    lifetime: Lifetime,
) -> Result<Struct> {
    let direction = if take_word(input, "in") {
        Direction::In
    } else if take_word(input, "out") {
        Direction::Out
    } else {
        Direction::Both
    };
    keyword(input, "struct")?;
    let name = name(input)?;
    Ok(Struct { doc, name, direction, dispose, fields: fields(input, lifetime)? })
}

/// `{ field, ... }` of something that has the releases `whole`.
fn fields(input: ParseStream, whole: Lifetime) -> Result<Vec<Field>> {
    let body;
    braced!(body in input);
    if body.is_empty() {
        return Err(syn::Error::new(body.span(), "a struct must have at least one field"));
    }
    separated(&body, |input| field(input, whole))
}

fn field(input: ParseStream, whole: Lifetime) -> Result<Field> {
    let mut attributes = Attributes::parse(input)?;
    let lifetime = attributes.lifetime(whole)?;
    let deprecated_by = match attributes.take("deprecated_by") {
        Some(a) => Some(text_value(&a)?.parse_with(name)?),
        None => None,
    };
    let doc = attributes.finish()?;
    if take_word(input, "union") {
        let (name, kind) = union_field(input, lifetime)?;
        return Ok(Field { doc, lifetime, name, kind, init: None, is_const: false, deprecated_by });
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
        FieldKind::Struct(fields(input, lifetime)?)
    } else {
        FieldKind::Plain(self::name(input)?)
    };
    let init = optional_init(input)?;
    Ok(Field { doc, lifetime, name, kind, init, is_const, deprecated_by })
}

/// `u by key: enum { member { ... }, member, ... }`
fn union_field(input: ParseStream, whole: Lifetime) -> Result<(Name, FieldKind)> {
    let name = name(input)?;
    keyword(input, "by")?;
    let key = self::name(input)?;
    input.parse::<Token![:]>()?;
    let key_type = self::name(input)?;
    let body;
    braced!(body in input);
    let members = separated(&body, |input| member(input, whole))?;
    Ok((name, FieldKind::Union { key, key_type, members }))
}

fn member(input: ParseStream, whole: Lifetime) -> Result<Member> {
    let doc = Attributes::parse(input)?.finish()?;
    let name = name(input)?;
    let fields =
        if input.peek(syn::token::Brace) { Some(self::fields(input, whole)?) } else { None };
    Ok(Member { doc, name, fields })
}
