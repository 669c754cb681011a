//! The operations that no thread waits for, and the callbacks that are due: tasks that whoever dispatches runs.
//!
//! The bookkeeping of a task's states is the `async-task` crate's. Here is only where a task that can
//! go on waits for a thread, and the list that lets `libxl_ctx_free` drop what never ended.
//!
//! `queue.rs` sees to it that no task is left in the queue with every thread asleep or gone; `callbacks.rs` has the
//! rules by which the application is called.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Weak;
use std::task::{Context, Poll};

use async_task::{Runnable, Task};

use super::callbacks::{self, Deferred, Due, Id, Serving};
use super::defect::Defects;
use super::queue::{self, WorkQueue};
use crate::sync::{Arc, Mutex, locked};

/// The tasks of one ctx.
#[derive(Debug, Default)]
pub struct Tasks {
    queue: WorkQueue<Runnable>,
    callbacks: WorkQueue<Due>,
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

/// The promise of a thread that dispatches: to look soon for tasks and, unless it is inside a callback, for
/// callbacks.
pub struct Attending<'t> {
    tasks: queue::Attending<'t, Runnable>,
    callbacks: Option<queue::Attending<'t, Due>>,
}

impl Tasks {
    /// Runs `future` up to its first wait, and lets it go on later if it did wait.
    pub fn spawn(self: &Arc<Self>, future: impl Future<Output = ()> + Send + 'static) {
        let tasks = Arc::downgrade(self);
        if let Some(runnable) = self.enter(future, move |runnable| enqueue(&tasks, runnable)) {
            runnable.run();
        }
    }

    /// Has `call` made into the application, by the rules of `callbacks.rs`.
    pub fn spawn_callback(self: &Arc<Self>, call: impl FnOnce() + Send + 'static) {
        self.spawn_last_callback(call);
        // What this thread is doing may last.
        self.callbacks.settle();
    }

    /// The same, from what ends now.
    pub fn spawn_last_callback(self: &Arc<Self>, call: impl FnOnce() + Send + 'static) {
        // It never waits, so it is put into the queue by hand, once.
        if let Some(runnable) = self.enter(async move { call() }, drop) {
            self.push_callback(runnable);
        }
    }

    fn push_callback(self: &Arc<Self>, runnable: Runnable) {
        let due = Due { runnable, by: callbacks::this_thread() };
        if callbacks::comes_back(self.id()) {
            self.callbacks.push_quietly(due);
        } else {
            self.callbacks.push(due);
            callbacks::look_later(self);
        }
    }

    /// A new task on the list, which `schedule` is given whenever it can go on. `None` once the ctx goes.
    fn enter(
        self: &Arc<Self>,
        future: impl Future<Output = ()> + Send + 'static,
        schedule: impl Fn(Runnable) + Send + Sync + 'static,
    ) -> Option<Runnable> {
        let id = {
            let mut live = locked(&self.live);
            live.next += 1;
            live.next
        };
        let contained =
            Contained { future: Some(Box::pin(future)), tasks: Arc::downgrade(self), id };
        let (runnable, task) = async_task::spawn(contained, schedule);
        let mut live = locked(&self.live);
        if live.closed {
            drop(live);
            // With no lock held: the future may have things to give back.
            drop((task, runnable));
            return None;
        }
        live.tasks.insert(id, task);
        Some(runnable)
    }

    /// What tasks, and whoever dispatches for them, have panicked with.
    pub fn defects(&self) -> &Defects {
        &self.defects
    }

    /// Where tasks are while they wait for a thread.
    pub fn queue(&self) -> &WorkQueue<Runnable> {
        &self.queue
    }

    /// Where callbacks are until a thread makes them.
    pub fn callbacks(&self) -> &WorkQueue<Due> {
        &self.callbacks
    }

    /// Whether this thread could run something.
    pub fn has_work(&self) -> bool {
        !self.queue.is_empty() || (callbacks::may_call() && !self.callbacks.is_empty())
    }

    /// Promises to look soon.
    pub fn attend(&self) -> Attending<'_> {
        let callbacks = callbacks::may_call().then(|| self.callbacks.attend());
        Attending { tasks: self.queue.attend(), callbacks }
    }

    /// Keeps the promise: runs tasks until none can go on, then a callback, and so on until there is nothing left
    /// that this thread may do.
    pub fn work_off(&self, attending: Attending<'_>) {
        let _serving = Serving::begin(self.id());
        let Attending { tasks, mut callbacks } = attending;
        let mut next = tasks.pop();
        loop {
            while let Some(task) = next {
                // It may last.
                drop(callbacks.take());
                self.callbacks.settle();
                task.run();
                next = self.queue.pop();
            }
            if !callbacks::may_call() {
                return;
            }
            let due = callbacks.take().map_or_else(|| self.callbacks.pop(), queue::Attending::pop);
            let Some(due) = due else { return };
            due.run();
            next = self.queue.pop();
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
        while let Some(due) = self.callbacks.pop() {
            drop(due);
        }
    }
}

impl Deferred for Tasks {
    fn id(&self) -> Id {
        std::ptr::from_ref(self).cast()
    }

    fn run_own(&self) {
        let _serving = Serving::begin(self.id());
        let here = callbacks::this_thread();
        while callbacks::may_call()
            && let Some(due) = self.callbacks.pop_first(|due| due.by == here)
        {
            due.run();
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
