//! Killing all processes of a user, from a process of its own that takes that user on.

use std::ffi::{CStr, c_int};

use nix::errno::Errno;

/// Added to the errno of a lock that could not be had: all have been killed nevertheless.
const WITHOUT_LOCK: u8 = 128;

/// What a killer's exit status tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    Killed,
    /// And why the lock could not be had.
    KilledWithoutLock(Errno),
    Failed(Errno),
}

impl Told {
    pub fn of(status: u8) -> Self {
        match (status, status.checked_sub(WITHOUT_LOCK)) {
            (0, _) => Self::Killed,
            (_, Some(errno)) => Self::KilledWithoutLock(Errno::from_raw(errno.into())),
            (errno, None) => Self::Failed(Errno::from_raw(errno.into())),
        }
    }
}

/// For a forked child, which ends with the status that this gives ([`Told`]): kills every process
/// whose user is `uid`. The killer's real user is `reaper`, so that what it kills cannot kill it first
/// (only who has the real user's number may signal it). As the killers of several domains share that
/// user and would kill each other, one at a time holds the file `lock`, to its end.
///
/// Neither may be root: `kill(-1)` would take the host down. Async-signal-safe.
pub fn kill_all_of(uid: u32, reaper: u32, lock: &CStr) -> u8 {
    if uid == 0 || reaper == 0 {
        return libc::EINVAL as u8;
    }
    let held = take(lock);
    // SAFETY: system calls on integers. glibc's setresuid would signal threads that are not there.
    let killed = unsafe {
        if libc::syscall(libc::SYS_setresuid, reaper, uid, 0) != 0 {
            return Errno::last_raw() as u8;
        }
        Errno::result(libc::kill(-1, libc::SIGKILL))
    };
    match killed {
        Err(errno) if errno != Errno::ESRCH => errno as u8,
        _ => held.err().map_or(0, |errno| WITHOUT_LOCK | errno as u8),
    }
}

/// Takes the lock, for as long as this process lives.
fn take(lock: &CStr) -> Result<(), Errno> {
    let flags = libc::O_RDWR | libc::O_CREAT | libc::O_CLOEXEC;
    // SAFETY: a string that ends with NUL.
    let fd: c_int = Errno::result(unsafe { libc::open(lock.as_ptr(), flags, 0o644) })?;
    loop {
        // SAFETY: integers.
        match Errno::result(unsafe { libc::flock(fd, libc::LOCK_EX) }) {
            Err(Errno::EINTR) => {}
            other => return other.map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_status_tells() {
        assert_eq!(Told::of(0), Told::Killed);
        assert_eq!(Told::of(Errno::EPERM as u8), Told::Failed(Errno::EPERM));
        let without = WITHOUT_LOCK | Errno::EROFS as u8;
        assert_eq!(Told::of(without), Told::KilledWithoutLock(Errno::EROFS));
        let root = kill_all_of(0, 1, c"/no/such/lock");
        assert_eq!(Told::of(root), Told::Failed(Errno::EINVAL));
    }
}
