//! Executing another program in this process, which goes on as it was if that fails.

use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::unistd::{close, dup2_stdin, execvp};

/// Executes a program, which is searched for in `PATH`. Returns why that has failed.
pub fn execute(program: &OsStr, arguments: Vec<OsString>) -> Errno {
    let all = [vec![program.to_owned()], arguments].concat();
    let all: Result<Vec<CString>, _> =
        all.into_iter().map(|argument| CString::new(argument.into_vec())).collect();
    let Ok(all) = all else { return Errno::EINVAL };
    let Err(errno) = execvp(&all[0], &all);
    errno
}

/// Calls `execute`, which returns only if it fails, with `input` as this process's standard input, if there is one,
/// and then puts the former one back.
pub fn with_input(input: Option<File>, execute: impl FnOnce() -> Errno) -> Errno {
    let Some(input) = input else { return execute() };
    let former = match fcntl(std::io::stdin(), FcntlArg::F_DUPFD_CLOEXEC(3)) {
        // SAFETY: the descriptor was opened by this call, and nothing else knows it.
        Ok(former) => Some(unsafe { OwnedFd::from_raw_fd(former) }),
        // A process without a standard input has none afterwards either.
        Err(Errno::EBADF) => None,
        Err(errno) => return errno,
    };
    let errno = match dup2_stdin(&input) {
        Ok(()) => execute(),
        Err(errno) => errno,
    };
    // These cannot fail: the descriptors are open.
    let _ = match former {
        Some(former) => dup2_stdin(former),
        None => close(libc::STDIN_FILENO),
    };
    errno
}

/// Calls `execute`, which returns only if it fails, with the default action for SIGPIPE, which programs expect, and
/// then sets the former action again.
pub fn with_default_sigpipe(execute: impl FnOnce() -> Errno) -> Errno {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: the default action runs no code of this process.
    let former = unsafe { sigaction(Signal::SIGPIPE, &default) };
    let errno = execute();
    if let Ok(former) = former {
        // SAFETY: this was the action before.
        let _ = unsafe { sigaction(Signal::SIGPIPE, &former) };
    }
    errno
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::panic::catch_unwind;

    use nix::sys::stat::fstat;
    use nix::sys::wait::{WaitStatus, waitpid};
    use nix::unistd::{ForkResult, fork};

    use super::*;

    #[test]
    fn a_program_that_cannot_be_executed_leaves_the_process_as_it_was() {
        let state = || {
            let stdin = fstat(std::io::stdin()).map(|stdin| (stdin.st_dev, stdin.st_ino));
            let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
            // SAFETY: to ignore a signal runs no code.
            let former = unsafe { sigaction(Signal::SIGPIPE, &ignore) }.unwrap().handler();
            (stdin, matches!(former, SigHandler::SigIgn))
        };
        let checked = || {
            let _ = state();
            let before = state();
            // A file of its own: the standard input may be /dev/null.
            let input = tempfile::tempfile().unwrap();
            let its = fstat(&input).map(|input| (input.st_dev, input.st_ino));
            let mut during = false;
            let errno = with_input(Some(input), || {
                with_default_sigpipe(|| {
                    let seen = state();
                    during = seen == (its, false);
                    execute(OsStr::new("/no/such/program"), Vec::new())
                })
            });
            during && errno == Errno::ENOENT && state() == before
        };
        // In a process of its own: other tests use the standard input and the signal.
        // SAFETY: the child makes system calls and allocates, which glibc allows after a fork, and does not return.
        match unsafe { fork() }.unwrap() {
            // SAFETY: this ends the child, with nothing of the parent's run.
            ForkResult::Child => unsafe {
                libc::_exit(i32::from(!catch_unwind(checked).unwrap_or(false)));
            },
            ForkResult::Parent { child } => {
                assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 0)));
            }
        }
    }
}
