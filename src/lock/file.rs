//! Locks on files that processes with either library take: libxl's own protocol over `flock`.
//!
//! # The protocol
//!
//! The holder removes the file before it lets go. A waiter may therefore get the lock on a file that
//! is no longer there, while somebody else locks its successor; so after getting it, the waiter makes
//! sure that the name still leads to the file it holds, and starts again if not:
//!
//! ```text
//! holder                        waiter
//!                               open (old file)
//! remove, unlock
//!                               flock: got it, but the name is gone or leads to a new file
//!                               compare, start again
//! ```
//!
//! *Who has the lock on the file that the name leads to has the lock.* There are never two: only the holder
//! removes the file, so while he holds it the name leads to it, and no other can have the lock on that file. The
//! other way round (unlock, remove) a waiter could compare in between, and then lose the name.
//!
//! There is one exception. A domain's end removes the files of its slow locks while somebody may hold them;
//! whoever takes the lock after that finds that there is no such domain. The earlier holder must not remove
//! a successor's file, so it compares before it removes.
//!
//! # Waiters that are known
//!
//! If all waiters had to start again at each turn, those of the process that has just let go would always be
//! first, and the others starve. So a waiter of this library marks itself on the file that it waits for
//! ([`LockFile::mark`]): a shared record lock, which does not meddle with `flock` (on the local file systems where
//! such locks live) and goes with its process. A holder who sees a mark leaves the file where it is and only
//! unlocks: the kernel gives it to the waiter that has waited longest, who compares, and it is the
//! right file. That is as good in the protocol's eyes: removing the file is tidiness, not exclusion.
//!
//! On NFS and its like a `flock` *is* a record lock on the whole file. Everything else here holds there as well: the lock
//! is the open file's, so a helper's stays; it wants the file open for writing, as it is; and where the server has no
//! locks, `flock` fails. But two waiters' marks would keep each other's lock off for ever, so nobody marks itself there.
//!
//! A waiter may give up at that moment, and nobody would remove the file. So the waiter takes its mark off and then
//! tries the lock; the holder unlocks and then looks for marks again. Whichever of the two first steps comes
//! second, its thread sees the other's, gets the lock and removes the file ([`LockFile::let_go`]):
//!
//! ```text
//! holder                        waiter
//! sees the mark
//!                               takes its mark off
//!                               tries the lock: no
//! unlocks
//! sees no mark: locks again, removes
//! ```
//!
//! # Copies
//!
//! `flock` belongs to the open file, of which a forked child has a copy. It is close-on-exec from birth, and listed
//! for `libxl_postfork_child_noexec` to close ([`crate::sync::tracked_fds`]); and the lock is given back explicitly, which
//! works whatever copies there are. A child that has a copy never gives its parent's lock back.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::statfs::{FsType, NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, fstatfs};

use crate::core::file::errno_of;
use crate::sync::fault_injection::{Mechanism, is_removed};
use crate::sync::tracked_fds::Tracked;

/// How often a waiter starts again. Each time somebody else has had the lock meanwhile, so this many in a row do
/// not come by bad luck: something makes and removes the file without regard to the lock.
pub const ROUNDS: u32 = 10_000;

/// For how long a thread that waits in [`FileLock::take`] starts again at least. Nobody leaves the file to it, so on a busy
/// host a process that takes the lock again and again may be quicker many times.
const TURMOIL: Duration = Duration::from_secs(20);

/// What could not be done with a lock's file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot {what} the lock file")]
pub struct LockFailure {
    pub what: &'static str,
    pub errno: Errno,
}

impl LockFailure {
    fn of(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self { what, errno: errno_of(&error) }
    }

    /// The file was replaced too often.
    pub fn turmoil() -> Self {
        Self { what: "keep up with the replacements of", errno: Errno::ELOOP }
    }
}

/// Rounds of letting go, each for a waiter that has come and given up in the meantime.
const FAREWELLS: u32 = 100;

/// A lock's file, open: the steps of the protocol, each a system call, and how they are put together to let go.
pub trait LockFile: Send {
    /// Takes the lock on this file if nobody else has it. Whether it is ours now.
    fn try_lock(&self) -> Result<bool, LockFailure>;

    /// Whether the name leads to this file.
    fn is_current(&self) -> Result<bool, LockFailure>;

    /// Tells the holder that somebody waits for this very file. A file system that has no such marks has a
    /// less fair lock.
    fn mark(&mut self);

    /// Waits no longer.
    fn unmark(&mut self);

    /// Whether somebody else waits for this very file and has marked it.
    fn is_awaited(&self) -> bool;

    /// Removes the name.
    fn remove(&self);

    fn unlock(&self);

    /// The lock is known to be ours, on the file that the name leads to.
    fn hold(&mut self);

    /// Lets go of the lock, which is ours. `marks`: waiters may have marked themselves.
    fn let_go(&self, marks: bool) {
        for _ in 0..FAREWELLS {
            let awaited = marks && self.is_awaited();
            if !awaited && self.is_current() == Ok(true) {
                self.remove();
            }
            self.unlock();
            let leave = !awaited || is_removed(Mechanism::LookAgain) || self.is_awaited();
            if leave || self.try_lock() != Ok(true) {
                return;
            }
        }
        self.unlock();
    }

    /// Waits no longer, and gives back what it may have got without knowing.
    fn give_up(&mut self) {
        self.unmark();
        if self.try_lock() == Ok(true) {
            self.let_go(true);
        }
    }
}

