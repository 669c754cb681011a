//! The application's own event loop: the one descriptor that it polls for the library, and its hooks.
//!
//! The application gets one descriptor, with both interfaces (`beforepoll` and hooks). It is an epoll set of three: the
//! reactor's set, an eventfd for callbacks that are due (the alarm), and another eventfd (the bell) for an event that
//! another thread has queued.
//!
//! With hooks, the descriptor is registered while the application must drive something: a task, an enabled event, or an
//! event that the bell announces. A synchronous operation is driven by its caller and registers nothing. So an idle ctx
//! has no registration, and otherwise there is one registration however many tasks there are. No timeout is ever
//! registered, because the timerfd is in the reactor's set.
//!
//! # Invariants
//!
//! 1. Under the hooks' lock, `registered` is `Some` if and only if `needed` is above 0 and there are hooks. The only
//!    exception is the time inside the hook itself.
//! 2. The hooks' lock is held around the hooks, so that register and deregister calls reach the application in the
//!    order in which they were decided. libxl_event.h allows that ("may be called with locks held"), and it is the only
//!    lock that is ever held around a call into the application. Both lock hierarchies that libxl_event.h permits are
//!    safe: an application that takes its own lock in the hook never calls the library with that lock held, so there is
//!    no cycle; one that holds its lock in every call holds it in the call that runs the hook, too.
//! 3. If the bell was rung while the descriptor was registered, the descriptor stays registered until the application
//!    has called the library ([`Hooked::nudged`]). Otherwise an event that the last operation queues would be announced
//!    on a descriptor that is deregistered before the application polls it.
//! 4. A call into the library from a hook finds its own thread in `hooking` and is refused before it takes any lock.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::fmt;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};
use nix::sys::eventfd::{EfdFlags, EventFd};
use once_cell::sync::OnceCell;

use super::Runtime;
use super::callbacks::this_thread;
use crate::sync::tracked_fds::Tracked;
use crate::sync::{Arc, Mutex, locked};

/// The application's side of the registration.
pub trait OseventHooks: Send + Sync {
    /// Starts watching `fd` for input. Returns the application's opaque value for the registration, or its unchanged
    /// error code.
    fn register(&self, fd: RawFd) -> Result<*mut c_void, c_int>;
    /// Ends the registration.
    fn deregister(&self, fd: RawFd, for_app: *mut c_void);
}

/// Why the application cannot drive an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Undriven {
    /// The descriptors cannot be opened.
    System(Errno),
    /// The application's hook failed with this value.
    Refused(c_int),
}

/// The connection of one ctx to the application's event loop.
#[derive(Default)]
pub struct AppLoop {
    loop_fd: OnceCell<LoopFd>,
    hooked: Mutex<Hooked>,
    /// The thread that is inside a hook, as a number from [`this_thread`]; 0 for none.
    hooking: AtomicUsize,
}

#[derive(Default)]
struct Hooked {
    hooks: Option<Arc<dyn OseventHooks>>,
    needed: usize,
    registered: Option<ForApp>,
    /// `needed` includes the bell.
    nudged: bool,
}

/// The application's opaque value for its registration.
struct ForApp(*mut c_void);

// SAFETY: the pointer is never dereferenced here, and libxl_event.h requires that the application's hooks can be called
// on any thread.
unsafe impl Send for ForApp {}

struct LoopFd {
    epoll: Tracked<Epoll>,
    bell: Tracked<EventFd>,
    /// Whether the bell may be on. This is set after the bell is rung and reset before it is silenced, so that in a
    /// race the bell is silenced once too often, never once too seldom.
    rung: AtomicBool,
}

const REACTOR: u64 = 0;
const BELL: u64 = 1;
const CALLBACKS: u64 = 2;

impl LoopFd {
    fn new(runtime: &Runtime) -> Result<Self, Errno> {
        let epoll = Tracked::epoll()?;
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let bell = Tracked::new(EventFd::from_flags(flags)?);
        epoll.add(runtime.reactor()?.fd(), EpollEvent::new(EpollFlags::EPOLLIN, REACTOR))?;
        epoll.add(bell.as_fd(), EpollEvent::new(EpollFlags::EPOLLIN, BELL))?;
        let callbacks = runtime.reactor()?.callbacks_fd();
        epoll.add(callbacks, EpollEvent::new(EpollFlags::EPOLLIN, CALLBACKS))?;
        Ok(Self { epoll, bell, rung: AtomicBool::new(false) })
    }

    fn ring(&self) {
        // This fails only if the counter is full, and then the eventfd is readable.
        let _ = self.bell.write(1);
        self.rung.store(true, Ordering::Release);
    }

