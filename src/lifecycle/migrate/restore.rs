//! Restoring: fills a new domain from a stream.
//!
//! The domain exists, paused and without memory. The order of the records is fixed: libxc's image, which Xen's helper
//! reads from the same descriptor; the emulator's records of an HVM guest; and END, without which the restore fails.
//! Any other record is an error, and the caller then destroys the domain.
//!
//! A stream with checkpoints has no END while the sender runs: each part of the image is followed by the emulator's
//! records and CHECKPOINT_END. The records are applied only after CHECKPOINT_END, so the domain always has the state
//! of a complete checkpoint. When the sender has failed, the guest continues from the last one.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd;

use super::emulator;
use super::helper::{self, Helper, HelperEvent, Job};
use super::message::{Request, Side, callback, checkpoint};
use super::record::{Emulator, RecordKind, StreamError, decode_nodes};
use super::stream::Reader;
use crate::core::child::{describe_outcome, end_child};
use crate::core::file::errno_of;
use crate::core::paths;
use crate::core::{Ao, Error, Result};
use crate::error;
use crate::qemu::state;
use crate::runtime::bytes::{Blocking, Bytes};
use crate::runtime::child::{Child, Program};
use crate::sync::std_fds::raised;
use crate::sync::tracked_fds::Tracked;
use crate::xen::guest::Channel;

/// Environment variable with the path of the program that converts streams of older versions.
const CONVERTER: &str = "LIBXL_CONVERT_HELPER";

/// The incoming stream.
#[derive(Debug)]
pub struct Incoming {
    pub stream: Bytes,
    /// The back channel to the sender, if there is one.
    pub back: Option<Bytes>,
    /// Whether the stream has checkpoints (Remus).
    pub checkpoints: bool,
    /// Whether the stream is one of Xen 4.5 or earlier.
    pub is_legacy: bool,
}

/// The new domain, which has no memory yet.
#[derive(Clone, Copy, Debug)]
pub struct Empty {
    pub domid: u32,
    pub is_hvm: bool,
    pub store: Channel,
    pub console: Channel,
}

/// The frames of the guest's rings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frames {
    pub store: u64,
    pub console: u64,
}

/// A domain that was filled from a stream, and the helper that has done that.
pub struct Received<'a> {
    pub frames: Frames,
    helper: Helper<'a>,
}

impl Received<'_> {
    /// Returns `made`, the result of the caller's next steps with the domain, after the helper has exited: its exit takes
    /// about as long as these steps. If they succeeded, its exit status must be 0; otherwise it is killed.
    ///
    /// # Errors
    /// That of `made`; `Error::Aborted`; otherwise `Error::Fail`. The reason is logged.
    pub async fn finish<T>(self, made: Result<T>) -> Result<T> {
        match made {
            Ok(made) => self.helper.finish().await.map(|()| made),
            Err(e) => {
                self.helper.kill().await;
                Err(e)
            }
        }
    }
}

/// Restores the domain from the stream. `set_cpuid` is called if the stream, an older one, has no CPUID policy.
///
/// # Errors
/// `Error::Aborted`; otherwise `Error::Fail`. The reason is logged.
pub async fn receive<'a>(
    ao: &'a Ao,
    domain: Empty,
    incoming: &Incoming,
    mut set_cpuid: impl FnMut() -> Result<()> + Send,
) -> Result<Received<'a>> {
    let domid = domain.domid;
    let unusable = |errno: Errno| {
        error!(ao, domid = domid, errno = errno, "cannot use the stream");
        Error::Fail
    };
    let _blocking = Blocking::make(incoming.stream.as_fd()).map_err(unusable)?;
    let converted = match incoming.is_legacy {
        true => Some(Converter::start(ao, domain, &incoming.stream)?),
        false => None,
    };
    let stream = converted.as_ref().map_or(&incoming.stream, |converter| &converter.output);
    let restore = Restore { ao, domain, incoming, stream };
    let received = restore.run(&mut set_cpuid).await;
    let Some(converter) = converted else { return received };
    let received = match received {
        Ok(received) => received,
        Err(e) => {
            // Until it has ended it has the application's stream, whose mode is then restored.
            converter.end(ao, domid).await;
            return Err(e);
        }
    };
    match converter.finish(ao, domid).await {
        Ok(()) => Ok(received),
        Err(e) => {
            received.helper.kill().await;
            Err(e)
        }
    }
}

/// The state of a restore.
struct Restore<'a, 's> {
    ao: &'a Ao,
    domain: Empty,
    incoming: &'s Incoming,
    stream: &'s Bytes,
}

/// The emulator's records of a stream or of a checkpoint.
#[derive(Default)]
struct EmulatorRecords {
    nodes: Option<Vec<u8>>,
    state: Option<Vec<u8>>,
}

