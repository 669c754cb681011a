//! The errors that the compiler reports, with their position.

use super::*;

fn refused(text: &str) -> String {
    add(&mut Model::default(), "t.idl", text).expect_err("must be refused").to_string()
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
    let mut model = Model::default();
    add(&mut model, "t", &format!("{key}struct s {{ union u by t: k {{ a {{ x: u8 }}, b }} }}"))
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
    add(&mut Model::default(), "t", &outer("x: u8,")).expect("a valid replacement");
}

#[test]
fn unknown_attributes_are_refused() {
    assert!(refused("#[huh] enum a { x = 1 }").contains("unknown attribute"));
    assert!(refused("struct s { #[huh] x: u8 }").contains("unknown attribute"));
}

#[test]
fn all_public_types_are_described() {
    let model = load().expect("idl/types is well formed");
    assert_eq!(model.enums().count(), 39);
    assert_eq!(model.enums().count() + model.structs().count(), 99);
}
