//! The paths of a domain's userdata and locks: `/var/lib/xen/userdata-<kind>.<domid>.<uuid>.<userid>`.
//!
//! The kind is `d` for data, `n` for data being written (the file is renamed to `d` when it is complete) and `l` for a
//! lock. The UUID prevents that a later domain with the same domid reads an earlier one's files.

use std::path::{Path, PathBuf};

use crate::core::paths::LIB_DIR;
use crate::core::uuid;

/// The prefix of every file name of this kind and domain.
pub fn prefix(kind: char, domid: u32, uuid: &[u8; 16]) -> String {
    format!("userdata-{kind}.{domid}.{}.", uuid::format(uuid))
}

/// The file of the lock `userid`.
pub fn lock_path(domid: u32, uuid: &[u8; 16], userid: &str) -> PathBuf {
    Path::new(LIB_DIR).join(prefix('l', domid, uuid) + userid)
}
