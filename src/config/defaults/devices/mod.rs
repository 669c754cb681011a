//! The defaults and checks of devices.
//!
//! These rules need a domain: its kind, and the domids of its backend domains. As with the whole configuration, they
//! change a copy, which is discarded if the device is rejected.

use std::cell::OnceCell;
use std::path::Path;

use crate::core::{Ctx, Error, Result, uuid};
use crate::domain::kind::{self, DomainKind};
use crate::domain::names;
use crate::error;
use crate::types::idiomatic::{
    DevicePci, DevicePvcallsif, DeviceVdispl, DeviceVfb, DeviceVkb, DeviceVsnd, DeviceVtpm,
    RdmReservePolicy, Text, Uuid, VkbBackend,
};
use crate::xen::log::Log;

pub mod disk;
pub mod nic;
#[cfg_attr(since = "4.19", path = "p9_since_4_19.rs")]
#[cfg_attr(not(since = "4.19"), path = "p9_until_4_19.rs")]
pub mod p9;
#[cfg(test)]
mod tests;
pub mod usb;
#[cfg(since = "4.18")]
mod virtio_since_4_18;

#[cfg(since = "4.18")]
pub use virtio_since_4_18::set_defaults as virtio;

/// This directory exists if the kernel's back end for USB devices is loaded; otherwise QEMU is the back end.
const KERNEL_DRIVER: &str = "/sys/bus/usb/drivers/usbback";

/// The facts that the rules need.
pub trait DefaultsHost {
    fn log(&self) -> &Log;
    /// The kind of guest that the device is for.
    fn kind(&self) -> Result<DomainKind>;
    /// The domain with this name or domid.
    fn domain_of(&self, name: &[u8]) -> Result<u32>;
    /// Whether the kernel has a back end for USB devices.
    fn kernel_serves_usb(&self) -> Result<bool>;
    /// The guest whose device model runs in domain `domid`; that domain itself if it is not a stub domain.
    fn guest_of(&self, domid: u32) -> u32 {
        domid
    }
}

/// The facts about a domain, read through the ctx.
#[derive(Debug)]
pub struct Guest<'a> {
    ctx: &'a Ctx,
    domid: u32,
    kind: OnceCell<DomainKind>,
}

impl<'a> Guest<'a> {
    pub fn new(ctx: &'a Ctx, domid: u32) -> Self {
        Self { ctx, domid, kind: OnceCell::new() }
    }
}

impl DefaultsHost for Guest<'_> {
    fn log(&self) -> &Log {
        self.ctx.log()
    }

    fn kind(&self) -> Result<DomainKind> {
        if let Some(&kind) = self.kind.get() {
            return Ok(kind);
        }
        let kind = kind::of(self.ctx, self.domid)?;
        Ok(*self.kind.get_or_init(|| kind))
    }

    fn domain_of(&self, name: &[u8]) -> Result<u32> {
        names::by_qualifier(self.ctx, name)
    }

    fn kernel_serves_usb(&self) -> Result<bool> {
        match Path::new(KERNEL_DRIVER).symlink_metadata() {
            Ok(_) => Ok(true),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(e) => {
                error!(self.ctx, "cannot check for {KERNEL_DRIVER}: {e}");
                Err(Error::Fail)
            }
        }
    }
}

/// The domain that a device is for.
#[derive(Clone, Copy)]
pub struct DeviceContext<'a> {
    pub world: &'a dyn DefaultsHost,
    /// The domid for log lines.
    pub domid: u32,
    /// Whether the domain is running already.
    pub hotplug: bool,
}

impl DeviceContext<'_> {
    /// Logs why a device is rejected.
    fn refuse(&self, why: std::fmt::Arguments<'_>) -> Error {
        error!(self.world.log(), domid = self.domid, "{why}");
        Error::Invalid
    }

    /// Returns 16 random bytes, for a UUID.
    fn random(&self) -> Result<uuid::UuidBytes> {
        uuid::random().map_err(|e| {
            error!(self.world.log(), domid = self.domid, "cannot get random numbers: {e}");
            Error::Fail
        })
    }

    /// Looks up the backend domain of a device, if it is given by name.
    pub fn backend(&self, name: &Option<Text>, domid: &mut u32) -> Result<()> {
        if let Some(name) = name {
            *domid = self.world.domain_of(name.as_bytes()).inspect_err(|_| {
                let (shown, log) = (String::from_utf8_lossy(name.as_bytes()), self.world.log());
                error!(log, domid = self.domid, "cannot find the backend domain `{shown}'");
            })?;
        }
        Ok(())
    }
}

/// A framebuffer of a PV guest.
pub fn vfb(context: DeviceContext, device: &mut DeviceVfb) -> Result<()> {
    let vnc = &mut device.vnc;
    let shown = *vnc.enable.get_or_insert(true);
    if shown && vnc.listen.is_none() {
        vnc.listen = Some(Text::from(c"127.0.0.1"));
    }
    vnc.findunused.get_or_insert(shown);
    device.sdl.enable.get_or_insert(false);
    device.sdl.opengl.get_or_insert(false);
    context.backend(&device.backend_domname, &mut device.backend_domid)
}

/// A keyboard and pointer.
pub fn vkb(context: DeviceContext, device: &mut DeviceVkb) -> Result<()> {
    if device.backend_type == VkbBackend::Unknown {
        device.backend_type = VkbBackend::Qemu;
    }
    context.backend(&device.backend_domname, &mut device.backend_domid)
}

/// A PCI device of the host.
pub fn pci(device: &mut DevicePci) {
    if device.rdm_policy == RdmReservePolicy::Invalid {
        device.rdm_policy = RdmReservePolicy::Strict;
    }
}

/// A virtual TPM. If it has no UUID, it gets a new one.
pub fn vtpm(context: DeviceContext, device: &mut DeviceVtpm) -> Result<()> {
    if device.uuid.is_nil() {
        device.uuid = Uuid(context.random()?);
    }
    context.backend(&device.backend_domname, &mut device.backend_domid)
}

macro_rules! backend_alone {
    ($($(#[$doc:meta])* $name:ident($ty:ty);)*) => { $(
        $(#[$doc])*
        pub fn $name(context: DeviceContext, device: &mut $ty) -> Result<()> {
            context.backend(&device.backend_domname, &mut device.backend_domid)
        }
    )* };
}
backend_alone! {
    /// A PV calls interface.
    pvcallsif(DevicePvcallsif);
    /// A virtual display.
    vdispl(DeviceVdispl);
    /// A virtual sound card.
    vsnd(DeviceVsnd);
}
