//! The public types as C lays them out: those of `idl/`, generated, and the few written by hand.

// Names are C's.
#![allow(non_camel_case_types, non_upper_case_globals)]

use std::ffi::{c_char, c_int, c_uint};

pub use super::api::*;
pub use super::builtin::*;
pub use libc::{pid_t, pollfd, size_t, ssize_t, timeval};

/// A ctx, opaque to the application; `capi/entry.rs` knows what it is.
#[repr(C)]
pub struct libxl_ctx {
    _private: [u8; 0],
}

/// The application's logger; its layout is private to libxentoollog.
#[repr(C)]
pub struct xentoollog_logger {
    _private: [u8; 0],
}

/// yajl's generator, private to libyajl.
pub type yajl_gen = *mut std::ffi::c_void;
/// The status of yajl's functions; 0 is success.
pub type yajl_gen_status = c_int;
/// A log level of xentoollog.
pub type xentoollog_level = c_int;

include!(concat!(env!("OUT_DIR"), "/types.rs"));
