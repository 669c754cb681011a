//! Creating a child: a program, or this process's own code.
//!
//! Every child is forked, by the application if it has a function for that, and the parent does not wait: the child
//! reports through a pipe whether the program could be executed, and the pipe is read when the child has ended.
//! `posix_spawn` would not copy page tables, but it blocks the calling thread until the program runs, and that takes as
//! long as the program's file system takes to respond: a script on an unreachable NFS server would block the
//! application's event loop. A child that runs concurrently in the same memory would not copy them either; but it would
//! share this thread's `errno`, and valgrind does not support it. The cost of a fork is the same as in the C library:
//! 0.2 ms in a small process, 1 ms with 64 MB of memory, 17 ms with 1 GB (`posix_spawn`: 0.1 to 0.2 ms).
//!
//! A process may be too large to be forked at all: a fork in libvirtd has failed with `ENOMEM` on small hosts, and then
//! no domain could be destroyed. In this case a program is started by [`beside`]: in this process's memory, while this
//! thread waits. If the program's file system does not respond either, this thread is blocked, and a call of the
//! application that asks about its children waits for this start (`registry.rs`). Both at once are rare, and the
//! process id of such a child is not known here before it runs its program; otherwise nothing could be started at all.
//!
//! Until it runs its program, a child calls only async-signal-safe functions, on data that `program.rs` has prepared.
//!
//! A child runs no signal handler of the application, since such a handler might write into pipes that the parent
//! reads. All signals are blocked around the fork, and unblocked in the child when the handlers are removed.

use std::ffi::{c_int, c_uint, c_void};
use std::num::NonZero;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::unistd;

use super::program::{Pointers, Prepared, duplicate_above};
use super::sys::Pid;
use crate::sync::tracked_fds::Tracked;

/// A way to fork.
#[derive(Clone, Copy)]
pub enum Fork<'a> {
    /// `fork` of the C library.
    Plain,
    /// The application's function. It returns the child's process id, and 0 in the child.
    Replacement(&'a dyn Fn() -> Result<Pid, Errno>),
}

impl Fork<'_> {
    /// Forks. Returns the child's process id, and 0 in the child.
    pub fn fork(self) -> Result<Pid, Errno> {
        match self {
            // SAFETY: the child does only what the documentation of `forked` says.
            Self::Plain => Errno::result(unsafe { libc::fork() }),
            Self::Replacement(fork) => fork(),
        }
    }
}

/// The exit status of a child that could not execute its program, or that has panicked.
pub const NO_PROGRAM: c_int = 127;

/// A child that was started.
pub struct Started {
    pub pid: Pid,
    /// The pipe through which the child reports how it ends, unless it is killed: the negative errno if it could not
    /// execute its program, or the exit status of this process's own code. It is non-blocking.
    pub pipe: Option<Tracked<OwnedFd>>,
}

/// Creates a pipe through which a child reports to its parent: the reading end, and the writing end, whose number is
/// above `least`.
pub fn status_pipe(least: RawFd) -> Result<(Tracked<OwnedFd>, Tracked<OwnedFd>), Errno> {
    let (reader, writer) = unistd::pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
    Ok((Tracked::new(reader), duplicate_above(writer.as_fd(), least + 1)?))
}

/// Reads one word: `EAGAIN` if there is none yet, `None` at the end of the pipe.
pub fn read_word(reader: &impl AsFd) -> Result<Option<c_int>, Errno> {
    let mut word = [0; size_of::<c_int>()];
    let count = unistd::read(reader, &mut word)?;
    Ok((count == word.len()).then(|| c_int::from_ne_bytes(word)))
}

/// Starts a program.
pub fn spawn(fork: Fork<'_>, prepared: &Prepared) -> Result<Started, Errno> {
    let mut pointers = prepared.pointers();
    let (pipe, writer) = status_pipe(prepared.keep_below)?;
    let parent = writer.as_fd().as_raw_fd();
    let mut child = || become_program(prepared, &mut pointers, parent);
    let pid = match (forked(fork, &mut child), fork) {
        (Err(Errno::ENOMEM), Fork::Plain) => beside(child),
        (forked, _) => forked,
    }?;
    Ok(Started { pid, pipe: Some(pipe) })
}

/// Runs `child`, which executes a program, in a process that shares this one's memory, and waits until it no longer
/// does. It needs no memory except a stack.
pub(super) fn beside<F: FnMut() -> c_int>(mut child: F) -> Result<Pid, Errno> {
    extern "C" fn enter<F: FnMut() -> c_int>(child: *mut c_void) -> c_int {
        // SAFETY: `beside` passes this pointer to the closure, and waits while this function runs.
        unsafe { (*child.cast::<F>())() }
    }
    let stack = Stack::new()?;
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: `enter` gets the closure for which it was instantiated, and a stack of its own; and this thread does not
    // continue before that process has another memory, or none. Until then only this thread and that process use what
    // they share.
    let pid =
        unsafe { libc::clone(enter::<F>, stack.top(), flags, ptr::from_mut(&mut child).cast()) };
    let cloned = Errno::result(pid);
    before.thread_set_mask()?;
    cloned
}

/// A stack, with a guard page below it that cannot be written to.
struct Stack(ptr::NonNull<c_void>);

impl Stack {
    /// The size that executing a program needs, with a margin; `execvpe` puts paths on the stack.
    const SIZE: usize = 64 * 1024;
    /// Linux has no larger pages on the architectures that Xen supports.
    const GUARD: usize = 64 * 1024;

