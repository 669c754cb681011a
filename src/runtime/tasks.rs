//! The operations that no thread waits for: tasks that whoever dispatches runs.
//!
//! The bookkeeping of a task's states is the `async-task` crate's. Here is only where a task that can
//! go on waits for a thread, and the list that lets `libxl_ctx_free` drop what never ended.
//!
//! A task is put into the queue by a thread inside the library. That thread, or another one that is
//! awake there, takes it out again before it leaves or sleeps ([`super::Runtime::work`]), so that no task
//! is left in the queue with every thread asleep or gone.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::Weak;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_task::{Runnable, Task};

use crate::sync::{Arc, Mutex, locked};

/// The tasks of one ctx.
#[derive(Debug, Default)]
pub struct Tasks {
    queue: Mutex<VecDeque<Runnable>>,
    /// The queue's length, for a look without its lock.
    waiting: AtomicUsize,
    live: Mutex<Live>,
}

#[derive(Debug, Default)]
struct Live {
    tasks: HashMap<u64, Task<()>>,
    next: u64,
    /// No more tasks: the ctx is going.
    closed: bool,
}

impl Tasks {
    /// Runs `future` up to its first wait, and lets it go on later if it did wait.
    pub fn spawn(self: &Arc<Self>, future: impl Future<Output = ()> + Send + 'static) {
        let id = {
            let mut live = locked(&self.live);
            live.next += 1;
            live.next
        };
        let (tasks, queue) = (Arc::downgrade(self), Arc::downgrade(self));
        let ending = async move {
            future.await;
            forget(&tasks, id);
        };
        let (runnable, task) = async_task::spawn(ending, move |runnable| enqueue(&queue, runnable));
        {
            let mut live = locked(&self.live);
            if live.closed {
                // Dropped below, with no lock held: the future may have things to give back.
                drop(live);
                return drop((task, runnable));
            }
            live.tasks.insert(id, task);
        }
        runnable.run();
    }

    /// Whether a task waits for a thread.
    pub fn have_work(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    /// Runs tasks until none can go on.
    pub fn work(&self) {
        while self.have_work() {
            let Some(runnable) = locked(&self.queue).pop_front() else { return };
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            runnable.run();
        }
    }

    /// How many have not ended.
    pub fn count(&self) -> usize {
        locked(&self.live).tasks.len()
    }

    /// Drops every task where it waits. No other thread may be running one.
    pub fn drop_all(&self) {
        let tasks = {
            let mut live = locked(&self.live);
            live.closed = true;
            std::mem::take(&mut live.tasks)
        };
        // A dropped handle puts its task into the queue once more; there its future is dropped.
        drop(tasks);
        while let Some(runnable) = { locked(&self.queue).pop_front() } {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            drop(runnable);
        }
    }
}

fn enqueue(tasks: &Weak<Tasks>, runnable: Runnable) {
    // Without the ctx, the task is dropped.
    if let Some(tasks) = tasks.upgrade() {
        locked(&tasks.queue).push_back(runnable);
        tasks.waiting.fetch_add(1, Ordering::SeqCst);
    }
}

fn forget(tasks: &Weak<Tasks>, id: u64) {
    let task = tasks.upgrade().and_then(|tasks| locked(&tasks.live).tasks.remove(&id));
    if let Some(task) = task {
        task.detach();
    }
}
