//! Assignable PCI functions: those that are bound to the driver `pciback`. While such a function is not assigned to a
//! guest, it is in the hypervisor's quarantine.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;

use super::address::Address;
use super::records::{self, Record};
use super::sysfs::{Host, SysfsError, recorded_driver};
use crate::core::cause::summed_up_now;
use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::{DevicePci, Text};
use crate::xen::hypervisor::QUARANTINE;
use crate::xen::log::Level;
use crate::{error, log_line, warn};

/// `INVALID_DOMID`: the operation does not concern a domain.
const NO_DOMID: u32 = u32::MAX;

/// Maximum length of a device's name.
const MAX_NAME: usize = 64;

/// Makes a function assignable, and records its name if `device` has one. With `rebind` the driver that it is unbound
/// from is recorded, so that [`remove`] can bind it to that driver again.
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

/// As [`add`], for a known address and a checked name.
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
        record_driver(ctx, address, driver.as_deref(), rebind)?;
        if let Err(e) = host.bind_to_pciback(address) {
            if let Some(driver) = driver
                && let Err(e) = host.bind(address, &driver)
            {
                warn!(
                    ctx,
                    "PCI device {address} has no driver now: cannot bind it to its former one: {e}"
                );
            }
            return Err(failed(e));
        }
    }
    match name {
        Some(name) => {
            // A failure is logged. The device is usable without its name.
            let _ = records::write(ctx, Record::Name, address, name.as_bytes());
        }
        None => records::remove(ctx, Record::Name, address),
    }
    ctx.hypervisor().assign_device(QUARANTINE, address.encoded(), true).map_err(|e| {
        error!(ctx, "cannot put PCI device {address} into quarantine: {e}");
        Error::Fail
    })
}

/// Records the driver that the function was bound to.
fn record_driver(ctx: &Ctx, address: Address, driver: Option<&Path>, rebind: bool) -> Result<()> {
    match (rebind, driver) {
        (false, _) => records::remove(ctx, Record::Driver, address),
        (true, Some(driver)) => {
            let path = driver.as_os_str().as_bytes();
            // A failure is logged. The function can then not be bound to that driver again.
            let _ = records::write(ctx, Record::Driver, address, path);
        }
        (true, None) => match records::read(ctx, Record::Driver, address) {
            Some(before) => {
                let before = String::from_utf8_lossy(&before);
                log_line!(
                    Level::Info,
                    ctx,
                    "PCI device {address} has no driver; the recorded one, to which it will be bound again, is {before:.256}"
                );
            }
            None => {
                warn!(
                    ctx,
                    "PCI device {address} has no driver, and none is recorded: it will not be bound to one again"
                );
            }
        },
    }
    Ok(())
}

/// Undoes [`add`]. With `rebind` the function is bound to its driver again if that was recorded. If `device` has a
/// name, it is looked up by the name, and the address is stored in it.
pub fn remove(ctx: &Ctx, device: &mut DevicePci, rebind: bool) -> Result<()> {
    if let Some(name) = &device.name {
        // Not logged: `xl` tries its argument first as a name, and then as an address.
        records::by_name(ctx, name)?.put_into(device);
    }
    let what = format!("make {} no longer assignable", super::backend::describe(device));
    summed_up_now(ctx, NO_DOMID, what, || {
        let address = super::address_of(ctx, device)?;
        make_unassignable(ctx, &Host::here(), address, rebind)
    })
}

fn make_unassignable(ctx: &Ctx, host: &Host, address: Address, rebind: bool) -> Result<()> {
    // This fails also for a function that is assigned to a guest.
    ctx.hypervisor().deassign_device(QUARANTINE, address.encoded()).map_err(|e| {
        error!(ctx, "cannot remove PCI device {address} from quarantine: {e}");
        Error::Fail
    })?;
    if !is_assignable(ctx, host, address)? {
        warn!(ctx, "PCI device {address} is not bound to pciback");
    } else if let Err(e) = host.unbind_from_pciback(address) {
        warn!(ctx, "cannot unbind PCI device {address} from pciback: {e}");
    }
    let recorded = records::read(ctx, Record::Driver, address);
    match recorded {
        Some(driver) if rebind => {
            rebind_to(ctx, host, address, &driver)?;
            records::remove(ctx, Record::Driver, address);
        }
        None if rebind => {
            warn!(ctx, "PCI device {address} has no driver now: none was recorded");
        }
        _ => {}
    }
    records::remove(ctx, Record::Name, address);
    Ok(())
}

fn rebind_to(ctx: &Ctx, host: &Host, address: Address, record: &[u8]) -> Result<()> {
    let Some(driver) = recorded_driver(record) else {
        let record = String::from_utf8_lossy(record);
        error!(
            ctx,
            "cannot bind PCI device {address} to its recorded driver: {record:.256} is not the path of a driver"
        );
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

/// Checks a device's name: it must be printable, and not longer than in the C library.
fn check_name(ctx: &Ctx, name: &Text) -> Result<()> {
    let name = name.as_bytes();
    let why = if name.len() > MAX_NAME {
        "it is too long"
    } else if !name.iter().all(u8::is_ascii_graphic) {
        "it may contain only printable characters without spaces"
    } else {
        return Ok(());
    };
    error!(ctx, "cannot set the name of a PCI device: {why}");
    Err(Error::Fail)
}
