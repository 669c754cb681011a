//! Operations on single domains: identity, names, kind, userdata, nodes, memory and scheduling.

pub mod affinity;
pub mod console;
pub mod cpupool;
pub mod death;
pub mod disk_backends;
pub mod history;
pub mod hypercall_child;
pub mod identity;
pub mod kind;
pub mod memory;
pub mod names;
pub mod nodes;
pub mod psr;
pub mod rename;
pub mod sched;
pub mod userdata;
pub mod vdev;

use crate::core::{Ctx, Error};
use crate::error;
use crate::xen::hypervisor::HypervisorError;

/// The first domid that no domain can have: it and higher ones have special meanings.
pub const FIRST_RESERVED: u32 = 0x7ff0;

/// Whether a guest can have this domid, that is, neither domain 0 nor a reserved one.
pub fn valid_guest(domid: u32) -> bool {
    domid > 0 && domid < FIRST_RESERVED
}

/// Logs that the hypervisor has rejected a request for a domain.
fn refused(ctx: &Ctx, domid: u32, e: HypervisorError) -> Error {
    error!(ctx, domid = domid, "{e}");
    Error::Fail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_have_domids_between_0_and_the_reserved_ones() {
        for (domid, guest) in
            [(0, false), (1, true), (0x7fef, true), (0x7ff0, false), (0x7fff, false), (!0, false)]
        {
            assert_eq!(valid_guest(domid), guest, "{domid:#x}");
        }
    }
}
