//! Strings: the bytes and escapes that are allowed, and decoding them.

use super::parser::Parser;
use super::{JsonNode, Malformed};

impl Parser<'_> {
    /// Parses a string, from its opening quote on.
    pub(super) fn string(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = &self.text[self.at..];
            let Some(skip) = rest.iter().position(|&b| !ORDINARY[usize::from(b)]) else {
                self.at = self.text.len();
                return self.malformed("a string has no end");
            };
            self.at += skip;
            match self.text[self.at] {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += 1;
                    self.check_escape()?;
                }
                0..0x20 => return self.malformed("a control character must be escaped"),
                lead => {
                    let more = match lead {
                        0xc0..0xe0 => 1,
                        0xe0..0xf0 => 2,
                        0xf0..0xf8 => 3,
                        _ => return self.malformed("not UTF-8"),
                    };
                    let tail = self.text.get(self.at + 1..self.at + 1 + more).unwrap_or_default();
                    if tail.len() < more || tail.iter().any(|b| b >> 6 != 2) {
                        return self.malformed("not UTF-8");
                    }
                    self.at += 1 + more;
                }
            }
        }
        let raw = &self.text[start..self.at];
        self.at += 1;
        if !self.kept() {
            return Ok(());
        }
        let node = if escaped {
            let at = self.decoded.len();
            decode(raw, &mut self.decoded);
            JsonNode::Decoded { at: at as u32, len: (self.decoded.len() - at) as u32 }
        } else {
            JsonNode::Plain { at: start as u32, len: raw.len() as u32 }
        };
        self.nodes.push(node);
        Ok(())
    }

    /// Checks what follows a backslash.
    fn check_escape(&mut self) -> Result<(), Malformed> {
        match self.text.get(self.at) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let hex = self.text.get(self.at + 1..self.at + 5).unwrap_or_default();
                if hex.len() < 4 || !hex.iter().all(u8::is_ascii_hexdigit) {
                    return self.malformed("four hex digits are required after \\u");
                }
                self.at += 5;
            }
            _ => return self.malformed("not an escape"),
        }
        Ok(())
    }
}

/// The bytes of a string that need no further check.
static ORDINARY: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0x20;
    while b < 0x80 {
        table[b] = b != b'"' as usize && b != b'\\' as usize;
        b += 1;
    }
    table
};

/// Decodes a string whose escapes were checked, up to its first NUL.
fn decode(mut raw: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = raw.iter().position(|&b| b == b'\\') {
        out.extend_from_slice(&raw[..at]);
        let escape = raw[at + 1];
        raw = &raw[at + 2..];
        match escape {
            b'b' => out.push(0x08),
            b'f' => out.push(0x0c),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => {
                let mut point = hex(&raw[..4]);
                raw = &raw[4..];
                if point & 0xfc00 == 0xd800 {
                    // As in yajl, any second `\u` counts as the low surrogate; without one there is no character.
                    point = if let [b'\\', b'u', low @ ..] = raw {
                        raw = &low[4..];
                        0x10000 + ((point & 0x3ff) << 10) + (hex(&low[..4]) & 0x3ff)
                    } else {
                        u32::from(b'?')
                    };
                }
                if point == 0 {
                    return;
                }
                push_point(point, out);
            }
            other => out.push(other),
        }
    }
    out.extend_from_slice(raw);
}

fn hex(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |value, &d| value << 4 | char::from(d).to_digit(16).unwrap_or(0))
}

/// Appends the UTF-8 form of a code point, which may be an unpaired surrogate and so not a `char`.
fn push_point(point: u32, out: &mut Vec<u8>) {
    let tail = |shift: u32| 0x80 | (point >> shift & 0x3f) as u8;
    match point {
        0..0x80 => out.push(point as u8),
        0x80..0x800 => out.extend_from_slice(&[0xc0 | (point >> 6) as u8, tail(0)]),
        0x800..0x10000 => {
            out.extend_from_slice(&[0xe0 | (point >> 12) as u8, tail(6), tail(0)]);
        }
        _ => out.extend_from_slice(&[0xf0 | (point >> 18) as u8, tail(12), tail(6), tail(0)]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Document;

    fn string(text: &[u8]) -> Option<Vec<u8>> {
        let document = Document::parse(text).ok()?;
        document.string(document.node(0)).map(<[u8]>::to_vec)
    }

    /// The expected results are those of yajl 2.1 in Debian bookworm.
    #[test]
    fn strings_are_decoded_as_yajl_does() {
        for (text, bytes) in [
            (&br#""\ud800X""#[..], &b"?X"[..]),
            (br#""\ud800""#, b"?"),
            (br#""\ud800\n""#, b"?\n"),
            (br#""\ud800\u0041""#, b"\xf0\x90\x81\x81"),
            (br#""\ud83d\ude00""#, b"\xf0\x9f\x98\x80"),
            (br#""\ud800\ud800""#, b"\xf0\x90\x80\x80"),
            (br#""\udc00""#, b"\xed\xb0\x80"),
            (br#""\ud800\\u0041""#, b"?\\u0041"),
            (br#""a\u0000b""#, b"a"),
            (br#""\/\"\\\b\f\r\t""#, b"/\"\\\x08\x0c\r\t"),
            (br#""\u00e9\u20ac""#, "é€".as_bytes()),
            (b"\"\xc0\x80\"", b"\xc0\x80"),
            (b"\"\xed\xa0\x80\"", b"\xed\xa0\x80"),
            (b"\"\xf7\xbf\xbf\xbf\"", b"\xf7\xbf\xbf\xbf"),
            (b"\"\x7f\"", b"\x7f"),
        ] {
            assert_eq!(string(text).as_deref(), Some(bytes), "{}", text.escape_ascii());
        }
        for text in [
            &b"\"\xf8\x88\x80\x80\x80\""[..],
            b"\"\x80\"",
            b"\"\xc3\"",
            b"\"\xe2\x82",
            b"\"a\nb\"",
            b"\"\\x\"",
            b"\"\\u12g4\"",
            b"\"\\ud8\"",
            b"\"open",
            b"\"\\",
            b"\"",
        ] {
            assert_eq!(string(text), None, "{}", text.escape_ascii());
        }
    }
}
