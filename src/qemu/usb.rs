//! What QEMU is told of USB controllers and of the host's devices behind them. Both are added when QEMU runs, also at a
//! guest's creation: none is among its arguments.
//!
//! The C library sends numbers as text. QEMU takes both up to 9.1, later versions take only numbers.

use serde_json::{Value, json};

use crate::core::{Error, Result};

/// The name of a controller.
pub fn controller_id(devid: i32) -> String {
    format!("xenusb-{devid}")
}

/// The name of a device of the host.
pub fn device_id((bus, address): (u8, u8)) -> String {
    format!("xenusb-{bus}-{address}")
}

/// The arguments of `device_add` for a controller. `Error::Invalid` for a version of USB of which QEMU has none.
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
    fn only_the_port_is_text() {
        assert_eq!(
            device(1, 2, (3, 4)),
            json!({
                "id": "xenusb-3-4", "driver": "usb-host", "bus": "xenusb-1.0", "port": "2",
                "hostbus": 3, "hostaddr": 4,
            })
        );
    }
}
