//! The runtime of a ctx: it runs operations that wait, without a thread of the library's own.
//!
//! An operation is a future. Without an `ao_how` the calling thread runs it ([`Runtime::block_on`]) and sleeps only
//! while the operation waits. With one, the operation becomes a task ([`Runtime::spawn`]), which is run by the threads
//! that dispatch. Two operations of one ctx may run on two threads at once: no lock is held around either.
//!
//! | file | subject |
//! |---|---|
//! | `lead.rs` | threads asleep in the library, and the argument why each is woken |
//! | `reactor.rs`, `timers.rs` | events from outside the process: one epoll set, one timerfd |
//! | `descriptor.rs`, `clock.rs`, `notify.rs`, `abort.rs` | the waits, as futures |
//! | `bytes.rs` | reading and writing descriptors, also those that are shared with others, without blocking in the kernel |
//! | `wakers.rs` | the wakers of waits for the same thing |
//! | `tasks.rs`, `queue.rs` | operations that no thread waits for, and the threads that run them |
//! | `defect.rs` | panics: how they are contained |
//! | `in_progress.rs` | every operation that has begun, for `libxl_ao_abort` |
//! | `events.rs` | events that the application has not collected yet |
//! | `app_loop.rs` | the application's own event loop |
//! | `child/` | programs and forked helpers, SIGCHLD, and what a forked child does first |
//!
//! The runtime does not depend on Xen. It opens no descriptor before something waits.
//!
//! # Who dispatches
//!
//! Two kinds of threads dispatch: the leader among the threads asleep in the library, and an application's own thread
//! in `libxl_osevent_afterpoll` or `libxl_osevent_occurred_fd` ([`Runtime::dispatch`]). Both may dispatch at once. A
//! thread that dispatches runs the tasks that can go on, and then the callbacks that are due. Any other thread that
//! makes a task runnable leaves the task to these: the queue's alarm wakes one of them. So a call that neither waits
//! nor comes from the application's event loop runs no task or callback of another call.
//!
//! # Locks
//!
//! All locks here are leaves: each is held for a few instructions or one short system call, never around a wait, a call
//! into the application, or another lock. There are three exceptions: the lead's lock, under which the bell is rung and
//! the queue is examined, the hooks' lock (see `app_loop.rs`), and the children's locks (see `child/mod.rs`).

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

/// The runtime of one ctx. Clones share it.
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

/// The function to call, once, when the reactor has failed.
#[derive(Default)]
struct Breakdown {
    tell: OnceLock<Box<dyn Fn(Errno) + Send + Sync>>,
    reported: AtomicBool,
}

impl fmt::Debug for Breakdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Breakdown").field("reported", &self.reported).finish_non_exhaustive()
    }
}

impl Runtime {
    /// The reactor, which is opened at its first use.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`, `ENOMEM`: the four descriptors that it needs cannot be opened.
    pub fn reactor(&self) -> Result<&Reactor, Errno> {
        self.shared.reactor()
    }

