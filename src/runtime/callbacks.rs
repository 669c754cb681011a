//! Calls into the application: completions, progress, events, reaped children; when they are made, and by which thread.
//!
//! A callback may call the library, take locks of the application and last long. So no operation calls the application in
//! the middle of its work. Callbacks wait in a queue of their own, beside the queue of tasks, and these rules hold:
//!
//! 1. *No callback runs inside another on one thread*, whatever ctx either belongs to. A callback that starts
//!    operations, collects events or waits makes others due; they run when it has returned, or on another
//!    thread. Otherwise two hundred operations that end at once would take two hundred stack frames.
//!    Exceptions are functions that belong to the present call (its predicate, its hooks, and the progress of a synchronous
//!    operation) and disasters, which cannot wait; no callback runs inside these either.
//! 2. *A call delivers its own callbacks; all others are delivered by calls that dispatch*: those that wait, and those of the
//!    application's event loop. An application may hold its own lock in all other calls.
//! 3. *Tasks first.* A thread that dispatches runs tasks until none can go on, and only then the first callback: a callback
//!    may change what a task was about to read (it asks the same guest to shut down again, and the guest's answer to the
//!    first request is overwritten).
//! 4. *A callback delays no other.* While it runs, the others that are due are left to other threads that dispatch.
//!
//! # No callback is lost
//!
//! For each queue holds what `queue.rs` says: while a callback is due, a thread attends, or the alarm is on. The
//! alarm of callbacks shows on the application's descriptor (`app_loop.rs`), and the leader sleeps on it too unless
//! it is itself inside a callback (`lead.rs` has a thread that is not take the lead from it). Pushed quietly, that
//! is without the alarm, is only what the pushing thread comes back for at once: [`Here::serving`] says so, while
//! it runs a task, or tells of an operation that has ended in the call that started it. Before it runs something
//! else that may last, it settles the queue. A thread inside a callback never pushes quietly, since the
//! callback may last; but it notes the ctx in [`Here::deferred`], and comes back when the callback has returned.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Weak;

use async_task::Runnable;

use crate::sync::Arc;
use crate::sync::pid::pid;

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
            inside: Cell::new(NOWHERE),
            serving: Cell::new(ptr::null()),
            deferred: ManuallyDrop::new(RefCell::new(Vec::new())),
            draining: Cell::new(false),
        }
    };
}

/// Tells the ctxs apart; never looked into.
pub type Id = *const ();

/// One ctx's callbacks, some of which a thread could not run where it made them due.
pub trait Deferred: Send + Sync {
    fn id(&self) -> Id;
    /// Runs those that this thread has made due, unless it is inside one.
    fn run_own(&self);
}

/// What this thread is doing.
struct Here {
    /// The process in which it has entered the callback that it is inside: a forked child is inside none of its
    /// own.
    inside: Cell<u32>,
    /// The ctx into whose queue it looks right after what it is doing.
    serving: Cell<Id>,
    /// The ctxs for which it has made callbacks due inside this callback. Never dropped, so that the library may
    /// be called while the thread's other values are destroyed; outside of callbacks it owns no memory.
    deferred: ManuallyDrop<RefCell<Vec<Weak<dyn Deferred>>>>,
    /// It runs those.
    draining: Cell<bool>,
}

/// A number that no other live thread has; not 0.
pub fn this_thread() -> usize {
    HERE.with(|here| ptr::from_ref(here) as usize)
}

/// Whether this thread may make calls into the application that are not asked for by the call it is in.
pub fn may_call() -> bool {
    !is_inside()
}

/// No process's number.
const NOWHERE: u32 = 0;

fn is_inside() -> bool {
    HERE.with(|here| here.inside.get() != NOWHERE && here.inside.get() == pid())
}

/// Whether this thread looks for the callbacks of `ctx` at once when it has done what it is doing.
pub fn comes_back(ctx: Id) -> bool {
    HERE.with(|here| !is_inside() && here.serving.get() == ctx)
}

/// Has this thread look for callbacks of `ctx` when it has left the callback that it is inside, if it is.
pub fn look_later<D: Deferred + 'static>(ctx: &Arc<D>) {
    HERE.with(|here| {
        let mut deferred = here.deferred.borrow_mut();
        let noted = |other: &Weak<dyn Deferred>| ptr::addr_eq(other.as_ptr(), ctx.id());
        if is_inside() && !deferred.iter().any(noted) {
            let weak: Weak<dyn Deferred> = Arc::<D>::downgrade(ctx);
            deferred.push(weak);
        }
    });
}

/// Makes a call into the application, or a task that does.
pub fn enter<T>(call: impl FnOnce() -> T) -> T {
    let inside = Inside { outer: HERE.with(|here| here.inside.replace(pid())) };
    let value = call();
    drop(inside);
    value
}

struct Inside {
    outer: u32,
}

impl Drop for Inside {
    fn drop(&mut self) {
        HERE.with(|here| here.inside.set(self.outer));
        // One loop runs them all, or else each would add a stack frame.
        if is_inside() || HERE.with(|here| here.draining.replace(true)) {
            return;
        }
        loop {
            let deferred = HERE.with(|here| here.deferred.take());
            if deferred.is_empty() {
                break;
            }
            // A thread that serves a ctx goes on with its queue anyway, oldest first.
            let others = deferred.iter().filter_map(Weak::upgrade);
            others.filter(|ctx| !comes_back(ctx.id())).for_each(|ctx| ctx.run_own());
        }
        HERE.with(|here| here.draining.set(false));
    }
}

/// Says which ctx's callbacks this thread looks for when it has done what it is doing, until dropped.
pub struct Serving(Id);

impl Serving {
    pub fn begin(ctx: Id) -> Self {
        Self(HERE.with(|here| here.serving.replace(ctx)))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        HERE.with(|here| here.serving.set(self.0));
    }
}

impl Due {
    pub fn run(self) {
        enter(|| self.runnable.run());
    }
}
