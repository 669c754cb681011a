//! Making a child: a program, or this process's own code.
//!
//! Every child is forked, by the application if it wants to fork itself, and the parent waits for nothing: whether the
//! program could be started, the child tells through a pipe, which is looked at when it has ended. `posix_spawn`
//! would copy no page table, but it holds the calling thread until the program runs, and that takes as long as the
//! program's file system takes to answer: a script on an NFS server that is gone would stop the application's event
//! loop. A child that goes on beside us in the same memory would need no copy either; but it would have this
//! thread's `errno`, and valgrind refuses it. The price of a fork is that of the C library: 0.2 ms in a small process,
//! 1 ms with 64 MB of memory, 17 ms with 1 GB (`posix_spawn`: 0.1 to 0.2 ms).
//!
//! A process may be too large to be copied at all: a fork in libvirtd has failed with `ENOMEM` on small hosts, and
//! then no domain could be destroyed. A program is started by [`beside`] then: in our memory, while this thread
//! waits. Should the program's file system hang as well, so does this thread, and a call of the application's that
//! asks about its children waits for this start (`registry.rs`). Both at once are rare, and the number of such a
//! child is not known here before it runs its program; without this nothing would be started at all.
//!
//! Until it runs its program, a child does async-signal-safe things only, with what `program.rs` has made ready.
//!
//! A child runs no signal handler of the application's: these write into pipes that the parent reads.
//! All signals are blocked around the fork, and unblocked in the child when the handlers are gone.

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

use super::program::{Pointers, Prepared, lift};
use super::sys::Pid;
use crate::sync::tracked_fds::Tracked;

/// A way to fork.
#[derive(Clone, Copy)]
pub enum Fork<'a> {
    /// The library's own.
    Plain,
    /// The application's: the child's number, and 0 in the child.
    Replacement(&'a dyn Fn() -> Result<Pid, Errno>),
}

impl Fork<'_> {
    /// The child's number, and 0 in the child.
    pub fn fork(self) -> Result<Pid, Errno> {
        match self {
            // SAFETY: the child does as `forked` says.
            Self::Plain => Errno::result(unsafe { libc::fork() }),
            Self::Replacement(fork) => fork(),
        }
    }
}

/// The exit status of a child that could not become its program, or has met a defect.
pub const NO_PROGRAM: c_int = 127;

/// A child that was started.
pub struct Started {
    pub pid: Pid,
    /// Where it tells how it ends, unless it is killed: the negative errno if it could not become its program, the exit
    /// status of this process's own code. Does not block.
    pub told: Option<Tracked<OwnedFd>>,
}

/// A pipe through which a child tells its parent: the end to read, and the end to write, with a number above `least`.
pub fn words(least: RawFd) -> Result<(Tracked<OwnedFd>, Tracked<OwnedFd>), Errno> {
    let (reader, writer) = unistd::pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
    Ok((Tracked::new(reader), lift(writer.as_fd(), least + 1)?))
}

/// Reads a word that was told: `EAGAIN` if there is none yet, `None` at the end of the pipe.
pub fn next_word(reader: &impl AsFd) -> Result<Option<c_int>, Errno> {
    let mut word = [0; size_of::<c_int>()];
    let count = unistd::read(reader, &mut word)?;
    Ok((count == word.len()).then(|| c_int::from_ne_bytes(word)))
}

/// Starts a program.
pub fn spawn(fork: Fork<'_>, prepared: &Prepared) -> Result<Started, Errno> {
    let mut pointers = prepared.pointers();
    let (told, writer) = words(prepared.keep_below)?;
    let parent = writer.as_fd().as_raw_fd();
    let mut child = || become_program(prepared, &mut pointers, parent);
    let pid = match (forked(fork, &mut child), fork) {
        (Err(Errno::ENOMEM), Fork::Plain) => beside(child),
        (forked, _) => forked,
    }?;
    Ok(Started { pid, told: Some(told) })
}

/// Runs `child`, which becomes a program, in a process that has this one's memory, and waits until it does not any
/// more. Needs no memory but a stack.
pub(super) fn beside<F: FnMut() -> c_int>(mut child: F) -> Result<Pid, Errno> {
    extern "C" fn enter<F: FnMut() -> c_int>(child: *mut c_void) -> c_int {
        // SAFETY: `beside` gave it, and waits while this runs.
        unsafe { (*child.cast::<F>())() }
    }
    let stack = Stack::new()?;
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: `enter` gets the closure that it is made for, on a stack of its own, and this thread does not go on
    // before that process has another memory, or none. What it shares until then is this thread's alone.
    let pid =
        unsafe { libc::clone(enter::<F>, stack.top(), flags, ptr::from_mut(&mut child).cast()) };
    let cloned = Errno::result(pid);
    before.thread_set_mask()?;
    cloned
}

/// A stack, below which lies a page that cannot be written to.
struct Stack(ptr::NonNull<c_void>);

