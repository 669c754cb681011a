//! Reads JSON text into a flat list of nodes that borrow from it.
//!
//! Accepts exactly what yajl 2.1 accepts as libxl sets it up. A crate would not do: what follows the
//! first value is not looked at, vertical tab and form feed are white space, UTF-8 is checked for its
//! form only (overlong and surrogate sequences pass), half a surrogate pair becomes `?` or stays as
//! three bytes, a string ends at its first `\u0000`, and an integer with an exponent counts as what
//! stands before the `e`. Configurations stored by other versions must go on being read as they were.
//!
//! There is no recursion. Of what is nested deeper than [`KEPT_DEPTH`], where no type can look, only
//! the form is checked, at one bit a level: 10 MB of `[` cost little more than a megabyte.

/// How many levels of maps and arrays are kept as nodes. The deepest type needs ten.
const KEPT_DEPTH: usize = 32;

/// One value, or the key of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Node {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number with a fraction, or beyond 64 bits: no type takes one.
    OtherNumber,
    /// A string that is in the text as it is.
    Plain {
        at: u32,
        len: u32,
    },
    /// A string that was decoded.
    Decoded {
        at: u32,
        len: u32,
    },
    /// `count` pairs of a key and a value lie between this node and `end`.
    Map {
        count: u32,
        end: u32,
    },
    /// `count` values lie between this node and `end`.
    Array {
        count: u32,
        end: u32,
    },
}

/// Why a text is not JSON, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed {
    pub at: usize,
    pub why: &'static str,
}

/// A parsed text. Node 0 is the value; those inside a map or array follow it.
pub struct Document<'a> {
    text: &'a [u8],
    decoded: Vec<u8>,
    nodes: Vec<Node>,
}

impl<'a> Document<'a> {
    /// Parses the first value of `text`.
    pub fn parse(text: &'a [u8]) -> Result<Self, Malformed> {
        if u32::try_from(text.len()).is_err() {
            return Err(Malformed { at: 0, why: "longer than 4 GiB" });
        }
        let mut parser = Parser {
            text,
            at: 0,
            // A pretty-printed text has about one node for twelve bytes.
            nodes: Vec::with_capacity(text.len() / 12 + 8),
            decoded: Vec::new(),
            open: Vec::new(),
            deep: Bits::default(),
        };
        parser.value()?;
        Ok(Self { text, decoded: parser.decoded, nodes: parser.nodes })
    }

    /// The node at an index that a map, an array or [`Document::after`] gave.
    pub fn node(&self, index: u32) -> Node {
        self.nodes[index as usize]
    }

    /// The index behind the value at `index`.
    pub fn after(&self, index: u32) -> u32 {
        match self.node(index) {
            Node::Map { end, .. } | Node::Array { end, .. } => end,
            _ => index + 1,
        }
    }

    /// The bytes of a string, without a NUL among them.
    pub fn string(&self, node: Node) -> Option<&[u8]> {
        let (from, at, len) = match node {
            Node::Plain { at, len } => (self.text, at, len),
            Node::Decoded { at, len } => (&self.decoded[..], at, len),
            _ => return None,
        };
        Some(&from[at as usize..at as usize + len as usize])
    }

    /// The keys of a map, each with the index of its value, in the text's order; none for what is
    /// not a map.
    pub fn entries(&self, index: u32) -> impl Iterator<Item = (&[u8], u32)> {
        let count = match self.node(index) {
            Node::Map { count, .. } => count,
            _ => 0,
        };
        let mut at = index + 1;
        (0..count).map(move |_| {
            let key = self.string(self.node(at)).unwrap_or_default();
            let value = at + 1;
            at = self.after(value);
            (key, value)
        })
    }

    /// The indices of an array's values; none for what is not an array.
    pub fn elements(&self, index: u32) -> impl Iterator<Item = u32> {
        let count = match self.node(index) {
            Node::Array { count, .. } => count,
            _ => 0,
        };
        let mut at = index + 1;
        (0..count).map(move |_| {
            let element = at;
            at = self.after(element);
            element
        })
    }

