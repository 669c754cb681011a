//! The arguments of `device_add` for USB controllers and for devices of the host. Both are added by QMP when QEMU runs,
//! also during the creation of a guest; the command line does not contain them.
//!
//! The C library sends numbers as strings. QEMU up to 9.1 accepts both, later versions only numbers.

use serde_json::{Value, json};

use crate::core::{Error, Result};

/// The id of a controller.
pub fn controller_id(devid: i32) -> String {
    format!("xenusb-{devid}")
}

/// The id of a device of the host.
pub fn device_id((bus, address): (u8, u8)) -> String {
    format!("xenusb-{bus}-{address}")
}

/// The arguments of `device_add` for a controller. `Error::Invalid` if QEMU has no controller of this USB version.
pub fn controller(devid: i32, version: i32, ports: i32) -> Result<Value> {
    let id = controller_id(devid);
    match version {
        1 => Ok(json!({"driver": "piix3-usb-uhci", "id": id})),
        2 => Ok(json!({"driver": "usb-ehci", "id": id})),
        3 => Ok(json!({"driver": "nec-usb-xhci", "p2": ports, "p3": ports, "id": id})),
        _ => Err(Error::Invalid),
    }
}

/// The arguments of `device_add` for a device of the host at a port.
pub fn device(controller: i32, port: i32, address: (u8, u8)) -> Value {
    json!({
        "id": device_id(address),
        "driver": "usb-host",
        "bus": format!("{}.0", controller_id(controller)),
        "port": port.to_string(),
        "hostbus": address.0,
        "hostaddr": address.1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controllers_are_by_version() {
        assert_eq!(controller(3, 1, 2), Ok(json!({"driver": "piix3-usb-uhci", "id": "xenusb-3"})));
        assert_eq!(controller(0, 2, 6), Ok(json!({"driver": "usb-ehci", "id": "xenusb-0"})));
        assert_eq!(
            controller(1, 3, 15),
            Ok(json!({"driver": "nec-usb-xhci", "p2": 15, "p3": 15, "id": "xenusb-1"}))
        );
        assert_eq!(controller(1, 4, 15), Err(Error::Invalid));
    }

    #[test]
    fn only_the_port_is_a_string() {
        assert_eq!(
            device(1, 2, (3, 4)),
            json!({
                "id": "xenusb-3-4", "driver": "usb-host", "bus": "xenusb-1.0", "port": "2",
                "hostbus": 3, "hostaddr": 4,
            })
        );
    }
}
