//! Notifications inside the process: a thread or task tells others that something has changed.

use std::future::poll_fn;
use std::task::{Poll, Waker};

use super::wakers::Wakers;
use crate::sync::{Arc, Mutex, locked};

/// A counter of changes. A listener waits for the next change after the last one that it has seen.
#[derive(Debug, Default)]
pub struct Notify {
    state: Mutex<NotifyState>,
}

#[derive(Debug, Default)]
struct NotifyState {
    changes: u64,
    waiting: Wakers,
}

impl Notify {
    /// Reports a change.
    pub fn notify(&self) {
        let waiting = {
            let mut state = locked(&self.state);
            state.changes += 1;
            state.waiting.all()
        };
        waiting.for_each(Waker::wake);
    }

    /// A new listener, for which all changes so far count as seen.
    pub fn listen(self: &Arc<Self>) -> Listener {
        let seen = locked(&self.state).changes;
        Listener { notify: Arc::clone(self), seen, place: None }
    }

    /// A new listener for which there is an unseen change already.
    pub fn listen_from_before(self: &Arc<Self>) -> Listener {
        let seen = locked(&self.state).changes.wrapping_sub(1);
        Listener { notify: Arc::clone(self), seen, place: None }
    }
}

/// One that waits for changes.
#[derive(Debug)]
pub struct Listener {
    notify: Arc<Notify>,
    seen: u64,
    place: Option<u64>,
}

impl Listener {
    /// Marks all changes so far as seen.
    pub fn catch_up(&mut self) {
        self.seen = locked(&self.notify.state).changes;
    }

    /// Waits for a change that this listener has not seen. Several changes count as one.
    pub async fn changed(&mut self) {
        poll_fn(|cx| {
            let mut state = locked(&self.notify.state);
            if state.changes != self.seen {
                self.seen = state.changes;
                return Poll::Ready(());
            }
            let old = state.waiting.enter(&mut self.place, cx.waker());
            drop(state);
            drop(old);
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let waker = locked(&self.notify.state).waiting.leave(self.place);
        drop(waker);
    }
}
