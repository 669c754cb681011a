//! Locks on files that processes with either library take: libxl's own protocol over `flock`.
//!
//! The holder removes the file before it lets go. A waiter may therefore get the lock on a file that
//! is no longer there, while somebody else locks its successor; so after getting it, the waiter makes
//! sure that the name still leads to the file it holds, and starts again if not:
//!
//! ```text
//! holder                        waiter
//!                               open (old file)
//! unlink, close
//!                               flock: got it, but the name is gone or leads to a new file
//!                               compare, start again
//! ```

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

/// A lock held; dropping it removes the file and lets go.
#[derive(Debug)]
pub struct FileLock {
    path: PathBuf,
    /// Unlocks when dropped, which is after `Drop::drop` has removed the file.
    _held: Flock<File>,
}

impl FileLock {
    /// Waits for the lock on `path`. The file is close-on-exec from birth, so that no program started
    /// meanwhile inherits the lock.
    pub fn take(path: &Path) -> Result<Self, Errno> {
        loop {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o666)
                .open(path)
                .map_err(|e| errno_of(&e))?;
            let held = lock(file)?;
            let ours = held.metadata().map_err(|e| errno_of(&e))?;
            match std::fs::metadata(path) {
                Ok(now) if now.dev() == ours.dev() && now.ino() == ours.ino() => {
                    return Ok(Self { path: path.to_owned(), _held: held });
                }
                Ok(_) => {}
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(errno_of(&e)),
            }
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Before the unlock: the other way round, a waiter could check the name and then lose it.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Waits for the lock itself; a signal only interrupts the wait.
fn lock(mut file: File) -> Result<Flock<File>, Errno> {
    loop {
        match Flock::lock(file, FlockArg::LockExclusive) {
            Ok(held) => return Ok(held),
            Err((again, Errno::EINTR)) => file = again,
            Err((_, errno)) => return Err(errno),
        }
    }
}

/// The errno inside a `std` error.
pub fn errno_of(error: &std::io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(libc::EIO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn one_holder_at_a_time_and_no_file_left() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let inside = AtomicU32::new(0);
        let entries = AtomicU32::new(0);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..200 {
                        let lock = FileLock::take(&path).unwrap();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        entries.fetch_add(1, Ordering::SeqCst);
                        assert!(path.exists());
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert_eq!(entries.load(Ordering::SeqCst), 800);
        assert!(!path.exists());
    }

    #[test]
    fn no_directory_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(FileLock::take(&dir.path().join("no/lock")).unwrap_err(), Errno::ENOENT);
    }
}
