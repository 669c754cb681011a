//! Hypercalls that may take seconds.
//!
//! In an operation that no thread waits for, a forked child makes the call. It must open its own libxenctrl handle, and
//! for that libxenctrl takes a lock of libxentoolcore, which has a list of all handles in the process: of other ctxs,
//! and of the application's own code. If another thread held this lock at the fork, it stays locked in the child, which
//! then waits forever.
//!
//! So the child reports that its handle is open, by an eventfd, before it makes the call. One that has not reported
//! this in time is killed and started again. This does not repeat a call, since the report comes first: when the child
//! has been killed and there is still no report, it has not made the call, and cannot make it any more.

use std::ffi::CString;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use nix::errno::Errno;
use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::core::cause::summed_up;
use crate::core::child::{describe_outcome, end_child};
use crate::core::{Ao, Error, Result};
use crate::runtime::child::{Child, Outcome};
use crate::runtime::descriptor::Descriptor;
use crate::sync::tracked_fds::Tracked;
use crate::xen::hypervisor::{self, Hypervisor};
use crate::{debug, error, warn};

/// The highest errno that a child can report by its exit status.
const MAX_ERRNO: u8 = 125;

/// How long a child may take to open its handle, which is a few system calls.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// How many children are started for one call. The lock is held for moments, so even the second seldom meets it.
const ATTEMPTS: usize = 4;

/// Why a call failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallFailure {
    /// The hypervisor has rejected it, or it was not made.
    Refused(Errno),
    /// It is not known whether the hypervisor has carried it out.
    Unknown,
}

type CallResult = std::result::Result<(), CallFailure>;

/// Makes `call` with a separate connection to the hypervisor. In an operation that no thread waits for, a forked child
/// makes the call, so that it does not block a thread of the application. An abort kills that child.
///
/// `call` must take no locks except its own: see [`crate::runtime::child::Children::fork`].
pub async fn call<F>(ao: &Ao, domid: u32, what: &str, call: F) -> Result<CallResult>
where
    F: FnOnce(&Hypervisor) -> hypervisor::Result<()> + Send,
{
    let here =
        |call: F| ao.hypervisor().with_own_handle(call).map_err(|e| CallFailure::Refused(e.errno));
    if ao.is_waited_for() {
        return Ok(here(call));
    }
    let mut call = Some(call);
    for _ in 0..ATTEMPTS {
        let (child, opened) = match start(ao, &mut call) {
            Ok(started) => started,
            Err(errno) => {
                // This happens if a big process runs on a small host. The call then blocks this thread.
                debug!(ao, domid = domid, errno = errno, "cannot fork for {what}");
                return Ok(call.map_or(Err(CallFailure::Unknown), here));
            }
        };
        let pid = child.pid();
        match ao.wait(ended(ao, &child, &opened)).await {
            Ok(Some(outcome)) => return Ok(made(ao, domid, what, pid, outcome)),
            Ok(None) => {
                let seconds = OPEN_TIMEOUT.as_secs();
                warn!(
                    ao,
                    domid = domid,
                    "{what} [{pid}] has opened no libxc handle for {seconds} s"
                );
            }
            Err(e) => {
                end_child(ao.log(), domid, what, child).await;
                return Err(e);
            }
        }
        let outcome = end_child(ao.log(), domid, what, child).await;
        if opened.get().read().is_ok() {
            // It was only late.
            let made = |outcome| made(ao, domid, what, pid, outcome);
            return Ok(outcome.map_or(Err(CallFailure::Unknown), made));
        }
    }
    Ok(Err(CallFailure::Refused(Errno::ETIMEDOUT)))
}

/// Starts a child for the call, which stays in `call` in this process. The eventfd becomes readable when the child has
/// opened its handle.
fn start<F>(
    ao: &Ao,
    call: &mut Option<F>,
) -> std::result::Result<(Child, Descriptor<Tracked<EventFd>>), Errno>
where
    F: FnOnce(&Hypervisor) -> hypervisor::Result<()> + Send,
{
    let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
    let opened = Descriptor::new(ao.runtime(), Tracked::new(EventFd::from_flags(flags)?))?;
    let bell = opened.get();
    let body = || {
        let xen = Hypervisor::of_child();
        let made = xen.open().map_err(|e| e.errno).and_then(|()| {
            bell.write(1)?;
            call.take().map_or(Err(Errno::EINVAL), |call| call(&xen).map_err(|e| e.errno))
        });
        let code = |errno| u8::try_from(errno as i32).unwrap_or(u8::MAX);
        made.map_or_else(|e| if code(e) <= MAX_ERRNO { code(e) } else { u8::MAX }, |()| 0)
    };
    let child = ao.children().fork_with(bell, body)?;
    Ok((child, opened))
}

/// Waits until the child has ended. `None`: it has not opened its handle in time.
async fn ended(ao: &Ao, child: &Child, opened: &Descriptor<Tracked<EventFd>>) -> Option<Outcome> {
    let (exited, begun) = (pin!(child.exited()), pin!(opened.readable()));
    match select(select(exited, begun), pin!(ao.runtime().sleep(OPEN_TIMEOUT))).await {
        Either::Left((Either::Left((outcome, _)), _)) => Some(outcome),
        Either::Right((Ok(()), _)) => None,
        // The handle is open. After an error that cannot be observed, and the child is waited for without a limit.
        Either::Left((Either::Right(_), _)) | Either::Right((Err(_), _)) => {
            Some(child.exited().await)
        }
    }
}

/// The result of the call, from how the child has ended.
fn made(ao: &Ao, domid: u32, what: &str, pid: i32, outcome: Outcome) -> CallResult {
    if outcome.success() {
        return Ok(());
    }
    if let Outcome::Ended(status) = outcome
        && let Some(code @ 1..) = status.code()
        && code <= i32::from(MAX_ERRNO)
    {
        return Err(CallFailure::Refused(Errno::from_raw(code)));
    }
    error!(ao, domid = domid, "{}", describe_outcome(what, pid, outcome));
    Err(CallFailure::Unknown)
}

/// Writes the domain's memory and registers to a core file for a debugger.
pub async fn dump_core(ao: &Ao, domid: u32, file: &[u8]) -> Result<()> {
    let shown = String::from_utf8_lossy(file);
    let name = CString::new(file).map_err(|_| Error::Invalid)?;
    let what = format!("dump the domain's core to {shown}");
    let dumped = call(ao, domid, "core dump", |xen| xen.domain_dump_core(domid, &name));
    let dumped = summed_up(ao, domid, what, dumped).await?;
    dumped.map_err(|failure| {
        match failure {
            CallFailure::Refused(errno) => {
                error!(
                    ao,
                    domid = domid,
                    errno = errno,
                    "cannot dump the domain's core to {shown}"
                );
            }
            CallFailure::Unknown => {
                error!(
                    ao,
                    domid = domid,
                    "cannot dump the domain's core to {shown}: the file may be incomplete"
                )
            }
        }
        Error::Fail
    })
}
