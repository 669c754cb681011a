//! PCI devices that are passed through. There are no records of single devices: the guest's back end, of which there is
//! one, in domain 0, has their number and numbered nodes. For a guest with a stub domain it is that of the stub domain.

use std::ffi::c_int;

use super::value;
use crate::core::number::strtoul;
use crate::core::{Ctx, Error, Result};
use crate::device::pci::address::Address;
use crate::device::pci::records::{self, Record};
use crate::device::pci::sysfs::Host;
use crate::domain::{names, nodes};
use crate::error;
use crate::types::idiomatic::DevicePci;
use crate::types::tables;

/// The maximum number of devices that are read, more than a back end can have.
pub const MAX_DEVICES: c_int = 256;

/// The names of each device's nodes, without the index.
const NODES: [&str; 4] = ["dev", "vdevfn", "name", "opts"];

/// The directory of the back end of a guest's PCI devices.
pub fn backend_path(domid: u32) -> String {
    format!("{}/backend/pci/{domid}/0", nodes::domain_path(0))
}

/// The domain whose back end has the PCI devices of `domid`: its stub domain, if it has one.
pub fn holder(ctx: &Ctx, domid: u32) -> u32 {
    names::stubdom_of(ctx, domid).unwrap_or(domid)
}

/// The number of devices, from the value of `num_devs`. Invalid values count as 0, and too large ones are limited to
/// [`MAX_DEVICES`].
pub fn count(num_devs: Option<&[u8]>) -> c_int {
    num_devs.and_then(value::int).unwrap_or(0).clamp(0, MAX_DEVICES)
}

/// All devices of a domain. One with an invalid address is logged and left out.
pub fn all(ctx: &Ctx, domid: u32) -> Vec<DevicePci> {
    let holder = holder(ctx, domid);
    let base = backend_path(holder);
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
    // A stub domain may have functions that are not the guest's.
    let is_own = |device: &DevicePci| {
        Address::of(device).is_some_and(|address| records::is_owner(ctx, address, domid))
    };
    devices.filter(|device| holder == domid || is_own(device)).collect()
}

fn device(values: &[Option<Vec<u8>>]) -> Option<DevicePci> {
    let mut device = Address::parse(values[0].as_deref()?)?.to_device();
    if let Some(text) = &values[1] {
        device.vdevfn = hexadecimal(text).unwrap_or(0);
    }
    device.name = values[2].as_deref().and_then(value::text);
    if let Some(text) = &values[3] {
        options(&mut device, text);
    }
    Some(device)
}

/// Parses a hexadecimal number, with or without `0x`.
fn hexadecimal(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?.trim();
    u32::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok()
}

/// Sets the options in a list such as `msitranslate=1,power_mgmt=0,…`; unknown ones are ignored.
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

/// The host's assignable devices that no existing guest has. `Error::Fail`, logged, without `pciback`.
pub fn assignable(ctx: &Ctx) -> Result<Vec<DevicePci>> {
    let addresses = Host::here().assignable().map_err(|e| {
        error!(ctx, "cannot list the assignable PCI devices: {e}; is the driver pciback loaded?");
        Error::Fail
    })?;
    let path =
        |&address: &Address| [Record::Owner, Record::Name].map(|record| record.path(address));
    let paths: Vec<_> = addresses.iter().flat_map(path).collect();
    let values = nodes::peek_many(ctx, ctx.store(), &paths);
    let free = addresses.into_iter().zip(values.chunks_exact(2));
    let free = free
        .filter(|(_, values)| values[0].as_ref().is_none_or(|owner| records::is_gone(ctx, owner)));
    Ok(free
        .map(|(address, values)| DevicePci {
            name: values[1].as_deref().and_then(value::text),
            ..address.to_device()
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_from_their_text() {
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
