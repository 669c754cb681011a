//! The waiters of this process for a lock file: they wait in a queue, first come first served, and only the first of
//! them waits for the file.
//!
//! # Invariants
//!
//! 1. A path is in the map if and only if its queue is not empty.
//! 2. Only the first waiter of a queue *has its turn*. The waiter that becomes first is woken, if it has left a waker.
//!    If not, it has not been polled yet, and checks before it sleeps (both under the lock).
//! 3. A waiter leaves the queue by dropping its [`QueueTicket`], in any state: before its turn, in its turn while it
//!    waits for the file, or holding the lock. If it was the first, the next waiter is the first from then on.
//!
//! So every waiter gets its turn, provided that each waiter that has its turn leaves in the end; and a waiter that
//! gives up does not delay the others. The file is released before the ticket is dropped, so that the next waiter finds
//! it unlocked.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::task::{Poll, Waker};

use crate::runtime::wakers::renew;
use crate::sync::fault_injection::{Mechanism, is_removed};
use crate::sync::pid::pid;
use crate::sync::process::PerProcess;
use crate::sync::{Arc, Mutex, locked};

/// The queues of one process, by the path of the lock file. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Queues {
    state: Arc<Mutex<QueuesState>>,
}

#[derive(Debug, Default)]
struct QueuesState {
    queues: HashMap<PathBuf, VecDeque<QueueEntry>>,
    next: u64,
}

#[derive(Debug)]
struct QueueEntry {
    number: u64,
    waker: Option<Waker>,
}

impl Queues {
    /// The queues of this process.
    pub fn of_process() -> &'static Self {
        static PROCESS: PerProcess<Queues> = PerProcess::empty();
        PROCESS.get(Self::default)
    }

    /// Enters the queue for `path`, at its end.
    pub fn enter(&self, path: &Path) -> QueueTicket {
        let number = {
            let mut state = locked(&self.state);
            state.next += 1;
            let number = state.next;
            let queue = state.queues.entry(path.to_owned()).or_default();
            queue.push_back(QueueEntry { number, waker: None });
            number
        };
        QueueTicket { queues: self.clone(), path: path.to_owned(), number, pid: pid() }
    }

    /// Whether all queues are empty.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        locked(&self.state).queues.is_empty()
    }

    /// The number of waiters in the queue for `path`.
    #[cfg(all(test, not(loom)))]
    pub fn count(&self, path: &Path) -> usize {
        locked(&self.state).queues.get(path).map_or(0, VecDeque::len)
    }
}

/// An entry in a queue, which is removed when this is dropped.
#[derive(Debug)]
pub struct QueueTicket {
    queues: Queues,
    path: PathBuf,
    number: u64,
    pid: u32,
}

impl QueueTicket {
    /// Waits until this is the first entry.
    pub async fn turn(&self) {
        poll_fn(|cx| {
            let old = {
                let mut state = locked(&self.queues.state);
                let queue = state.queues.get_mut(&self.path).expect("we are in it");
                if queue[0].number == self.number {
                    return Poll::Ready(());
                }
                let entry = queue.iter_mut().find(|entry| entry.number == self.number);
                match &mut entry.expect("we are in it").waker {
                    Some(old) => renew(old, cx.waker()),
                    none => {
                        *none = Some(cx.waker().clone());
                        None
                    }
                }
            };
            drop(old);
            Poll::Pending
        })
        .await;
    }
}

impl Drop for QueueTicket {
    fn drop(&mut self) {
        // A forked child is in no queue, and the lock of its copy of the parent's queues may be held forever.
        if self.pid != pid() {
            return;
        }
        let (own, next) = {
            let mut state = locked(&self.queues.state);
            let queue = state.queues.get_mut(&self.path).expect("we are in it");
            let at = queue.iter().position(|entry| entry.number == self.number);
            let own = at.and_then(|at| queue.remove(at));
            // The waker is taken, not copied: a waiter is woken once for its turn.
            let first = queue.front_mut().filter(|_| at == Some(0));
            let next = first.and_then(|entry| entry.waker.take());
            let next = next.filter(|_| !is_removed(Mechanism::Turn));
            if queue.is_empty() {
                state.queues.remove(&self.path);
            }
            (own, next)
        };
        // Dropping a waker may drop a task.
        drop(own);
        if let Some(next) = next {
            next.wake();
        }
    }
}
