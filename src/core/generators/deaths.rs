//! The generators of `libxl_evenable_domain_death`, and which of their events were delivered.
//!
//! One watcher per ctx (a task, `domain/death.rs`) asks the hypervisor about all watched domains together and passes
//! the result to [`Deaths::settle`]. The resulting events go into the queue of events or, for an application that
//! receives events by a call, into `due`: a call may take long, and must delay neither the watcher nor the events of
//! another generator.
//!
//! # Invariants, under the lock
//!
//! 1. A generator's events are delivered in order: the generator is marked `calling` while its latest event is being
//!    delivered, and [`Deaths::next_due`] skips it meanwhile.
//! 2. What the watcher saw applies only to the generators that existed before it looked. A [`GeneratorHandle`] is
//!    assigned under the lock, so these are the generators up to the newest handle at that time. A generator that is
//!    added later, for a domid that was used again, does not report the death of the former domain.
//! 3. `looking` is true if and only if there is a watcher, and the watcher ends only when there is no generator. The
//!    watcher's listener exists before `looking` is set: a thread that adds a generator and finds that there is a
//!    watcher calls `wanted` next, and a listener that is created later would not be woken by that. `model` explores
//!    this with loom.
//! 4. A disabled generator has no due events.
//!
//! # Suspended domains
//!
//! After each event of a suspended domain, `xl` 4.20 adds a new generator for the domain and removes the old one. So a
//! generator whose domain's suspension was reported by an older one is not told of it before `@releaseDomain` fires
//! again ([`Generator::held`]); otherwise `xl` would run in a circle until the domain is resumed. The C library tells
//! no second generator anything before that.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, VecDeque};

use super::GeneratorHandle;
use crate::runtime::app_loop::Driven;
use crate::runtime::notify::{Listener, Notify};
use crate::sync::{Arc, Mutex, locked};
use crate::types::idiomatic::{Event, EventData, EventDomainShutdown, Uuid};
use crate::xen::hypervisor::DomainInfo;

/// The reason of a shutdown that suspends a domain (`SHUTDOWN_suspend`).
const SUSPEND: u8 = 2;

/// The generators of one ctx.
#[derive(Debug, Default)]
pub struct Deaths {
    state: Mutex<DeathsState>,
    /// Wakes the watcher: it is to look again, or to end if there is no generator.
    pub wanted: Arc<Notify>,
}

#[derive(Debug, Default)]
struct DeathsState {
    all: HashMap<GeneratorHandle, Generator>,
    /// The generators whose domain's death was not reported yet, by domid; for one domain the newest first, as in the C
    /// library.
    living: BTreeSet<(u32, Reverse<GeneratorHandle>)>,
    newest: Option<GeneratorHandle>,
    due: VecDeque<(GeneratorHandle, Event)>,
    looking: bool,
}

#[derive(Debug)]
struct Generator {
    domid: u32,
    user: u64,
    domain: KnownDomain,
    /// The reason of the latest shutdown that was reported, unless the domain was seen running since.
    shutdown: Option<u8>,
    /// The suspension that was seen when the generator was added is not reported before `@releaseDomain` fires.
    held: bool,
    calling: bool,
    /// Keeps the descriptor registered with the application's event loop while the generator exists.
    _driven: Option<Driven>,
}

/// What is known about a generator's domain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum KnownDomain {
    Nothing,
    /// There was no such domain when the generator was added, or it was dying.
    NeverThere,
    Uuid([u8; 16]),
}

/// The rest of a disabled generator. It must be dropped with no lock held, since dropping it may call the application.
#[derive(Debug)]
#[must_use = "the watcher must be woken if it was the last"]
pub struct DisabledDeath {
    _generator: Generator,
    /// No generator is left.
    pub last: bool,
}

impl Deaths {
    /// Adds a generator. If there is no watcher, the second value is the listener for one, which the caller must start.
    ///
    /// `give` gives the handle to the application before there can be an event. It is called under the lock, and must
    /// only store the handle.
    pub fn enable(
        &self,
        domid: u32,
        user: u64,
        driven: Option<Driven>,
        give: impl FnOnce(GeneratorHandle),
    ) -> (GeneratorHandle, Option<Listener>) {
        let wanted = self.wanted.listen();
        let mut state = locked(&self.state);
        let handle = GeneratorHandle::next();
        give(handle);
        let generator = Generator {
            domid,
            user,
            domain: KnownDomain::Nothing,
            shutdown: None,
            held: false,
            calling: false,
            _driven: driven,
        };
        state.all.insert(handle, generator);
        state.living.insert((domid, Reverse(handle)));
        state.newest = Some(handle);
        let start = !std::mem::replace(&mut state.looking, true);
        drop(state);
        (handle, start.then_some(wanted))
    }

