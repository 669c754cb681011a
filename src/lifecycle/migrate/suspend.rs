//! Having a guest suspend itself: its kernel stops, and knows that it may find itself elsewhere.
//!
//! | guest | how it is asked | how it answers |
//! |---|---|---|
//! | one that offers an event channel, and is awake | an event | it shuts down |
//! | HVM without PV drivers, or asleep (ACPI) | not at all: the hypervisor stops it | |
//! | any other | `suspend` in its `control/shutdown` node | it changes the node, then shuts down |
//!
//! Each step has a minute. A request in xenstore that is not answered by then is withdrawn, in a transaction that looks
//! again: a guest that answers in the last moment has either answered, or finds no request. An event cannot be taken
//! back; a guest that suspends after its minute is found suspended by the look that follows, or by whoever asks next.
//! For the same reason an abort ends the wait for a guest that has been asked only when it has answered, or its minute is
//! over.
//!
//! Then QEMU is stopped and has its state written to a file (`qemu_state.rs`).

use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};

use crate::core::number::leading_number;
use crate::core::watches::Watch;
use crate::core::{Ao, Error, Result};
use crate::domain::kind::{self, DomainKind};
use crate::domain::nodes;
use crate::qemu::model;
use crate::runtime::descriptor::Descriptor;
use crate::xen::event_channel::SuspendChannel;
use crate::xen::hypervisor::{HypervisorError, SHUTDOWN_SUSPEND};
use crate::xen::store::Ops;
use crate::{debug, error};

/// How long a guest may take for each step.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Changes whenever a domain has shut down or gone.
const RELEASES: &str = "@releaseDomain";

/// The word that asks for it.
const REQUEST: &[u8] = b"suspend";

/// A guest that is to suspend, maybe several times.
pub struct Suspender<'a> {
    ao: &'a Ao,
    domid: u32,
    kind: DomainKind,
    channel: Option<Descriptor<SuspendChannel<'a>>>,
}

/// What the hypervisor says of the guest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Runs,
    Suspended,
}

