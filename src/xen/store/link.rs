//! The connection to the daemon: its socket, or the kernel's xenbus device if there is no socket.
//!
//! How long the daemon may be silent is set as a timeout of the socket ([`ReceiveTimeout`], [`SendTimeout`]), so that
//! waiting needs no further system call. A signal interrupts such a call, and a repeated call would have the whole
//! timeout again, so that an application with an interval timer would wait forever. So after a signal the rest of the
//! time is waited for in another way ([`TimeLimit`]).

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
use nix::time::{ClockId, clock_gettime};
use nix::unistd;

use super::exchange::{Link, SendError};
use super::wire::Requests;
use crate::sync::std_fds::raised;
use crate::sync::tracked_fds::Tracked;

/// How long the daemon may send nothing while it owes a reply, or read nothing, before it counts as dead. On a busy
/// host the daemon is late by seconds; libxenstore waits forever.
pub const REPLY_TIMEOUT: Duration = Duration::from_secs(30);

/// An open connection. Only the process that created it closes it.
#[derive(Debug)]
pub struct Wire {
    fd: Tracked<OwnedFd>,
    device: bool,
    silence: Duration,
}

/// What to do when the daemon's queue of new connections is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening {
    /// Wait for room, as long as the daemon may be silent; then `ETIMEDOUT`.
    Waits,
    /// Fail with `EAGAIN` at once. No descriptor reports when there is room.
    AtOnce,
}

/// The paths of the daemon's socket and device, in order of preference. `XENSTORED_PATH` names one path, of a socket or
/// device, and `XENSTORED_RUNDIR` the directory of the socket, as for libxenstore.
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
    /// Connects to the daemon's socket or device at `place`. `silence` is the timeout, as [`REPLY_TIMEOUT`].
    pub fn open(place: &Path, opening: Opening, silence: Duration) -> Result<Self, Errno> {
        let (fd, device) = match connect_socket(place, opening, silence) {
            Ok(fd) => (fd, false),
            // The file may be a device and not a socket.
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

    /// Sends whole messages, with `flags` if this is a socket.
    fn send_with(&self, messages: &[u8], flags: MsgFlags) -> Result<(), SendError> {
        if self.device {
            return write_all(messages, |rest| unistd::write(self.as_fd(), rest));
        }
        let (fd, flags) = (self.fd.as_raw_fd(), flags | MsgFlags::MSG_NOSIGNAL);
        write_all(messages, |rest| {
            // Each part that the daemon reads has the whole timeout.
            TimeLimit::new(self.silence).retried(|left| match left {
                Some(left) if !is_ready(self.as_fd(), PollFlags::POLLOUT, left) => {
                    Err(Errno::EAGAIN)
                }
                _ => send(fd, rest, flags),
            })
        })
    }

    /// Whether this process created the connection.
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
    let timeout = time_val(silence);
    // The send timeout also limits connecting.
    setsockopt(&fd, SendTimeout, &timeout)?;
    setsockopt(&fd, ReceiveTimeout, &timeout)?;
    // A connect to a local socket that a signal interrupts has done nothing: it was waiting for room in the backlog.
    let mut interrupted = false;
    let connected = TimeLimit::new(silence).retried(|left| {
        if let Some(left) = left {
            // No event reports that there is room.
            interrupted = true;
            setsockopt(&fd, SendTimeout, &time_val(left))?;
        }
        connect(fd.as_raw_fd(), &address)
    });
    if interrupted {
        setsockopt(&fd, SendTimeout, &timeout)?;
    }
    match opening {
        Opening::Waits => connected.map_err(late)?,
        Opening::AtOnce => {
            connected?;
            fcntl(&fd, FcntlArg::F_SETFL(OFlag::empty()))?;
        }
    }
    Ok(fd)
}

fn time_val(time: Duration) -> TimeVal {
    TimeVal::new(time.as_secs() as _, time.subsec_micros().into())
}

/// Converts `EAGAIN`, with which a socket reports a timeout.
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
            // The device accepts one whole message with each write.
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
                    let received = TimeLimit::new(self.silence).retried(|left| match left {
                        Some(left) if !is_ready(self.as_fd(), PollFlags::POLLIN, left) => {
                            Err(Errno::EAGAIN)
                        }
                        _ => recv(self.fd.as_raw_fd(), buffer, MsgFlags::empty()),
                    });
                    received.map_err(late)
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
        is_ready(self.fd.as_fd(), PollFlags::POLLIN, within)
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

/// Waits at most `within` until `fd` is ready for `what`. Returns whether it may be ready.
fn is_ready(fd: BorrowedFd<'_>, what: PollFlags, within: Duration) -> bool {
    let mut fds = [PollFd::new(fd, what)];
    let polled = TimeLimit::new(within).retried(|left| {
        // The time is rounded up, since waits of zero length would repeat without end.
        let left = left.unwrap_or(within).saturating_add(Duration::from_micros(999));
        poll(&mut fds, PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX))
    });
    // If poll fails, the following read or write reports the error.
    !matches!(polled, Ok(0) | Err(Errno::EAGAIN))
}

/// A time limit for one call, however often a signal interrupts it.
struct TimeLimit {
    time: Duration,
    began: Duration,
}

impl TimeLimit {
    /// A time limit that begins now.
    fn new(time: Duration) -> Self {
        Self { time, began: now() }
    }

    /// Repeats `call` after each signal, with the time that is left; `EAGAIN` if none is left.
    fn retried<T>(
        &self,
        mut call: impl FnMut(Option<Duration>) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let mut outcome = call(None);
        while outcome.as_ref().is_err_and(|&errno| errno == Errno::EINTR) {
            let left = self.time.saturating_sub(now().saturating_sub(self.began));
            // For a socket a timeout of zero microseconds means no timeout.
            if left < Duration::from_micros(1) {
                return Err(Errno::EAGAIN);
            }
            outcome = call(Some(left));
        }
        outcome
    }
}

/// The time of the kernel's last tick. This is exact enough for seconds, and needs no system call on any host, in
/// contrast to the exact time with a clock source that processes cannot read.
fn now() -> Duration {
    clock_gettime(ClockId::CLOCK_MONOTONIC_COARSE).map_or(Duration::ZERO, Duration::from)
}

/// Repeats `call` after each signal, for calls that do not wait.
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
