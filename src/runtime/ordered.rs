//! Calls into the application that are made one after the other: the progress reports and the completion of one
//! operation.

use std::sync::Weak;

use super::tasks::Tasks;
use crate::sync::{Arc, Mutex, locked};

/// A queue of calls into the application, which are made in order, by the rules of `callbacks.rs`.
#[derive(Clone)]
pub struct Ordered {
    tasks: Weak<Tasks>,
    waiting: Arc<Mutex<WaitingCalls>>,
}

type Call = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct WaitingCalls {
    calls: Vec<Call>,
    /// A thread is making these calls, or will make them.
    taken: bool,
}

impl Ordered {
    pub fn new(tasks: &Arc<Tasks>) -> Self {
        Self { tasks: Arc::downgrade(tasks), waiting: Arc::default() }
    }

    /// Makes `call` soon, when the previous calls have returned. Does not wait for it.
    pub fn call(&self, call: impl FnOnce() + Send + 'static) {
        self.last_call(call);
        if let Some(tasks) = self.tasks.upgrade() {
            // The operation may take long before this thread examines the queue.
            tasks.callbacks().settle();
        }
    }

    /// Whether all calls so far have returned.
    pub fn is_idle(&self) -> bool {
        !locked(&self.waiting).taken
    }

    /// As [`Ordered::call`], for an operation that has ended.
    pub fn last_call(&self, call: impl FnOnce() + Send + 'static) {
        let mut waiting = locked(&self.waiting);
        waiting.calls.push(Box::new(call));
        if std::mem::replace(&mut waiting.taken, true) {
            return;
        }
        drop(waiting);
        if let Some(tasks) = self.tasks.upgrade() {
            let (defects, waiting) = (Arc::downgrade(&tasks), Arc::clone(&self.waiting));
            tasks.spawn_last_callback(move || make_calls(&defects, &waiting));
        }
    }
}

fn make_calls(tasks: &Weak<Tasks>, waiting: &Mutex<WaitingCalls>) {
    loop {
        let calls = {
            let mut waiting = locked(waiting);
            if waiting.calls.is_empty() {
                waiting.taken = false;
                return;
            }
            std::mem::take(&mut waiting.calls)
        };
        for call in calls {
            // A panic of one call does not affect the following ones.
            match tasks.upgrade() {
                Some(tasks) => tasks.defects().contain(call),
                None => return,
            }
        }
    }
}
