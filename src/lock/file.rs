//! Locks on files that processes with this library or the C library take: libxl's own protocol over `flock`.
//!
//! # The protocol
//!
//! The holder removes the file before it unlocks it. A waiter may therefore get the lock on a file that has been
//! removed, while another process locks a new file with the same name. So when the waiter has the lock, it checks that
//! the name still refers to the file that it has locked, and starts again if not:
//!
//! ```text
//! holder                        waiter
//!                               open (old file)
//! remove, unlock
//!                               flock: success, but the name is removed or refers to a new file
//!                               compare, start again
//! ```
//!
//! *The process that has locked the file that the name refers to has the lock.* There are never two: only the holder
//! removes the file, so while it holds the lock the name refers to that file, and no other process can have locked it.
//! In the opposite order (unlock, remove) a waiter could compare in between, and then the name would be removed.
//!
//! There is one exception. Destroying a domain removes the files of its slow locks while they may be held; a process
//! that takes the lock after that finds that the domain does not exist. The earlier holder must not remove a new file,
//! so it compares before it removes.
//!
//! # Marked waiters
//!
//! If all waiters had to start again each time, those of the process that has just unlocked would always be first, and
//! the others would starve. So a waiter of this library marks the file that it waits for ([`LockFile::mark`]) with a
//! shared record lock, which is independent of `flock` (on the local file systems where these files are) and is
//! released when its process ends. A holder that sees a mark does not remove the file but only unlocks it: the kernel
//! gives the lock to the waiter that has waited longest, whose comparison succeeds. The protocol allows that: removing
//! the file is cleanup, not exclusion.
//!
//! On NFS and similar file systems a `flock` *is* a record lock on the whole file. The rest of the protocol works there
//! as well: the lock belongs to the open file description, so the lock that a helper process takes remains; the file
//! must be open for writing, which it is; and if the server does not support locks, `flock` fails. But the marks of two
//! waiters would block each other's lock forever, so no marks are set there.
//!
//! A waiter may give up just after the holder has seen its mark, so that the file would never be removed. So the waiter
//! removes its mark and then tries the lock; the holder unlocks and then checks for marks again. Whichever does its
//! first step later sees the other's first step, gets the lock and removes the file ([`LockFile::let_go`]):
//!
//! ```text
//! holder                        waiter
//! sees the mark
//!                               removes its mark
//!                               tries the lock: no
//! unlocks
//! sees no mark: locks again, removes
//! ```
//!
//! # Inherited copies
//!
//! A `flock` belongs to the open file description, which a forked child shares. The descriptor is opened close-on-exec,
//! and listed for `libxl_postfork_child_noexec` to close ([`crate::sync::tracked_fds`]); and the lock is released
//! explicitly, which works even if other processes have copies of the descriptor. A child that has a copy never
//! releases its parent's lock.

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

/// The maximum number of times that a waiter starts again. Each time another process has had the lock meanwhile, so if
/// this happens as often in a row, a program must be creating and removing the file without taking the lock.
pub const MAX_ROUNDS: u32 = 10_000;

/// The minimum time for which a thread in [`FileLock::take`] keeps trying. Its waits set no mark, so on a busy host a
/// process that takes the lock again and again may be quicker many times.
const MIN_RETRY_TIME: Duration = Duration::from_secs(20);

/// A failed step of the protocol.
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

    /// The error after too many replacements of the file.
    pub fn replaced_too_often() -> Self {
        Self { what: "keep up with the replacements of", errno: Errno::ELOOP }
    }
}

/// The maximum number of rounds when a lock is released. Each further round is for a waiter that has arrived and given
/// up in the meantime.
const MAX_RELEASES: u32 = 100;

/// An open lock file: the steps of the protocol, each of which is a system call, and the release, which combines them.
pub trait LockFile: Send {
    /// Takes the lock on this file if it is free. Returns whether it is held now.
    fn try_lock(&self) -> Result<bool, LockFailure>;

    /// Whether the name refers to this file.
    fn is_current(&self) -> Result<bool, LockFailure>;

    /// Marks this file as waited for. On a file system without such marks the lock is less fair.
    fn mark(&mut self);

    /// Removes the mark.
    fn unmark(&mut self);

    /// Whether another process has marked this file.
    fn is_awaited(&self) -> bool;

    /// Removes the file's name.
    fn remove(&self);

    fn unlock(&self);

    /// Records that the lock is held and that the name refers to this file.
    fn hold(&mut self);

    /// Releases the held lock. `marks`: waiters may have marked the file.
    fn let_go(&self, marks: bool) {
        for _ in 0..MAX_RELEASES {
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

    /// Removes the mark, and releases the lock if a helper has got it meanwhile.
    fn give_up(&mut self) {
        self.unmark();
        if self.try_lock() == Ok(true) {
            self.let_go(true);
        }
    }
}

/// An open file with which the lock can be taken. Dropping it releases the lock, also if a helper process has taken it.
#[derive(Debug)]
pub struct LockCandidate {
    path: PathBuf,
    file: Tracked<File>,
    /// The device and inode number of the open file.
    identity: (u64, u64),
    marked: bool,
    /// Some if the lock is held: whether waiters may have marked the file.
    held: Option<bool>,
}

impl LockCandidate {
    /// Opens the file, and creates it if it does not exist.
    pub fn open(path: &Path) -> Result<Self, LockFailure> {
        let mut options = OpenOptions::new();
        // `std` opens files close-on-exec.
        options.read(true).write(true).create(true).truncate(false).mode(0o666);
        let file = options.open(path).map_err(LockFailure::of("open"))?;
        let file = Tracked::new(file);
        let ours = file.metadata().map_err(LockFailure::of("stat"))?;
        let identity = (ours.dev(), ours.ino());
        Ok(Self { path: path.to_owned(), file, identity, marked: false, held: None })
    }

    /// Waits for the lock on this file. A signal does not end the wait.
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
            Err(e) => Err(LockFailure::of("find")(e)),
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
        // A file that stays, as on a read-only file system, is used again by the next holder. It is empty.
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
        // A forked child must not release its parent's lock.
        if !self.file.is_ours() {
            return;
        }
        match self.held {
            Some(marks) => self.let_go(marks),
            None => self.give_up(),
        }
    }
}

/// Whether record locks and `flock` are independent on this file system. On a network file system both may be record
/// locks on the server.
fn has_marks(file: &Tracked<File>) -> bool {
    fstatfs(&**file).is_ok_and(|system| !NETWORK_FILE_SYSTEMS.contains(&system.filesystem_type()))
}

/// The file systems whose client turns `flock` into a record lock.
const NETWORK_FILE_SYSTEMS: [FsType; 6] = [
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

/// A held lock, which is released when this is dropped.
#[derive(Debug)]
pub struct FileLock {
    _file: LockCandidate,
}

impl FileLock {
    /// Waits for the lock on `path`. Then `exists` checks whether the locked object still exists; if it fails, the lock
    /// is released and the error returned.
    pub fn take<E: From<LockFailure>>(
        path: &Path,
        exists: impl FnOnce() -> Result<(), E>,
    ) -> Result<Self, E> {
        let lock = Self::take_from(|| LockCandidate::open(path), MAX_ROUNDS, MIN_RETRY_TIME)?;
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
            // The clock is read only in the case of a long wait.
            if since.get_or_insert_with(Instant::now).elapsed() >= time {
                return Err(LockFailure::replaced_too_often());
            }
        }
    }
}

#[cfg(test)]
mod tests;
