//! The command line and the environment of a guest's QEMU, from its configuration and what the host knows.
//!
//! Xen's toolstacks have always shown it in `ps`, and people read it there: its order is libxl's. Nothing here looks at
//! the host, so what a configuration leads to can be compared with the C library's without one
//! (`capi-tests/no-xen/qemu-args`).
//!
//! | file | subject |
//! |---|---|
//! | `pv.rs` | back end of a PV or PVH guest, or in a driver domain |
//! | `hvm.rs` | hardware of an HVM guest: its order, the machine |
//! | `proxy.rs` | what passes QMP on to a QEMU in a stub domain |
//! | `display.rs` | VNC, SDL, SPICE, the graphics card |
//! | `devices.rs` | serial ports, USB, sound |
//! | `nics.rs` | network cards |
//! | `disks.rs` | disks and CD drives |
//! | `value.rs` | the text of one option |
//! | `error.rs` | configurations that no command line can be made of |

mod devices;
mod disks;
mod display;
mod error;
mod hvm;
mod nics;
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

/// How much QEMU, Debian's and Xen's, may write to its log unless the administrator says otherwise (XSA-180).
const CONSOLE_LIMIT: (&str, &str) = ("XEN_QEMU_CONSOLE_LIMIT", "1048576");

/// What QEMU is started with.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct CommandLine {
    /// Without the program itself.
    pub arguments: Vec<OsString>,
    /// Changes of the environment.
    pub environment: Vec<(&'static str, OsString)>,
    /// What of the configuration has no effect, for the log.
    pub warnings: Vec<String>,
}

/// A QEMU that gives up rights when it has started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Restricted {
    /// The number in QEMU of the socket that it is to listen on: it cannot make one.
    pub monitor: RawFd,
}

/// Where a restricted QEMU has its root.
pub fn root_path(domid: u32) -> String {
    format!("{RUN_DIR}/qemu-root-{domid}")
}

/// The guest's memory in MiB, without that of its graphics card.
fn memory(build: &DomainBuildInfo) -> String {
    mib(build.max_memkb.wrapping_sub(build.video_memkb)).to_string()
}

/// Whole MiB that hold so many KiB.
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

    /// The option if the configuration has a value for it.
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

    /// The sockets that the toolstack and its statistics talk to QEMU by.
    fn monitors(&mut self, domid: u32, restricted: Option<Restricted>) {
        let mut socket = |id: &str, place: Value, paused: bool| {
            let device = Value::of("socket").with("id", id).and(&place).and("server=on,wait=off");
            self.option("-chardev", device);
            if paused {
                // So that it is not said to run before it is told to: with this socket its start is known
                // from what it answers.
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

    /// Only what Xen defines; and no configuration but this.
    fn nothing_else(&mut self) {
        self.add(["-nodefaults", "-no-user-config"]);
    }

    fn restrict(&mut self, domid: u32) {
        self.add(["-xen-domid-restrict", "-chroot", &root_path(domid)]);
    }
}
