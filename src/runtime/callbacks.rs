//! Calls into the application (completions, progress reports, events, reaped children): when they are made, and by
//! which thread.
//!
//! A callback may call the library, take locks of the application and take long. So no operation calls the application
//! in the middle of its work. Callbacks wait in a queue of their own, beside the queue of tasks, and these rules hold:
//!
//! 1. *No callback runs inside another on one thread*, whatever ctx either belongs to. A callback that starts
//!    operations, collects events or waits makes other callbacks due; they run when it has returned, or on another
//!    thread. Otherwise two hundred operations that end at once would need two hundred nested stack frames. Exceptions
//!    are functions that belong to the present call (its predicate, its hooks, and the progress callback of a
//!    synchronous operation) and disasters, which cannot be delayed; no callback runs inside these either.
//! 2. *A call delivers its own callbacks; all others are delivered by calls that dispatch*, which are those that wait
//!    and those of the application's event loop. An application may hold its own lock in all other calls.
//! 3. *Tasks come first.* A thread that dispatches runs tasks until none can go on, and only then the first callback,
//!    because a callback may change what a task is about to read (for example, it asks the same guest to shut down
//!    again, and this overwrites the guest's answer to the first request).
//! 4. *A callback delays no other.* While it runs, the others that are due are left to other threads that dispatch.
//!
//! # No callback is lost
//!
//! The invariant of `queue.rs` holds for each queue: while a callback is due, a thread attends, or the alarm is on. The
//! alarm of callbacks is reported on the application's descriptor (`app_loop.rs`), and the leader sleeps on it too
//! unless the leader is itself inside a callback (`lead.rs` says how a thread that is not inside one takes the lead
//! from it). A callback may be pushed quietly, that is without the alarm, only if the pushing thread will examine the
//! queue at once. [`Here::serving`] records that, while the thread runs a task, or reports the completion of an
//! operation in the call that started it. Before the thread runs something else that may take long, it settles the
//! queue. A thread inside a callback never pushes quietly, since the callback may take long; but it records the ctx in
//! [`Here::deferred`], and examines that ctx's queue when the callback has returned.

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
    /// The thread that made it due, as a number from [`this_thread`].
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

/// Identifies a ctx. The pointer is never dereferenced.
pub type Id = *const ();

/// The callbacks of one ctx, some of which a thread could not run at the point where it made them due.
pub trait Deferred: Send + Sync {
    fn id(&self) -> Id;
    /// Runs the callbacks that this thread has made due, unless the thread is inside a callback.
    fn run_own(&self);
}

/// The state of this thread.
struct Here {
    /// The id of the process in which the thread entered the present callback. In a forked child the thread is
    /// therefore not inside a callback.
    inside: Cell<u32>,
    /// The ctx whose queue the thread examines right after its present work.
    serving: Cell<Id>,
    /// The ctxs for which the thread has made callbacks due inside this callback. It is never dropped, so that the
    /// library may be called while the thread's other thread-local values are destroyed; outside of callbacks it owns
    /// no memory.
    deferred: ManuallyDrop<RefCell<Vec<Weak<dyn Deferred>>>>,
    /// The thread is running the callbacks of these ctxs.
    draining: Cell<bool>,
}

/// A number that no other live thread has. It is not 0.
pub fn this_thread() -> usize {
    HERE.with(|here| ptr::from_ref(here) as usize)
}

/// A number that no thread has.
pub const NO_THREAD: usize = 0;

/// Whether this thread may make calls into the application that do not belong to the library call that it is in.
pub fn may_call() -> bool {
    !is_inside()
}

/// Not a valid process id.
const NOWHERE: u32 = 0;

fn is_inside() -> bool {
    HERE.with(|here| here.inside.get() != NOWHERE && here.inside.get() == pid())
}

/// Whether this thread examines the callback queue of `ctx` right after its present work.
pub fn comes_back(ctx: Id) -> bool {
    HERE.with(|here| !is_inside() && here.serving.get() == ctx)
}

/// If this thread is inside a callback, makes it examine the callback queue of `ctx` when that callback has returned.
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

/// Runs a callback, or a task that makes calls into the application.
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
        // One loop runs them all; otherwise each would add a stack frame.
        if is_inside() || HERE.with(|here| here.draining.replace(true)) {
            return;
        }
        loop {
            let deferred = HERE.with(|here| here.deferred.take());
            if deferred.is_empty() {
                break;
            }
            // A thread that serves a ctx examines its queue anyway, and takes the oldest callback first.
            let others = deferred.iter().filter_map(Weak::upgrade);
            others.filter(|ctx| !comes_back(ctx.id())).for_each(|ctx| ctx.run_own());
        }
        HERE.with(|here| here.draining.set(false));
    }
}

/// Sets the ctx whose callback queue this thread examines right after its present work, until this is dropped.
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
