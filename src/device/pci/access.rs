//! What a domain gets with a PCI function besides its nodes: the function's I/O ports, memory and interrupt, and the
//! function itself in the hypervisor.
//!
//! An HVM guest reaches ports and memory through its QEMU, whose rights are those of the guest.

use nix::errno::Errno;

use super::address::Address;
use super::sysfs::{Host, Resource};
use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::{DevicePci, RdmReservePolicy};
use crate::xen::hypervisor::HypervisorError;
use crate::{debug, error, warn};

/// A domain and what is asked for it.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    pub domid: u32,
    pub address: Address,
    pub hvm: bool,
}

impl Access {
    /// Assigns the function and what it decodes to the domain. If a step fails, those before it are undone; `others` are the
    /// functions that the domain has already.
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
        let Self { domid, address, hvm } = *self;
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
        match host.interrupt(address) {
            Ok(Some(irq)) => {
                xen.allow_irq(domid, irq).map_err(|e| refused("the interrupt", &e))?;
            }
            Ok(None) => {}
            Err(e) => warn!(ctx, domid = domid, "PCI device {address} has no interrupt: {e}"),
        }
        if device.permissive {
            host.permit_all(address).map_err(|e| refused("all registers", &e))?;
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

    /// Revokes what the function decodes, but for what is also of `others`, functions that the domain has besides: an interrupt
    /// that they share, a page with BARs of several. Everything is tried, and failures are logged: what the domain can still
    /// reach belongs to a function that is deassigned all the same.
    pub fn revoke_resources(&self, ctx: &Ctx, host: &Host, others: &[Address]) {
        let Self { domid, address, hvm } = *self;
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
        let interrupt = match host.interrupt(address) {
            Ok(interrupt) => interrupt,
            Err(e) => return failed("the interrupt", &e),
        };
        let is_shared =
            |irq| others.iter().any(|&&a| matches!(host.interrupt(a), Ok(Some(i)) if i == irq));
        let Some(irq) = interrupt.filter(|&irq| !is_shared(irq)) else { return };
        match xen.revoke_irq(domid, irq) {
            // QEMU had the only mapping, and has unmapped it.
            Err(HypervisorError { errno: Errno::EINVAL, .. }) if hvm => {
                debug!(ctx, domid = domid, "interrupt {irq} was unmapped already");
            }
            Err(e) => failed("the interrupt", &e),
            Ok(()) => {}
        }
    }

    /// Deassigns the function in the hypervisor, which puts it into quarantine.
    pub fn deassign(&self, ctx: &Ctx) {
        let Self { domid, address, hvm } = *self;
        match ctx.hypervisor().deassign_device(domid, address.encoded()) {
            Ok(()) => {}
            Err(e) if !hvm && e.errno == Errno::ENOSYS => {}
            Err(e) => warn!(ctx, domid = domid, "cannot deassign PCI device {address}: {e}"),
        }
    }
}

/// Brings a function into the state after power-on, as far as the kernel can. A failure is logged.
pub fn reset(ctx: &Ctx, host: &Host, domid: u32, address: Address) {
    if let Err(e) = host.reset(address) {
        match e.errno {
            Errno::ENOENT => {
                warn!(ctx, domid = domid, "PCI device {address} is not reset: the kernel cannot");
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
