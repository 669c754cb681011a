//! Descriptors 0, 1 and 2: the library never uses these numbers for its own files.
//!
//! Code that prints writes to them by number. An application may have been started without them (`xl create a.cfg
//! 2>&-`), or may close them later, and the next file that is opened gets such a number: what the application or its
//! logger then prints would be written into the connection to xenstored or into a lock file.
//!
//! So a descriptor of the library that has got such a number is duplicated to another number, and the free ones of the
//! three are opened as `/dev/null`, permanently ([`raised`]). The latter is also done before libxenctrl opens files,
//! whose numbers the library cannot choose ([`fill`]). If the three are open, this costs nothing.
//!
//! # Other threads
//!
//! - `fill` only opens, and keeps what it gets if the number is one of the three. If another thread is quicker to get
//!   the number, that thread keeps it. Nothing is closed or replaced, so a thread that replaces a descriptor (`dup2`)
//!   always wins. This is why the descriptors that were filled stay open: closing one could close what another thread
//!   has just put there.
//! - Between the opening of a file of the library and its move, another thread may print into it, if that thread prints
//!   to a number that it knows to be closed. This can happen only once, since the numbers are filled then. The first
//!   file of a ctx is one of Xen's devices, which do not support `write`; sockets are not connected yet at that time.
//!
//! An application that closes one of the three so that its next file gets the number finds the number used, by
//! `/dev/null`; with the C library it may find it used by a socket. `/dev/null` is inherited by the programs that the
//! application executes.

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

use nix::fcntl::{OFlag, open};
use nix::pty::PtyMaster;
use nix::sys::epoll::Epoll;
use nix::sys::eventfd::EventFd;
use nix::sys::stat::Mode;
use nix::sys::timerfd::TimerFd;

/// The first number above the standard descriptors.
const FIRST: RawFd = 3;

/// A type that owns one descriptor.
pub trait Owner: Sized {
    fn number(&self) -> RawFd;
    fn of(fd: OwnedFd) -> Self;
}

impl Owner for OwnedFd {
    fn number(&self) -> RawFd {
        self.as_raw_fd()
    }

    fn of(fd: OwnedFd) -> Self {
        fd
    }
}

impl Owner for File {
    fn number(&self) -> RawFd {
        self.as_raw_fd()
    }

    fn of(fd: OwnedFd) -> Self {
        fd.into()
    }
}

impl Owner for PtyMaster {
    fn number(&self) -> RawFd {
        self.as_raw_fd()
    }

    fn of(fd: OwnedFd) -> Self {
        // SAFETY: `fd` is a duplicate of a terminal's master, made by `raised`.
        unsafe { Self::from_owned_fd(fd) }
    }
}

impl Owner for Epoll {
    fn number(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    fn of(fd: OwnedFd) -> Self {
        Self(fd)
    }
}

impl Owner for EventFd {
    fn number(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }

    fn of(fd: OwnedFd) -> Self {
        // SAFETY: `fd` is a duplicate of an eventfd, made by `raised`.
        unsafe { Self::from_owned_fd(fd) }
    }
}

impl Owner for TimerFd {
    fn number(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }

    fn of(fd: OwnedFd) -> Self {
        // SAFETY: `fd` is a duplicate of a timerfd, made by `raised`.
        unsafe { Self::from_owned_fd(fd) }
    }
}

/// Moves a file that was just opened to a number above the standard descriptors, if needed; the new descriptor is
/// close-on-exec. If the process cannot have another descriptor, the file keeps its number.
pub fn raised<T: Owner>(opened: T) -> T {
    if opened.number() >= FIRST {
        return opened;
    }
    // SAFETY: duplicates a descriptor that `opened` keeps open.
    let copy = unsafe { libc::fcntl(opened.number(), libc::F_DUPFD_CLOEXEC, FIRST) };
    if copy == -1 {
        return opened;
    }
    drop(opened);
    fill();
    // SAFETY: `copy` was opened above and has no other owner.
    T::of(unsafe { OwnedFd::from_raw_fd(copy) })
}

/// Opens `/dev/null` in place of the standard descriptors that are closed. Async-signal-safe.
pub fn fill() {
    while (0..FIRST).any(|fd| !is_open(fd)) {
        // The descriptors are not close-on-exec, since programs that the application executes need them as well.
        let Ok(null) = open(c"/dev/null", OFlag::O_RDWR, Mode::empty()) else { return };
        if null.as_raw_fd() >= FIRST {
            return;
        }
        let _ = null.into_raw_fd();
    }
}

/// Whether descriptor `fd` is open.
pub fn is_open(fd: RawFd) -> bool {
    // SAFETY: F_GETFD changes nothing.
    unsafe { libc::fcntl(fd, libc::F_GETFD) != -1 }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::sys::eventfd::EfdFlags;
    use nix::unistd;

    use super::*;
    use crate::sync::tracked_fds::Tracked;

    /// Whether a standard descriptor is `/dev/null`. Does not allocate.
    fn is_null(fd: RawFd) -> bool {
        // SAFETY: all zeroes is a valid stat, which fstat may write to.
        unsafe {
            let (mut this, mut null) = (std::mem::zeroed::<libc::stat>(), std::mem::zeroed());
            libc::fstat(fd, &mut this) == 0
                && libc::stat(c"/dev/null".as_ptr(), &mut null) == 0
                && this.st_rdev == null.st_rdev
        }
    }

    /// Runs `body` in a child process without standard descriptors.
    fn without(body: impl FnOnce() -> bool) {
        // SAFETY: the child makes system calls, allocates a little, which glibc allows after a fork, and ends.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            // SAFETY: the descriptors are this process's own; the alarm ends the process if it hangs.
            let ok = unsafe {
                libc::alarm(10);
                for fd in 0..FIRST {
                    libc::close(fd);
                }
                body()
            };
            // SAFETY: ends this process only.
            unsafe { libc::_exit(i32::from(!ok)) };
        }
        let mut status = 0;
        // SAFETY: `status` is valid to write to.
        assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
        assert_eq!(status, 0);
    }

    #[test]
    fn no_file_of_the_library_has_such_a_number() {
        without(|| {
            let eventfd = Tracked::new(EventFd::from_flags(EfdFlags::empty()).unwrap());
            let filled = (0..FIRST).all(is_null);
            // SAFETY: the descriptor is this process's own.
            unsafe { libc::close(2) };
            let epoll = Tracked::epoll().unwrap();
            let (fd, set) = (eventfd.as_fd().as_raw_fd(), epoll.0.as_raw_fd());
            filled && is_null(2) && fd >= FIRST && set >= FIRST && eventfd.write(1).is_ok()
        });
    }

    #[test]
    fn what_is_open_stays() {
        without(|| {
            let (reader, writer) = unistd::pipe().unwrap();
            fill();
            let here = (reader.as_raw_fd(), writer.as_raw_fd()) == (0, 1);
            here && unistd::write(&writer, b"x") == Ok(1) && is_null(2)
        });
    }

    #[test]
    fn a_move_is_the_same_file() {
        without(|| {
            let (reader, writer) = unistd::pipe().unwrap();
            let (reader, writer) = (raised(reader), raised(writer));
            let written = unistd::write(&writer, b"x");
            let flags = fcntl(&reader, FcntlArg::F_GETFD);
            written == Ok(1) && unistd::read(&reader, &mut [0; 2]) == Ok(1) && flags == Ok(1)
        });
    }
}
