//! Every public type in our library and in Debian's, in one process: the same random values must give
//! the same JSON byte for byte, the same text the same value, broken text the same answer.
//!
//! `JSON_ROUNDS` sets the number of values for each type (2,000), `JSON_SEED` where to start,
//! `XENLIGHT_LIB` a library to test instead of what is linked in.

mod broken;
#[path = "../../support/debian_xen.rs"]
mod debian_xen;
mod fill;
mod generator;
mod library;
mod size;
mod time;

use std::ffi::CString;

use fill::{Random, fill, shown};
use generator::Generator;
use library::{Library, Value};
use xenlight::types::shape::{Shape, Type};
use xenlight::types::tables::ALL;

/// How many values of each type.
fn rounds() -> u64 {
    std::env::var("JSON_ROUNDS").map_or(2000, |n| n.parse().expect("JSON_ROUNDS is a number"))
}

/// The seed of a round.
fn seed(ty: &Type, round: u64) -> Random {
    let first: u64 = std::env::var("JSON_SEED").map_or(1, |n| n.parse().expect("a number"));
    let name = ty.name.bytes().fold(0u64, |n, b| n.wrapping_mul(31).wrapping_add(b.into()));
    Random(name ^ (first + round) << 20)
}

/// One random value; the same for both libraries.
fn value<'a>(library: &'a Library, ty: &'static Type, random: &Random) -> Value<'a> {
    let mut value = Value::new(library, ty);
    // SAFETY: the library has just initialised it.
    unsafe { fill(&mut random.clone(), library, value.raw(), ty) };
    value
}

#[track_caller]
fn same(ours: &[u8], theirs: &[u8], ty: &Type, what: &str, random: &Random) {
    assert!(
        ours == theirs,
        "{}, {what} (seed {:#x}):\nours:\n{}\ntheirs:\n{}",
        ty.name,
        random.0,
        shown(ours),
        shown(theirs)
    );
}

#[test]
fn every_type_starts_the_same() {
    let (ours, theirs) = (Library::ours(), Library::theirs());
    for ty in ALL {
        assert_eq!(Value::new(&ours, ty).bytes(), Value::new(&theirs, ty).bytes(), "{}", ty.name);
    }
}

#[test]
fn random_values_give_the_same_text_and_read_back_the_same() {
    let (ours, theirs) = (Library::ours(), Library::theirs());
    for ty in ALL {
        for random in (0..rounds()).map(|round| seed(ty, round)) {
            let text = {
                let (mine, yours) = (value(&ours, ty, &random), value(&theirs, ty, &random));
                let text = yours.json();
                same(&mine.json(), &text, ty, "to_json", &random);
                text
            };
            let text = CString::new(text).unwrap();
            let (mine, rc) = Value::read(&ours, ty, &text);
            let (yours, expected) = Value::read(&theirs, ty, &text);
            assert_eq!(rc, expected, "{}: from_json of\n{}", ty.name, shown(text.to_bytes()));
            if rc == 0 {
                same(&mine.json(), &yours.json(), ty, "read back", &random);
            }
        }
    }
}

#[test]
fn copies_are_the_same_and_stand_alone() {
    let (ours, theirs) = (Library::ours(), Library::theirs());
    for ty in ALL.iter().filter(|ty| matches!(ty.shape, Shape::Struct(_))) {
        for random in (0..rounds()).map(|round| seed(ty, round)) {
            let text = value(&theirs, ty, &random).copied().json();
            // The original is gone before the copy is read.
            let copied = value(&ours, ty, &random).copied();
            same(&copied.json(), &text, ty, "copy", &random);
        }
    }
}

#[test]
fn an_applications_generator_gets_the_same_tokens() {
    let (ours, theirs) = (Library::ours(), Library::theirs());
    for ty in ALL {
        for random in (0..rounds()).map(|round| seed(ty, round)) {
            let (mine, yours) = (value(&ours, ty, &random), value(&theirs, ty, &random));
            let written = |value: &Value| {
                let mut texts = Vec::new();
                for setting in [Generator::plain(), Generator::pretty(), Generator::strict()] {
                    let status = value.generate(setting.hand());
                    // What is complete takes no more.
                    let again = value.generate(setting.hand());
                    texts.push((status, again, setting.text()));
                }
                let nested = Generator::pretty();
                nested.open_array();
                texts.push((
                    value.generate(nested.hand()),
                    value.generate(nested.hand()),
                    nested.text(),
                ));
                texts
            };
            assert_eq!(written(&mine), written(&yours), "{} (seed {:#x})", ty.name, random.0);
        }
    }
}
