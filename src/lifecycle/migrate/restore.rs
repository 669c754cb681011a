//! Filling a new domain from a stream.
//!
//! The domain is there, paused, without memory. The records come in one order: libxc's image, which Xen's helper reads
//! from the same descriptor; what the emulator of an HVM guest needs; and END, without which nothing has succeeded. A
//! stream of anything else is an error, and the caller then destroys the domain.
//!
//! A stream with checkpoints has no END while all is well: the image never ends, and between two pieces of it come the
//! emulator's records and CHECKPOINT_END. They are kept until that has come, so that what is in use is always a whole
//! checkpoint. When the sender has gone, the last one is what the guest goes on from.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd;

use super::emulator;
use super::helper::{Heard, Helper, Job};
use super::message::{Request, Side, callback, checkpoint};
use super::record::{Emulator, RecordKind, StreamError, decode_nodes};
use super::stream::Reader;
use crate::core::child::describe_outcome;
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

/// Names the program that makes a present stream of an older one.
const CONVERTER: &str = "LIBXL_CONVERT_HELPER";

/// What comes in.
#[derive(Debug)]
pub struct Incoming {
    pub stream: Bytes,
    /// The way back to the sender, where there is one.
    pub back: Option<Bytes>,
    /// There are checkpoints (Remus).
    pub checkpoints: bool,
    /// It is of Xen 4.5 or before.
    pub is_legacy: bool,
}

/// The domain that is filled.
#[derive(Clone, Copy, Debug)]
pub struct Empty {
    pub domid: u32,
    pub is_hvm: bool,
    pub store: Channel,
    pub console: Channel,
}

/// Where the guest's rings are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frames {
    pub store: u64,
    pub console: u64,
}

/// Fills the domain. `set_cpuid` is called if the stream, an older one, does not say what the guest's cpus are.
///
/// # Errors
/// `Error::Aborted`; otherwise `Error::Fail`. Said in the log.
pub async fn receive(
    ao: &Ao,
    domain: Empty,
    incoming: &Incoming,
    mut set_cpuid: impl FnMut() -> Result<()> + Send,
) -> Result<Frames> {
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
    let frames = restore.run(&mut set_cpuid).await?;
    if let Some(converter) = converted {
        converter.finish(ao, domid).await?;
    }
    Ok(frames)
}

/// A restore under way.
struct Restore<'a> {
    ao: &'a Ao,
    domain: Empty,
    incoming: &'a Incoming,
    stream: &'a Bytes,
}

/// What an emulator has in a stream.
#[derive(Default)]
struct EmulatorRecords {
    nodes: Option<Vec<u8>>,
    state: Option<Vec<u8>>,
}

impl Restore<'_> {
    async fn run(&self, set_cpuid: &mut (impl FnMut() -> Result<()> + Send)) -> Result<Frames> {
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
        let frames = self.image(set_cpuid).await?;
        if !self.incoming.checkpoints {
            let records = self.read(self.records(RecordKind::End)).await?;
            if self.domain.is_hvm && records.state.is_none() {
                error!(self.ao, domid = self.domain.domid, "the stream has no emulator's state");
                return Err(Error::Fail);
            }
            self.apply(&records)?;
        }
        Ok(frames)
    }

    /// Waits for what is read of the stream.
    async fn read<T>(
        &self,
        reading: impl Future<Output = std::result::Result<T, StreamError>>,
    ) -> Result<T> {
        self.ao.wait(reading).await?.map_err(|e| {
            error!(self.ao, domid = self.domain.domid, "cannot restore from the stream: {e}");
            Error::Fail
        })
    }

    /// The emulator's records up to one of kind `last`.
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
            // Two would be kept, of which one counts.
            if place.is_some() {
                return Err(misplaced);
            }
            *place = Some(reader.body(record).await?);
        }
    }

    /// Puts an emulator's records where the emulator finds them when it starts.
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

    /// Has the helper read libxc's image.
    async fn image(&self, set_cpuid: &mut (impl FnMut() -> Result<()> + Send)) -> Result<Frames> {
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
            Ok(frames) => helper.finish().await.map(|()| frames),
            Err(e) => {
                helper.end().await;
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
            match helper.heard().await? {
                Heard::Results { store_gfn, console_gfn } => {
                    frames = Some(Frames { store: store_gfn, console: console_gfn });
                }
                Heard::Request(Request::StaticDataDone { missing }) => {
                    const CPUID: u32 = super::message::MISSING_CPUID;
                    let done = if missing & CPUID == 0 { Ok(()) } else { set_cpuid() };
                    helper.answer(done.err().map_or(0, Error::code)).await?;
                    failure = failure.or(done.err());
                }
                Heard::Request(Request::Checkpoint) if self.incoming.checkpoints => {
                    let answer = match self.read(self.records(RecordKind::CheckpointEnd)).await {
                        Err(Error::Aborted) => return Err(Error::Aborted),
                        // The sender has gone in the middle of it: the one before counts.
                        Err(_) => checkpoint::FAILOVER,
                        Ok(records) if self.apply(&records).is_ok() => checkpoint::SUCCESS,
                        Ok(_) => checkpoint::ERROR,
                    };
                    helper.answer(answer).await?;
                }
                Heard::Request(Request::Complete { retval, errno }) => {
                    helper.answer(0).await?;
                    if let Some(failure) = failure {
                        return Err(failure);
                    }
                    if retval != 0 {
                        let errno = Errno::from_raw(errno);
                        error!(ao, domid = domid, errno = errno, "libxc cannot restore it");
                        return Err(Error::Fail);
                    }
                    return frames.ok_or_else(|| {
                        error!(ao, domid = domid, "the save helper ends without a result");
                        Error::Fail
                    });
                }
                Heard::Request(other) => {
                    error!(ao, domid = domid, "the save helper asks for {other:?}");
                    return Err(Error::Fail);
                }
            }
        }
    }
}

/// Xen's program that makes a present stream of an older one, at work.
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

    /// The stream has come to its end: so must the converter, and with success.
    async fn finish(self, ao: &Ao, domid: u32) -> Result<()> {
        let outcome = ao.wait(self.child.exited()).await?;
        if outcome.success() {
            return Ok(());
        }
        let how = describe_outcome("stream converter", self.child.pid(), outcome);
        error!(ao, domid = domid, "{how}");
        Err(Error::Fail)
    }
}
