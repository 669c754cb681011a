//! Colours of caches (748bd725fb), which Xen has on Arm only.

use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::types::idiomatic::DomainBuildInfo;

/// Refuses what Xen for x86 refuses as well, when the domain is created. A guest without colours costs no hypercall, as
/// in the C library since 4.21 (576fca515e).
pub fn refuse(ctx: &Ctx, build: &DomainBuildInfo) -> Result<()> {
    if build.llc_colors.is_empty() {
        return Ok(());
    }
    error!(ctx, "cannot set LLC colors: this Xen has no support for them");
    Err(Error::Fail)
}
