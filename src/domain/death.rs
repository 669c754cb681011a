//! Reporting to the application that domains shut down and die (`libxl_evenable_domain_death`).
//!
//! Xenstore's `@releaseDomain` fires when any domain has done so, and does not say which. So one task per ctx, the
//! watcher, asks the hypervisor about all watched domains together whenever that fires: this is one hypercall for all
//! whose domids are close to each other, however many generators there are, and none if the death of every watched
//! domain has been reported. `core/generators/deaths.rs` decides what is reported, and in what order.
//!
//! Nothing is missed: a generator is added first, and then its domain is looked up; what happens later fires the watch,
//! which was registered before.

use std::sync::Arc;

use crate::core::generators::{GeneratorHandle, look};
use crate::core::watches::Watch;
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::runtime::app_loop::Driven;
use crate::runtime::defect::caught;
use crate::runtime::notify::Listener;
use crate::xen::hypervisor::{self, DomainInfo};

const RELEASED: &str = "@releaseDomain";

/// Starts reporting on a domain. A domain that does not exist is reported as dead.
///
/// `driven` is dropped when the generator ends. `give` gets the generator's handle before there is an event of it, and
/// must only store it. This function never calls the application.
pub fn enable(
    ctx: &Arc<Ctx>,
    domid: u32,
    user: u64,
    driven: Driven,
    give: impl FnOnce(GeneratorHandle),
) -> Result<()> {
    let watch = ctx.watches().watch(RELEASED).map_err(|e| {
        error!(ctx, domid = domid, "cannot watch for the domain's end: {e}");
        Error::Fail
    });
    let mut watch = watch?;
    // The state from before this point is looked up below.
    watch.catch_up();
    let deaths = &ctx.generators().deaths;
    let (handle, start) = deaths.enable(domid, user, Some(driven), give);
    if let Some(wanted) = start {
        ctx.runtime().spawn(live(Arc::clone(ctx), watch, wanted));
    }
    match ctx.hypervisor().domain(domid) {
        Ok(seen) => {
            if deaths.began(handle, seen.as_ref()) {
                deaths.wanted.notify();
            }
        }
        // The watcher will get the same failure, and will report it.
        Err(_) => deaths.wanted.notify(),
    }
    Ok(())
}

/// Removes a generator. Returns whether it existed.
pub fn disable(ctx: &Ctx, handle: GeneratorHandle) -> bool {
    let deaths = &ctx.generators().deaths;
    let Some(disabled) = deaths.disable(handle) else { return false };
    if disabled.last {
        deaths.wanted.notify();
    }
    true
}

/// The watcher's task.
async fn live(ctx: Arc<Ctx>, watch: Watch, wanted: Listener) {
    let watcher = (Arc::clone(&ctx), watch, wanted);
    look::live((ctx.reports(), ctx.log()), 0, watcher, |watcher| Box::pin(look_after(watcher)))
        .await;
}

/// Looks at the watched domains whenever there is a reason, until there is no generator.
async fn look_after((ctx, watch, wanted): &mut (Arc<Ctx>, Watch, Listener)) {
    let deaths = &ctx.generators().deaths;
    loop {
        let released = look::reason(ctx, watch, wanted).await;
        let Some((domids, newest)) = deaths.watched() else { return };
        let list = |first, max| ctx.hypervisor().domains_at(first, max);
        match states_of(&domids, list) {
            Ok(seen) => {
                let (queued, due) =
                    deaths.settle(newest, released, &seen, |event| ctx.reports().calls_for(event));
                queued.into_iter().for_each(|e| ctx.reports().occurred(ctx.runtime(), e));
                for _ in 0..due {
                    let ctx = Arc::clone(ctx);
                    ctx.runtime().clone().spawn_callback(move || tell(&ctx));
                }
            }
            Err(e) => {
                ctx.reports().disaster(ctx.log(), 0, "the domains cannot be listed", e.errno as i32)
            }
        }
    }
}

/// Calls the application with the events that are due. There is one callback per event, so that a long one does not
/// delay the events of other generators if another thread dispatches. Each callback continues with the events that are
/// left, since a generator's next event is skipped while its previous one is being delivered.
fn tell(ctx: &Ctx) {
    let deaths = &ctx.generators().deaths;
    while let Some((handle, event)) = deaths.next_due() {
        let delivered = caught(|| ctx.reports().tell(ctx.runtime(), event));
        deaths.called(handle);
        if let Err(panic) = delivered {
            look::defect(ctx.reports(), ctx.log(), 0, &panic);
        }
    }
}

