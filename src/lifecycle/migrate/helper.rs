//! `libxl-save-helper` at work: started, heard, answered, and ended.
//!
//! The program is Xen's own and does what it is asked to; but it works on a guest's memory or on a stream of somebody
//! else's, and may be killed, stand still or say nonsense. Each of these ends the operation: a message that is none, an end
//! without [`Request::Complete`], an exit status other than 0. One that does nothing is ended by an abort, at the
//! latest [`GRACE`] after that.
//!
//! A helper that saves is not killed at once. Told to end (SIGTERM) it writes no more to the stream, puts the guest back,
//! which takes requests to us, and says [`Request::Complete`].

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd;

use super::message::{HelperMessage, Request, Side};
use crate::core::child::describe_outcome;
use crate::core::paths;
use crate::core::{Ao, Error, Result};
use crate::runtime::bytes::Bytes;
use crate::runtime::child::{Child, Io, Program};
use crate::sync::tracked_fds::Tracked;
use crate::{debug, error};

/// How long a helper that is told to end may take for it, without a word.
const GRACE: Duration = Duration::from_secs(10);

/// Names the program, in the toolstack's environment.
const VARIABLE: &str = "LIBXL_SAVE_HELPER";

/// What to start.
pub struct Job<'a> {
    pub side: Side,
    /// Libxc's image goes there, or comes from there.
    pub stream: BorrowedFd<'a>,
    /// The way back, of a stream with checkpoints.
    pub back: Option<BorrowedFd<'a>>,
    /// The numbers that its work wants.
    pub numbers: Vec<u64>,
}

/// What the helper wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heard {
    Request(Request),
    Results { store_gfn: u64, console_gfn: u64 },
}

/// A helper that runs.
pub struct Helper<'a> {
    ao: &'a Ao,
    domid: u32,
    side: Side,
    child: Child,
    output: Bytes,
    input: Bytes,
    /// Bytes of messages that are not whole yet.
    pending: Vec<u8>,
    /// Told to end: until when it may be silent.
    ends: Option<Instant>,
    completed: bool,
}

impl<'a> Helper<'a> {
    /// Starts the helper.
    pub fn start(ao: &'a Ao, domid: u32, job: Job<'_>) -> Result<Self> {
        let program = std::env::var_os(VARIABLE);
        let program = program
            .unwrap_or_else(|| OsString::from(format!("{}/libxl-save-helper", paths::PROGRAMS)));
        Self::start_program(ao, domid, &program, job)
    }

    fn start_program(ao: &'a Ao, domid: u32, path: &OsStr, job: Job<'_>) -> Result<Self> {
        let failed = |errno: Errno| {
            let path = path.to_string_lossy();
            error!(ao, domid = domid, errno = errno, "cannot start {path}");
            Error::Fail
        };
        let pipe = || -> Result<_> {
            let (reader, writer) = unistd::pipe2(OFlag::O_CLOEXEC).map_err(failed)?;
            Ok((Tracked::new(reader), Tracked::new(writer)))
        };
        let (its_input, input) = pipe()?;
        let (output, its_output) = pipe()?;
        let ours = |fd: Tracked<OwnedFd>| Bytes::new(ao.runtime(), fd).map_err(failed);
        let (input, output) = (ours(input)?, ours(output)?);
        let mut program = Program::new(path);
        let mode = match job.side {
            Side::Save => "--save-domain",
            Side::Restore => "--restore-domain",
        };
        let stream = program.pass(job.stream);
        let back = job.back.map_or(-1, |back| program.pass(back));
        let program = program
            .argument(mode)
            .arguments([stream, back].map(|fd| fd.to_string()))
            .arguments(job.numbers.iter().map(u64::to_string))
            .stdin(Io::Fd(its_input.as_fd()))
            .stdout(Io::Fd(its_output.as_fd()));
        debug!(ao, domid = domid, "starting {}", program.describe());
        let child = ao.children().spawn(&program).map_err(failed)?;
        Ok(Self {
            ao,
            domid,
            side: job.side,
            child,
            output,
            input,
            pending: Vec::new(),
            ends: None,
            completed: false,
        })
    }

    /// Waits for what the helper wants. Lines for the log and progress are passed on meanwhile.
    ///
    /// An abort ends the wait once; the helper is then told to end, and what it wants until it has is for the caller to
    /// answer as before.
    ///
    /// # Errors
    /// `Error::Aborted` for the first wait that an abort ends; otherwise the helper is of no more use.
    pub async fn heard(&mut self) -> Result<Heard> {
        loop {
            match self.message().await? {
                HelperMessage::Log { level, errno, context, text } => {
                    self.ao.log().hand_on(level, errno, &context, &text);
                }
                HelperMessage::Progress { context, doing_what, done, total } => {
                    self.ao.log().hand_on_progress(&context, &doing_what, done, total);
                }
                HelperMessage::Results { store_gfn, console_gfn } => {
                    return Ok(Heard::Results { store_gfn, console_gfn });
                }
                HelperMessage::Request(request) => {
                    self.completed |= matches!(request, Request::Complete { .. });
                    return Ok(Heard::Request(request));
                }
            }
        }
    }

