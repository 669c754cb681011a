//! The connection to the daemon: its socket, or the kernel's xenbus device if there is no socket.

use std::env;
use std::ffi::OsString;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::sockopt::{ReceiveTimeout, SendTimeout};
use nix::sys::socket::{
    AddressFamily, MsgFlags, Shutdown, SockFlag, SockType, UnixAddr, connect, recv, send,
    setsockopt, shutdown, socket,
};
use nix::sys::stat::{Mode, SFlag, stat};
use nix::sys::time::TimeVal;
use nix::unistd;

use super::exchange::{Link, SendError};
use super::wire::Requests;
use crate::sync::std_fds::raised;
use crate::sync::tracked_fds::Tracked;

/// How long the daemon may send nothing while it owes an answer, or take no bytes, before it counts as dead. A busy
/// host's daemon is late by seconds; libxenstore waits for ever.
pub const REPLY_TIMEOUT: Duration = Duration::from_secs(30);

/// An open connection. It is closed by the process that made it and by no other.
#[derive(Debug)]
pub struct Wire {
    fd: Tracked<OwnedFd>,
    device: bool,
    silence: Duration,
}

/// How a connection is opened where the daemon's queue of new ones is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening {
    /// Waits for room, for as long as the daemon may be silent; then `ETIMEDOUT`.
    Waits,
    /// `EAGAIN` at once. No descriptor shows when there is room.
    AtOnce,
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
    /// Connects to the daemon's socket or device at `place`. `silence`: as [`REPLY_TIMEOUT`].
    pub fn open(place: &Path, opening: Opening, silence: Duration) -> Result<Self, Errno> {
        let (fd, device) = match connect_socket(place, opening, silence) {
            Ok(fd) => (fd, false),
            // What is there may be no socket.
            Err(Errno::ECONNREFUSED) if is_device(place) => (open_device(place)?, true),
            Err(errno) => return Err(errno),
        };
        Ok(Self { fd: Tracked::new(fd), device, silence })
    }

    /// Sends one whole message.
    pub fn send_bytes(&self, message: &[u8]) -> Result<(), SendError> {
        self.send_with(message, MsgFlags::empty())
            .map_err(|e| SendError { errno: late(e.errno), ..e })
    }

    /// Sends whole messages, with these flags where it is a socket.
    fn send_with(&self, messages: &[u8], flags: MsgFlags) -> Result<(), SendError> {
        if self.device {
            return write_all(messages, |rest| unistd::write(self.as_fd(), rest));
        }
        let (fd, flags) = (self.fd.as_raw_fd(), flags | MsgFlags::MSG_NOSIGNAL);
        write_all(messages, |rest| send(fd, rest, flags))
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

fn connect_socket(place: &Path, opening: Opening, silence: Duration) -> Result<OwnedFd, Errno> {
    let address = UnixAddr::new(place)?;
    let mut flags = SockFlag::SOCK_CLOEXEC;
    flags.set(SockFlag::SOCK_NONBLOCK, opening == Opening::AtOnce);
    let fd = raised(socket(AddressFamily::Unix, SockType::Stream, flags, None)?);
    let most = TimeVal::new(silence.as_secs() as _, silence.subsec_micros().into());
    // The first is for connecting as well.
    setsockopt(&fd, SendTimeout, &most)?;
    setsockopt(&fd, ReceiveTimeout, &most)?;
    // A local connect that a signal interrupts has done nothing: it waits for room in the backlog.
    let connected = retried(|| connect(fd.as_raw_fd(), &address));
    match opening {
        Opening::Waits => connected.map_err(late)?,
        Opening::AtOnce => {
            connected?;
            fcntl(&fd, FcntlArg::F_SETFL(OFlag::empty()))?;
        }
    }
    Ok(fd)
}

/// A socket says `EAGAIN` when its time is over.
fn late(errno: Errno) -> Errno {
    if errno == Errno::EAGAIN { Errno::ETIMEDOUT } else { errno }
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

    fn send_at_once(&self, requests: &Requests, from: usize, to: usize) -> Result<(), SendError> {
        self.send_with(requests.bytes(from, to), MsgFlags::MSG_DONTWAIT)
    }

    fn receive(&self, buffer: &mut [u8], wait: bool) -> Result<usize, Errno> {
        if !self.device {
            return match wait {
                true => {
                    retried(|| recv(self.fd.as_raw_fd(), buffer, MsgFlags::empty())).map_err(late)
                }
                false => retried(|| recv(self.fd.as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT)),
            };
        }
        if !self.is_readable(if wait { self.silence } else { Duration::ZERO }) {
            return Err(if wait { Errno::ETIMEDOUT } else { Errno::EAGAIN });
        }
        retried(|| unistd::read(self.as_fd(), buffer))
    }

    fn is_readable(&self, within: Duration) -> bool {
        let mut fds = [PollFd::new(self.fd.as_fd(), PollFlags::POLLIN)];
        let most = PollTimeout::try_from(within).unwrap_or(PollTimeout::MAX);
        // If it cannot be asked, reading will say why.
        retried(|| poll(&mut fds, most)) != Ok(0)
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
