//! Calls into the application: completions, progress, events, reaped children; when they are made, and by which
//! thread.
//!
//! A callback may call the library, take locks of the application's and last long. So no operation calls the
//! application in the middle of its work. What is to be called waits in a queue of its own, beside the queue of
//! tasks, and these rules hold:
//!
//! 1. *No callback runs inside another on one thread*, whatever ctx either belongs to. A callback that starts
//!    operations, collects events or waits makes others due; they run when it has returned, or on another
//!    thread. Otherwise two hundred operations that end at once would take two hundred stack frames.
//!    What a call asks for its own sake is not meant by this: its predicate, its hooks, and the progress of an
//!    operation that the call itself runs.
//! 2. *A call delivers what is its own; what belongs to others is delivered by calls that dispatch*: those that
//!    wait, and those by which the application's event loop comes in. An application may hold its own lock in
//!    all other calls.
//! 3. *Look before telling.* A thread that dispatches runs the tasks that can go on until there are none, and
//!    only then the first callback: a callback may change what a task was about to look at (it asks the same
//!    guest to shut down again, and the answer is gone).
//! 4. *A callback holds up no other.* While it runs, the others that are due are left to whoever comes.
//!
//! # Nothing is left lying
//!
//! For each queue holds what `queue.rs` says: while a callback is due, a thread attends, or the alarm is on. The
//! alarm of callbacks shows on the application's descriptor (`outside.rs`), and the leader sleeps on it too unless
//! it is itself inside a callback (`lead.rs` has a thread that is not take the lead from it). Pushed quietly, that
//! is without the alarm, is only what the pushing thread comes back for at once: [`Here::serving`] says so, while
//! it runs a task, or tells of an operation that has ended in the call that started it. Before it runs something
//! else that may last, it settles the queue. A thread inside a callback never pushes quietly, since the
//! callback may last; but it notes the ctx in [`Here::deferred`], and comes back when the callback has returned.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::Weak;

use async_task::Runnable;

use super::tasks::Tasks;
use crate::sync::{Arc, Mutex, locked};

/// A callback that is due.
#[derive(Debug)]
pub struct Due {
    pub runnable: Runnable,
    /// The thread that made it due, as [`this_thread`] tells.
    pub by: usize,
}

thread_local! {
    static HERE: Here = const {
        Here {
            inside: Cell::new(false),
            serving: Cell::new(ptr::null()),
            deferred: RefCell::new(Vec::new()),
            draining: Cell::new(false),
        }
    };
}

/// What this thread is doing.
struct Here {
    /// It is inside a callback.
    inside: Cell<bool>,
    /// The ctx into whose queue it looks right after what it is doing.
    serving: Cell<*const Tasks>,
    /// The ctxs for which it has made callbacks due inside this callback.
    deferred: RefCell<Vec<Weak<Tasks>>>,
    /// It runs those.
    draining: Cell<bool>,
}

/// A number that no other live thread has; not 0.
pub fn this_thread() -> usize {
    HERE.with(|here| ptr::from_ref(here) as usize)
}

/// Whether this thread may make calls into the application that are not asked for by the call it is in.
pub fn may_call() -> bool {
    !HERE.with(|here| here.inside.get())
}

/// Whether this thread looks for the callbacks of `tasks` at once when it has done what it is doing.
fn comes_back(tasks: *const Tasks) -> bool {
    HERE.with(|here| !here.inside.get() && ptr::eq(here.serving.get(), tasks))
}

/// Puts a callback into its ctx's queue.
pub fn push(tasks: &Arc<Tasks>, runnable: Runnable) {
    let due = Due { runnable, by: this_thread() };
    if comes_back(Arc::as_ptr(tasks)) {
        return tasks.callbacks().push_quietly(due);
    }
    tasks.callbacks().push(due);
    HERE.with(|here| {
        let mut deferred = here.deferred.borrow_mut();
        let here_already = |other: &Weak<Tasks>| ptr::eq(other.as_ptr(), Arc::as_ptr(tasks));
        if here.inside.get() && !deferred.iter().any(here_already) {
            deferred.push(Arc::downgrade(tasks));
        }
    });
}

