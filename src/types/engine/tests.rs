//! Tests of the interpreter with a struct that contains one field of every shape. The expected texts are literal; the
//! public types are compared with the C library in `capi-tests/no-xen/json`.

use std::ffi::{CStr, CString, c_int};
use std::mem::zeroed;
use std::ptr::null_mut;

use super::sample::libxl_sample as Sample;
use super::*;
use crate::types::tables::{SAMPLE, SAMPLE_COLOR as COLOR};

impl Sample {
    fn new() -> Box<Self> {
        // SAFETY: all zeroes is a valid value of every field; init then sets it.
        let mut sample: Box<Self> = Box::new(unsafe { zeroed() });
        // SAFETY: it is a sample.
        unsafe { init(sample.raw(), SAMPLE) };
        sample
    }

    fn read(json: &str) -> (Box<Self>, c_int) {
        let mut sample = Self::new();
        let text = CString::new(json).unwrap();
        // SAFETY: it is a sample, and the text a C string.
        let read = unsafe { from_json(sample.raw(), text.as_ptr(), SAMPLE) };
        (sample, read.err().map_or(0, ReadError::code))
    }

    fn raw(&mut self) -> *mut u8 {
        std::ptr::from_mut(self).cast()
    }

    fn json(&mut self) -> String {
        // SAFETY: it is a sample; the text came from malloc and is freed once.
        unsafe {
            let text = to_json(self.raw(), SAMPLE);
            let json = CStr::from_ptr(text).to_str().unwrap().to_owned();
            libc::free(text.cast());
            json
        }
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        // SAFETY: it is a sample and owns what it points to.
        unsafe { dispose(self.raw(), SAMPLE) }
    }
}

const RICH: &str = r#"{
    "flag": true,
    "small": 255,
    "big": 9223372036854775807,
    "number": -2147483648,
    "text": "a\"b",
    "choice": "False",
    "color": "blue",
    "set": [
        0,
        9
    ],
    "list": [
        "",
        "x"
    ],
    "pairs": {
        "k": "v",
        "n": null
    },
    "parts": [
        {
            "id": 1
        },
        {
            "name": "second"
        }
    ],
    "kind.one": {
        "id": 3,
        "name": "member"
    }
}
"#;

#[test]
fn init_sets_the_values_that_are_not_zero() {
    let sample = Sample::new();
    assert_eq!((sample.big, sample.number, sample.color, sample.kind), (u64::MAX, 0, 1, -1));
    assert!(sample.text.is_null() && sample.parts.is_null());
}

#[test]
fn defaults_are_left_out() {
    assert_eq!(Sample::new().json(), "{\n    \"kind.invalid\": {\n\n    }\n}\n");
}

#[test]
fn reading_and_writing_a_text_yields_it_again() {
    let (mut sample, rc) = Sample::read(RICH);
    assert_eq!(rc, 0);
    assert_eq!((sample.count, sample.kind, sample.set.size), (2, 1, 2));
    assert_eq!(sample.json(), RICH);
}

#[test]
fn a_copy_is_independent_of_the_original() {
    let mut copied = Sample::new();
    {
        let (mut sample, _) = Sample::read(RICH);
        let mut other = Sample::new();
        other.fixed = c"kept".as_ptr();
        // SAFETY: both are samples, and the new one owned nothing.
        unsafe { copy(other.raw(), sample.raw(), SAMPLE) };
        assert_eq!(other.fixed, c"kept".as_ptr());
        std::mem::swap(&mut copied, &mut other);
    }
    assert_eq!(copied.json(), RICH);
}

#[test]
fn values_of_another_kind_are_skipped_and_values_that_do_not_fit_are_errors() {
    for json in [
        "1",
        "[]",
        "null",
        r#"{"flag":1,"small":"x","text":[],"choice":true,"color":null,"set":{},"parts":{},"kind.one":[]}"#,
        r#"{"small":1.5,"big":9223372036854775808,"number":null,"unknown":{"small":3}}"#,
        r#"{"text":1,"text":"the first counts"}"#,
    ] {
        let (mut sample, rc) = Sample::read(json);
        assert_eq!(rc, 0, "{json}");
        assert_eq!(sample.json(), Sample::new().json(), "{json}");
    }
    for json in [
        "",
        "{",
        r#"{"small":256}"#,
        r#"{"small":-1}"#,
        r#"{"big":-1}"#,
        r#"{"number":2147483648}"#,
        r#"{"choice":"maybe"}"#,
        r#"{"color":"green"}"#,
        r#"{"set":[1,"2"]}"#,
        r#"{"list":["x",null]}"#,
        r#"{"pairs":{"k":1}}"#,
        r#"{"parts":[{"name":"x"},{"id":99999999999}]}"#,
        r#"{"kind.one":{},"kind.two":{}}"#,
    ] {
        assert_eq!(Sample::read(json).1, ERROR_FAIL, "{json}");
    }
}

#[test]
fn names_of_an_enum_are_read_in_upper_and_lower_case() {
    let (mut sample, rc) = Sample::read(r#"{"color":"BLUE"}"#);
    assert_eq!((rc, sample.color), (0, 2));
    sample.color = 77;
    assert_eq!(sample.json(), "{\n    \"color\": null,\n    \"kind.invalid\": {\n\n    }\n}\n");
    assert!(enum_to_string(77, COLOR).is_null());
    let mut e = 5;
    // SAFETY: C strings and memory for an int, or NULL.
    unsafe {
        assert_eq!(CStr::from_ptr(enum_to_string(1, COLOR)), c"red");
        assert_eq!(enum_from_string(c"Red".as_ptr(), &mut e, COLOR), 0);
        assert_eq!(e, 1);
        assert_eq!(enum_from_string(c"rede".as_ptr(), &mut e, COLOR), ERROR_FAIL);
        assert_eq!(enum_from_string(std::ptr::null(), &mut e, COLOR), ERROR_INVAL);
        assert_eq!(enum_from_string(c"red".as_ptr(), null_mut(), COLOR), ERROR_INVAL);
    }
    assert_eq!(e, 1);
}

#[test]
fn a_newly_selected_member_of_a_union_is_initialised() {
    let (mut sample, _) = Sample::read(r#"{"kind.one":{"name":"old"}}"#);
    // SAFETY: it is a sample; and NULL.
    unsafe {
        init_key(sample.raw(), SAMPLE, "kind", 2);
        assert_eq!((sample.kind, sample.u.two), (2, 0));
        init_key(sample.raw(), SAMPLE, "kind", 1);
        assert_eq!((sample.u.one.id, sample.u.one.name), (-7, null_mut()));
        init_key(null_mut(), SAMPLE, "kind", 1);
    }
}

#[test]
fn null_is_allowed_everywhere() {
    // SAFETY: NULL everywhere.
    unsafe {
        init(null_mut(), SAMPLE);
        dispose(null_mut(), SAMPLE);
        copy(null_mut(), null_mut(), SAMPLE);
        assert!(to_json(null_mut(), SAMPLE).is_null());
        assert_eq!(from_json(null_mut(), c"{}".as_ptr(), SAMPLE), Err(ReadError::Null));
        let mut sample = Sample::new();
        assert_eq!(from_json(sample.raw(), std::ptr::null(), SAMPLE), Err(ReadError::Null));
        assert_eq!(gen_json(null_mut(), sample.raw(), SAMPLE), IN_ERROR_STATE);
    }
}
