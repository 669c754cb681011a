//! Events that have not been collected yet.
//!
//! A collector may ask the application about each event (its predicate), which must not happen under a
//! lock, and must not hide the event from another collector meanwhile. So the queue holds shared events:
//! a collector looks at one, releases the lock, asks, and then takes the event if it is still in the queue.
//!
//! An event that comes while a collector of its type sleeps is first left to that one: the application's event loop
//! is not woken. If the collector does not take it, because its predicate refuses or another event was enough
//! for it, the loop must be woken after all. `announced` is the newest event that it has been woken for:
//! *each event after `announced` is still to be looked at by a collector that was asleep when it came*, and whoever
//! has looked, or leaves, announces what is left. One announcement is enough for all events up to the newest,
//! since the application collects until there are none.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Poll, Waker};

use super::wakers::renew;
use crate::sync::{Arc, Mutex, locked};

/// An event's type as one bit, for masks.
pub trait EventKind {
    fn bit(&self) -> u64;
}

/// The events of one ctx, oldest first.
#[derive(Debug)]
pub struct EventQueue<E> {
    state: Mutex<EventQueueState<E>>,
}

#[derive(Debug)]
struct EventQueueState<E> {
    queue: VecDeque<(u64, Arc<E>)>,
    /// Collectors asleep: number, mask, waker.
    waiting: Vec<(u64, u64, Waker)>,
    next: u64,
    /// The newest event that the application's loop knows of.
    announced: u64,
}

impl<E: EventKind> EventQueueState<E> {
    /// The oldest event after `seen` of a type in `mask`.
    fn after(&self, seen: u64, mask: u64) -> Option<(u64, Arc<E>)> {
        let from = self.queue.partition_point(|(number, _)| *number <= seen);
        self.queue.range(from..).find(|(_, event)| event.bit() & mask != 0).cloned()
    }
}

impl<E> EventQueueState<E> {
    /// Whether the application's loop is to be woken for what has come since the last time.
    fn announce(&mut self) -> bool {
        let newest = self.queue.back().map_or(0, |(number, _)| *number);
        let due = newest > self.announced;
        self.announced = self.announced.max(newest);
        due
    }
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        let (queue, waiting) = (VecDeque::new(), Vec::new());
        Self { state: Mutex::new(EventQueueState { queue, waiting, next: 0, announced: 0 }) }
    }
}

impl<E: EventKind> EventQueue<E> {
    /// Adds an event. Whether the application's loop is to be woken for it: no collector waits for its type.
    pub fn push(&self, event: E) -> bool {
        let bit = event.bit();
        let mut state = locked(&self.state);
        state.next += 1;
        let number = state.next;
        state.queue.push_back((number, Arc::new(event)));
        // All whose mask fits: what their predicates say is not known here.
        let waiting = std::mem::take(&mut state.waiting).into_iter();
        let (fit, others): (Vec<_>, Vec<_>) = waiting.partition(|(_, mask, _)| mask & bit != 0);
        state.waiting = others;
        let announce = fit.is_empty() && state.announce();
        drop(state);
        fit.into_iter().for_each(|(_, _, waker)| waker.wake());
        announce
    }

    /// Takes the oldest event of a type in `mask` that `wanted` says yes to.
    pub fn take(&self, mask: u64, mut wanted: impl FnMut(&E) -> bool) -> Option<Arc<E>> {
        let mut seen = 0;
        loop {
            let (number, event) = locked(&self.state).after(seen, mask)?;
            seen = number;
            if wanted(&event) && self.remove(number) {
                return Some(event);
            }
        }
    }

    /// Whether it was still there.
    fn remove(&self, number: u64) -> bool {
        let mut state = locked(&self.state);
        match state.queue.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(at) => state.queue.remove(at).is_some(),
            Err(_) => false,
        }
    }

    /// As [`EventQueue::take`]; waits until there is one. `announce` is called, with no lock held, when an event that
    /// was left to this collector is to be told to the application's loop.
    pub async fn wait(
        &self,
        mask: u64,
        mut wanted: impl FnMut(&E) -> bool,
        announce: impl Fn(),
    ) -> Arc<E> {
        let mut place = CollectorSlot { events: self, announce, number: None };
        poll_fn(|cx| {
            // First, so that an event that comes while the predicate runs is not missed.
            place.take(mask, cx.waker());
            if let Some(event) = self.take(mask, &mut wanted) {
                return Poll::Ready(event);
            }
            place.looked();
            Poll::Pending
        })
        .await
    }

    /// How many events are in the queue.
    pub fn len(&self) -> usize {
        locked(&self.state).queue.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A collector's entry among those asleep, removed when it leaves.
struct CollectorSlot<'a, E, F: Fn()> {
    events: &'a EventQueue<E>,
    announce: F,
    number: Option<u64>,
}

