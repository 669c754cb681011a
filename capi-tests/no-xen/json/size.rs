//! Text of 10 MB, deep or long, into our library alone: the C library takes hours over some of it.

use std::ffi::CString;

use xenlight::types::tables;

use super::library::{Library, Value};

const SIZE: usize = 10 << 20;

#[test]
fn ten_megabytes_do_no_harm() {
    let library = Library::ours();
    let nested = |open: &str, middle: &str, close: &str| {
        let n = SIZE / (open.len() + close.len());
        [open.repeat(n), middle.into(), close.repeat(n)].concat()
    };
    let listed = |before: &str, item: &str, after: &str| {
        [before, item.repeat(SIZE / item.len()).trim_end_matches(','), after].concat()
    };
    for (text, rc) in [
        ("[".repeat(SIZE), -3),
        ("{\"a\":".repeat(SIZE / 5), -3),
        ("\"".to_owned() + &"a".repeat(SIZE), -3),
        ("\\".repeat(SIZE), -3),
        ("9".repeat(SIZE), 0),
        (" ".repeat(SIZE), -3),
        (nested("[", "", "]"), 0),
        (nested("{\"b_info\":", "1", "}"), 0),
        (nested("{\"disks\":[", "", "]}"), 0),
        (listed("{\"disks\":[", "{},", "]}"), 0),
        (listed("{\"disks\":[", "{\"vdev\":\"a\"},", "]}"), 0),
        (listed("{\"c_info\":{\"xsdata\":{", "\"a\":\"b\",", "}}}"), 0),
        (listed("{\"b_info\":{\"extra\":[", "\"\",", "]}}"), 0),
        (listed("{\"b_info\":{\"cpumap\":[", "1,", "]}}"), 0),
        (listed("{\"b_info\":{\"cpuid\":[", "{\"leaf\":1},", "]}}"), 0),
        (listed("{\"c_info\":{\"name\":\"", "long ", "\"}}"), 0),
        (listed("{\"c_info\":{\"name\":\"", "\\u00e9", "\"}}"), 0),
        (listed("{", "\"name\":1,", "}"), 0),
    ] {
        let start: String = text.chars().take(40).collect();
        let text = CString::new(text).unwrap();
        let (value, got) = Value::read(&library, tables::DOMAIN_CONFIG, &text);
        assert_eq!(got, rc, "{start}");
        assert!(value.json().len() > 100, "{start}");
    }
}
