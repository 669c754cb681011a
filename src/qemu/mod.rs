//! QEMU as the device model of an HVM guest, or as a back end of a PV or PVH guest's devices: whether a guest needs
//! one, starting it, controlling it by QMP, and ending it.
//!
//! | file | subject |
//! |---|---|
//! | `arguments/` | the command line |
//! | `account.rs` | the user that it runs as |
//! | `start.rs` | starting it and waiting until it is ready |
//! | `describe.rs` | nodes that are written after its start: serial ports, VNC |
//! | `model.rs` | checking whether it runs, and ending it |
//! | `qmp.rs`, `message.rs` | the QMP client |
//! | `commands.rs` | QMP commands |
//! | `usb.rs` | USB controllers and devices |
//! | `vcpus.rs` | vcpu hotplug of HVM guests |
//! | `state.rs` | saving its state, and resuming it |
//! | `traditional.rs` | the traditional device model, which has no QMP |
//! | `ninepfs_*.rs` | file systems of guests (9pfs), and the daemon that serves some instead of QEMU |
//!
//! QEMU outlives the process that starts it: it is a detached process (`runtime/child/detached.rs`), and is found by
//! its pid in the node `image/device-model-pid`, which is written before it executes.

mod account;
pub mod arguments;
pub mod commands;
mod describe;
pub mod message;
pub mod model;
#[cfg_attr(since = "4.19", path = "ninepfs_since_4_19.rs")]
#[cfg_attr(not(since = "4.19"), path = "ninepfs_until_4_19.rs")]
pub mod ninepfs;
pub mod qmp;
mod start;
pub mod state;
pub mod traditional;
pub mod usb;
pub mod vcpus;

pub use start::{is_running, log_name, start, start_for_driver_domain, start_proxy, tell_firmware};

use crate::core::{Ctx, Result};
use crate::domain::identity::own_domid;
use crate::types::idiomatic::{DiskBackend, DomainConfig, UsbctrlType};

/// Whether a PV or PVH guest with this configuration, its defaults filled in, needs a QEMU here.
pub fn needed(ctx: &Ctx, config: &DomainConfig) -> Result<bool> {
    is_needed(config, || own_domid(ctx))
}

/// The same, for a toolstack in domain `own`, which is asked for only if it matters. xenconsoled is the back end of
/// the first console only, so QEMU is the back end of the others, which are channels.
fn is_needed(config: &DomainConfig, own: impl FnOnce() -> Result<u32>) -> Result<bool> {
    if !config.vfbs.is_empty() {
        return Ok(true);
    }
    let disks = config.disks.iter().filter(|disk| disk.backend == DiskBackend::Qdisk);
    let usbctrls = config.usbctrls.iter().filter(|ctrl| ctrl.type_ == UsbctrlType::Qusb);
    let served_by: Vec<u32> = disks
        .map(|disk| disk.backend_domid)
        .chain(config.channels.iter().map(|channel| channel.backend_domid))
        .chain(usbctrls.map(|ctrl| ctrl.backend_domid))
        .collect();
    if served_by.is_empty() {
        return ninepfs::need_qemu(&config.p9s, own);
    }
    let own = own()?;
    Ok(served_by.contains(&own) || ninepfs::need_qemu(&config.p9s, || Ok(own))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::{
        DeviceChannel, DeviceDisk, DeviceP9, DeviceUsbctrl, DeviceVfb, DeviceVkb,
    };

    #[test]
    fn configurations_that_need_qemu() {
        let needs = |change: fn(&mut DomainConfig)| {
            let mut config = DomainConfig::default();
            change(&mut config);
            is_needed(&config, || Ok(0)).unwrap()
        };
        assert!(!needs(|_| ()));
        assert!(needs(|c| c.vfbs = vec![DeviceVfb::default()]));
        assert!(needs(|c| c.p9s = vec![DeviceP9::default()]));
        let disk =
            |backend, backend_domid| DeviceDisk { backend, backend_domid, ..Default::default() };
        let needs_for = |disk: DeviceDisk| {
            let config = DomainConfig { disks: vec![disk], ..Default::default() };
            is_needed(&config, || Ok(0)).unwrap()
        };
        assert!(needs_for(disk(DiskBackend::Qdisk, 0)));
        assert!(!needs_for(disk(DiskBackend::Qdisk, 3)));
        assert!(!needs_for(disk(DiskBackend::Phy, 0)));
        assert!(needs(|c| c.channels = vec![DeviceChannel::default()]));
        assert!(!needs(|c| {
            c.channels = vec![DeviceChannel { backend_domid: 3, ..Default::default() }];
        }));
        let usbctrl = |type_, backend_domid| {
            let ctrl = DeviceUsbctrl { type_, backend_domid, ..Default::default() };
            let config = DomainConfig { usbctrls: vec![ctrl], ..Default::default() };
            is_needed(&config, || Ok(0)).unwrap()
        };
        assert!(usbctrl(UsbctrlType::Qusb, 0));
        assert!(!usbctrl(UsbctrlType::Qusb, 3) && !usbctrl(UsbctrlType::Pv, 0));
        // A keyboard alone does not require a QEMU, whatever its back end.
        assert!(!needs(|c| c.vkbs = vec![DeviceVkb::default()]));
    }
}
