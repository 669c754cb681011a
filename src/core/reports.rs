//! What is reported to the application: events, and disasters (`libxl_event.h`).

use std::fmt;
use std::io::Write;

use nix::errno::Errno;

use crate::runtime::Runtime;
use crate::runtime::events::{EventKind, EventQueue};
use crate::sync::{Arc, Mutex, locked};
use crate::types::idiomatic::Event;
use crate::xen::log::{Level, Log};

impl EventKind for Event {
    fn bit(&self) -> u64 {
        u32::try_from(self.u.key()).ok().and_then(|key| 1_u64.checked_shl(key)).unwrap_or(0)
    }
}

/// The application's functions that are called for events and disasters.
pub trait EventHooks: Send + Sync {
    /// The types of events that go to [`EventHooks::occurs`]; all others are queued.
    fn mask(&self) -> u64;
    /// Passes an event to the application, which owns it then. The function may call the library.
    fn occurs(&self, event: &Event);
    /// Reports that events of type `kind` (0: all) may be missing, because of `what`. Returns whether the application
    /// has a hook for this; if not, the process exits.
    fn disaster(&self, kind: i32, what: &str, errno: i32) -> bool;
}

/// The reports of one ctx, and the events that the application has not collected yet.
#[derive(Default)]
pub struct Reports {
    events: EventQueue<Event>,
    hooks: Mutex<Option<Arc<dyn EventHooks>>>,
}

impl Reports {
    /// Sets the application's functions.
    pub fn set_hooks(&self, hooks: Option<Arc<dyn EventHooks>>) {
        *locked(&self.hooks) = hooks;
    }

    /// The application's functions, if they are set.
    pub fn hooks(&self) -> Option<Arc<dyn EventHooks>> {
        locked(&self.hooks).clone()
    }

    /// The events that are queued for the application.
    pub fn events(&self) -> &EventQueue<Event> {
        &self.events
    }

    /// Whether the application receives events of this type by a call, and not from the queue.
    pub fn calls_for(&self, event: &Event) -> bool {
        self.hooks().is_some_and(|hooks| hooks.mask() & event.bit() != 0)
    }

    /// Delivers an event by a callback, or queues it. Called with no lock held.
    pub fn occurred(self: &Arc<Self>, runtime: &Runtime, event: Event) {
        if self.calls_for(&event) {
            let (reports, of_call) = (Arc::clone(self), runtime.clone());
            runtime.spawn_callback(move || reports.tell(&of_call, event));
        } else {
            self.queue(runtime, event);
        }
    }

    /// As [`Reports::occurred`], but makes the call at once; for use within a callback (`runtime/callbacks.rs`).
    pub fn tell(&self, runtime: &Runtime, event: Event) {
        match self.hooks() {
            Some(hooks) if hooks.mask() & event.bit() != 0 => hooks.occurs(&event),
            _ => self.queue(runtime, event),
        }
    }

    fn queue(&self, runtime: &Runtime, event: Event) {
        if self.events.push(event) {
            runtime.nudge();
        }
    }

    /// Reports a failure that the library cannot recover from, after which events of type `kind` (0: any) may be
    /// missing. If the application has no hook for that, the process exits, as `libxl_event.h` says. `errno` may be 0.
    pub fn disaster(&self, log: &Log, kind: i32, what: &str, errno: i32) {
        let cause = (errno != 0).then(|| Errno::from_raw(errno));
        log.write(
            Level::Critical,
            cause,
            None,
            (file!(), line!()),
            format_args!("disaster: {what}"),
        );
        if !self.hooks().is_some_and(|hooks| hooks.disaster(kind, what, errno)) {
            let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
            // `eprintln!` is not used, since it panics if stderr is closed.
            let _ = writeln!(std::io::stderr(), "libxl: disaster: {what}{cause}");
            #[expect(clippy::disallowed_methods, reason = "as the C library; exit handlers run")]
            std::process::exit(255);
        }
    }
}

impl fmt::Debug for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reports").field("events", &self.events).finish_non_exhaustive()
    }
}
