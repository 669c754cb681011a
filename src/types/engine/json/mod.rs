//! Reads JSON text into a flat list of nodes that borrow from it.
//!
//! Accepts exactly what yajl 2.1 accepts as libxl sets it up. A crate would not do: what follows the
//! first value is not looked at, vertical tab and form feed are white space, UTF-8 is checked for its
//! form only (overlong and surrogate sequences pass), half a surrogate pair becomes `?` or stays as
//! three bytes, a string ends at its first `\u0000`, and an integer with an exponent counts as what
//! stands before the `e`. Configurations stored by other versions must go on being read as they were.
//!
//! There is no recursion. Of what is nested deeper than [`parser::KEPT_DEPTH`], where no type can look, only
//! the form is checked, at one bit a level: 10 MB of `[` cost little more than a megabyte.

mod parser;
mod strings;

use parser::Parser;

/// One value, or the key of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JsonNode {
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
    nodes: Vec<JsonNode>,
}

impl<'a> Document<'a> {
    /// Parses the first value of `text`.
    pub fn parse(text: &'a [u8]) -> Result<Self, Malformed> {
        if u32::try_from(text.len()).is_err() {
            return Err(Malformed { at: 0, why: "longer than 4 GiB" });
        }
        let mut parser = Parser::new(text);
        parser.value()?;
        Ok(Self { text, decoded: parser.decoded, nodes: parser.nodes })
    }

    /// The node at an index that a map, an array or [`Document::after`] gave.
    pub fn node(&self, index: u32) -> JsonNode {
        self.nodes[index as usize]
    }

    /// The index behind the value at `index`.
    pub fn after(&self, index: u32) -> u32 {
        match self.node(index) {
            JsonNode::Map { end, .. } | JsonNode::Array { end, .. } => end,
            _ => index + 1,
        }
    }

    /// The bytes of a string, without a NUL among them.
    pub fn string(&self, node: JsonNode) -> Option<&[u8]> {
        let (from, at, len) = match node {
            JsonNode::Plain { at, len } => (self.text, at, len),
            JsonNode::Decoded { at, len } => (&self.decoded[..], at, len),
            _ => return None,
        };
        Some(&from[at as usize..at as usize + len as usize])
    }

    /// The keys of a map, each with the index of its value, in the text's order; none for what is
    /// not a map.
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

    /// The indices of an array's values; none for what is not an array.
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

    /// The value of the first entry with that key.
    pub fn get(&self, index: u32, key: &[u8]) -> Option<u32> {
        self.entries(index).find(|(k, _)| *k == key).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_arrays_are_walked_in_order() {
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
