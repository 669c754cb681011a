//! The types that `idl/` does not describe: those with code of their own, and integers with a name.

use std::ffi::{c_char, c_int, c_uchar};

use super::sys::libxl_event;

/// The id of a domain on this host.
pub type libxl_domid = u32;
/// The number of a device among those of its kind in one domain; -1 lets the library choose.
pub type libxl_devid = c_int;
/// A value of the application that is returned in events and not interpreted.
pub type libxl_ev_user = u64;

/// A UUID: 16 bytes, in the order of its text form.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct libxl_uuid {
    pub uuid: [c_uchar; 16],
}

/// An Ethernet address.
pub type libxl_mac = [u8; 6];
/// An allocated array of allocated strings that ends with NULL; NULL for an empty list.
pub type libxl_string_list = *mut *mut c_char;
/// As [`libxl_string_list`], with alternating keys and values.
pub type libxl_key_value_list = *mut *mut c_char;
/// The feature words of the host's CPU.
pub type libxl_hwcap = [u32; 8];

/// A bitmap: bit `n` is bit `n % 8` of byte `n / 8`.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl_bitmap {
    /// The size of the map in bytes.
    pub size: u32,
    pub map: *mut u8,
}

/// The target of a CPUID policy list, opaque to the application.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl__cpu_policy {
    _private: [u8; 0],
}
/// The CPUID leaves and MSRs that are changed for a guest; NULL for no changes.
pub type libxl_cpuid_policy_list = *mut libxl__cpu_policy;

/// True, false, or the library's default: 0 is the default, a positive value true, a negative value false.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct libxl_defbool {
    pub val: c_int,
}

/// A VM generation ID of Windows.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct libxl_ms_vm_genid {
    pub bytes: [u8; 16],
}

/// The name of an enum value, in the tables that libxl exports.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl_enum_string_table {
    pub s: *const c_char,
    pub v: c_int,
}

// SAFETY: every table is a constant, and so are its strings, so no thread can change what another reads.
unsafe impl Sync for libxl_enum_string_table {}

/// The link of an event in a list (`sys/queue.h`'s tail queue).
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl_ev_link {
    pub tqe_next: *mut libxl_event,
    pub tqe_prev: *mut *mut libxl_event,
}
