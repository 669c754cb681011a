//! The runtime of a ctx: operations that wait, without a thread of the library's own.
//!
//! An operation is a future. With no `ao_how` the calling thread runs it itself ([`Runtime::block_on`])
//! and sleeps only while it waits; with one, it is a task ([`Runtime::spawn`]) that whichever thread
//! dispatches runs. Two operations of one ctx may run on two threads at once: no lock is held
//! around either.
//!
//! | file | subject |
//! |---|---|
//! | `lead.rs` | threads asleep in the library, and the argument why none is forgotten |
//! | `reactor.rs`, `timers.rs` | what is waited for outside: one epoll set, one timerfd |
//! | `descriptor.rs`, `clock.rs`, `notify.rs`, `abort.rs` | the waits, as futures |
//! | `bytes.rs` | reading and writing what others share, without waiting in the kernel |
//! | `wakers.rs` | those who wait for the same thing |
//! | `tasks.rs`, `queue.rs` | operations that no thread waits for, and who goes on with them |
//! | `callbacks.rs`, `ordered.rs` | calls into the application: when they are made, and by which thread |
//! | `defect.rs` | panics, kept where they happen |
//! | `in_progress.rs` | every operation that has begun, for `libxl_ao_abort` |
//! | `events.rs` | what has happened and is not collected yet |
//! | `app_loop.rs` | the application's own event loop |
//! | `child/` | programs and forked helpers, SIGCHLD, and what a forked child does first |
//!
//! Nothing here knows of Xen. Nothing is opened before something waits.
//!
//! # Who dispatches
//!
//! The leader among the threads asleep in the library; and an application's own thread, from
//! `libxl_osevent_afterpoll` and `libxl_osevent_occurred_fd` ([`Runtime::dispatch`]). Both may at
//! once. A thread that dispatches runs the tasks that can go on, and then the callbacks that are due. Who makes a
//! task runnable in another way leaves it to these: the queue's alarm fetches a thread. So a call that neither
//! waits nor comes from the application's event loop runs nothing that belongs to others.
//!
//! # Locks
//!
//! All locks here are leaves: held for a few instructions or one short system call, never around a
//! wait, a call into the application, or each other; but for the lead's, under which the bell is rung and
//! the queue looked into, the hooks' (see `app_loop.rs`), and the children's (see `child/mod.rs`).

pub mod abort;
pub mod app_loop;
pub mod bytes;
pub mod callbacks;
pub mod child;
pub mod clock;
pub mod defect;
pub mod descriptor;
pub mod events;
pub mod in_progress;
mod lead;
#[cfg(all(test, loom))]
mod model;
pub mod notify;
pub mod ordered;
mod queue;
pub mod reactor;
mod tasks;
#[cfg(all(test, not(loom)))]
mod tests;
mod timers;
pub mod wakers;

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake};
use std::time::Duration;

use nix::errno::Errno;
use once_cell::sync::OnceCell;

use crate::sync::{Arc, order};
use app_loop::AppLoop;
use callbacks::{Deferred, Serving};
use lead::{Dispatcher, Lead, Parker};
use ordered::Ordered;
use reactor::Reactor;
use tasks::{Attending, Tasks};

/// The runtime of one ctx; clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Runtime {
    shared: Arc<RuntimeShared>,
}

#[derive(Debug, Default)]
struct RuntimeShared {
    lead: Lead,
    tasks: Arc<Tasks>,
    reactor: OnceCell<Reactor>,
    app_loop: AppLoop,
    failure: Breakdown,
}

/// Whom to tell, once, that the reactor does not work any more.
#[derive(Default)]
struct Breakdown {
    tell: OnceLock<Box<dyn Fn(Errno) + Send + Sync>>,
    told: AtomicBool,
}

impl fmt::Debug for Breakdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Breakdown").field("told", &self.told).finish_non_exhaustive()
    }
}

impl Runtime {
    /// The reactor, opened at its first use.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`, `ENOMEM`: there is no room for four more descriptors.
    pub fn reactor(&self) -> Result<&Reactor, Errno> {
        self.shared.reactor()
    }

