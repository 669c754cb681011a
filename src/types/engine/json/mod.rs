//! Parsing JSON text into a flat list of nodes that borrow from the text.
//!
//! Accepts exactly what yajl 2.1 accepts with libxl's settings. A crate for JSON cannot be used: text after the first
//! value is ignored, vertical tab and form feed are white space, only the form of UTF-8 is checked (overlong and
//! surrogate sequences are accepted), an unpaired surrogate becomes `?` or three bytes, a string ends at its first
//! `\u0000`, and an integer with an exponent counts as the digits before the `e`. Configurations that other versions
//! have stored must be read as before.
//!
//! There is no recursion. Of values that are nested deeper than [`parser::KEPT_DEPTH`], which no type has, only the
//! form is checked, with one bit per level: 10 MB of `[` cost little more than a megabyte.

mod parser;
mod strings;

use parser::Parser;

/// One value, or the key of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JsonNode {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number with a fraction, or beyond 64 bits, which no type accepts.
    OtherNumber,
    /// A string without escapes, which is in the text.
    Plain {
        at: u32,
        len: u32,
    },
    /// A string with escapes, which was decoded.
    Decoded {
        at: u32,
        len: u32,
    },
    /// A map: `count` pairs of a key and a value are between this node and `end`.
    Map {
        count: u32,
        end: u32,
    },
    /// An array: `count` values are between this node and `end`.
    Array {
        count: u32,
        end: u32,
    },
}

/// The reason why a text is not JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// The position in bytes.
    pub at: usize,
    /// The reason.
    pub why: &'static str,
}

/// A parsed text. Node 0 is the value; those inside a map or array follow it.
pub struct Document<'a> {
    text: &'a [u8],
    decoded: Vec<u8>,
    nodes: Vec<JsonNode>,
}

impl<'a> Document<'a> {
    /// Parses the first value in `text`.
    pub fn parse(text: &'a [u8]) -> Result<Self, Malformed> {
        if u32::try_from(text.len()).is_err() {
            return Err(Malformed { at: 0, why: "longer than 4 GiB" });
        }
        let mut parser = Parser::new(text);
        parser.value()?;
        Ok(Self { text, decoded: parser.decoded, nodes: parser.nodes })
    }

    /// The node at an index, which came from a map, an array or [`Document::after`].
    pub fn node(&self, index: u32) -> JsonNode {
        self.nodes[index as usize]
    }

    /// The index after the value at `index`.
    pub fn after(&self, index: u32) -> u32 {
        match self.node(index) {
            JsonNode::Map { end, .. } | JsonNode::Array { end, .. } => end,
            _ => index + 1,
        }
    }

    /// The bytes of a string, which contain no NUL; `None` if the node is not a string.
    pub fn string(&self, node: JsonNode) -> Option<&[u8]> {
        let (from, at, len) = match node {
            JsonNode::Plain { at, len } => (self.text, at, len),
            JsonNode::Decoded { at, len } => (&self.decoded[..], at, len),
            _ => return None,
        };
        Some(&from[at as usize..at as usize + len as usize])
    }

    /// The keys of a map, each with the index of its value, in the order of the text; empty if the node is not a map.
    pub fn entries(&self, index: u32) -> impl Iterator<Item = (&[u8], u32)> {
        let count = match self.node(index) {
            JsonNode::Map { count, .. } => count,
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

    /// The indexes of an array's values; empty if the node is not an array.
    pub fn elements(&self, index: u32) -> impl Iterator<Item = u32> {
        let count = match self.node(index) {
            JsonNode::Array { count, .. } => count,
            _ => 0,
        };
        let mut at = index + 1;
        (0..count).map(move |_| {
            let element = at;
            at = self.after(element);
            element
        })
    }

    /// The index of the value of a map's first entry with this key.
    pub fn get(&self, index: u32, key: &[u8]) -> Option<u32> {
        self.entries(index).find(|(k, _)| *k == key).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_arrays_are_iterated_in_order() {
        let d = Document::parse(br#"{"a":[1,[2],{}],"b":{"c":null},"a":3}"#).ok().unwrap();
        let keys: Vec<_> = d.entries(0).map(|(k, v)| (k.to_vec(), d.node(v))).collect();
        assert_eq!(keys.len(), 3);
        assert_eq!(keys[2], (b"a".to_vec(), JsonNode::Integer(3)));
        let a = d.get(0, b"a").unwrap();
        assert_eq!(d.elements(a).count(), 3);
        let b = d.get(0, b"b").unwrap();
        assert_eq!(d.node(d.get(b, b"c").unwrap()), JsonNode::Null);
        assert_eq!(d.get(0, b"c"), None);
    }
}
