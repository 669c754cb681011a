//! Suspending and resuming a guest. Its kernel stops, and prepares to be resumed here or in another domain.
//!
//! | guest | request | answer |
//! |---|---|---|
//! | with a suspend event channel, not in an ACPI sleep state | an event | it shuts down |
//! | HVM without PV drivers, or in an ACPI sleep state | none: the hypervisor stops it | |
//! | any other | `suspend` in its node `control/shutdown` | it changes the node, then shuts down |
//!
//! Each step may take 60 s. A request in xenstore without an answer is then withdrawn, in a transaction that first
//! reads the node: a guest has either answered before, or finds no request. An event cannot be withdrawn; a guest
//! that suspends after 60 s is found suspended by the check that follows, or by the next operation. For the same
//! reason an abort ends the wait for a guest that was asked only after it has answered, or after the 60 s.
//!
//! After that QEMU is stopped and writes its state to a file (`qemu/state.rs`).
//!
//! The watches are kept until the whole save has ended: ending one is a trip to xenstored, and the guest does not run
//! meanwhile.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};

use crate::core::number::leading_number;
use crate::core::watches::Watch;
use crate::core::{Ao, Error, Result};
use crate::domain::kind::{self, DomainKind};
use crate::domain::nodes;
use crate::qemu::state;
use crate::runtime::descriptor::Descriptor;
use crate::xen::event_channel::SuspendChannel;
use crate::xen::hypervisor::{self, HypervisorError, SHUTDOWN_SUSPEND};
use crate::xen::store::Ops;
use crate::{debug, error, warn};

/// How long a guest may take for each step.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How long a domain that is being destroyed is waited for, and how often it is looked for.
const DESTRUCTION_TIMEOUT: Duration = Duration::from_secs(5);
const DESTRUCTION_POLL: Duration = Duration::from_millis(20);

/// Xenstore's special watch path: it fires whenever a domain has shut down or has been destroyed.
const RELEASES: &str = "@releaseDomain";

/// The value of `control/shutdown` that requests a suspension.
const REQUEST: &[u8] = b"suspend";

/// Suspends a guest, any number of times.
pub struct Suspender<'a> {
    ao: &'a Ao,
    domid: u32,
    kind: DomainKind,
    channel: Option<Descriptor<SuspendChannel<'a>>>,
    /// The watch for domains that have shut down.
    releases: Watch,
    /// The watch for the answer to a request in xenstore, from the first request on.
    answers: Option<Watch>,
}

/// The state of the guest in the hypervisor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Runs,
    Suspended,
}

/// How a guest came to be suspended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Suspension {
    /// By this operation, which resumes it after a failure.
    Requested,
    /// Before it: another operation may have made a copy of the guest that runs, or be about to, so it must not be resumed
    /// here, nor be sent to another host. It can be saved: an image runs only when somebody restores it, and after a
    /// toolstack that was killed this is how the guest goes on.
    Found,
}

impl<'a> Suspender<'a> {
    /// Binds the guest's suspend event channel, if it offers one, and watches for domains that shut down. This does not
    /// affect the guest.
    pub fn new(ao: &'a Ao, domid: u32, kind: DomainKind) -> Result<Self> {
        let path = format!("{}/device/suspend/event-channel", nodes::domain_path(domid));
        let offered = nodes::peek(ao, ao.store(), &path).and_then(|port| leading_number(&port));
        let channel = match offered {
            None => None,
            Some(port) => {
                let bound = SuspendChannel::bind(ao.hypervisor(), domid, port).map_err(|e| {
                    error!(
                        ao,
                        domid = domid,
                        errno = e.errno,
                        "cannot bind the guest's suspend event channel {port} ({}): another \
                         toolstack may use it",
                        e.what
                    );
                    Error::Fail
                })?;
                Some(Descriptor::new(ao.runtime(), bound).map_err(|e| ao.wait_failed(e))?)
            }
        };
        let releases = ao.watch(RELEASES)?;
        Ok(Self { ao, domid, kind, channel, releases, answers: None })
    }

