//! Starting a program that is to outlive us: a process in between starts it and ends, so the program is a child of
//! init, which reaps it, and neither the application's SIGCHLD nor its `wait` ever meets it.
//!
//! What must not be lost is the program's number: whoever cleans up after us has nothing else to find it by. So the
//! new process itself announces the number before it becomes the program, and becomes it only then. If we are
//! killed meanwhile, either there is no program, or its number is known.
//!
//! # How
//!
//! As `posix_spawn` does, twice: `clone(CLONE_VM | CLONE_VFORK)`, which copies no page table. We sleep until the
//! process in between has ended, which sleeps until the program runs or cannot. Of the three, one runs at a time, so
//! they can share memory and the thread's own variables. The process in between sends no signal when it ends
//! (`clone`'s exit signal is 0), and only a `wait` that asks for such children (`__WALL`) sees it: ours.
//!
//! An application that forks itself is asked to fork twice; the process in between is then a child as any other.
//!
//! What there is to tell comes through a pipe: the number, unless it is the negative errno of why there is no
//! process; then the errno of why it could not become the program.

use std::ffi::{c_int, c_void};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::unistd;

use super::program::{Pointers, Prepared};
use super::start::{Fork, NO_PROGRAM, PATIENCE, become_program};
use super::sys::Pid;
use crate::sync::noted::Noted;

/// Room for the processes in between: the first only starts the second.
const STACKS: [usize; 2] = [64 << 10, 256 << 10];

/// What a program is kept from.
#[derive(Clone, Copy, Debug)]
pub struct Confinement<'a> {
    /// Limits, soft and hard alike.
    pub limits: &'a [(Resource, u64)],
    /// It gets mounts and System V IPC of its own.
    pub namespaces: bool,
}

/// Tells somebody the number of the new process, in that process: async-signal-safe, and it changes nothing of the
/// parent's.
pub type Announce<'a> = &'a dyn Fn(Pid) -> Result<(), Errno>;

/// All that the new process needs, made ready before.
pub struct Plan<'a> {
    prepared: &'a Prepared,
    pointers: Pointers,
    confinement: Option<Confinement<'a>>,
    announce: Announce<'a>,
    reader: Noted<OwnedFd>,
    writer: Noted<OwnedFd>,
}

impl<'a> Plan<'a> {
    pub fn new(
        prepared: &'a Prepared,
        confinement: Option<Confinement<'a>>,
        announce: Announce<'a>,
    ) -> Result<Self, Errno> {
        let (reader, writer) = unistd::pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
        let (reader, writer) = (Noted::new(reader), Noted::new(writer));
        let pointers = prepared.pointers();
        Ok(Self { prepared, pointers, confinement, announce, reader, writer })
    }

    /// Starts the program without copying the parent's page tables.
    pub fn start(self) -> Result<Pid, Errno> {
        let mut stacks = STACKS.map(|size| vec![0; size]);
        let [between, last] = &mut stacks;
        let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
        let mut in_last = || self.become_it();
        let mut in_between = || {
            // SAFETY: this process runs nothing else, and what runs in the new one does as `become_it` says.
            match unsafe { clone_and_wait(last, libc::SIGCHLD, &mut in_last) } {
                Ok(_) => 0,
                Err(errno) => self.give_up(errno),
            }
        };
        // SAFETY: the body does nothing but the above; all signals are blocked.
        let pid = unsafe { clone_and_wait(between, 0, &mut in_between) };
        before.thread_set_mask()?;
        reap_silent(pid?);
        // All is in the pipe by now. Its end may not be: somebody else may have forked meanwhile.
        self.told(0)
    }

    /// In a forked child: forks again, and is to end with the status that this gives.
    pub fn start_in_between(&self, fork: Fork<'_>) -> c_int {
        match fork() {
            Ok(0) => {
                let status = self.become_it();
                // SAFETY: ends the process without running what the parent has registered for its own end.
                unsafe { libc::_exit(status) }
            }
            Ok(_) => 0,
            Err(errno) => self.give_up(errno),
        }
    }

    /// After [`Plan::start_in_between`] was begun: waits for what there is to tell.
    pub fn outcome(self) -> Result<Pid, Errno> {
        self.told(PATIENCE)
    }

