//! The last log line of a failed operation: what was requested, and why it failed.
//!
//! An error is logged where it is found, by the code that knows the path, the device and the errno. Only the
//! operation's outermost function knows what was requested, and users read the end of a log first. So each operation
//! runs in [`summed_up`], which keeps the last error line of its work ([`crate::xen::last_error`]) and, if the
//! operation fails, writes a line such as
//!
//! ```text
//! cannot create domain "g": cannot attach disk xvda: /etc/xen/scripts/block add [71] exited with error status 1: no file
//! ```
//!
//! Therefore each error line must be a sentence that can follow the colon: "cannot VERB OBJECT: reason", where the
//! reason quotes the program that has failed. A fault that does not end the operation is logged as a warning, so that
//! it is not taken for the cause.
//!
//! The causes of different operations are kept apart, whether the operations alternate in one thread or run in several.
//! Parts of one operation that run concurrently, such as the scripts of several disks, share one record: the cause is
//! the failure that came last.
//!
//! An operation that was aborted ends with a warning, since the application has requested the abort.

use std::fmt;
use std::future::{Future, poll_fn};

use crate::core::{Ctx, Error, Result};
use crate::xen::last_error::{self, LastError};
use crate::xen::log::Log;
use crate::{error, warn};

/// Runs the work of an operation, and logs the summary if the operation fails. `what` was requested, as a verb and its
/// object, for example `create domain "g"`.
pub fn summed_up<T>(
    ctx: &Ctx,
    domid: u32,
    what: impl fmt::Display,
    work: impl Future<Output = Result<T>>,
) -> impl Future<Output = Result<T>> {
    let work = collected(work);
    async move {
        let (outcome, cause) = work.await;
        outcome.inspect_err(|e| cause.conclude(ctx.log(), domid, &what, *e))
    }
}

/// As [`summed_up`], for work that does not wait.
pub fn summed_up_now<T>(
    ctx: &Ctx,
    domid: u32,
    what: impl fmt::Display,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let mut last = LastError::default();
    let outcome = last.during(work);
    outcome.inspect_err(|e| Cause(last.into_text()).conclude(ctx.log(), domid, &what, *e))
}

/// Runs `work`, and returns the cause of its failure, if it fails. This is for an operation that must undo something
/// before the summary is logged.
///
/// The work is boxed before the future around it is created: an `async fn` would store it twice, as its argument and
/// pinned, and nested operations became larger than the stack of the thread that starts them.
pub fn collected<T>(work: impl Future<Output = T>) -> impl Future<Output = (T, Cause)> {
    let mut work = Box::pin(work);
    async move {
        let mut last = LastError::default();
        let value = poll_fn(|context| last.during(|| work.as_mut().poll(context))).await;
        (value, Cause(last.into_text()))
    }
}

/// The cause of a failure, or `None` if there was none.
#[derive(Debug)]
pub struct Cause(Option<String>);

impl Cause {
    /// Logs the summary that ends an operation, unless the last line is this summary already.
    pub fn conclude(self, log: &Log, domid: u32, what: &impl fmt::Display, error: Error) {
        let start = format!("cannot {what}");
        if error == Error::Aborted {
            warn!(log, domid = domid, "{start}: aborted by the application");
            return;
        }
        match self.0 {
            // This line is in the log. The operation that this one is a part of has not recorded it.
            Some(cause) if cause.starts_with(&start) => last_error::record(|| cause),
            Some(cause) => error!(log, domid = domid, "{start}: {cause}"),
            None => error!(log, domid = domid, "{start}: {}", error.in_words()),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::future::ready;
    use std::pin::pin;

    use futures_util::future::join;
    use futures_util::{FutureExt, pending};
    use nix::errno::Errno;

    use super::*;
    use crate::xen::last_error::aside;

    async fn fails(log: &Log, reason: &str) -> Result<()> {
        error!(log, "{reason}");
        pending!();
        Err(Error::Fail)
    }

    fn text<T>((_, Cause(text)): (T, Cause)) -> Option<String> {
        text
    }

    /// The summary of an operation that fails in this way.
    fn ends(what: &str, error: Error, cause: Option<&str>) -> Option<String> {
        let mut last = LastError::default();
        let cause = Cause(cause.map(str::to_owned));
        last.during(|| cause.conclude(&Log::none(), 7, &what, error));
        last.into_text()
    }

    #[test]
    fn operations_that_take_turns_keep_their_causes_apart() {
        let log = Log::none();
        let both = join(collected(fails(&log, "one")), collected(fails(&log, "two")));
        let mut both = pin!(both);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(both.as_mut().poll(&mut context).is_pending());
        error!(log, "somebody else's");
        let std::task::Poll::Ready((one, two)) = both.as_mut().poll(&mut context) else { panic!() };
        assert_eq!((text(one).as_deref(), text(two).as_deref()), (Some("one"), Some("two")));
    }

    #[test]
    fn the_last_error_counts_with_its_errno() {
        let log = Log::none();
        let work = async {
            error!(log, "first");
            error!(log, errno = Errno::ENOENT, "cannot open x");
            warn!(log, "not a failure");
            aside(|| error!(log, "the application's"));
            let _ = collected(async { error!(log, "a part's that is not passed on") }).await;
        };
        let cause = text(collected(work).now_or_never().unwrap());
        assert_eq!(cause.as_deref(), Some("cannot open x: No such file or directory"));
        assert_eq!(text(collected(ready(1)).now_or_never().unwrap()), None);
    }

    #[test]
    fn a_panic_leaves_no_record_behind() {
        let log = Log::none();
        let panics = std::panic::catch_unwind(|| {
            LastError::default().during(|| panic!("a defect"));
        });
        assert!(panics.is_err());
        let mut last = LastError::default();
        last.during(|| error!(log, "mine"));
        error!(log, "outside");
        assert_eq!(last.into_text().as_deref(), Some("mine"));
    }

    #[test]
    fn one_line_sums_up() {
        let say = |error, cause| ends("pause", error, cause);
        assert_eq!(say(Error::Fail, Some("why")).as_deref(), Some("cannot pause: why"));
        assert_eq!(
            say(Error::DomainNotFound, None).as_deref(),
            Some("cannot pause: no such domain")
        );
        // That line is there. An operation that this one is a part of is told.
        assert_eq!(
            say(Error::Fail, Some("cannot pause: why")).as_deref(),
            Some("cannot pause: why")
        );
        // A warning.
        assert_eq!(say(Error::Aborted, Some("why")), None);
    }
}
