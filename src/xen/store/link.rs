//! The way to the daemon: its socket, or the kernel's xenbus device where there is none.

use std::ffi::OsString;
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::{env, process};

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

/// An open connection. It is closed by the process that made it and by no other.
#[derive(Debug)]
pub struct Wire {
    fd: ManuallyDrop<OwnedFd>,
    device: bool,
    pid: u32,
    noted: Arc<NotedFd>,
}

/// The number of an open fd, readable without a lock, so that a forked child can close it.
#[derive(Debug)]
pub struct NotedFd(AtomicI32);

impl Default for NotedFd {
    fn default() -> Self {
        Self(AtomicI32::new(-1))
    }
}

impl NotedFd {
    pub fn note(&self, fd: RawFd) {
        self.0.store(fd, Ordering::Relaxed);
    }

    /// `fd` is about to be closed. A newer one may have been noted already.
    fn forget(&self, fd: RawFd) {
        let _ = self.0.compare_exchange(fd, -1, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// In a forked child: closes its copy of the parent's fd, once. Async-signal-safe.
    pub fn close_inherited(&self) {
        let fd = self.0.swap(-1, Ordering::Relaxed);
        if fd >= 0 {
            let _ = unistd::close(fd);
        }
    }
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
    pub fn open(places: &[PathBuf], noted: Arc<NotedFd>) -> Result<Self, Errno> {
        let mut failed = None;
        for place in places {
            match Self::open_at(place, Arc::clone(&noted)) {
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
    fn open_at(place: &Path, noted: Arc<NotedFd>) -> Result<Self, Errno> {
        let kind = SFlag::from_bits_truncate(stat(place)?.st_mode) & SFlag::S_IFMT;
        let device = kind != SFlag::S_IFSOCK;
        let fd = if device { open_device(place)? } else { connect_socket(place)? };
        noted.note(fd.as_raw_fd());
        Ok(Self { fd: ManuallyDrop::new(fd), device, pid: process::id(), noted })
    }

    /// Whether this is the connection of the process that asks.
    pub fn is_ours(&self) -> bool {
        self.pid == process::id()
    }
}

fn open_device(place: &Path) -> Result<OwnedFd, Errno> {
    retried(|| open(place, OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty()))
}

fn connect_socket(place: &Path) -> Result<OwnedFd, Errno> {
    let address = UnixAddr::new(place)?;
    let fd = socket(AddressFamily::Unix, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)?;
    // A local connect that a signal interrupts has done nothing: it waits for room in the backlog.
    retried(|| connect(fd.as_raw_fd(), &address))?;
    Ok(fd)
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.is_ours() {
            self.noted.forget(self.fd.as_raw_fd());
            // SAFETY: dropped here only, once.
            unsafe { ManuallyDrop::drop(&mut self.fd) };
        }
        // In a child: `NotedFd::close_inherited` closes it, or has done so already, in which case
        // the number may be another file's by now.
    }
}

impl Link for Wire {
    fn send(&self, requests: &Requests, from: usize, to: usize) -> Result<(), SendError> {
        if self.device {
            // The device takes one whole message with each write.
            for at in from..to {
                let message = requests.bytes(at, at + 1);
                write_all(message, |rest| unistd::write(self.as_fd(), rest))
                    .map_err(|e| SendError { begun: e.begun || at > from, ..e })?;
            }
            return Ok(());
        }
        let fd = self.fd.as_raw_fd();
        write_all(requests.bytes(from, to), |rest| send(fd, rest, MsgFlags::MSG_NOSIGNAL))
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
