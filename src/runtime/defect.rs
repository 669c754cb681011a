//! Panics in tasks and in event handlers. They are defects of the library, and must not reach the thread that happens
//! to run the code, since the operation of that thread is a different one.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt;

use crate::sync::{Mutex, locked};

/// The message of a panic.
pub fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}

/// Runs `body`. The error is the message of its panic. The caller has to repair what `body` had changed before it
/// panicked.
pub fn caught<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|panic| message(&*panic).to_owned())
}

/// As [`caught`], for a future.
pub async fn caught_async<T>(body: impl Future<Output = T>) -> Result<T, String> {
    let outcome = AssertUnwindSafe(body).catch_unwind().await;
    outcome.map_err(|panic| message(&*panic).to_owned())
}

/// The defects of one ctx that have not been reported yet.
#[derive(Debug, Default)]
pub struct Defects {
    /// The first one; later ones are often its consequence.
    first: Mutex<Option<String>>,
}

impl Defects {
    /// Calls `body`, and records its panic if there is one.
    pub fn contain(&self, body: impl FnOnce()) {
        if let Err(panic) = caught(body) {
            locked(&self.first).get_or_insert(panic);
        }
    }

    /// Takes the first defect since the last call.
    pub fn take(&self) -> Option<String> {
        locked(&self.first).take()
    }
}
