//! The command line and the environment of a guest's QEMU, as functions of its configuration and of facts about the
//! host.
//!
//! The order of the arguments is libxl's, since administrators read them in `ps`. Nothing here accesses the host, so
//! the result can be compared with the C library's without Xen (`capi-tests/no-xen/qemu-args`).
//!
//! | file | subject |
//! |---|---|
//! | `pv.rs` | back end of a PV or PVH guest, or in a driver domain |
//! | `hvm.rs` | device model of an HVM guest: the order of the arguments, the machine |
//! | `proxy.rs` | the program that forwards QMP to a QEMU in a stub domain |
//! | `display.rs` | VNC, SDL, SPICE, the graphics card |
//! | `devices.rs` | serial ports, USB, sound |
//! | `nics.rs` | network cards |
//! | `disks.rs` | disks and CD drives |
//! | `options_*.rs` | options whose form depends on QEMU's version |
//! | `value.rs` | the value of one option |
//! | `error.rs` | invalid configurations |

mod devices;
mod disks;
mod display;
mod error;
mod hvm;
mod nics;
#[cfg_attr(since = "4.20", path = "options_since_4_20.rs")]
#[cfg_attr(not(since = "4.20"), path = "options_until_4_20.rs")]
mod options;
mod proxy;
mod pv;
#[cfg(test)]
mod samples;
mod value;

use std::ffi::{OsStr, OsString};
use std::os::fd::RawFd;
use std::os::unix::ffi::OsStrExt;

pub use self::disks::{Target, target};
pub use self::display::vnc;
pub use self::error::ArgumentsError;
pub use self::hvm::{Hvm, Place, hvm};
pub use self::proxy::proxy;
pub use self::pv::{driver_domain, pv};
use self::value::Value;
use crate::core::paths::RUN_DIR;
use crate::qemu::qmp::socket_path;
use crate::types::idiomatic::{DeviceChannelData, DomainBuildInfo, DomainConfig, Text};

/// The default limit of QEMU's log in bytes, which Debian's and Xen's QEMU apply (XSA-180). An administrator can set
/// the variable to another one.
const CONSOLE_LIMIT: (&str, &str) = ("XEN_QEMU_CONSOLE_LIMIT", "1048576");

/// Arguments and environment of QEMU.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct CommandLine {
    /// Without the program itself.
    pub arguments: Vec<OsString>,
    /// Changes of the environment.
    pub environment: Vec<(&'static str, OsString)>,
    /// Log lines about settings that have no effect.
    pub warnings: Vec<String>,
}

/// Parameters of a QEMU that drops its privileges after its start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Restricted {
    /// The inherited descriptor of the socket that QEMU listens on: it cannot create one.
    pub monitor: RawFd,
}

/// The root directory (chroot) of a restricted QEMU.
pub fn root_path(domid: u32) -> String {
    format!("{RUN_DIR}/qemu-root-{domid}")
}

/// The guest's memory in MiB, without the video memory.
fn memory(build: &DomainBuildInfo) -> String {
    mib(build.max_memkb.wrapping_sub(build.video_memkb)).to_string()
}

/// Converts KiB to MiB, rounded up.
fn mib(kib: u64) -> u64 {
    kib.div_ceil(1024)
}

fn os(text: &Text) -> &OsStr {
    OsStr::from_bytes(text.as_bytes())
}

impl CommandLine {
    fn add(&mut self, arguments: impl IntoIterator<Item: AsRef<OsStr>>) {
        self.arguments.extend(arguments.into_iter().map(|a| a.as_ref().to_owned()));
    }

    fn option(&mut self, name: &str, value: impl AsRef<OsStr>) {
        self.add([OsStr::new(name), value.as_ref()]);
    }

    /// Adds the option if the configuration has a value for it.
    fn option_of(&mut self, name: &str, value: &Option<Text>) {
        if let Some(value) = value {
            self.option(name, os(value));
        }
    }

    fn device(&mut self, value: impl AsRef<OsStr>) {
        self.option("-device", value);
    }

    fn warn(&mut self, text: String) {
        self.warnings.push(text);
    }

    fn limit_log(&mut self, limited: bool) {
        if !limited {
            self.environment.push((CONSOLE_LIMIT.0, CONSOLE_LIMIT.1.into()));
        }
    }

    fn of_domain(&mut self, domid: u32) {
        self.add(["-xen-domid", &domid.to_string(), "-no-shutdown"]);
    }

    /// The QMP sockets, of the toolstack and of its statistics (libxenstat).
    fn monitors(&mut self, domid: u32, restricted: Option<Restricted>) {
        let mut socket = |id: &str, place: Value, paused: bool| {
            let device = Value::of("socket").with("id", id).and(&place).and("server=on,wait=off");
            self.option("-chardev", device);
            if paused {
                // Such a QEMU does not report its start in xenstore; the toolstack queries its state by QMP and then
                // sends `cont`, so it must start paused.
                self.add(["-S"]);
            }
            self.option("-mon", Value::default().with("chardev", id).with("mode", "control"));
        };
        let at = |path: String| Value::default().with("path", path);
        match restricted {
            Some(Restricted { monitor }) => {
                socket("libxl-cmd", Value::default().with("fd", monitor), true);
            }
            None => socket("libxl-cmd", at(socket_path(domid)), false),
        }
        socket("libxenstat-cmd", at(format!("{RUN_DIR}/qmp-libxenstat-{domid}")), false);
    }

    fn channels(&mut self, config: &DomainConfig) -> Result<(), ArgumentsError> {
        for channel in &config.channels {
            let id = format!("libxl-channel{}", channel.devid);
            let device = match &channel.u {
                DeviceChannelData::Pty => Value::of("pty").with("id", id),
                DeviceChannelData::Socket(socket) => Value::of("socket")
                    .with("id", id)
                    .with("path", &socket.path)
                    .and("server=on,wait=off"),
                _ => return Err(ArgumentsError::Channel),
            };
            self.option("-chardev", device);
        }
        Ok(())
    }

    /// Disables QEMU's default devices and its configuration files.
    fn no_defaults(&mut self) {
        self.add(["-nodefaults", "-no-user-config"]);
    }

    /// `of_stub_domain`: the QEMU is that of a stub domain's image, of an unknown version; as in the C library it gets
    /// the older form of the option.
    fn restrict(&mut self, domid: u32, of_stub_domain: bool) {
        self.add(["-xen-domid-restrict"]);
        let path = root_path(domid);
        self.add(if of_stub_domain { root_before_9(&path) } else { options::root(&path) });
    }
}

/// The root directory, for QEMU before 9.
pub fn root_before_9(path: &str) -> [String; 2] {
    ["-chroot".to_owned(), path.to_owned()]
}