impl<E, F: Fn()> CollectorSlot<'_, E, F> {
    /// The collector has looked at all events there are, and taken none.
    fn looked(&self) {
        let due = locked(&self.events.state).announce();
        if due {
            (self.announce)();
        }
    }

    fn take(&mut self, mask: u64, waker: &Waker) {
        let mut state = locked(&self.events.state);
        let number = *self.number.get_or_insert_with(|| {
            state.next += 1;
            state.next
        });
        let old = match state.waiting.iter_mut().find(|(other, ..)| *other == number) {
            Some((_, _, old)) => renew(old, waker),
            None => {
                state.waiting.push((number, mask, waker.clone()));
                None
            }
        };
        // A waker that goes may take a task with it, whose end comes back here.
        drop(state);
        drop(old);
    }
}

impl<E, F: Fn()> Drop for CollectorSlot<'_, E, F> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let mut state = locked(&self.events.state);
            let at = state.waiting.iter().position(|(other, ..)| *other == number);
            let gone = at.map(|at| state.waiting.remove(at));
            let due = state.announce();
            drop(state);
            drop(gone);
            if due {
                (self.announce)();
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::runtime::Runtime;
    use std::thread;
    use std::time::Duration;

    impl EventKind for u8 {
        fn bit(&self) -> u64 {
            1 << (self / 10)
        }
    }

    #[test]
    fn oldest_first_by_mask_and_predicate() {
        let events = EventQueue::default();
        [11, 21, 12, 22].into_iter().for_each(|e| assert!(events.push(e)));
        assert_eq!(events.take(1 << 2, |_| true).as_deref(), Some(&21));
        assert_eq!(events.take(!0, |&e| e == 12).as_deref(), Some(&12));
        assert_eq!(events.take(1 << 3, |_| true), None);
        assert_eq!(events.take(!0, |_| false), None);
        assert_eq!(events.len(), 2);
    }

    #[test]
    fn a_predicate_may_collect_too() {
        let events = EventQueue::default();
        [11, 12].into_iter().for_each(|e| assert!(events.push(e)));
        let mut inner = None;
        let outer = events.take(!0, |_| {
            inner = inner.take().or_else(|| events.take(!0, |_| true));
            true
        });
        assert_eq!((inner.as_deref(), outer.as_deref()), (Some(&11), Some(&12)));
    }

    #[test]
    fn an_event_that_its_collector_leaves_is_announced() {
        use futures_util::FutureExt;
        use std::cell::Cell;
        let (events, announced) = (EventQueue::default(), Cell::new(0));
        let announce = || announced.set(announced.get() + 1);
        let mut refuses = Box::pin(events.wait(!0, |&e: &u8| e == 99, announce));
        assert!(refuses.as_mut().now_or_never().is_none());
        assert!(!events.push(11), "left to the collector");
        assert!(refuses.as_mut().now_or_never().is_none());
        assert_eq!(announced.get(), 1, "which refuses it");
        assert!(refuses.as_mut().now_or_never().is_none());
        assert_eq!(announced.get(), 1, "once");
        // Two that fit while it sleeps; one is enough for it.
        assert!(!events.push(99));
        assert!(events.push(12), "it is awake now, and not counted upon");
        assert_eq!(refuses.now_or_never().as_deref(), Some(&99));
        assert_eq!(announced.get(), 1);
        let mut leaves = Box::pin(events.wait(!0, |_| false, announce));
        assert!(leaves.as_mut().now_or_never().is_none());
        assert!(!events.push(13));
        drop(leaves);
        assert_eq!(announced.get(), 2, "a collector that goes away");
    }

    #[test]
    fn every_event_reaches_one_of_many_collectors() {
        const COUNT: u8 = 200;
        let (runtime, events) = (Runtime::default(), EventQueue::default());
        let taken = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for kind in 0..4 {
                let (runtime, events, taken) = (&runtime, &events, &taken);
                scope.spawn(move || {
                    // Two want types below ten only, and the last.
                    let mask = if kind % 2 == 0 { 0x3ff | 1 << 25 } else { !0 };
                    loop {
                        let one = runtime.block_on(events.wait(mask, |_| true, || ()));
                        if *one == u8::MAX {
                            events.push(u8::MAX);
                            return;
                        }
                        locked(taken).push(*one);
                    }
                });
            }
            for e in 0..COUNT {
                events.push(e);
                if e % 16 == 0 {
                    thread::sleep(Duration::from_millis(1));
                }
            }
            while !events.is_empty() {
                thread::sleep(Duration::from_millis(1));
            }
            // Type 25: everybody goes, each telling the next.
            events.push(u8::MAX);
        });
        let mut taken = taken.into_inner().unwrap();
        taken.sort_unstable();
        assert_eq!(taken, (0..COUNT).collect::<Vec<_>>());
    }
}