impl Stack {
    /// What becoming a program needs, with room to spare; `execvpe` puts paths on it.
    const SIZE: usize = 64 * 1024;
    /// No page of Linux's is larger on what Xen runs on.
    const GUARD: usize = 64 * 1024;

    fn new() -> Result<Self, Errno> {
        let length = NonZero::new(Self::GUARD + Self::SIZE).expect("not 0");
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: new memory, nobody else's.
        let memory = unsafe { mmap_anonymous(None, length, access, MapFlags::MAP_PRIVATE) }?;
        let stack = Self(memory);
        // SAFETY: the lower end of it, which nobody has used.
        unsafe { mprotect(memory, Self::GUARD, ProtFlags::PROT_NONE) }?;
        Ok(stack)
    }

    fn top(&self) -> *mut c_void {
        // SAFETY: the end of the memory, which is aligned as a page is.
        unsafe { self.0.as_ptr().byte_add(Self::GUARD + Self::SIZE) }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, as long as that; the process that ran on it has left it.
        let _ = unsafe { munmap(self.0, Self::GUARD + Self::SIZE) };
    }
}

/// Runs `body` in a forked child, whose exit status is what it returns. `kept` stays open there.
pub fn fork_and_run(
    fork: Fork<'_>,
    kept: Option<RawFd>,
    body: impl FnOnce() -> u8,
) -> Result<Started, Errno> {
    let (told, writer) = words(0)?;
    let parent = writer.as_fd().as_raw_fd();
    let pid = forked(fork, || {
        super::postfork_but(&[parent, kept.unwrap_or(parent)]);
        reset_signals();
        unblock_signals();
        // A defect must not unwind into what is the parent's.
        let status = catch_unwind(AssertUnwindSafe(body)).map_or(NO_PROGRAM, c_int::from);
        tell(parent, status);
        status
    })?;
    Ok(Started { pid, told: Some(told) })
}

/// Forks, with all signals blocked; `child` runs in the child and says how it is to end. Async-signal-safe, unless the
/// child has other things done to it first.
pub fn forked(fork: Fork<'_>, child: impl FnOnce() -> c_int) -> Result<Pid, Errno> {
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let forked = fork.fork();
    if forked == Ok(0) {
        let status = child();
        // SAFETY: ends the process without running what the parent has registered for its own end.
        unsafe { libc::_exit(status) }
    }
    before.thread_set_mask()?;
    forked
}

/// In the child: becomes the program, or tells `parent` why not (the negative errno) and gives the exit status.
/// `parent` is above the program's descriptors. Async-signal-safe.
pub fn become_program(prepared: &Prepared, pointers: &mut Pointers, parent: RawFd) -> c_int {
    reset_signals();
    let (errno, parent) = match take_descriptors(prepared, parent) {
        Ok(parent) => (execute(prepared, pointers), parent),
        Err(errno) => (errno, parent),
    };
    tell(parent, -(errno as c_int));
    NO_PROGRAM
}

/// Becomes the program. If this comes back, why not.
fn execute(prepared: &Prepared, pointers: &mut Pointers) -> Errno {
    if let Err(errno) = prepared.fill_environment(pointers) {
        return errno;
    }
    unblock_signals();
    let (argv, envp) = (pointers.argv.as_ptr(), pointers.envp.as_ptr());
    // SAFETY: prepared by the parent; the lists end with NULL. glibc's execvpe uses the stack only.
    unsafe { libc::execvpe(prepared.path().as_ptr(), argv, envp) };
    Errno::last()
}

/// Sends the parent a number; false if the parent's end is closed.
pub fn tell(parent: RawFd, word: c_int) -> bool {
    // SAFETY: a descriptor of this process, and a number to write.
    let count = unsafe { libc::write(parent, ptr::from_ref(&word).cast(), size_of::<c_int>()) };
    count == size_of::<c_int>() as isize
}

/// The descriptors that the program is to have, and then `parent`, whose new number this gives, until it runs. All
/// others are closed now: a program's file system may keep it waiting, and then nobody is to wait for our
/// descriptors.
fn take_descriptors(prepared: &Prepared, parent: RawFd) -> Result<RawFd, Errno> {
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
    let kept = prepared.keep_below;
    // SAFETY: as above. `parent` is above `kept`, so they differ.
    Errno::result(unsafe { libc::dup3(parent, kept, libc::O_CLOEXEC) })?;
    // SAFETY: as above.
    if unsafe { libc::close_range(kept.cast_unsigned() + 1, c_uint::MAX, 0) } != 0 {
        // A kernel before 5.9.
        for fd in kept + 1..most_descriptors() {
            // SAFETY: as above.
            unsafe { libc::close(fd) };
        }
    }
    Ok(kept)
}

/// A number that no descriptor of a sensible process reaches.
fn most_descriptors() -> RawFd {
    const MAX_FDS: libc::rlim_t = 65536;
    let mut limit = libc::rlimit { rlim_cur: MAX_FDS, rlim_max: MAX_FDS };
    // SAFETY: `limit` can be written to.
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) };
    limit.rlim_cur.min(MAX_FDS) as RawFd
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
