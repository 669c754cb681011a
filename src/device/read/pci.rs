//! PCI devices passed through. There is no record per device: the guest's one back end, in domain 0, has their number and
//! numbered nodes.

use std::ffi::c_int;

use super::value;
use crate::core::number::strtoul;
use crate::core::{Ctx, Error, Result};
use crate::domain::nodes;
use crate::error;
use crate::types::idiomatic::DevicePci;
use crate::types::tables;

/// More devices than one back end serves.
pub const MAX_DEVICES: c_int = 256;

/// Where the kernel lists the devices that it keeps for guests.
const SYSFS: &str = "/sys/bus/pci/drivers/pciback";

/// The nodes of each device.
const NODES: [&str; 4] = ["dev", "vdevfn", "name", "opts"];

/// Segment, bus, device and function.
pub type Address = (u32, u32, u32, u32);

/// Where the back end of a guest's PCI devices lies.
pub fn backend_path(domid: u32) -> String {
    format!("{}/backend/pci/{domid}/0", nodes::domain_path(0))
}

/// The number of devices according to the back end.
pub fn count(num_devs: Option<&[u8]>) -> c_int {
    num_devs.and_then(value::int).unwrap_or(0).clamp(0, MAX_DEVICES)
}

/// All devices; one with an invalid address is left out.
pub fn all(ctx: &Ctx, domid: u32) -> Vec<DevicePci> {
    let base = backend_path(domid);
    let count = count(nodes::peek(ctx, ctx.store(), &format!("{base}/num_devs")).as_deref());
    let path = |i| NODES.map(|name| format!("{base}/{name}-{i}"));
    let paths: Vec<_> = (0..count).flat_map(path).collect();
    let values = nodes::peek_many(ctx, ctx.store(), &paths);
    let devices = values.chunks_exact(NODES.len()).enumerate().filter_map(|(i, values)| {
        let made = device(values);
        if made.is_none() {
            error!(
                ctx,
                domid = domid,
                "cannot read {base}/dev-{i}: not the address of a PCI device"
            );
        }
        made
    });
    devices.collect()
}

fn device(values: &[Option<Vec<u8>>]) -> Option<DevicePci> {
    let mut device = at(address(values[0].as_deref()?)?);
    if let Some(text) = &values[1] {
        device.vdevfn = hexadecimal(text).unwrap_or(0);
    }
    device.name = values[2].as_deref().and_then(value::text);
    if let Some(text) = &values[3] {
        options(&mut device, text);
    }
    Some(device)
}

fn at((domain, bus, dev, func): Address) -> DevicePci {
    DevicePci {
        domain: domain as c_int,
        bus: bus as u8,
        dev: dev as u8,
        func: func as u8,
        ..Default::default()
    }
}

/// `0000:03:1f.7`
pub fn address(text: &[u8]) -> Option<Address> {
    let text = std::str::from_utf8(text).ok()?;
    let hex = |text: &str, most: usize| {
        let sound = text.len() <= most && text.bytes().all(|b| b.is_ascii_hexdigit());
        sound.then(|| u32::from_str_radix(text, 16).ok()).flatten()
    };
    let mut parts = text.splitn(3, ':');
    let (domain, bus, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (dev, func) = rest.split_once('.')?;
    Some((hex(domain, 4)?, hex(bus, 2)?, hex(dev, 2)?, hex(func, 1)?))
}

/// With `0x` or without.
fn hexadecimal(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?.trim();
    u32::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok()
}

/// `msitranslate=1,power_mgmt=0,…`
fn options(device: &mut DevicePci, text: &[u8]) {
    for option in text.split(|&b| b == b',') {
        let option = option.trim_ascii_start();
        let Some(equals) = option.iter().position(|&b| b == b'=') else { continue };
        let (name, value) = (&option[..equals], &option[equals + 1..]);
        let is_on = || strtoul(value).is_some_and(|(number, _)| number != 0);
        match name {
            b"msitranslate" => device.msitranslate = is_on(),
            b"power_mgmt" => device.power_mgmt = is_on(),
            b"permissive" => device.permissive = is_on(),
            b"rdm_policy" => {
                let policy = value::named(tables::RDM_RESERVE_POLICY, value);
                device.rdm_policy = policy.unwrap_or(device.rdm_policy);
            }
            _ => {}
        }
    }
}

/// The host's devices that may be given to guests and are not. `Error::Fail` if the kernel keeps none.
pub fn assignable(ctx: &Ctx) -> Result<Vec<DevicePci>> {
    let dir = std::fs::read_dir(SYSFS).map_err(|e| {
        error!(ctx, "cannot list {SYSFS}: {e}; is the driver pciback loaded?");
        Error::Fail
    })?;
    let names = dir.flatten().map(|entry| entry.file_name());
    let addresses: Vec<_> = names.filter_map(|name| address(name.as_encoded_bytes())).collect();
    let path = |&(domain, bus, dev, func): &Address| {
        ["domid", "name"]
            .map(|node| format!("/libxl/pci/{domain:04x}-{bus:02x}-{dev:02x}-{func:01x}/{node}"))
    };
    let paths: Vec<_> = addresses.iter().flat_map(path).collect();
    let values = nodes::peek_many(ctx, ctx.store(), &paths);
    let free = addresses.into_iter().zip(values.chunks_exact(2));
    let free = free.filter(|(_, values)| values[0].is_none());
    Ok(free
        .map(|(address, values)| DevicePci {
            name: values[1].as_deref().and_then(value::text),
            ..at(address)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(address(b"0001:03:1f.7"), Some((1, 3, 0x1f, 7)));
        let bad: [&[u8]; 8] = [
            b"",
            b"03:00.0",
            b"0000:03:00",
            b"0000:03:xx.0",
            b"\xff",
            b"00000:03:00.0",
            b"0000:+3:00.0",
            b"0000:03:00.10",
        ];
        for bad in bad {
            assert_eq!(address(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn options_are_switches() {
        let mut device = DevicePci::default();
        options(&mut device, b"msitranslate=1, power_mgmt=0,permissive=1,rdm_policy=RELAXED,x,=");
        assert!(device.msitranslate && !device.power_mgmt && device.permissive);
        assert_eq!(device.rdm_policy.name(), Some("relaxed"));
    }

    #[test]
    fn counts_are_bounded() {
        assert_eq!(count(Some(b"3")), 3);
        assert_eq!((count(None), count(Some(b"-1")), count(Some(b"4294967296"))), (0, 0, 0));
        assert_eq!(count(Some(b"2000000000")), MAX_DEVICES);
    }
}