    /// Suspends the guest. After an error it may nevertheless be suspended: see [`Self::is_suspended`].
    pub async fn suspend(&mut self) -> Result<Suspension> {
        let (ao, domid) = (self.ao, self.domid);
        if self.state()? == State::Suspended {
            debug!(ao, domid = domid, "the guest has suspended already");
            return Ok(Suspension::Found);
        }
        let (mut drivers, mut asleep) = (true, false);
        if self.kind != DomainKind::Pv {
            // As in C, an error counts as 0.
            let or_zero = |value: hypervisor::Result<u64>| {
                let value = value.inspect_err(|e| {
                    warn!(ao, domid = domid, "cannot determine how to suspend the guest: {e}");
                });
                value.unwrap_or(0)
            };
            drivers = or_zero(ao.hypervisor().callback_irq(domid)) != 0;
            asleep = or_zero(ao.hypervisor().sleep_state(domid)) != 0;
        }
        match &self.channel {
            Some(channel) if !asleep => {
                debug!(ao, domid = domid, "asking the guest to suspend by its event channel");
                channel.get().notify().map_err(|e| self.refused(e))?;
                self.wait_until_suspended().await?;
            }
            _ if self.kind == DomainKind::Hvm && (!drivers || asleep) => {
                debug!(
                    ao,
                    domid = domid,
                    "suspending the guest by the hypervisor, without its cooperation"
                );
                let stopped = ao.hypervisor().domain_shutdown(domid, SHUTDOWN_SUSPEND);
                stopped.map_err(|e| self.refused(e))?;
                self.wait_until_suspended().await?;
            }
            _ => {
                debug!(ao, domid = domid, "asking the guest to suspend by xenstore");
                self.request_by_xenstore().await?;
                // An abort may have come at the same time as the answer.
                self.wait_until_suspended().await?;
                if ao.abort().is_asked() {
                    return Err(Error::Aborted);
                }
            }
        }
        Ok(Suspension::Requested)
    }

    fn refused(&self, e: HypervisorError) -> Error {
        error!(
            self.ao,
            domid = self.domid,
            errno = e.errno,
            "cannot suspend the domain: {} failed",
            e.what
        );
        Error::Fail
    }

    /// The state of the guest. An error if it has shut down for another reason or does not exist, since it can then
    /// never suspend.
    fn state(&self) -> Result<State> {
        let (ao, domid) = (self.ao, self.domid);
        let info = ao.hypervisor().domain(domid).map_err(|e| {
            error!(ao, domid = domid, errno = e.errno, "cannot read the state of the domain");
            Error::Fail
        })?;
        match info {
            Some(info) if !info.shutdown && !info.dying => Ok(State::Runs),
            Some(info) if info.shutdown_reason == SHUTDOWN_SUSPEND && !info.dying => {
                Ok(State::Suspended)
            }
            Some(info) => {
                let reason = info.shutdown_reason;
                error!(
                    ao,
                    domid = domid,
                    "cannot suspend the domain: it has shut down for another reason ({reason})"
                );
                Err(Error::Fail)
            }
            None => {
                error!(ao, domid = domid, "cannot suspend the domain: it was destroyed");
                Err(Error::Fail)
            }
        }
    }

    /// Whether the guest is suspended. An error is logged, since a suspended guest then stays so, and counts as "no".
    pub fn is_suspended(&self) -> bool {
        let info = self.ao.hypervisor().domain(self.domid).inspect_err(|e| {
            let (ao, domid) = (self.ao, self.domid);
            error!(ao, domid = domid, "cannot determine whether the guest is suspended: {e}");
        });
        info.ok().flatten().is_some_and(|info| {
            info.shutdown && info.shutdown_reason == SHUTDOWN_SUSPEND && !info.dying
        })
    }

    /// Waits until the guest has suspended, after a request. The request cannot be withdrawn, so an aborted operation
    /// also waits up to 60 s; otherwise the guest could suspend later, and nobody would resume it.
    async fn wait_until_suspended(&mut self) -> Result<()> {
        let (ao, domid, deadline) = (self.ao, self.domid, Instant::now() + TIMEOUT);
        match ao.until(deadline, self.suspended()).await {
            Ok(Some(outcome)) => {
                outcome?;
                debug!(ao, domid = domid, "the guest has suspended");
                Ok(())
            }
            Ok(None) => {
                error!(
                    ao,
                    domid = domid,
                    "cannot suspend the domain: the guest did not suspend within 60 s"
                );
                Err(Error::GuestTimedOut)
            }
            Err(e) => {
                ao.unabortable().until(deadline, self.suspended()).await?;
                Err(e)
            }
        }
    }

    async fn suspended(&mut self) -> Result<()> {
        loop {
            if self.state()? == State::Suspended {
                return Ok(());
            }
            self.wait_for_change().await?;
        }
    }

    /// Waits until the state of the guest may have changed.
    async fn wait_for_change(&mut self) -> Result<()> {
        let Some(channel) = &self.channel else {
            self.releases.changed().await;
            return Ok(());
        };
        let event = match select(pin!(self.releases.changed()), pin!(channel.readable())).await {
            Either::Left(_) => return Ok(()),
            Either::Right((event, _)) => event,
        };
        event.map_err(|errno| self.ao.wait_failed(errno))?;
        channel.get().take_event().map_err(|e| self.refused(e))
    }

