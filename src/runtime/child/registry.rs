//! The process's children that are ours, of all ctxs, by number.
//!
//! # Who takes a status
//!
//! A child's status is taken once, under this lock, by whoever comes first: the thread that hears its
//! descriptor, one that reaps everybody's children, or `libxl_ctx_free`. So nobody takes it for a stranger,
//! and its number means this child for as long as it is here.
//!
//! # A child must be known before a reaper meets it
//!
//! Between the fork and the entry here a reaper may see the new child ended. It would take it for a
//! stranger:
//!
//! ```text
//! one thread                      another, that reaps everybody's children
//! fork: 17
//!                                 17 has ended; not in the registry
//!                                 takes its status; "unknown child 17"
//! enters 17, waits for ever
//! ```
//!
//! Therefore `starting` counts the forks under way, and while it is not 0 no stranger is reaped (a child
//! of ours never needs the reaper). The reaper looks for an ended child first and takes the lock then, so
//! a child that it has seen was started by somebody counted, or is entered. Who ends the last start rings
//! the reaper's bell if one has gone away for it.

use std::collections::HashMap;

use super::record::Record;
use super::sigchld;
use super::sys::{self, Pid, Waited};
use crate::sync::process::PerProcess;
use crate::sync::{Arc, Mutex, MutexGuard, locked};

static REGISTRY: PerProcess<Mutex<Registry>> = PerProcess::empty();

/// Children that have not ended, or whose status was not taken.
#[derive(Default)]
pub struct Registry {
    children: HashMap<Pid, Arc<Record>>,
    /// Forks under way.
    starting: usize,
    /// A reaper has gone away because of `starting`.
    put_off: bool,
}

/// This process's, locked: a leaf, held for a system call that does not wait.
pub fn registry() -> MutexGuard<'static, Registry> {
    locked(REGISTRY.get(Mutex::default))
}

impl Registry {
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
pub struct Starting(());

impl Starting {
    pub fn begin() -> Self {
        registry().starting += 1;
        Self(())
    }

    /// The fork has made this child.
    pub fn done(self, child: &Arc<Record>) {
        registry().children.insert(child.pid(), Arc::clone(child));
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        let mut registry = registry();
        registry.starting = registry.starting.saturating_sub(1);
        if registry.starting == 0 && std::mem::take(&mut registry.put_off) {
            drop(registry);
            sigchld::poke();
        }
    }
}

/// Reaps the ended children of the process, ours on the way, up to one that is not ours: its number and
/// status. `None`: there is none now.
pub fn next_stranger() -> Option<(Pid, i32)> {
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
        } else if registry.starting > 0 {
            registry.put_off = true;
            return None;
        } else {
            sys::reap(pid)
        };
        match status {
            Waited::Ended(status) => return Some((pid, status)),
            // Another thread was quicker. Should it be there again, it cannot be had.
            _ if last == Some(pid) => return None,
            _ => last = Some(pid),
        }
    }
}
