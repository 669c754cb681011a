//! The public types: C layout (`sys`), idiomatic Rust, and the tables that drive init, dispose, copy and JSON.

pub mod cpuid;
pub mod shape;
pub mod sys;
