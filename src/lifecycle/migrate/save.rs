//! Saving: writes a guest into a stream; it is suspended afterwards.
//!
//! # Which side may run the guest
//!
//! The stream's last record, END, transfers the guest: a receiver without it has no guest. Therefore:
//!
//! - until END is written completely, after any failure (of a write, the helper, QEMU or the guest's suspension, an
//!   abort, a panic) the guest continues to run here; if it was suspended by this operation, it is resumed. A guest that
//!   was found suspended stays so: another operation may have transferred it;
//! - after END is written completely nothing can fail: the operation succeeds, and the guest stays suspended until the
//!   application destroys it, or resumes it because the receiver does not run it.
//!
//! Nothing is written after END. If END is written partially, the stream has no END.
//!
//! If the toolstack is killed, the guest stays in its present state: running, or suspended. The receiver has END only
//! if it was written before; otherwise any toolstack can resume a suspended guest with `libxl_domain_resume`.

use std::os::fd::AsFd;
use std::time::Duration;

use nix::errno::Errno;

use super::emulator;
use super::helper::{self, Helper, HelperEvent, Job};
use super::message::{Request, Side, callback};
use super::record::{Emulator, RecordKind, StreamError};
use super::stream::Writer;
use super::suspend::{self, Suspender, Suspension};
use crate::core::{Ao, Error, Result};
use crate::domain::kind::DomainKind;
use crate::qemu::state::{self, Saved};
use crate::runtime::bytes::{Blocking, Bytes};
use crate::runtime::defect::caught_async;
use crate::xen::log::Level;
use crate::{debug, error};

/// The options of a save.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SaveOptions {
    /// The guest runs while most of its memory is copied.
    pub live: bool,
    /// Libxc sends the memory again at the end, for the receiver to compare.
    pub debug: bool,
    /// Checkpoints are sent at this interval until the save fails; a receiver then continues from the last one (Remus).
    pub checkpoints: Option<Duration>,
}

impl SaveOptions {
    /// The value of libxc's `XCFLAGS_*`.
    fn flags(self) -> u64 {
        u64::from(self.live) | u64::from(self.debug) << 1
    }
}

/// Saves domain `domid` into `stream`. If it succeeds, the guest is suspended; otherwise it runs.
///
/// # Errors
/// `Error::GuestTimedOut` if the guest does not suspend, or was suspended before and cannot be saved; `Error::Aborted`; otherwise `Error::Fail`. The reason is
/// logged.
pub async fn save(
    ao: &Ao,
    domid: u32,
    kind: DomainKind,
    stream: &Bytes,
    back: Option<&Bytes>,
    options: SaveOptions,
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
        options,
        emulator,
        stream,
        back,
        suspender: Suspender::new(ao, domid, kind)?,
        suspended: false,
        was_suspended: false,
        emulator_logs: false,
        state: None,
    };
    let defect = |panic: String| {
        let text = format_args!("saving the domain: a defect in the library: {panic}");
        ao.log().write(Level::Critical, None, Some(domid), (file!(), line!()), text);
        Error::BadFail
    };
    let saved = caught_async(save.run()).await.unwrap_or_else(|panic| Err(defect(panic)));
    // Replication ends only with a failure, and this side then still has the guest.
    if saved.is_err() || options.checkpoints.is_some() {
        save.resume_guest().await;
        suspend::wait_for_destruction(ao, domid).await;
    }
    if save.state.is_some() {
        // Only this save's own: another one may be about to send its.
        state::forget_saved(ao, domid);
    }
    let was_suspended = save.was_suspended;
    drop(save);
    let saved = match saved {
        // What applications do after other errors is to resume the guest.
        Err(e) if was_suspended && e != Error::Aborted => Err(Error::GuestTimedOut),
        saved => saved,
    };
    // The receiver has the guest: not even a panic changes that any more.
    if let Some(helper) = saved? {
        let _ = caught_async(helper.dismiss()).await.map_err(defect);
    }
    Ok(())
}

/// The state of a save.
struct Save<'a> {
    ao: &'a Ao,
    domid: u32,
    options: SaveOptions,
    emulator: Option<Emulator>,
    stream: &'a Bytes,
    back: Option<&'a Bytes>,
    suspender: Suspender<'a>,
    /// Whether the guest was asked to suspend.
    suspended: bool,
    /// Whether it was found suspended ([`Suspension::Found`]), and so stays suspended after a failure.
    was_suspended: bool,
    /// Whether the emulator logs dirty pages, at the helper's request.
    emulator_logs: bool,
    /// The state that the emulator has saved.
    state: Option<Saved>,
}