/// Makes a call into the application, or a task that does.
pub fn enter<T>(call: impl FnOnce() -> T) -> T {
    let inside = Inside { outer: HERE.with(|here| here.inside.replace(true)) };
    let value = call();
    drop(inside);
    value
}

struct Inside {
    outer: bool,
}

impl Drop for Inside {
    fn drop(&mut self) {
        HERE.with(|here| here.inside.set(self.outer));
        // One loop runs them all, or else each would add a stack frame.
        if self.outer || HERE.with(|here| here.draining.replace(true)) {
            return;
        }
        while let Some(tasks) = HERE.with(|here| here.deferred.borrow_mut().pop()) {
            // A thread that serves it goes on with its queue anyway, oldest first.
            if let Some(tasks) = tasks.upgrade()
                && !comes_back(Arc::as_ptr(&tasks))
            {
                run_own(&tasks);
            }
        }
        HERE.with(|here| here.draining.set(false));
    }
}

/// Says which ctx's callbacks this thread looks for when it has done what it is doing, until dropped.
pub struct Serving(*const Tasks);

impl Serving {
    pub fn begin(tasks: &Tasks) -> Self {
        Self(HERE.with(|here| here.serving.replace(tasks)))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        HERE.with(|here| here.serving.set(self.0));
    }
}

/// Runs the callbacks of `tasks` that this thread has made due, unless it is inside one.
pub fn run_own(tasks: &Tasks) {
    let _serving = Serving::begin(tasks);
    let here = this_thread();
    while may_call()
        && let Some(due) = tasks.callbacks().pop_first(|due| due.by == here)
    {
        due.run();
    }
}

impl Due {
    pub fn run(self) {
        enter(|| self.runnable.run());
    }
}

/// Calls into the application that reach it one after the other, in order: the progress and the end of one
/// operation.
#[derive(Clone)]
pub struct Ordered {
    tasks: Weak<Tasks>,
    waiting: Arc<Mutex<Waiting>>,
}

type Call = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Waiting {
    calls: Vec<Call>,
    /// Somebody makes these calls, or will.
    taken: bool,
}

impl Ordered {
    pub fn new(tasks: &Arc<Tasks>) -> Self {
        Self { tasks: Arc::downgrade(tasks), waiting: Arc::default() }
    }

    /// Makes `call` when those before it have returned, by the rules of this module. The operation goes on.
    pub fn call(&self, call: impl FnOnce() + Send + 'static) {
        self.last_call(call);
        if let Some(tasks) = self.tasks.upgrade() {
            // The operation may last before this thread comes back.
            tasks.callbacks().settle();
        }
    }

    /// Whether all calls so far have returned.
    pub fn is_idle(&self) -> bool {
        !locked(&self.waiting).taken
    }

    /// As [`Ordered::call`], from an operation that has ended.
    pub fn last_call(&self, call: impl FnOnce() + Send + 'static) {
        let mut waiting = locked(&self.waiting);
        waiting.calls.push(Box::new(call));
        if std::mem::replace(&mut waiting.taken, true) {
            return;
        }
        drop(waiting);
        if let Some(tasks) = self.tasks.upgrade() {
            let (defects, waiting) = (Arc::downgrade(&tasks), Arc::clone(&self.waiting));
            tasks.spawn_callback(move || make_calls(&defects, &waiting));
        }
    }
}

fn make_calls(tasks: &Weak<Tasks>, waiting: &Mutex<Waiting>) {
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
            // One that panics takes no other with it.
            match tasks.upgrade() {
                Some(tasks) => tasks.defects().contain(call),
                None => return,
            }
        }
    }
}
