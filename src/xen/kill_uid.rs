//! Killing all processes of a user, from a process of its own that takes that user on.

use nix::errno::Errno;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

/// Kills every process whose user is `uid`. The killer's real user is `reaper`, so that what it kills
/// cannot kill it first (only who has the real user's number may signal it).
///
/// Neither may be root: `kill(-1)` would take the host down.
pub fn kill_all_of(uid: u32, reaper: u32) -> Result<(), Errno> {
    if uid == 0 || reaper == 0 {
        return Err(Errno::EINVAL);
    }
    // SAFETY: other threads may hold any lock at the fork, so the child calls only async-signal-safe
    // functions: plain system calls (glibc's setresuid would signal threads that are not there).
    match unsafe { fork() }? {
        ForkResult::Child => {
            // SAFETY: system calls on integers; `_exit` never returns.
            unsafe {
                if libc::syscall(libc::SYS_setresuid, reaper, uid, 0) != 0
                    || (libc::kill(-1, libc::SIGKILL) != 0
                        && *libc::__errno_location() != libc::ESRCH)
                {
                    libc::_exit(*libc::__errno_location());
                }
                libc::_exit(0)
            }
        }
        ForkResult::Parent { child } => loop {
            match waitpid(child, None) {
                Err(Errno::EINTR) => {}
                // An application that reaps every child may have taken the status.
                Err(Errno::ECHILD) | Ok(WaitStatus::Exited(_, 0)) => return Ok(()),
                Ok(WaitStatus::Exited(_, errno)) => return Err(Errno::from_raw(errno)),
                Ok(_) => return Err(Errno::EINTR),
                Err(errno) => return Err(errno),
            }
        },
    }
}
