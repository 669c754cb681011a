//! Panics in tasks and in what is told of events: defects of the library, kept from the thread that
//! happens to run them, whose own operation has nothing to do with them.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt;

use crate::sync::{Mutex, locked};

/// What a panic said.
pub fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}

/// Runs `body` to its end; the error is what it panics with. What `body` has changed stays changed, which is the
/// caller's to put right.
pub fn caught<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|panic| message(&*panic).to_owned())
}

/// As [`caught`], of what may wait.
pub async fn caught_async<T>(body: impl Future<Output = T>) -> Result<T, String> {
    let outcome = AssertUnwindSafe(body).catch_unwind().await;
    outcome.map_err(|panic| message(&*panic).to_owned())
}

/// The defects of one ctx that are not reported yet.
#[derive(Debug, Default)]
pub struct Defects {
    /// The first of them: what comes after is often its consequence.
    first: Mutex<Option<String>>,
}

impl Defects {
    /// Calls `body`, and keeps what it panics with.
    pub fn contain(&self, body: impl FnOnce()) {
        if let Err(panic) = caught(body) {
            locked(&self.first).get_or_insert(panic);
        }
    }

    /// The first since the last look.
    pub fn take(&self) -> Option<String> {
        locked(&self.first).take()
    }
}
