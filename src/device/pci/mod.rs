//! PCI functions of the host that guests use themselves (passthrough).
//!
//! A function is made assignable first: it is unbound from its driver in dom0 and bound to another, `pciback`
//! (`assignable.rs`). It is then attached to a guest in these steps, and detached in the opposite order (`attach.rs`, `detach.rs`):
//!
//! | step | file |
//! |---|---|
//! | recorded as this domain's, unless another has it | `notes.rs` |
//! | reset | `sysfs.rs` |
//! | HVM: plugged in by QEMU | `qemu.rs` |
//! | ports, memory, interrupt, and the function itself, in the hypervisor | `access.rs` |
//! | written into the back end's nodes, and into the stored configuration | `backend.rs` |
//!
//! # What others see
//!
//! The record is made first and removed last, in transactions that also look whether the domain still exists. So no two
//! domains have one function, and whatever a killed process leaves half done is found by its record when the domain is
//! destroyed. A step that fails has those before it undone.
//!
//! Changes of a running domain hold its lock of device changes, so that they take turns with each other and with whoever
//! retrieves the configuration; libxl-json is written under the fast lock, before the nodes and in their transaction, as for
//! other devices. The C library holds neither lock while it waits for QEMU.
//!
//! Stub domains are not supported.

pub mod access;
pub mod address;
pub mod assignable;
pub mod attach;
pub mod backend;
pub mod detach;
pub mod graphics;
pub mod notes;
pub mod qemu;
pub mod sysfs;

use address::Address;

use crate::core::{Ctx, Error, Result};
use crate::domain::names;
use crate::error;
use crate::types::idiomatic::DevicePci;

/// `LIBXL_PCI_FUNC_ALL`: all functions of the device that there are.
const ALL_FUNCTIONS: u32 = u32::MAX;

/// The function that an application means by its address. `Error::Fail`, logged, if that cannot be one.
fn address_of(ctx: &Ctx, device: &DevicePci) -> Result<Address> {
    Address::of(device).ok_or_else(|| {
        let DevicePci { domain, bus, dev, func, .. } = device;
        error!(
            ctx,
            "cannot use {domain:x}:{bus:x}:{dev:x}.{func:x}: no PCI device can have this address"
        );
        Error::Fail
    })
}

/// The function that an application means by its name or its address; `device` then has the address. `Error::NotFound`
/// for a name that none has.
fn find(ctx: &Ctx, domid: u32, device: &mut DevicePci) -> Result<Address> {
    if let Some(name) = &device.name {
        let found = notes::by_name(ctx, name).inspect_err(|_| {
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

/// Refuses a domain whose device model runs in a domain of its own: both would have to get the function.
fn check_stubdom(ctx: &Ctx, domid: u32) -> Result<()> {
    if names::stubdom_of(ctx, domid).is_none() && names::stubdom_target(ctx, domid).is_none() {
        return Ok(());
    }
    error!(
        ctx,
        domid = domid,
        "cannot change PCI devices: those of a guest with a stub domain are not implemented yet"
    );
    Err(Error::NotImplemented)
}