    /// Runs `future` to its end on this thread. While it waits, the thread may dispatch for others.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let parker = Arc::new(Parker::new(callbacks::may_call()));
        let waker =
            Arc::new(Unpark { shared: Arc::clone(&self.shared), parker: Arc::clone(&parker) });
        let waker = waker.into();
        let mut cx = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
                return value;
            }
            order::sleeps();
            self.shared.lead.park(&parker, &*self.shared);
        }
    }

    /// Runs `future` up to its first wait; later, threads that dispatch go on with it.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.shared.tasks.spawn(future);
    }

    /// Has `call` made into the application, soon: see [`callbacks`].
    pub fn spawn_callback(&self, call: impl FnOnce() + Send + 'static) {
        self.shared.tasks.spawn_callback(call);
    }

    /// Calls into the application that are to reach it in order.
    pub fn ordered_callbacks(&self) -> Ordered {
        Ordered::new(&self.shared.tasks)
    }

    /// Runs the callbacks that this thread has made due, unless it is inside another: what a call does before
    /// it returns.
    pub fn run_own_callbacks(&self) {
        self.shared.tasks.run_own();
    }

    /// Runs `tell`, which makes callbacks due and does nothing that lasts, and then those. Cheaper than to have
    /// them found by [`Runtime::run_own_callbacks`]: no other thread is fetched to them.
    pub fn tell_now(&self, tell: impl FnOnce()) {
        let serving = Serving::begin(self.shared.tasks.id());
        tell();
        drop(serving);
        self.run_own_callbacks();
    }

    /// Does what can be done now, without sleeping: for an application's own event loop.
    pub fn dispatch(&self) {
        let attending = self.shared.tasks.attend();
        self.shared.turn();
        self.shared.tasks.work_off(attending);
    }

    fn app_loop(&self) -> &AppLoop {
        &self.shared.app_loop
    }

    /// Who is told, once and with no lock held, if the reactor breaks down: nothing is waited for any more
    /// then. For the first such call only.
    pub fn on_failure(&self, tell: impl Fn(Errno) + Send + Sync + 'static) {
        let _ = self.shared.failure.tell.set(Box::new(tell));
    }

    /// What a task, or something that was told of an event, has panicked with: a defect that the application
    /// is to be told of. The first since the last call.
    pub fn take_defect(&self) -> Option<String> {
        self.shared.tasks.defects().take()
    }

    /// How many callbacks are due.
    pub fn due_callbacks(&self) -> usize {
        self.shared.tasks.callbacks().len()
    }

    /// How many tasks have not ended.
    pub fn task_count(&self) -> usize {
        self.shared.tasks.count()
    }

    /// Drops the tasks that have not ended, where they wait. No other thread may use the runtime.
    pub fn shut_down(&self) {
        self.shared.tasks.drop_all();
        self.forget_nudge();
    }
}

impl RuntimeShared {
    fn reactor(&self) -> Result<&Reactor, Errno> {
        self.reactor.get_or_try_init(|| {
            let reactor = Reactor::new()?;
            self.tasks.queue().connect(reactor.alarm());
            self.tasks.callbacks().connect(reactor.callbacks_alarm());
            Ok(reactor)
        })
    }

    fn turn(&self) {
        if let Some(reactor) = self.reactor.get()
            && let Err(errno) = reactor.turn(self.tasks.defects())
        {
            self.failed(errno);
        }
    }

    /// An epoll set that cannot be asked: nothing that the library can mend. A pause keeps a sleeping
    /// thread from turning in circles.
    fn failed(&self, errno: Errno) {
        if let Some(tell) = self.failure.tell.get()
            && !self.failure.told.swap(true, Ordering::Relaxed)
        {
            tell(errno);
        }
        #[expect(clippy::disallowed_methods, reason = "nothing is left that could be waited on")]
        std::thread::sleep(Duration::from_millis(100));
    }
}

impl Dispatcher for RuntimeShared {
    type Attending<'p> = Attending<'p>;

    fn sleep(&self, may_call: bool) -> Attending<'_> {
        let Some(reactor) = self.reactor.get() else {
            // A ring that came until now has rung nothing: no sleep, but another look. Without
            // descriptors, what is waited for is in this process: look again soon.
            if self.reactor().is_err() {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "there are no descriptors to wait on"
                )]
                std::thread::sleep(Duration::from_millis(10));
            }
            return self.tasks.attend();
        };
        if let Err(errno) = reactor.sleep(may_call) {
            self.failed(errno);
        }
        let attending = self.tasks.attend();
        self.turn();
        attending
    }

    fn ring(&self) {
        if let Some(reactor) = self.reactor.get() {
            reactor.ring();
        }
    }

    fn silence(&self) {
        if let Some(reactor) = self.reactor.get() {
            reactor.silence();
        }
    }

    fn has_work(&self) -> bool {
        self.tasks.has_work()
    }

    fn work(&self, attending: Attending<'_>) {
        self.tasks.work_off(attending);
    }
}

/// Lets a thread in [`Runtime::block_on`] go on.
struct Unpark {
    shared: Arc<RuntimeShared>,
    parker: Arc<Parker>,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.shared.lead.wake(&self.parker, &*self.shared);
    }
}
