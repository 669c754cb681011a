//! The public types as C lays them out: those of `idl/`, generated, and the few written by hand.

// Names are C's.
#![allow(non_camel_case_types, non_upper_case_globals)]

use std::ffi::{c_char, c_int, c_uint};

pub use super::api::*;
pub use super::builtin::*;
pub use crate::core::ctx::Ctx as libxl_ctx;
pub use crate::xen::log::xentoollog_logger;
pub use libc::{pid_t, pollfd, size_t, ssize_t, timeval};

/// yajl's generator, private to libyajl.
pub type yajl_gen = *mut std::ffi::c_void;
/// yajl's answer; 0 is good.
pub type yajl_gen_status = c_int;
/// xentoollog's level.
pub type xentoollog_level = c_int;

include!(concat!(env!("OUT_DIR"), "/types.rs"));
