//! The types that `idl/` takes as given: those with code of their own, and the named integers.

use std::ffi::{c_char, c_int, c_uchar};

use super::sys::libxl_event;

/// Number of a domain on this host.
pub type libxl_domid = u32;
/// Number of a device among those of its kind in one domain; -1 lets the library choose.
pub type libxl_devid = c_int;
/// An application's own value, handed back in events and never looked at.
pub type libxl_ev_user = u64;

/// A 16-byte identifier, in the order in which it is written.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct libxl_uuid {
    pub uuid: [c_uchar; 16],
}

/// An Ethernet address.
pub type libxl_mac = [u8; 6];
/// An allocated array of allocated strings, ended by NULL; NULL for none.
pub type libxl_string_list = *mut *mut c_char;
/// Like [`libxl_string_list`], keys and values taking turns.
pub type libxl_key_value_list = *mut *mut c_char;
/// The host CPU's feature words.
pub type libxl_hwcap = [u32; 8];

/// A set of small numbers: bit `n` is bit `n % 8` of byte `n / 8`.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl_bitmap {
    /// In bytes.
    pub size: u32,
    pub map: *mut u8,
}

/// What a CPUID policy list points to, known to the library alone.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl__cpu_policy {
    _private: [u8; 0],
}
/// What a guest is to see in CPUID leaves; NULL for the library's choice.
pub type libxl_cpuid_policy_list = *mut libxl__cpu_policy;

/// Yes, no, or the library's choice: 0 is that choice, above it yes, below it no.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct libxl_defbool {
    pub val: c_int,
}

/// Windows' VM generation ID.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct libxl_ms_vm_genid {
    pub bytes: [u8; 16],
}

/// One name of an enum's value, in the tables that libxl exports.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl_enum_string_table {
    pub s: *const c_char,
    pub v: c_int,
}

// SAFETY: every table is a constant whose strings are constants: no thread can change what another reads.
unsafe impl Sync for libxl_enum_string_table {}

/// The link of an event in a list (`sys/queue.h`'s tail queue).
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl_ev_link {
    pub tqe_next: *mut libxl_event,
    pub tqe_prev: *mut *mut libxl_event,
}
