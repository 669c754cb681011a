//! Making a child: a program, or this process's own code.
//!
//! A program is started by `posix_spawn`, which on Linux is `clone(CLONE_VM | CLONE_VFORK)`: no page
//! table is copied (libvirtd is big, and fork has failed in it with ENOMEM), and the calling thread waits
//! until the program runs or cannot. An application that wants to fork itself gets a real fork; then the
//! child does async-signal-safe things only, with what `program.rs` has made ready.
//!
//! A child runs no signal handler of the application's: these write into pipes that the parent reads.
//! All signals are blocked around the fork, and unblocked in the child when the handlers are gone.

use std::ffi::{c_int, c_uint};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::unistd;

use super::program::{Pointers, Prepared};
use super::sys::{self, Pid};
use crate::sync::noted::Noted;

/// The application's way to fork: the child's number, and 0 in the child.
pub type Fork<'a> = &'a dyn Fn() -> Result<Pid, Errno>;

/// How long a child may take to become its program before it is taken to have done so, in milliseconds.
/// Only a copy of the pipe in a third process makes it wait as long.
pub const PATIENCE: u16 = 1000;

/// The exit status of a child that could not become its program.
pub const NO_PROGRAM: c_int = 127;

/// Starts a program without copying the parent's page tables.
pub fn spawn(prepared: &Prepared) -> Result<Pid, Errno> {
    let pointers = prepared.pointers();
    let actions = Actions::new(prepared)?;
    let attributes = Attributes::new(prepared.terminal.is_some())?;
    let mut pid = 0;
    // SAFETY: all arguments were made for this call and outlive it; the lists end with NULL.
    check(unsafe {
        libc::posix_spawnp(
            &mut pid,
            prepared.path().as_ptr(),
            &actions.0,
            &attributes.0,
            pointers.argv.as_ptr().cast(),
            pointers.envp.as_ptr().cast(),
        )
    })?;
    Ok(pid)
}

/// The answer of a function that returns an errno.
fn check(errno: c_int) -> Result<(), Errno> {
    if errno == 0 { Ok(()) } else { Err(Errno::from_raw(errno)) }
}

/// The moves of descriptors.
struct Actions(libc::posix_spawn_file_actions_t);

impl Actions {
    fn new(prepared: &Prepared) -> Result<Self, Errno> {
        let mut new = MaybeUninit::uninit();
        // SAFETY: it is initialised here, and once.
        check(unsafe { libc::posix_spawn_file_actions_init(new.as_mut_ptr()) })?;
        // SAFETY: initialised by the call above.
        let mut actions = Self(unsafe { new.assume_init() });
        if let Some(terminal) = &prepared.terminal {
            let (path, flags) = (terminal.as_ptr(), libc::O_RDWR);
            // SAFETY: `actions` is initialised; the path is copied.
            check(unsafe {
                libc::posix_spawn_file_actions_addopen(&mut actions.0, 0, path, flags, 0)
            })?;
        }
        for (from, to) in &prepared.moves {
            // SAFETY: `actions` is initialised.
            check(unsafe { libc::posix_spawn_file_actions_adddup2(&mut actions.0, *from, *to) })?;
        }
        // SAFETY: as above.
        check(unsafe {
            libc::posix_spawn_file_actions_addclosefrom_np(&mut actions.0, prepared.keep_below)
        })?;
        Ok(actions)
    }
}

impl Drop for Actions {
    fn drop(&mut self) {
        // SAFETY: initialised, and destroyed once.
        unsafe { libc::posix_spawn_file_actions_destroy(&mut self.0) };
    }
}

/// Signals: none blocked; SIGPIPE and SIGCHLD, which an application may have set to be ignored, as a
/// program expects them. And whether it gets a session of its own.
struct Attributes(libc::posix_spawnattr_t);

impl Attributes {
    fn new(session: bool) -> Result<Self, Errno> {
        let mut new = MaybeUninit::uninit();
        // SAFETY: it is initialised here, and once.
        check(unsafe { libc::posix_spawnattr_init(new.as_mut_ptr()) })?;
        // SAFETY: initialised by the call above.
        let mut attributes = Self(unsafe { new.assume_init() });
        let mut default = SigSet::empty();
        default.add(nix::sys::signal::Signal::SIGPIPE);
        default.add(nix::sys::signal::Signal::SIGCHLD);
        let mut flags = libc::POSIX_SPAWN_SETSIGDEF | libc::POSIX_SPAWN_SETSIGMASK;
        if session {
            flags |= c_int::from(libc::POSIX_SPAWN_SETSID);
        }
        // SAFETY: `attributes` is initialised, the sets are valid.
        unsafe {
            check(libc::posix_spawnattr_setsigdefault(&mut attributes.0, default.as_ref()))?;
            check(libc::posix_spawnattr_setsigmask(&mut attributes.0, SigSet::empty().as_ref()))?;
            check(libc::posix_spawnattr_setflags(&mut attributes.0, flags as libc::c_short))?;
        }
        Ok(attributes)
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialised, and destroyed once.
        unsafe { libc::posix_spawnattr_destroy(&mut self.0) };
    }
}

/// Starts a program by way of the application's fork.
pub fn spawn_by(fork: Fork<'_>, prepared: &Prepared) -> Result<Pid, Errno> {
    let pointers = prepared.pointers();
    let (reader, writer) = unistd::pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
    let (reader, writer) = (Noted::new(reader), Noted::new(writer));
    let failed = writer.as_fd().as_raw_fd();
    let pid = forked(fork, || become_program(prepared, &pointers, failed))?;
    drop(writer);
    match exec_error(pid, &reader) {
        None => Ok(pid),
        Some(errno) => {
            // It is about to end, or has, and nobody else is to hear of it.
            while sys::reap(pid) == sys::Waited::Running {
                std::thread::yield_now();
            }
            Err(errno)
        }
    }
}

