//! Colours of caches (748bd725fb), which Xen has on Arm only.

use crate::core::{Error, Result};
use crate::error;
use crate::types::idiomatic::DomainBuildInfo;
use crate::xen::log::Log;

/// Refuses what Xen for x86 refuses as well, when the domain is created. A guest without colours costs no hypercall, as
/// in the C library since 4.21 (576fca515e).
pub fn refuse(log: &Log, build: &DomainBuildInfo) -> Result<()> {
    if build.llc_colors.is_empty() {
        return Ok(());
    }
    error!(log, "cannot set LLC colors: this Xen has no support for them");
    Err(Error::Fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_with_colours_is_refused() {
        let answer = |llc_colors: Vec<u32>| {
            refuse(&Log::none(), &DomainBuildInfo { llc_colors, ..DomainBuildInfo::default() })
        };
        assert_eq!((answer(vec![]), answer(vec![0])), (Ok(()), Err(Error::Fail)));
    }
}