    /// Writes the request to xenstore, and waits until the guest has acknowledged it.
    async fn request_by_xenstore(&mut self) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid);
        let tree = nodes::domain_path(domid);
        let path = format!("{tree}/control/shutdown");
        let asked = nodes::transaction(ao, |t| {
            // The destruction of a domain removes its nodes first. The request must not create them again.
            let is_there = nodes::read(ao, t, &tree)?.is_some();
            if is_there {
                nodes::write(ao, t, &path, REQUEST)?;
            }
            Ok(is_there)
        });
        if !asked.await? {
            error!(ao, domid = domid, "cannot suspend the domain: it was destroyed");
            return Err(Error::Fail);
        }
        let mut answers = match self.answers.take() {
            Some(watch) => watch,
            None => ao.watch(&path)?,
        };
        let taken = async {
            loop {
                if is_acknowledged(nodes::read(ao, ao.store(), &path)?.as_deref()) {
                    return Ok(());
                }
                // A guest that has ended meanwhile never answers.
                self.state()?;
                select(pin!(answers.changed()), pin!(self.releases.changed())).await;
            }
        };
        let outcome = ao.until(Instant::now() + TIMEOUT, taken).await;
        self.answers = Some(answers);
        let failure = match outcome {
            Ok(Some(Ok(()))) => return Ok(()),
            Ok(Some(Err(e))) | Err(e) => e,
            Ok(None) => Error::GuestTimedOut,
        };
        if self.withdraw(&path)? {
            if failure == Error::GuestTimedOut {
                error!(
                    ao,
                    domid = domid,
                    "cannot suspend the domain: the guest did not acknowledge the request within 60 s"
                );
            }
            return Err(failure);
        }
        debug!(
            ao,
            domid = domid,
            "the guest acknowledged the request while it was being withdrawn"
        );
        match failure {
            Error::GuestTimedOut | Error::Aborted => Ok(()),
            failure => Err(failure),
        }
    }

    /// Withdraws the request; false if the guest has acknowledged it.
    fn withdraw(&self, path: &str) -> Result<bool> {
        let ao = self.ao;
        nodes::transaction_now(ao, |t| {
            if is_acknowledged(nodes::read(ao, t, path)?.as_deref()) {
                return Ok(false);
            }
            t.write(path, b"").map_err(|e| nodes::failed(ao, e))?;
            Ok(true)
        })
    }
}

/// Waits until a guest that is being destroyed is gone, if it is, for 5 s at most. Applications tell by its absence that
/// there is nothing left to resume (`xl remus`: "Primary domain has been destroyed"). But its nodes are removed first,
/// a destroyed domain stays listed for a while, and nothing tells of its end: xenstored fires `@releaseDomain` when it
/// is dying.
pub async fn wait_for_destruction(ao: &Ao, domid: u32) {
    let deadline = Instant::now() + DESTRUCTION_TIMEOUT;
    let tree = nodes::domain_path(domid);
    let is_ending = || match ao.hypervisor().domain(domid) {
        Ok(Some(info)) => info.dying || nodes::read(ao, ao.store(), &tree) == Ok(None),
        _ => false,
    };
    while is_ending() && Instant::now() < deadline {
        // An aborted operation does not wait.
        if ao.sleep(DESTRUCTION_POLL).await.is_err() {
            return;
        }
    }
}

/// Whether the value of the node means that the guest has acknowledged the request.
fn is_acknowledged(value: Option<&[u8]>) -> bool {
    value != Some(REQUEST)
}

/// Resumes a suspended guest: first its device model, then the guest, and tells xenstored. Does nothing if the guest
/// runs: it may have been resumed after a failed save.
///
/// `cooperative`: the guest's kernel is told that the suspension was cancelled, which it must support.
pub async fn resume(ao: &Ao, domid: u32, cooperative: bool) -> Result<()> {
    let kind = kind::of(ao, domid).map_err(|_| Error::Fail)?;
    if kind == DomainKind::Hvm {
        state::resume(ao, domid).await?;
    }
    let failed = |e: HypervisorError| {
        error!(ao, domid = domid, errno = e.errno, "cannot resume the domain: {} failed", e.what);
        Error::Fail
    };
    let xen = ao.hypervisor();
    // Without this check `xc_domain_resume` would write to the start_info page of a running kernel.
    if xen.domain(domid).map_err(failed)?.is_some_and(|info| !info.shutdown) {
        debug!(ao, domid = domid, "the domain runs already: nothing to resume");
        return Ok(());
    }
    xen.with_own_handle(|xen| xen.domain_resume(domid, cooperative)).map_err(failed)?;
    ao.store().resume(domid).map_err(|e| nodes::failed(ao, e))
}
