//! Access to resources of the host: I/O ports, interrupts, device memory.

use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::DomainBuildInfo;
use crate::xen::hypervisor::HypervisorError;
use crate::{debug, error};

/// Gives the domain access to the resources in its configuration. `Error::Fail`, logged, if the hypervisor refuses one.
pub fn assign(ctx: &Ctx, domid: u32, build: &DomainBuildInfo) -> Result<()> {
    let xen = ctx.hypervisor();
    let refused = |what: std::fmt::Arguments<'_>, e: HypervisorError| {
        error!(ctx, domid = domid, "cannot assign {what}: {e}");
        Error::Fail
    };
    for ports in &build.ioports {
        let last = ports.first.wrapping_add(ports.number).wrapping_sub(1);
        debug!(ctx, domid = domid, "assigning I/O ports {:x}-{last:x}", ports.first);
        xen.allow_ioports(domid, ports.first, ports.number)
            .map_err(|e| refused(format_args!("I/O ports {:x}-{last:x}", ports.first), e))?;
    }
    for &irq in &build.irqs {
        debug!(ctx, domid = domid, "assigning interrupt {irq}");
        xen.allow_irq(domid, irq).map_err(|e| refused(format_args!("interrupt {irq}"), e))?;
    }
    for memory in &build.iomem {
        let (first, number) = (memory.start, memory.number);
        let last = first.wrapping_add(number).wrapping_sub(1);
        debug!(ctx, domid = domid, "assigning the host's pages {first:x}-{last:x}");
        xen.allow_iomem(domid, first, number)
            .and_then(|()| xen.map_iomem(domid, memory.gfn, first, number))
            .map_err(|e| refused(format_args!("the host's pages {first:x}-{last:x}"), e))?;
    }
    Ok(())
}
