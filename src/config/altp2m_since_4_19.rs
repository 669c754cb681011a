//! altp2m, alternative views of a guest's memory: since Xen 4.19 (0291089f6e) the creation of a domain says who may use
//! them, and Xen refuses every attempt to set `HVM_PARAM_ALTP2M`, also to 0.

use crate::types::idiomatic::{Altp2mMode, DomainBuildInfo, DomainBuildInfoData as Guest};
use crate::xen::hypervisor::sys;

/// The older field, which only HVM guests have, chooses the newer one's mixed mode (0cd774e8c2).
pub fn set_defaults(build: &mut DomainBuildInfo) {
    let older = matches!(&build.u, Guest::Hvm(hvm) if hvm.altp2m == Some(true));
    if older && build.altp2m == Altp2mMode::Disabled {
        build.altp2m = Altp2mMode::Mixed;
    }
}

/// The value of `HVM_PARAM_ALTP2M`: it is not set.
pub fn parameter(_: &DomainBuildInfo) -> Option<u64> {
    None
}

/// The field `altp2m_opts` of a creation, whatever the type of the guest; `None` for a mode that Xen does not have.
pub fn options(build: &DomainBuildInfo) -> Option<u32> {
    match build.altp2m {
        Altp2mMode::Disabled => Some(0),
        Altp2mMode::Mixed => Some(sys::XEN_DOMCTL_ALTP2M_mixed),
        Altp2mMode::External => Some(sys::XEN_DOMCTL_ALTP2M_external),
        Altp2mMode::Limited => Some(sys::XEN_DOMCTL_ALTP2M_limited),
        Altp2mMode::Other(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::DomainBuildInfoHvm;

    #[test]
    fn the_older_field_becomes_the_newer_one_unless_that_is_set() {
        for (newer, becomes) in [
            (Altp2mMode::Disabled, Altp2mMode::Mixed),
            (Altp2mMode::External, Altp2mMode::External),
        ] {
            let hvm = DomainBuildInfoHvm { altp2m: Some(true), ..Default::default() };
            let u = Guest::Hvm(hvm);
            let mut build = DomainBuildInfo { altp2m: newer, u, ..Default::default() };
            set_defaults(&mut build);
            assert_eq!(build.altp2m, becomes);
        }
    }

    #[test]
    fn xens_numbers_of_the_modes() {
        let options = |altp2m| options(&DomainBuildInfo { altp2m, ..Default::default() });
        let modes =
            [Altp2mMode::Disabled, Altp2mMode::Mixed, Altp2mMode::External, Altp2mMode::Limited];
        assert_eq!(modes.map(options), [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(options(Altp2mMode::Other(4)), None);
    }
}