    /// The value of the first entry with that key.
    pub fn get(&self, index: u32, key: &[u8]) -> Option<u32> {
        self.entries(index).find(|(k, _)| *k == key).map(|(_, value)| value)
    }
}

/// A stack of bits.
#[derive(Default)]
struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut() {
            *word = *word << 1 | u64::from(bit);
        }
        self.len += 1;
    }

    fn pop(&mut self) {
        self.len -= 1;
        if self.len.is_multiple_of(64) {
            self.words.pop();
        } else if let Some(word) = self.words.last_mut() {
            *word >>= 1;
        }
    }

    fn last(&self) -> Option<bool> {
        self.words.last().map(|word| word & 1 == 1)
    }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    decoded: Vec<u8>,
    /// The open maps and arrays that are kept.
    open: Vec<u32>,
    /// The open ones inside those that are not: set for a map.
    deep: Bits,
}

impl Parser<'_> {
    fn wrong<T>(&self, why: &'static str) -> Result<T, Malformed> {
        Err(Malformed { at: self.at, why })
    }

    /// The next byte that is not white space; 0 at the end, where none can stand in a C string.
    fn peek(&mut self) -> u8 {
        while let Some(&b) = self.text.get(self.at) {
            if !matches!(b, b' ' | b'\t'..=b'\r') {
                return b;
            }
            self.at += 1;
        }
        0
    }

    fn kept(&self) -> bool {
        self.deep.len == 0
    }

    fn push(&mut self, node: Node) {
        if self.kept() {
            self.nodes.push(node);
        }
    }

    /// Whether the innermost open container is a map; `None` where none is open.
    fn in_map(&self) -> Option<bool> {
        self.deep.last().or_else(|| {
            let &innermost = self.open.last()?;
            Some(matches!(self.nodes[innermost as usize], Node::Map { .. }))
        })
    }

    /// One value with all that is in it.
    fn value(&mut self) -> Result<(), Malformed> {
        loop {
            // A value is due here.
            match self.peek() {
                b'{' => {
                    self.at += 1;
                    self.enter(true);
                    if self.peek() != b'}' {
                        self.key()?;
                        continue;
                    }
                    self.at += 1;
                    self.leave();
                }
                b'[' => {
                    self.at += 1;
                    self.enter(false);
                    if self.peek() != b']' {
                        continue;
                    }
                    self.at += 1;
                    self.leave();
                }
                b'"' => self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.word(b"true", Node::Bool(true))?,
                b'f' => self.word(b"false", Node::Bool(false))?,
                b'n' => self.word(b"null", Node::Null)?,
                0 if self.at >= self.text.len() => return self.wrong("ends too early"),
                _ => return self.wrong("not the start of a value"),
            }
            // A value has just ended.
            loop {
                let Some(in_map) = self.in_map() else { return Ok(()) };
                self.count();
                match (self.peek(), in_map) {
                    (b',', true) => {
                        self.at += 1;
                        self.key()?;
                        break;
                    }
                    (b',', false) => {
                        self.at += 1;
                        break;
                    }
                    (b'}', true) | (b']', false) => {
                        self.at += 1;
                        self.leave();
                    }
                    (_, true) => return self.wrong("',' or '}' expected"),
                    (_, false) => return self.wrong("',' or ']' expected"),
                }
            }
        }
    }

    fn enter(&mut self, map: bool) {
        if self.kept() && self.open.len() < KEPT_DEPTH {
            self.open.push(self.nodes.len() as u32);
            let node =
                if map { Node::Map { count: 0, end: 0 } } else { Node::Array { count: 0, end: 0 } };
            self.nodes.push(node);
        } else {
            if self.kept() {
                // What stands for the whole of it.
                self.nodes.push(Node::OtherNumber);
            }
            self.deep.push(map);
        }
    }

    fn leave(&mut self) {
        if !self.kept() {
            self.deep.pop();
        } else if let Some(index) = self.open.pop() {
            let next = self.nodes.len() as u32;
            if let Node::Map { end, .. } | Node::Array { end, .. } = &mut self.nodes[index as usize]
            {
                *end = next;
            }
        }
    }

    /// Counts a value in the innermost container.
    fn count(&mut self) {
        if self.kept()
            && let Some(&index) = self.open.last()
            && let Node::Map { count, .. } | Node::Array { count, .. } =
                &mut self.nodes[index as usize]
        {
            *count += 1;
        }
    }

    fn key(&mut self) -> Result<(), Malformed> {
        if self.peek() != b'"' {
            return self.wrong("a key must be a string");
        }
        self.string()?;
        if self.peek() != b':' {
            return self.wrong("':' expected");
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &[u8], node: Node) -> Result<(), Malformed> {
        if !self.text[self.at..].starts_with(word) {
            return self.wrong("not a word of JSON");
        }
        self.at += word.len();
        self.push(node);
        Ok(())
    }

    fn number(&mut self) -> Result<(), Malformed> {
        let text = self.text;
        let digits = |mut at: usize| {
            while text.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        let start = self.at;
        let first = start + usize::from(text[start] == b'-');
        self.at = digits(first);
        if self.at == first {
            return self.wrong("a digit is required");
        }
        if text[first] == b'0' {
            // A number that starts with 0 is 0; what follows is another token.
            self.at = first + 1;
        }
        let whole = &text[start..self.at];
        let mut fraction = false;
        if text.get(self.at) == Some(&b'.') {
            fraction = true;
            let from = self.at + 1;
            self.at = digits(from);
            if self.at == from {
                return self.wrong("a digit is required after the point");
            }
        }
        if matches!(text.get(self.at), Some(b'e' | b'E')) {
            let from =
                self.at + 1 + usize::from(matches!(text.get(self.at + 1), Some(b'+' | b'-')));
            self.at = digits(from);
            if self.at == from {
                return self.wrong("a digit is required in the exponent");
            }
        }
        self.push(match integer(whole) {
            Some(value) if !fraction => Node::Integer(value),
            _ => Node::OtherNumber,
        });
        Ok(())
    }

    /// A string, from its opening quote on.
    fn string(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = &self.text[self.at..];
            let Some(skip) = rest.iter().position(|&b| !ORDINARY[usize::from(b)]) else {
                self.at = self.text.len();
                return self.wrong("a string has no end");
            };
            self.at += skip;
            match self.text[self.at] {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += 1;
                    self.check_escape()?;
                }
                0..0x20 => return self.wrong("a control character must be escaped"),
                lead => {
                    let more = match lead {
                        0xc0..0xe0 => 1,
                        0xe0..0xf0 => 2,
                        0xf0..0xf8 => 3,
                        _ => return self.wrong("not UTF-8"),
                    };
                    let tail = self.text.get(self.at + 1..self.at + 1 + more).unwrap_or_default();
                    if tail.len() < more || tail.iter().any(|b| b >> 6 != 2) {
                        return self.wrong("not UTF-8");
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
            Node::Decoded { at: at as u32, len: (self.decoded.len() - at) as u32 }
        } else {
            Node::Plain { at: start as u32, len: raw.len() as u32 }
        };
        self.nodes.push(node);
        Ok(())
    }

    /// What follows a backslash.
    fn check_escape(&mut self) -> Result<(), Malformed> {
        match self.text.get(self.at) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let hex = self.text.get(self.at + 1..self.at + 5).unwrap_or_default();
                if hex.len() < 4 || !hex.iter().all(u8::is_ascii_hexdigit) {
                    return self.wrong("four hex digits are required after \\u");
                }
                self.at += 5;
            }
            _ => return self.wrong("not an escape"),
        }
        Ok(())
    }
}

