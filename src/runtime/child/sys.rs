//! The system calls around children that `nix` lacks, or answers with less than we need.
//!
//! `nix` decodes wait statuses, and loses those that it has no name for; ours are passed on as they are.

use std::ffi::c_int;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::errno::Errno;

/// A process number.
pub type Pid = libc::pid_t;

/// What `waitpid` says of one child, at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waited {
    /// It has not ended.
    Running,
    /// It had ended and is gone now; its wait status.
    Ended(c_int),
    /// This process has no such child: somebody else has taken its status.
    NotOurs,
}

/// Takes the status of child `pid` if it has ended.
pub fn reap(pid: Pid) -> Waited {
    let mut status = 0;
    loop {
        // SAFETY: `status` can be written to.
        match unsafe { libc::waitpid(pid, &mut status, libc::WNOHANG) } {
            0 => return Waited::Running,
            -1 if Errno::last() == Errno::EINTR => {}
            -1 => return Waited::NotOurs,
            _ => return Waited::Ended(status),
        }
    }
}

/// A child that has ended, whose status stays to be taken.
pub fn any_ended() -> Option<Pid> {
    let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: all zeroes is a valid siginfo_t.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: `info` can be written to.
        if unsafe { libc::waitid(libc::P_ALL, 0, &mut info, flags) } == 0 {
            // SAFETY: waitid has filled in a child's part, or left zeroes.
            let pid = unsafe { info.si_pid() };
            return (pid != 0).then_some(pid);
        }
        if Errno::last() != Errno::EINTR {
            return None;
        }
    }
}

/// Whether process `pid` is a child whose status nobody has taken.
pub fn is_child(pid: Pid) -> bool {
    let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: all zeroes is a valid siginfo_t, which can be written to.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        libc::waitid(libc::P_PID, pid.cast_unsigned(), &mut info, flags) == 0
    }
}

/// A descriptor for a process: readable when it has ended. Close-on-exec.
pub fn pidfd_open(pid: Pid) -> Result<OwnedFd, Errno> {
    // SAFETY: no pointers.
    let fd = Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })?;
    // SAFETY: a descriptor that was opened just now.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as c_int) })
}

/// Sends a signal to the process, which cannot be another of the same number.
pub fn pidfd_kill(pidfd: BorrowedFd<'_>, signal: c_int) -> Result<(), Errno> {
    let fd = pidfd.as_raw_fd();
    // SAFETY: the siginfo may be NULL.
    let done = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            fd,
            signal,
            std::ptr::null::<libc::siginfo_t>(),
            0,
        )
    };
    Errno::result(done).map(drop)
}

/// Sends a signal to process `pid`.
pub fn kill(pid: Pid, signal: c_int) -> Result<(), Errno> {
    // SAFETY: no pointers.
    Errno::result(unsafe { libc::kill(pid, signal) }).map(drop)
}
