//! Waiting for a descriptor: readable, writable, hung up.

use std::fmt;
use std::future::poll_fn;
use std::os::fd::AsFd;
use std::task::{Poll, Waker};

use nix::errno::Errno;
use nix::sys::epoll::EpollFlags;

use super::Runtime;
use super::reactor::Ready;
use crate::sync::{Arc, Mutex, locked};

/// A descriptor that one task at a time waits for. It is taken out of the epoll set before `T` closes it.
pub struct Descriptor<T: AsFd> {
    runtime: Runtime,
    place: Option<u64>,
    state: Arc<State>,
    inner: T,
}

#[derive(Debug, Default)]
struct State {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    flags: Option<EpollFlags>,
    waker: Option<Waker>,
}

impl Ready for State {
    fn ready(&self, flags: EpollFlags) {
        let waker = {
            let mut seen = locked(&self.seen);
            seen.flags = Some(flags);
            seen.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T: AsFd> Descriptor<T> {
    /// Takes `inner` into the ctx's epoll set. It should be non-blocking: being told of it is a hint.
    ///
    /// # Errors
    /// `EPERM`: the descriptor is of a kind that is always ready, a plain file.
    pub fn new(runtime: &Runtime, inner: T) -> Result<Self, Errno> {
        let state = Arc::new(State::default());
        let ready: Arc<dyn Ready> = Arc::<State>::clone(&state);
        let place = runtime.reactor()?.add(inner.as_fd(), EpollFlags::EPOLLONESHOT, ready)?;
        Ok(Self { runtime: runtime.clone(), place: Some(place), state, inner })
    }

    /// Waits until one of `flags` is so, or the descriptor has hung up or failed, and says what is.
    pub async fn ready(&self, flags: EpollFlags) -> Result<EpollFlags, Errno> {
        // A report of an earlier wait that was given up says nothing about now.
        locked(&self.state.seen).flags = None;
        let mut armed = false;
        poll_fn(|cx| {
            {
                let mut seen = locked(&self.state.seen);
                if armed && let Some(flags) = seen.flags.take() {
                    return Poll::Ready(Ok(flags));
                }
                seen.waker = Some(cx.waker().clone());
            }
            if !armed {
                armed = true;
                let place = self.place.expect("in the set until it is dropped");
                let flags = flags | EpollFlags::EPOLLONESHOT;
                self.runtime.reactor()?.arm(self.inner.as_fd(), place, flags)?;
            }
            Poll::Pending
        })
        .await
    }

    /// Waits until there is something to read, or no more will come.
    pub async fn readable(&self) -> Result<EpollFlags, Errno> {
        self.ready(EpollFlags::EPOLLIN).await
    }

    /// Waits until there is room to write, or nobody reads any more.
    pub async fn writable(&self) -> Result<EpollFlags, Errno> {
        self.ready(EpollFlags::EPOLLOUT).await
    }

    pub fn get(&self) -> &T {
        &self.inner
    }
}

impl<T: AsFd> Drop for Descriptor<T> {
    fn drop(&mut self) {
        if let (Some(place), Ok(reactor)) = (self.place.take(), self.runtime.reactor()) {
            reactor.remove(self.inner.as_fd(), place);
        }
    }
}

impl<T: AsFd + fmt::Debug> fmt::Debug for Descriptor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Descriptor").field("inner", &self.inner).finish_non_exhaustive()
    }
}
