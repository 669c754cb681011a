//! Reading and writing descriptors without blocking a thread in the kernel. One that is shared with other processes must
//! not be made non-blocking for that purpose.
//!
//! A migration stream's descriptor belongs to the application, and a Xen helper program that needs it in blocking mode
//! has it too. The mode (`O_NONBLOCK`) is a property of the open file description that they share, so it cannot be set
//! for one of them. Therefore:
//!
//! | kind of file | reading | writing |
//! |---|---|---|
//! | a socket | `recv` with `MSG_DONTWAIT` | `send` with `MSG_DONTWAIT` |
//! | a pipe, a terminal | once it is readable | once it is writable, at most as much as then fits (`PIPE_BUF`) |
//! | a file, a block device | at once | at once |
//! | the library's own end of a pipe | at once, since it is non-blocking | at once, since it is non-blocking |
//!
//! The second row is correct with one reader and one writer at a time, which the protocol of such a stream guarantees.
//! A file is always ready as far as the kernel reports.
//!
//! A write to a pipe whose reading end is closed returns `EPIPE` and raises no signal: an application that does not
//! ignore SIGPIPE must not be killed by it.

use std::fmt;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::socket::{MsgFlags, recv, send};
use nix::sys::stat::{SFlag, fstat};
use nix::unistd;

use super::Runtime;
use super::descriptor::Descriptor;
use crate::sync::tracked_fds::Tracked;

/// The number of bytes that a pipe accepts without blocking once it is reported as writable: Linux's `PIPE_BUF`.
const PIPE_BUF: usize = 4096;

/// The kind of the file behind a descriptor.
enum DescriptorKind {
    Socket(Descriptor<Tracked<OwnedFd>>),
    Pipe(Descriptor<Tracked<OwnedFd>>),
    /// In non-blocking mode.
    OwnPipe(Descriptor<Tracked<OwnedFd>>),
    /// A file that epoll does not support.
    File(Tracked<OwnedFd>),
}

/// A descriptor of the library's own, which waits without blocking a thread in the kernel.
pub struct Bytes {
    kind: DescriptorKind,
}

impl Bytes {
    /// Duplicates the application's descriptor.
    ///
    /// # Errors
    /// `EBADF`: it is not open; `EMFILE`: the process has too many descriptors.
    pub fn copy_of(runtime: &Runtime, fd: BorrowedFd<'_>) -> Result<Self, Errno> {
        let copy = fd
            .try_clone_to_owned()
            .map_err(|e| e.raw_os_error().map_or(Errno::EIO, Errno::from_raw))?;
        Self::new(runtime, Tracked::new(copy))
    }

