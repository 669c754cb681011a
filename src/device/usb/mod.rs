//! USB for guests: controllers, and devices of the host at their ports.
//!
//! | controller | back end | nodes in xenstore | how a device is attached |
//! |---|---|---|---|
//! | `pv` | the kernel's usbback | front end, back end (`vusb`) and record | the interfaces are unbound from the host's drivers and bound to usbback |
//! | `qusb` | the guest's QEMU | front end, back end (`qusb`) and record | its name is written to the port's node |
//! | `devicemodel` | none: QEMU emulates it, HVM only | only the record | `device_add` of `usb-host` |
//!
//! A controller has a node for each port, with the sysfs name of the device at the port (`1-2.3`), or empty: in the
//! back end's directory, or for `devicemodel` in the record. That node records which guest has the device, so it is
//! written before the device is bound to usbback or added to QEMU, and cleared after the device was unbound from
//! usbback. For an emulated controller it is cleared before QEMU is told, as in C, and restored if QEMU refuses.
//!
//! | file | subject |
//! |---|---|
//! | `host.rs` | the host's devices |
//! | `usbback.rs` | binding a device to usbback, and to its former drivers |
//! | `controller.rs` | adding controllers |
//! | `attach.rs` | attaching a device |
//! | `detach.rs` | detaching a device; removing controllers |
//!
//! # Locks
//!
//! As for other devices, xenstore and libxl-json are changed under the lock of the domain's userdata
//! (`add/running.rs`). After that QEMU is told under the slow lock of device changes; once that lock is held, the
//! port's node is checked again.

use crate::core::{Ao, Result};
use crate::device::add::AttachTarget;
use crate::types::idiomatic::{DeviceUsbctrl, DeviceUsbdev};

pub mod attach;
pub mod controller;
pub mod detach;
pub mod host;
pub mod usbback;

/// Attaches the configured controllers and devices to a domain that is being created, and sets their defaults.
pub async fn add_new(
    ao: &Ao,
    target: &AttachTarget<'_>,
    controllers: &mut [DeviceUsbctrl],
    devices: &mut [DeviceUsbdev],
) -> Result<()> {
    for written in controller::write_new(target, controllers)? {
        written.connect(ao).await?;
    }
    attach::add_new(ao, target.domid(), devices).await
}
