//! Tasks that the threads that dispatch run: operations that no thread waits for, and callbacks that are due.
//!
//! The `async-task` crate keeps the states of a task. This module has only the queue in which a task that can go on
//! waits for a thread, and the list with which `libxl_ctx_free` drops the tasks that have not ended.
//!
//! `queue.rs` guarantees that no task stays in the queue while all threads sleep or have left; `callbacks.rs` has the
//! rules for calls into the application.

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
    /// No more tasks are accepted: the ctx is being freed.
    closed: bool,
}

/// A dispatching thread's promise to look soon for tasks and, unless it is inside a callback, for callbacks.
pub struct Attending<'t> {
    tasks: queue::Attending<'t, Runnable>,
    callbacks: Option<queue::Attending<'t, Due>>,
}

impl Tasks {
    /// Runs `future` up to its first wait; if it waits, it becomes a task.
    pub fn spawn(self: &Arc<Self>, future: impl Future<Output = ()> + Send + 'static) {
        let tasks = Arc::downgrade(self);
        if let Some(runnable) = self.enter(future, move |runnable| enqueue(&tasks, runnable)) {
            runnable.run();
        }
    }

    /// Queues `call`, a call into the application, by the rules of `callbacks.rs`.
    pub fn spawn_callback(self: &Arc<Self>, call: impl FnOnce() + Send + 'static) {
        self.spawn_last_callback(call);
        // This thread's present work may last.
        self.callbacks.settle();
    }

    /// As [`Tasks::spawn_callback`], for an operation that ends now.
    pub fn spawn_last_callback(self: &Arc<Self>, call: impl FnOnce() + Send + 'static) {
        // The call never waits, so it is put into the queue here, once.
        if let Some(runnable) = self.enter(async move { call() }, drop) {
            self.push(Due { runnable, by: callbacks::this_thread() });
        }
    }

    /// As [`Tasks::spawn_callback`], for a call that has nothing to do with what this thread was called for: it is not made
    /// at the end of a library call that does not dispatch.
    pub fn spawn_foreign_callback(self: &Arc<Self>, call: impl FnOnce() + Send + 'static) {
        if let Some(runnable) = self.enter(async move { call() }, drop) {
            self.push(Due { runnable, by: callbacks::NO_THREAD });
        }
        self.callbacks.settle();
    }

    fn push(self: &Arc<Self>, due: Due) {
        if callbacks::comes_back(self.id()) {
            self.callbacks.push_quietly(due);
        } else {
            self.callbacks.push(due);
            callbacks::look_later(self);
        }
    }

    /// Adds a new task to the list; `schedule` is called with it whenever it can go on. `None` if the ctx is being
    /// freed.
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
            // No lock is held here, since the future's destructor may take locks.
            drop((task, runnable));
            return None;
        }
        live.tasks.insert(id, task);
        Some(runnable)
    }

    /// The panics of tasks and of event handlers.
    pub fn defects(&self) -> &Defects {
        &self.defects
    }

    /// The tasks that wait for a thread.
    pub fn queue(&self) -> &WorkQueue<Runnable> {
        &self.queue
    }

    /// The callbacks that wait for a thread.
    pub fn callbacks(&self) -> &WorkQueue<Due> {
        &self.callbacks
    }

    /// Whether there is something that this thread may run.
    pub fn has_work(&self) -> bool {
        !self.queue.is_empty() || (callbacks::may_call() && !self.callbacks.is_empty())
    }

    /// Promises to look for tasks soon and, with `may_call`, for callbacks.
    pub fn attend(&self, may_call: bool) -> Attending<'_> {
        let callbacks = may_call.then(|| self.callbacks.attend());
        Attending { tasks: self.queue.attend(), callbacks }
    }

    /// Fulfils the promise: runs tasks until none can go on, then a callback, and so on until nothing is left that this
    /// thread may run.
    pub fn work_off(&self, attending: Attending<'_>) {
        let _serving = Serving::begin(self.id());
        let Attending { tasks, mut callbacks } = attending;
        let mut next = tasks.pop();
        loop {
            while let Some(task) = next {
                // The task may last.
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

    /// The number of tasks that have not ended.
    pub fn count(&self) -> usize {
        locked(&self.live).tasks.len()
    }

    /// Drops every task at the point where it waits. No other thread may be running one.
    pub fn drop_all(&self) {
        let tasks = {
            let mut live = locked(&self.live);
            live.closed = true;
            std::mem::take(&mut live.tasks)
        };
        // Dropping a handle puts its task into the queue once more; its future is dropped there.
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
    // If the ctx has been freed, the task is dropped.
    if let Some(tasks) = tasks.upgrade() {
        tasks.queue.push(runnable);
    }
}

/// A task's future. However it ends, it removes itself from the list. A panic while it runs or is dropped ends this
/// task only.
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
