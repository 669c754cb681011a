//! The last error line of a piece of work, for the summary of why the work failed (`core/cause.rs`).
//!
//! [`LastError::during`] makes the record current in the calling thread for the duration of one call, and every error
//! line that the thread writes meanwhile, to whichever [`Log`](super::log::Log), is recorded. For a future such a call
//! is one poll. So the record belongs to the work and not to the thread or the ctx: however many operations of a ctx
//! alternate in one thread, or run in several, none records the lines of another.

use std::cell::Cell;
use std::fmt;
use std::mem::ManuallyDrop;

use nix::errno::Errno;

thread_local! {
    /// The current record of this thread; `None` outside of [`LastError::during`]. It has no destructor, so that the
    /// library may log while the thread's other thread-local values are destroyed; it is empty by then.
    static CURRENT: ManuallyDrop<Cell<Option<LastError>>> =
        const { ManuallyDrop::new(Cell::new(None)) };
}

/// The record of one piece of work.
#[derive(Default, Debug)]
pub struct LastError {
    text: Option<String>,
}

impl LastError {
    /// Calls `work`, whose error lines are recorded here, and not in the record that was current before.
    pub fn during<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let outer = swap(Some(std::mem::take(self)));
        // The previous record is restored by a destructor, since `work` may panic.
        let _restore = Restore { record: Some(self), outer };
        work()
    }

    /// The text of the recorded line, with the description of its errno.
    pub fn into_text(self) -> Option<String> {
        self.text
    }
}

/// Calls `work` without recording its error lines: for the application's code in the middle of an operation, or for a
/// line that says less than the one before.
pub fn aside<T>(work: impl FnOnce() -> T) -> T {
    let _restore = Restore { record: None, outer: swap(None) };
    work()
}

/// Replaces the recorded line, if there is a current record; otherwise `text` is not called.
pub fn record(text: impl FnOnce() -> String) {
    let Some(mut current) = swap(None) else { return };
    current.text = Some(text());
    swap(Some(current));
}

struct Restore<'a> {
    record: Option<&'a mut LastError>,
    outer: Option<LastError>,
}

impl Drop for Restore<'_> {
    fn drop(&mut self) {
        let inner = swap(self.outer.take());
        if let Some(record) = &mut self.record {
            **record = inner.unwrap_or_default();
        }
    }
}

fn swap(record: Option<LastError>) -> Option<LastError> {
    CURRENT.with(|current| current.replace(record))
}

/// Records an error line, if there is a current record.
pub(super) fn note(message: fmt::Arguments<'_>, errno: Option<Errno>) {
    record(|| match errno {
        Some(errno) => format!("{message}: {}", errno.desc()),
        None => message.to_string(),
    });
}
