//! The process's one SIGCHLD handler, shared by all ctxs that need one.
//!
//! The library's own children need no signal: each has a descriptor. The handler is installed because the mode requires it:
//! so that SIGCHLD is not ignored (the kernel would discard the statuses), and so that the library learns of other children
//! where it must reap them.
//!
//! # The handler
//!
//! It writes to an eventfd of each ctx that listens, and saves errno. The ctx has it in its epoll set, edge
//! triggered, so that nobody has to read it. It is readable from birth, so that who begins to listen looks once for
//! children that had ended before. One eventfd for all would not do: the kernel counts the ways from a file to
//! the epoll sets around it, and refuses the hundredth through a ctx's two sets into an application's one.
//!
//! The handler may not take a lock. So the eventfds' numbers are in a list of slots that are never freed, only reused.
//! Before an eventfd is closed its number is removed from its slot, and handlers that are running in other threads are
//! waited for (`RUNNING`), so that none writes into a file that gets the number next.
//!
//! # The disposition
//!
//! It is saved and put back as the kernel has it, by the system call: the C library's `sigaction` would add
//! a flag of its own. It is restored only if it is still the library's. A handler of the application's is left in place
//! (Xen's libxl aborts there): the library's children do not depend on it.
//!
//! # A forked child
//!
//! It inherits disposition and statics but no thread, and cannot take [`STATE`]'s lock. `CHANGED` says
//! which process has changed the disposition; `BEFORE` is written while `CHANGED` is 0 only, so that who
//! sees the number sees what to put back, at whatever moment the fork came.

use std::cell::UnsafeCell;
use std::ffi::{c_int, c_ulong};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::ptr;
use std::sync::atomic::{AtomicIsize, AtomicPtr, AtomicU32, AtomicU64, Ordering};

use nix::errno::Errno;
use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::sync::pid::pid;
use crate::sync::process::PerProcess;
use crate::sync::tracked_fds::Tracked;
use crate::sync::{Mutex, locked};

/// The newest slot.
static SLOTS: AtomicPtr<BellSlot> = AtomicPtr::new(ptr::null_mut());

/// The value of a slot that holds nothing.
const NO_BELL: u64 = u64::MAX;

struct BellSlot {
    /// The eventfd that the handler writes to, below the process that it belongs to.
    bell: AtomicU64,
    older: Option<&'static BellSlot>,
}

/// All slots, newest first.
fn slots() -> impl Iterator<Item = &'static BellSlot> {
    // SAFETY: null or a slot in the chain; those are never freed, and only changed by their atomic.
    let newest = unsafe { SLOTS.load(Ordering::Acquire).as_ref() };
    std::iter::successors(newest, |slot| slot.older)
}

/// A slot for `bell`. Under the lock.
fn slot_for(bell: u64) -> &'static BellSlot {
    // What an ancestor has left is free here.
    let slot =
        slots().find(|slot| !is_mine(slot.bell.load(Ordering::SeqCst))).unwrap_or_else(|| {
            let older = slots().next();
            let slot = Box::leak(Box::new(BellSlot { bell: AtomicU64::new(NO_BELL), older }));
            SLOTS.store(slot, Ordering::Release);
            slot
        });
    slot.bell.store(bell, Ordering::SeqCst);
    slot
}

/// What the handler wakes, for an edge-triggered place in an epoll set. A ctx that has once listened keeps it.
pub struct SigchldBell {
    eventfd: Tracked<EventFd>,
    slot: &'static BellSlot,
}
/// How many handlers are running.
static RUNNING: AtomicIsize = AtomicIsize::new(0);
/// The process in which the library has, is about to have, or just had the handler; 0 for none.
static CHANGED: AtomicU32 = AtomicU32::new(0);
/// Its disposition before.
static BEFORE: Before = Before(UnsafeCell::new(MaybeUninit::uninit()));
static STATE: PerProcess<Mutex<HandlerState>> = PerProcess::empty();

struct Before(UnsafeCell<MaybeUninit<Disposition>>);

// SAFETY: written under the lock of `STATE` while `CHANGED` is 0, read only while it is not.
unsafe impl Sync for Before {}

#[derive(Default)]
struct HandlerState {
    users: usize,
}

/// The kernel's own form of a disposition.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disposition {
    handler: usize,
    flags: c_ulong,
    restorer: usize,
    mask: u64,
}

impl Disposition {
    /// SIGCHLD's now.
    pub fn current() -> Self {
        let mut now = Self { handler: libc::SIG_DFL, flags: 0, restorer: 0, mask: 0 };
        // SAFETY: the kernel writes a structure of this shape, with a set of 8 bytes.
        unsafe {
            let none = ptr::null::<Self>();
            libc::syscall(
                libc::SYS_rt_sigaction,
                libc::SIGCHLD,
                none,
                &raw mut now,
                size_of::<u64>(),
            );
        }
        now
    }

    fn put_back(&self) {
        // SAFETY: what the kernel gave earlier.
        unsafe {
            let none = ptr::null_mut::<Self>();
            let this = ptr::from_ref(self);
            libc::syscall(libc::SYS_rt_sigaction, libc::SIGCHLD, this, none, size_of::<u64>());
        }
    }

