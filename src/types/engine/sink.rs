//! Destinations of JSON: text in memory, or the application's `yajl_gen`.
//!
//! The text is the same as from yajl 2.1 with `yajl_gen_beautify`: four spaces per level, an empty line inside an empty
//! map or array, a line break at the end. It is not written with yajl because a call for each token costs more than all
//! the rest.

use std::ffi::{c_int, c_long, c_uchar};

use crate::types::sys::{yajl_gen, yajl_gen_status};

#[link(name = "yajl")]
unsafe extern "C" {
    fn yajl_gen_map_open(hand: yajl_gen) -> yajl_gen_status;
    fn yajl_gen_map_close(hand: yajl_gen) -> yajl_gen_status;
    fn yajl_gen_array_open(hand: yajl_gen) -> yajl_gen_status;
    fn yajl_gen_array_close(hand: yajl_gen) -> yajl_gen_status;
    fn yajl_gen_string(hand: yajl_gen, text: *const c_uchar, len: usize) -> yajl_gen_status;
    fn yajl_gen_number(hand: yajl_gen, text: *const c_uchar, len: usize) -> yajl_gen_status;
    fn yajl_gen_integer(hand: yajl_gen, value: c_long) -> yajl_gen_status;
    fn yajl_gen_bool(hand: yajl_gen, value: c_int) -> yajl_gen_status;
    fn yajl_gen_null(hand: yajl_gen) -> yajl_gen_status;
}

/// yajl's status for an unusable generator, which is returned for NULL.
pub const IN_ERROR_STATE: yajl_gen_status = 3;

/// A destination for the tokens of one JSON value. After a failure no more tokens are written.
pub trait JsonSink {
    /// The reason of a failure.
    type Failure;

    fn open_map(&mut self) -> Result<(), Self::Failure>;
    fn close_map(&mut self) -> Result<(), Self::Failure>;
    fn open_array(&mut self) -> Result<(), Self::Failure>;
    fn close_array(&mut self) -> Result<(), Self::Failure>;
    /// A key from a table, which has no characters to be escaped.
    fn key(&mut self, name: &str) -> Result<(), Self::Failure>;
    /// The key of a union's member: `key.member`.
    fn member_key(&mut self, key: &str, member: &str) -> Result<(), Self::Failure>;
    /// A key with any characters.
    fn any_key(&mut self, text: &[u8]) -> Result<(), Self::Failure>;
    fn string(&mut self, text: &[u8]) -> Result<(), Self::Failure>;
    fn signed(&mut self, value: i64) -> Result<(), Self::Failure>;
    fn unsigned(&mut self, value: u64) -> Result<(), Self::Failure>;
    fn boolean(&mut self, value: bool) -> Result<(), Self::Failure>;
    fn null(&mut self) -> Result<(), Self::Failure>;
}

/// An application's generator.
pub struct Yajl(yajl_gen);

impl Yajl {
    /// A sink for an application's generator.
    ///
    /// # Safety
    /// `hand` is a live generator, and no other code uses it while this value lives.
    pub unsafe fn new(hand: yajl_gen) -> Self {
        Self(hand)
    }
}

/// yajl's status as a result, so that the first failure ends the writing and is returned.
fn ok(status: yajl_gen_status) -> Result<(), yajl_gen_status> {
    if status == 0 { Ok(()) } else { Err(status) }
}

impl JsonSink for Yajl {
    type Failure = yajl_gen_status;

    fn open_map(&mut self) -> Result<(), Self::Failure> {
        // SAFETY: the generator is live by the contract of `new`; so in every call below.
        ok(unsafe { yajl_gen_map_open(self.0) })
    }

