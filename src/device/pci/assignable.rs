//! Which functions of the host guests may have: those that are bound to the driver `pciback`. While no guest has such a
//! function, the hypervisor has it in quarantine.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;

use super::address::Address;
use super::notes::{self, Note};
use super::sysfs::{Host, SysfsError, noted_driver};
use crate::core::cause::summed_up_now;
use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::{DevicePci, Text};
use crate::xen::hypervisor::QUARANTINE;
use crate::xen::log::Level;
use crate::{error, log_line, warn};

/// `INVALID_DOMID`: no domain has to do with it.
const NO_DOMID: u32 = u32::MAX;

/// The longest name of a device.
const MAX_NAME: usize = 64;

/// Makes a function assignable, under the name that `device` has. `rebind`: the driver that it is unbound from is recorded,
/// so that [`remove`] can bind it to that again.
pub fn add(ctx: &Ctx, device: &DevicePci, rebind: bool) -> Result<()> {
    let what = format!("make {} assignable", super::backend::describe(device));
    summed_up_now(ctx, NO_DOMID, what, || {
        if let Some(name) = &device.name {
            check_name(ctx, name)?;
        }
        let address = super::address_of(ctx, device)?;
        make_assignable(ctx, &Host::here(), address, device.name.as_ref(), rebind)
    })
}

/// As [`add`], for a device whose address is known and whose name is right.
pub fn make_assignable(
    ctx: &Ctx,
    host: &Host,
    address: Address,
    name: Option<&Text>,
    rebind: bool,
) -> Result<()> {
    let failed = |e: SysfsError| {
        error!(ctx, "cannot make PCI device {address} assignable: {e}");
        Error::Fail
    };
    host.find(address).map_err(failed)?;
    if is_assignable(ctx, host, address)? {
        warn!(ctx, "PCI device {address} is assignable already");
    } else {
        let driver = host.driver(address).map_err(failed)?;
        if let Some(driver) = &driver {
            host.unbind(address, driver).map_err(failed)?;
        }
        note_driver(ctx, address, driver.as_deref(), rebind)?;
        if let Err(e) = host.bind_to_pciback(address) {
            if let Some(driver) = driver
                && let Err(e) = host.bind(address, &driver)
            {
                warn!(ctx, "PCI device {address} has no driver any more: {e}");
            }
            return Err(failed(e));
        }
    }
    match name {
        Some(name) => {
            // A name is no more than a convenience.
            let _ = notes::write(ctx, Note::Name, address, name.as_bytes());
        }
        None => notes::remove(ctx, Note::Name, address),
    }
    ctx.hypervisor().assign_device(QUARANTINE, address.encoded(), true).map_err(|e| {
        error!(ctx, "cannot put PCI device {address} into quarantine: {e}");
        Error::Fail
    })
}

/// Records the driver that the function had.
fn note_driver(ctx: &Ctx, address: Address, driver: Option<&Path>, rebind: bool) -> Result<()> {
    match (rebind, driver) {
        (false, _) => notes::remove(ctx, Note::Driver, address),
        (true, Some(driver)) => {
            let path = driver.as_os_str().as_bytes();
            // A failure is logged; the function cannot be bound to that driver again then.
            let _ = notes::write(ctx, Note::Driver, address, path);
        }
        (true, None) => match notes::read(ctx, Note::Driver, address) {
            Some(before) => {
                let before = String::from_utf8_lossy(&before);
                log_line!(
                    Level::Info,
                    ctx,
                    "PCI device {address} has no driver; it had {before:.256}, to which it will be bound again"
                );
            }
            None => {
                warn!(ctx, "PCI device {address} has no driver to be bound to again");
            }
        },
    }
    Ok(())
}

/// Undoes [`add`]; the function is bound to its driver again if `rebind` is true and the driver was recorded. A device that
/// has a name is found by it, and gets its address.
pub fn remove(ctx: &Ctx, device: &mut DevicePci, rebind: bool) -> Result<()> {
    if let Some(name) = &device.name {
        // `xl` tries what it is given as a name first, and then as an address.
        notes::by_name(ctx, name)?.put_into(device);
    }
    let what = format!("make {} no longer assignable", super::backend::describe(device));
    summed_up_now(ctx, NO_DOMID, what, || {
        let address = super::address_of(ctx, device)?;
        make_unassignable(ctx, &Host::here(), address, rebind)
    })
}

fn make_unassignable(ctx: &Ctx, host: &Host, address: Address, rebind: bool) -> Result<()> {
    // Also refuses a function that a guest has.
    ctx.hypervisor().deassign_device(QUARANTINE, address.encoded()).map_err(|e| {
        error!(ctx, "cannot remove PCI device {address} from quarantine: {e}");
        Error::Fail
    })?;
    if !is_assignable(ctx, host, address)? {
        warn!(ctx, "PCI device {address} is not bound to pciback");
    } else if let Err(e) = host.unbind_from_pciback(address) {
        warn!(ctx, "PCI device {address} stays bound to pciback: {e}");
    }
    let recorded = notes::read(ctx, Note::Driver, address);
    match recorded {
        Some(note) if rebind => {
            rebind_to(ctx, host, address, &note)?;
            notes::remove(ctx, Note::Driver, address);
        }
        None if rebind => {
            warn!(ctx, "PCI device {address} has no driver now: none was recorded");
        }
        _ => {}
    }
    notes::remove(ctx, Note::Name, address);
    Ok(())
}

fn rebind_to(ctx: &Ctx, host: &Host, address: Address, note: &[u8]) -> Result<()> {
    let Some(driver) = noted_driver(note) else {
        let note = String::from_utf8_lossy(note);
        error!(ctx, "cannot bind PCI device {address}: {note:.256} is not a driver");
        return Err(Error::Nonspecific);
    };
    log_line!(Level::Info, ctx, "binding PCI device {address} to {}", driver.display());
    host.bind(address, &driver).map_err(|e| {
        error!(ctx, "cannot bind PCI device {address}: {e}");
        Error::Nonspecific
    })
}

/// Whether the function is bound to `pciback`. Errors are logged.
pub fn is_assignable(ctx: &Ctx, host: &Host, address: Address) -> Result<bool> {
    host.is_assignable(address).map_err(|e| {
        match e.errno {
            Errno::ENOENT => error!(ctx, "cannot use the driver pciback: it is not loaded"),
            _ => error!(ctx, "cannot use the driver pciback: {e}"),
        }
        Error::Fail
    })
}

/// A name of an administrator's is printable, and no longer than the C library takes.
fn check_name(ctx: &Ctx, name: &Text) -> Result<()> {
    let name = name.as_bytes();
    let why = if name.len() > MAX_NAME {
        "too long"
    } else if !name.iter().all(u8::is_ascii_graphic) {
        "only printable characters may be in it"
    } else {
        return Ok(());
    };
    error!(ctx, "cannot name a PCI device so: {why}");
    Err(Error::Fail)
}
