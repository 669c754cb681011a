//! Text as C has it: any bytes but NUL, most often UTF-8.

use std::ffi::{CStr, CString, c_char};
use std::fmt;

use super::{CForm, allocate};

/// The part of `bytes` that a C program sees: up to the first NUL, if there is one.
pub fn before_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|&b| b == 0).next().unwrap_or_default()
}

/// Owned text. Nothing promises that it is UTF-8: a name or a path comes from the application, a
/// xenstore value from a guest.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(CString);

impl Text {
    /// `None` if there is a NUL in it, which C could not tell from its end.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        CString::new(bytes).ok().map(Self)
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    pub fn as_c_str(&self) -> &CStr {
        &self.0
    }

    /// `None` if it is not UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        self.0.to_str().ok()
    }
}

impl From<&CStr> for Text {
    fn from(text: &CStr) -> Self {
        Self(text.to_owned())
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

/// What is not UTF-8 becomes U+FFFD.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string_lossy())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl CForm for Option<Text> {
    type C = *mut c_char;

    unsafe fn from_c(c: &Self::C) -> Self {
        // SAFETY: the caller's contract: NULL or a string with its end.
        (!c.is_null()).then(|| Text::from(unsafe { CStr::from_ptr(*c) }))
    }

    fn to_c(&self) -> Self::C {
        let Some(text) = self else { return std::ptr::null_mut() };
        let bytes = text.0.as_bytes_with_nul();
        let room = allocate::<u8>(bytes.len());
        // SAFETY: the room is fresh and as long as the text.
        unsafe { room.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        room.cast()
    }
}

/// A string list. C's NULL is the empty one.
impl CForm for Vec<Text> {
    type C = *mut *mut c_char;

    unsafe fn from_c(c: &Self::C) -> Self {
        // SAFETY: NULL or a list that ends with NULL, says the caller.
        unsafe { strings(*c) }.map(Text::from).collect()
    }

    fn to_c(&self) -> Self::C {
        store(self.iter().map(Some), self.len())
    }
}

/// A key and value list. A list of C's that ends after a key, has no value there.
impl CForm for Vec<(Text, Option<Text>)> {
    type C = *mut *mut c_char;

    unsafe fn from_c(c: &Self::C) -> Self {
        let mut pairs = Vec::new();
        if c.is_null() {
            return pairs;
        }
        let mut at: *const *mut c_char = *c;
        // SAFETY: the caller's contract: pairs up to a key that is NULL.
        while let Some(key) = unsafe { Option::<Text>::from_c(&*at) } {
            // SAFETY: a value, or NULL, follows every key; and another key, or NULL, follows that.
            unsafe {
                pairs.push((key, CForm::from_c(&*at.add(1))));
                at = at.add(2);
            }
        }
        pairs
    }

    fn to_c(&self) -> Self::C {
        let strings = self.iter().flat_map(|(key, value)| [Some(key), value.as_ref()]);
        store(strings, 2 * self.len())
    }
}

/// # Safety
/// `list` is NULL or ended by NULL, and lives as long as what is made from it.
unsafe fn strings<'a>(list: *mut *mut c_char) -> impl Iterator<Item = &'a CStr> {
    let mut at = list;
    std::iter::from_fn(move || {
        // SAFETY: the end has not been passed.
        if at.is_null() || unsafe { *at }.is_null() {
            return None;
        }
        // SAFETY: a string, and after it another, or the end.
        unsafe {
            let text = CStr::from_ptr(*at);
            at = at.add(1);
            Some(text)
        }
    })
}

fn store<'a>(strings: impl Iterator<Item = Option<&'a Text>>, count: usize) -> *mut *mut c_char {
    if count == 0 {
        return std::ptr::null_mut();
    }
    let room = allocate::<*mut c_char>(count + 1);
    for (i, text) in strings.enumerate() {
        // SAFETY: there is room for all, and for the end.
        unsafe { *room.add(i) = text.cloned().to_c() };
    }
    room
}