impl<'a> Restore<'a, '_> {
    async fn run(
        &self,
        set_cpuid: &mut (impl FnMut() -> Result<()> + Send),
    ) -> Result<Received<'a>> {
        let (frames, helper) = self.image(set_cpuid).await?;
        match self.rest().await {
            Ok(()) => Ok(Received { frames, helper }),
            Err(e) => {
                helper.kill().await;
                Err(e)
            }
        }
    }

    /// Restores libxc's image. Returns the helper when it has completed.
    async fn image(
        &self,
        set_cpuid: &mut (impl FnMut() -> Result<()> + Send),
    ) -> Result<(Frames, Helper<'a>)> {
        let reader = Reader::new(self.stream);
        self.read(async {
            reader.header().await?;
            let first = reader.record().await?;
            match first.kind {
                RecordKind::LibxcContext => Ok(()),
                kind => Err(StreamError::Misplaced(kind)),
            }
        })
        .await?;
        self.run_helper(set_cpuid).await
    }

    /// Reads what follows the image, up to END, and applies it. A stream with checkpoints has no END.
    async fn rest(&self) -> Result<()> {
        if self.incoming.checkpoints {
            return Ok(());
        }
        let records = self.read(self.records(RecordKind::End)).await?;
        if self.domain.is_hvm && records.state.is_none() {
            error!(
                self.ao,
                domid = self.domain.domid,
                "cannot restore from the stream: it has no emulator state"
            );
            return Err(Error::Fail);
        }
        self.apply(&records)
    }

    /// Waits for the future `reading`, and logs its error.
    async fn read<T>(
        &self,
        reading: impl Future<Output = std::result::Result<T, StreamError>>,
    ) -> Result<T> {
        self.ao.wait(reading).await?.map_err(|e| self.refused(e))
    }

    fn refused(&self, error: StreamError) -> Error {
        error!(self.ao, domid = self.domain.domid, "cannot restore from the stream: {error}");
        Error::Fail
    }

    /// Reads the records of a checkpoint and applies them. Returns the answer to the helper.
    ///
    /// Failover makes the replica run, with the previous checkpoint, so it is only for a sender that may have ended. A sender
    /// whose records are invalid still has a guest that runs: the restore then fails.
    async fn checkpoint(&self) -> Result<i32> {
        let records = match self.ao.wait(self.records(RecordKind::CheckpointEnd)).await? {
            Ok(records) => records,
            Err(e) => {
                self.refused(e);
                return Ok(match e {
                    StreamError::System(_) | StreamError::Ends(_) => checkpoint::FAILOVER,
                    _ => checkpoint::ERROR,
                });
            }
        };
        Ok(if self.apply(&records).is_ok() { checkpoint::SUCCESS } else { checkpoint::ERROR })
    }

    /// Reads the emulator's records up to one of type `last`.
    async fn records(&self, last: RecordKind) -> std::result::Result<EmulatorRecords, StreamError> {
        let reader = Reader::new(self.stream);
        let mut records = EmulatorRecords::default();
        loop {
            let record = reader.record().await?;
            let misplaced = StreamError::Misplaced(record.kind);
            let place = match record.kind {
                kind if kind == last => return Ok(records),
                RecordKind::EmulatorXenstore if self.domain.is_hvm => &mut records.nodes,
                RecordKind::EmulatorContext if self.domain.is_hvm => &mut records.state,
                _ => return Err(misplaced),
            };
            // A second record of the same type is refused.
            if place.is_some() {
                return Err(misplaced);
            }
            *place = Some(reader.body(record).await?);
        }
    }

    /// Writes the emulator's records to xenstore and to the file that the emulator reads when it starts.
    fn apply(&self, records: &EmulatorRecords) -> Result<()> {
        let (ao, domid) = (self.ao, self.domain.domid);
        let wrong = |e: StreamError| {
            error!(ao, domid = domid, "cannot restore from the stream: {e}");
            Error::Fail
        };
        if let Some(body) = &records.nodes {
            let (_, nodes) = Emulator::split(body).map_err(wrong)?;
            emulator::restore_nodes(ao, domid, &decode_nodes(nodes).map_err(wrong)?)?;
        }
        if let Some(body) = &records.state {
            let (_, state) = Emulator::split(body).map_err(wrong)?;
            let path = state::restored_path(domid);
            let mut how = OpenOptions::new();
            how.write(true).create(true).truncate(true).mode(0o600);
            how.custom_flags(libc::O_NOFOLLOW);
            let written = how.open(&path).and_then(|file| {
                let file = Tracked::new(raised(file));
                (&*file).write_all(state)
            });
            written.map_err(|e| {
                error!(ao, domid = domid, errno = errno_of(&e), "cannot write {path}");
                Error::Fail
            })?;
        }
        Ok(())
    }

    /// Runs the helper, which reads libxc's image.
    async fn run_helper(
        &self,
        set_cpuid: &mut (impl FnMut() -> Result<()> + Send),
    ) -> Result<(Frames, Helper<'a>)> {
        let Empty { domid, store, console, .. } = self.domain;
        let mut callbacks = callback::STATIC_DATA_DONE | callback::RESTORE_RESULTS;
        if self.incoming.checkpoints {
            callbacks |= callback::CHECKPOINT;
        }
        let numbers = [domid, store.port, store.domid, console.port, console.domid, callbacks];
        let numbers = numbers.map(u64::from).into_iter();
        let job = Job {
            side: Side::Restore,
            stream: self.stream.as_fd(),
            back: self.incoming.back.as_ref().map(AsFd::as_fd),
            numbers: numbers.chain([self.incoming.checkpoints.into()]).collect(),
        };
        let mut helper = Helper::start(self.ao, domid, job)?;
        match self.serve(&mut helper, set_cpuid).await {
            Ok(frames) => Ok((frames, helper)),
            Err(e) => {
                helper.kill().await;
                Err(e)
            }
        }
    }

    async fn serve(
        &self,
        helper: &mut Helper<'_>,
        set_cpuid: &mut (impl FnMut() -> Result<()> + Send),
    ) -> Result<Frames> {
        let (ao, domid) = (self.ao, self.domain.domid);
        let mut frames = None;
        let mut failure = None;
        loop {
            match helper.next_event().await? {
                HelperEvent::Results { store_gfn, console_gfn } => {
                    frames = Some(Frames { store: store_gfn, console: console_gfn });
                }
                HelperEvent::Request(Request::StaticDataDone { missing }) => {
                    const CPUID: u32 = super::message::MISSING_CPUID;
                    let done = if missing & CPUID == 0 { Ok(()) } else { set_cpuid() };
                    helper.answer(done.err().map_or(0, Error::code)).await?;
                    failure = failure.or(done.err());
                }
                HelperEvent::Request(Request::Checkpoint) if self.incoming.checkpoints => {
                    let answer = self.checkpoint().await?;
                    helper.answer(answer).await?;
                }
                HelperEvent::Request(Request::Complete { retval, errno }) => {
                    helper.answer(0).await?;
                    if let Some(failure) = failure {
                        return Err(failure);
                    }
                    helper::completed(ao, domid, "restore", retval, errno)?;
                    return frames.ok_or_else(|| {
                        error!(
                            ao,
                            domid = domid,
                            "cannot restore the domain: the save helper reported no result"
                        );
                        Error::Fail
                    });
                }
                HelperEvent::Request(other) => {
                    error!(
                        ao,
                        domid = domid,
                        "cannot restore the domain: unexpected request {other:?} of the save helper"
                    );
                    return Err(Error::Fail);
                }
            }
        }
    }
}

