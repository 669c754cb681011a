//! The library's children in this process, of all ctxs, by process id.
//!
//! # Which thread takes a status
//!
//! A child's status is taken once, under this lock, by the first of: the thread that sees its descriptor, one that
//! reaps all children of the process, or `libxl_ctx_free`. So it is never taken for an unknown child, and its process
//! id means this child for as long as it is in the registry.
//!
//! # A child must be known before a reaper meets it
//!
//! Between the fork and the entry here a reaper may find that the new child has ended. It would take it for an unknown
//! child:
//!
//! ```text
//! one thread                      another, which reaps all children
//! fork: 17
//!                                 17 has ended; not in the registry
//!                                 takes its status; "unknown child 17"
//! enters 17, waits for ever
//! ```
//!
//! Therefore `starting` has the forks under way, and while there is one no unknown child is reaped (a child
//! of ours never needs the reaper). The reaper looks for an ended child first and takes the lock then, so
//! a child that it has seen was started by somebody counted, or is entered. Who ends the last start rings
//! the reaper's bell if one has gone away for it.
//!
//! An application that reaps our children itself may likewise be quicker than the start. Its call waits for the
//! starts of that ctx that are under way, before it answers that it knows no such child.

use std::collections::HashMap;
use std::thread::{self, ThreadId};

use super::ChildrenShared;
use super::record::{Ended, Outcome, Record};
use super::sigchld;
use super::sys::{self, Pid, Waited};
use crate::sync::process::PerProcess;
use crate::sync::{Arc, Condvar, Mutex, MutexGuard, locked, sleep_on};

static PROCESS: PerProcess<ProcessChildren> = PerProcess::empty();

#[derive(Default)]
struct ProcessChildren {
    registry: Mutex<ChildRegistry>,
    /// Rung at the end of each start.
    started: Condvar,
}

/// Children that have not ended, or whose status was not taken.
#[derive(Default)]
pub struct ChildRegistry {
    children: HashMap<Pid, Arc<Record>>,
    starting: Vec<Start>,
    next: u64,
    /// A reaper has gone away because of `starting`.
    put_off: bool,
}

/// A fork in progress: its number, its ctx and its thread.
struct Start(u64, Arc<ChildrenShared>, ThreadId);

fn process() -> &'static ProcessChildren {
    PROCESS.get(ProcessChildren::default)
}

/// This process's, locked: a leaf, held for a system call that does not wait.
pub fn registry() -> MutexGuard<'static, ChildRegistry> {
    locked(&process().registry)
}

/// The same, when all starts of this ctx that are under way have ended. Those take a moment, unless the
/// application forks itself and has its own ideas. Not those of this thread, which an application makes that
/// calls from where it must not.
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

    /// Those for which `wanted` holds.
    pub fn filter(&self, wanted: impl Fn(&Record) -> bool) -> Vec<Arc<Record>> {
        self.children.values().filter(|child| wanted(child)).cloned().collect()
    }

    /// The child's status is taken. Whether it was here.
    pub fn remove(&mut self, child: &Arc<Record>) -> bool {
        let here = self.children.get(&child.pid()).is_some_and(|other| Arc::ptr_eq(other, child));
        if here {
            self.children.remove(&child.pid());
        }
        here
    }
}

/// A fork under way.
pub struct Starting(u64);

impl Starting {
    pub fn begin(shared: &Arc<ChildrenShared>) -> Self {
        let mut registry = registry();
        let number = registry.next;
        registry.next += 1;
        let start = Start(number, Arc::clone(shared), thread::current().id());
        registry.starting.push(start);
        Self(number)
    }

    /// The fork has made this child. Another with that pid has ended, and other code has reaped it.
    pub fn done(self, child: &Arc<Record>) {
        let lost = {
            let mut registry = registry();
            let before = registry.get(child.pid());
            let lost = before.and_then(|before| before.settle(&mut registry, Outcome::Lost));
            registry.children.insert(child.pid(), Arc::clone(child));
            lost
        };
        lost.into_iter().for_each(Ended::tell);
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        let (shared, poke) = {
            let mut registry = registry();
            let Some(at) = registry.starting.iter().position(|start| start.0 == self.0) else {
                return;
            };
            let Start(_, shared, _) = registry.starting.swap_remove(at);
            let last = registry.starting.is_empty();
            (shared, last && std::mem::take(&mut registry.put_off))
        };
        process().started.notify_all();
        if poke {
            sigchld::poke();
        }
        drop(shared);
    }
}

/// Reaps the ended children of the process, ours on the way, up to one that is not ours: its number and
/// status. `None`: there is none now.
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
        } else if !registry.starting.is_empty() {
            registry.put_off = true;
            return None;
        } else {
            sys::reap(pid, None)
        };
        match status {
            Waited::Ended(status) => return Some((pid, status)),
            // Another thread was quicker. Should it be there again, it cannot be had.
            _ if last == Some(pid) => return None,
            _ => last = Some(pid),
        }
    }
}