    fn is_ours(&self) -> bool {
        self.handler == on_sigchld as *const () as usize
    }

    /// Whether a function of the application's stands there.
    fn is_the_applications(&self) -> bool {
        !self.is_ours() && self.handler != libc::SIG_DFL && self.handler != libc::SIG_IGN
    }
}

/// Async-signal-safe.
extern "C" fn on_sigchld(_: c_int) {
    let errno = Errno::last_raw();
    RUNNING.fetch_add(1, Ordering::SeqCst);
    ring();
    RUNNING.fetch_sub(1, Ordering::SeqCst);
    Errno::set_raw(errno);
}

/// Only between a change of `RUNNING` and the change back, or under the lock.
fn ring() {
    for slot in slots() {
        let bell = slot.bell.load(Ordering::SeqCst);
        // In a forked child, this may be the eventfd of its parent, which must not be told of the child's signals.
        if is_mine(bell) {
            let one = 1_u64;
            // SAFETY: eight bytes to write. The descriptor is the eventfd: see the head of this file.
            unsafe { libc::write(bell as c_int, ptr::from_ref(&one).cast(), size_of::<u64>()) };
        }
    }
}

/// Whether a bell is this process's. `NO_BELL` is nobody's: there is no process of that number.
fn is_mine(bell: u64) -> bool {
    bell >> 32 == u64::from(pid())
}

fn state() -> &'static Mutex<HandlerState> {
    STATE.get(|| {
        // It may be a forked child that did not call `libxl_postfork_child_noexec`.
        postfork();
        RUNNING.store(0, Ordering::SeqCst);
        Mutex::default()
    })
}

/// One ctx's use of the handler, until it is dropped.
pub struct HandlerUser {
    /// The application has a handler of its own, which was left where it is.
    pub in_the_way: bool,
}

impl HandlerUser {
    pub fn new() -> Self {
        let mut state = locked(state());
        state.users += 1;
        Self { in_the_way: !install() }
    }
}

impl SigchldBell {
    /// # Errors
    /// `EMFILE`, `ENFILE`, `ENOMEM`: no descriptor for it.
    pub fn new() -> Result<Self, Errno> {
        let _state = locked(state());
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let eventfd = Tracked::new(EventFd::from_value_and_flags(1, flags)?);
        let fd = eventfd.as_fd().as_raw_fd().cast_unsigned();
        let slot = slot_for(u64::from(pid()) << 32 | u64::from(fd));
        Ok(Self { eventfd, slot })
    }
}

impl Drop for HandlerUser {
    fn drop(&mut self) {
        let mut state = locked(state());
        // A forked child never had its ancestor's users.
        state.users = state.users.saturating_sub(1);
        if state.users == 0 {
            uninstall();
        }
    }
}

impl AsFd for SigchldBell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.eventfd.as_fd()
    }
}

impl Drop for SigchldBell {
    fn drop(&mut self) {
        // In a forked child the slot may be another's by now.
        if !self.eventfd.is_ours() {
            return;
        }
        let _state = locked(state());
        self.slot.bell.store(NO_BELL, Ordering::SeqCst);
        while RUNNING.load(Ordering::SeqCst) > 0 {
            std::thread::yield_now();
        }
    }
}

/// Rings as if a SIGCHLD had come.
pub fn poke() {
    let _state = locked(state());
    ring();
}

/// Makes SIGCHLD ours if it is not the application's; whether it is ours. Under the lock.
fn install() -> bool {
    let now = Disposition::current();
    if now.is_the_applications() {
        return false;
    }
    if !now.is_ours() {
        CHANGED.store(0, Ordering::SeqCst);
        // SAFETY: `CHANGED` is 0, and we have the lock.
        unsafe { (*BEFORE.0.get()).write(now) };
        CHANGED.store(pid(), Ordering::SeqCst);
        // SAFETY: a valid structure, and a handler that may run at any time.
        unsafe {
            let mut ours: libc::sigaction = std::mem::zeroed();
            ours.sa_sigaction = on_sigchld as *const () as usize;
            ours.sa_flags = libc::SA_NOCLDSTOP | libc::SA_RESTART | libc::SA_ONSTACK;
            libc::sigaction(libc::SIGCHLD, &ours, ptr::null_mut());
        }
    }
    true
}

/// Puts the disposition back if it was changed and is still ours.
fn uninstall() {
    if CHANGED.load(Ordering::SeqCst) == 0 {
        return;
    }
    if Disposition::current().is_ours() {
        // SAFETY: `CHANGED` is not 0, so it was written.
        unsafe { (*BEFORE.0.get()).assume_init_ref() }.put_back();
    }
    CHANGED.store(0, Ordering::SeqCst);
}

/// In a forked child: puts back what an ancestor had changed. Takes no lock, allocates nothing;
/// elsewhere it does nothing.
pub fn postfork() {
    if CHANGED.load(Ordering::SeqCst) != pid() {
        uninstall();
    }
}