/// A running instance of Xen's program that converts streams of older versions.
struct Converter {
    child: Child,
    output: Bytes,
}

impl Converter {
    fn start(ao: &Ao, domain: Empty, stream: &Bytes) -> Result<Self> {
        let domid = domain.domid;
        let path = std::env::var_os(CONVERTER);
        let path = path.unwrap_or_else(|| {
            OsString::from(format!("{}/convert-legacy-stream", paths::PROGRAMS))
        });
        let failed = |errno: Errno| {
            let path = path.to_string_lossy();
            error!(ao, domid = domid, errno = errno, "cannot start {path}");
            Error::Fail
        };
        let (reader, writer) = unistd::pipe2(OFlag::O_CLOEXEC).map_err(failed)?;
        let writer = Tracked::new(writer);
        let output = Bytes::new(ao.runtime(), Tracked::new(reader)).map_err(failed)?;
        let mut program = Program::new(&path);
        let from = program.pass(stream.as_fd()).to_string();
        let to = program.pass(writer.as_fd()).to_string();
        let guest = if domain.is_hvm { "hvm" } else { "pv" };
        let program = program.arguments(["--in", &from, "--out", &to, "--width", "64"]);
        let program = program.arguments(["--guest", guest, "--format", "libxl"]);
        let child = ao.children().spawn(&program).map_err(failed)?;
        Ok(Self { child, output })
    }

    /// After the end of the stream: waits for the converter, which must exit with success.
    async fn finish(self, ao: &Ao, domid: u32) -> Result<()> {
        let failure = match ao.within(helper::GRACE, self.child.exited()).await {
            Ok(Some(outcome)) if outcome.success() => return Ok(()),
            Ok(Some(outcome)) => {
                let how = describe_outcome("stream converter", self.child.pid(), outcome);
                error!(ao, domid = domid, "{how}");
                return Err(Error::Fail);
            }
            Ok(None) => {
                let seconds = helper::GRACE.as_secs();
                error!(ao, domid = domid, "the stream converter did not exit within {seconds} s");
                Error::Fail
            }
            Err(e) => e,
        };
        self.end(ao, domid).await;
        Err(failure)
    }

    /// Kills the converter and waits for its end.
    async fn end(self, ao: &Ao, domid: u32) {
        end_child(ao.log(), domid, "stream converter", self.child).await;
    }
}
