//! Killing all processes of a user, from a process of its own that changes to that user.

use std::ffi::{CStr, c_int};

use nix::errno::Errno;

/// Added to the errno of a lock that could not be taken; all processes were killed nevertheless.
const WITHOUT_LOCK: u8 = 128;

/// What the exit status of a killer process says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KillResult {
    Killed,
    /// The processes were killed, but the lock could not be taken, for this reason.
    KilledWithoutLock(Errno),
    Failed(Errno),
}

impl KillResult {
    pub fn of(status: u8) -> Self {
        match (status, status.checked_sub(WITHOUT_LOCK)) {
            (0, _) => Self::Killed,
            (_, Some(errno)) => Self::KilledWithoutLock(Errno::from_raw(errno.into())),
            (errno, None) => Self::Failed(Errno::from_raw(errno.into())),
        }
    }
}

/// To be called in a forked child, which must exit with the returned status ([`KillResult`]): kills every process of
/// user `uid`. The killer's real uid is `reaper`, so that the processes that it kills cannot kill it first (only
/// processes with that uid may signal it). Since the killers of several domains share that uid and would kill each
/// other, each holds the lock file `lock` until it ends.
///
/// Neither uid may be root's: `kill(-1)` would kill all processes of the host. Async-signal-safe.
pub fn kill_all_of(uid: u32, reaper: u32, lock: &CStr) -> u8 {
    if uid == 0 || reaper == 0 {
        return libc::EINVAL as u8;
    }
    let held = take(lock);
    // SAFETY: these are system calls on integers. The raw system call is used, since glibc's setresuid would signal
    // threads that do not exist in this process.
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

/// Takes the lock until this process ends.
fn take(lock: &CStr) -> Result<(), Errno> {
    let flags = libc::O_RDWR | libc::O_CREAT | libc::O_CLOEXEC;
    // SAFETY: the path ends with a NUL.
    let fd: c_int = Errno::result(unsafe { libc::open(lock.as_ptr(), flags, 0o644) })?;
    loop {
        // SAFETY: all arguments are integers.
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
        assert_eq!(KillResult::of(0), KillResult::Killed);
        assert_eq!(KillResult::of(Errno::EPERM as u8), KillResult::Failed(Errno::EPERM));
        let without = WITHOUT_LOCK | Errno::EROFS as u8;
        assert_eq!(KillResult::of(without), KillResult::KilledWithoutLock(Errno::EROFS));
        let root = kill_all_of(0, 1, c"/no/such/lock");
        assert_eq!(KillResult::of(root), KillResult::Failed(Errno::EINVAL));
    }
}
