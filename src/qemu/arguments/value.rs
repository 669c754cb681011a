//! The value of one option: parts that are separated by commas.
//!
//! A comma in a part is not doubled, as QEMU's syntax for a literal comma requires: libxl never did that, and
//! configurations make use of it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::types::idiomatic::{Mac, Text};

/// Parts separated by commas.
#[derive(Default)]
pub struct Value(Vec<u8>);

impl Value {
    /// A value whose first part is `part`.
    pub fn of(part: impl Part) -> Self {
        Self::default().and(part)
    }

    #[must_use]
    pub fn and(mut self, part: impl Part) -> Self {
        if !self.0.is_empty() {
            self.0.push(b',');
        }
        part.put(&mut self.0);
        self
    }

    /// `key=value`
    #[must_use]
    pub fn with(self, key: &str, value: impl Part) -> Self {
        let mut pair = self.and(key);
        pair.0.push(b'=');
        value.put(&mut pair.0);
        pair
    }
}

impl AsRef<OsStr> for Value {
    fn as_ref(&self) -> &OsStr {
        OsStr::from_bytes(&self.0)
    }
}

/// A type that can be written to a value.
pub trait Part {
    fn put(&self, to: &mut Vec<u8>);
}

impl Part for str {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend(self.bytes());
    }
}

impl Part for [u8] {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend(self);
    }
}

impl Part for OsStr {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend(self.as_bytes());
    }
}

impl Part for OsString {
    fn put(&self, to: &mut Vec<u8>) {
        self.as_os_str().put(to);
    }
}

impl Part for Text {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend(self.as_bytes());
    }
}

/// `None` is written as C's printf writes a NULL string.
impl Part for Option<Text> {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend(self.as_ref().map_or(&b"(null)"[..], Text::as_bytes));
    }
}

impl Part for Value {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend(&self.0);
    }
}

impl<T: Part + ?Sized> Part for &T {
    fn put(&self, to: &mut Vec<u8>) {
        (**self).put(to);
    }
}

macro_rules! as_shown {
    ($($ty:ty),*) => { $(impl Part for $ty {
        fn put(&self, to: &mut Vec<u8>) {
            self.to_string().as_str().put(to);
        }
    })* };
}
as_shown!(String, Mac, i32, u32, u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let text = Text::new(*b"a,\xff");
        let value = Value::of("x")
            .with("n", -3)
            .with("t", &text)
            .with("o", None::<Text>)
            .with("m", Mac([0, 22, 62, 0, 0, 171]))
            .and("end");
        let wanted = b"x,n=-3,t=a,\xff,o=(null),m=00:16:3e:00:00:ab,end";
        assert_eq!(value.as_ref(), OsStr::from_bytes(wanted));
        assert_eq!(Value::default().with("a", "").as_ref(), OsStr::new("a="));
    }
}
