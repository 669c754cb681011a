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
    /// Gives the domain the function and what it decodes. If a step fails, those before it are undone; `others` are the
    /// functions that the domain has already.
    pub fn give(
        &self,
        ctx: &Ctx,
        host: &Host,
        device: &DevicePci,
        others: &[Address],
    ) -> Result<()> {
        self.give_all(ctx, host, device).inspect_err(|_| self.take_resources(ctx, host, others))
    }

    fn give_all(&self, ctx: &Ctx, host: &Host, device: &DevicePci) -> Result<()> {
        let Self { domid, address, hvm } = *self;
        let xen = ctx.hypervisor();
        let refused = |what: &str, why: &dyn std::fmt::Display| {
            error!(ctx, domid = domid, "cannot assign {what} of PCI device {address}: {why}");
            Error::Fail
        };
        for resource in host.resources(address).map_err(|e| refused("the resources", &e))? {
            let given = match resource {
                Resource::Ports { first, number } => xen.give_ioports(domid, first, number),
                Resource::Memory { first, number } => xen.give_iomem(domid, first, number),
            };
            given.map_err(|e| refused(&describe(resource), &e))?;
        }
        match host.interrupt(address) {
            Ok(Some(irq)) => {
                xen.give_irq(domid, irq).map_err(|e| refused("the interrupt", &e))?;
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

    /// Takes what the function decodes back, but for what `others`, functions that the domain keeps, have as well: an
    /// interrupt that they share, a page in which several have a little. Everything is tried, and failures are logged: what the
    /// domain can still reach belongs to a function that the hypervisor takes from it all the same.
    pub fn take_resources(&self, ctx: &Ctx, host: &Host, others: &[Address]) {
        let Self { domid, address, hvm } = *self;
        let xen = ctx.hypervisor();
        let kept = |what: &str, why: &dyn std::fmt::Display| {
            warn!(ctx, domid = domid, "cannot take {what} of PCI device {address} back: {why}");
        };
        let others: Vec<_> = others.iter().filter(|&other| *other != address).collect();
        let shared: Vec<_> =
            others.iter().filter_map(|&&other| host.resources(other).ok()).flatten().collect();
        let own = host.resources(address).inspect_err(|e| kept("the resources", e));
        for resource in own.unwrap_or_default().iter().flat_map(|own| own.without(&shared)) {
            let taken = match resource {
                Resource::Ports { first, number } => xen.take_ioports(domid, first, number),
                Resource::Memory { first, number } => xen.take_iomem(domid, first, number),
            };
            if let Err(e) = taken {
                kept(&describe(resource), &e);
            }
        }
        let interrupt = match host.interrupt(address) {
            Ok(interrupt) => interrupt,
            Err(e) => return kept("the interrupt", &e),
        };
        let is_shared =
            |irq| others.iter().any(|&&a| matches!(host.interrupt(a), Ok(Some(i)) if i == irq));
        let Some(irq) = interrupt.filter(|&irq| !is_shared(irq)) else { return };
        match xen.take_irq(domid, irq) {
            // QEMU has given up its share of it, and there was no other.
            Err(HypervisorError { errno: Errno::EINVAL, .. }) if hvm => {
                debug!(ctx, domid = domid, "interrupt {irq} was given back already");
            }
            Err(e) => kept("the interrupt", &e),
            Ok(()) => {}
        }
    }

    /// Takes the function from the domain in the hypervisor, into quarantine.
    pub fn deassign(&self, ctx: &Ctx) {
        let Self { domid, address, hvm } = *self;
        match ctx.hypervisor().deassign_device(domid, address.encoded()) {
            Ok(()) => {}
            Err(e) if !hvm && e.errno == Errno::ENOSYS => {}
            Err(e) => warn!(ctx, domid = domid, "cannot take PCI device {address} back: {e}"),
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
