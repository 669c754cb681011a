//! The host's USB devices in sysfs.

use std::fs::File;
use std::io::Read;

use crate::core::file::errno_of;
use crate::core::number::leading_number;
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::sync::std_fds::raised;

/// The sysfs directory of USB devices and their interfaces.
pub const DEVICES: &str = "/sys/bus/usb/devices";

/// The class of hubs, which cannot be assigned to guests.
const HUB: u8 = 9;

/// Reads an attribute of the device with this name, such as `1-2.3`. The name may come from a driver domain, so it is
/// checked.
fn attribute(name: &str, what: &str) -> Option<Vec<u8>> {
    if !is_name(name) {
        return None;
    }
    let mut text = Vec::new();
    let file = File::open(format!("{DEVICES}/{name}/{what}")).map(raised).ok()?;
    file.take(16).read_to_end(&mut text).ok()?;
    Some(text)
}

fn number(name: &str, what: &str) -> Option<u8> {
    leading_number(&attribute(name, what)?)
}

/// Whether this is a valid name of a device or of an interface.
pub fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':');
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(plain)
}

/// Bus and address of the device with this name.
pub fn address(name: &str) -> Option<(u8, u8)> {
    Some((number(name, "busnum")?, number(name, "devnum")?))
}

/// The name of the device with this address; `None` if there is none.
pub fn at(ctx: &Ctx, bus: u8, address: u8) -> Result<Option<String>> {
    if bus == 0 || address == 0 {
        return Ok(None);
    }
    Ok(names(ctx)?.into_iter().find(|name| self::address(name) == Some((bus, address))))
}

/// Whether the device can be assigned to a guest: its class can be read and is not that of hubs.
pub fn is_assignable(name: &str) -> bool {
    attribute(name, "bDeviceClass").is_some_and(|class| !is_hub(&class))
}

/// Whether this value of `bDeviceClass`, a hexadecimal number, is that of hubs.
fn is_hub(class: &[u8]) -> bool {
    let text = std::str::from_utf8(class).unwrap_or_default().trim();
    u8::from_str_radix(text, 16) == Ok(HUB)
}

/// The names of a device's interfaces, each of which has its own driver.
pub fn interfaces(ctx: &Ctx, device: &str) -> Result<Vec<String>> {
    let mut names = names(ctx)?;
    names.retain(|name| name.strip_prefix(device).is_some_and(|rest| rest.starts_with(':')));
    names.sort();
    Ok(names)
}

fn names(ctx: &Ctx) -> Result<Vec<String>> {
    let failed = |e: std::io::Error| {
        error!(ctx, errno = errno_of(&e), "cannot list the host's USB devices in {DEVICES}");
        Error::Fail
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(DEVICES).map_err(failed)? {
        if let Ok(name) = entry.map_err(failed)?.file_name().into_string()
            && is_name(&name)
        {
            names.push(name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hubs_are_known_by_their_class() {
        assert!(is_hub(b"09\n") && is_hub(b"9"));
        assert!(
            ![&b"00\n"[..], b"e0\n", b"90", b"0e\n", b"ef\n", b"", b"\xff"]
                .iter()
                .any(|class| is_hub(class))
        );
    }

    #[test]
    fn names_cannot_leave_the_directory() {
        assert!(["1-2.3", "usb1", "4-1:1.0"].iter().all(|name| is_name(name)));
        assert!(!["", "..", "../x", "1/2", "1-\0", ".1"].iter().any(|name| is_name(name)));
        assert!(!is_name(&"1".repeat(65)));
    }
}
