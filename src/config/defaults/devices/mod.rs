//! Devices made complete: each kind's defaults, and what a device cannot be.
//!
//! These rules want a domain: its kind, and the numbers of the domains that serve its devices. As with
//! the whole configuration, they are for a copy, of which nothing is taken when a device is refused.

use std::cell::OnceCell;
use std::path::Path;

use crate::core::{Ctx, Error, Result, uuid};
use crate::domain::kind::{self, DomainKind};
use crate::domain::names;
use crate::error;
use crate::types::idiomatic::{
    DeviceP9, DevicePci, DevicePvcallsif, DeviceVdispl, DeviceVfb, DeviceVkb, DeviceVsnd,
    DeviceVtpm, RdmReservePolicy, Text, Uuid, VkbBackend,
};
use crate::xen::log::Log;

pub mod disk;
pub mod nic;
#[cfg(test)]
mod tests;
pub mod usb;

/// There if the kernel serves USB devices itself; otherwise QEMU does.
const KERNEL_DRIVER: &str = "/sys/bus/usb/drivers/usbback";

/// What the rules ask of the world.
pub trait DefaultsHost {
    fn log(&self) -> &Log;
    /// The kind of guest that gets the device.
    fn kind(&self) -> Result<DomainKind>;
    /// The domain of that name, or number.
    fn domain_of(&self, name: &[u8]) -> Result<u32>;
    /// Whether the kernel serves USB devices to guests.
    fn kernel_serves_usb(&self) -> Result<bool>;
}

/// A domain of the ctx.
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
                error!(self.ctx, "cannot look for {KERNEL_DRIVER}: {e}");
                Err(Error::Fail)
            }
        }
    }
}

/// The domain that a device is for.
#[derive(Clone, Copy)]
pub struct DeviceContext<'a> {
    pub world: &'a dyn DefaultsHost,
    /// The domain that gets it, for the log.
    pub domid: u32,
    /// Whether the domain runs already.
    pub hotplug: bool,
}

impl DeviceContext<'_> {
    /// Logs why a device is refused.
    fn refuse(&self, why: std::fmt::Arguments<'_>) -> Error {
        error!(self.world.log(), domid = self.domid, "{why}");
        Error::Invalid
    }

    /// Sixteen random bytes, for a uuid.
    fn random(&self) -> Result<uuid::UuidBytes> {
        uuid::random().map_err(|e| {
            error!(self.world.log(), domid = self.domid, "cannot get random numbers: {e}");
            Error::Fail
        })
    }

    /// The number of the domain that serves a device, where it is named.
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

/// A screen of a PV guest.
pub fn vfb(place: DeviceContext, device: &mut DeviceVfb) -> Result<()> {
    let vnc = &mut device.vnc;
    let shown = *vnc.enable.get_or_insert(true);
    if shown && vnc.listen.is_none() {
        vnc.listen = Some(Text::from(c"127.0.0.1"));
    }
    vnc.findunused.get_or_insert(shown);
    device.sdl.enable.get_or_insert(false);
    device.sdl.opengl.get_or_insert(false);
    place.backend(&device.backend_domname, &mut device.backend_domid)
}

/// Keyboard and pointer.
pub fn vkb(place: DeviceContext, device: &mut DeviceVkb) -> Result<()> {
    if device.backend_type == VkbBackend::Unknown {
        device.backend_type = VkbBackend::Qemu;
    }
    place.backend(&device.backend_domname, &mut device.backend_domid)
}

/// A device of the host.
pub fn pci(device: &mut DevicePci) {
    if device.rdm_policy == RdmReservePolicy::Invalid {
        device.rdm_policy = RdmReservePolicy::Strict;
    }
}

/// A trusted platform module. One without a uuid is a new one.
pub fn vtpm(place: DeviceContext, device: &mut DeviceVtpm) -> Result<()> {
    if device.uuid.is_nil() {
        device.uuid = Uuid(place.random()?);
    }
    place.backend(&device.backend_domname, &mut device.backend_domid)
}

macro_rules! backend_alone {
    ($($(#[$doc:meta])* $name:ident($ty:ty);)*) => { $(
        $(#[$doc])*
        pub fn $name(place: DeviceContext, device: &mut $ty) -> Result<()> {
            place.backend(&device.backend_domname, &mut device.backend_domid)
        }
    )* };
}
backend_alone! {
    /// A folder of the host.
    p9(DeviceP9);
    /// Sockets of another domain.
    pvcallsif(DevicePvcallsif);
    /// A display.
    vdispl(DeviceVdispl);
    /// A sound card.
    vsnd(DeviceVsnd);
}
