//! Binding a device of the host to usbback, the kernel's back end, and to the drivers that it had.
//!
//! Each interface of a device has a driver. The drivers are recorded in xenstore, where the C library has them, before the
//! interfaces are bound to usbback: `/libxl/usbback/DEVICE/INTERFACE/driver_path`. All interfaces are unbound from usbback before the first
//! is bound to its own driver, so that the two never share a device.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::host;
use crate::core::file::errno_of;
use crate::core::{Ctx, Error, Result};
use crate::domain::nodes;
use crate::error;
use crate::sync::std_fds::raised;

/// Where usbback is, if it is loaded, with the interfaces that it has.
const DRIVER: &str = "/sys/bus/usb/drivers/usbback";

/// Where all drivers are: an interface is bound to no other, whatever xenstore says.
const DRIVERS: &str = "/sys/bus/usb/drivers/";

/// Binds all interfaces of a device to usbback. After a failure they are the host's again, as far as that goes.
pub fn assign(ctx: &Ctx, device: &str) -> Result<()> {
    let interfaces = host::interfaces(ctx, device)?;
    let assigned =
        interfaces.iter().try_for_each(|interface| assign_interface(ctx, device, interface));
    if assigned.is_err() {
        // What fails is logged.
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
            nodes::write(ctx, ctx.store(), &note(device, interface), &driver)?;
            tell(ctx, &format!("{link}/unbind"), interface)?;
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
            tell(ctx, &format!("{}/{interface}/driver/unbind", host::DEVICES), &interface)?;
        }
    }
    Ok(())
}

/// Binds the interfaces of a device to the drivers that they had, up to the first failure.
pub fn rebind(ctx: &Ctx, device: &str) -> Result<()> {
    let given = host::interfaces(ctx, device).and_then(|interfaces| {
        interfaces.iter().try_for_each(|interface| {
            let noted = nodes::read(ctx, ctx.store(), &note(device, interface))?;
            let driver = noted.as_deref().and_then(|driver| std::str::from_utf8(driver).ok());
            match driver.filter(|driver| is_driver(driver)) {
                Some(driver) => bind(ctx, interface, driver),
                None => Ok(()),
            }
        })
    });
    nodes::remove(ctx, ctx.store(), &notes(device))?;
    given
}

/// Whether usbback has an interface.
fn has(ctx: &Ctx, interface: &str) -> Result<bool> {
    is_bound(ctx, interface, DRIVER)
}

fn is_bound(ctx: &Ctx, interface: &str, driver: &str) -> Result<bool> {
    match Path::new(driver).join(interface).symlink_metadata() {
        Ok(_) => Ok(true),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
        Err(e) => {
            error!(ctx, errno = errno_of(&e), "cannot look for {interface} in {driver}");
            Err(Error::Fail)
        }
    }
}

fn bind(ctx: &Ctx, interface: &str, driver: &str) -> Result<()> {
    if is_bound(ctx, interface, driver)? {
        return Ok(());
    }
    tell(ctx, &format!("{driver}/bind"), interface)
}

/// Writes the name of an interface into one of a driver's files.
fn tell(ctx: &Ctx, file: &str, interface: &str) -> Result<()> {
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

/// Where the drivers of a device are recorded.
fn notes(device: &str) -> String {
    format!("/libxl/usbback/{}", as_node(device))
}

fn note(device: &str, interface: &str) -> String {
    format!("{}/{}/driver_path", notes(device), as_node(interface))
}

/// A name as a node's, which has neither dots nor colons.
fn as_node(name: &str) -> String {
    name.replace('.', "_").replace(':', "@")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_where_c_has_them() {
        assert_eq!(note("3-1", "3-1:2.1"), "/libxl/usbback/3-1/3-1@2_1/driver_path");
        assert_eq!(notes("3-1.2"), "/libxl/usbback/3-1_2");
    }

    #[test]
    fn drivers_are_those_of_the_bus() {
        assert!(is_driver("/sys/bus/usb/drivers/usbhid"));
        for bad in ["", "/", "/sys/bus/usb/drivers/", "/sys/bus/usb/drivers/../x", "/tmp/usbhid"] {
            assert!(!is_driver(bad), "{bad}");
        }
        assert!(!is_driver("/sys/bus/usb/drivers/.."));
    }
}
