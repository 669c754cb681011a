//! Text as in C strings: any bytes except NUL, usually UTF-8.

use std::ffi::{CStr, CString, c_char};
use std::fmt;

use super::{CForm, allocate};

/// The bytes up to the first NUL, if there is one, as a C program reads them.
pub fn before_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|&b| b == 0).next().unwrap_or_default()
}

/// Owned text. It need not be UTF-8: a name or a path comes from the application, the value of a node from a guest.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(CString);

impl Text {
    /// The text with these bytes; `None` if they contain a NUL, which would end the C string.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        CString::new(bytes).ok().map(Self)
    }

    /// The bytes without the NUL at the end.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The text as a C string.
    pub fn as_c_str(&self) -> &CStr {
        &self.0
    }

    /// The text as a Rust string; `None` if it is not UTF-8.
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

/// Bytes that are not UTF-8 are replaced by U+FFFD.
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
        // SAFETY: the caller's contract: NULL or a terminated string.
        (!c.is_null()).then(|| Text::from(unsafe { CStr::from_ptr(*c) }))
    }

    fn to_c(&self) -> Self::C {
        let Some(text) = self else { return std::ptr::null_mut() };
        let bytes = text.0.as_bytes_with_nul();
        let memory = allocate::<u8>(bytes.len());
        // SAFETY: the memory is new and as long as the text.
        unsafe { memory.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        memory.cast()
    }
}

/// A string list. NULL in C is the empty list.
impl CForm for Vec<Text> {
    type C = *mut *mut c_char;

    unsafe fn from_c(c: &Self::C) -> Self {
        // SAFETY: NULL or a list that ends with NULL, by the caller's contract.
        unsafe { strings(*c) }.map(Text::from).collect()
    }

    fn to_c(&self) -> Self::C {
        store(self.iter().map(Some), self.len())
    }
}

/// A key-value list. In a C list that ends after a key, this key has no value.
impl CForm for Vec<(Text, Option<Text>)> {
    type C = *mut *mut c_char;

    unsafe fn from_c(c: &Self::C) -> Self {
        let mut pairs = Vec::new();
        if c.is_null() {
            return pairs;
        }
        let mut at: *const *mut c_char = *c;
        // SAFETY: the caller's contract: there are pairs up to a NULL key.
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
/// `list` is NULL or ends with NULL, and is valid as long as the items of the iterator.
unsafe fn strings<'a>(list: *mut *mut c_char) -> impl Iterator<Item = &'a CStr> {
    let mut at = list;
    std::iter::from_fn(move || {
        // SAFETY: the end was not passed.
        if at.is_null() || unsafe { *at }.is_null() {
            return None;
        }
        // SAFETY: this is a string, which another string or the end follows.
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
    let memory = allocate::<*mut c_char>(count + 1);
    for (i, text) in strings.enumerate() {
        // SAFETY: there is memory for all of them, and for the NULL at the end.
        unsafe { *memory.add(i) = text.cloned().to_c() };
    }
    memory
}
