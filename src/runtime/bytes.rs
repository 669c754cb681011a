//! Bytes over a descriptor that others share: it must never keep a thread in the kernel, and must not be made
//! non-blocking for that.
//!
//! A migration stream's descriptor is the application's, and a program of Xen's has it too, which wants it to block.
//! The mode (`O_NONBLOCK`) is a property of what they share, so it cannot be set for one of them. So:
//!
//! | what it is | reading | writing |
//! |---|---|---|
//! | a socket | `recv` that does not wait | `send` that does not wait |
//! | a pipe, a terminal | once it is readable | once it is writable, at most as much as then fits (`PIPE_BUF`) |
//! | a file, a block device | at once | at once |
//!
//! The second row holds for one reader and one writer at a time, which the protocol of such a stream sees to. A file is
//! always ready, as far as the kernel tells.
//!
//! Writing to a pipe whose reading end is closed is `EPIPE`, without a signal: an application that does not ignore
//! SIGPIPE must not die of it.

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

/// As many bytes as a pipe takes without waiting once it says that it is writable: Linux's `PIPE_BUF`.
const PIECE: usize = 4096;

/// What is read from or written to.
enum DescriptorKind {
    Socket(Descriptor<Tracked<OwnedFd>>),
    Pipe(Descriptor<Tracked<OwnedFd>>),
    /// Cannot be waited for.
    File(Tracked<OwnedFd>),
}

/// A descriptor that is shared with others. The number is the library's own.
pub struct Bytes {
    kind: DescriptorKind,
}

impl Bytes {
    /// Takes a copy of the application's descriptor.
    ///
    /// # Errors
    /// `EBADF`: it is not open; `EMFILE`: there is no room.
    pub fn copy_of(runtime: &Runtime, fd: BorrowedFd<'_>) -> Result<Self, Errno> {
        let copy = fd
            .try_clone_to_owned()
            .map_err(|e| e.raw_os_error().map_or(Errno::EIO, Errno::from_raw))?;
        Self::new(runtime, Tracked::new(copy))
    }

    /// Over a descriptor of ours.
    pub fn new(runtime: &Runtime, fd: Tracked<OwnedFd>) -> Result<Self, Errno> {
        let mode = SFlag::from_bits_truncate(fstat(fd.as_fd())?.st_mode) & SFlag::S_IFMT;
        let kind = match mode {
            SFlag::S_IFSOCK => DescriptorKind::Socket(Descriptor::new(runtime, fd)?),
            SFlag::S_IFIFO | SFlag::S_IFCHR => {
                // `/dev/null` and the like cannot be waited for.
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

    /// Reads what is there, at most as much as `buffer` holds; waits while there is nothing. 0: no more will come.
    pub async fn read(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        loop {
            let outcome = match &self.kind {
                DescriptorKind::Socket(socket) => {
                    recv(socket.get().as_fd().as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT)
                }
                DescriptorKind::Pipe(pipe) if !is_ready(pipe.get().as_fd(), PollFlags::POLLIN)? => {
                    Err(Errno::EAGAIN)
                }
                DescriptorKind::Pipe(pipe) => unistd::read(pipe.get(), buffer),
                DescriptorKind::File(file) => unistd::read(file, buffer),
            };
            match (outcome, self.descriptor()) {
                (Err(Errno::EINTR), _) => {}
                (Err(Errno::EAGAIN), Some(descriptor)) => drop(descriptor.readable().await?),
                (outcome, _) => return outcome,
            }
        }
    }

    /// Writes as much as can be written now, which is something; waits while it is nothing.
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
                    let piece = &bytes[..bytes.len().min(PIECE)];
                    without_signal(|| unistd::write(pipe.get(), piece))
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
            DescriptorKind::Socket(descriptor) | DescriptorKind::Pipe(descriptor) => {
                Some(descriptor)
            }
            DescriptorKind::File(_) => None,
        }
    }
}

impl AsFd for Bytes {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.kind {
            DescriptorKind::Socket(descriptor) | DescriptorKind::Pipe(descriptor) => {
                descriptor.get().as_fd()
            }
            DescriptorKind::File(file) => file.as_fd(),
        }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bytes").field("fd", &self.as_fd().as_raw_fd()).finish_non_exhaustive()
    }
}

