//! The last error line of a piece of work, for the line that sums up why the work failed (`core/cause.rs`).
//!
//! [`LastError::during`] hands the record to the calling thread for as long as one call lasts, and every error line that
//! the thread writes meanwhile, to whichever [`Log`](super::log::Log), goes into it. For a future that call is one poll.
//! So the record belongs to the work and not to the thread or the ctx: however many operations of a ctx take turns in
//! one thread, or run in several, none reads the lines of another.

use std::cell::Cell;
use std::fmt;
use std::mem::ManuallyDrop;

use nix::errno::Errno;

thread_local! {
    /// The record of what this thread is doing; `None` outside of [`LastError::during`]. Without a destructor, so that
    /// the library may log while the thread's other values are destroyed; nothing is left in it by then.
    static CURRENT: ManuallyDrop<Cell<Option<LastError>>> =
        const { ManuallyDrop::new(Cell::new(None)) };
}

/// The record of one piece of work.
#[derive(Default, Debug)]
pub struct LastError {
    text: Option<String>,
}

impl LastError {
    /// Calls `work`; its error lines go into this record, and into no record that the thread had before.
    pub fn during<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let outer = swap(Some(std::mem::take(self)));
        // Restores in a destructor: `work` may panic.
        let _restore = Restore { record: Some(self), outer };
        work()
    }

    /// The text of the line, with the system's words for its errno.
    pub fn into_text(self) -> Option<String> {
        self.text
    }
}

/// Calls `work`, whose error lines go into no record: work of the application in the middle of an operation, or a line that
/// says less than the one before.
pub fn aside<T>(work: impl FnOnce() -> T) -> T {
    let _restore = Restore { record: None, outer: swap(None) };
    work()
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

/// Takes an error line into the record, if there is one.
pub(super) fn note(message: fmt::Arguments<'_>, errno: Option<Errno>) {
    let Some(mut current) = swap(None) else { return };
    current.text = Some(match errno {
        Some(errno) => format!("{message}: {}", errno.desc()),
        None => message.to_string(),
    });
    swap(Some(current));
}
