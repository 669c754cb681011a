//! Saving a guest: its image into a stream, after which it has suspended.
//!
//! # Who may run it
//!
//! The stream's last record, END, is what gives the guest away. A receiver without it has no guest. So:
//!
//! - until END is written whole, whatever fails (a write, the helper, QEMU, the guest's own suspension, an abort, a panic)
//!   ends with the guest running on here, resumed if it had suspended;
//! - once END is written whole nothing here fails any more: the answer is success, and the guest stays suspended
//!   until the application ends it, or has it run on because it knows that nobody else will.
//!
//! Nothing is written between the two. A write of END that is cut short is a stream without END.
//!
//! A toolstack that is killed leaves the guest as it was at that moment: running, or suspended. In neither case has anybody
//! END, unless it was written; and `libxl_domain_resume`, from any toolstack, has a suspended guest run on.

use std::os::fd::AsFd;
use std::time::Duration;

use nix::errno::Errno;

use super::emulator;
use super::helper::{Heard, Helper, Job};
use super::message::{Request, Side, callback};
use super::record::{Emulator, RecordKind, StreamError};
use super::stream::Writer;
use super::suspend::{self, Suspender};
use crate::core::{Ao, Error, Result};
use crate::domain::kind::DomainKind;
use crate::qemu::state;
use crate::runtime::bytes::{Blocking, Bytes};
use crate::runtime::defect::caught_async;
use crate::xen::log::Level;
use crate::{debug, error};

/// How a guest is saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct How {
    /// It runs on while most of its memory is copied.
    pub live: bool,
    /// Libxc sends memory once more at the end, for the receiver to compare.
    pub debug: bool,
    /// Again and again, each time after that pause, for a receiver that goes on with the last of these when we are gone
    /// (Remus).
    pub checkpoints: Option<Duration>,
}

impl How {
    /// `XCFLAGS_*`.
    fn flags(self) -> u64 {
        u64::from(self.live) | u64::from(self.debug) << 1
    }
}

/// Saves domain `domid` into `stream`. When it has succeeded, the guest has suspended; otherwise it runs.
///
/// # Errors
/// `Error::GuestTimedOut`: the guest does not suspend; `Error::Aborted`; otherwise `Error::Fail`. Said in the log.
pub async fn save(
    ao: &Ao,
    domid: u32,
    kind: DomainKind,
    stream: &Bytes,
    back: Option<&Bytes>,
    how: How,
) -> Result<()> {
    let failed = |errno: Errno| {
        error!(ao, domid = domid, errno = errno, "cannot use the stream");
        Error::Fail
    };
    let _blocking = Blocking::make(stream.as_fd()).map_err(failed)?;
    let emulator = match kind {
        DomainKind::Hvm => Some(emulator::of_guest(ao, domid)?),
        _ => None,
    };
    let mut save = Save {
        ao,
        domid,
        how,
        emulator,
        stream,
        back,
        suspender: Suspender::new(ao, domid, kind)?,
        suspended: false,
    };
    let saved = caught_async(save.run()).await.unwrap_or_else(|panic| {
        let text = format_args!("the save ends by a defect in the library: {panic}");
        ao.log().write(Level::Critical, None, Some(domid), (file!(), line!()), text);
        Err(Error::BadFail)
    });
    // Replication ends only when it cannot go on, and the guest is still here.
    if saved.is_err() || how.checkpoints.is_some() {
        save.put_back().await;
    }
    if emulator.is_some() {
        state::remove_saved(ao, domid);
    }
    saved
}

/// A save under way.
struct Save<'a> {
    ao: &'a Ao,
    domid: u32,
    how: How,
    emulator: Option<Emulator>,
    stream: &'a Bytes,
    back: Option<&'a Bytes>,
    suspender: Suspender<'a>,
    /// The guest was asked to suspend.
    suspended: bool,
}

