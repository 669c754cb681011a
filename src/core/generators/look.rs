//! What the watchers share: waiting for a reason to look, handling the loss of xenstore, and handling panics.

use std::pin::pin;

use futures_util::future::{BoxFuture, Either, select};

use crate::core::Ctx;
use crate::core::reports::Reports;
use crate::core::watches::Watch;
use crate::runtime::defect::caught_async;
use crate::runtime::notify::Listener;
use crate::xen::log::Log;

/// Waits until the watch has fired or the watcher is woken. If xenstore is lost, this is reported to the application,
/// once for all watchers, and the wait goes on until xenstore is back. Returns whether it was the watch.
pub async fn reason(ctx: &Ctx, watch: &mut Watch, wanted: &mut Listener) -> bool {
    loop {
        let is_wanted = match select(pin!(wanted.changed()), pin!(watch.changed())).await {
            Either::Left(_) => true,
            Either::Right(_) => false,
        };
        if let Some(errno) = ctx.watches().take_loss() {
            ctx.reports().disaster(ctx.log(), 0, "the watches of xenstore are lost", errno as i32);
        }
        if is_wanted || !ctx.watches().is_lost() {
            return !is_wanted;
        }
    }
}

/// Runs a watcher, which waits before each look, until it ends. A panic is a defect that may have lost events of type
/// `kind` (0: any), so it is reported as a disaster; if the application continues after that, so does the watcher.
pub async fn live<L>(
    (reports, log): (&Reports, &Log),
    kind: i32,
    mut watcher: L,
    life: impl for<'a> Fn(&'a mut L) -> BoxFuture<'a, ()>,
) {
    while let Err(panic) = caught_async(life(&mut watcher)).await {
        defect(reports, log, kind, &panic);
    }
}

/// Reports that events of type `kind` may be missing because of a panic.
pub fn defect(reports: &Reports, log: &Log, kind: i32, panic: &str) {
    let what = format!("events may be missing: defect in the library: {panic}");
    reports.disaster(log, kind, &what, 0);
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::core::reports;
    use crate::runtime::Runtime;
    use crate::types::idiomatic::Event;

    /// An application that continues after disasters, and records them.
    #[derive(Default)]
    struct Application(Mutex<Vec<(i32, String)>>);

    impl reports::EventHooks for Application {
        fn mask(&self) -> u64 {
            0
        }
        fn occurs(&self, _: &Event) {}
        fn disaster(&self, kind: i32, what: &str, _: i32) -> bool {
            self.0.lock().unwrap().push((kind, what.to_owned()));
            true
        }
    }

    #[test]
    fn a_panic_is_a_disaster_and_the_watcher_continues() {
        // SAFETY: NULL is a log that drops every line.
        let log = unsafe { Log::new(std::ptr::null_mut()) };
        let (reports, application) = (Reports::default(), Arc::<Application>::default());
        reports.set_hooks(Some(Arc::clone(&application) as Arc<dyn reports::EventHooks>));
        let looks = AtomicUsize::new(0);
        let lives = live((&reports, &log), 5, &looks, |looks| {
            let look = looks.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move { assert!(look >= 2, "look {look}") })
        });
        Runtime::default().block_on(lives);
        assert_eq!(looks.load(Ordering::Relaxed), 3);
        let disasters = application.0.lock().unwrap();
        let expected =
            [0, 1].map(|n| (5, format!("events may be missing: defect in the library: look {n}")));
        assert_eq!(*disasters, expected);
    }
}
