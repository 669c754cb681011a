//! What every part of the library shares: the ctx and the errors.

pub mod ctx;
pub mod error;

pub use ctx::Ctx;
pub use error::{Error, Result};