    /// Runs `future` to completion on this thread. While it waits, the thread may dispatch for others.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.block_on_beside(future, &|| ())
    }

    /// As [`Runtime::block_on`], for a future that others rely on while this thread sleeps. `before_work` is called, with
    /// no lock held, before the thread runs tasks or callbacks of others, which may take long.
    pub fn block_on_beside<T>(&self, future: impl Future<Output = T>, before_work: &dyn Fn()) -> T {
        let place = Beside { shared: &self.shared, before_work };
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
            self.shared.lead.park(&parker, &place);
        }
    }

    /// Runs `future` up to its first wait; afterwards, threads that dispatch run it.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.shared.tasks.spawn(future);
    }

    /// Queues `call`, a call into the application, which is made soon: see [`callbacks`].
    pub fn spawn_callback(&self, call: impl FnOnce() + Send + 'static) {
        self.shared.tasks.spawn_callback(call);
    }

    /// As [`Runtime::spawn_callback`], for a call that has nothing to do with what this thread was called for.
    pub fn spawn_foreign_callback(&self, call: impl FnOnce() + Send + 'static) {
        self.shared.tasks.spawn_foreign_callback(call);
    }

    /// A queue of calls into the application that are made one after the other.
    pub fn ordered_callbacks(&self) -> Ordered {
        Ordered::new(&self.shared.tasks)
    }

    /// Runs the callbacks that this thread has made due, unless the thread is inside another callback. Each entry of
    /// the library does this before it returns.
    pub fn run_own_callbacks(&self) {
        self.shared.tasks.run_own();
    }

    /// Runs `tell`, which makes callbacks due and must not take long, and then these callbacks. This is cheaper than
    /// leaving them to [`Runtime::run_own_callbacks`]: no other thread is woken for them.
    pub fn tell_now(&self, tell: impl FnOnce()) {
        let serving = Serving::begin(self.shared.tasks.id());
        tell();
        drop(serving);
        self.run_own_callbacks();
    }

    /// Does what can be done now, without sleeping. The application's own event loop calls this.
    pub fn dispatch(&self) {
        let attending = self.shared.tasks.attend(callbacks::may_call());
        self.shared.report_events();
        self.shared.tasks.work_off(attending);
    }

    fn app_loop(&self) -> &AppLoop {
        &self.shared.app_loop
    }

    /// Sets the function that is called, once and with no lock held, if the reactor fails. From then on no wait for an
    /// event from outside the process ends. Only the first call has an effect.
    pub fn on_failure(&self, tell: impl Fn(Errno) + Send + Sync + 'static) {
        let _ = self.shared.failure.tell.set(Box::new(tell));
    }

    /// Takes the message of the first panic of a task or an event handler since the last call. Such a panic is a
    /// defect, which the caller reports to the application.
    pub fn take_defect(&self) -> Option<String> {
        self.shared.tasks.defects().take()
    }

    /// The number of callbacks that are due.
    pub fn due_callbacks(&self) -> usize {
        self.shared.tasks.callbacks().len()
    }

    /// The number of tasks that have not ended.
    pub fn task_count(&self) -> usize {
        self.shared.tasks.count()
    }

    /// Drops the tasks that have not ended, at the point where each waits. No other thread may use the runtime.
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

    fn report_events(&self) {
        if let Some(reactor) = self.reactor.get()
            && let Err(errno) = reactor.turn(self.tasks.defects())
        {
            self.failed(errno);
        }
    }

    /// Handles a failure of the epoll set, from which the library cannot recover. The pause prevents that a sleeping
    /// thread uses all of a CPU.
    fn failed(&self, errno: Errno) {
        if let Some(tell) = self.failure.tell.get()
            && !self.failure.reported.swap(true, Ordering::Relaxed)
        {
            tell(errno);
        }
        #[expect(clippy::disallowed_methods, reason = "nothing is left that could be waited on")]
        std::thread::sleep(Duration::from_millis(100));
    }
}

impl Dispatcher for RuntimeShared {
    type Attending<'p> = Attending<'p>;

    fn sleep(&self, may_call: bool) {
        let Some(reactor) = self.reactor.get() else {
            // After a ring for which there was no bell yet, this thread does not sleep but returns to look again.
            // Without descriptors, only events inside this process are waited for, so it looks again after a pause.
            if self.reactor().is_err() {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "there are no descriptors to wait on"
                )]
                std::thread::sleep(Duration::from_millis(10));
            }
            return;
        };
        if let Err(errno) = reactor.sleep(may_call) {
            self.failed(errno);
        }
    }

    fn turn(&self, may_call: bool) -> Attending<'_> {
        let attending = self.tasks.attend(may_call);
        self.report_events();
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

/// The dispatcher for one [`Runtime::block_on_beside`]. One type for all calls, so that what waits is compiled once.
struct Beside<'r> {
    shared: &'r RuntimeShared,
    before_work: &'r dyn Fn(),
}

impl Dispatcher for Beside<'_> {
    type Attending<'p>
        = Attending<'p>
    where
        Self: 'p;

    fn sleep(&self, may_call: bool) {
        self.shared.sleep(may_call);
    }

    fn turn(&self, may_call: bool) -> Attending<'_> {
        self.shared.turn(may_call)
    }

    fn ring(&self) {
        self.shared.ring();
    }

    fn silence(&self) {
        self.shared.silence();
    }

    fn has_work(&self) -> bool {
        self.shared.has_work()
    }

    fn work(&self, attending: Attending<'_>) {
        (self.before_work)();
        self.shared.work(attending);
    }
}

/// Wakes a thread in [`Runtime::block_on`].
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
