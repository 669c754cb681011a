//! Events that have not been collected yet.
//!
//! A collector may ask the application about each event (by its predicate). This must not happen under a lock, and must
//! not hide the event from another collector meanwhile. So the queue holds shared events: a collector takes a reference
//! to one, releases the lock, calls the predicate, and then removes the event if it is still in the queue.
//!
//! # Which events the application's event loop is woken for
//!
//! An event that arrives while a collector of its type sleeps is first left to this collector, and the application's
//! event loop is not woken. If the collector does not take the event, because its predicate rejects the event or
//! because it takes another one, the loop must be woken after all. `announced` is the newest event that the loop has
//! been woken for. The invariant is: *each event after `announced` is still to be looked at by a collector that was
//! asleep when it arrived, and that does nothing before but look at older ones*. One announcement is enough for all
//! events up to the newest, since the application collects until there are none.
//!
//! Why it holds. A collector is in `waiting` only while it sleeps: it enters under the lock under which it finds no
//! event that it has not looked at, and announces those that remain then; an event that is left to it removes it, and
//! wakes it; and it is removed before it calls its predicate again, which may take long. A thread that sleeps for its
//! collector also dispatches, and so may run other operations and the application's callbacks, even if the collector
//! was woken meanwhile. Before that it calls [`Collector::before_work`], which removes the collector, announces what was
//! left to it, and has it polled afterwards. A collector that leaves announces what remains.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Poll, Waker};

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

    /// A collector of events whose type is in `mask`, for one wait. `announce` is called, with no lock held, when the
    /// application's loop is to be woken for an event that was left to this collector.
    pub fn collector<F: Fn()>(&self, mask: u64, announce: F) -> Collector<'_, E, F> {
        Collector { events: self, mask, announce, number: Cell::new(None) }
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

/// One that waits for an event.
pub struct Collector<'a, E: EventKind, F: Fn()> {
    events: &'a EventQueue<E>,
    mask: u64,
    announce: F,
    /// Its number in `waiting`, if it was ever there.
    number: Cell<Option<u64>>,
}

impl<E: EventKind, F: Fn()> Collector<'_, E, F> {
    /// As [`EventQueue::take`], but waits until there is such an event.
    pub async fn next(&self, mut wanted: impl FnMut(&E) -> bool) -> Arc<E> {
        poll_fn(|cx| {
            drop(self.leave());
            let mut seen = 0;
            while let Some((number, event)) = self.after(seen, cx.waker()) {
                seen = number;
                if wanted(&event) && self.events.remove(number) {
                    return Poll::Ready(event);
                }
            }
            Poll::Pending
        })
        .await
    }

    /// To be called before the collector's thread does something else that may take long: until then it may have been
    /// asleep for this collector. The collector is polled again afterwards.
    pub fn before_work(&self) {
        match self.leave() {
            // Nothing was left to it, and now nothing will be.
            Some(waker) => waker.wake(),
            None => self.announce_rest(),
        }
    }

    /// The oldest event after the number `seen`. If there is none, the collector counts as asleep from now on.
    fn after(&self, seen: u64, waker: &Waker) -> Option<(u64, Arc<E>)> {
        let mut state = locked(&self.events.state);
        let found = state.after(seen, self.mask);
        if found.is_none() {
            let number = self.number.get().unwrap_or_else(|| {
                state.next += 1;
                state.next
            });
            self.number.set(Some(number));
            state.waiting.push((number, self.mask, waker.clone()));
            let due = state.announce();
            drop(state);
            if due {
                (self.announce)();
            }
        }
        found
    }

    /// Removes the collector from those asleep. `None` if it is not among them.
    fn leave(&self) -> Option<Waker> {
        let number = self.number.get()?;
        let mut state = locked(&self.events.state);
        let at = state.waiting.iter().position(|(other, ..)| *other == number)?;
        let (_, _, waker) = state.waiting.remove(at);
        Some(waker)
    }

    fn announce_rest(&self) {
        if self.number.get().is_some() && locked(&self.events.state).announce() {
            (self.announce)();
        }
    }
}

impl<E: EventKind, F: Fn()> Drop for Collector<'_, E, F> {
    fn drop(&mut self) {
        // Dropping a waker may drop a task, whose destructor takes the lock.
        drop(self.leave());
        self.announce_rest();
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
        let collector = events.collector(!0, announce);
        let mut refuses = Box::pin(collector.next(|&e: &u8| e == 99));
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
        let collector = events.collector(!0, announce);
        let mut leaves = Box::pin(collector.next(|_| false));
        assert!(leaves.as_mut().now_or_never().is_none());
        assert!(!events.push(13));
        drop(leaves);
        drop(collector);
        assert_eq!(announced.get(), 2, "a collector that goes away");
    }

    #[test]
    fn no_event_is_left_to_a_collector_that_asks_about_another() {
        use futures_util::FutureExt;
        let (events, asked) = (EventQueue::default(), std::cell::Cell::new(0));
        let collector = events.collector(!0, || ());
        let mut next = Box::pin(collector.next(|&e: &u8| {
            asked.set(asked.get() + 1);
            assert!(e != 11 || events.push(12), "the predicate may take long");
            e == 12
        }));
        assert!(next.as_mut().now_or_never().is_none());
        assert!(!events.push(11), "it is asleep");
        assert_eq!(next.now_or_never().as_deref(), Some(&12));
        assert_eq!(asked.get(), 2);
    }

    #[test]
    fn what_was_left_to_a_collector_is_announced_before_its_thread_does_other_work() {
        use futures_util::FutureExt;
        use std::cell::Cell;
        let (events, announced) = (EventQueue::default(), Cell::new(0));
        let collector = events.collector(!0, || announced.set(announced.get() + 1));
        let mut next = Box::pin(collector.next(|&e: &u8| e == 12));
        assert!(next.as_mut().now_or_never().is_none());
        collector.before_work();
        assert_eq!(announced.get(), 0, "nothing was left to it");
        assert!(next.as_mut().now_or_never().is_none());
        assert!(!events.push(11), "left to it");
        collector.before_work();
        assert_eq!(announced.get(), 1);
        assert!(events.push(12), "it does not sleep");
        assert_eq!(next.now_or_never().as_deref(), Some(&12));
    }

    #[test]
    fn no_event_is_left_to_a_collector_whose_thread_runs_a_callback() {
        use std::sync::mpsc::channel;
        let (runtime, events) = (Runtime::default(), EventQueue::default());
        let (mut announced, all) = ([false; 2], Mutex::new(Vec::new()));
        thread::scope(|scope| {
            scope.spawn(|| {
                let collector = events.collector(!0, || ());
                let next = collector.next(|&e: &u8| {
                    locked(&all).push(e);
                    e == 99
                });
                runtime.block_on_beside(next, &|| collector.before_work());
            });
            while runtime.shared.lead.count() != (0, true) {
                thread::sleep(Duration::from_millis(1));
            }
            let ((begin, begun), (end, ended)) = (channel(), channel::<()>());
            runtime.spawn_callback(move || {
                begin.send(()).unwrap();
                ended.recv().unwrap();
            });
            begun.recv().unwrap();
            announced = [11, 99].map(|event| events.push(event));
            end.send(()).unwrap();
        });
        assert_eq!(announced, [true; 2], "the callback may take long");
        assert_eq!((*locked(&all)).last(), Some(&99), "it has looked again after the callback");
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
                        let collector = events.collector(mask, || ());
                        let next = collector.next(|_| true);
                        let one = runtime.block_on_beside(next, &|| collector.before_work());
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