impl<'a> Save<'a> {
    /// Returns the helper if it may still be about to exit.
    async fn run(&mut self) -> Result<Option<Helper<'a>>> {
        let (ao, domid) = (self.ao, self.domid);
        let vnuma = ao.hypervisor().has_vnuma(domid).map_err(|e| {
            error!(
                ao,
                domid = domid,
                errno = e.errno,
                "cannot save the domain: cannot read its vNUMA settings"
            );
            Error::Fail
        })?;
        if vnuma {
            error!(ao, domid = domid, "cannot save the domain: it has virtual NUMA nodes");
            return Err(Error::Fail);
        }
        let writer = Writer::new(self.stream);
        let failed = |e: StreamError| {
            error!(ao, domid = domid, "cannot write the stream: {e}");
            Error::Fail
        };
        ao.wait(writer.begin()).await?.map_err(failed)?;
        let helper = self.save_image().await?;
        if self.options.checkpoints.is_some() {
            return helper.finish().await.map(|()| None);
        }
        // END must be the last step. The helper has written all of its part, and exits meanwhile.
        let ended = match self.check_still_suspended() {
            Ok(()) => self.write_emulator_records(RecordKind::End).await,
            Err(e) => Err(e),
        };
        match ended {
            Ok(()) => Ok(Some(helper)),
            Err(e) => {
                helper.kill().await;
                Err(e)
            }
        }
    }

    /// Fails if the guest was found suspended, and another operation has resumed it since: its memory has then changed
    /// while it was copied, and it runs.
    fn check_still_suspended(&self) -> Result<()> {
        if !self.was_suspended || self.suspender.is_suspended() {
            return Ok(());
        }
        let (ao, domid) = (self.ao, self.domid);
        error!(ao, domid = domid, "cannot save the domain: it was resumed while it was saved");
        Err(Error::Fail)
    }

    /// Writes what follows a part of libxc's image: the emulator's records, and one of type `last`.
    async fn write_emulator_records(&self, last: RecordKind) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid);
        let writer = Writer::new(self.stream);
        let failed = |e: StreamError| {
            error!(ao, domid = domid, "cannot write the stream: {e}");
            Error::Fail
        };
        if let Some(emulator) = self.emulator {
            let nodes = emulator::saved_nodes(ao, domid)?;
            ao.wait(writer.emulator_nodes(emulator, &nodes)).await?.map_err(failed)?;
            let Some(saved) = self.state else {
                error!(ao, domid = domid, "cannot save the domain: QEMU has not saved its state");
                return Err(Error::Fail);
            };
            let state = state::read_saved(ao, domid, saved)?;
            ao.wait(writer.emulator_state(emulator, &state)).await?.map_err(failed)?;
        }
        ao.wait(writer.empty(last)).await?.map_err(failed)
    }

    /// Runs the helper, which writes libxc's image; meanwhile the guest is suspended. Returns the helper when it has
    /// completed.
    async fn save_image(&mut self) -> Result<Helper<'a>> {
        let mut callbacks = callback::SUSPEND | callback::SWITCH_LOG_DIRTY;
        let checkpoints = self.options.checkpoints.is_some();
        if checkpoints {
            callbacks |= callback::POSTCOPY | callback::CHECKPOINT;
        }
        let job = Job {
            side: Side::Save,
            stream: self.stream.as_fd(),
            back: self.back.map(AsFd::as_fd),
            numbers: vec![
                self.domid.into(),
                self.options.flags(),
                callbacks.into(),
                checkpoints.into(),
            ],
        };
        let mut helper = Helper::start(self.ao, self.domid, job)?;
        match self.serve(&mut helper).await {
            Ok(()) => Ok(helper),
            Err(e) => {
                // A helper that was killed has not stopped the logging of dirty pages, one that failed has.
                helper.kill().await;
                self.stop_logging().await;
                Err(e)
            }
        }
    }

    /// Processes the helper's requests until it has completed.
    async fn serve(&mut self, helper: &mut Helper<'_>) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid);
        let mut failure = None;
        loop {
            let request = match helper.next_event().await {
                Ok(HelperEvent::Request(request)) => request,
                Ok(HelperEvent::Results { .. }) => continue,
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
                        helper.terminate();
                    }
                }
                Request::SwitchLogDirty { enable, .. } => {
                    let outcome = self.log_dirty(enable).await;
                    if enable {
                        failure = failure.or(outcome.err());
                    }
                    answer(helper, if outcome.is_ok() { 0 } else { -1 }, failure).await?;
                }
                Request::Postcopy | Request::Checkpoint if self.options.checkpoints.is_some() => {
                    let outcome = match failure {
                        Some(failure) => Err(failure),
                        None if request == Request::Postcopy => self.postcopy().await,
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
                    helper::completed(ao, domid, "save", retval, errno)?;
                    if !self.suspended {
                        error!(
                            ao,
                            domid = domid,
                            "cannot save the domain: the save helper did not request its suspension"
                        );
                        return Err(Error::Fail);
                    }
                    return Ok(());
                }
                other => {
                    error!(
                        ao,
                        domid = domid,
                        "cannot save the domain: unexpected request {other:?} of the save helper"
                    );
                    return Err(Error::Fail);
                }
            }
        }
    }

    async fn suspend(&mut self) -> Result<()> {
        self.suspended = true;
        self.was_suspended = self.suspender.suspend().await? == Suspension::Found;
        if self.was_suspended && (self.options.live || self.options.checkpoints.is_some()) {
            let (ao, domid) = (self.ao, self.domid);
            error!(
                ao,
                domid = domid,
                "cannot migrate the domain: it is suspended already, and may have been migrated before"
            );
            return Err(Error::Fail);
        }
        if self.emulator.is_some() {
            self.state = Some(state::save(self.ao, self.domid, self.options.live).await?);
        }
        Ok(())
    }

    /// Resumes the guest, which runs until the next checkpoint.
    async fn postcopy(&self) -> Result<()> {
        suspend::resume(self.ao, self.domid, true).await
    }

    /// Ends a checkpoint, and waits until the next is due.
    async fn checkpoint(&self) -> Result<()> {
        self.write_emulator_records(RecordKind::CheckpointEnd).await?;
        self.ao.sleep(self.options.checkpoints.unwrap_or_default()).await
    }

    /// Starts or stops the emulator's logging of dirty pages. Guests without an emulator need none: only an emulator
    /// writes to a guest's memory in a way that the hypervisor does not log.
    ///
    /// QEMU ends with a failed assertion if it is told to stop what it has not started, and libxc tells it to at the end of
    /// each save, whatever has started. So a stop is passed on only after a successful start, and only once. An abort does
    /// not end the wait for QEMU, which would leave it unknown whether QEMU has started.
    async fn log_dirty(&mut self, enable: bool) -> Result<()> {
        if self.emulator.is_none() || self.emulator_logs == enable {
            return Ok(());
        }
        self.emulator_logs = false;
        state::set_dirty_log(&self.ao.unabortable(), self.domid, enable).await?;
        self.emulator_logs = enable;
        Ok(())
    }

    /// Stops the logging of dirty pages, which a helper that was killed has not stopped.
    async fn stop_logging(&mut self) {
        if self.options.live
            && let Err(e) = self.ao.hypervisor().stop_log_dirty(self.domid)
        {
            debug!(
                self.ao,
                domid = self.domid,
                errno = e.errno,
                "dirty page logging was not enabled"
            );
        }
        // The error has been logged.
        let _ = self.log_dirty(false).await;
    }

    /// Resumes the guest after a failure, if it is suspended: the receiver does not have it.
    async fn resume_guest(&self) {
        if !self.suspended || self.was_suspended || !self.suspender.is_suspended() {
            return;
        }
        debug!(self.ao, domid = self.domid, "resuming the guest after the failed save");
        if suspend::resume(&self.ao.unabortable(), self.domid, true).await.is_err() {
            error!(
                self.ao,
                domid = self.domid,
                "the guest stays suspended and has no other copy: resume it"
            );
        }
    }
}

/// Answers a request. If the helper has exited meanwhile, an earlier `failure` takes precedence over that error: it may
/// be the reason for the exit.
async fn answer(helper: &mut Helper<'_>, value: i32, failure: Option<Error>) -> Result<()> {
    helper.answer(value).await.map_err(|e| failure.unwrap_or(e))
}

/// Suspends domain `domid` without saving it. If that fails, the domain continues to run.
pub async fn suspend_only(ao: &Ao, domid: u32, kind: DomainKind) -> Result<()> {
    let mut suspender = Suspender::new(ao, domid, kind)?;
    let mut was_suspended = false;
    let outcome = async {
        was_suspended = suspender.suspend().await? == Suspension::Found;
        if kind == DomainKind::Hvm {
            state::save(ao, domid, false).await?;
        }
        Ok(())
    };
    let outcome = outcome.await;
    if outcome.is_err() && !was_suspended && suspender.is_suspended() {
        // The error has been logged.
        let _ = suspend::resume(&ao.unabortable(), domid, true).await;
    }
    outcome
}
