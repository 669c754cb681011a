//! Cutting an operation short: a mark that every wait of the operation looks at.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Poll, Waker};

use crate::sync::{Arc, Mutex, locked};

/// The mark of one operation, and of what it starts in turn.
#[derive(Clone, Debug, Default)]
pub struct Abort {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    asked: bool,
    waiting: Vec<(u64, Waker)>,
    next: u64,
}

/// The operation was to be cut short.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Aborted;

impl Abort {
    /// Asks for the end. Whether this was the first time.
    pub fn ask(&self) -> bool {
        let waiting = {
            let mut state = locked(&self.state);
            if std::mem::replace(&mut state.asked, true) {
                return false;
            }
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(|(_, waker)| waker.wake());
        true
    }

    /// Whether the end was asked for.
    pub fn is_asked(&self) -> bool {
        locked(&self.state).asked
    }

    /// Waits for `future`, or for the end being asked for, which comes first when both are so.
    pub async fn or<T>(&self, future: impl Future<Output = T>) -> Result<T, Aborted> {
        let mut future = pin!(future);
        let mut entry = Entry { abort: self, place: None };
        poll_fn(|cx| {
            {
                let mut state = locked(&self.state);
                if state.asked {
                    return Poll::Ready(Err(Aborted));
                }
                let place = *entry.place.get_or_insert_with(|| {
                    state.next += 1;
                    state.next
                });
                match state.waiting.iter_mut().find(|(other, _)| *other == place) {
                    Some((_, old)) => old.clone_from(cx.waker()),
                    None => state.waiting.push((place, cx.waker().clone())),
                }
            }
            future.as_mut().poll(cx).map(Ok)
        })
        .await
    }
}

/// A wait's place in the list, given back when the wait ends.
struct Entry<'a> {
    abort: &'a Abort,
    place: Option<u64>,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            locked(&self.abort.state).waiting.retain(|(other, _)| *other != place);
        }
    }
}
