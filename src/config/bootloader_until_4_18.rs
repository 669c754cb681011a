//! Whether a bootloader must drop its privileges, and as which user it runs then: before Xen 4.18 the toolstack's
//! environment says so when the bootloader is started.

use std::env;
use std::ffi::OsString;

use crate::types::idiomatic::DomainBuildInfo;

/// There is nothing to choose.
pub fn set_defaults(_: &mut DomainBuildInfo) {}

/// `None` if it keeps its privileges, otherwise the user that it must run as, if one is named.
pub fn restricted(_: &DomainBuildInfo) -> Option<Option<OsString>> {
    let user = env::var_os("LIBXL_BOOTLOADER_USER");
    let is_wanted = user.is_some() || env::var_os("LIBXL_BOOTLOADER_RESTRICT").is_some();
    is_wanted.then_some(user)
}