    /// Uses the end of a pipe that no other process has, and makes it non-blocking.
    pub fn own(runtime: &Runtime, fd: Tracked<OwnedFd>) -> Result<Self, Errno> {
        let flags = OFlag::from_bits_retain(fcntl(fd.as_fd(), FcntlArg::F_GETFL)?);
        fcntl(fd.as_fd(), FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        Ok(Self { kind: DescriptorKind::OwnPipe(Descriptor::new(runtime, fd)?) })
    }

    /// Uses a descriptor that the library owns, for an open file that others have too.
    pub fn new(runtime: &Runtime, fd: Tracked<OwnedFd>) -> Result<Self, Errno> {
        let mode = SFlag::from_bits_truncate(fstat(fd.as_fd())?.st_mode) & SFlag::S_IFMT;
        let kind = match mode {
            SFlag::S_IFSOCK => DescriptorKind::Socket(Descriptor::new(runtime, fd)?),
            SFlag::S_IFIFO | SFlag::S_IFCHR => {
                // `/dev/null` and the like do not support epoll.
                let copy = fd.as_fd().try_clone_to_owned();
                match Descriptor::new(runtime, fd) {
                    Ok(descriptor) => DescriptorKind::Pipe(descriptor),
                    Err(Errno::EPERM) => DescriptorKind::File(Tracked::new(
                        copy.map_err(|e| e.raw_os_error().map_or(Errno::EIO, Errno::from_raw))?,
                    )),
                    Err(errno) => return Err(errno),
                }
            }
            _ => DescriptorKind::File(fd),
        };
        Ok(Self { kind })
    }

    /// Reads what is available, at most `buffer.len()` bytes; waits until there is something. 0 means the end of the
    /// file.
    pub async fn read(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        loop {
            let outcome = match &self.kind {
                DescriptorKind::Socket(socket) => {
                    recv(socket.get().as_fd().as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT)
                }
                DescriptorKind::Pipe(pipe) if !is_ready(pipe.get().as_fd(), PollFlags::POLLIN)? => {
                    Err(Errno::EAGAIN)
                }
                DescriptorKind::Pipe(pipe) | DescriptorKind::OwnPipe(pipe) => {
                    unistd::read(pipe.get(), buffer)
                }
                DescriptorKind::File(file) => unistd::read(file, buffer),
            };
            match (outcome, self.descriptor()) {
                (Err(Errno::EINTR), _) => {}
                (Err(Errno::EAGAIN), Some(descriptor)) => drop(descriptor.readable().await?),
                (outcome, _) => return outcome,
            }
        }
    }

    /// Writes as much as can be written now, at least one byte; waits until that is possible. Returns the number of
    /// bytes.
    pub async fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
        loop {
            let outcome = match &self.kind {
                DescriptorKind::Socket(socket) => {
                    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
                    send(socket.get().as_fd().as_raw_fd(), bytes, flags)
                }
                DescriptorKind::Pipe(pipe)
                    if !is_ready(pipe.get().as_fd(), PollFlags::POLLOUT)? =>
                {
                    Err(Errno::EAGAIN)
                }
                DescriptorKind::Pipe(pipe) => {
                    let piece = &bytes[..bytes.len().min(PIPE_BUF)];
                    without_signal(|| unistd::write(pipe.get(), piece))
                }
                DescriptorKind::OwnPipe(pipe) => {
                    without_signal(|| unistd::write(pipe.get(), bytes))
                }
                DescriptorKind::File(file) => unistd::write(file, bytes),
            };
            match (outcome, self.descriptor()) {
                (Err(Errno::EINTR), _) => {}
                (Err(Errno::EAGAIN), Some(descriptor)) => drop(descriptor.writable().await?),
                (Ok(0), _) if !bytes.is_empty() => return Err(Errno::EIO),
                (outcome, _) => return outcome,
            }
        }
    }

    fn descriptor(&self) -> Option<&Descriptor<Tracked<OwnedFd>>> {
        match &self.kind {
            DescriptorKind::Socket(descriptor)
            | DescriptorKind::Pipe(descriptor)
            | DescriptorKind::OwnPipe(descriptor) => Some(descriptor),
            DescriptorKind::File(_) => None,
        }
    }
}

impl AsFd for Bytes {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.kind {
            DescriptorKind::Socket(descriptor)
            | DescriptorKind::Pipe(descriptor)
            | DescriptorKind::OwnPipe(descriptor) => descriptor.get().as_fd(),
            DescriptorKind::File(file) => file.as_fd(),
        }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bytes").field("fd", &self.as_fd().as_raw_fd()).finish_non_exhaustive()
    }
}

