//! File descriptors that the application owns: setting their flags, and reading and writing a whole buffer.

use std::fmt;
use std::os::fd::BorrowedFd;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::unistd;

use crate::core::{Error, Result};
use crate::error;
use crate::xen::log::Log;

/// Sets or clears close-on-exec.
pub fn set_cloexec(log: &Log, fd: BorrowedFd<'_>, on: bool) -> Result<()> {
    let flags = flags(log, fd, FcntlArg::F_GETFD, "F_GETFD")?;
    let mut flags = FdFlag::from_bits_retain(flags);
    flags.set(FdFlag::FD_CLOEXEC, on);
    self::flags(log, fd, FcntlArg::F_SETFD(flags), "F_SETFD").map(drop)
}

/// Sets or clears non-blocking mode.
pub fn set_nonblock(log: &Log, fd: BorrowedFd<'_>, on: bool) -> Result<()> {
    let flags = flags(log, fd, FcntlArg::F_GETFL, "F_GETFL")?;
    let mut flags = OFlag::from_bits_retain(flags);
    flags.set(OFlag::O_NONBLOCK, on);
    self::flags(log, fd, FcntlArg::F_SETFL(flags), "F_SETFL").map(drop)
}

fn flags(log: &Log, fd: BorrowedFd<'_>, what: FcntlArg<'_>, name: &str) -> Result<i32> {
    fcntl(fd, what).map_err(|e| {
        error!(log, errno = e, "fcntl {name} failed");
        Error::Fail
    })
}

/// What is read or written and where, for log lines.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub what: Option<&'a str>,
    /// The name of the file, or a description of the descriptor.
    pub source: &'a str,
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            Some(what) => write!(f, "{what} ({})", self.source),
            None => f.write_str(self.source),
        }
    }
}

/// Fills `buffer`. If the file ends before, the error is `EPROTO`.
pub fn read_exactly(
    log: &Log,
    fd: BorrowedFd<'_>,
    mut buffer: &mut [u8],
    subject: Subject<'_>,
) -> std::result::Result<(), Errno> {
    while !buffer.is_empty() {
        match unistd::read(fd, buffer) {
            Ok(0) => {
                error!(log, "{subject}: ends {} bytes before it should", buffer.len());
                return Err(Errno::EPROTO);
            }
            Ok(n) => buffer = &mut buffer[n..],
            Err(Errno::EINTR) => {}
            Err(e) => {
                error!(log, errno = e, "could not read {subject}");
                return Err(e);
            }
        }
    }
    Ok(())
}

/// Writes all of `data`. If a write returns 0, the error is `EPROTO`.
pub fn write_exactly(
    log: &Log,
    fd: BorrowedFd<'_>,
    mut data: &[u8],
    subject: Subject<'_>,
) -> std::result::Result<(), Errno> {
    while !data.is_empty() {
        match unistd::write(fd, data) {
            Ok(0) => {
                error!(log, "{subject}: takes no more, {} bytes are left", data.len());
                return Err(Errno::EPROTO);
            }
            Ok(n) => data = &data[n..],
            Err(Errno::EINTR) => {}
            Err(e) => {
                error!(log, errno = e, "could not write {subject}");
                return Err(e);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    const LOG: Log = Log::none();
    const HERE: Subject<'_> = Subject { what: Some("a test"), source: "pipe" };

    #[test]
    fn flags_go_on_and_off() {
        let (r, _w) = unistd::pipe().unwrap();
        let get = |what| fcntl(&r, what).unwrap();
        for on in [true, false] {
            set_cloexec(&LOG, r.as_fd(), on).unwrap();
            set_nonblock(&LOG, r.as_fd(), on).unwrap();
            assert_eq!(get(FcntlArg::F_GETFD), i32::from(on));
            let nonblock = get(FcntlArg::F_GETFL) & OFlag::O_NONBLOCK.bits();
            assert_eq!(nonblock != 0, on);
        }
    }

    #[test]
    fn all_or_an_error() {
        let (r, w) = unistd::pipe().unwrap();
        write_exactly(&LOG, w.as_fd(), b"abcdef", HERE).unwrap();
        let mut buffer = [0; 4];
        read_exactly(&LOG, r.as_fd(), &mut buffer, HERE).unwrap();
        assert_eq!(&buffer, b"abcd");
        drop(w);
        assert_eq!(read_exactly(&LOG, r.as_fd(), &mut buffer, HERE), Err(Errno::EPROTO));
        assert_eq!(&buffer[..2], b"ef");
        assert_eq!(read_exactly(&LOG, r.as_fd(), &mut [], HERE), Ok(()));
        assert_eq!(write_exactly(&LOG, r.as_fd(), b"x", HERE), Err(Errno::EBADF));
    }
}