impl<'a> Suspender<'a> {
    /// Makes ready for it; nothing happens to the guest yet.
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
                        "cannot use the guest's event channel {port} for suspending ({}): is \
                         another toolstack at it?",
                        e.what
                    );
                    Error::Fail
                })?;
                Some(Descriptor::new(ao.runtime(), bound).map_err(|e| ao.no_wait(e))?)
            }
        };
        Ok(Self { ao, domid, kind, channel })
    }

    /// Has the guest suspend. On an error it may still do so: [`Self::is_suspended`] tells.
    pub async fn suspend(&self) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid);
        let releases = ao.watch(RELEASES)?;
        if self.state()? == State::Suspended {
            debug!(ao, domid = domid, "the guest has suspended already");
            return Ok(());
        }
        let (mut drivers, mut asleep) = (true, false);
        if self.kind != DomainKind::Pv {
            // As in C, what cannot be asked is taken for none.
            drivers = ao.hypervisor().callback_irq(domid).unwrap_or(0) != 0;
            asleep = ao.hypervisor().sleep_state(domid).unwrap_or(0) != 0;
        }
        match &self.channel {
            Some(channel) if !asleep => {
                debug!(ao, domid = domid, "asking the guest to suspend by its event channel");
                channel.get().notify().map_err(|e| self.refused(e))?;
                self.until_suspended(releases).await
            }
            _ if self.kind == DomainKind::Hvm && (!drivers || asleep) => {
                debug!(ao, domid = domid, "the hypervisor stops the guest, which has no drivers");
                let stopped = ao.hypervisor().domain_shutdown(domid, SHUTDOWN_SUSPEND);
                stopped.map_err(|e| self.refused(e))?;
                self.until_suspended(releases).await
            }
            _ => {
                debug!(ao, domid = domid, "asking the guest to suspend by xenstore");
                self.ask(releases).await?;
                let outcome = self.until_suspended(ao.watch(RELEASES)?).await;
                // An abort in the moment of the answer.
                if ao.abort().is_asked() { outcome.and(Err(Error::Aborted)) } else { outcome }
            }
        }
    }

    fn refused(&self, e: HypervisorError) -> Error {
        error!(
            self.ao,
            domid = self.domid,
            errno = e.errno,
            "cannot suspend it: {} failed",
            e.what
        );
        Error::Fail
    }

    /// Whether the guest has suspended. One that has ended otherwise, or gone, is an error, as nobody is left to.
    fn state(&self) -> Result<State> {
        let (ao, domid) = (self.ao, self.domid);
        let info = ao.hypervisor().domain(domid).map_err(|e| {
            error!(ao, domid = domid, errno = e.errno, "cannot ask for the domain");
            Error::Fail
        })?;
        match info {
            Some(info) if !info.shutdown && !info.dying => Ok(State::Runs),
            Some(info) if info.shutdown_reason == SHUTDOWN_SUSPEND && !info.dying => {
                Ok(State::Suspended)
            }
            Some(info) => {
                let reason = info.shutdown_reason;
                error!(ao, domid = domid, "it has shut down for another reason ({reason})");
                Err(Error::Fail)
            }
            None => {
                error!(ao, domid = domid, "it was destroyed while it was to suspend");
                Err(Error::Fail)
            }
        }
    }

    /// Whether the guest has suspended, not logged.
    pub fn is_suspended(&self) -> bool {
        let info = self.ao.hypervisor().domain(self.domid);
        info.ok().flatten().is_some_and(|info| {
            info.shutdown && info.shutdown_reason == SHUTDOWN_SUSPEND && !info.dying
        })
    }

    /// Waits until the guest has suspended, as it was asked to. That is not taken back: when the operation is aborted it
    /// still has its minute, so that it does not suspend later, with nobody to let it run on.
    async fn until_suspended(&self, releases: Watch) -> Result<()> {
        let deadline = Instant::now() + TIMEOUT;
        match self.ao.until(deadline, self.suspended(releases)).await {
            Ok(Some(outcome)) => {
                outcome?;
                debug!(self.ao, domid = self.domid, "the guest has suspended");
                Ok(())
            }
            Ok(None) => {
                error!(self.ao, domid = self.domid, "the guest has not suspended within a minute");
                Err(Error::GuestTimedOut)
            }
            Err(e) => {
                let releases = self.ao.watch(RELEASES)?;
                self.ao.unabortable().until(deadline, self.suspended(releases)).await?;
                Err(e)
            }
        }
    }

    async fn suspended(&self, mut releases: Watch) -> Result<()> {
        loop {
            if self.state()? == State::Suspended {
                return Ok(());
            }
            self.something(&mut releases).await?;
        }
    }

    /// Waits until there may be something new.
    async fn something(&self, releases: &mut Watch) -> Result<()> {
        let Some(channel) = &self.channel else {
            releases.changed().await;
            return Ok(());
        };
        match select(pin!(releases.changed()), pin!(channel.readable())).await {
            Either::Left(_) => Ok(()),
            Either::Right((readable, _)) => {
                readable.map_err(|errno| self.ao.no_wait(errno))?;
                channel.get().take_event().map_err(|e| self.refused(e))
            }
        }
    }

    /// Asks through xenstore, and waits until the guest has taken the request in.
    async fn ask(&self, mut releases: Watch) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid);
        let tree = nodes::domain_path(domid);
        let path = format!("{tree}/control/shutdown");
        let asked = nodes::transaction(ao, |t| {
            // The nodes of a domain that is being destroyed go first. A request must not make them anew.
            let is_there = nodes::read(ao, t, &tree)?.is_some();
            if is_there {
                nodes::write(ao, t, &path, REQUEST)?;
            }
            Ok(is_there)
        });
        if !asked.await? {
            error!(ao, domid = domid, "it was destroyed while it was to suspend");
            return Err(Error::Fail);
        }
        let mut changes = ao.watch(&path)?;
        let taken = async {
            loop {
                if is_answered(nodes::read(ao, ao.store(), &path)?.as_deref()) {
                    return Ok(());
                }
                // One that ends meanwhile never answers.
                self.state()?;
                select(pin!(changes.changed()), pin!(releases.changed())).await;
            }
        };
        let outcome = ao.until(Instant::now() + TIMEOUT, taken).await;
        let failure = match outcome {
            Ok(Some(Ok(()))) => return Ok(()),
            Ok(Some(Err(e))) | Err(e) => e,
            Ok(None) => Error::GuestTimedOut,
        };
        if self.withdraw(&path)? {
            if failure == Error::GuestTimedOut {
                error!(ao, domid = domid, "the guest does not take the suspend request in");
            }
            return Err(failure);
        }
        debug!(ao, domid = domid, "the guest has answered in the last moment");
        match failure {
            Error::GuestTimedOut | Error::Aborted => Ok(()),
            failure => Err(failure),
        }
    }

    /// Takes the request back; false if the guest has answered it.
    fn withdraw(&self, path: &str) -> Result<bool> {
        let ao = self.ao;
        nodes::transaction_now(ao, |t| {
            if is_answered(nodes::read(ao, t, path)?.as_deref()) {
                return Ok(false);
            }
            t.write(path, b"").map_err(|e| nodes::failed(ao, e))?;
            Ok(true)
        })
    }
}

/// Whether the guest has taken the request in, as the node's value says.
fn is_answered(value: Option<&[u8]>) -> bool {
    value != Some(REQUEST)
}

/// Lets a guest run on that has suspended; its device model before it, and xenstore told. Nothing for one that runs: it may
/// have run on by itself, after a save that has failed.
///
/// `cooperative`: its kernel learns that the suspension was cancelled, and must understand that.
pub async fn resume(ao: &Ao, domid: u32, cooperative: bool) -> Result<()> {
    let kind = kind::of(ao, domid).map_err(|_| Error::Fail)?;
    if kind == DomainKind::Hvm {
        model::resume(ao, domid).await?;
    }
    let failed = |e: HypervisorError| {
        error!(ao, domid = domid, errno = e.errno, "cannot resume it: {} failed", e.what);
        Error::Fail
    };
    let xen = ao.hypervisor();
    // Without this look a kernel that runs would have its start_info page written to (`xc_domain_resume`).
    if xen.domain(domid).map_err(failed)?.is_some_and(|info| !info.shutdown) {
        debug!(ao, domid = domid, "it runs: there is nothing to resume");
        return Ok(());
    }
    xen.apart(|xen| xen.domain_resume(domid, cooperative)).map_err(failed)?;
    ao.store().resume(domid).map_err(|e| nodes::failed(ao, e))
}
