//! PCI functions of the host and the domains that have them, and what such a domain may use of the host besides.

use std::ffi::c_int;

use super::{Hypervisor, Result, sys};

/// The domain that unassigned functions belong to: DMA of such a function reaches no memory.
pub const QUARANTINE: u32 = 0x7ff1;

/// `XEN_DOMCTL_DEV_RDM_RELAXED`
const RELAXED: u32 = 1;

impl Hypervisor {
    /// Gives a function, `address` as the hypervisor encodes it, to the domain. `relaxed`: also if memory that the
    /// device has reserved is the domain's RAM. `EOPNOTSUPP` if the domain was made without an IOMMU.
    pub fn assign_device(&self, domid: u32, address: u32, relaxed: bool) -> Result<()> {
        let flags = if relaxed { RELAXED } else { 0 };
        // SAFETY: plain numbers.
        self.call("assign_device", |xch| unsafe {
            sys::xc_assign_device(xch, domid, address, flags)
        })
        .map(drop)
    }

    /// Takes a function from the domain; it goes into quarantine.
    pub fn deassign_device(&self, domid: u32, address: u32) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("deassign_device", |xch| unsafe { sys::xc_deassign_device(xch, domid, address) })
            .map(drop)
    }

    /// Whether the domain could get the function: an error says why not.
    pub fn test_assign_device(&self, domid: u32, address: u32) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("test_assign_device", |xch| unsafe {
            sys::xc_test_assign_device(xch, domid, address)
        })
        .map(drop)
    }

    /// Undoes [`Self::allow_ioports`].
    pub fn revoke_ioports(&self, domid: u32, first: u32, number: u32) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("domain_ioport_permission", |xch| unsafe {
            sys::xc_domain_ioport_permission(xch, domid, first, number, 0)
        })
        .map(drop)
    }

    /// Undoes [`Self::allow_iomem`].
    pub fn revoke_iomem(&self, domid: u32, first: u64, number: u64) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("domain_iomem_permission", |xch| unsafe {
            sys::xc_domain_iomem_permission(xch, domid, first, number, 0)
        })
        .map(drop)
    }

    /// Undoes [`Self::allow_irq`]. Both of its steps are undone, and the first failure is the result.
    pub fn revoke_irq(&self, domid: u32, irq: u32) -> Result<()> {
        let Ok(number) = c_int::try_from(irq) else { return Ok(()) };
        // SAFETY: plain numbers.
        let unmapped = self.call("physdev_unmap_pirq", |xch| unsafe {
            sys::xc_physdev_unmap_pirq(xch, domid, number)
        });
        // SAFETY: plain numbers.
        let revoked = self.call("domain_irq_permission", |xch| unsafe {
            sys::xc_domain_irq_permission(xch, domid, irq, false)
        });
        unmapped.and(revoked).map(drop)
    }
}
