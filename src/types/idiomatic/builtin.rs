//! The idiomatic forms of the types that have code of their own.

use std::fmt;

use super::{CForm, Policy, allocate};
use crate::types::sys;

/// A UUID: 16 bytes, in the order of its text form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// Whether all bytes are zero, which means no UUID.
    pub fn is_nil(&self) -> bool {
        self.0 == [0; 16]
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            let dash = if [4, 6, 8, 10].contains(&i) { "-" } else { "" };
            write!(f, "{dash}{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl CForm for Uuid {
    type C = sys::libxl_uuid;
    unsafe fn from_c(c: &Self::C) -> Self {
        Self(c.uuid)
    }
    fn to_c(&self) -> Self::C {
        sys::libxl_uuid { uuid: self.0 }
    }
}

/// An Ethernet address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Mac(pub [u8; 6]);

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl CForm for Mac {
    type C = sys::libxl_mac;
    unsafe fn from_c(c: &Self::C) -> Self {
        Self(*c)
    }
    fn to_c(&self) -> Self::C {
        self.0
    }
}

/// `libxl_defbool`: true, false, or the library's default (`None`).
impl CForm for Option<bool> {
    type C = sys::libxl_defbool;
    unsafe fn from_c(c: &Self::C) -> Self {
        (c.val != 0).then_some(c.val > 0)
    }
    fn to_c(&self) -> Self::C {
        let val = match self {
            None => 0,
            Some(true) => 1,
            Some(false) => -1,
        };
        sys::libxl_defbool { val }
    }
}

/// A bitmap: bit `n` is bit `n % 8` of byte `n / 8`.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Bitmap {
    /// The bytes, the lowest bits first.
    pub bytes: Vec<u8>,
}

impl Bitmap {
    /// Whether `bit` is set; false for bits outside the bitmap.
    pub fn contains(&self, bit: usize) -> bool {
        self.bytes.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 != 0)
    }

    /// The numbers of the bits that are set, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.bytes.len() * 8).filter(|bit| self.contains(*bit))
    }
}

impl CForm for Bitmap {
    type C = sys::libxl_bitmap;

    unsafe fn from_c(c: &Self::C) -> Self {
        if c.map.is_null() {
            return Self::default();
        }
        // SAFETY: the caller's contract: a map that is not NULL has `size` bytes.
        let bytes = unsafe { std::slice::from_raw_parts(c.map, c.size as usize) };
        Self { bytes: bytes.to_vec() }
    }

    fn to_c(&self) -> Self::C {
        let size = u32::try_from(self.bytes.len()).expect("bitmaps of the public types are small");
        let map = allocate::<u8>(self.bytes.len());
        if !map.is_null() {
            // SAFETY: the memory is new and as long as the bitmap.
            unsafe { map.copy_from_nonoverlapping(self.bytes.as_ptr(), self.bytes.len()) };
        }
        sys::libxl_bitmap { size, map }
    }
}

/// The feature words of the host's CPU.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Hwcap(pub [u32; 8]);

impl CForm for Hwcap {
    type C = sys::libxl_hwcap;
    unsafe fn from_c(c: &Self::C) -> Self {
        Self(*c)
    }
    fn to_c(&self) -> Self::C {
        self.0
    }
}

/// A VM generation ID of Windows; all bytes are zero for none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct MsVmGenid(pub [u8; 16]);

impl CForm for MsVmGenid {
    type C = sys::libxl_ms_vm_genid;
    unsafe fn from_c(c: &Self::C) -> Self {
        Self(c.bytes)
    }
    fn to_c(&self) -> Self::C {
        sys::libxl_ms_vm_genid { bytes: self.0 }
    }
}

/// In C, a policy without changes is NULL.
impl CForm for Policy {
    type C = sys::libxl_cpuid_policy_list;

    unsafe fn from_c(c: &Self::C) -> Self {
        // SAFETY: the caller's contract: NULL, or a policy from this library.
        unsafe { Policy::from_c(*c) }.cloned().unwrap_or_default()
    }

    fn to_c(&self) -> Self::C {
        if self.is_empty() { std::ptr::null_mut() } else { self.clone().into_c() }
    }
}