/// An open file that one may get the lock with. Dropping it gives back what it has got of the lock, or what
/// somebody else has got for it.
#[derive(Debug)]
pub struct LockCandidate {
    path: PathBuf,
    file: Tracked<File>,
    /// Device and number of the open file.
    identity: (u64, u64),
    marked: bool,
    /// If the lock is known to be ours: whether waiters mark themselves.
    held: Option<bool>,
}

impl LockCandidate {
    /// Opens the file, which is made if it is not there.
    pub fn open(path: &Path) -> Result<Self, LockFailure> {
        let mut options = OpenOptions::new();
        // std opens close-on-exec.
        options.read(true).write(true).create(true).truncate(false).mode(0o666);
        let file = options.open(path).map_err(LockFailure::of("open"))?;
        let file = Tracked::new(file);
        let ours = file.metadata().map_err(LockFailure::of("look at"))?;
        let identity = (ours.dev(), ours.ino());
        Ok(Self { path: path.to_owned(), file, identity, marked: false, held: None })
    }

    /// Waits for the lock on this file; a signal only interrupts the wait.
    pub fn lock(&self) -> Result<(), LockFailure> {
        loop {
            match self.file.lock() {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => return other.map_err(LockFailure::of("lock")),
            }
        }
    }
}

impl LockFile for LockCandidate {
    fn try_lock(&self) -> Result<bool, LockFailure> {
        loop {
            match self.file.try_lock() {
                Ok(()) => return Ok(true),
                Err(TryLockError::WouldBlock) => return Ok(false),
                Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::Error(e)) => return Err(LockFailure::of("lock")(e)),
            }
        }
    }

    fn is_current(&self) -> Result<bool, LockFailure> {
        match fs::metadata(&self.path) {
            Ok(now) => Ok((now.dev(), now.ino()) == self.identity),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(LockFailure::of("look for")(e)),
        }
    }

    fn mark(&mut self) {
        if !has_marks(&self.file) {
            return;
        }
        let lock = record_lock(libc::F_RDLCK);
        self.marked |= fcntl(&*self.file, FcntlArg::F_OFD_SETLK(&lock)).is_ok();
    }

    fn unmark(&mut self) {
        if std::mem::take(&mut self.marked) {
            let lock = record_lock(libc::F_UNLCK);
            let _ = fcntl(&*self.file, FcntlArg::F_OFD_SETLK(&lock));
        }
    }

    fn is_awaited(&self) -> bool {
        let mut lock = record_lock(libc::F_WRLCK);
        let asked = fcntl(&*self.file, FcntlArg::F_OFD_GETLK(&mut lock));
        asked.is_ok() && i32::from(lock.l_type) != libc::F_UNLCK && has_marks(&self.file)
    }

    fn remove(&self) {
        let _ = fs::remove_file(&self.path);
    }

    fn unlock(&self) {
        let _ = self.file.unlock();
    }

    fn hold(&mut self) {
        self.unmark();
        self.held = Some(true);
    }
}

impl AsFd for LockCandidate {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Drop for LockCandidate {
    fn drop(&mut self) {
        // A forked child has nothing to give back.
        if !self.file.is_ours() {
            return;
        }
        match self.held {
            Some(marks) => self.let_go(marks),
            None => self.give_up(),
        }
    }
}

/// Whether record locks and `flock` are independent on the file's file system. On a network file system both may be the
/// server's record locks.
fn has_marks(file: &Tracked<File>) -> bool {
    fstatfs(&**file).is_ok_and(|system| !SERVERS.contains(&system.filesystem_type()))
}

/// The file systems whose client turns `flock` into a record lock.
const SERVERS: [FsType; 6] = [
    NFS_SUPER_MAGIC,
    SMB_SUPER_MAGIC,
    FsType(0xFF53_4D42), // CIFS
    FsType(0xFE53_4D42), // SMB2
    FsType(0x5346_414F), // AFS
    FsType(0x0102_1997), // 9P
];

/// A record lock on the first byte.
fn record_lock(kind: libc::c_int) -> libc::flock {
    libc::flock {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 1,
        l_pid: 0,
    }
}

/// A lock held, until it is dropped.
#[derive(Debug)]
pub struct FileLock {
    _file: LockCandidate,
}

impl FileLock {
    /// Waits for the lock on `path`; then `exists` says whether there is still anything to lock, and if not
    /// the lock is given back.
    pub fn take<E: From<LockFailure>>(
        path: &Path,
        exists: impl FnOnce() -> Result<(), E>,
    ) -> Result<Self, E> {
        let lock = Self::take_from(|| LockCandidate::open(path), ROUNDS, TURMOIL)?;
        exists()?;
        Ok(lock)
    }

    fn take_from(
        mut open: impl FnMut() -> Result<LockCandidate, LockFailure>,
        rounds: u32,
        time: Duration,
    ) -> Result<Self, LockFailure> {
        let mut since = None;
        loop {
            for _ in 0..rounds {
                let mut candidate = open()?;
                candidate.lock()?;
                if candidate.is_current()? {
                    candidate.held = Some(false);
                    return Ok(Self { _file: candidate });
                }
            }
            // The clock is looked at by those only who wait long.
            if since.get_or_insert_with(Instant::now).elapsed() >= time {
                return Err(LockFailure::turmoil());
            }
        }
    }
}

#[cfg(test)]
mod tests;
