//! Hypercalls that may take seconds.

use std::ffi::CString;

use nix::errno::Errno;

use crate::core::cause::summed_up;
use crate::core::child::{describe_outcome, end_child};
use crate::core::{Ao, Error, Result};
use crate::runtime::child::Outcome;
use crate::xen::hypervisor::{self, Hypervisor};
use crate::{debug, error};

/// The highest errno that a child can report by its exit status.
const MAX_ERRNO: u8 = 125;

/// Why a call failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallFailure {
    /// The hypervisor has rejected it.
    Refused(Errno),
    /// It is not known whether the hypervisor has carried it out.
    Unknown,
}

/// Makes `call` with a separate connection to the hypervisor. In an operation that no thread waits for, a forked child
/// makes the call, so that it does not block a thread of the application. An abort kills that child.
///
/// `call` must take no locks except its own: see [`crate::runtime::child::Children::fork`].
pub async fn call<F>(
    ao: &Ao,
    domid: u32,
    what: &str,
    call: F,
) -> Result<std::result::Result<(), CallFailure>>
where
    F: FnOnce(&Hypervisor) -> hypervisor::Result<()> + Send,
{
    let here =
        |call: F| ao.hypervisor().with_own_handle(call).map_err(|e| CallFailure::Refused(e.errno));
    if ao.is_waited_for() {
        return Ok(here(call));
    }
    let mut call = Some(call);
    let body = || match call.take().map(|call| call(&Hypervisor::of_child())) {
        Some(Ok(())) => 0,
        Some(Err(e)) => u8::try_from(e.errno as i32)
            .map_or(u8::MAX, |e| if e <= MAX_ERRNO { e } else { u8::MAX }),
        None => u8::MAX,
    };
    let child = match ao.children().fork(body) {
        Ok(child) => child,
        Err(errno) => {
            // This happens if a big process runs on a small host. The call then blocks this thread.
            debug!(ao, domid = domid, errno = errno, "cannot fork for {what}");
            return Ok(call.map_or(Err(CallFailure::Unknown), here));
        }
    };
    let outcome = match ao.wait(child.exited()).await {
        Ok(outcome) => outcome,
        Err(e) => {
            end_child(ao.log(), domid, what, child).await;
            return Err(e);
        }
    };
    if outcome.success() {
        return Ok(Ok(()));
    }
    if let Outcome::Ended(status) = outcome
        && let Some(code @ 1..) = status.code()
        && code <= i32::from(MAX_ERRNO)
    {
        return Ok(Err(CallFailure::Refused(Errno::from_raw(code))));
    }
    error!(ao, domid = domid, "{}", describe_outcome(what, child.pid(), outcome));
    Ok(Err(CallFailure::Unknown))
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
