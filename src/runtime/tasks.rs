//! The operations that no thread waits for: tasks that whoever dispatches runs.
//!
//! The bookkeeping of a task's states is the `async-task` crate's. Here is only where a task that can
//! go on waits for a thread, and the list that lets `libxl_ctx_free` drop what never ended.
//!
//! `queue.rs` sees to it that no task is left in the queue with every thread asleep or gone.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Weak;
use std::task::{Context, Poll};

use async_task::{Runnable, Task};

use super::defect::Defects;
use super::queue::{Attending, Queue};
use crate::sync::{Arc, Mutex, locked};

/// The tasks of one ctx.
#[derive(Debug, Default)]
pub struct Tasks {
    queue: Queue<Runnable>,
    live: Mutex<Live>,
    defects: Defects,
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
        let contained = Contained { future: Some(Box::pin(future)), tasks, id };
        let schedule = move |runnable| enqueue(&queue, runnable);
        let (runnable, task) = async_task::spawn(contained, schedule);
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

    /// What tasks, and whoever dispatches for them, have panicked with.
    pub fn defects(&self) -> &Defects {
        &self.defects
    }

    /// Where they are while they wait for a thread.
    pub fn queue(&self) -> &Queue<Runnable> {
        &self.queue
    }

    /// Runs tasks until none can go on.
    pub fn work(&self) {
        while let Some(runnable) = self.queue.pop() {
            runnable.run();
        }
    }

    /// The same, for a thread that has dispatched.
    pub fn work_off(&self, attending: Attending<'_, Runnable>) {
        if let Some(runnable) = attending.pop() {
            runnable.run();
            self.work();
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
        while let Some(runnable) = self.queue.pop() {
            drop(runnable);
        }
    }
}

fn enqueue(tasks: &Weak<Tasks>, runnable: Runnable) {
    // Without the ctx, the task is dropped.
    if let Some(tasks) = tasks.upgrade() {
        tasks.queue.push(runnable);
    }
}

/// A task's future. It takes itself off the list when it ends, in whatever way; and a panic, while it runs
/// or is dropped, is its end and nobody else's.
struct Contained {
    future: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    tasks: Weak<Tasks>,
    id: u64,
}

impl Future for Contained {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let (Some(tasks), Some(future)) = (self.tasks.upgrade(), &mut self.future) else {
            return Poll::Ready(());
        };
        let mut outcome = Poll::Ready(());
        tasks.defects.contain(|| outcome = future.as_mut().poll(cx));
        if outcome.is_ready() {
            self.end();
        }
        outcome
    }
}

impl Contained {
    fn end(&mut self) {
        let Some(future) = self.future.take() else { return };
        let Some(tasks) = self.tasks.upgrade() else { return };
        tasks.defects.contain(|| drop(future));
        let task = locked(&tasks.live).tasks.remove(&self.id);
        if let Some(task) = task {
            task.detach();
        }
    }
}

impl Drop for Contained {
    fn drop(&mut self) {
        self.end();
    }
}
