//! PCI functions of the host and their assignment to domains, and revoking a domain's access to other host resources.

use std::ffi::c_int;

use super::{Hypervisor, Result, sys};

/// The domain to which functions in quarantine are assigned: their DMA reaches no memory.
pub const QUARANTINE: u32 = 0x7ff1;

/// `XEN_DOMCTL_DEV_RDM_RELAXED`
const RELAXED: u32 = 1;

impl Hypervisor {
    /// Assigns a function, `address` as the hypervisor encodes it, to the domain. With `relaxed` also if a memory
    /// region that the device has reserved overlaps the domain's RAM. `EOPNOTSUPP` if the domain was created without an
    /// IOMMU.
    pub fn assign_device(&self, domid: u32, address: u32, relaxed: bool) -> Result<()> {
        let flags = if relaxed { RELAXED } else { 0 };
        // SAFETY: all arguments are numbers.
        self.call("assign_device", |xch| unsafe {
            sys::xc_assign_device(xch, domid, address, flags)
        })
        .map(drop)
    }

    /// Deassigns a function from the domain; the hypervisor puts it into quarantine.
    pub fn deassign_device(&self, domid: u32, address: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("deassign_device", |xch| unsafe { sys::xc_deassign_device(xch, domid, address) })
            .map(drop)
    }

    /// Checks whether the function can be assigned to the domain; the error is the reason why not.
    pub fn test_assign_device(&self, domid: u32, address: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("test_assign_device", |xch| unsafe {
            sys::xc_test_assign_device(xch, domid, address)
        })
        .map(drop)
    }

    /// Undoes [`Self::allow_ioports`].
    pub fn revoke_ioports(&self, domid: u32, first: u32, number: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_ioport_permission", |xch| unsafe {
            sys::xc_domain_ioport_permission(xch, domid, first, number, 0)
        })
        .map(drop)
    }

    /// Undoes [`Self::allow_iomem`].
    pub fn revoke_iomem(&self, domid: u32, first: u64, number: u64) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_iomem_permission", |xch| unsafe {
            sys::xc_domain_iomem_permission(xch, domid, first, number, 0)
        })
        .map(drop)
    }

    /// Undoes [`Self::allow_irq`]. Both of its steps are undone, and the first failure is returned.
    pub fn revoke_irq(&self, domid: u32, irq: u32) -> Result<()> {
        let Ok(number) = c_int::try_from(irq) else { return Ok(()) };
        // SAFETY: all arguments are numbers.
        let unmapped = self.call("physdev_unmap_pirq", |xch| unsafe {
            sys::xc_physdev_unmap_pirq(xch, domid, number)
        });
        // SAFETY: all arguments are numbers.
        let revoked = self.call("domain_irq_permission", |xch| unsafe {
            sys::xc_domain_irq_permission(xch, domid, irq, false)
        });
        unmapped.and(revoked).map(drop)
    }
}
