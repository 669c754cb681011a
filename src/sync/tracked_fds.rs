//! The process's list of the library's open descriptors, with which a forked child closes its copies of them.
//!
//! A child that executes another program does not need this, since every descriptor is opened close-on-exec. A child
//! that does not would keep the connections open: xenstored would go on serving a parent that has ended.
//!
//! The child may not take a lock, since the thread that held it may not exist there. So the list is a chain of slots
//! that are never freed, only reused, each of which is one atomic number: the descriptor and the process that it
//! belongs to. A descriptor is added after it is opened and removed before it is closed, so that the list never has a
//! descriptor of other code; a fork in between leaves the child one descriptor too many, which is harmless by
//! comparison.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::os::fd::{AsFd, BorrowedFd, RawFd};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags};
use nix::unistd;

use crate::sync::pid::pid;
use crate::sync::std_fds::{Owner, raised};

/// The newest slot.
static SLOTS: AtomicPtr<FdSlot> = AtomicPtr::new(ptr::null_mut());

/// The value of an empty slot.
const NOTHING: u64 = u64::MAX;

struct FdSlot {
    /// The process id in the upper half, the descriptor in the lower half.
    value: AtomicU64,
    taken: AtomicBool,
    older: Option<&'static FdSlot>,
}

fn value(pid: u32, fd: RawFd) -> u64 {
    u64::from(pid) << 32 | u64::from(fd.cast_unsigned())
}

impl FdSlot {
    /// Closes this process's copy of an ancestor's descriptor, once, unless it is in `kept`.
    fn close_inherited(&self, kept: &[RawFd]) {
        let value = self.value.load(Ordering::Acquire);
        let (owner, fd) = ((value >> 32) as u32, (value as u32).cast_signed());
        if value != NOTHING && owner != pid() && !kept.contains(&fd) && self.empty(value) {
            let _ = unistd::close(fd);
        }
    }

    /// Empties the slot. Returns whether its value was `value`.
    fn empty(&self, value: u64) -> bool {
        let change = (Ordering::AcqRel, Ordering::Relaxed);
        self.value.compare_exchange(value, NOTHING, change.0, change.1).is_ok()
    }
}

/// All slots, newest first.
fn slots() -> impl Iterator<Item = &'static FdSlot> {
    std::iter::successors(at(SLOTS.load(Ordering::Acquire)), |slot| slot.older)
}

fn at(slot: *mut FdSlot) -> Option<&'static FdSlot> {
    // SAFETY: the pointer is null or a slot in the chain; slots are never freed and only changed through their atomics.
    unsafe { slot.as_ref() }
}

/// In a forked child, closes its copies of every descriptor that its ancestors had listed, except those in `kept`.
/// Takes no lock and allocates nothing; in a process that is not such a child it does nothing.
pub fn close_all_inherited(kept: &[RawFd]) {
    slots().for_each(|slot| slot.close_inherited(kept));
}

/// A slot in use.
struct SlotGuard(&'static FdSlot);

impl SlotGuard {
    fn take() -> Self {
        // The slot is read before the swap, since a swap would take its cache line from the CPU that uses it.
        let free = slots().find(|slot| {
            !slot.taken.load(Ordering::Relaxed) && !slot.taken.swap(true, Ordering::AcqRel)
        });
        Self(free.unwrap_or_else(add_slot))
    }
}

fn add_slot() -> &'static FdSlot {
    let value = AtomicU64::new(NOTHING);
    let slot = Box::into_raw(Box::new(FdSlot { value, taken: AtomicBool::new(true), older: None }));
    let mut newest = SLOTS.load(Ordering::Acquire);
    loop {
        // SAFETY: only this thread has the slot until it is in the chain.
        unsafe { (*slot).older = at(newest) };
        match SLOTS.compare_exchange(newest, slot, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => return at(slot).expect("not null"),
            Err(now) => newest = now,
        }
    }
}

impl Drop for SlotGuard {
    fn drop(&mut self) {
        let value = self.0.value.load(Ordering::Acquire);
        // A value that is still listed is an ancestor's: it stays, for `close_all_inherited`.
        if value == NOTHING {
            self.0.taken.store(false, Ordering::Release);
        }
    }
}

/// An open descriptor that is on the list and is not a standard descriptor. Only the process that created it closes it:
/// in a forked child, its number may belong to another file by the time that this is dropped.
pub struct Tracked<T> {
    inner: ManuallyDrop<T>,
    fd: RawFd,
    pid: u32,
    place: SlotGuard,
}

impl<T: Owner> Tracked<T> {
    /// Adds `inner`, which was just opened.
    pub fn new(inner: T) -> Self {
        let inner = raised(inner);
        let fd = inner.number();
        Self::of(inner, fd)
    }
}

impl Tracked<Epoll> {
    /// A new epoll set, close-on-exec.
    pub fn epoll() -> Result<Self, Errno> {
        Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map(Self::new)
    }
}

impl<T> Tracked<T> {
    /// `inner` is the owner of `fd`, and closes it when it is dropped.
    fn of(inner: T, fd: RawFd) -> Self {
        let (pid, place) = (pid(), SlotGuard::take());
        place.0.value.store(value(pid, fd), Ordering::Release);
        Self { inner: ManuallyDrop::new(inner), fd, pid, place }
    }

    /// Whether this process created it.
    pub fn is_ours(&self) -> bool {
        self.pid == pid()
    }
}

impl<T> Deref for Tracked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: AsFd> AsFd for Tracked<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inner.as_fd()
    }
}

impl<T> Drop for Tracked<T> {
    fn drop(&mut self) {
        if self.is_ours() {
            self.place.0.empty(value(self.pid, self.fd));
            // SAFETY: this is the only place where `inner` is dropped, and it runs once.
            unsafe { ManuallyDrop::drop(&mut self.inner) };
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Tracked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_itself_closes_nothing() {
        let (reader, writer) = unistd::pipe().unwrap();
        let writer = Tracked::new(writer);
        close_all_inherited(&[]);
        unistd::write(&writer, b"x").unwrap();
        drop(writer);
        assert_eq!(unistd::read(&reader, &mut [0; 2]), Ok(1));
        assert_eq!(unistd::read(&reader, &mut [0; 2]), Ok(0), "closed when dropped");
    }

    #[test]
    fn an_ancestors_is_closed_once() {
        let (reader, writer) = unistd::pipe().unwrap();
        let place = SlotGuard::take();
        let fd = std::os::fd::IntoRawFd::into_raw_fd(writer);
        place.0.value.store(value(1, fd), Ordering::Release);
        close_all_inherited(&[fd]);
        assert_eq!(place.0.value.load(Ordering::Acquire), value(1, fd), "kept");
        close_all_inherited(&[]);
        assert_eq!(unistd::read(&reader, &mut [0; 2]), Ok(0));
        assert_eq!(place.0.value.load(Ordering::Acquire), NOTHING);
    }

    #[test]
    fn slots_are_used_again() {
        let mut seen = Vec::new();
        for _ in 0..1000 {
            let place = SlotGuard::take();
            if !seen.contains(&ptr::from_ref(place.0)) {
                seen.push(ptr::from_ref(place.0));
            }
        }
        // Other tests use and release slots at the same time.
        assert!(seen.len() < 100, "{} slots", seen.len());
    }
}
