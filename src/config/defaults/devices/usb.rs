//! USB controllers. (By default a device gets a free port of one of the guest's controllers. That needs xenstore, and
//! is part of adding the device.)

use super::{DeviceContext, Result};
use crate::domain::kind::DomainKind;
use crate::types::idiomatic::{DeviceUsbctrl, UsbctrlType};

/// The maximum number of ports of a PV controller.
const MAX_PV_PORTS: i32 = 31;

pub fn controller(context: DeviceContext, device: &mut DeviceUsbctrl) -> Result<()> {
    if device.type_ == UsbctrlType::Auto {
        device.type_ = match context.world.kind() {
            Ok(DomainKind::Hvm) => UsbctrlType::Devicemodel,
            _ if context.world.kernel_serves_usb()? => UsbctrlType::Pv,
            _ => UsbctrlType::Qusb,
        };
    }
    let known =
        matches!(device.type_, UsbctrlType::Pv | UsbctrlType::Qusb | UsbctrlType::Devicemodel);
    if known && device.version == 0 {
        device.version = 2;
    }
    match (device.type_, device.version) {
        (UsbctrlType::Pv | UsbctrlType::Qusb, 1 | 2) => {
            if device.ports == 0 {
                device.ports = 8;
            }
            if !(1..=MAX_PV_PORTS).contains(&device.ports) {
                return Err(context.refuse(format_args!(
                    "Number of ports for USB controller is limited to {MAX_PV_PORTS}"
                )));
            }
        }
        (UsbctrlType::Pv | UsbctrlType::Qusb, _) => {
            let why = "USB version for paravirtualized devices must be 1 or 2";
            return Err(context.refuse(format_args!("{why}")));
        }
        // The number of ports of QEMU's controllers is fixed, except for the newest version.
        (UsbctrlType::Devicemodel, version @ (1 | 2)) => {
            let ports = if version == 1 { 2 } else { 6 };
            if device.ports != 0 && device.ports != ports {
                return Err(context.refuse(format_args!(
                    "Number of ports for USB controller of version {version} is always {ports}"
                )));
            }
            device.ports = ports;
        }
        (UsbctrlType::Devicemodel, 3) => {
            if device.ports == 0 {
                device.ports = 8;
            }
            if device.ports > 15 {
                return Err(context.refuse(format_args!(
                    "Number of ports for USB controller of version 3 is limited to 15"
                )));
            }
        }
        (UsbctrlType::Devicemodel, _) => {
            return Err(context.refuse(format_args!("Illegal USB version")));
        }
        _ => {}
    }
    context.backend(&device.backend_domname, &mut device.backend_domid)
}
