//! Tasks that can go on, or callbacks that are due, and the alarm that fetches a thread to them. A ctx has one
//! queue of each (`tasks.rs`, `callbacks.rs`).
//!
//! Any thread may make a task runnable: one that dispatches and will look here next, or one that is in the
//! middle of something long, or about to leave for good. So the queue does not rely on it:
//!
//! *While an entry is in the queue, a thread attends, or the alarm is on.*
//!
//! A thread attends from before it asks the kernel what has happened until it takes its first task, or
//! finds none: it does nothing long in between. The alarm makes a descriptor readable on which a thread
//! sleeps, the leader or one of the application's, so that it comes and attends. It is off again when the
//! last entry is taken, so it wakes a thread in vain only in a race. All this changes under one lock, by
//! [`QueueState::settle`].
//!
//! A thread that will look into the queue right after what it is doing may push without the alarm
//! ([`WorkQueue::push_quietly`]); it is as good as one that attends, and says so with [`WorkQueue::settle`] if it turns
//! to something else first.

use std::collections::VecDeque;
use std::fmt;

use crate::sync::fault_injection::{Mechanism, is_removed};
use crate::sync::{Arc, Mutex, locked};

/// Fetches a thread. Called under the queue's lock: must not block.
pub trait Alarm: Send + Sync {
    fn set(&self, on: bool);
}

/// Entries, oldest first.
pub struct WorkQueue<T> {
    state: Mutex<QueueState<T>>,
}

struct QueueState<T> {
    tasks: VecDeque<T>,
    /// None before anything could sleep.
    alarm: Option<Arc<dyn Alarm>>,
    on: bool,
    attending: usize,
}

/// The promise to look into the queue soon.
pub struct Attending<'q, T> {
    queue: &'q WorkQueue<T>,
    kept: bool,
}

impl<T> WorkQueue<T> {
    /// Who is to be called from now on, and perhaps at once.
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

    /// Adds an entry for which this thread comes back at once, unless it calls [`WorkQueue::settle`].
    pub fn push_quietly(&self, task: T) {
        locked(&self.state).tasks.push_back(task);
    }

    /// What was pushed quietly is left to whoever comes.
    pub fn settle(&self) {
        locked(&self.state).settle();
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn len(&self) -> usize {
        locked(&self.state).tasks.len()
    }

    /// Promises to look for tasks soon: what is pushed meanwhile raises no alarm.
    pub fn attend(&self) -> Attending<'_, T> {
        locked(&self.state).attending += 1;
        Attending { queue: self, kept: false }
    }

    /// The oldest entry.
    pub fn pop(&self) -> Option<T> {
        locked(&self.state).pop()
    }

    /// The oldest entry that is `wanted`.
    pub fn pop_first(&self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        let mut state = locked(&self.state);
        let at = state.tasks.iter().position(wanted)?;
        let task = state.tasks.remove(at);
        state.settle();
        task
    }
}

impl<T> Attending<'_, T> {
    /// The oldest task. The promise is kept.
    pub fn pop(mut self) -> Option<T> {
        self.kept = true;
        let mut state = locked(&self.queue.state);
        state.attending -= 1;
        state.pop()
    }
}

impl<T> Drop for Attending<'_, T> {
    fn drop(&mut self) {
        // A model that has failed has no locks any more.
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

    /// Turns the alarm on or off, as it must be.
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
