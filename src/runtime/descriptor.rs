//! Waiting for a descriptor: readable, writable, hung up.

use std::fmt;
use std::future::poll_fn;
use std::os::fd::AsFd;
use std::task::{Poll, Waker};

use nix::errno::Errno;
use nix::sys::epoll::EpollFlags;

use super::Runtime;
use super::reactor::Ready;
use super::wakers::renew;
use crate::sync::{Arc, Mutex, locked};

/// A descriptor that one task at a time waits for. It is removed from the epoll set before `T` closes it.
pub struct Descriptor<T: AsFd> {
    runtime: Runtime,
    place: u64,
    state: Arc<DescriptorState>,
    inner: T,
}

#[derive(Debug, Default)]
struct DescriptorState {
    seen: Mutex<SeenEvents>,
}

#[derive(Debug)]
struct SeenEvents {
    /// What was reported since the wait began. Reports may arrive in any order, so a late one that an earlier wait has
    /// caused must not replace that of the present wait.
    flags: EpollFlags,
    waker: Option<Waker>,
}

impl Default for SeenEvents {
    fn default() -> Self {
        Self { flags: EpollFlags::empty(), waker: None }
    }
}

impl Ready for DescriptorState {
    fn ready(&self, flags: EpollFlags) {
        let waker = {
            let mut seen = locked(&self.seen);
            seen.flags |= flags;
            seen.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T: AsFd> Descriptor<T> {
    /// Adds `inner` to the ctx's epoll set. It should be non-blocking, since a report is only a hint.
    ///
    /// # Errors
    /// `EPERM`: epoll does not support the descriptor, which is always ready, for example a regular file.
    pub fn new(runtime: &Runtime, inner: T) -> Result<Self, Errno> {
        let state = Arc::new(DescriptorState::default());
        let ready: Arc<dyn Ready> = Arc::<DescriptorState>::clone(&state);
        let place = runtime.reactor()?.add(inner.as_fd(), EpollFlags::EPOLLONESHOT, ready)?;
        Ok(Self { runtime: runtime.clone(), place, state, inner })
    }

    /// Waits until one of the events `flags` has occurred, or `EPOLLHUP` or `EPOLLERR`. Returns the events that have.
    pub async fn ready(&self, flags: EpollFlags) -> Result<EpollFlags, Errno> {
        let wanted = flags | EpollFlags::EPOLLERR | EpollFlags::EPOLLHUP;
        let waiting = DescriptorWait(&self.state);
        // A report of an earlier, cancelled wait is not valid any more.
        locked(&waiting.0.seen).flags = EpollFlags::empty();
        let mut armed = false;
        poll_fn(|cx| {
            let old = {
                let mut seen = locked(&waiting.0.seen);
                if armed && seen.flags.intersects(wanted) {
                    return Poll::Ready(Ok(seen.flags));
                }
                match &mut seen.waker {
                    Some(old) => renew(old, cx.waker()),
                    none => none.replace(cx.waker().clone()),
                }
            };
            drop(old);
            if !armed {
                armed = true;
                let flags = flags | EpollFlags::EPOLLONESHOT;
                self.runtime.reactor()?.arm(self.inner.as_fd(), self.place, flags)?;
            }
            Poll::Pending
        })
        .await
    }

    /// Waits until there is something to read, or the end of the file.
    pub async fn readable(&self) -> Result<EpollFlags, Errno> {
        self.ready(EpollFlags::EPOLLIN).await
    }

    /// Waits until writing is possible, or the reading end is closed.
    pub async fn writable(&self) -> Result<EpollFlags, Errno> {
        self.ready(EpollFlags::EPOLLOUT).await
    }

    pub fn get(&self) -> &T {
        &self.inner
    }
}

/// A wait in progress. Once it is dropped, the descriptor wakes no task.
struct DescriptorWait<'a>(&'a DescriptorState);

impl Drop for DescriptorWait<'_> {
    fn drop(&mut self) {
        let waker = locked(&self.0.seen).waker.take();
        drop(waker);
    }
}

impl<T: AsFd> Drop for Descriptor<T> {
    fn drop(&mut self) {
        if let Ok(reactor) = self.runtime.reactor() {
            reactor.remove(self.inner.as_fd(), self.place);
        }
    }
}

impl<T: AsFd + fmt::Debug> fmt::Debug for Descriptor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Descriptor").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use futures_util::FutureExt;
    use nix::unistd;

    use super::*;

    #[test]
    fn a_late_report_neither_ends_another_wait_nor_hides_its_own() {
        let runtime = Runtime::default();
        let (reader, writer) = unistd::pipe().unwrap();
        let reader = Descriptor::new(&runtime, reader).unwrap();
        let mut wait = Box::pin(reader.readable());
        assert!(wait.as_mut().now_or_never().is_none());
        // Another thread has taken this report from the kernel before the wait began.
        reader.state.ready(EpollFlags::EPOLLOUT);
        assert!(wait.as_mut().now_or_never().is_none());
        unistd::write(&writer, b"x").unwrap();
        runtime.dispatch();
        reader.state.ready(EpollFlags::EPOLLOUT);
        let seen = wait.as_mut().now_or_never().unwrap().unwrap();
        assert!(seen.contains(EpollFlags::EPOLLIN));
    }

    #[test]
    fn what_was_reported_before_a_wait_does_not_end_it() {
        let runtime = Runtime::default();
        let (reader, _writer) = unistd::pipe().unwrap();
        let reader = Descriptor::new(&runtime, reader).unwrap();
        reader.state.ready(EpollFlags::EPOLLIN);
        assert!(reader.readable().now_or_never().is_none());
    }
}
