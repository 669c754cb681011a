//! Where a domain's userdata and locks are: `/var/lib/xen/userdata-<kind>.<domid>.<uuid>.<userid>`.
//!
//! The kind is `d` for data, `n` for data being written (renamed over `d` when it is whole) and `l` for a lock. The
//! uuid keeps a later domain with the same number from reading what an earlier one left behind.

use std::path::{Path, PathBuf};

use crate::core::uuid;

/// Where libxl keeps persistent files.
pub const LIB_DIR: &str = "/var/lib/xen";

/// What every file name of a kind starts with.
pub fn prefix(kind: char, domid: u32, uuid: &[u8; 16]) -> String {
    format!("userdata-{kind}.{domid}.{}.", uuid::format(uuid))
}

/// The file of the lock `userid`.
pub fn lock_path(domid: u32, uuid: &[u8; 16], userid: &str) -> PathBuf {
    Path::new(LIB_DIR).join(prefix('l', domid, uuid) + userid)
}
