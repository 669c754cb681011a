//! State that belongs to one process and is made anew in a forked child.
//!
//! A child inherits its parent's memory as it was, locks of other threads included. It must not
//! wait for those locks nor trust what they guard; so nothing of the parent's is touched, and
//! the child gets a value of its own at first use. Finding out costs a comparison for each use: `pid.rs`.

use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::sync::pid::pid;

/// One `T` for each process that uses it.
pub struct PerProcess<T> {
    /// The newest node, or null. Older ones belong to ancestors.
    head: AtomicPtr<PerProcessNode<T>>,
}

struct PerProcessNode<T> {
    pid: u32,
    value: T,
    older: *mut PerProcessNode<T>,
}

// SAFETY: nodes are reached through `&self` as `&T` only, and made and dropped on any thread.
unsafe impl<T: Send + Sync> Send for PerProcess<T> {}
// SAFETY: as for Send.
unsafe impl<T: Send + Sync> Sync for PerProcess<T> {}

impl<T> PerProcess<T> {
    /// Without a value yet.
    pub const fn empty() -> Self {
        Self { head: AtomicPtr::new(ptr::null_mut()) }
    }

    /// With this process's value.
    pub fn new(value: T) -> Self {
        let node = PerProcessNode { pid: pid(), value, older: ptr::null_mut() };
        Self { head: AtomicPtr::new(Box::into_raw(Box::new(node))) }
    }

    /// This process's value, made by `make` if it has none yet.
    pub fn get(&self, make: impl FnOnce() -> T) -> &T {
        let pid = pid();
        let mut head = self.head.load(Ordering::Acquire);
        // SAFETY: `head` is null or a node, and nodes live until `self` is dropped.
        if let Some(value) = unsafe { Self::of(head, pid) } {
            return value;
        }
        let new = Box::into_raw(Box::new(PerProcessNode { pid, value: make(), older: head }));
        loop {
            match self.head.compare_exchange(head, new, Ordering::AcqRel, Ordering::Acquire) {
                // SAFETY: `new` came from a Box just now and is in the list for good.
                Ok(_) => return unsafe { &(*new).value },
                Err(now) => {
                    head = now;
                    // SAFETY: as at the start. A thread of this process was quicker: ours goes.
                    if let Some(value) = unsafe { Self::of(head, pid) } {
                        // SAFETY: `new` was never put into the list.
                        drop(unsafe { Box::from_raw(new) });
                        return value;
                    }
                    // SAFETY: `new` is still ours alone.
                    unsafe { (*new).older = head };
                }
            }
        }
    }

    /// # Safety
    /// `head` is null or a node of a list that outlives `'a`.
    unsafe fn of<'a>(head: *mut PerProcessNode<T>, pid: u32) -> Option<&'a T> {
        // SAFETY: the contract.
        let node = unsafe { head.as_ref() }?;
        (node.pid == pid).then_some(&node.value)
    }
}

impl<T> fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerProcess").finish_non_exhaustive()
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        let head = *self.head.get_mut();
        // SAFETY: `&mut self`: no reference into the list is left. Only this process's own node is
        // dropped: what an ancestor's locks guarded may be half changed, so that stays.
        unsafe {
            if head.as_ref().is_some_and(|node| node.pid == pid()) {
                drop(Box::from_raw(head));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_in_one_process() {
        let value = PerProcess::new(1);
        assert_eq!(*value.get(|| 2), 1);
        let late = PerProcess::empty();
        assert_eq!((*late.get(|| 3), *late.get(|| 4)), (3, 3));
    }
}