    fn close_map(&mut self) -> Result<(), Self::Failure> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_map_close(self.0) })
    }

    fn open_array(&mut self) -> Result<(), Self::Failure> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_array_open(self.0) })
    }

    fn close_array(&mut self) -> Result<(), Self::Failure> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_array_close(self.0) })
    }

    fn key(&mut self, name: &str) -> Result<(), Self::Failure> {
        self.string(name.as_bytes())
    }

    fn member_key(&mut self, key: &str, member: &str) -> Result<(), Self::Failure> {
        self.string(format!("{key}.{member}").as_bytes())
    }

    fn any_key(&mut self, text: &[u8]) -> Result<(), Self::Failure> {
        self.string(text)
    }

    fn string(&mut self, text: &[u8]) -> Result<(), Self::Failure> {
        // SAFETY: as above; the text is readable for its length.
        ok(unsafe { yajl_gen_string(self.0, text.as_ptr(), text.len()) })
    }

    fn signed(&mut self, value: i64) -> Result<(), Self::Failure> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_integer(self.0, value) })
    }

    fn unsigned(&mut self, value: u64) -> Result<(), Self::Failure> {
        let mut digits = [0; 20];
        let text = decimal(&mut digits, value);
        // SAFETY: as above; the digits are readable for their length.
        ok(unsafe { yajl_gen_number(self.0, text.as_ptr(), text.len()) })
    }

    fn boolean(&mut self, value: bool) -> Result<(), Self::Failure> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_bool(self.0, c_int::from(value)) })
    }

    fn null(&mut self) -> Result<(), Self::Failure> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_null(self.0) })
    }
}

/// Text in memory, which never fails.
pub struct JsonText {
    out: Vec<u8>,
    depth: usize,
    /// The innermost map or array is empty so far.
    is_empty: bool,
    /// A key was written, and its value follows.
    keyed: bool,
}

/// The failure of a [`JsonText`], which does not exist.
pub enum Never {}

impl JsonText {
    /// An empty text.
    pub fn new() -> Self {
        Self { out: Vec::with_capacity(8192), depth: 0, is_empty: true, keyed: false }
    }

    /// The finished text, with the line break that ends it.
    pub fn finish(mut self) -> Vec<u8> {
        self.out.push(b'\n');
        self.out
    }

    fn indent(&mut self) {
        const SPACES: [u8; 64] = [b' '; 64];
        let mut left = self.depth * 4;
        while left > 0 {
            let now = left.min(SPACES.len());
            self.out.extend_from_slice(&SPACES[..now]);
            left -= now;
        }
    }

    /// Writes the separator and the indentation before the next key or value.
    fn separate(&mut self) {
        if self.keyed {
            self.keyed = false;
            return;
        }
        if !self.is_empty {
            self.out.extend_from_slice(b",\n");
        }
        self.is_empty = false;
        self.indent();
    }

    fn open(&mut self, bracket: u8) {
        self.separate();
        self.out.extend_from_slice(&[bracket, b'\n']);
        self.depth += 1;
        self.is_empty = true;
    }

    fn close(&mut self, bracket: u8) {
        self.depth -= 1;
        self.is_empty = false;
        self.out.push(b'\n');
        self.indent();
        self.out.push(bracket);
    }

    fn quoted(&mut self, text: &[u8]) {
        self.out.push(b'"');
        let mut rest = text;
        while let Some(at) = rest.iter().position(|&b| ESCAPED[usize::from(b)]) {
            self.out.extend_from_slice(&rest[..at]);
            escape(&mut self.out, rest[at]);
            rest = &rest[at + 1..];
        }
        self.out.extend_from_slice(rest);
        self.out.push(b'"');
    }
}

