//! The names that disk back ends have in xenstore, and what they serve.

use crate::core::paths::RUN_DIR;
use crate::types::idiomatic::DiskBackend;

/// Whether blktap's daemon, tapback, serves disks. It was gone, and came back with Xen 4.19 (6d7d8d2b3e).
pub const TAP_IS_SERVED: bool = cfg!(since = "4.19");

/// Whether an HVM guest's CD drive may have a phy back end (d9d4c5a142). An empty one has a file without content then
/// (4e41947bad): the kernel's back end does not connect without a medium.
pub const PHY_SERVES_CD_DRIVES: bool = cfg!(since = "4.19");

/// The start of the paths of such files.
const EMPTY_DRIVE: &str = "/empty-cdrom";

/// The file for the empty drives of domain `domid`.
pub fn empty_drive_path(domid: u32) -> String {
    format!("{RUN_DIR}{EMPTY_DRIVE}.{domid}")
}

/// Whether this is the path of such a file.
pub fn is_empty_drive(path: &[u8]) -> bool {
    let rest = path.strip_prefix(RUN_DIR.as_bytes());
    PHY_SERVES_CD_DRIVES && rest.is_some_and(|name| name.starts_with(EMPTY_DRIVE.as_bytes()))
}

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