/// The state of each domain of `watched`, which is sorted; `None` for a domain that does not exist. `list` asks the
/// hypervisor for at most that many domains from a domid on, sorted.
fn states_of<E>(
    watched: &[u32],
    mut list: impl FnMut(u32, u32) -> std::result::Result<Vec<DomainInfo>, E>,
) -> std::result::Result<Vec<(u32, Option<DomainInfo>)>, E> {
    let mut states = Vec::with_capacity(watched.len());
    let mut rest = watched;
    while let (Some(&first), Some(&last)) = (rest.first(), rest.last()) {
        let room =
            (rest.len() as u32).clamp(hypervisor::DOMAINS_PER_PAGE, hypervisor::DOMAINS_PER_CALL);
        let max = room.min((last - first).saturating_add(1));
        let found = list(first, max)?;
        // There are fewer domains than requested, so no more exist.
        let end = if found.len() < max as usize { None } else { found.last().map(|d| d.domid) };
        let end = end.map_or(u32::MAX, |end| end.max(first));
        let (covered, later) = rest.split_at(rest.partition_point(|&domid| domid <= end));
        let mut found = found.into_iter().peekable();
        for &domid in covered {
            while found.next_if(|d| d.domid < domid).is_some() {}
            states.push((domid, found.next_if(|d| d.domid == domid)));
        }
        rest = later;
    }
    Ok(states)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// A hypervisor with these domains, which counts the requests.
    fn hypervisor(
        domids: &[u32],
        calls: &mut Vec<(u32, u32)>,
    ) -> impl FnMut(u32, u32) -> std::result::Result<Vec<DomainInfo>, ()> {
        move |first, max| {
            calls.push((first, max));
            let from = domids.iter().filter(|&&domid| domid >= first).take(max as usize);
            Ok(from.map(|&domid| DomainInfo { domid, ..DomainInfo::default() }).collect())
        }
    }

    fn found(watched: &[u32], existing: &[u32]) -> (Vec<u32>, Vec<(u32, u32)>) {
        let mut calls = Vec::new();
        let states = states_of(watched, hypervisor(existing, &mut calls)).unwrap();
        let order: Vec<u32> = states.iter().map(|(domid, _)| *domid).collect();
        assert_eq!(order, watched, "each once, in order");
        for (domid, info) in &states {
            assert!(info.as_ref().is_none_or(|info| info.domid == *domid));
        }
        let there = states.into_iter().filter_map(|(_, info)| info.map(|info| info.domid));
        (there.collect(), calls)
    }

    #[test]
    fn lists_are_merged() {
        let range = |a, b| (a..b).collect::<Vec<u32>>();
        // The watched domains; the existing ones; the maximum number of calls.
        let cases: &[(&[u32], &[u32], usize)] = &[
            (&[], &[0, 1, 2], 0),
            (&[5], &[0, 5, 6], 1),
            (&[5], &[0, 6, 7], 1),
            (&[5], &[], 1),
            (&[1, 2, 3], &[2], 1),
            (&[1, 2, 3], &[0, 1, 3, 9], 1),
            (&[3, 9000, 32000], &[3, 32000], 1),
            (&[3, 32000], &range(0, 500), 2),
            (&range(1, 200), &range(0, 1000), 1),
            (&range(1, 200), &range(50, 60), 1),
            (&[10, 20, 30], &[10, 11, 12, 13, 20], 1),
        ];
        for (watched, existing, calls) in cases {
            let expected: Vec<u32> =
                watched.iter().filter(|domid| existing.contains(domid)).copied().collect();
            let (there, asked) = found(watched, existing);
            assert_eq!(there, expected, "{watched:?} of {existing:?}");
            assert!(asked.len() <= *calls, "{watched:?} of {existing:?}: {asked:?}");
        }
    }

    #[test]
    fn no_more_domains_are_requested_than_needed() {
        assert_eq!(found(&[7], &(0..100).collect::<Vec<_>>()).1, [(7, 1)]);
        assert_eq!(found(&[7, 9], &(0..100).collect::<Vec<_>>()).1, [(7, 3)]);
    }

    #[test]
    fn an_invalid_list_of_the_hypervisor_does_not_loop() {
        let mut calls = 0;
        let list = |_, max| {
            calls += 1;
            Ok::<_, ()>(vec![DomainInfo::default(); max as usize])
        };
        assert_eq!(states_of(&[7, 9, 500], list).unwrap().len(), 3);
        assert!(calls <= 3);
    }

    #[test]
    fn an_error_is_passed_on() {
        assert_eq!(states_of(&[1], |_, _| Err(5)), Err(5));
    }
}
