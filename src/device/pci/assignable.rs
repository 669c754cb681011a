//! Which functions of the host guests may have: those that the driver `pciback` keeps for them. While no guest has such a
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

/// Has a function kept for guests, under the name that `device` has. `rebind`: the driver that it is taken from is noted
/// down, so that [`remove`] can give it back.
pub fn add(ctx: &Ctx, device: &DevicePci, rebind: bool) -> Result<()> {
    let what = format!("make {} assignable", super::backend::describe(device));
    summed_up_now(ctx, NO_DOMID, what, || {
        if let Some(name) = &device.name {
            check_name(ctx, name)?;
        }
        let address = super::address_of(ctx, device)?;
        keep(ctx, &Host::here(), address, device.name.as_ref(), rebind)
    })
}

/// As [`add`], for a device whose address is known and whose name is right.
pub fn keep(
    ctx: &Ctx,
    host: &Host,
    address: Address,
    name: Option<&Text>,
    rebind: bool,
) -> Result<()> {
    let failed = |e: SysfsError| {
        error!(ctx, "cannot keep PCI device {address} for guests: {e}");
        Error::Fail
    };
    host.find(address).map_err(failed)?;
    if is_kept(ctx, host, address)? {
        warn!(ctx, "PCI device {address} is kept for guests already");
    } else {
        let driver = host.driver(address).map_err(failed)?;
        if let Some(driver) = &driver {
            host.unbind(address, driver).map_err(failed)?;
        }
        note_driver(ctx, address, driver.as_deref(), rebind)?;
        if let Err(e) = host.keep(address) {
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

/// Notes down the driver that the function had.
fn note_driver(ctx: &Ctx, address: Address, driver: Option<&Path>, rebind: bool) -> Result<()> {
    match (rebind, driver) {
        (false, _) => notes::remove(ctx, Note::Driver, address),
        (true, Some(driver)) => {
            let path = driver.as_os_str().as_bytes();
            // A failure is logged; the function cannot be given back to the driver then.
            let _ = notes::write(ctx, Note::Driver, address, path);
        }
        (true, None) => match notes::read(ctx, Note::Driver, address) {
            Some(before) => {
                let before = String::from_utf8_lossy(&before);
                log_line!(
                    Level::Info,
                    ctx,
                    "PCI device {address} has no driver; it will be given back to {before:.256}"
                );
            }
            None => {
                warn!(ctx, "PCI device {address} has no driver, and will be given back to none");
            }
        },
    }
    Ok(())
}

/// Ends [`add`]; the function is given back to its driver if `rebind` is true and the driver was noted down. A device that
/// has a name is found by it, and gets its address.
pub fn remove(ctx: &Ctx, device: &mut DevicePci, rebind: bool) -> Result<()> {
    if let Some(name) = &device.name {
        // `xl` tries what it is given as a name first, and then as an address.
        notes::by_name(ctx, name)?.put_into(device);
    }
    let what = format!("take {} back from guests", super::backend::describe(device));
    summed_up_now(ctx, NO_DOMID, what, || {
        let address = super::address_of(ctx, device)?;
        let_go(ctx, &Host::here(), address, rebind)
    })
}

fn let_go(ctx: &Ctx, host: &Host, address: Address, rebind: bool) -> Result<()> {
    // Also refuses a function that a guest has.
    ctx.hypervisor().deassign_device(QUARANTINE, address.encoded()).map_err(|e| {
        error!(ctx, "cannot take PCI device {address} out of quarantine: {e}");
        Error::Fail
    })?;
    if !is_kept(ctx, host, address)? {
        warn!(ctx, "PCI device {address} is not kept for guests");
    } else if let Err(e) = host.let_go(address) {
        warn!(ctx, "PCI device {address} stays kept for guests: {e}");
    }
    let noted = notes::read(ctx, Note::Driver, address);
    match noted {
        Some(note) if rebind => {
            give_back(ctx, host, address, &note)?;
            notes::remove(ctx, Note::Driver, address);
        }
        None if rebind => {
            warn!(ctx, "PCI device {address} has no driver now: none is noted down");
        }
        _ => {}
    }
    notes::remove(ctx, Note::Name, address);
    Ok(())
}

fn give_back(ctx: &Ctx, host: &Host, address: Address, note: &[u8]) -> Result<()> {
    let Some(driver) = noted_driver(note) else {
        let note = String::from_utf8_lossy(note);
        error!(ctx, "cannot give PCI device {address} back: {note:.256} is not a driver");
        return Err(Error::Nonspecific);
    };
    log_line!(Level::Info, ctx, "giving PCI device {address} back to {}", driver.display());
    host.bind(address, &driver).map_err(|e| {
        error!(ctx, "cannot give PCI device {address} back: {e}");
        Error::Nonspecific
    })
}

/// Whether the function is kept for guests. Errors are logged.
pub fn is_kept(ctx: &Ctx, host: &Host, address: Address) -> Result<bool> {
    host.is_kept(address).map_err(|e| {
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