    async fn message(&mut self) -> Result<HelperMessage> {
        loop {
            if let Some(message) = self.next_message()? {
                return Ok(message);
            }
            let mut piece = [0; 4096];
            let read = self.output.read(&mut piece);
            let count = match self.ends {
                None => match self.ao.wait(read).await {
                    Err(Error::Aborted) => {
                        self.tell_to_end();
                        return Err(Error::Aborted);
                    }
                    count => count?,
                },
                Some(deadline) => match self.ao.unabortable().until(deadline, read).await? {
                    Some(count) => {
                        self.ends = Some(Instant::now() + GRACE);
                        count
                    }
                    None => {
                        error!(self.ao, domid = self.domid, "the save helper does not end");
                        return Err(Error::Fail);
                    }
                },
            };
            match count {
                Ok(0) => {
                    return Err(self.ended_early().await);
                }
                Ok(count) => self.pending.extend_from_slice(&piece[..count]),
                Err(errno) => {
                    error!(self.ao, domid = self.domid, errno = errno, "cannot hear the helper");
                    return Err(Error::Fail);
                }
            }
        }
    }

    /// The next message that has come whole.
    fn next_message(&mut self) -> Result<Option<HelperMessage>> {
        let Some((length, rest)) = self.pending.split_first_chunk() else { return Ok(None) };
        let length = usize::from(u16::from_ne_bytes(*length));
        let Some(bytes) = rest.get(..length) else { return Ok(None) };
        let message = HelperMessage::decode(self.side, bytes);
        self.pending.drain(..length + 2);
        if message.is_none() {
            error!(self.ao, domid = self.domid, "the save helper says what makes no sense");
        }
        message.map(Some).ok_or(Error::Fail)
    }

    /// Answers a request.
    pub async fn answer(&mut self, value: i32) -> Result<()> {
        let bytes = value.to_ne_bytes();
        // It waits for this and nothing else, so there is room in the pipe.
        match self.ao.unabortable().within(GRACE, self.input.write(&bytes)).await? {
            Some(Ok(count)) if count == bytes.len() => Ok(()),
            Some(Err(Errno::EPIPE)) => Err(self.ended_early().await),
            _ => {
                error!(self.ao, domid = self.domid, "the save helper does not listen");
                Err(Error::Fail)
            }
        }
    }

    /// Tells the helper to end. It may still have requests.
    pub fn tell_to_end(&mut self) {
        if self.ends.is_none() {
            debug!(self.ao, domid = self.domid, "the save helper is told to end");
            let _ = self.child.kill(libc::SIGTERM);
            self.ends = Some(Instant::now() + GRACE);
        }
    }

    /// It has closed its output: how it ended.
    async fn ended_early(&self) -> Error {
        let ao = self.ao.unabortable();
        match ao.within(GRACE, self.child.exited()).await {
            Ok(Some(outcome)) if outcome.success() && !self.completed => {
                error!(self.ao, domid = self.domid, "the save helper has ended before its work");
            }
            Ok(Some(outcome)) if self.ends.is_none() => {
                let how = describe_outcome("save helper", self.child.pid(), outcome);
                error!(self.ao, domid = self.domid, "{how}");
            }
            Ok(Some(_)) => {}
            _ => error!(self.ao, domid = self.domid, "the save helper says no more"),
        }
        Error::Fail
    }

    /// After [`Request::Complete`] was answered: waits for the end, which must be a success.
    pub async fn finish(self) -> Result<()> {
        let failure = match self.ao.within(GRACE, self.child.exited()).await {
            Ok(Some(outcome)) if outcome.success() => return Ok(()),
            Ok(Some(outcome)) => {
                let how = describe_outcome("save helper", self.child.pid(), outcome);
                error!(self.ao, domid = self.domid, "{how}");
                return Err(Error::Fail);
            }
            Ok(None) => {
                error!(self.ao, domid = self.domid, "the save helper does not end");
                Error::Fail
            }
            Err(e) => e,
        };
        self.end().await;
        Err(failure)
    }

    /// Kills the helper and waits until it has gone: then nobody else uses the stream.
    pub async fn end(self) {
        self.child.end().await;
    }
}