    /// Records the state of the domain just after the generator was added. Returns whether there is something to report
    /// already.
    pub fn began(&self, handle: GeneratorHandle, seen: Option<&DomainInfo>) -> bool {
        let mut state = locked(&self.state);
        let Some(generator) = state.all.get_mut(&handle) else { return false };
        if generator.domain == KnownDomain::Nothing {
            generator.domain = match seen {
                Some(info) if !info.dying => KnownDomain::Uuid(info.uuid),
                _ => KnownDomain::NeverThere,
            };
        }
        // This is another domain than the one of an older generator, which must have died, whether or not xenstore has
        // reported that.
        let another = |(_, Reverse(other)): &(u32, Reverse<GeneratorHandle>)| {
            let known = state.all.get(other).map(|generator| generator.domain);
            seen.is_some_and(
                |info| matches!(known, Some(KnownDomain::Uuid(uuid)) if uuid != info.uuid),
            )
        };
        let domid = seen.map_or(0, |info| info.domid);
        let of_domid =
            (domid, Reverse(GeneratorHandle(usize::MAX)))..=(domid, Reverse(GeneratorHandle(0)));
        if state.living.range(of_domid.clone()).any(another) {
            return true;
        }
        let Some(info) = seen.filter(|info| !info.dying) else { return true };
        // An older generator of another domain with this domid was handled above.
        let reported = |(_, Reverse(other)): &(u32, Reverse<GeneratorHandle>)| {
            state.all.get(other).is_some_and(|generator| generator.shutdown == Some(SUSPEND))
        };
        let suspended = info.shutdown && info.shutdown_reason == SUSPEND;
        let held = suspended && state.living.range(of_domid).any(reported);
        if let Some(generator) = state.all.get_mut(&handle) {
            generator.held = held;
        }
        info.shutdown && !held
    }

    /// Removes a generator; returns `None` if it does not exist.
    pub fn disable(&self, handle: GeneratorHandle) -> Option<DisabledDeath> {
        let mut state = locked(&self.state);
        let generator = state.all.remove(&handle)?;
        state.living.remove(&(generator.domid, Reverse(handle)));
        state.due.retain(|(other, _)| *other != handle);
        Some(DisabledDeath { _generator: generator, last: state.all.is_empty() })
    }

    /// Removes all generators.
    pub fn end(&self) {
        let all = {
            let mut state = locked(&self.state);
            state.living.clear();
            state.due.clear();
            std::mem::take(&mut state.all)
        };
        drop(all);
    }

    /// The domains to look at, in order, and the newest generator that the look applies to. `None`: there is no
    /// generator, and the watcher must end.
    pub fn watched(&self) -> Option<(Vec<u32>, GeneratorHandle)> {
        let mut state = locked(&self.state);
        let Some(newest) = state.newest.filter(|_| !state.all.is_empty()) else {
            state.looking = false;
            return None;
        };
        let mut domids: Vec<u32> = state.living.iter().map(|(domid, _)| *domid).collect();
        domids.dedup();
        Some((domids, newest))
    }

    /// Processes the state of every domain of [`Deaths::watched`], in the same order. Returns the events for the queue;
    /// events of the types in `called` become due, and the second value is their number. `released`: `@releaseDomain`
    /// has fired since the last look.
    pub fn settle(
        &self,
        newest: GeneratorHandle,
        released: bool,
        seen: &[(u32, Option<DomainInfo>)],
        called: impl Fn(&Event) -> bool,
    ) -> (Vec<Event>, usize) {
        let mut state = locked(&self.state);
        let state = &mut *state;
        let mut seen = seen.iter().peekable();
        let (mut queued, mut dead, mut newly_due) = (Vec::new(), Vec::new(), 0);
        for &(domid, Reverse(handle)) in &state.living {
            while seen.next_if(|(other, _)| *other < domid).is_some() {}
            let Some((_, info)) = seen.peek().filter(|(other, _)| *other == domid) else {
                continue;
            };
            let Some(generator) = state.all.get_mut(&handle).filter(|_| handle <= newest) else {
                continue;
            };
            generator.held &= !released;
            let Some(event) = generator.look(info.as_ref()) else { continue };
            if matches!(event.u, EventData::DomainDeath) {
                dead.push((domid, Reverse(handle)));
            }
            if called(&event) {
                state.due.push_back((handle, event));
                newly_due += 1;
            } else {
                queued.push(event);
            }
        }
        for key in &dead {
            state.living.remove(key);
        }
        (queued, newly_due)
    }

