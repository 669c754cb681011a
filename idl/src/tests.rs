//! The errors that the compiler reports, with their position.

use super::*;
use crate::model::*;

fn described(text: &str) -> Result<Description, Error> {
    let mut description = Description::new();
    description.add("t.idl", text)?;
    Ok(description)
}

fn refused(text: &str) -> String {
    described(text).err().expect("must be refused").to_string()
}

#[test]
fn errors_name_line_and_column() {
    assert_eq!(
        refused("enum a { x = 1 }\nstruct s {\n    f: nowhere,\n}\n"),
        "t.idl:3:8: no type `nowhere` is declared before this"
    );
    assert_eq!(
        refused("enum a {\n    x = 1,\n    y = 1,\n}"),
        "t.idl:3:5: `a` has the number 1 already"
    );
    assert_eq!(refused("struct s {\n}"), "t.idl:2:1: a struct must have at least one field");
    assert_eq!(
        refused("thing s {}"),
        "t.idl:1:1: expected `number`, `builtin`, `enum`, or `struct`"
    );
}

#[test]
fn names_are_declared_once() {
    assert!(refused("enum a { x = 1 } enum a { x = 1 }").contains("declared already"));
    assert!(refused("struct int { x: u8 }").contains("declared already"));
    assert!(refused("struct s { x: u8, x: u8 }").contains("`x` is declared twice"));
    assert!(refused("struct s { n: u8, x: [u8; n] }").contains("`n` is declared twice"));
    assert!(refused("enum a { x = 1, x = 2 }").contains("`x` is declared twice"));
}

#[test]
fn unions_fit_their_key() {
    let key = "enum k { a = 1, b = 2 }\n";
    let with = |body: &str| refused(&format!("{key}struct s {{ {body} }}"));
    assert!(with("union u by t: k { c { x: u8 } }").contains("`k` has no value `c`"));
    assert!(with("union u by t: k { a { x: u8 }, a }").contains("twice"));
    assert!(with("union u by t: u8 { a { x: u8 } }").contains("key of a union must be an enum"));
    assert!(with("union u by t: k { a, b }").contains("must have data"));
    assert!(with("union u on t: k { a { x: u8 } }").contains("expected `by`"));
    described(&format!("{key}struct s {{ union u by t: k {{ a {{ x: u8 }}, b }} }}"))
        .expect("a valid union");
}

#[test]
fn only_integers_have_their_own_default() {
    assert!(refused("struct s { x: string = 1 }").contains("only an integer"));
    assert!(refused("struct s { x: [u8; n] = 1 }").contains("only an integer"));
    assert!(refused("enum a = z { x = 1 }").contains("`a` has no value `z`"));
    assert!(refused("enum a { x = 0x1_0000_0000 }").contains("does not fit in an int"));
    assert!(refused("number n: string;").contains("expected an integer type"));
}

#[test]
fn a_deprecated_field_has_a_replacement_of_its_type() {
    let outer =
        |new: &str| format!("struct s {{ {new} i: struct {{ #[deprecated_by = \"x\"] x: u8 }} }}");
    assert!(refused(&outer("")).contains("no field `x`"));
    assert!(refused(&outer("x: u16,")).contains("not of the same type"));
    described(&outer("x: u8,")).expect("a valid replacement");
}

#[test]
fn unknown_attributes_are_refused() {
    assert!(refused("#[huh] enum a { x = 1 }").contains("unknown attribute"));
    assert!(refused("struct s { #[huh] x: u8 }").contains("unknown attribute"));
}

/// The fields of the struct `s`, or the values of the enum `s`, as each release has them.
fn parts(text: &str) -> Vec<String> {
    let description = described(text).unwrap_or_else(|e| panic!("{e}"));
    let names = |release| match description.of(release).find("s") {
        None => "none".to_owned(),
        Some(Type::Struct(s)) => field_names(&s.fields).join(" "),
        Some(Type::Enum(e)) => {
            e.values.iter().map(|v| v.name.text.clone()).collect::<Vec<_>>().join(" ")
        }
        Some(_) => unreachable!("a struct or an enum"),
    };
    Release::all().map(|r| format!("{r}: {}", names(r))).collect()
}

/// The names of fields with their defaults, also in the structs inside them.
fn field_names(fields: &[Field]) -> Vec<String> {
    let mut names = Vec::new();
    for f in fields {
        names.push(f.init.map_or(f.name.text.clone(), |init| format!("{}={init}", f.name.text)));
        match &f.kind {
            FieldKind::Struct(inner) => names.extend(field_names(inner)),
            FieldKind::Union { members, .. } => members
                .iter()
                .filter_map(|m| m.fields.as_ref())
                .for_each(|inner| names.extend(field_names(inner))),
            _ => {}
        }
    }
    names
}

