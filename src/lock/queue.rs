//! The waiters of this process for a lock file: they queue here, first come first served, and only the first of them waits
//! for the file.
//!
//! # Invariants
//!
//! 1. A name is in the map exactly while its queue is not empty.
//! 2. Only the first waiter of a queue *has its turn*. The waiter that becomes first is woken, if it has left a waker; if
//!    not, it has not been polled yet, and checks before it sleeps (both under the lock).
//! 3. A waiter leaves the queue by dropping its [`QueueTicket`], in any state: before its turn, in its turn while it waits for
//!    the file, holding the lock. If it was the first, the next is the first from then on.
//!
//! So every waiter gets its turn, provided that each that has it leaves in the end, and one that gives up does not delay the
//! others. The file is released before the ticket is dropped, so that the next waiter finds it free.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::task::{Poll, Waker};

use crate::runtime::wakers::renew;
use crate::sync::fault_injection::{Mechanism, is_removed};
use crate::sync::pid::pid;
use crate::sync::process::PerProcess;
use crate::sync::{Arc, Mutex, locked};

/// The queues of one process, by the file's path; clones share them.
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
    /// This process's queues.
    pub fn of_process() -> &'static Self {
        static PROCESS: PerProcess<Queues> = PerProcess::empty();
        PROCESS.get(Self::default)
    }

    /// Enters the queue for `path`.
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

    /// How many are in the queue for `path`.
    #[cfg(all(test, not(loom)))]
    pub fn count(&self, path: &Path) -> usize {
        locked(&self.state).queues.get(path).map_or(0, VecDeque::len)
    }
}

/// A place in a queue, left when it is dropped.
#[derive(Debug)]
pub struct QueueTicket {
    queues: Queues,
    path: PathBuf,
    number: u64,
    pid: u32,
}

impl QueueTicket {
    /// Waits for its turn.
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
        // A forked child is in no queue, and the copy of its parent's queues may be locked.
        if self.pid != pid() {
            return;
        }
        let (own, next) = {
            let mut state = locked(&self.queues.state);
            let queue = state.queues.get_mut(&self.path).expect("we are in it");
            let at = queue.iter().position(|entry| entry.number == self.number);
            let own = at.and_then(|at| queue.remove(at));
            // Taken, not copied: it is woken once for its turn.
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
