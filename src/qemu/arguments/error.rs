//! Why a configuration leads to no command line.

use std::fmt;

use crate::core::Error;
use crate::types::idiomatic::{DeviceModelVersion, Text};

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ArgumentsError {
    /// A number in the configuration that is none of its kind.
    Channel,
    /// A display in `listen` and another beside it.
    TwoDisplays,
    /// An HVM guest where only a back end is asked for.
    Hvm,
    /// No HVM guest where its hardware is asked for.
    NotHvm,
    /// Xen's old fork of QEMU has arguments of its own, and nobody ships it.
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
    /// What kind of graphics card is passed through is not known.
    Graphics,
    GraphicsKind(i32),
    /// A disk that the guest may not write to, with an emulated controller that cannot refuse it.
    ReadOnly {
        vdev: Option<Text>,
        controller: &'static str,
    },
}

impl ArgumentsError {
    /// What the application is told.
    pub fn error(&self) -> Error {
        match self {
            Self::Hvm | Self::NotHvm => Error::NotImplemented,
            Self::Traditional | Self::Graphics => Error::Fail,
            _ => Error::Invalid,
        }
    }
}

impl fmt::Display for ArgumentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel => write!(f, "a channel has no known kind of connection"),
            Self::TwoDisplays => {
                write!(f, "vnclisten has a display number, and vncdisplay another")
            }
            Self::Hvm => write!(f, "an HVM guest has QEMU as its hardware, not only as a back end"),
            Self::NotHvm => write!(f, "QEMU is the hardware of HVM guests only"),
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
            Self::Vga(kind) => write!(f, "unknown kind of graphics card {kind}"),
            Self::SpicePort => write!(f, "SPICE has neither spiceport nor spicetls_port"),
            Self::SpicePassword => write!(f, "SPICE with tickets has no spicepasswd"),
            Self::EmptySpicePassword => write!(f, "SPICE with tickets has an empty spicepasswd"),
            Self::Graphics => {
                write!(f, "cannot pass graphics through: no Intel display is among the PCI devices")
            }
            Self::GraphicsKind(kind) => write!(f, "unknown gfx_passthru_kind {kind}"),
            Self::ReadOnly { vdev, controller } => {
                let vdev = vdev.as_ref().map_or("(none)".into(), Text::to_string);
                write!(f, "disk {vdev} is read-only, which an emulated {controller} disk cannot be")
            }
        }
    }
}