/// Why child `pid` did not become its program; `None` if it did.
fn exec_error(pid: Pid, reader: &Noted<OwnedFd>) -> Option<Errno> {
    // A third process that was forked meanwhile may have a copy of the pipe and keep it open. The
    // child's own end is then the other sign.
    let ended = sys::pidfd_open(pid).ok();
    let mut fds = vec![PollFd::new(reader.as_fd(), PollFlags::POLLIN)];
    fds.extend(ended.as_ref().map(|fd| PollFd::new(fd.as_fd(), PollFlags::POLLIN)));
    while let Err(Errno::EINTR) = poll(&mut fds, PATIENCE) {}
    let mut errno = [0; size_of::<c_int>()];
    let count = unistd::read(reader, &mut errno);
    (count == Ok(errno.len())).then(|| Errno::from_raw(c_int::from_ne_bytes(errno)))
}

/// Runs `body` in a forked child, whose exit status is what it returns. `kept` stays open there.
pub fn fork_and_run(
    fork: Option<Fork<'_>>,
    kept: Option<RawFd>,
    body: impl FnOnce() -> u8,
) -> Result<Pid, Errno> {
    let plain = || {
        // SAFETY: the child runs `forked`'s body only, and then ends.
        Errno::result(unsafe { libc::fork() })
    };
    forked(fork.unwrap_or(&plain), || {
        super::postfork_but(kept);
        reset_signals();
        unblock_signals();
        // A defect must not unwind into what is the parent's.
        catch_unwind(AssertUnwindSafe(body)).map_or(NO_PROGRAM, c_int::from)
    })
}

/// Forks, with all signals blocked; `child` runs in the child and says how it is to end.
pub fn forked(fork: Fork<'_>, child: impl FnOnce() -> c_int) -> Result<Pid, Errno> {
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let forked = fork();
    if forked == Ok(0) {
        let status = child();
        // SAFETY: ends the process without running what the parent has registered for its own end.
        unsafe { libc::_exit(status) }
    }
    before.thread_set_mask()?;
    forked
}

/// In the child: becomes the program, or says why not and ends. Async-signal-safe.
pub fn become_program(prepared: &Prepared, pointers: &Pointers, failed: RawFd) -> c_int {
    reset_signals();
    let errno = match take_descriptors(prepared) {
        Ok(()) => {
            unblock_signals();
            // SAFETY: prepared by the parent; the lists end with NULL. glibc's execvpe uses the stack only.
            unsafe {
                libc::execvpe(
                    prepared.path().as_ptr(),
                    pointers.argv.as_ptr(),
                    pointers.envp.as_ptr(),
                );
            }
            Errno::last_raw()
        }
        Err(errno) => errno as c_int,
    };
    // SAFETY: a descriptor of this process, and a number to write.
    unsafe { libc::write(failed, ptr::from_ref(&errno).cast(), size_of::<c_int>()) };
    NO_PROGRAM
}

/// The descriptors that the program is to have; the others close when it starts.
fn take_descriptors(prepared: &Prepared) -> Result<(), Errno> {
    if let Some(terminal) = &prepared.terminal {
        // SAFETY: system calls that change this process alone. Opened by a session's leader, a terminal
        // comes to control the session.
        unsafe {
            Errno::result(libc::setsid())?;
            let fd = Errno::result(libc::open(terminal.as_ptr(), libc::O_RDWR))?;
            Errno::result(libc::dup2(fd, 0))?;
        }
    }
    for (from, to) in &prepared.moves {
        // SAFETY: numbers only; nothing of this process's is used any more.
        Errno::result(unsafe { libc::dup2(*from, *to) })?;
    }
    let first = prepared.keep_below.cast_unsigned();
    let flags = libc::CLOSE_RANGE_CLOEXEC as c_int;
    // SAFETY: as above.
    if unsafe { libc::close_range(first, c_uint::MAX, flags) } != 0 {
        // A kernel before 5.11.
        for fd in prepared.keep_below..most_descriptors() {
            // SAFETY: as above.
            unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) };
        }
    }
    Ok(())
}

/// A number that no descriptor of a sensible process reaches.
fn most_descriptors() -> RawFd {
    const MOST: libc::rlim_t = 65536;
    let mut limit = libc::rlimit { rlim_cur: MOST, rlim_max: MOST };
    // SAFETY: `limit` can be written to.
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) };
    limit.rlim_cur.min(MOST) as RawFd
}

/// In the child: no handler of the parent's is left. Async-signal-safe.
fn reset_signals() {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: valid structures; sigaction refuses the numbers that cannot be set.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            if libc::sigaction(signal, ptr::null(), &mut action) != 0 {
                continue;
            }
            let ignored = action.sa_sigaction == libc::SIG_IGN;
            if !ignored || signal == libc::SIGPIPE || signal == libc::SIGCHLD {
                action.sa_sigaction = libc::SIG_DFL;
                action.sa_flags = 0;
                libc::sigaction(signal, &action, ptr::null_mut());
            }
        }
    }
}

/// In the child: no signal is blocked. Async-signal-safe.
fn unblock_signals() {
    let _ = SigSet::empty().thread_set_mask();
}
