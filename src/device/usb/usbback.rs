//! Binding a device of the host to usbback, the kernel's back end, and to its former drivers.
//!
//! Each interface of a device has a driver. Before the interfaces are bound to usbback, the drivers are recorded in
//! the same xenstore nodes as by the C library: `/libxl/usbback/DEVICE/INTERFACE/driver_path`. All interfaces are
//! unbound from usbback before the first is bound to its own driver, so that a device is never shared by usbback and
//! another driver.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::host;
use crate::core::file::errno_of;
use crate::core::{Ctx, Error, Result};
use crate::domain::nodes;
use crate::error;
use crate::sync::std_fds::raised;

/// The sysfs directory of usbback, which exists if it is loaded, with links to the interfaces that are bound to it.
const DRIVER: &str = "/sys/bus/usb/drivers/usbback";

/// The directory of USB drivers: a driver path from xenstore that is not in it is ignored.
const DRIVERS: &str = "/sys/bus/usb/drivers/";

/// Binds all interfaces of a device to usbback. After a failure they are bound to their former drivers, as far as
/// possible.
pub fn assign(ctx: &Ctx, device: &str) -> Result<()> {
    let interfaces = host::interfaces(ctx, device)?;
    let assigned =
        interfaces.iter().try_for_each(|interface| assign_interface(ctx, device, interface));
    if assigned.is_err() {
        // Failures are logged.
        let _ = release(ctx, device);
        let _ = rebind(ctx, device);
    }
    assigned
}

/// Unbinds one interface from its driver, which is recorded, and binds it to usbback.
fn assign_interface(ctx: &Ctx, device: &str, interface: &str) -> Result<()> {
    if has(ctx, interface)? {
        return Ok(());
    }
    let link = format!("{}/{interface}/driver", host::DEVICES);
    match std::fs::canonicalize(&link) {
        Ok(driver) => {
            let driver = driver.into_os_string().into_encoded_bytes();
            nodes::write(ctx, ctx.store(), &record(device, interface), &driver)?;
            write_name(ctx, &format!("{link}/unbind"), interface)?;
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => {
            error!(ctx, errno = errno_of(&e), "cannot find the driver of {interface}");
            return Err(Error::Fail);
        }
    }
    bind(ctx, interface, DRIVER)
}

/// Unbinds the interfaces of a device from usbback.
pub fn release(ctx: &Ctx, device: &str) -> Result<()> {
    for interface in host::interfaces(ctx, device)? {
        if has(ctx, &interface)? {
            write_name(ctx, &format!("{}/{interface}/driver/unbind", host::DEVICES), &interface)?;
        }
    }
    Ok(())
}

/// Binds the interfaces of a device to their former drivers, up to the first failure, and removes the records.
pub fn rebind(ctx: &Ctx, device: &str) -> Result<()> {
    let bound = host::interfaces(ctx, device).and_then(|interfaces| {
        interfaces.iter().try_for_each(|interface| {
            let recorded = nodes::read(ctx, ctx.store(), &record(device, interface))?;
            let driver = recorded.as_deref().and_then(|driver| std::str::from_utf8(driver).ok());
            match driver.filter(|driver| is_driver(driver)) {
                Some(driver) => bind(ctx, interface, driver),
                None => Ok(()),
            }
        })
    });
    nodes::remove(ctx, ctx.store(), &records(device))?;
    bound
}

/// Whether an interface is bound to usbback.
fn has(ctx: &Ctx, interface: &str) -> Result<bool> {
    is_bound(ctx, interface, DRIVER)
}

fn is_bound(ctx: &Ctx, interface: &str, driver: &str) -> Result<bool> {
    match Path::new(driver).join(interface).symlink_metadata() {
        Ok(_) => Ok(true),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
        Err(e) => {
            error!(
                ctx,
                errno = errno_of(&e),
                "cannot check whether {interface} is bound to {driver}"
            );
            Err(Error::Fail)
        }
    }
}

fn bind(ctx: &Ctx, interface: &str, driver: &str) -> Result<()> {
    if is_bound(ctx, interface, driver)? {
        return Ok(());
    }
    write_name(ctx, &format!("{driver}/bind"), interface)
}

/// Writes the name of an interface to a file of its driver in sysfs.
fn write_name(ctx: &Ctx, file: &str, interface: &str) -> Result<()> {
    let opened = OpenOptions::new().write(true).open(file).map(raised);
    opened.and_then(|mut file| file.write_all(interface.as_bytes())).map_err(|e| {
        error!(ctx, errno = errno_of(&e), "cannot write {interface} to {file}");
        Error::Fail
    })
}

fn is_driver(path: &str) -> bool {
    path.strip_prefix(DRIVERS)
        .is_some_and(|name| !name.is_empty() && !name.contains('/') && name != "." && name != "..")
}

/// The xenstore directory with the recorded drivers of a device.
fn records(device: &str) -> String {
    format!("/libxl/usbback/{}", as_node(device))
}

fn record(device: &str, interface: &str) -> String {
    format!("{}/{}/driver_path", records(device), as_node(interface))
}

/// A name in the form that the C library uses in xenstore: without dots and colons.
fn as_node(name: &str) -> String {
    name.replace('.', "_").replace(':', "@")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_records() {
        assert_eq!(record("3-1", "3-1:2.1"), "/libxl/usbback/3-1/3-1@2_1/driver_path");
        assert_eq!(records("3-1.2"), "/libxl/usbback/3-1_2");
    }

    #[test]
    fn only_paths_of_usb_drivers_are_accepted() {
        assert!(is_driver("/sys/bus/usb/drivers/usbhid"));
        for bad in ["", "/", "/sys/bus/usb/drivers/", "/sys/bus/usb/drivers/../x", "/tmp/usbhid"] {
            assert!(!is_driver(bad), "{bad}");
        }
        assert!(!is_driver("/sys/bus/usb/drivers/.."));
    }
}
