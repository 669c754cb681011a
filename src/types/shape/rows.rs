//! References between rows of the tables without pointers, by their indexes.
//!
//! [`super::derived::check`] checks every index against its table when the library is compiled, so none of the look-ups
//! here can fail.

use std::ffi::c_char;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use super::{EnumValue, Field, Part, Struct, Type, Union, UnionMember};
use crate::types::tables;

/// A type whose values are all in one array.
pub trait Row: Sized + 'static {
    /// That array.
    fn all() -> &'static [Self];
}

macro_rules! rows {
    ($($row:ty: $table:ident,)*) => {
        $(impl Row for $row {
            #[inline]
            fn all() -> &'static [Self] {
                &tables::$table
            }
        })*
    };
}

rows! {
    Type: TYPES,
    Struct: STRUCTS,
    Field: FIELDS,
    EnumValue: VALUES,
    Union: UNIONS,
    UnionMember: MEMBERS,
    Part: PARTS,
    u8: IMAGES,
}

/// A reference to one row.
pub struct One<T> {
    index: u16,
    row: PhantomData<fn() -> T>,
}

/// A reference to consecutive rows.
pub struct Run<T> {
    first: u16,
    len: u16,
    row: PhantomData<fn() -> T>,
}

/// A name, as its position in the text of all names, where a NUL follows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    at: u16,
    len: u16,
}

// If these were derived, `T` would have to implement them, too.
impl<T> Clone for One<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for One<T> {}
impl<T> Clone for Run<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Run<T> {}

/// An index as the tables store it. An index that is too large is an error when the library is compiled.
pub const fn narrow(number: usize) -> u16 {
    assert!(number <= u16::MAX as usize, "too many rows for the type of their indexes");
    number as u16
}

impl<T> One<T> {
    /// The row with this index.
    pub const fn new(index: usize) -> Self {
        Self { index: narrow(index), row: PhantomData }
    }

    pub(super) const fn index(self) -> usize {
        self.index as usize
    }
}

impl<T: Row> One<T> {
    /// The row.
    #[inline]
    pub fn get(self) -> &'static T {
        &T::all()[self.index()]
    }
}

impl<T: Row> Deref for One<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.get()
    }
}

impl<T> Run<T> {
    /// The `len` rows from `first` on.
    pub const fn new(first: usize, len: usize) -> Self {
        Self { first: narrow(first), len: narrow(len), row: PhantomData }
    }

    pub(super) const fn first(self) -> usize {
        self.first as usize
    }

    /// The index after the last row.
    pub(super) const fn end(self) -> usize {
        self.first as usize + self.len as usize
    }
}

impl<T: Row> Run<T> {
    /// The rows.
    #[inline]
    pub fn get(self) -> &'static [T] {
        &T::all()[self.first()..self.end()]
    }
}

impl<T: Row> Deref for Run<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.get()
    }
}

impl Name {
    /// The name of `len` bytes at `at` in the text.
    pub const fn new(at: usize, len: usize) -> Self {
        Self { at: narrow(at), len: narrow(len) }
    }

    /// The name as text.
    #[inline]
    pub fn get(self) -> &'static str {
        let at = usize::from(self.at);
        &tables::TEXT[at..at + usize::from(self.len)]
    }

    /// The name as bytes. This needs no check for character boundaries, since all names are ASCII.
    #[inline]
    pub fn as_bytes(self) -> &'static [u8] {
        let at = usize::from(self.at);
        &tables::TEXT.as_bytes()[at..at + usize::from(self.len)]
    }

    /// The name as a C string.
    pub fn as_ptr(self) -> *const c_char {
        self.as_bytes().as_ptr().cast()
    }

    // The lengths are compared first: most names have another length than the text, and need not be looked up.

    /// Whether the name is `text`.
    #[inline]
    pub fn is(self, text: &[u8]) -> bool {
        usize::from(self.len) == text.len() && self.as_bytes() == text
    }

    /// Whether the name is `text`, in upper or lower case.
    #[inline]
    pub fn is_in_any_case(self, text: &[u8]) -> bool {
        usize::from(self.len) == text.len() && self.as_bytes().eq_ignore_ascii_case(text)
    }

    /// Whether it is a whole entry of the text: the entry before it ends there, and the first NUL after its start is
    /// its end.
    pub(super) const fn is_entry(self) -> bool {
        let text = tables::TEXT.as_bytes();
        let (mut at, end) = (self.at as usize, self.at as usize + self.len as usize);
        if end >= text.len() || text[end] != 0 || (at > 0 && text[at - 1] != 0) {
            return false;
        }
        while at < end {
            if text[at] == 0 {
                return false;
            }
            at += 1;
        }
        true
    }
}

impl Deref for Name {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.get()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_whole_entry() {
        let start = &tables::TEXT[..9];
        assert_eq!(start, "bool\0int\0");
        assert!(Name::new(0, 4).is_entry() && Name::new(5, 3).is_entry());
        for (at, len) in [(0, 3), (1, 3), (0, 8), (0, 9), (4, 1), (5, 4), (60_000, 1)] {
            assert!(!Name::new(at, len).is_entry(), "{at}, {len}");
        }
    }
}
