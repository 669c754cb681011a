//! USB for guests: controllers, and devices of the host behind their ports.
//!
//! | controller | who serves it | what xenstore has | a device comes by |
//! |---|---|---|---|
//! | `pv` | the kernel's usbback | all three parts of a device (`vusb`) | the interfaces are unbound from the host's drivers and bound to usbback |
//! | `qusb` | the guest's QEMU | the same (`qusb`) | the name in the port's node |
//! | `devicemodel` | QEMU emulates it, HVM only | the toolstack's record alone | `device_add` of `usb-host` |
//!
//! A controller has a node for each port, with the host's name of the device that is there (`1-2.3`), or nothing: in the back
//! end's half, or for `devicemodel` in the record. That node says which guest has the device, so it is written before the
//! device is bound to usbback or added to QEMU, and emptied after it was unbound from usbback. For an emulated controller it is emptied
//! before QEMU is told, as in C, and has the name again if QEMU refuses.
//!
//! | file | subject |
//! |---|---|
//! | `host.rs` | the host's devices |
//! | `usbback.rs` | binding one to usbback, and to the drivers that it had |
//! | `controller.rs` | adding controllers |
//! | `attach.rs` | attaching a device |
//! | `detach.rs` | detaching it; removing controllers |
//!
//! # Locks
//!
//! Xenstore and libxl-json change together under the lock of the domain's userdata, as for other devices
//! (`add/running.rs`). QEMU is told under the slow lock of device changes, after that; what is to be told is looked at again
//! when the lock is there.

use crate::core::{Ao, Result};
use crate::device::add::AttachTarget;
use crate::types::idiomatic::{DeviceUsbctrl, DeviceUsbdev};

pub mod attach;
pub mod controller;
pub mod detach;
pub mod host;
pub mod usbback;

/// Attaches its controllers and devices to a domain that is being made, and completes them.
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