    fn silence(&self) {
        if self.rung.load(Ordering::Relaxed) && self.rung.swap(false, Ordering::AcqRel) {
            let _ = self.bell.read();
        }
    }
}

thread_local! {
    /// The ctx for which this thread dispatches. After the dispatch the application looks for events of this ctx, but
    /// not for those of another ctx that is called meanwhile.
    static DISPATCHING: Cell<*const AppLoop> = const { Cell::new(std::ptr::null()) };
}

impl Hooked {
    fn keep_for_nudge(&mut self) {
        if !std::mem::replace(&mut self.nudged, true) {
            self.needed += 1;
        }
    }
}

impl AppLoop {
    fn loop_fd(&self, runtime: &Runtime) -> Result<&LoopFd, Errno> {
        self.loop_fd.get_or_try_init(|| LoopFd::new(runtime))
    }

    /// Calls into the application, and marks this thread as being inside a hook.
    fn hook<T>(&self, call: impl FnOnce() -> T) -> T {
        self.hooking.store(this_thread(), Ordering::SeqCst);
        let value = call();
        self.hooking.store(0, Ordering::SeqCst);
        value
    }

    fn update(&self, runtime: &Runtime, hooked: &mut Hooked) -> Result<(), Undriven> {
        let Some(hooks) = hooked.hooks.clone() else { return Ok(()) };
        if hooked.needed > 0 && hooked.registered.is_none() {
            let fd = self.loop_fd(runtime).map_err(Undriven::System)?.epoll.0.as_raw_fd();
            let for_app = self.hook(|| hooks.register(fd)).map_err(Undriven::Refused)?;
            hooked.registered = Some(ForApp(for_app));
        } else if hooked.needed == 0
            && let (Some(for_app), Some(loop_fd)) = (hooked.registered.take(), self.loop_fd.get())
        {
            self.hook(|| hooks.deregister(loop_fd.epoll.0.as_raw_fd(), for_app.0));
        }
        Ok(())
    }
}

impl Runtime {
    /// The descriptor for the application's event loop. It is readable when [`Runtime::dispatch_from_loop`] has
    /// something to do.
    pub fn loop_fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        Ok(self.app_loop().loop_fd(self)?.epoll.0.as_fd())
    }

    /// Sets the application's hooks, through which the descriptor is registered from now on.
    pub fn set_hooks(&self, hooks: Arc<dyn OseventHooks>) -> Result<(), Undriven> {
        let mut hooked = locked(&self.app_loop().hooked);
        hooked.hooks = Some(hooks);
        self.app_loop().update(self, &mut hooked)
    }

    /// Makes the application drive the ctx until the result is dropped.
    pub fn need_driver(&self) -> Result<Driven, Undriven> {
        let mut hooked = locked(&self.app_loop().hooked);
        hooked.needed += 1;
        self.app_loop().update(self, &mut hooked).inspect_err(|_| hooked.needed -= 1)?;
        Ok(Driven(self.clone()))
    }

    /// Whether this thread is inside one of the application's hooks, where it may not call the library.
    pub fn in_hook(&self) -> bool {
        self.app_loop().hooking.load(Ordering::SeqCst) == this_thread()
    }

    /// Dispatches in an application's thread that has polled the descriptor. `reported` is true if the descriptor was
    /// readable or was not polled. If it is false and nothing waits for a thread, this makes no system call.
    pub fn dispatch_from_loop(&self, reported: bool) {
        if !reported && !self.shared.tasks.has_work() {
            return;
        }
        let before = DISPATCHING.replace(self.app_loop());
        if let Some(loop_fd) = self.app_loop().loop_fd.get() {
            loop_fd.silence();
        }
        self.dispatch();
        DISPATCHING.set(before);
        self.forget_nudge();
    }

    /// Wakes the application's event loop so that it collects an event, unless this thread is the loop.
    pub fn nudge(&self) {
        let app_loop = self.app_loop();
        if let Some(loop_fd) = app_loop.loop_fd.get()
            && !std::ptr::eq(DISPATCHING.get(), app_loop)
        {
            let mut hooked = locked(&app_loop.hooked);
            if hooked.registered.is_some() {
                hooked.keep_for_nudge();
            }
            loop_fd.ring();
        }
    }

    /// As [`Runtime::nudge`], for an event that was left to a thread which has not taken it. The operation of that
    /// thread may have ended the registration meanwhile, so the descriptor is registered until the application has
    /// called the library.
    pub fn nudge_late(&self) {
        let app_loop = self.app_loop();
        if !std::ptr::eq(DISPATCHING.get(), app_loop) {
            let mut hooked = locked(&app_loop.hooked);
            if hooked.hooks.is_some() {
                hooked.keep_for_nudge();
                // If the registration fails, the event is reported at the application's next call.
                let _ = app_loop.update(self, &mut hooked);
            }
        }
        // Only now: the registration may have created the descriptor.
        self.nudge();
    }

    /// To be called when the application has called the library, or need not call it any more.
    pub(super) fn forget_nudge(&self) {
        let app_loop = self.app_loop();
        let mut hooked = locked(&app_loop.hooked);
        if std::mem::take(&mut hooked.nudged) {
            hooked.needed -= 1;
            // Ending a registration cannot fail.
            let _ = app_loop.update(self, &mut hooked);
        }
    }
}