#[test]
fn each_release_has_its_part() {
    assert_eq!(
        parts(
            "enum k { a = 1 }
            struct s {
                a: u8,
                #[since = \"4.19\"] b: u8,
                #[until = \"4.18\"] c: u8,
                #[since = \"4.18\"] i: struct { d: u8, #[since = \"4.20\"] e: u8 },
                union u by t: k { a { f: u8, #[since = \"4.20\"] g: u8 } },
            }"
        ),
        [
            "4.17: a c u f",
            "4.18: a i d u f",
            "4.19: a b i d u f",
            "4.20: a b i d e u f g",
            "4.21: a b i d e u f g"
        ]
    );
    assert_eq!(
        parts(
            "#[since = \"4.18\"] enum s { a = 1, #[since = \"4.19\"] b = 2, #[until = \"4.20\"] 128 = 3 }"
        ),
        ["4.17: none", "4.18: a 128", "4.19: a b 128", "4.20: a b", "4.21: a b"]
    );
}

#[test]
fn a_declaration_that_changes_stands_there_twice() {
    let text = |until: &str| {
        format!("struct s {{ a: u8, #[until = {until:?}] b: u8, #[since = \"4.19\"] b: u16 = -1 }}")
    };
    assert_eq!(
        parts(&text("4.19")),
        ["4.17: a b", "4.18: a b", "4.19: a b=-1", "4.20: a b=-1", "4.21: a b=-1"]
    );
    assert_eq!(refused(&text("4.20")), "t.idl:1:62: in Xen 4.19: `b` is declared twice");
    // A type changes by its parts; it is not declared twice.
    let twice = "#[until = \"4.19\"] enum a { x = 1 } #[since = \"4.19\"] enum a { x = 1 }";
    assert!(refused(twice).contains("`a` is declared already"));
}

#[test]
fn releases_must_make_sense() {
    assert_eq!(
        refused("struct s {\n    #[since = \"4.16\"] x: u8,\n}"),
        "t.idl:2:15: unknown release `4.16`: known are 4.17, 4.18, 4.19, 4.20, 4.21"
    );
    assert!(refused("struct s { #[since] x: u8 }").contains("expected"));
    assert!(refused("struct s { #[since = 4.18] x: u8 }").contains("expected a string"));
    assert!(
        refused("struct s { #[since = \"4.18\"] #[since = \"4.19\"] x: u8 }").contains("unknown")
    );
    for (since, until) in [("4.19", "4.18"), ("4.18", "4.18")] {
        let error =
            refused(&format!("struct s {{ #[since = {since:?}] #[until = {until:?}] x: u8 }}"));
        assert!(
            error.ends_with(&format!("`until` {until} is not later than `since` {since}")),
            "{error}"
        );
    }
    assert!(refused("struct s { #[until = \"4.17\"] x: u8 }").contains("not later"));
}

#[test]
fn a_part_is_there_no_longer_than_the_whole() {
    let error = refused("#[since = \"4.19\"] struct s { x: u8, #[since = \"4.18\"] y: u8 }");
    assert_eq!(error, "t.idl:1:37: this is there since 4.18, but what it is part of since 4.19");
    let error = refused("#[until = \"4.19\"] enum e { x = 1, #[until = \"4.20\"] y = 2 }");
    assert!(
        error.contains("since 4.17 until 4.20, but what it is part of since 4.17 until 4.19"),
        "{error}"
    );
    let error =
        refused("struct s { #[since = \"4.19\"] i: struct { x: u8, #[since = \"4.18\"] y: u8 } }");
    assert!(error.contains("what it is part of since 4.19"), "{error}");
    // What has no field or value left in some release.
    assert!(
        refused("struct s { #[since = \"4.18\"] x: u8 }")
            .contains("in Xen 4.17: a struct must have")
    );
    assert!(refused("enum e { #[until = \"4.18\"] x = 1 }").contains("at least one value"));
    assert!(
        refused("enum e = y { x = 1, #[since = \"4.18\"] y = 2 }")
            .contains("in Xen 4.17: `e` has no value")
    );
}

#[test]
fn a_type_is_there_as_long_as_what_uses_it() {
    let new = "#[since = \"4.18\"] enum new { x = 1 }\n";
    let message = "the type `new` is there since 4.18, but the field `f` since 4.17";
    for field in
        ["f: new", "f: [new; n]", "i: struct { f: new }", "union f by t: new { x { y: u8 } }"]
    {
        let error = refused(&format!("{new}struct s {{ {field} }}"));
        assert!(error.ends_with(message), "{error}");
        described(&format!("{new}#[since = \"4.18\"] struct s {{ {field} }}")).expect(field);
        described(&format!("{new}struct s {{ a: u8, #[since = \"4.19\"] {field} }}")).expect(field);
    }
    let old = "#[until = \"4.19\"] enum old { x = 1 }\n";
    assert!(
        refused(&format!("{old}struct s {{ f: old }}"))
            .contains("`old` is there since 4.17 until 4.19")
    );
    let union = "enum k { a = 1, #[since = \"4.19\"] b = 2 }\nstruct s { union u by t: k { a { x: u8 }, b } }";
    assert!(refused(union).contains("in Xen 4.18: `k` has no value `b`"));
}

#[test]
fn all_public_types_are_described() {
    let description = load().expect("idl/types is well formed");
    let counts: Vec<_> = Release::all()
        .map(|r| {
            let model = description.of(r);
            format!("{r}: {} enums, {} structs", model.enums().count(), model.structs().count())
        })
        .collect();
    assert_eq!(
        counts,
        [
            "4.17: 39 enums, 60 structs",
            "4.18: 42 enums, 62 structs",
            "4.19: 43 enums, 62 structs",
            "4.20: 43 enums, 62 structs",
            "4.21: 44 enums, 63 structs",
        ]
    );
}
