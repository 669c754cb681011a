//! What all parts of the library share: the ctx, operations, errors, reports to the application, and utilities.

pub mod ao;
pub mod bitmap;
pub mod cause;
pub mod child;
pub mod clock;
pub mod ctx;
pub mod error;
pub mod fd;
pub mod file;
pub mod generators;
pub mod name_cache;
pub mod need_asked;
pub mod number;
pub mod paths;
pub mod reports;
pub mod uuid;
pub mod watches;

pub use ao::Ao;
pub use ctx::Ctx;
pub use error::{Error, Result};
