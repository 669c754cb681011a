//! Access of a domain to host resources: I/O ports, memory of devices, interrupts.

use std::ffi::c_int;

use super::{Hypervisor, Result, sys};

impl Hypervisor {
    /// Permits the domain to use `number` I/O ports from `first` on.
    pub fn allow_ioports(&self, domid: u32, first: u32, number: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_ioport_permission", |xch| unsafe {
            sys::xc_domain_ioport_permission(xch, domid, first, number, 1)
        })
        .map(drop)
    }

    /// Maps a physical interrupt to the domain's interrupt of the same number, and permits the domain to use it.
    pub fn allow_irq(&self, domid: u32, irq: u32) -> Result<()> {
        let Ok(index) = c_int::try_from(irq) else {
            return Err(super::HypervisorError {
                errno: nix::errno::Errno::EOVERFLOW,
                what: "irq",
            });
        };
        let mut pirq = index;
        // SAFETY: `pirq` may be written to during the call.
        self.call("physdev_map_pirq", |xch| unsafe {
            sys::xc_physdev_map_pirq(xch, domid, index, &mut pirq)
        })?;
        // SAFETY: all arguments are numbers.
        self.call("domain_irq_permission", |xch| unsafe {
            sys::xc_domain_irq_permission(xch, domid, pirq as u32, true)
        })
        .map(drop)
    }

    /// Permits the domain to map `number` pages of the host from page `first` on.
    pub fn allow_iomem(&self, domid: u32, first: u64, number: u64) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_iomem_permission", |xch| unsafe {
            sys::xc_domain_iomem_permission(xch, domid, first, number, 1)
        })
        .map(drop)
    }

    /// Maps `number` pages of the host from page `first` on at the domain's page `at`. This has no effect for a PV
    /// guest, which maps them itself.
    pub fn map_iomem(&self, domid: u32, at: u64, first: u64, number: u64) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_memory_mapping", |xch| unsafe {
            sys::xc_domain_memory_mapping(xch, domid, at, first, number, 1)
        })
        .map(drop)
    }
}