/// Which bytes a string may hold without a second look.
static ORDINARY: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0x20;
    while b < 0x80 {
        table[b] = b != b'"' as usize && b != b'\\' as usize;
        b += 1;
    }
    table
};

/// The value of an optional minus and digits; `None` beyond 64 bits.
fn integer(text: &[u8]) -> Option<i64> {
    let (digits, sign) = match text {
        [b'-', digits @ ..] => (digits, -1),
        digits => (digits, 1),
    };
    digits.iter().try_fold(0i64, |value, digit| {
        value.checked_mul(10)?.checked_add(sign * i64::from(digit - b'0'))
    })
}

/// Decodes a string whose escapes have been checked, up to its first NUL.
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
                    // Any second `\u` passes for the other half; without one there is no character.
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

/// UTF-8 of a code point, which may be half a surrogate pair and so no `char`.
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
    use super::*;

    fn string(text: &[u8]) -> Option<Vec<u8>> {
        let document = Document::parse(text).ok()?;
        document.string(document.node(0)).map(<[u8]>::to_vec)
    }

    fn root(text: &str) -> Option<Node> {
        Document::parse(text.as_bytes()).ok().map(|d| d.node(0))
    }

    /// What yajl 2.1 of Debian bookworm answers to the same texts.
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

    #[test]
    fn numbers_are_what_strtoll_makes_of_them() {
        for (text, node) in [
            ("12 34", Node::Integer(12)),
            ("01", Node::Integer(0)),
            ("-0", Node::Integer(0)),
            ("1e5", Node::Integer(1)),
            ("15E+3", Node::Integer(15)),
            ("1.5", Node::OtherNumber),
            ("1.0e-3", Node::OtherNumber),
            ("9223372036854775807", Node::Integer(i64::MAX)),
            ("-9223372036854775808", Node::Integer(i64::MIN)),
            ("9223372036854775808", Node::OtherNumber),
            ("-9223372036854775809", Node::OtherNumber),
            ("7,", Node::Integer(7)),
        ] {
            assert_eq!(root(text), Some(node), "{text}");
        }
        for text in ["-", "1.", "1.e3", "1e", "1e+", "+1", ".5", "-a"] {
            assert_eq!(root(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_first_value_counts() {
        for text in
            ["\u{b}\u{c}1", "true}", "null//", "{}x", "[] ]", "false0", "{\"a\":{\"a\":[]}}]"]
        {
            assert!(root(text).is_some(), "{text}");
        }
        for text in [
            "",
            " ",
            "tru",
            "nul",
            "[01]",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "{,}",
            "[,]",
        ] {
            assert_eq!(root(text), None, "{text}");
        }
        for text in ["/**/1", "\u{feff}{}", "[1}", "{\"a\":1]", "[1", "{\"a\":", "{\"a\"", "{1:2}"]
        {
            assert_eq!(root(text), None, "{text}");
        }
    }

    #[test]
    fn maps_and_arrays_are_walked_in_order() {
        let d = Document::parse(br#"{"a":[1,[2],{}],"b":{"c":null},"a":3}"#).ok().unwrap();
        let keys: Vec<_> = d.entries(0).map(|(k, v)| (k.to_vec(), d.node(v))).collect();
        assert_eq!(keys.len(), 3);
        assert_eq!(keys[2], (b"a".to_vec(), Node::Integer(3)));
        let a = d.get(0, b"a").unwrap();
        assert_eq!(d.elements(a).count(), 3);
        let b = d.get(0, b"b").unwrap();
        assert_eq!(d.node(d.get(b, b"c").unwrap()), Node::Null);
        assert_eq!(d.get(0, b"c"), None);
    }

    #[test]
    fn depth_costs_little_and_is_checked() {
        let deep = |n: usize| [vec![b'['; n], vec![b']'; n]].concat();
        assert!(Document::parse(&deep(5_000_000)).is_ok());
        let mut odd = deep(500);
        odd[700] = b'}';
        assert!(Document::parse(&odd).is_err());
        assert!(Document::parse(&vec![b'['; 10_000_000]).is_err());
        let maps = [br#"{"a":"#.repeat(200), b"1".to_vec(), b"}".repeat(200)].concat();
        assert!(Document::parse(&maps).is_ok());
        let after = [b"[".to_vec(), deep(100), b",7]".to_vec()].concat();
        let d = Document::parse(&after).ok().unwrap();
        let last = d.elements(0).last().unwrap();
        assert_eq!(d.node(last), Node::Integer(7));
    }
}
