//! The process's SIGCHLD handler, which is shared by all ctxs that need it.
//!
//! The library's own children need no signal: each has a pidfd. The handler is installed because the mode requires it:
//! so that SIGCHLD is not ignored (the kernel would discard the statuses), and so that the library learns of other
//! children that it must reap.
//!
//! # The handler
//!
//! It writes to an eventfd of each ctx that listens, and preserves errno. The ctx has the eventfd in its epoll set,
//! edge triggered, so that no thread has to read it. It is readable from the start, so that a ctx that begins to listen
//! checks once for children that had ended before. One eventfd for all ctxs would not work: the kernel counts the paths
//! from a file to the epoll sets around it, and refuses the hundredth path through a ctx's two sets into one set of the
//! application.
//!
//! The handler may not take a lock. So the numbers of the eventfds are in a list of slots that are never freed, only
//! reused. Before an eventfd is closed its number is removed from its slot, and the code waits for handlers that are
//! running in other threads (`RUNNING`), so that none writes to a file that gets the same number next.
//!
//! # The disposition
//!
//! The disposition is read and restored in the kernel's form, by the system call: the C library's `sigaction` would add
//! a flag of its own. It is restored only if it is still the library's. If the application has installed a handler,
//! that is left in place (Xen's libxl aborts there): the library's children do not depend on the signal.
//!
//! # A forked child
//!
//! A forked child inherits the disposition and the static variables but no other thread, and cannot take the lock of
//! [`STATE`]. `CHANGED` says which process has changed the disposition; `BEFORE` is written only while `CHANGED` is 0,
//! so that code that reads the number of a process also reads the disposition to restore, at whatever moment the fork
//! happened.

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

/// The value of an empty slot.
const NO_BELL: u64 = u64::MAX;

struct BellSlot {
    /// The process id in the upper half, the eventfd that the handler writes to in the lower half.
    bell: AtomicU64,
    older: Option<&'static BellSlot>,
}

/// All slots, newest first.
fn slots() -> impl Iterator<Item = &'static BellSlot> {
    // SAFETY: the pointer is null or a slot in the chain; slots are never freed, and only changed through their atomic.
    let newest = unsafe { SLOTS.load(Ordering::Acquire).as_ref() };
    std::iter::successors(newest, |slot| slot.older)
}

/// Puts `bell` into an empty slot. To be called under the lock.
fn slot_for(bell: u64) -> &'static BellSlot {
    // A slot that an ancestor of this process has used is free here.
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

/// The eventfd that the handler writes to, for an edge-triggered entry in an epoll set. A ctx that has listened once
/// keeps it.
pub struct SigchldBell {
    eventfd: Tracked<EventFd>,
    slot: &'static BellSlot,
}
/// The number of handlers that are running.
static RUNNING: AtomicIsize = AtomicIsize::new(0);
/// The process in which the library has installed the handler, is about to install it, or has just removed it; 0 for
/// none.
static CHANGED: AtomicU32 = AtomicU32::new(0);
/// The disposition before that.
static BEFORE: Before = Before(UnsafeCell::new(MaybeUninit::uninit()));
static STATE: PerProcess<Mutex<HandlerState>> = PerProcess::empty();

struct Before(UnsafeCell<MaybeUninit<Disposition>>);

// SAFETY: it is written under the lock of `STATE` while `CHANGED` is 0, and read only while `CHANGED` is not 0.
unsafe impl Sync for Before {}

#[derive(Default)]
struct HandlerState {
    users: usize,
}

/// A signal disposition in the kernel's form.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disposition {
    handler: usize,
    flags: c_ulong,
    restorer: usize,
    mask: u64,
}

