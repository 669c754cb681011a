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
use crate::qemu::model::{self, ModelVersion};
use crate::qemu::qmp::{self, Qmp, TIMEOUT};
use crate::qemu::traditional;
use crate::types::idiomatic::DevicePci;

/// The interval between two polls.
const INTERVAL: Duration = Duration::from_millis(100);

/// The interval between two attempts to plug a function in.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The function's id in QEMU.
fn id(address: Address) -> String {
    format!("pci-pt-{:02x}_{:02x}.{:x}", address.bus, address.device, address.function)
}

/// Plugs the function in, and returns its slot and function in the guest, in the form of [`DevicePci::vdevfn`].
/// `several`: it is one of several functions of a device in the guest. `retries`: after an error, for example because
/// the kernel of a stub domain is still setting the function up, it is attempted again until the time-out.
pub async fn add(
    ao: &Ao,
    domid: u32,
    device: &DevicePci,
    address: Address,
    several: bool,
    retries: bool,
) -> Result<u32> {
    if model::version(ao, domid)? == ModelVersion::Traditional {
        return add_to_traditional(ao, domid, device, address).await;
    }
    let deadline = Instant::now() + TIMEOUT;
    let mut qemu = loop {
        let plugged = async {
            let mut qemu = Qmp::connect(ao, domid, deadline).await?;
            qemu.device_add(arguments(device, address, several), deadline).await?;
            Ok::<_, Error>(qemu)
        };
        match plugged.await {
            Err(e) if retries && e != Error::Aborted => {
                if Instant::now() + RETRY_INTERVAL >= deadline {
                    let seconds = TIMEOUT.as_secs();
                    error!(
                        ao,
                        domid = domid,
                        "cannot attach PCI device {address}: QEMU has not added it within {seconds} s"
                    );
                    return Err(Error::TimedOut);
                }
                ao.sleep(RETRY_INTERVAL).await?;
            }
            plugged => break plugged?,
        }
    };
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

async fn add_to_traditional(
    ao: &Ao,
    domid: u32,
    device: &DevicePci,
    address: Address,
) -> Result<u32> {
    let parameter = traditional_parameter(device, address);
    let results = &["pci-inserted", "pci-insert-failed"];
    let answer = traditional::execute(ao, domid, "pci-ins", &parameter, results).await;
    let answer = answer.map_err(|e| if e == Error::Fail { Error::Nonspecific } else { e })?;
    let told = answer.parameter.unwrap_or_default();
    let slot = told.strip_prefix(b"0x").and_then(|digits| std::str::from_utf8(digits).ok());
    let slot = slot.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    slot.filter(|_| answer.state == "pci-inserted").ok_or_else(|| {
        error!(
            ao,
            domid = domid,
            "cannot attach PCI device {address}: the device model reports {}: {:.64}",
            answer.state,
            String::from_utf8_lossy(&told)
        );
        Error::Nonspecific
    })
}

fn traditional_parameter(device: &DevicePci, address: Address) -> String {
    let slot = match device.vdevfn {
        0 => String::new(),
        vdevfn => format!("@{vdevfn:02x}"),
    };
    let [msi, power] = [device.msitranslate, device.power_mgmt].map(u8::from);
    format!("{address}{slot},msitranslate={msi},power_mgmt={power}")
}

/// Requests that QEMU unplugs the function, and waits until it has. QEMU may have unplugged it after an earlier
/// request.
pub async fn remove(ao: &Ao, domid: u32, address: Address) -> Result<()> {
    if model::version(ao, domid)? == ModelVersion::Traditional {
        let results = &["pci-removed"];
        let parameter = address.to_string();
        return traditional::execute(ao, domid, "pci-rem", &parameter, results).await.map(drop);
    }
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

/// Requests that QEMU unplugs a function whose attachment has failed, and does not wait for it. The traditional device
/// model, which is awaited for every command, keeps the function until the guest ends.
pub async fn request_removal(ao: &Ao, domid: u32, address: Address) {
    if model::version(ao, domid) != Ok(ModelVersion::Qemu) {
        return;
    }
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
    fn the_parameter_of_the_traditional_device_model() {
        let address = Address { segment: 0, bus: 1, device: 0x1f, function: 3 };
        let device = DevicePci { power_mgmt: true, ..address.to_device() };
        assert_eq!(
            traditional_parameter(&device, address),
            "0000:01:1f.3,msitranslate=0,power_mgmt=1"
        );
        let device = DevicePci { vdevfn: 0x30, ..device };
        assert!(traditional_parameter(&device, address).starts_with("0000:01:1f.3@30,"));
    }

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