/// Whether one of the events `wanted` has occurred, or the other end is closed.
fn is_ready(fd: BorrowedFd<'_>, wanted: PollFlags) -> Result<bool, Errno> {
    let mut polled = [PollFd::new(fd, wanted)];
    match poll(&mut polled, PollTimeout::ZERO) {
        Ok(count) => Ok(count > 0),
        Err(Errno::EINTR) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Makes a call that may raise SIGPIPE in this thread, and discards the signal.
fn without_signal<T>(call: impl FnOnce() -> Result<T, Errno>) -> Result<T, Errno> {
    let mut pipe = SigSet::empty();
    pipe.add(Signal::SIGPIPE);
    let waits = is_pending();
    let before = pipe.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    let outcome = call();
    if matches!(outcome, Err(Errno::EPIPE)) && !waits {
        take_pending(&pipe);
    }
    before.thread_set_mask()?;
    outcome
}

/// Whether a SIGPIPE that is blocked was already pending for the thread before the call.
fn is_pending() -> bool {
    // SAFETY: an all-zero `sigset_t` is valid; the calls read and write only that set.
    unsafe {
        let mut pending: libc::sigset_t = std::mem::zeroed();
        libc::sigpending(&mut pending) == 0 && libc::sigismember(&pending, libc::SIGPIPE) == 1
    }
}

/// Takes the SIGPIPE that the call has raised. There is none if the process ignores the signal.
fn take_pending(set: &SigSet) {
    let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let set: &libc::sigset_t = set.as_ref();
    // SAFETY: both pointers are valid during the call, which does not block; the siginfo pointer may be NULL.
    while unsafe { libc::sigtimedwait(set, std::ptr::null_mut(), &now) } == -1
        && Errno::last() == Errno::EINTR
    {}
}

/// Puts a descriptor into blocking mode until this is dropped, for a program that needs this mode; then restores the
/// mode.
pub struct Blocking<'a> {
    fd: BorrowedFd<'a>,
    /// The former flags; `None` if the descriptor was in blocking mode already.
    before: Option<OFlag>,
}

impl<'a> Blocking<'a> {
    pub fn make(fd: BorrowedFd<'a>) -> Result<Self, Errno> {
        let flags = OFlag::from_bits_retain(fcntl(fd, FcntlArg::F_GETFL)?);
        if !flags.contains(OFlag::O_NONBLOCK) {
            return Ok(Self { fd, before: None });
        }
        fcntl(fd, FcntlArg::F_SETFL(flags - OFlag::O_NONBLOCK))?;
        Ok(Self { fd, before: Some(flags) })
    }
}

impl Drop for Blocking<'_> {
    fn drop(&mut self) {
        if let Some(flags) = self.before {
            // This cannot fail, since the descriptor is open.
            let _ = fcntl(self.fd, FcntlArg::F_SETFL(flags));
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::io::{Read, Seek, SeekFrom, Write};
    use std::os::unix::net::UnixStream;

    use futures_util::FutureExt;

    use super::*;
    use crate::runtime::tests::alone::alone;

    fn pipe(runtime: &Runtime) -> (Bytes, Bytes) {
        let (reader, writer) = unistd::pipe().unwrap();
        let of = |fd: OwnedFd| Bytes::new(runtime, Tracked::new(fd)).unwrap();
        (of(reader), of(writer))
    }

    #[test]
    fn an_empty_pipe_is_waited_for_without_blocking_in_the_kernel() {
        let runtime = Runtime::default();
        let (reader, writer) = pipe(&runtime);
        let mut buffer = [0; 8];
        {
            let mut wait = Box::pin(reader.read(&mut buffer));
            assert!(wait.as_mut().now_or_never().is_none());
            assert_eq!(runtime.block_on(writer.write(b"abc")), Ok(3));
            runtime.dispatch();
            assert_eq!(wait.as_mut().now_or_never(), Some(Ok(3)));
        }
        assert_eq!(&buffer[..3], b"abc");
        drop(writer);
        assert_eq!(runtime.block_on(reader.read(&mut buffer)), Ok(0));
    }

    #[test]
    fn the_library_s_own_pipe_is_waited_for_at_both_ends() {
        alone(|| {
            let runtime = Runtime::default();
            let (reader, writer) = unistd::pipe().unwrap();
            let of = |fd: OwnedFd| Bytes::own(&runtime, Tracked::new(fd)).unwrap();
            let (reader, writer) = (of(reader), of(writer));
            let mut buffer = vec![0; 1 << 20];
            assert!(reader.read(&mut buffer).now_or_never().is_none());
            let much = vec![7; 1 << 20];
            let written = writer.write(&much).now_or_never().unwrap().unwrap();
            assert!((PIPE_BUF..much.len()).contains(&written), "{written}");
            assert!(writer.write(&much).now_or_never().is_none());
            assert_eq!(reader.read(&mut buffer).now_or_never(), Some(Ok(written)));
            drop(reader);
            assert_eq!(writer.write(b"x").now_or_never(), Some(Err(Errno::EPIPE)));
        });
    }

    #[test]
    fn a_full_pipe_in_blocking_mode_is_waited_for() {
        let runtime = Runtime::default();
        let (reader, writer) = pipe(&runtime);
        let flags = fcntl(writer.as_fd(), FcntlArg::F_GETFL).unwrap();
        assert_eq!(flags & OFlag::O_NONBLOCK.bits(), 0);
        let much = vec![7; 1 << 20];
        let mut written = 0;
        while let Some(count) = writer.write(&much[written..]).now_or_never() {
            written += count.unwrap();
        }
        assert!((PIPE_BUF..much.len()).contains(&written), "{written}");
        let mut buffer = vec![0; written];
        assert_eq!(runtime.block_on(reader.read(&mut buffer)), Ok(written));
        assert!(writer.write(&much).now_or_never().is_some());
    }

    #[test]
    fn a_closed_reading_end_is_an_error_without_a_signal() {
        alone(|| {
            let runtime = Runtime::default();
            let (reader, writer) = pipe(&runtime);
            drop(reader);
            assert_eq!(runtime.block_on(writer.write(b"x")), Err(Errno::EPIPE));
            assert!(!is_pending(), "the signal was taken");
            let (reader, writer) = UnixStream::pair().unwrap();
            drop(reader);
            let writer = Bytes::copy_of(&runtime, writer.as_fd()).unwrap();
            assert_eq!(runtime.block_on(writer.write(b"x")), Err(Errno::EPIPE));
        });
    }

    #[test]
    fn sockets_and_files() {
        let runtime = Runtime::default();
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        let socket = Bytes::copy_of(&runtime, theirs.as_fd()).unwrap();
        let mut buffer = [0; 4];
        assert!(socket.read(&mut buffer).now_or_never().is_none());
        ours.write_all(b"ab").unwrap();
        assert_eq!(runtime.block_on(socket.read(&mut buffer)), Ok(2));
        assert_eq!(runtime.block_on(socket.write(b"xyz")), Ok(3));
        ours.read_exact(&mut buffer[..3]).unwrap();
        assert_eq!(&buffer[..3], b"xyz");

        let mut file = tempfile::tempfile().unwrap();
        let bytes = Bytes::copy_of(&runtime, file.as_fd()).unwrap();
        assert_eq!(bytes.write(b"12345").now_or_never(), Some(Ok(5)));
        file.seek(SeekFrom::Start(1)).unwrap();
        assert_eq!(bytes.read(&mut buffer).now_or_never(), Some(Ok(4)));
        assert_eq!((&buffer, bytes.read(&mut [0]).now_or_never()), (b"2345", Some(Ok(0))));

        let null = std::fs::File::options().write(true).open("/dev/null").unwrap();
        let null = Bytes::copy_of(&runtime, null.as_fd()).unwrap();
        assert_eq!(null.write(b"12345").now_or_never(), Some(Ok(5)));
    }

    #[test]
    fn the_mode_is_restored() {
        let (reader, _writer) = unistd::pipe2(OFlag::O_NONBLOCK).unwrap();
        let flags = || fcntl(&reader, FcntlArg::F_GETFL).unwrap() & OFlag::O_NONBLOCK.bits();
        let blocking = Blocking::make(reader.as_fd()).unwrap();
        assert_eq!(flags(), 0);
        {
            let _again = Blocking::make(reader.as_fd()).unwrap();
        }
        assert_eq!(flags(), 0);
        drop(blocking);
        assert_ne!(flags(), 0);
    }
}