impl Disposition {
    /// The current disposition of SIGCHLD.
    pub fn current() -> Self {
        let mut now = Self { handler: libc::SIG_DFL, flags: 0, restorer: 0, mask: 0 };
        // SAFETY: the kernel writes a structure of this layout, with a signal set of 8 bytes.
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
        // SAFETY: the kernel returned this structure earlier.
        unsafe {
            let none = ptr::null_mut::<Self>();
            let this = ptr::from_ref(self);
            libc::syscall(libc::SYS_rt_sigaction, libc::SIGCHLD, this, none, size_of::<u64>());
        }
    }

    fn is_ours(&self) -> bool {
        self.handler == on_sigchld as *const () as usize
    }

    /// Whether this is a handler function of the application.
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

/// Writes to the eventfds of this process. To be called only between a change of `RUNNING` and the change back, or
/// under the lock.
fn ring() {
    for slot in slots() {
        let bell = slot.bell.load(Ordering::SeqCst);
        // In a forked child, this may be the eventfd of its parent, which must not be notified of the child's signals.
        if is_mine(bell) {
            let one = 1_u64;
            // SAFETY: eight bytes can be read. The descriptor is the eventfd, as the head of this file shows.
            unsafe { libc::write(bell as c_int, ptr::from_ref(&one).cast(), size_of::<u64>()) };
        }
    }
}

/// Whether a bell belongs to this process. `NO_BELL` belongs to none, since no process has this id.
fn is_mine(bell: u64) -> bool {
    bell >> 32 == u64::from(pid())
}

fn state() -> &'static Mutex<HandlerState> {
    STATE.get(|| {
        // This may be a forked child that has not called `libxl_postfork_child_noexec`.
        postfork();
        RUNNING.store(0, Ordering::SeqCst);
        Mutex::default()
    })
}

/// One ctx's use of the handler, which ends when this is dropped.
pub struct HandlerUser {
    /// The application has installed a handler, which was left in place.
    pub foreign_handler: bool,
}

impl HandlerUser {
    pub fn new() -> Self {
        let mut state = locked(state());
        state.users += 1;
        Self { foreign_handler: !install() }
    }
}

impl SigchldBell {
    /// # Errors
    /// `EMFILE`, `ENFILE`, `ENOMEM`: the eventfd cannot be opened.
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
        // A forked child does not have the users of its ancestor.
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
        // In a forked child the slot may belong to another eventfd by now.
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

/// Notifies all ctxs as if a SIGCHLD had arrived.
pub fn notify_all_ctxs() {
    let _state = locked(state());
    ring();
}

/// Installs the handler unless the application has one. Returns whether the library's handler is installed. To be
/// called under the lock.
fn install() -> bool {
    let now = Disposition::current();
    if now.is_the_applications() {
        return false;
    }
    if !now.is_ours() {
        CHANGED.store(0, Ordering::SeqCst);
        // SAFETY: `CHANGED` is 0, and this thread has the lock.
        unsafe { (*BEFORE.0.get()).write(now) };
        CHANGED.store(pid(), Ordering::SeqCst);
        // SAFETY: the structure is valid, and the handler may run at any time.
        unsafe {
            let mut ours: libc::sigaction = std::mem::zeroed();
            ours.sa_sigaction = on_sigchld as *const () as usize;
            ours.sa_flags = libc::SA_NOCLDSTOP | libc::SA_RESTART | libc::SA_ONSTACK;
            libc::sigaction(libc::SIGCHLD, &ours, ptr::null_mut());
        }
    }
    true
}

/// Restores the disposition if it was changed and is still the library's.
fn uninstall() {
    if CHANGED.load(Ordering::SeqCst) == 0 {
        return;
    }
    if Disposition::current().is_ours() {
        // SAFETY: `CHANGED` is not 0, so `BEFORE` was written.
        unsafe { (*BEFORE.0.get()).assume_init_ref() }.put_back();
    }
    CHANGED.store(0, Ordering::SeqCst);
}

/// In a forked child, restores the disposition that an ancestor had changed. Takes no lock and allocates nothing. In
/// any other process it does nothing.
pub fn postfork() {
    if CHANGED.load(Ordering::SeqCst) != pid() {
        uninstall();
    }
}