    /// Takes the next due event, with which the caller calls the application; the caller must call [`Deaths::called`]
    /// afterwards.
    pub fn next_due(&self) -> Option<(GeneratorHandle, Event)> {
        let mut state = locked(&self.state);
        let DeathsState { due, all, .. } = &mut *state;
        let free =
            |(handle, _): &(GeneratorHandle, Event)| all.get(handle).is_some_and(|g| !g.calling);
        let (handle, event) = due.iter().position(free).and_then(|at| due.remove(at))?;
        if let Some(generator) = all.get_mut(&handle) {
            generator.calling = true;
        }
        Some((handle, event))
    }

    /// Records that the call has returned.
    pub fn called(&self, handle: GeneratorHandle) {
        if let Some(generator) = locked(&self.state).all.get_mut(&handle) {
            generator.calling = false;
        }
    }
}

impl Generator {
    /// The event that results from the hypervisor's `info` for this domid.
    fn look(&mut self, info: Option<&DomainInfo>) -> Option<Event> {
        let alive = info.filter(|info| {
            !info.dying
                && match self.domain {
                    KnownDomain::Nothing => true,
                    KnownDomain::NeverThere => false,
                    KnownDomain::Uuid(uuid) => uuid == info.uuid,
                }
        });
        let Some(info) = alive else { return Some(self.event(EventData::DomainDeath)) };
        self.domain = KnownDomain::Uuid(info.uuid);
        let reason = info.shutdown.then_some(info.shutdown_reason);
        if self.held && reason == Some(SUSPEND) {
            return None;
        }
        let reported = std::mem::replace(&mut self.shutdown, reason);
        // If the reason differs from the reported one, the domain was resumed in between.
        let shutdown_reason = reason.filter(|_| reported != reason)?;
        Some(self.event(EventData::DomainShutdown(EventDomainShutdown { shutdown_reason })))
    }

    fn event(&self, u: EventData) -> Event {
        let domuuid = match self.domain {
            KnownDomain::Uuid(uuid) => Uuid(uuid),
            _ => Uuid::default(),
        };
        Event { domid: self.domid, domuuid, for_user: self.user, u }
    }
}

#[cfg(all(test, loom))]
mod model {
    use futures_util::FutureExt;

    use super::*;

    /// What `domain/death.rs` does with a domain that is dead already. Returns the watcher's listener.
    fn enable(deaths: &Deaths, domid: u32) -> Option<Listener> {
        let (_, start) = deaths.enable(domid, 0, None, |_| ());
        if start.is_none() {
            deaths.wanted.notify();
        }
        start
    }

    /// Two threads add the first generators; `listener` makes a watcher's listener of the one that `enable` returned.
    fn explore(listener: fn(&Deaths, Listener) -> Listener) {
        loom::model(move || {
            let deaths = Arc::new(Deaths::default());
            let begin = move |deaths: &Deaths, domid| {
                enable(deaths, domid).map(|wanted| listener(deaths, wanted))
            };
            let others = Arc::clone(&deaths);
            let other = loom::thread::spawn(move || begin(&others, 2));
            let ours = begin(&deaths, 1);
            let watchers: Vec<_> = [ours, other.join().unwrap()].into_iter().flatten().collect();
            let [mut wanted] = <[Listener; 1]>::try_from(watchers).expect("one watcher");
            assert!(wanted.changed().now_or_never().is_some(), "it was not woken");
        });
    }

    #[test]
    fn a_watcher_is_woken_for_a_generator_that_another_thread_adds() {
        explore(|_, wanted| wanted);
    }