impl Save<'_> {
    async fn run(&mut self) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid);
        let vnuma = ao.hypervisor().has_vnuma(domid).map_err(|e| {
            error!(ao, domid = domid, errno = e.errno, "cannot tell whether it has NUMA nodes");
            Error::Fail
        })?;
        if vnuma {
            error!(ao, domid = domid, "a guest with NUMA nodes of its own cannot be saved");
            return Err(Error::Fail);
        }
        let writer = Writer::new(self.stream);
        let failed = |e: StreamError| {
            error!(ao, domid = domid, "cannot write the stream: {e}");
            Error::Fail
        };
        ao.wait(writer.begin()).await?.map_err(failed)?;
        self.image().await?;
        if self.how.checkpoints.is_some() {
            return Ok(());
        }
        // Last of all, and nothing after it.
        self.write_rest(RecordKind::End).await
    }

    /// What follows a piece of libxc's image: the emulator's records, and one of kind `last`.
    async fn write_rest(&self, last: RecordKind) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid);
        let writer = Writer::new(self.stream);
        let failed = |e: StreamError| {
            error!(ao, domid = domid, "cannot write the stream: {e}");
            Error::Fail
        };
        if let Some(emulator) = self.emulator {
            let nodes = emulator::saved_nodes(ao, domid)?;
            ao.wait(writer.emulator_nodes(emulator, &nodes)).await?.map_err(failed)?;
            let state = state::read_saved(ao, domid)?;
            ao.wait(writer.emulator_state(emulator, &state)).await?.map_err(failed)?;
        }
        ao.wait(writer.empty(last)).await?.map_err(failed)
    }

    /// Has the helper write libxc's image, in which the guest suspends.
    async fn image(&mut self) -> Result<()> {
        let mut callbacks = callback::SUSPEND | callback::SWITCH_LOG_DIRTY;
        let checkpoints = self.how.checkpoints.is_some();
        if checkpoints {
            callbacks |= callback::POSTCOPY | callback::CHECKPOINT;
        }
        let job = Job {
            side: Side::Save,
            stream: self.stream.as_fd(),
            back: self.back.map(AsFd::as_fd),
            numbers: vec![
                self.domid.into(),
                self.how.flags(),
                callbacks.into(),
                checkpoints.into(),
            ],
        };
        let mut helper = Helper::start(self.ao, self.domid, job)?;
        match self.serve(&mut helper).await {
            Ok(()) => helper.finish().await,
            Err(e) => {
                // It may have been killed, and then it has put nothing back.
                helper.end().await;
                self.stop_logging().await;
                Err(e)
            }
        }
    }

    /// Does what the helper asks for until it has finished.
    async fn serve(&mut self, helper: &mut Helper<'_>) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid);
        let mut failure = None;
        loop {
            let request = match helper.heard().await {
                Ok(Heard::Request(request)) => request,
                Ok(Heard::Results { .. }) => continue,
                Err(Error::Aborted) if failure.is_none() => {
                    failure = Some(Error::Aborted);
                    continue;
                }
                Err(e) => return Err(failure.unwrap_or(e)),
            };
            match request {
                Request::Suspend => {
                    let outcome = match failure {
                        None => self.suspend().await,
                        Some(failure) => Err(failure),
                    };
                    failure = failure.or(outcome.err());
                    answer(helper, outcome.is_ok().into(), failure).await?;
                    if outcome == Err(Error::Aborted) {
                        helper.tell_to_end();
                    }
                }
                Request::SwitchLogDirty { enable, .. } => {
                    let outcome = self.log_dirty(enable).await;
                    failure = failure.or(outcome.err());
                    answer(helper, if outcome.is_ok() { 0 } else { -1 }, failure).await?;
                }
                Request::Postcopy | Request::Checkpoint if self.how.checkpoints.is_some() => {
                    let outcome = match failure {
                        Some(failure) => Err(failure),
                        None if request == Request::Postcopy => self.run_on().await,
                        None => self.checkpoint().await,
                    };
                    failure = failure.or(outcome.err());
                    answer(helper, outcome.is_ok().into(), failure).await?;
                }
                Request::Complete { retval, errno } => {
                    answer(helper, 0, failure).await?;
                    if let Some(failure) = failure {
                        return Err(failure);
                    }
                    if retval != 0 {
                        let errno = Errno::from_raw(errno);
                        error!(ao, domid = domid, errno = errno, "libxc has not saved it");
                        return Err(Error::Fail);
                    }
                    if !self.suspended {
                        error!(ao, domid = domid, "the save helper has had nobody suspend it");
                        return Err(Error::Fail);
                    }
                    return Ok(());
                }
                other => {
                    error!(ao, domid = domid, "the save helper asks for {other:?}");
                    return Err(Error::Fail);
                }
            }
        }
    }

    async fn suspend(&mut self) -> Result<()> {
        self.suspended = true;
        self.suspender.suspend().await?;
        if self.emulator.is_some() {
            state::save(self.ao, self.domid, self.how.live).await?;
        }
        Ok(())
    }

    /// Between two checkpoints the guest runs.
    async fn run_on(&self) -> Result<()> {
        suspend::resume(self.ao, self.domid, true).await
    }

    /// Ends a checkpoint, and waits until the next is due.
    async fn checkpoint(&self) -> Result<()> {
        self.write_rest(RecordKind::CheckpointEnd).await?;
        self.ao.sleep(self.how.checkpoints.unwrap_or_default()).await
    }

    /// Only an emulator writes to a guest's memory by itself.
    async fn log_dirty(&self, enable: bool) -> Result<()> {
        if self.emulator.is_none() {
            return Ok(());
        }
        let ao = if enable { self.ao.clone() } else { self.ao.unabortable() };
        state::set_dirty_log(&ao, self.domid, enable).await
    }

    /// Ends what a helper leaves that was killed.
    async fn stop_logging(&self) {
        if !self.how.live {
            return;
        }
        if let Err(e) = self.ao.hypervisor().stop_log_dirty(self.domid) {
            debug!(self.ao, domid = self.domid, errno = e.errno, "its memory was not watched");
        }
        // Logged where it fails.
        let _ = self.log_dirty(false).await;
    }

    /// Nobody else has the guest: it runs on here.
    async fn put_back(&self) {
        if !self.suspended || !self.suspender.is_suspended() {
            return;
        }
        debug!(self.ao, domid = self.domid, "the guest runs on");
        if suspend::resume(&self.ao.unabortable(), self.domid, true).await.is_err() {
            error!(
                self.ao,
                domid = self.domid,
                "the guest stays suspended: nobody else runs it, so have it resumed"
            );
        }
    }
}

/// Answers a request. If the helper has gone meanwhile, what made it go is the failure: it may have been told to.
async fn answer(helper: &mut Helper<'_>, value: i32, failure: Option<Error>) -> Result<()> {
    helper.answer(value).await.map_err(|gone| failure.unwrap_or(gone))
}

/// Has domain `domid` suspend, and do no more. If it does not, it runs on.
pub async fn suspend_only(ao: &Ao, domid: u32, kind: DomainKind) -> Result<()> {
    let suspender = Suspender::new(ao, domid, kind)?;
    let outcome = async {
        suspender.suspend().await?;
        if kind == DomainKind::Hvm {
            state::save(ao, domid, false).await?;
        }
        Ok(())
    };
    let outcome = outcome.await;
    if outcome.is_err() && suspender.is_suspended() {
        // Logged where it fails.
        let _ = suspend::resume(&ao.unabortable(), domid, true).await;
    }
    outcome
}
