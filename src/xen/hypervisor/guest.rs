//! Interfaces to a guest's kernel: how it receives events, and signals to it.

use super::{Hypervisor, Result, sys};

/// Signals that Xen delivers to a guest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Trigger {
    Nmi = 0,
    Reset = 1,
    Init = 2,
    Power = 3,
    Sleep = 4,
}

impl Hypervisor {
    /// The value of `HVM_PARAM_CALLBACK_IRQ`, how events are delivered to an HVM guest's kernel: 0 if it has no PV
    /// drivers.
    pub fn callback_irq(&self, domid: u32) -> Result<u64> {
        const CALLBACK_IRQ: u32 = 0;
        self.hvm_param(domid, CALLBACK_IRQ)
    }

    /// Sends `trigger` to a vcpu.
    pub fn send_trigger(&self, domid: u32, trigger: Trigger, vcpu: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_send_trigger", |xch| unsafe {
            sys::xc_domain_send_trigger(xch, domid, trigger as u32, vcpu)
        })
        .map(drop)
    }
}
