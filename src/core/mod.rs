//! What every part of the library shares: the ctx, operations, errors, what the application is told, and small
//! things.

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
