//! Whether an HVM guest may take interrupts as event channels (`XENFEAT_hvm_pirqs`): since Xen 4.19 (024e7131be) only one
//! whose configuration says so, since such guests are slower on hardware that posts interrupts itself.

use crate::types::idiomatic::{DomainBuildInfo, DomainBuildInfoData as Guest};

pub fn set_defaults(build: &mut DomainBuildInfo) {
    if let Guest::Hvm(hvm) = &mut build.u {
        hvm.pirq.get_or_insert(false);
    }
}

/// For a guest from a stream: one that does not say it comes from a Xen where every guest had it.
pub fn set_for_stream(build: &mut DomainBuildInfo) {
    if let Guest::Hvm(hvm) = &mut build.u {
        hvm.pirq.get_or_insert(true);
    }
}

/// Has the stored configuration say it in either case, so that the library that gets the guest sees that it was known
/// here.
pub fn keep(asked: &mut DomainBuildInfo, complete: &DomainBuildInfo) {
    if let (Guest::Hvm(asked), Guest::Hvm(complete)) = (&mut asked.u, &complete.u) {
        asked.pirq = asked.pirq.or(complete.pirq);
    }
}

/// Whether Xen offers it to the guest.
pub fn offered(build: &DomainBuildInfo) -> bool {
    matches!(&build.u, Guest::Hvm(hvm) if hvm.pirq == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hvm() -> DomainBuildInfo {
        DomainBuildInfo { u: Guest::Hvm(Default::default()), ..Default::default() }
    }

    #[test]
    fn a_new_guest_has_none_and_one_of_an_older_stream_has_them() {
        let (mut new, mut restored) = (hvm(), hvm());
        set_defaults(&mut new);
        set_for_stream(&mut restored);
        set_defaults(&mut restored);
        assert_eq!((offered(&new), offered(&restored)), (false, true));
    }

    #[test]
    fn the_stored_configuration_says_it_in_either_case() {
        let (mut asked, mut complete) = (hvm(), hvm());
        set_defaults(&mut complete);
        keep(&mut asked, &complete);
        let Guest::Hvm(stored) = asked.u else { unreachable!("it was made so") };
        assert_eq!(stored.pirq, Some(false));
    }
}
