//! What a toolstack asks about domains and does to them.

pub mod affinity;
pub mod console;
pub mod cpupool;
pub mod death;
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

/// The first number that no domain can have: the higher ones have special meanings.
pub const FIRST_RESERVED: u32 = 0x7ff0;

/// Whether a guest can have this number: not domain 0, and not a reserved one.
pub fn valid_guest(domid: u32) -> bool {
    domid > 0 && domid < FIRST_RESERVED
}

/// Logs what the hypervisor refused to do for a domain.
fn refused(ctx: &Ctx, domid: u32, e: HypervisorError) -> Error {
    error!(ctx, domid = domid, "{e}");
    Error::Fail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_have_the_numbers_between() {
        for (domid, guest) in
            [(0, false), (1, true), (0x7fef, true), (0x7ff0, false), (0x7fff, false), (!0, false)]
        {
            assert_eq!(valid_guest(domid), guest, "{domid:#x}");
        }
    }
}