    fn new() -> Result<Self, Errno> {
        let length = NonZero::new(Self::GUARD + Self::SIZE).expect("not 0");
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new anonymous mapping, which nothing else uses.
        let memory = unsafe { mmap_anonymous(None, length, access, MapFlags::MAP_PRIVATE) }?;
        let stack = Self(memory);
        // SAFETY: this is the lower end of the mapping, which is not in use.
        unsafe { mprotect(memory, Self::GUARD, ProtFlags::PROT_NONE) }?;
        Ok(stack)
    }

    fn top(&self) -> *mut c_void {
        // SAFETY: this is the end of the mapping, which is aligned to a page.
        unsafe { self.0.as_ptr().byte_add(Self::GUARD + Self::SIZE) }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: `new` has mapped it with this length, and the process that ran on it does not use it any more.
        let _ = unsafe { munmap(self.0, Self::GUARD + Self::SIZE) };
    }
}

/// Runs `body` in a forked child, whose exit status is the returned value. `kept` stays open there.
pub fn fork_and_run(
    fork: Fork<'_>,
    kept: Option<RawFd>,
    body: impl FnOnce() -> u8,
) -> Result<Started, Errno> {
    let (pipe, writer) = status_pipe(0)?;
    let parent = writer.as_fd().as_raw_fd();
    let pid = forked(fork, || {
        super::postfork_but(&[parent, kept.unwrap_or(parent)]);
        reset_signals();
        unblock_signals();
        // A panic must not unwind into code of the parent.
        let status = catch_unwind(AssertUnwindSafe(body)).map_or(NO_PROGRAM, c_int::from);
        tell(parent, status);
        status
    })?;
    Ok(Started { pid, pipe: Some(pipe) })
}

/// Forks, with all signals blocked. `child` runs in the child and returns its exit status. It must be
/// async-signal-safe, unless it prepares the child first.
pub fn forked(fork: Fork<'_>, child: impl FnOnce() -> c_int) -> Result<Pid, Errno> {
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let forked = fork.fork();
    if forked == Ok(0) {
        let status = child();
        // SAFETY: it ends the process without running the parent's exit handlers.
        unsafe { libc::_exit(status) }
    }
    before.thread_set_mask()?;
    forked
}

/// In the child: executes the program, or reports the negative errno to `parent` and returns the exit status. `parent`
/// is above the program's descriptors. Async-signal-safe.
pub fn become_program(prepared: &Prepared, pointers: &mut Pointers, parent: RawFd) -> c_int {
    reset_signals();
    let (errno, parent) = match take_descriptors(prepared, parent) {
        Ok(parent) => (execute(prepared, pointers), parent),
        Err(errno) => (errno, parent),
    };
    tell(parent, -(errno as c_int));
    NO_PROGRAM
}

/// Executes the program. Returns only if that fails, with the reason.
fn execute(prepared: &Prepared, pointers: &mut Pointers) -> Errno {
    if let Err(errno) = prepared.fill_environment(pointers) {
        return errno;
    }
    unblock_signals();
    let (argv, envp) = (pointers.argv.as_ptr(), pointers.envp.as_ptr());
    // SAFETY: the parent has prepared the arguments; the lists end with NULL. glibc's execvpe uses only the stack.
    unsafe { libc::execvpe(prepared.path().as_ptr(), argv, envp) };
    Errno::last()
}

/// Sends a number to the parent; returns false if the parent's end is closed.
pub fn tell(parent: RawFd, word: c_int) -> bool {
    // SAFETY: the descriptor belongs to this process, and the number can be read.
    let count = unsafe { libc::write(parent, ptr::from_ref(&word).cast(), size_of::<c_int>()) };
    count == size_of::<c_int>() as isize
}

/// Sets up the descriptors of the program, and moves `parent` above them; returns its new number, which is closed when
/// the program runs. All others are closed now: a program's file system may keep the child waiting, and others must not
/// wait meanwhile because the child has copies of the library's descriptors.
fn take_descriptors(prepared: &Prepared, parent: RawFd) -> Result<RawFd, Errno> {
    if let Some(terminal) = &prepared.terminal {
        // SAFETY: these system calls change only this process. A terminal that a session leader opens becomes the
        // controlling terminal of the session.
        unsafe {
            Errno::result(libc::setsid())?;
            let fd = Errno::result(libc::open(terminal.as_ptr(), libc::O_RDWR))?;
            Errno::result(libc::dup2(fd, 0))?;
        }
    }
    for (from, to) in &prepared.moves {
        // SAFETY: the arguments are numbers; this process uses none of its old descriptors any more.
        Errno::result(unsafe { libc::dup2(*from, *to) })?;
    }
    let kept = prepared.keep_below;
    // SAFETY: as above. `parent` is above `kept`, so they differ.
    Errno::result(unsafe { libc::dup3(parent, kept, libc::O_CLOEXEC) })?;
    // SAFETY: as above.
    if unsafe { libc::close_range(kept.cast_unsigned() + 1, c_uint::MAX, 0) } != 0 {
        // The kernel is older than 5.9.
        for fd in kept + 1..max_descriptors() {
            // SAFETY: as above.
            unsafe { libc::close(fd) };
        }
    }
    Ok(kept)
}

/// An upper limit of the descriptors of a process.
fn max_descriptors() -> RawFd {
    const MAX_FDS: libc::rlim_t = 65536;
    let mut limit = libc::rlimit { rlim_cur: MAX_FDS, rlim_max: MAX_FDS };
    // SAFETY: `limit` may be written to.
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) };
    limit.rlim_cur.min(MAX_FDS) as RawFd
}

/// In the child: removes the parent's signal handlers. Async-signal-safe.
fn reset_signals() {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: the structures are valid; sigaction rejects the signals that cannot be set.
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

/// In the child: unblocks all signals. Async-signal-safe.
fn unblock_signals() {
    let _ = SigSet::empty().thread_set_mask();
}
