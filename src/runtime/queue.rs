//! A queue of tasks that can go on, or of callbacks that are due, and the alarm that wakes a thread to run them. A ctx
//! has one queue of each kind (`tasks.rs`, `callbacks.rs`).
//!
//! Any thread may make a task runnable: one that dispatches and will examine the queue next, one that is in the middle
//! of something long, or one that is about to leave the library for good. So the queue does not rely on that thread.
//! Its invariant is:
//!
//! *While an entry is in the queue, a thread attends, or the alarm is on.*
//!
//! A thread attends from before it asks the kernel for events until it takes its first task, or finds none: it does
//! nothing long in between. The alarm makes a descriptor readable on which a thread sleeps, either the leader or a
//! thread of the application's, so that this thread returns and attends. The alarm is turned off when the last entry is
//! taken, so it wakes a thread in vain only in a race. All these changes are made under one lock, by
//! [`QueueState::settle`].
//!
//! A thread that will examine the queue right after its present work may push without the alarm
//! ([`WorkQueue::push_quietly`]). It then counts as one that attends. If it turns to something else first, it must call
//! [`WorkQueue::settle`] before.

use std::collections::VecDeque;
use std::fmt;

use crate::sync::fault_injection::{Mechanism, is_removed};
use crate::sync::{Arc, Mutex, locked};

/// The alarm, which wakes a thread. It is called under the queue's lock and must not block.
pub trait Alarm: Send + Sync {
    fn set(&self, on: bool);
}

/// The entries, oldest first.
pub struct WorkQueue<T> {
    state: Mutex<QueueState<T>>,
}

struct QueueState<T> {
    tasks: VecDeque<T>,
    /// `None` until a thread can sleep.
    alarm: Option<Arc<dyn Alarm>>,
    on: bool,
    attending: usize,
}

/// A thread's promise to examine the queue soon.
pub struct Attending<'q, T> {
    queue: &'q WorkQueue<T>,
    kept: bool,
}

impl<T> WorkQueue<T> {
    /// Sets the alarm, and turns it on at once if there are entries that no thread attends to.
    pub fn connect(&self, alarm: Arc<dyn Alarm>) {
        let mut state = locked(&self.state);
        state.alarm = Some(alarm);
        state.settle();
    }

    pub fn push(&self, task: T) {
        let mut state = locked(&self.state);
        state.tasks.push_back(task);
        state.settle();
    }

    /// Adds an entry that this thread will take soon, unless it calls [`WorkQueue::settle`].
    pub fn push_quietly(&self, task: T) {
        locked(&self.state).tasks.push_back(task);
    }

    /// Leaves the entries that were pushed quietly to any thread: turns the alarm on if needed.
    pub fn settle(&self) {
        locked(&self.state).settle();
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn len(&self) -> usize {
        locked(&self.state).tasks.len()
    }

    /// Promises to examine the queue soon: entries that are pushed meanwhile do not turn the alarm on.
    pub fn attend(&self) -> Attending<'_, T> {
        locked(&self.state).attending += 1;
        Attending { queue: self, kept: false }
    }

    /// Takes the oldest entry.
    pub fn pop(&self) -> Option<T> {
        locked(&self.state).pop()
    }

    /// Takes the oldest entry for which `wanted` returns true.
    pub fn pop_first(&self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        let mut state = locked(&self.state);
        let at = state.tasks.iter().position(wanted)?;
        let task = state.tasks.remove(at);
        state.settle();
        task
    }
}

impl<T> Attending<'_, T> {
    /// Takes the oldest task, which fulfils the promise.
    pub fn pop(mut self) -> Option<T> {
        self.kept = true;
        let mut state = locked(&self.queue.state);
        state.attending -= 1;
        state.pop()
    }
}

impl<T> Drop for Attending<'_, T> {
    fn drop(&mut self) {
        // After a failed loom model the locks no longer exist.
        #[cfg(loom)]
        if std::thread::panicking() {
            return;
        }
        if !self.kept {
            let mut state = locked(&self.queue.state);
            state.attending -= 1;
            state.settle();
        }
    }
}

impl<T> QueueState<T> {
    fn pop(&mut self) -> Option<T> {
        let task = self.tasks.pop_front();
        self.settle();
        task
    }

    /// Turns the alarm on or off, as the invariant demands.
    fn settle(&mut self) {
        let on = !self.tasks.is_empty() && self.attending == 0 && !is_removed(Mechanism::Alarm);
        if let Some(alarm) = &self.alarm
            && on != self.on
        {
            self.on = on;
            alarm.set(on);
        }
    }
}

impl<T> Default for WorkQueue<T> {
    fn default() -> Self {
        let state = QueueState { tasks: VecDeque::new(), alarm: None, on: false, attending: 0 };
        Self { state: Mutex::new(state) }
    }
}

impl<T> fmt::Debug for WorkQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}