/// The bytes that must be escaped in a string. Bytes above 0x7f are not escaped, valid UTF-8 or not.
static ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 0x20 {
        table[b] = true;
        b += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

fn escape(out: &mut Vec<u8>, b: u8) {
    let short = match b {
        b'"' | b'\\' => b,
        b'\r' => b'r',
        b'\n' => b'n',
        b'\t' => b't',
        0x0c => b'f',
        0x08 => b'b',
        _ => {
            let digit = |d: u8| b"0123456789ABCDEF"[usize::from(d)];
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(b >> 4), digit(b & 15)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Writes the digits of a number at the end of `buffer`, and returns them.
fn decimal(buffer: &mut [u8; 20], mut value: u64) -> &[u8] {
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            return &buffer[at..];
        }
    }
}

impl JsonSink for JsonText {
    type Failure = Never;

    fn open_map(&mut self) -> Result<(), Never> {
        self.open(b'{');
        Ok(())
    }

    fn close_map(&mut self) -> Result<(), Never> {
        self.close(b'}');
        Ok(())
    }

    fn open_array(&mut self) -> Result<(), Never> {
        self.open(b'[');
        Ok(())
    }

    fn close_array(&mut self) -> Result<(), Never> {
        self.close(b']');
        Ok(())
    }

    fn key(&mut self, name: &str) -> Result<(), Never> {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\": ");
        self.keyed = true;
        Ok(())
    }

    fn member_key(&mut self, key: &str, member: &str) -> Result<(), Never> {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.push(b'.');
        self.out.extend_from_slice(member.as_bytes());
        self.out.extend_from_slice(b"\": ");
        self.keyed = true;
        Ok(())
    }

    fn any_key(&mut self, text: &[u8]) -> Result<(), Never> {
        self.separate();
        self.quoted(text);
        self.out.extend_from_slice(b": ");
        self.keyed = true;
        Ok(())
    }

    fn string(&mut self, text: &[u8]) -> Result<(), Never> {
        self.separate();
        self.quoted(text);
        Ok(())
    }

    fn signed(&mut self, value: i64) -> Result<(), Never> {
        self.separate();
        if value < 0 {
            self.out.push(b'-');
        }
        self.out.extend_from_slice(decimal(&mut [0; 20], value.unsigned_abs()));
        Ok(())
    }

    fn unsigned(&mut self, value: u64) -> Result<(), Never> {
        self.separate();
        self.out.extend_from_slice(decimal(&mut [0; 20], value));
        Ok(())
    }

    fn boolean(&mut self, value: bool) -> Result<(), Never> {
        self.separate();
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn null(&mut self) -> Result<(), Never> {
        self.separate();
        self.out.extend_from_slice(b"null");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(f: impl FnOnce(&mut JsonText) -> Result<(), Never>) -> String {
        let mut text = JsonText::new();
        let Ok(()) = f(&mut text);
        String::from_utf8(text.finish()).unwrap()
    }

    #[test]
    fn nesting_and_separators_are_as_with_yajl() {
        let text = written(|t| {
            t.open_map()?;
            t.key("a")?;
            t.signed(-5)?;
            t.key("b")?;
            t.open_array()?;
            t.boolean(true)?;
            t.null()?;
            t.close_array()?;
            t.member_key("type", "pv")?;
            t.open_map()?;
            t.close_map()?;
            t.close_map()
        });
        assert_eq!(
            text,
            "{\n    \"a\": -5,\n    \"b\": [\n        true,\n        null\n    ],\n    \
             \"type.pv\": {\n\n    }\n}\n"
        );
    }

    #[test]
    fn strings_are_escaped_with_upper_case_digits() {
        let text = written(|t| t.string("\"\\/\r\n\t\u{8}\u{c}\u{1f}\u{7f}é".as_bytes()));
        assert_eq!(text, "\"\\\"\\\\/\\r\\n\\t\\b\\f\\u001F\u{7f}é\"\n");
    }

    #[test]
    fn the_smallest_and_largest_numbers() {
        assert_eq!(written(|t| t.signed(i64::MIN)), "-9223372036854775808\n");
        assert_eq!(written(|t| t.unsigned(u64::MAX)), "18446744073709551615\n");
        assert_eq!(written(|t| t.unsigned(0)), "0\n");
    }
}