    #[test]
    #[should_panic(expected = "it was not woken")]
    fn one_that_listens_when_it_is_known_to_exist_is_not() {
        explore(|deaths, _| deaths.wanted.listen());
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// A running domain, with a UUID whose first byte is `uuid`.
    fn running(domid: u32, uuid: u8) -> DomainInfo {
        let mut info = DomainInfo { domid, ..DomainInfo::default() };
        info.uuid[0] = uuid;
        info
    }

    fn down(domid: u32, uuid: u8, reason: u8) -> DomainInfo {
        DomainInfo { shutdown: true, shutdown_reason: reason, ..running(domid, uuid) }
    }

    fn dying(domid: u32, uuid: u8) -> DomainInfo {
        DomainInfo { dying: true, ..down(domid, uuid, 0) }
    }

    /// For each event, the generator's number, and the shutdown reason, or `None` for a death.
    fn heard(events: &[Event]) -> Vec<(u64, Option<u8>)> {
        let told = |e: &Event| match &e.u {
            EventData::DomainShutdown(s) => (e.for_user, Some(s.shutdown_reason)),
            EventData::DomainDeath => (e.for_user, None),
            other => panic!("{other:?}"),
        };
        events.iter().map(told).collect()
    }

    fn look(deaths: &Deaths, infos: &[DomainInfo]) -> Vec<(u64, Option<u8>)> {
        look_after(deaths, infos, true)
    }

    fn look_after(deaths: &Deaths, infos: &[DomainInfo], released: bool) -> Vec<(u64, Option<u8>)> {
        let (domids, newest) = deaths.watched().unwrap();
        let find = |id: u32| (id, infos.iter().find(|info| info.domid == id).cloned());
        let seen: Vec<_> = domids.into_iter().map(find).collect();
        let (events, due) = deaths.settle(newest, released, &seen, |_| false);
        assert_eq!(due, 0);
        heard(&events)
    }

    #[test]
    fn a_domains_life_in_looks() {
        // The result of each look (`None`: no such domain), and the events after it.
        type Look = (Option<DomainInfo>, Option<Option<u8>>);
        let (run, other) = (running(5, 1), running(5, 2));
        let died = Some(None);
        let cases: &[(&str, Option<DomainInfo>, &[Look])] = &[
            (
                "the usual way",
                Some(run.clone()),
                &[
                    (Some(run.clone()), None),
                    (Some(down(5, 1, 1)), Some(Some(1))),
                    (Some(down(5, 1, 1)), None),
                    (Some(dying(5, 1)), died),
                ],
            ),
            ("destroyed at once", Some(run.clone()), &[(None, died)]),
            ("seen dying only", Some(run.clone()), &[(Some(dying(5, 1)), died)]),
            ("the number is used again", Some(run.clone()), &[(Some(other.clone()), died)]),
            ("... and that one is down", Some(run.clone()), &[(Some(down(5, 2, 0)), died)]),
            ("never there", None, &[(None, died)]),
            ("never there, then another comes", None, &[(Some(run.clone()), died)]),
            ("dying at the beginning", Some(dying(5, 1)), &[(Some(other), died)]),
            (
                "down at the beginning",
                Some(down(5, 1, 0)),
                &[(Some(down(5, 1, 0)), Some(Some(0))), (None, died)],
            ),
            (
                "suspended, resumed unseen, down",
                Some(run.clone()),
                &[
                    (Some(down(5, 1, 2)), Some(Some(2))),
                    (Some(down(5, 1, 0)), Some(Some(0))),
                    (None, died),
                ],
            ),
            (
                "suspended twice",
                Some(run.clone()),
                &[
                    (Some(down(5, 1, 2)), Some(Some(2))),
                    (Some(run), None),
                    (Some(down(5, 1, 2)), Some(Some(2))),
                ],
            ),
        ];
        for (what, beginning, looks) in cases {
            let deaths = Deaths::default();
            let (handle, start) = deaths.enable(5, 77, None, |_| ());
            assert!(start.is_some(), "{what}");
            let over = beginning.as_ref().is_none_or(|info| info.shutdown || info.dying);
            assert_eq!(deaths.began(handle, beginning.as_ref()), over, "{what}");
            for (seen, events) in *looks {
                let expected: Vec<_> = events.iter().map(|reason| (77, *reason)).collect();
                assert_eq!(look(&deaths, seen.as_slice()), expected, "{what}: {seen:?}");
            }
            if looks.last().unwrap().1 == died {
                assert!(deaths.watched().unwrap().0.is_empty(), "{what}: no domain to look at");
                assert!(look(&deaths, &[]).is_empty(), "{what}: twice");
            }
            assert!(deaths.disable(handle).unwrap().last);
            assert!(deaths.disable(handle).is_none());
            assert!(deaths.watched().is_none());
            assert!(
                deaths.enable(5, 77, None, |_| ()).1.is_some(),
                "{what}: the watcher has ended"
            );
        }
    }

    #[test]
    fn a_new_domain_with_a_domid_reports_the_old_ones_death() {
        let deaths = Deaths::default();
        for (user, uuid, news) in [(1, 1, false), (2, 1, false), (3, 2, true), (4, 2, true)] {
            let (handle, _) = deaths.enable(5, user, None, |_| ());
            assert_eq!(deaths.began(handle, Some(&running(5, uuid))), news, "{user}");
        }
        let (other, _) = deaths.enable(6, 5, None, |_| ());
        assert!(!deaths.began(other, Some(&running(6, 3))));
        assert_eq!(look(&deaths, &[running(5, 2), running(6, 3)]), [(2, None), (1, None)]);
    }

    #[test]
    fn a_suspension_that_was_reported_is_not_at_once_for_a_new_generator() {
        let deaths = Deaths::default();
        let (suspended, off) = ([down(5, 1, 2)], [down(5, 1, 0)]);
        let (first, _) = deaths.enable(5, 1, None, |_| ());
        assert!(deaths.began(first, suspended.first()), "nobody has reported it");
        assert_eq!(look_after(&deaths, &suspended, false), [(1, Some(2))]);
        // As xl 4.20: another generator, then the end of the first.
        let (second, _) = deaths.enable(5, 2, None, |_| ());
        assert!(!deaths.began(second, suspended.first()));
        assert!(!deaths.disable(first).unwrap().last);
        assert_eq!(look_after(&deaths, &suspended, false), []);
        assert_eq!(look(&deaths, &suspended), [(2, Some(2))], "a domain was released");
        let (third, _) = deaths.enable(5, 3, None, |_| ());
        assert!(!deaths.began(third, suspended.first()));
        let _ = deaths.disable(second);
        assert_eq!(look_after(&deaths, &off, false), [(3, Some(0))]);
        // Other shutdowns are reported to each.
        let (fourth, _) = deaths.enable(5, 4, None, |_| ());
        assert!(deaths.began(fourth, off.first()));
        assert_eq!(look_after(&deaths, &off, false), [(4, Some(0))]);
    }

    #[test]
    fn what_was_seen_before_a_generator_began_is_not_for_it() {
        let deaths = Deaths::default();
        let (old, _) = deaths.enable(5, 1, None, |_| ());
        deaths.began(old, Some(&running(5, 1)));
        let (domids, newest) = deaths.watched().unwrap();
        assert_eq!(domids, [5]);
        // The domain dies, a new one gets its domid, and a generator for the new one is added.
        let (new, start) = deaths.enable(5, 2, None, |_| ());
        assert!(start.is_none());
        deaths.began(new, Some(&running(5, 2)));
        let (events, _) = deaths.settle(newest, true, &[(5, None)], |_| false);
        assert_eq!(heard(&events), [(1, None)]);
        assert_eq!(look(&deaths, &[running(5, 2)]), []);
        assert_eq!(look(&deaths, &[]), [(2, None)]);
    }

    #[test]
    fn several_generators_and_domains_each_once() {
        let deaths = Deaths::default();
        let handles: Vec<_> = [(9, 1), (4, 2), (9, 3), (7, 4)]
            .into_iter()
            .map(|(domid, user)| deaths.enable(domid, user, None, |_| ()).0)
            .collect();
        assert_eq!(deaths.watched().unwrap().0, [4, 7, 9]);
        assert_eq!(
            look(&deaths, &[down(4, 1, 0), running(7, 1), down(9, 1, 3)]),
            [(2, Some(0)), (3, Some(3)), (1, Some(3))]
        );
        assert!(!deaths.disable(handles[2]).unwrap().last);
        assert_eq!(look(&deaths, &[running(7, 1)]), [(2, None), (1, None)]);
        assert_eq!(deaths.watched().unwrap().0, [7]);
    }

    #[test]
    fn events_of_a_generator_stay_in_order_and_end_with_it() {
        let deaths = Deaths::default();
        let (a, _) = deaths.enable(1, 1, None, |_| ());
        let (b, _) = deaths.enable(2, 2, None, |_| ());
        let seen = [(1, Some(down(1, 1, 0))), (2, Some(down(2, 1, 0)))];
        let (_, newest) = deaths.watched().unwrap();
        assert_eq!(deaths.settle(newest, true, &seen, |_| true).1, 2);
        let (first, _) = deaths.next_due().unwrap();
        assert_eq!(first, a);
        assert_eq!(deaths.settle(newest, true, &[(1, None), (2, None)], |_| true).1, 2);
        // While a's shutdown is delivered, its death waits, and b's events do not.
        let (second, event) = deaths.next_due().unwrap();
        assert_eq!((second, heard(&[event])), (b, vec![(2, Some(0))]));
        assert!(deaths.next_due().is_none());
        let _ = deaths.disable(b);
        deaths.called(b);
        assert!(deaths.next_due().is_none(), "b's death goes with it");
        deaths.called(a);
        let (third, event) = deaths.next_due().unwrap();
        assert_eq!((third, heard(&[event])), (a, vec![(1, None)]));
    }
}
