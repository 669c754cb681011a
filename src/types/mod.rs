//! The public types: C layout (`sys`), idiomatic Rust, and the tables that drive init, dispose, copy and JSON.

#[allow(non_camel_case_types, non_upper_case_globals)]
mod api;
#[allow(non_camel_case_types)]
mod builtin;
pub mod cpuid;
pub mod engine;
pub mod idiomatic;
pub mod shape;
pub mod sys;
pub mod tables;