    /// In the new process: all that is left to do. Async-signal-safe; changes nothing of the parent's memory but
    /// this thread's `errno`.
    fn become_it(&self) -> c_int {
        let pid = unistd::getpid().as_raw();
        let ready = || {
            unistd::setsid()?;
            self.confine()?;
            (self.announce)(pid)
        };
        if let Err(errno) = ready() {
            return self.give_up(errno);
        }
        tell(self.failed(), pid);
        become_program(self.prepared, &self.pointers, self.failed())
    }

    fn confine(&self) -> Result<(), Errno> {
        let Some(confinement) = &self.confinement else { return Ok(()) };
        if confinement.namespaces {
            // SAFETY: no pointers.
            Errno::result(unsafe { libc::unshare(libc::CLONE_NEWNS | libc::CLONE_NEWIPC) })?;
        }
        for (resource, limit) in confinement.limits {
            setrlimit(*resource, *limit, *limit)?;
        }
        Ok(())
    }

    fn failed(&self) -> RawFd {
        self.writer.as_fd().as_raw_fd()
    }

    fn give_up(&self, errno: Errno) -> c_int {
        tell(self.failed(), -(errno as c_int));
        NO_PROGRAM
    }

    /// The number of the program's process, or why it is none. Waits for as long as `patience` (in milliseconds) for
    /// a word, or the end of the pipe.
    fn told(self, patience: u16) -> Result<Pid, Errno> {
        let Self { reader, writer, .. } = self;
        drop(writer);
        match next_word(&reader, patience) {
            None => Err(Errno::ECHILD),
            Some(number) if number <= 0 => Err(Errno::from_raw(-number)),
            Some(pid) => match next_word(&reader, patience) {
                None => Ok(pid),
                Some(errno) => Err(Errno::from_raw(errno)),
            },
        }
    }
}

fn tell(fd: RawFd, word: c_int) {
    // SAFETY: a descriptor of this process, and a number to write.
    unsafe { libc::write(fd, ptr::from_ref(&word).cast(), size_of::<c_int>()) };
}

fn next_word(reader: &Noted<OwnedFd>, patience: u16) -> Option<c_int> {
    let mut fds = [PollFd::new(reader.as_fd(), PollFlags::POLLIN)];
    while let Err(Errno::EINTR) = poll(&mut fds, patience) {}
    let mut word = [0; size_of::<c_int>()];
    let count = unistd::read(reader, &mut word);
    (count == Ok(word.len())).then(|| c_int::from_ne_bytes(word))
}

/// Runs `body` in a new process that shares this one's memory, on `stack`, while this thread sleeps; the process ends
/// with the status that it gives. The process's number; its end sends the signal `ending`.
///
/// # Safety
/// `body` must leave the memory that it shares as it is to be, and take no lock that another thread may hold. All
/// signals are blocked: no handler may run there.
unsafe fn clone_and_wait(
    stack: &mut [u8],
    ending: c_int,
    body: &mut dyn FnMut() -> c_int,
) -> Result<Pid, Errno> {
    type Body<'a> = &'a mut dyn FnMut() -> c_int;
    extern "C" fn enter(body: *mut c_void) -> c_int {
        // SAFETY: the pointer below; whoever lent it sleeps until this process has gone.
        let body = unsafe { &mut *body.cast::<Body<'_>>() };
        // A defect must not unwind into nothing.
        catch_unwind(AssertUnwindSafe(body)).unwrap_or(NO_PROGRAM)
    }
    let mut body: Body<'_> = body;
    let top = stack.as_mut_ptr_range().end;
    let top = top.wrapping_sub(top.addr() % 16);
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | ending;
    let body = ptr::from_mut(&mut body).cast();
    // SAFETY: the stack is this call's own, and large enough for what is done on it; it and `body` outlive the
    // process's use of them, since this thread sleeps until then (CLONE_VFORK).
    Errno::result(unsafe { libc::clone(enter, top.cast(), flags, body) })
}

/// Takes the status of a child that sends no signal at its end, and has ended.
fn reap_silent(pid: Pid) {
    // SAFETY: the status may be NULL.
    while unsafe { libc::waitpid(pid, ptr::null_mut(), libc::__WALL) } == -1
        && Errno::last() == Errno::EINTR
    {}
}
