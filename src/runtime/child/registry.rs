//! The library's children in this process, of all ctxs, by process id.
//!
//! # Which thread reaps a child
//!
//! A child is reaped once, under this lock, by the first of: the thread that handles its pidfd, a thread that reaps all
//! children of the process, or `libxl_ctx_free`. So it is never taken for an unknown child, and its process id
//! identifies it for as long as it is in the registry.
//!
//! # A child must be registered before it is reaped
//!
//! Between the fork and the registration of the child, a thread that reaps all children may find that the new child has
//! ended. It would take the child for an unknown one:
//!
//! ```text
//! one thread                      another, which reaps all children
//! fork: 17
//!                                 17 has ended; not in the registry
//!                                 takes its status; "unknown child 17"
//! enters 17, waits forever
//! ```
//!
//! Therefore `starting` lists the forks in progress, and while there is one no unknown child is reaped (a child of the
//! library does not depend on that). A thread that reaps all children looks for an ended child first and takes the lock
//! afterwards, so a child that it has seen either belongs to a fork in `starting`, or is registered. When the last
//! start has completed, the eventfds of the handler are signalled if a reaping thread has been put off.
//!
//! An application that reaps the library's children itself may also be quicker than the registration. Its call waits
//! for the starts of that ctx that are in progress, before it returns that it knows no such child.

//! # Abandoned children
//!
//! A child that was killed and does not end when its ctx is freed is moved to `abandoned`. It is still a child of the
//! library, so no thread takes it for an unknown one. There is no ctx whose epoll set could contain its pidfd; it is
//! reaped, if it has ended, when a ctx is opened, when a child is started, and by the threads that reap all children.

use std::collections::HashMap;
use std::os::fd::{AsFd, OwnedFd};
use std::thread::{self, ThreadId};

use super::ChildrenShared;
use super::record::{Ended, Outcome, Record};
use super::sigchld;
use super::sys::{self, Pid, Waited};
use crate::sync::process::PerProcess;
use crate::sync::tracked_fds::Tracked;
use crate::sync::{Arc, Condvar, Mutex, MutexGuard, locked, sleep_on};

static PROCESS: PerProcess<ProcessChildren> = PerProcess::empty();

#[derive(Default)]
struct ProcessChildren {
    registry: Mutex<ChildRegistry>,
    /// Signalled at the end of each start.
    started: Condvar,
}

/// The children that have not ended, or that were not reaped.
#[derive(Default)]
pub struct ChildRegistry {
    children: HashMap<Pid, Arc<Record>>,
    /// Those whose ctx was freed, with their pidfds.
    abandoned: HashMap<Pid, Option<Tracked<OwnedFd>>>,
    starting: Vec<Start>,
    next: u64,
    /// A thread that reaps all children has stopped because of `starting`.
    put_off: bool,
}

/// A fork in progress: its number, its ctx and its thread.
struct Start(u64, Arc<ChildrenShared>, ThreadId);

fn process() -> &'static ProcessChildren {
    PROCESS.get(ProcessChildren::default)
}

/// The registry of this process, locked. The lock is a leaf, which is held for at most a system call that does not
/// block.
pub fn registry() -> MutexGuard<'static, ChildRegistry> {
    locked(&process().registry)
}

/// As [`registry`], after all starts of this ctx that are in progress have completed. They take a moment, unless the
/// application's own fork function takes longer. Starts of this thread are not waited for: an application causes that
/// by a call from its fork function, which is not allowed.
pub fn registry_when_started(shared: &Arc<ChildrenShared>) -> MutexGuard<'static, ChildRegistry> {
    let mut registry = registry();
    let before = registry.next;
    let here = thread::current().id();
    let blocks = |Start(number, other, thread): &Start| {
        *number < before && Arc::ptr_eq(other, shared) && *thread != here
    };
    while registry.starting.iter().any(blocks) {
        registry = sleep_on(&process().started, registry);
    }
    registry
}

