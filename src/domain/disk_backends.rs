//! The names that disk back ends have in xenstore, and whether `tap` is one.

use crate::types::idiomatic::DiskBackend;

/// Whether blktap's daemon, tapback, serves disks. It was gone, and came back with Xen 4.19 (6d7d8d2b3e).
pub const TAP_IS_SERVED: bool = cfg!(since = "4.19");

/// The text of a back end that is tapback's, in the node `type` and in paths.
pub const TAPBACK: &str = "vbd3";

/// The back end whose node `type` has this name.
pub fn named(name: &[u8]) -> Option<DiskBackend> {
    match name {
        b"phy" => Some(DiskBackend::Phy),
        b"file" => Some(DiskBackend::Tap),
        b"qdisk" => Some(DiskBackend::Qdisk),
        b"standalone" => Some(DiskBackend::Standalone),
        _ => (TAP_IS_SERVED && name == TAPBACK.as_bytes()).then_some(DiskBackend::Tap),
    }
}
