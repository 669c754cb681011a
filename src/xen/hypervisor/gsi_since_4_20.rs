//! Interrupts of PCI functions where domain 0 has no physical interrupts, since Xen 4.20 (f97f885c71, f2ddbeb9dd): their
//! GSIs, which such a domain 0 asks its kernel for.

use nix::errno::Errno;

use super::{Hypervisor, Result, sys};

/// What `xc_domain_gsi_permission` is asked for.
const GRANT: u32 = 1;
const REVOKE: u32 = 0;

impl Hypervisor {
    /// The GSI of a function, `address` as the hypervisor encodes it; `None` if it has no interrupt. `ENOTTY` if the kernel
    /// cannot say it.
    pub fn gsi_of(&self, address: u32) -> Result<Option<u32>> {
        // SAFETY: all arguments are numbers.
        let gsi =
            self.call("pcidev_get_gsi", |xch| unsafe { sys::xc_pcidev_get_gsi(xch, address) });
        match gsi {
            Err(e) if e.errno == Errno::ENOENT => Ok(None),
            gsi => gsi.map(Some),
        }
    }

    /// Maps a GSI to an interrupt of the domain, and permits the domain to use it.
    pub fn allow_gsi(&self, domid: u32, gsi: u32) -> Result<()> {
        self.map_gsi(domid, gsi)?;
        self.permit_gsi(domid, gsi, GRANT)
    }

    /// Undoes [`Self::allow_gsi`]. Both of its steps are undone, and the first failure is returned.
    pub fn revoke_gsi(&self, domid: u32, gsi: u32) -> Result<()> {
        // The domain's number of a GSI that is mapped already is what mapping it again returns.
        let unmapped = self.map_gsi(domid, gsi).and_then(|pirq| {
            // SAFETY: all arguments are numbers.
            self.call("physdev_unmap_pirq", |xch| unsafe {
                sys::xc_physdev_unmap_pirq(xch, domid, pirq)
            })
        });
        unmapped.and(self.permit_gsi(domid, gsi, REVOKE))
    }

    /// The domain's number of the interrupt.
    fn map_gsi(&self, domid: u32, gsi: u32) -> Result<i32> {
        // Xen chooses it.
        let mut pirq = -1;
        // SAFETY: `pirq` may be written to during the call.
        self.call("physdev_map_pirq_gsi", |xch| unsafe {
            sys::xc_physdev_map_pirq_gsi(xch, domid, gsi as i32, &mut pirq)
        })?;
        Ok(pirq)
    }

    fn permit_gsi(&self, domid: u32, gsi: u32, flags: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_gsi_permission", |xch| unsafe {
            sys::xc_domain_gsi_permission(xch, domid, gsi, flags)
        })
        .map(drop)
    }
}
