//! Descriptors 0, 1 and 2: never the library's.
//!
//! Code that prints writes to them by number. An application may have been started without them (`xl create a.cfg 2>&-`),
//! or close them later, and the next file that is opened gets such a number: what the application then prints, or
//! its logger, goes into xenstored's socket or into a lock's file.
//!
//! So a descriptor of ours that has got such a number gets another, and the free ones of the three become `/dev/null`,
//! for good ([`raised`]). Before libxenctrl opens files, whose numbers we cannot choose, this is done as well
//! ([`fill`]). Nothing is spent where the three are open.
//!
//! # Other threads
//!
//! - `fill` only opens, and keeps what it gets if the number is one of the three. If another thread is quicker to take
//!   the number, it keeps it. Nothing is closed or replaced, so a thread that puts something else in a
//!   number's place (`dup2`) always wins. This is why what was filled stays: to close it again would be to close
//!   what another thread may have put there a moment ago.
//! - Between the opening of a file of ours and its move another thread may print into it, if it prints to a number
//!   that it knows to be closed: once, since the numbers are filled then. The first file of a ctx is Xen's, which
//!   takes no `write`; sockets are not connected yet.
//!
//! An application that closes one of the three to have its next file get the number finds it taken, as it may with the
//! C library, by a socket. `/dev/null` is passed on to the programs that it executes.

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

/// What owns one descriptor.
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
        // SAFETY: a copy of a terminal's master: `raised`.
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
        // SAFETY: a copy of an eventfd: `raised`.
        unsafe { Self::from_owned_fd(fd) }
    }
}

impl Owner for TimerFd {
    fn number(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }

    fn of(fd: OwnedFd) -> Self {
        // SAFETY: a copy of a timerfd: `raised`.
        unsafe { Self::from_owned_fd(fd) }
    }
}

/// What was opened just now, with a number above the standard descriptors; close-on-exec if it had to be moved. Only if
/// there is no room for another descriptor it stays as it is.
pub fn raised<T: Owner>(opened: T) -> T {
    if opened.number() >= FIRST {
        return opened;
    }
    // SAFETY: asks for another number of a descriptor that `opened` has open.
    let copy = unsafe { libc::fcntl(opened.number(), libc::F_DUPFD_CLOEXEC, FIRST) };
    if copy == -1 {
        return opened;
    }
    drop(opened);
    fill();
    // SAFETY: opened above, and nobody else's.
    T::of(unsafe { OwnedFd::from_raw_fd(copy) })
}

/// Opens `/dev/null` in place of the standard descriptors that are closed. Async-signal-safe.
pub fn fill() {
    while (0..FIRST).any(|fd| !is_open(fd)) {
        // Not close-on-exec: the application's programs need them no less.
        let Ok(null) = open(c"/dev/null", OFlag::O_RDWR, Mode::empty()) else { return };
        if null.as_raw_fd() >= FIRST {
            return;
        }
        let _ = null.into_raw_fd();
    }
}

/// Whether there is a descriptor of that number.
pub fn is_open(fd: RawFd) -> bool {
    // SAFETY: asks only.
    unsafe { libc::fcntl(fd, libc::F_GETFD) != -1 }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::sys::eventfd::EfdFlags;
    use nix::unistd;

    use super::*;
    use crate::sync::tracked_fds::Tracked;

    /// Whether a standard descriptor is `/dev/null`, without allocating.
    fn is_null(fd: RawFd) -> bool {
        // SAFETY: all zeroes is a valid stat, which can be written to.
        unsafe {
            let (mut this, mut null) = (std::mem::zeroed::<libc::stat>(), std::mem::zeroed());
            libc::fstat(fd, &mut this) == 0
                && libc::stat(c"/dev/null".as_ptr(), &mut null) == 0
                && this.st_rdev == null.st_rdev
        }
    }

    /// Runs `body` in a process of its own without standard descriptors.
    fn without(body: impl FnOnce() -> bool) {
        // SAFETY: the child does system calls, allocates a little, which glibc allows after a fork, and ends.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            // SAFETY: this process's own; and it ends by itself if it hangs.
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
        // SAFETY: `status` can be written to.
        assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
        assert_eq!(status, 0);
    }

    #[test]
    fn nothing_of_ours_has_such_a_number() {
        without(|| {
            let eventfd = Tracked::new(EventFd::from_flags(EfdFlags::empty()).unwrap());
            let filled = (0..FIRST).all(is_null);
            // SAFETY: this process's own.
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
