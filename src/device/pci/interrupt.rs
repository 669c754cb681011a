//! The interrupt of a PCI function: given to a domain, and taken back.
//!
//! A domain 0 with physical interrupts (pirqs), as every PV one, has the function's in sysfs, and Xen gives the domain the
//! interrupt of that number. The number that a PVH domain 0 has in sysfs means nothing to Xen: since Xen 4.20 that kernel is
//! asked for the GSI instead (f97f885c71).

use std::fmt;

use nix::errno::Errno;

use super::address::Address;
use super::sysfs::Host;
use crate::core::{Ctx, Result};
use crate::xen::hypervisor::{Hypervisor, HypervisorError};
use crate::{debug, warn};

/// An interrupt of the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interrupt {
    Pirq(u32),
    #[cfg(since = "4.20")]
    Gsi(u32),
}

impl fmt::Display for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pirq(irq) => write!(f, "interrupt {irq}"),
            #[cfg(since = "4.20")]
            Self::Gsi(gsi) => write!(f, "interrupt (GSI {gsi})"),
        }
    }
}

impl Interrupt {
    /// The function's legacy interrupt, for domain `domid`; `None` if it has none, or if sysfs does not say it, which is
    /// logged. `Error::Fail`, logged, if the kernel cannot say the GSI.
    pub fn of(ctx: &Ctx, host: &Host, domid: u32, address: Address) -> Result<Option<Self>> {
        #[cfg(since = "4.20")]
        if gsi::is_needed(ctx)? {
            return Ok(gsi::of(ctx, domid, address)?.map(Self::Gsi));
        }
        Ok(host.interrupt(address).map_or_else(
            |e| {
                warn!(ctx, domid = domid, "cannot read the interrupt of PCI device {address}: {e}");
                None
            },
            |irq| irq.map(Self::Pirq),
        ))
    }

    /// Gives the interrupt to the domain.
    pub fn allow(self, xen: &Hypervisor, domid: u32) -> std::result::Result<(), HypervisorError> {
        match self {
            Self::Pirq(irq) => xen.allow_irq(domid, irq),
            #[cfg(since = "4.20")]
            Self::Gsi(gsi) => xen.allow_gsi(domid, gsi),
        }
    }

    /// Undoes [`Self::allow`].
    pub fn revoke(
        self,
        ctx: &Ctx,
        domid: u32,
        hvm: bool,
    ) -> std::result::Result<(), HypervisorError> {
        match self {
            Self::Pirq(irq) => match ctx.hypervisor().revoke_irq(domid, irq) {
                // QEMU had the only mapping of the interrupt and has unmapped it.
                Err(HypervisorError { errno: Errno::EINVAL, .. }) if hvm => {
                    debug!(ctx, domid = domid, "{self} was unmapped already");
                    Ok(())
                }
                revoked => revoked,
            },
            #[cfg(since = "4.20")]
            Self::Gsi(gsi) => ctx.hypervisor().revoke_gsi(domid, gsi),
        }
    }
}

#[cfg(since = "4.20")]
mod gsi {
    use super::{Address, Ctx, Result};
    use crate::core::Error;
    use crate::error;

    /// Whether domain 0 has no physical interrupts.
    pub fn is_needed(ctx: &Ctx) -> Result<bool> {
        match ctx.hypervisor().domain(0) {
            Ok(info) => Ok(info.is_none_or(|dom0| !dom0.has_pirqs)),
            Err(e) => {
                error!(ctx, "cannot find out whether domain 0 has physical interrupts: {e}");
                Err(Error::Fail)
            }
        }
    }

    pub fn of(ctx: &Ctx, domid: u32, address: Address) -> Result<Option<u32>> {
        ctx.hypervisor().gsi_of(address.encoded()).map_err(|e| {
            error!(ctx, domid = domid, "cannot get the GSI of PCI device {address}: {e}");
            Error::Fail
        })
    }
}