/// Whether one of `wanted` is so, or the other end has gone.
fn is_ready(fd: BorrowedFd<'_>, wanted: PollFlags) -> Result<bool, Errno> {
    let mut polled = [PollFd::new(fd, wanted)];
    match poll(&mut polled, PollTimeout::ZERO) {
        Ok(count) => Ok(count > 0),
        Err(Errno::EINTR) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Makes a call that may raise SIGPIPE in this thread, and has none come of it.
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

/// Whether a SIGPIPE that is blocked is already pending for the thread, from another write.
fn is_pending() -> bool {
    // SAFETY: all zeroes is a set of signals; the calls read and write no other memory.
    unsafe {
        let mut pending: libc::sigset_t = std::mem::zeroed();
        libc::sigpending(&mut pending) == 0 && libc::sigismember(&pending, libc::SIGPIPE) == 1
    }
}

/// Takes the signal that the call has raised. Ignored by the process, there is none.
fn take_pending(set: &SigSet) {
    let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let set: &libc::sigset_t = set.as_ref();
    // SAFETY: both are valid for the call, which does not wait; what it tells of the signal is not wanted.
    while unsafe { libc::sigtimedwait(set, std::ptr::null_mut(), &now) } == -1
        && Errno::last() == Errno::EINTR
    {}
}

/// Has a descriptor block for as long as this lives, for a program that wants that; then it is as it was.
pub struct Blocking<'a> {
    fd: BorrowedFd<'a>,
    /// `None`: it blocked already.
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
            // The descriptor is open, so there is nothing that could fail.
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

    fn pipe(runtime: &Runtime) -> (Bytes, Bytes) {
        let (reader, writer) = unistd::pipe().unwrap();
        let of = |fd: OwnedFd| Bytes::new(runtime, Tracked::new(fd)).unwrap();
        (of(reader), of(writer))
    }

    #[test]
    fn nothing_to_read_is_waited_for_and_not_in_the_kernel() {
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
    fn a_full_pipe_is_waited_for_though_it_blocks() {
        let runtime = Runtime::default();
        let (reader, writer) = pipe(&runtime);
        let flags = fcntl(writer.as_fd(), FcntlArg::F_GETFL).unwrap();
        assert_eq!(flags & OFlag::O_NONBLOCK.bits(), 0);
        let much = vec![7; 1 << 20];
        let mut written = 0;
        while let Some(count) = writer.write(&much[written..]).now_or_never() {
            written += count.unwrap();
        }
        assert!((PIECE..much.len()).contains(&written), "{written}");
        let mut buffer = vec![0; written];
        assert_eq!(runtime.block_on(reader.read(&mut buffer)), Ok(written));
        assert!(writer.write(&much).now_or_never().is_some());
    }

    #[test]
    fn a_reader_that_has_gone_is_an_error_and_no_signal() {
        let runtime = Runtime::default();
        let taken = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let (reader, writer) = pipe(&runtime);
                drop(reader);
                assert_eq!(runtime.block_on(writer.write(b"x")), Err(Errno::EPIPE));
                assert!(!is_pending(), "the signal was taken");
                let (reader, writer) = UnixStream::pair().unwrap();
                drop(reader);
                let writer = Bytes::copy_of(&runtime, writer.as_fd()).unwrap();
                assert_eq!(runtime.block_on(writer.write(b"x")), Err(Errno::EPIPE));
                taken.store(true, std::sync::atomic::Ordering::Relaxed);
            });
        });
        assert!(taken.into_inner());
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
    fn the_mode_is_put_back() {
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
