//! System calls for children that `nix` lacks, or whose results it reduces.
//!
//! `nix` decodes wait statuses, and loses those for which it has no name; here they are returned unchanged.

use std::ffi::c_int;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::errno::Errno;

/// A process id.
pub type Pid = libc::pid_t;

/// The result of a non-blocking wait for one child.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waited {
    /// It has not ended.
    Running,
    /// It had ended and is reaped now; its wait status.
    Ended(c_int),
    /// This process has no such child: other code has reaped it.
    NotOurs,
}

/// Reaps child `pid` if it has ended. With a `pidfd` it cannot be another child that has got the same process id after
/// other code has reaped this one.
pub fn reap(pid: Pid, pidfd: Option<BorrowedFd<'_>>) -> Waited {
    let flags = libc::WEXITED | libc::WNOHANG;
    match wait_for(pid, pidfd, flags) {
        Err(_) => Waited::NotOurs,
        Ok(None) => Waited::Running,
        Ok(Some(status)) => Waited::Ended(status),
    }
}

/// Calls `waitid` for one child. Returns its wait status, or `None` if it has not ended.
fn wait_for(pid: Pid, pidfd: Option<BorrowedFd<'_>>, flags: c_int) -> Result<Option<c_int>, Errno> {
    let by_number = (libc::P_PID, pid.cast_unsigned());
    let which = pidfd.map_or(by_number, |fd| (libc::P_PIDFD, fd.as_raw_fd().cast_unsigned()));
    // SAFETY: all zeroes is a valid siginfo_t.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: `info` may be written to.
        match Errno::result(unsafe { libc::waitid(which.0, which.1, &mut info, flags) }) {
            Ok(_) => break,
            Err(Errno::EINTR) => {}
            // The kernel has pidfds, but does not support waiting for them.
            Err(Errno::EINVAL) if pidfd.is_some() => return wait_for(pid, None, flags),
            Err(errno) => return Err(errno),
        }
    }
    // SAFETY: waitid has stored the members for a child, or has left zeroes.
    let (found, status) = unsafe { (info.si_pid(), info.si_status()) };
    Ok((found != 0).then_some(match info.si_code {
        libc::CLD_EXITED => (status & 0xff) << 8,
        libc::CLD_DUMPED => status | 0x80,
        _ => status,
    }))
}

/// A child that has ended, without reaping it.
pub fn any_ended() -> Option<Pid> {
    let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: all zeroes is a valid siginfo_t.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: `info` may be written to.
        if unsafe { libc::waitid(libc::P_ALL, 0, &mut info, flags) } == 0 {
            // SAFETY: waitid has stored the members for a child, or has left zeroes.
            let pid = unsafe { info.si_pid() };
            return (pid != 0).then_some(pid);
        }
        if Errno::last() != Errno::EINTR {
            return None;
        }
    }
}

/// Whether process `pid` is a child that was not reaped.
pub fn is_child(pid: Pid, pidfd: Option<BorrowedFd<'_>>) -> bool {
    wait_for(pid, pidfd, libc::WEXITED | libc::WNOHANG | libc::WNOWAIT).is_ok()
}

/// Opens a descriptor for a process, which is readable when the process has ended. It is close-on-exec.
pub fn pidfd_open(pid: Pid) -> Result<OwnedFd, Errno> {
    // SAFETY: the arguments are numbers.
    let fd = Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })?;
    // SAFETY: the descriptor was just opened.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as c_int) })
}

/// Sends a signal to the process, which cannot be another one with the same process id.
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
    // SAFETY: the arguments are numbers.
    Errno::result(unsafe { libc::kill(pid, signal) }).map(drop)
}
