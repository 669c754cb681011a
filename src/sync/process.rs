//! State that belongs to one process and is created anew in a forked child.
//!
//! A child inherits its parent's memory as it was, including locks that other threads held. It must neither wait for
//! those locks nor trust what they guard; so it uses nothing of the parent's, and creates a value of its own at the
//! first use. The check costs one comparison for each use: `pid.rs`.

use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::sync::pid::pid;

/// One value of type `T` for each process that uses it.
pub struct PerProcess<T> {
    /// The newest node, or null. Older nodes belong to ancestors of the process.
    head: AtomicPtr<PerProcessNode<T>>,
}

struct PerProcessNode<T> {
    pid: u32,
    value: T,
    older: *mut PerProcessNode<T>,
}

// SAFETY: nodes are reached through `&self` only as `&T`, and may be created and dropped in any thread.
unsafe impl<T: Send + Sync> Send for PerProcess<T> {}
// SAFETY: as for `Send`.
unsafe impl<T: Send + Sync> Sync for PerProcess<T> {}

impl<T> PerProcess<T> {
    /// An object without a value yet.
    pub const fn empty() -> Self {
        Self { head: AtomicPtr::new(ptr::null_mut()) }
    }

    /// An object with a value for this process.
    pub fn new(value: T) -> Self {
        let node = PerProcessNode { pid: pid(), value, older: ptr::null_mut() };
        Self { head: AtomicPtr::new(Box::into_raw(Box::new(node))) }
    }

    /// The value of this process, which is created with `make` if there is none yet.
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
                // SAFETY: `new` was just created from a Box, and stays in the list from now on.
                Ok(_) => return unsafe { &(*new).value },
                Err(now) => {
                    head = now;
                    // SAFETY: as at the start of this function. Another thread of this process was quicker, so the new
                    // node is dropped.
                    if let Some(value) = unsafe { Self::of(head, pid) } {
                        // SAFETY: `new` was never put into the list.
                        drop(unsafe { Box::from_raw(new) });
                        return value;
                    }
                    // SAFETY: `new` is not in the list yet, so only this thread has it.
                    unsafe { (*new).older = head };
                }
            }
        }
    }

    /// # Safety
    /// `head` must be null or a node of a list that outlives `'a`.
    unsafe fn of<'a>(head: *mut PerProcessNode<T>, pid: u32) -> Option<&'a T> {
        // SAFETY: the caller guarantees it, see above.
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
        // SAFETY: because of `&mut self` no reference into the list is left. Only this process's own node is dropped:
        // what the locks of an ancestor guarded may be half changed, so the older nodes are leaked.
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
