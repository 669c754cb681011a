//! Why a configuration results in no command line.

use std::fmt;

use crate::core::Error;
use crate::types::idiomatic::{DeviceModelVersion, Text};

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ArgumentsError {
    /// A channel with an invalid type of connection.
    Channel,
    /// A display number in `listen`, and another one in `display`.
    TwoDisplays,
    /// An HVM guest, in a function for PV and PVH guests.
    Hvm,
    /// A guest that is not HVM, in a function for HVM guests.
    NotHvm,
    /// Xen's old fork of QEMU, which has other arguments and which no distribution ships.
    Traditional,
    Version(DeviceModelVersion),
    /// `serial` and `serial_list`
    TwoSerial,
    /// `usbdevice` and `usbdevice_list`
    TwoUsb,
    UsbVersion(i32),
    UsbRedirection(i32),
    Sound(Text),
    Vga(i32),
    SpicePort,
    SpicePassword,
    EmptySpicePassword,
    /// The type of the graphics card that is passed through cannot be detected.
    Graphics,
    GraphicsKind(i32),
    /// A read-only disk at an emulated controller that does not support one.
    ReadOnly {
        vdev: Option<Text>,
        controller: &'static str,
    },
}

impl ArgumentsError {
    /// The error code for the application.
    pub fn error(&self) -> Error {
        match self {
            Self::Traditional | Self::Graphics => Error::Fail,
            _ => Error::Invalid,
        }
    }
}

impl fmt::Display for ArgumentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel => write!(f, "a channel has an unknown connection type"),
            Self::TwoDisplays => {
                write!(f, "vnclisten contains a display number, and vncdisplay is set too")
            }
            Self::Hvm => {
                write!(f, "an HVM guest needs QEMU as device model, not only as a back end")
            }
            Self::NotHvm => write!(f, "QEMU is the device model of HVM guests only"),
            Self::Traditional => {
                write!(
                    f,
                    "device_model_version qemu-xen-traditional is not supported: use qemu-xen"
                )
            }
            Self::Version(version) => write!(f, "invalid device_model_version {version:?}"),
            Self::TwoSerial => write!(f, "serial and serial_list are both set"),
            Self::TwoUsb => write!(f, "usbdevice and usbdevice_list are both set"),
            Self::UsbVersion(version) => write!(f, "usbversion is {version}, not 1, 2 or 3"),
            Self::UsbRedirection(number) => {
                write!(f, "spiceusbredirection is {number}, not between 0 and 4")
            }
            Self::Sound(name) => write!(f, "unknown soundhw {name}"),
            Self::Vga(kind) => write!(f, "unknown type of graphics card {kind}"),
            Self::SpicePort => write!(f, "SPICE needs spiceport or spicetls_port"),
            Self::SpicePassword => {
                write!(f, "SPICE without spicedisable_ticketing needs spicepasswd")
            }
            Self::EmptySpicePassword => write!(
                f,
                "SPICE without spicedisable_ticketing needs a spicepasswd that is not empty"
            ),
            Self::Graphics => {
                write!(
                    f,
                    "gfx_passthru is set, but no Intel graphics device is among the PCI devices"
                )
            }
            Self::GraphicsKind(kind) => write!(f, "unknown gfx_passthru_kind {kind}"),
            Self::ReadOnly { vdev, controller } => {
                let vdev = vdev.as_ref().map_or("(none)".into(), Text::to_string);
                write!(
                    f,
                    "disk {vdev} is read-only, which emulated {controller} disks do not support"
                )
            }
        }
    }
}
