//! Destinations of JSON: the library's own text, or the application's `yajl_gen`.
//!
//! The text is what yajl 2.1 writes with `yajl_gen_beautify`: four spaces a level, an empty line
//! inside an empty map or array, a line break at the end. It is written here because calling yajl
//! for each token costs more than all the rest.

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

/// yajl's answer where no generator was given.
pub const IN_ERROR_STATE: yajl_gen_status = 3;

/// Takes the tokens of one JSON value.
pub trait JsonSink {
    /// Why no more is wanted.
    type Stop;

    fn open_map(&mut self) -> Result<(), Self::Stop>;
    fn close_map(&mut self) -> Result<(), Self::Stop>;
    fn open_array(&mut self) -> Result<(), Self::Stop>;
    fn close_array(&mut self) -> Result<(), Self::Stop>;
    /// A key from a table: nothing in it needs an escape.
    fn key(&mut self, name: &str) -> Result<(), Self::Stop>;
    /// The key of a union's member: `key.member`.
    fn member_key(&mut self, key: &str, member: &str) -> Result<(), Self::Stop>;
    /// A key that may hold anything.
    fn any_key(&mut self, text: &[u8]) -> Result<(), Self::Stop>;
    fn string(&mut self, text: &[u8]) -> Result<(), Self::Stop>;
    fn signed(&mut self, value: i64) -> Result<(), Self::Stop>;
    fn unsigned(&mut self, value: u64) -> Result<(), Self::Stop>;
    fn boolean(&mut self, value: bool) -> Result<(), Self::Stop>;
    fn null(&mut self) -> Result<(), Self::Stop>;
}

/// An application's generator.
pub struct Yajl(yajl_gen);

impl Yajl {
    /// # Safety
    /// `hand` is a live generator and nobody else uses it while this value lives.
    pub unsafe fn new(hand: yajl_gen) -> Self {
        Self(hand)
    }
}

/// yajl's status as a result, so that the first failure ends the walk and is the answer.
fn ok(status: yajl_gen_status) -> Result<(), yajl_gen_status> {
    if status == 0 { Ok(()) } else { Err(status) }
}

impl JsonSink for Yajl {
    type Stop = yajl_gen_status;

    fn open_map(&mut self) -> Result<(), Self::Stop> {
        // SAFETY: the generator is live by the contract of `new`; so in every call below.
        ok(unsafe { yajl_gen_map_open(self.0) })
    }

    fn close_map(&mut self) -> Result<(), Self::Stop> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_map_close(self.0) })
    }

    fn open_array(&mut self) -> Result<(), Self::Stop> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_array_open(self.0) })
    }

    fn close_array(&mut self) -> Result<(), Self::Stop> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_array_close(self.0) })
    }

    fn key(&mut self, name: &str) -> Result<(), Self::Stop> {
        self.string(name.as_bytes())
    }

    fn member_key(&mut self, key: &str, member: &str) -> Result<(), Self::Stop> {
        self.string(format!("{key}.{member}").as_bytes())
    }

    fn any_key(&mut self, text: &[u8]) -> Result<(), Self::Stop> {
        self.string(text)
    }

    fn string(&mut self, text: &[u8]) -> Result<(), Self::Stop> {
        // SAFETY: as above; the text is readable for its length.
        ok(unsafe { yajl_gen_string(self.0, text.as_ptr(), text.len()) })
    }

    fn signed(&mut self, value: i64) -> Result<(), Self::Stop> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_integer(self.0, value) })
    }

    fn unsigned(&mut self, value: u64) -> Result<(), Self::Stop> {
        let mut digits = [0; 20];
        let text = decimal(&mut digits, value);
        // SAFETY: as above; the digits are readable for their length.
        ok(unsafe { yajl_gen_number(self.0, text.as_ptr(), text.len()) })
    }

    fn boolean(&mut self, value: bool) -> Result<(), Self::Stop> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_bool(self.0, c_int::from(value)) })
    }

    fn null(&mut self) -> Result<(), Self::Stop> {
        // SAFETY: as above.
        ok(unsafe { yajl_gen_null(self.0) })
    }
}

/// Text in memory. It never stops the writer.
pub struct JsonText {
    out: Vec<u8>,
    depth: usize,
    /// Nothing stands yet in the innermost map or array.
    fresh: bool,
    /// A key was written and its value is next.
    keyed: bool,
}

/// What [`JsonText`] stops with: it does not.
pub enum Never {}

impl JsonText {
    pub fn new() -> Self {
        Self { out: Vec::with_capacity(8192), depth: 0, fresh: true, keyed: false }
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

    /// Goes to where the next key or value belongs.
    fn place(&mut self) {
        if self.keyed {
            self.keyed = false;
            return;
        }
        if !self.fresh {
            self.out.extend_from_slice(b",\n");
        }
        self.fresh = false;
        self.indent();
    }

    fn open(&mut self, bracket: u8) {
        self.place();
        self.out.extend_from_slice(&[bracket, b'\n']);
        self.depth += 1;
        self.fresh = true;
    }

    fn close(&mut self, bracket: u8) {
        self.depth -= 1;
        self.fresh = false;
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

/// Which bytes do not stand for themselves in a string. Those above 0x7f do, valid UTF-8 or not.
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

/// A number's digits, written at the end of `buffer`.
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
    type Stop = Never;

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
        self.place();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\": ");
        self.keyed = true;
        Ok(())
    }

    fn member_key(&mut self, key: &str, member: &str) -> Result<(), Never> {
        self.place();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.push(b'.');
        self.out.extend_from_slice(member.as_bytes());
        self.out.extend_from_slice(b"\": ");
        self.keyed = true;
        Ok(())
    }

    fn any_key(&mut self, text: &[u8]) -> Result<(), Never> {
        self.place();
        self.quoted(text);
        self.out.extend_from_slice(b": ");
        self.keyed = true;
        Ok(())
    }

    fn string(&mut self, text: &[u8]) -> Result<(), Never> {
        self.place();
        self.quoted(text);
        Ok(())
    }

    fn signed(&mut self, value: i64) -> Result<(), Never> {
        self.place();
        if value < 0 {
            self.out.push(b'-');
        }
        self.out.extend_from_slice(decimal(&mut [0; 20], value.unsigned_abs()));
        Ok(())
    }

    fn unsigned(&mut self, value: u64) -> Result<(), Never> {
        self.place();
        self.out.extend_from_slice(decimal(&mut [0; 20], value));
        Ok(())
    }

    fn boolean(&mut self, value: bool) -> Result<(), Never> {
        self.place();
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn null(&mut self) -> Result<(), Never> {
        self.place();
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
    fn nesting_and_separators_are_yajls() {
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
    fn strings_are_escaped_with_capital_hex_digits_and_kept_otherwise() {
        let text = written(|t| t.string("\"\\/\r\n\t\u{8}\u{c}\u{1f}\u{7f}é".as_bytes()));
        assert_eq!(text, "\"\\\"\\\\/\\r\\n\\t\\b\\f\\u001F\u{7f}é\"\n");
    }

    #[test]
    fn numbers_reach_both_ends() {
        assert_eq!(written(|t| t.signed(i64::MIN)), "-9223372036854775808\n");
        assert_eq!(written(|t| t.unsigned(u64::MAX)), "18446744073709551615\n");
        assert_eq!(written(|t| t.unsigned(0)), "0\n");
    }
}
