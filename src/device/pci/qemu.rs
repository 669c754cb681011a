//! PCI functions of the host in the QEMU of an HVM guest.
//!
//! QEMU unplugs a function after the guest has released it, which may never happen. The library does not wait for it
//! on an open connection, but polls QEMU.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::address::Address;
use crate::core::{Ao, Error, Result};
use crate::error;
use crate::qemu::commands::{UnexpectedForm, devfn_of};
use crate::qemu::qmp::{self, Qmp, TIMEOUT};
use crate::types::idiomatic::DevicePci;

/// The interval between two polls.
const INTERVAL: Duration = Duration::from_millis(100);

/// The function's id in QEMU.
fn id(address: Address) -> String {
    format!("pci-pt-{:02x}_{:02x}.{:x}", address.bus, address.device, address.function)
}

/// Plugs the function in, and returns its slot and function in the guest, in the form of [`DevicePci::vdevfn`].
/// `several`: it is one of several functions of a device in the guest.
pub async fn add(
    ao: &Ao,
    domid: u32,
    device: &DevicePci,
    address: Address,
    several: bool,
) -> Result<u32> {
    let deadline = Instant::now() + TIMEOUT;
    let mut qemu = Qmp::connect(ao, domid, deadline).await?;
    qemu.device_add(arguments(device, address, several), deadline).await?;
    let answer = qemu.execute("query-pci", None, deadline).await?;
    let found =
        devfn_of(&answer, &id(address)).map_err(|UnexpectedForm| qemu.unexpected("query-pci"))?;
    found.ok_or_else(|| {
        error!(
            ao,
            domid = domid,
            "cannot attach PCI device {address}: QEMU's answer to query-pci does not contain it"
        );
        Error::Fail
    })
}

fn arguments(device: &DevicePci, address: Address, several: bool) -> Value {
    let mut arguments = json!({
        "driver": "xen-pci-passthrough",
        "id": id(address),
        "hostaddr": address.to_string(),
    });
    if device.vdevfn != 0 {
        let (slot, function) = (device.vdevfn >> 3 & 0x1f, device.vdevfn & 7);
        arguments["addr"] = format!("{slot:x}.{function:x}").into();
    }
    if device.permissive {
        arguments["permissive"] = true.into();
    }
    if several {
        arguments["multifunction"] = true.into();
    }
    arguments
}

/// Requests that QEMU unplugs the function, and waits until it has. QEMU may have unplugged it after an earlier
/// request.
pub async fn remove(ao: &Ao, domid: u32, address: Address) -> Result<()> {
    let deadline = Instant::now() + TIMEOUT;
    let id = id(address);
    match Qmp::connect(ao, domid, deadline).await?.device_del(&id, deadline).await {
        Err(Error::QmpDeviceNotFound) => return Ok(()),
        asked => asked?,
    }
    let gone = |answer: &Value| match devfn_of(answer, &id) {
        Ok(None) => Ok(Some(())),
        Ok(Some(_)) => Ok(None),
        Err(UnexpectedForm) => Err(qmp::unexpected(ao, domid, "query-pci")),
    };
    qmp::poll(ao, domid, "query-pci", INTERVAL, deadline, gone).await
}

/// Requests that QEMU unplugs a function whose attachment has failed, and does not wait for it.
pub async fn request_removal(ao: &Ao, domid: u32, address: Address) {
    let deadline = Instant::now() + TIMEOUT;
    // Failures are logged and have no consequence here.
    if let Ok(mut qemu) = Qmp::connect(ao, domid, deadline).await {
        let _ = qemu.device_del(&id(address), deadline).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_those_of_the_device() {
        let address = Address { segment: 0, bus: 1, device: 0x1f, function: 3 };
        let mut device = address.to_device();
        assert_eq!(
            arguments(&device, address, false),
            json!({
                "driver": "xen-pci-passthrough",
                "id": "pci-pt-01_1f.3",
                "hostaddr": "0000:01:1f.3",
            })
        );
        (device.vdevfn, device.permissive) = (0x3b, true);
        let all = arguments(&device, address, true);
        assert_eq!((&all["addr"], &all["permissive"]), (&json!("7.3"), &json!(true)));
        assert_eq!(all["multifunction"], json!(true));
    }
}
