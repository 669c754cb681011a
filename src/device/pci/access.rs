//! Assigning a PCI function in the hypervisor: its I/O ports, memory and interrupt, and the function itself.
//!
//! Ports and memory of an HVM guest's function are mapped by its QEMU, which needs the guest's permissions for that. A
//! QEMU in a stub domain also needs that domain's own.

use nix::errno::Errno;

use super::address::Address;
use super::interrupt::Interrupt;
use super::sysfs::{Host, Resource};
use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::{DevicePci, RdmReservePolicy};
use crate::{error, warn};

/// A function and the domain that it is assigned to.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    pub domid: u32,
    pub address: Address,
    pub hvm: bool,
    /// The domain is a stub domain: it gets the resources, while the function itself, which writes to the memory of
    /// one domain only, is assigned to the guest.
    pub stubdom: bool,
}

impl Access {
    /// Assigns the function and its resources to the domain. If a step fails, the steps before it are undone;
    /// `others` are the functions that the domain has already.
    pub fn assign(
        &self,
        ctx: &Ctx,
        host: &Host,
        device: &DevicePci,
        others: &[Address],
    ) -> Result<()> {
        self.assign_all(ctx, host, device).inspect_err(|_| self.revoke_resources(ctx, host, others))
    }

    fn assign_all(&self, ctx: &Ctx, host: &Host, device: &DevicePci) -> Result<()> {
        let Self { domid, address, hvm, stubdom } = *self;
        let xen = ctx.hypervisor();
        let refused = |what: &str, why: &dyn std::fmt::Display| {
            error!(ctx, domid = domid, "cannot assign {what} of PCI device {address}: {why}");
            Error::Fail
        };
        for resource in host.resources(address).map_err(|e| refused("the resources", &e))? {
            let allowed = match resource {
                Resource::Ports { first, number } => xen.allow_ioports(domid, first, number),
                Resource::Memory { first, number } => xen.allow_iomem(domid, first, number),
            };
            allowed.map_err(|e| refused(&describe(resource), &e))?;
        }
        if let Some(interrupt) = Interrupt::of(ctx, host, domid, address)? {
            interrupt.allow(xen, domid).map_err(|e| refused("the interrupt", &e))?;
        }
        if device.permissive {
            host.set_permissive(address).map_err(|e| refused("all registers", &e))?;
        }
        if stubdom {
            return Ok(());
        }
        let relaxed = match device.rdm_policy {
            RdmReservePolicy::Strict => false,
            RdmReservePolicy::Relaxed => true,
            policy => return Err(refused("reserved memory", &format_args!("policy {policy:?}"))),
        };
        match xen.assign_device(domid, address.encoded(), relaxed) {
            // A Xen without IOMMU support.
            Err(e) if !hvm && e.errno == Errno::ENOSYS => Ok(()),
            assigned => assigned.map_err(|e| {
                error!(ctx, domid = domid, "cannot assign PCI device {address}: {e}");
                Error::Fail
            }),
        }
    }

    /// Revokes the resources of the function, except those that it shares with `others`, the domain's other
    /// functions: an interrupt, or a page with BARs of several functions. Continues after failures, which are logged:
    /// the function itself is deassigned in any case.
    pub fn revoke_resources(&self, ctx: &Ctx, host: &Host, others: &[Address]) {
        let Self { domid, address, hvm, .. } = *self;
        let xen = ctx.hypervisor();
        let failed = |what: &str, why: &dyn std::fmt::Display| {
            warn!(ctx, domid = domid, "cannot revoke {what} of PCI device {address}: {why}");
        };
        let others: Vec<_> = others.iter().filter(|&other| *other != address).collect();
        let shared: Vec<_> =
            others.iter().filter_map(|&&other| host.resources(other).ok()).flatten().collect();
        let own = host.resources(address).inspect_err(|e| failed("the resources", e));
        for resource in own.unwrap_or_default().iter().flat_map(|own| own.without(&shared)) {
            let revoked = match resource {
                Resource::Ports { first, number } => xen.revoke_ioports(domid, first, number),
                Resource::Memory { first, number } => xen.revoke_iomem(domid, first, number),
            };
            if let Err(e) = revoked {
                failed(&describe(resource), &e);
            }
        }
        let interrupt_of = |address| Interrupt::of(ctx, host, domid, address).ok().flatten();
        let Some(interrupt) = interrupt_of(address) else { return };
        if !others.iter().any(|&&other| interrupt_of(other) == Some(interrupt))
            && let Err(e) = interrupt.revoke(ctx, domid, hvm)
        {
            failed("the interrupt", &e);
        }
    }

    /// Deassigns the function in the hypervisor, which puts it into quarantine. Does nothing for a stub domain.
    pub fn deassign(&self, ctx: &Ctx) {
        let Self { domid, address, hvm, stubdom } = *self;
        if stubdom {
            return;
        }
        match ctx.hypervisor().deassign_device(domid, address.encoded()) {
            Ok(()) => {}
            Err(e) if !hvm && e.errno == Errno::ENOSYS => {}
            Err(e) => warn!(ctx, domid = domid, "cannot deassign PCI device {address}: {e}"),
        }
    }
}

/// Resets a function, if the kernel supports it. A failure is logged.
pub fn reset(ctx: &Ctx, host: &Host, domid: u32, address: Address) {
    if let Err(e) = host.reset(address) {
        match e.errno {
            Errno::ENOENT => {
                warn!(
                    ctx,
                    domid = domid,
                    "cannot reset PCI device {address}: the kernel has no reset method for it"
                );
            }
            _ => warn!(ctx, domid = domid, "cannot reset PCI device {address}: {e}"),
        }
    }
}

fn describe(resource: Resource) -> String {
    match resource {
        Resource::Ports { first, number } => format!("{number} I/O ports from {first:#x} on"),
        Resource::Memory { first, number } => format!("{number} pages from {first:#x} on"),
    }
}
