//! Aborting an operation: a flag that every wait of the operation checks.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Poll, Waker};

use super::wakers::Wakers;
use crate::sync::{Arc, Mutex, locked};

/// The abort flag of one operation, and of the tasks that it starts.
#[derive(Clone, Debug, Default)]
pub struct Abort {
    state: Arc<Mutex<AbortState>>,
}

#[derive(Debug, Default)]
struct AbortState {
    asked: bool,
    waiting: Wakers,
}

/// The operation was aborted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Aborted;

impl Abort {
    /// Aborts the operation. Returns whether this was the first time.
    pub fn ask(&self) -> bool {
        let waiting = {
            let mut state = locked(&self.state);
            if std::mem::replace(&mut state.asked, true) {
                return false;
            }
            state.waiting.all()
        };
        waiting.for_each(Waker::wake);
        true
    }

    /// Whether the operation was aborted.
    pub fn is_asked(&self) -> bool {
        locked(&self.state).asked
    }

    /// Waits for `future`, or for an abort, which has priority if both are ready.
    pub async fn or<T>(&self, future: impl Future<Output = T>) -> Result<T, Aborted> {
        let mut future = pin!(future);
        let mut entry = AbortWait { abort: self, place: None };
        poll_fn(|cx| {
            let old = {
                let mut state = locked(&self.state);
                if state.asked {
                    return Poll::Ready(Err(Aborted));
                }
                state.waiting.enter(&mut entry.place, cx.waker())
            };
            drop(old);
            future.as_mut().poll(cx).map(Ok)
        })
        .await
    }
}

/// The entry of a wait in the list, which is removed when the wait ends.
struct AbortWait<'a> {
    abort: &'a Abort,
    place: Option<u64>,
}

impl Drop for AbortWait<'_> {
    fn drop(&mut self) {
        let waker = locked(&self.abort.state).waiting.leave(self.place);
        drop(waker);
    }
}
