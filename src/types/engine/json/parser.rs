//! The grammar: from text to nodes, without recursion.

use super::{JsonNode, Malformed};

/// The maximum number of levels of maps and arrays that become nodes. The deepest type needs ten.
pub(super) const KEPT_DEPTH: usize = 32;

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

/// The state of parsing a text.
pub(super) struct Parser<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) nodes: Vec<JsonNode>,
    pub(super) decoded: Vec<u8>,
    /// The indexes of the open maps and arrays that are nodes.
    open: Vec<u32>,
    /// The open maps and arrays at deeper levels; a bit is set for a map.
    deep: Bits,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            // A pretty-printed text has about one node for twelve bytes.
            nodes: Vec::with_capacity(text.len() / 12 + 8),
            decoded: Vec::new(),
            open: Vec::new(),
            deep: Bits::default(),
        }
    }

    pub(super) fn malformed<T>(&self, why: &'static str) -> Result<T, Malformed> {
        Err(Malformed { at: self.at, why })
    }

    /// The next byte that is not white space; 0 at the end, which is not in a C string.
    fn peek(&mut self) -> u8 {
        while let Some(&b) = self.text.get(self.at) {
            if !matches!(b, b' ' | b'\t'..=b'\r') {
                return b;
            }
            self.at += 1;
        }
        0
    }

    pub(super) fn kept(&self) -> bool {
        self.deep.len == 0
    }

    pub(super) fn push(&mut self, node: JsonNode) {
        if self.kept() {
            self.nodes.push(node);
        }
    }

    /// Whether the innermost open map or array is a map; `None` if none is open.
    fn in_map(&self) -> Option<bool> {
        self.deep.last().or_else(|| {
            let &innermost = self.open.last()?;
            Some(matches!(self.nodes[innermost as usize], JsonNode::Map { .. }))
        })
    }

    /// Parses one value, including those inside it.
    pub(super) fn value(&mut self) -> Result<(), Malformed> {
        loop {
            // A value is expected here.
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
                b't' => self.word(b"true", JsonNode::Bool(true))?,
                b'f' => self.word(b"false", JsonNode::Bool(false))?,
                b'n' => self.word(b"null", JsonNode::Null)?,
                0 if self.at >= self.text.len() => return self.malformed("ends too early"),
                _ => return self.malformed("not the start of a value"),
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
                    (_, true) => return self.malformed("',' or '}' expected"),
                    (_, false) => return self.malformed("',' or ']' expected"),
                }
            }
        }
    }

    fn enter(&mut self, map: bool) {
        if self.kept() && self.open.len() < KEPT_DEPTH {
            self.open.push(self.nodes.len() as u32);
            let node = if map {
                JsonNode::Map { count: 0, end: 0 }
            } else {
                JsonNode::Array { count: 0, end: 0 }
            };
            self.nodes.push(node);
        } else {
            if self.kept() {
                // This node represents the whole value.
                self.nodes.push(JsonNode::OtherNumber);
            }
            self.deep.push(map);
        }
    }

    fn leave(&mut self) {
        if !self.kept() {
            self.deep.pop();
        } else if let Some(index) = self.open.pop() {
            let next = self.nodes.len() as u32;
            if let JsonNode::Map { end, .. } | JsonNode::Array { end, .. } =
                &mut self.nodes[index as usize]
            {
                *end = next;
            }
        }
    }

    /// Counts a value in the innermost map or array.
    fn count(&mut self) {
        if self.kept()
            && let Some(&index) = self.open.last()
            && let JsonNode::Map { count, .. } | JsonNode::Array { count, .. } =
                &mut self.nodes[index as usize]
        {
            *count += 1;
        }
    }

    fn key(&mut self) -> Result<(), Malformed> {
        if self.peek() != b'"' {
            return self.malformed("a key must be a string");
        }
        self.string()?;
        if self.peek() != b':' {
            return self.malformed("':' expected");
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &[u8], node: JsonNode) -> Result<(), Malformed> {
        if !self.text[self.at..].starts_with(word) {
            return self.malformed("not a word of JSON");
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
            return self.malformed("a digit is required");
        }
        if text[first] == b'0' {
            // A number that starts with 0 is 0, and another token follows.
            self.at = first + 1;
        }
        let whole = &text[start..self.at];
        let mut fraction = false;
        if text.get(self.at) == Some(&b'.') {
            fraction = true;
            let from = self.at + 1;
            self.at = digits(from);
            if self.at == from {
                return self.malformed("a digit is required after the point");
            }
        }
        if matches!(text.get(self.at), Some(b'e' | b'E')) {
            let from =
                self.at + 1 + usize::from(matches!(text.get(self.at + 1), Some(b'+' | b'-')));
            self.at = digits(from);
            if self.at == from {
                return self.malformed("a digit is required in the exponent");
            }
        }
        self.push(match integer(whole) {
            Some(value) if !fraction => JsonNode::Integer(value),
            _ => JsonNode::OtherNumber,
        });
        Ok(())
    }
}

/// The value of digits with an optional minus sign; `None` beyond 64 bits.
fn integer(text: &[u8]) -> Option<i64> {
    let (digits, sign) = match text {
        [b'-', digits @ ..] => (digits, -1),
        digits => (digits, 1),
    };
    digits.iter().try_fold(0i64, |value, digit| {
        value.checked_mul(10)?.checked_add(sign * i64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Document, JsonNode};

    fn root(text: &str) -> Option<JsonNode> {
        Document::parse(text.as_bytes()).ok().map(|d| d.node(0))
    }

    #[test]
    fn numbers_are_parsed_as_by_strtoll() {
        for (text, node) in [
            ("12 34", JsonNode::Integer(12)),
            ("01", JsonNode::Integer(0)),
            ("-0", JsonNode::Integer(0)),
            ("1e5", JsonNode::Integer(1)),
            ("15E+3", JsonNode::Integer(15)),
            ("1.5", JsonNode::OtherNumber),
            ("1.0e-3", JsonNode::OtherNumber),
            ("9223372036854775807", JsonNode::Integer(i64::MAX)),
            ("-9223372036854775808", JsonNode::Integer(i64::MIN)),
            ("9223372036854775808", JsonNode::OtherNumber),
            ("-9223372036854775809", JsonNode::OtherNumber),
            ("7,", JsonNode::Integer(7)),
        ] {
            assert_eq!(root(text), Some(node), "{text}");
        }
        for text in ["-", "1.", "1.e3", "1e", "1e+", "+1", ".5", "-a"] {
            assert_eq!(root(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_first_value_is_parsed() {
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
    fn deep_nesting_is_checked_with_little_memory() {
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
        assert_eq!(d.node(last), JsonNode::Integer(7));
    }
}