/// The need that the application drives the ctx; dropping this ends it.
#[derive(Debug)]
pub struct Driven(Runtime);

impl Drop for Driven {
    fn drop(&mut self) {
        let app_loop = self.0.app_loop();
        let mut hooked = locked(&app_loop.hooked);
        hooked.needed -= 1;
        // Ending a registration cannot fail.
        let _ = app_loop.update(&self.0, &mut hooked);
    }
}

impl fmt::Debug for AppLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppLoop").finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Counts its calls, and fails with a number if that is not 0.
    #[derive(Default)]
    struct CountingHooks {
        calls: Mutex<Vec<(bool, RawFd)>>,
        refuse: c_int,
    }

    impl OseventHooks for CountingHooks {
        fn register(&self, fd: RawFd) -> Result<*mut c_void, c_int> {
            locked(&self.calls).push((true, fd));
            if self.refuse == 0 { Ok(std::ptr::null_mut()) } else { Err(self.refuse) }
        }

        fn deregister(&self, fd: RawFd, _: *mut c_void) {
            locked(&self.calls).push((false, fd));
        }
    }

    #[test]
    fn one_registration_however_many_need_it() {
        let runtime = Runtime::default();
        let hooks = Arc::new(CountingHooks::default());
        runtime.set_hooks(Arc::<CountingHooks>::clone(&hooks)).unwrap();
        assert!(locked(&hooks.calls).is_empty(), "an idle ctx has none");
        let many: Vec<_> = (0..10).map(|_| runtime.need_driver().unwrap()).collect();
        drop(many);
        let fd = runtime.loop_fd().unwrap().as_raw_fd();
        assert_eq!(*locked(&hooks.calls), [(true, fd), (false, fd)]);
        drop(runtime.need_driver());
        assert_eq!(locked(&hooks.calls).len(), 4);
    }

    #[test]
    fn a_refusal_is_passed_up_and_leaves_nothing() {
        let runtime = Runtime::default();
        let hooks = Arc::new(CountingHooks { refuse: 77, ..CountingHooks::default() });
        runtime.set_hooks(Arc::<CountingHooks>::clone(&hooks)).unwrap();
        for _ in 0..2 {
            assert_eq!(runtime.need_driver().unwrap_err(), Undriven::Refused(77));
        }
        assert!(locked(&hooks.calls).iter().all(|(register, _)| *register));
        assert_eq!(locked(&runtime.app_loop().hooked).needed, 0);
    }

    #[test]
    fn hooks_that_come_late_find_what_needs_them() {
        let runtime = Runtime::default();
        let driven = runtime.need_driver().unwrap();
        let hooks = Arc::new(CountingHooks::default());
        runtime.set_hooks(Arc::<CountingHooks>::clone(&hooks)).unwrap();
        assert_eq!(locked(&hooks.calls).len(), 1);
        drop(driven);
        assert_eq!(locked(&hooks.calls).len(), 2);
    }

    fn readable(runtime: &Runtime) -> bool {
        let loop_fd = runtime.loop_fd().unwrap();
        let mut fds = [nix::poll::PollFd::new(loop_fd, nix::poll::PollFlags::POLLIN)];
        nix::poll::poll(&mut fds, nix::poll::PollTimeout::ZERO).unwrap() == 1
    }

    #[test]
    fn a_nudge_makes_the_loop_fd_readable_until_the_dispatch() {
        let runtime = Runtime::default();
        assert!(!readable(&runtime));
        runtime.nudge();
        assert!(readable(&runtime));
        runtime.dispatch_from_loop(true);
        assert!(!readable(&runtime));
    }

    #[test]
    fn a_thread_that_dispatches_for_one_ctx_nudges_another() {
        let [one, other] = [Runtime::default(), Runtime::default()];
        assert!(!readable(&one) && !readable(&other));
        let change = Arc::new(crate::runtime::notify::Notify::default());
        let (mut listener, tell) = (change.listen(), [one.clone(), other.clone()]);
        one.spawn(async move {
            listener.changed().await;
            tell.iter().for_each(Runtime::nudge);
        });
        change.notify();
        one.dispatch_from_loop(true);
        assert_eq!((readable(&one), readable(&other)), (false, true));
    }
}
