//! altp2m, alternative views of a guest's memory: before Xen 4.19 a parameter of the built guest says who may use them.

use crate::types::idiomatic::{DomainBuildInfo, DomainBuildInfoData as Guest};

/// The older field keeps its value, which counts when the guest is built.
pub fn set_defaults(_: &mut DomainBuildInfo) {}

/// The value of `HVM_PARAM_ALTP2M`, which is set for every HVM and PVH guest.
pub fn parameter(build: &DomainBuildInfo) -> Option<u64> {
    match (i32::from(build.altp2m), &build.u) {
        // The older field, which only HVM guests have.
        (0, Guest::Hvm(hvm)) if hvm.altp2m == Some(true) => Some(1),
        (views, _) => Some(views as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::{Altp2mMode, DomainBuildInfoHvm};

    #[test]
    fn the_older_field_means_mixed_and_the_newer_one_wins() {
        let hvm = DomainBuildInfoHvm { altp2m: Some(true), ..Default::default() };
        let mut build = DomainBuildInfo { u: Guest::Hvm(hvm), ..Default::default() };
        assert_eq!(parameter(&build), Some(1));
        build.altp2m = Altp2mMode::Limited;
        assert_eq!(parameter(&build), Some(3));
    }
}
