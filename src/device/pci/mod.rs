//! PCI passthrough.
//!
//! A function is made assignable first: it is unbound from its driver in dom0 and bound to another, `pciback`
//! (`assignable.rs`). It is then attached to a guest in these steps, and detached in the opposite order (`attach.rs`,
//! `detach.rs`):
//!
//! | step | file |
//! |---|---|
//! | the domain is recorded as its owner, unless it has one | `records.rs` |
//! | reset | `sysfs.rs` |
//! | given to the stub domain, if the guest has one | `stubdom.rs` |
//! | HVM: plugged in by QEMU | `qemu.rs` |
//! | ports, memory, interrupt, and the function itself are assigned in the hypervisor | `access.rs`, `interrupt.rs` |
//! | written into the back end's nodes, and into the stored configuration | `backend.rs` |
//!
//! # Concurrency
//!
//! The owner is recorded first and the record is removed last, in transactions that also check that the domain
//! exists. So no function is assigned to two domains, and when a process is killed during an attachment, the
//! destruction of the domain finds the function by its record. If a step fails, the steps before it are undone.
//!
//! A change of a running domain holds the domain's slow lock of device changes, which serialises it with other
//! changes and with retrieving the configuration. As for other devices, libxl-json is written under the fast lock,
//! before the nodes and within their transaction. The C library holds neither lock while it waits for QEMU.
//!
//! A change of a stub domain's own functions holds the lock of its guest.

pub mod access;
pub mod address;
pub mod assignable;
pub mod attach;
pub mod backend;
pub mod detach;
pub mod graphics;
mod interrupt;
mod pciback;
pub mod qemu;
pub mod records;
pub mod stubdom;
pub mod sysfs;

use address::Address;

use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::types::idiomatic::DevicePci;

/// `LIBXL_PCI_FUNC_ALL`: all functions of the device.
const ALL_FUNCTIONS: u32 = u32::MAX;

/// The address of the application's device. `Error::Fail`, logged, if it is out of range.
fn address_of(ctx: &Ctx, device: &DevicePci) -> Result<Address> {
    Address::of(device).ok_or_else(|| {
        let DevicePci { domain, bus, dev, func, .. } = device;
        error!(ctx, "cannot use PCI device {domain:x}:{bus:x}:{dev:x}.{func:x}: invalid address");
        Error::Fail
    })
}

/// The address of the application's device, which is looked up by its name if it has one, and then stored in `device`.
/// `Error::NotFound` if no device has this name.
fn find(ctx: &Ctx, domid: u32, device: &mut DevicePci) -> Result<Address> {
    if let Some(name) = &device.name {
        let found = records::by_name(ctx, name).inspect_err(|_| {
            error!(
                ctx,
                domid = domid,
                "cannot use {}: no device has this name",
                backend::describe(device)
            );
        })?;
        found.put_into(device);
    }
    address_of(ctx, device)
}