impl ChildRegistry {
    pub fn get(&self, pid: Pid) -> Option<Arc<Record>> {
        self.children.get(&pid).cloned()
    }

    /// The children for which `wanted` returns true.
    pub fn filter(&self, wanted: impl Fn(&Record) -> bool) -> Vec<Arc<Record>> {
        self.children.values().filter(|child| wanted(child)).cloned().collect()
    }

    /// Removes a child that was reaped. Returns whether it was registered.
    pub fn remove(&mut self, child: &Arc<Record>) -> bool {
        let here = self.children.get(&child.pid()).is_some_and(|other| Arc::ptr_eq(other, child));
        if here {
            self.children.remove(&child.pid());
        }
        here
    }

    /// Keeps a child that has not ended and whose ctx is freed.
    pub fn abandon(&mut self, pid: Pid, pidfd: Option<Tracked<OwnedFd>>) {
        self.abandoned.insert(pid, pidfd);
    }

    /// Reaps the abandoned children that have ended.
    pub fn reap_abandoned(&mut self) {
        self.abandoned.retain(|pid, pidfd| {
            sys::reap(*pid, pidfd.as_ref().map(AsFd::as_fd)) == Waited::Running
        });
    }

    /// Forgets an abandoned child that other code has reaped. Returns whether it was one.
    pub fn forget_abandoned(&mut self, pid: Pid) -> bool {
        self.abandoned.remove(&pid).is_some()
    }
}

/// A fork in progress.
pub struct Starting(u64);

impl Starting {
    pub fn begin(shared: &Arc<ChildrenShared>) -> Self {
        let mut registry = registry();
        registry.reap_abandoned();
        let number = registry.next;
        registry.next += 1;
        let start = Start(number, Arc::clone(shared), thread::current().id());
        registry.starting.push(start);
        Self(number)
    }

    /// Registers the child that the fork has created. If another child with this process id is registered, that one has
    /// ended, and other code has reaped it.
    pub fn done(self, child: &Arc<Record>) {
        let lost = {
            let mut registry = registry();
            let before = registry.get(child.pid());
            let lost = before.and_then(|before| before.settle(&mut registry, Outcome::Lost));
            registry.forget_abandoned(child.pid());
            registry.children.insert(child.pid(), Arc::clone(child));
            lost
        };
        lost.into_iter().for_each(Ended::tell);
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        let (shared, notify) = {
            let mut registry = registry();
            let Some(at) = registry.starting.iter().position(|start| start.0 == self.0) else {
                return;
            };
            let Start(_, shared, _) = registry.starting.swap_remove(at);
            let last = registry.starting.is_empty();
            (shared, last && std::mem::take(&mut registry.put_off))
        };
        process().started.notify_all();
        if notify {
            sigchld::notify_all_ctxs();
        }
        drop(shared);
    }
}

/// Reaps ended children of the process up to one that is not the library's, and returns the process id and status of
/// that one. `None`: there is no such child now.
pub fn next_unknown() -> Option<(Pid, i32)> {
    let mut last = None;
    loop {
        let pid = sys::any_ended()?;
        let mut registry = registry();
        let status = if let Some(child) = registry.get(pid) {
            let ended = child.collect(&mut registry);
            drop(registry);
            match ended {
                Some(ended) => ended.tell(),
                None => return None,
            }
            continue;
        } else if registry.abandoned.contains_key(&pid) {
            registry.reap_abandoned();
            if registry.abandoned.contains_key(&pid) {
                return None;
            }
            continue;
        } else if !registry.starting.is_empty() {
            registry.put_off = true;
            return None;
        } else {
            sys::reap(pid, None)
        };
        match status {
            Waited::Ended(status) => return Some((pid, status)),
            // Another thread was quicker. If the same child is found again, it cannot be reaped.
            _ if last == Some(pid) => return None,
            _ => last = Some(pid),
        }
    }
}
