//! Events that have not been collected yet.
//!
//! A collector may ask the application about each event (by its predicate). This must not happen under a lock, and must
//! not hide the event from another collector meanwhile. So the queue holds shared events: a collector takes a reference
//! to one, releases the lock, calls the predicate, and then removes the event if it is still in the queue.
//!
//! An event that arrives while a collector of its type sleeps is first left to this collector, and the application's
//! event loop is not woken. If the collector does not take the event, because its predicate rejects the event or
//! because it takes another one, the loop must be woken after all. `announced` is the newest event that the loop has
//! been woken for. The invariant is: *each event after `announced` is still to be looked at by a collector that was
//! asleep when it arrived*. A collector that has looked at the events, or that leaves, announces those that remain. One
//! announcement is enough for all events up to the newest, since the application collects until there are none.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Poll, Waker};

use super::wakers::renew;
use crate::sync::{Arc, Mutex, locked};

/// The type of an event as one bit, for use in masks.
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
    /// The number of the newest event that the application's loop was woken for.
    announced: u64,
}

impl<E: EventKind> EventQueueState<E> {
    /// The oldest event after the number `seen` whose type is in `mask`.
    fn after(&self, seen: u64, mask: u64) -> Option<(u64, Arc<E>)> {
        let from = self.queue.partition_point(|(number, _)| *number <= seen);
        self.queue.range(from..).find(|(_, event)| event.bit() & mask != 0).cloned()
    }
}

impl<E> EventQueueState<E> {
    /// Whether the application's loop is to be woken for events since the last announcement; they count as announced
    /// then.
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
    /// Adds an event. Returns whether the application's loop is to be woken for it, which is so if no collector waits
    /// for its type.
    pub fn push(&self, event: E) -> bool {
        let bit = event.bit();
        let mut state = locked(&self.state);
        state.next += 1;
        let number = state.next;
        state.queue.push_back((number, Arc::new(event)));
        // Wakes all collectors whose mask fits, since the results of their predicates are not known here.
        let waiting = std::mem::take(&mut state.waiting).into_iter();
        let (fit, others): (Vec<_>, Vec<_>) = waiting.partition(|(_, mask, _)| mask & bit != 0);
        state.waiting = others;
        let announce = fit.is_empty() && state.announce();
        drop(state);
        fit.into_iter().for_each(|(_, _, waker)| waker.wake());
        announce
    }

    /// Takes the oldest event whose type is in `mask` and for which `wanted` returns true.
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

    /// Removes the event `number`. Returns whether it was still in the queue.
    fn remove(&self, number: u64) -> bool {
        let mut state = locked(&self.state);
        match state.queue.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(at) => state.queue.remove(at).is_some(),
            Err(_) => false,
        }
    }

    /// As [`EventQueue::take`], but waits until there is such an event. `announce` is called, with no lock held, when
    /// the application's loop is to be woken for an event that was left to this collector.
    pub async fn wait(
        &self,
        mask: u64,
        mut wanted: impl FnMut(&E) -> bool,
        announce: impl Fn(),
    ) -> Arc<E> {
        let mut place = CollectorSlot { events: self, announce, number: None };
        poll_fn(|cx| {
            // The collector is entered first, so that an event that arrives while the predicate runs is not missed.
            place.take(mask, cx.waker());
            if let Some(event) = self.take(mask, &mut wanted) {
                return Poll::Ready(event);
            }
            place.looked();
            Poll::Pending
        })
        .await
    }

    /// The number of events in the queue.
    pub fn len(&self) -> usize {
        locked(&self.state).queue.len()
    }

    /// Whether the queue is empty.
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
    /// To be called when the collector has looked at all events in the queue and has taken none.
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
        // Dropping a waker may drop a task, whose destructor takes this lock.
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
        // Two events of its type arrive while it sleeps, and it takes one.
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
                    // Two of the collectors want only types below ten, and the last type.
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
            // Type 25 ends the collectors: each pushes it again for the next.
            events.push(u8::MAX);
        });
        let mut taken = taken.into_inner().unwrap();
        taken.sort_unstable();
        assert_eq!(taken, (0..COUNT).collect::<Vec<_>>());
    }
}
