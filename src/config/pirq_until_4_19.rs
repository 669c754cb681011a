//! Whether an HVM guest may take interrupts as event channels (`XENFEAT_hvm_pirqs`): before Xen 4.19 every one may.

use crate::types::idiomatic::DomainBuildInfo;

/// There is nothing to choose.
pub fn set_defaults(_: &mut DomainBuildInfo) {}

/// There is nothing to choose.
pub fn set_for_stream(_: &mut DomainBuildInfo) {}

/// There is nothing to store.
pub fn keep(_: &mut DomainBuildInfo, _: &DomainBuildInfo) {}

/// Whether Xen offers it to the guest.
pub fn offered(_: &DomainBuildInfo) -> bool {
    true
}
