//! The way to the daemon: its socket, or the kernel's xenbus device where there is none.

use std::env;
use std::ffi::OsString;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, MsgFlags, Shutdown, SockFlag, SockType, UnixAddr, connect, recv, send, shutdown,
    socket,
};
use nix::sys::stat::{Mode, SFlag, stat};
use nix::unistd;

use super::exchange::{Link, SendError};
use super::wire::Requests;
use crate::sync::noted::Noted;
use crate::sync::std_fds::raised;

/// An open connection. It is closed by the process that made it and by no other.
#[derive(Debug)]
pub struct Wire {
    fd: Noted<OwnedFd>,
    device: bool,
}

/// Where the daemon listens, first choice first. `XENSTORED_PATH` names one place, socket or device,
/// and `XENSTORED_RUNDIR` the directory of the socket, as for libxenstore.
pub fn places() -> Vec<PathBuf> {
    let of = |value: Option<OsString>| value.filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(place) = of(env::var_os("XENSTORED_PATH")) {
        return vec![place];
    }
    let mut places = match of(env::var_os("XENSTORED_RUNDIR")) {
        Some(directory) => vec![directory.join("socket")],
        None => vec!["/run/xenstored/socket".into(), "/var/run/xenstored/socket".into()],
    };
    places.extend(["/dev/xen/xenbus".into(), "/proc/xen/xenbus".into()]);
    places
}

impl Wire {
    /// Connects to the first place that answers; the error is that of the first that exists.
    pub fn open(places: &[PathBuf]) -> Result<Self, Errno> {
        let mut failed = None;
        for place in places {
            match Self::open_at(place) {
                Ok(wire) => return Ok(wire),
                Err(Errno::ENOENT) => {}
                Err(errno) => {
                    failed.get_or_insert(errno);
                }
            }
        }
        Err(failed.unwrap_or(Errno::ENOENT))
    }

    /// Connects to the daemon's socket or device at `place`.
    fn open_at(place: &Path) -> Result<Self, Errno> {
        let (fd, device) = match connect_socket(place) {
            Ok(fd) => (fd, false),
            // What is there may be no socket.
            Err(Errno::ECONNREFUSED) if is_device(place) => (open_device(place)?, true),
            Err(errno) => return Err(errno),
        };
        Ok(Self { fd: Noted::new(fd), device })
    }

    /// Sends one whole message.
    pub fn send_bytes(&self, message: &[u8]) -> Result<(), SendError> {
        if self.device {
            return write_all(message, |rest| unistd::write(self.as_fd(), rest));
        }
        let fd = self.fd.as_raw_fd();
        write_all(message, |rest| send(fd, rest, MsgFlags::MSG_NOSIGNAL))
    }

    /// Whether this is the connection of the process that asks.
    pub fn is_ours(&self) -> bool {
        self.fd.is_ours()
    }
}

fn is_device(place: &Path) -> bool {
    let kind = |mode| SFlag::from_bits_truncate(mode) & SFlag::S_IFMT;
    stat(place).is_ok_and(|s| kind(s.st_mode) != SFlag::S_IFSOCK)
}

fn open_device(place: &Path) -> Result<OwnedFd, Errno> {
    retried(|| open(place, OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty()))
}

fn connect_socket(place: &Path) -> Result<OwnedFd, Errno> {
    let address = UnixAddr::new(place)?;
    let fd = raised(socket(AddressFamily::Unix, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)?);
    // A local connect that a signal interrupts has done nothing: it waits for room in the backlog.
    retried(|| connect(fd.as_raw_fd(), &address))?;
    Ok(fd)
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Link for Wire {
    fn send(&self, requests: &Requests, from: usize, to: usize) -> Result<(), SendError> {
        if self.device {
            // The device takes one whole message with each write.
            for at in from..to {
                self.send_bytes(requests.bytes(at, at + 1))
                    .map_err(|e| SendError { begun: e.begun || at > from, ..e })?;
            }
            return Ok(());
        }
        self.send_bytes(requests.bytes(from, to))
    }

    fn receive(&self, buffer: &mut [u8], wait: bool) -> Result<usize, Errno> {
        if !self.device {
            let flags = if wait { MsgFlags::empty() } else { MsgFlags::MSG_DONTWAIT };
            return retried(|| recv(self.fd.as_raw_fd(), buffer, flags));
        }
        if !wait {
            let mut fds = [PollFd::new(self.fd.as_fd(), PollFlags::POLLIN)];
            if retried(|| poll(&mut fds, PollTimeout::ZERO))? == 0 {
                return Err(Errno::EAGAIN);
            }
        }
        retried(|| unistd::read(self.as_fd(), buffer))
    }

    fn one_at_a_time(&self) -> bool {
        self.device
    }

    fn shut(&self) {
        if !self.device {
            let _ = shutdown(self.fd.as_raw_fd(), Shutdown::Both);
        }
    }
}

/// Calls again when a signal came first.
pub fn retried<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}

fn write_all(
    mut bytes: &[u8],
    mut write: impl FnMut(&[u8]) -> Result<usize, Errno>,
) -> Result<(), SendError> {
    let mut begun = false;
    while !bytes.is_empty() {
        let count =
            retried(|| write(bytes)).and_then(|n| if n == 0 { Err(Errno::EIO) } else { Ok(n) });
        bytes = &bytes[count.map_err(|errno| SendError { errno, begun })?..];
        begun = true;
    }
    Ok(())
}
