//! Runs `libxl-save-helper`: starts it, receives its messages, answers them, and ends it.
//!
//! The program is part of Xen and is trusted; but its input is a guest's memory or a stream from another host, so it
//! may be killed, hang or send invalid messages. The operation fails after an invalid message, an exit without
//! [`Request::Complete`] or an exit status other than 0; only that of a helper that has written a whole image does not
//! count. A helper that hangs is ended by an abort, at the latest [`GRACE`] after it.
//!
//! A helper that saves is not killed immediately: after SIGTERM it writes no more to the stream, restores the guest's
//! state, for which it sends requests, and sends [`Request::Complete`].

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd;

use super::message::{HelperMessage, Request, Side};
use crate::core::child::{describe_outcome, end_child};
use crate::core::paths;
use crate::core::{Ao, Ctx, Error, Result};
use crate::runtime::bytes::Bytes;
use crate::runtime::child::{Child, Io, Program};
use crate::sync::tracked_fds::Tracked;
use crate::{debug, error, warn};

/// How long a helper that was told to end may take until its next message, or until its exit.
pub const GRACE: Duration = Duration::from_secs(10);

/// Environment variable with the path of the program.
const VARIABLE: &str = "LIBXL_SAVE_HELPER";

/// The parameters of a helper.
pub struct Job<'a> {
    pub side: Side,
    /// The descriptor that libxc's image is written to or read from.
    pub stream: BorrowedFd<'a>,
    /// The back channel of a stream with checkpoints.
    pub back: Option<BorrowedFd<'a>>,
    /// The numeric command line arguments.
    pub numbers: Vec<u64>,
}

/// A message of the helper that the caller must process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HelperEvent {
    Request(Request),
    Results { store_gfn: u64, console_gfn: u64 },
}

/// A running helper.
pub struct Helper<'a> {
    ao: &'a Ao,
    domid: u32,
    side: Side,
    child: Child,
    output: Bytes,
    input: Bytes,
    /// Bytes of incomplete messages.
    pending: Vec<u8>,
    /// Set once the helper was told to end: the deadline for its next message.
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
        let ours = |fd: Tracked<OwnedFd>| Bytes::own(ao.runtime(), fd).map_err(failed);
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

    /// Waits for the next request or result. Log lines and progress messages are passed on meanwhile.
    ///
    /// An abort ends only one wait with an error. The helper is then told to end, and the caller must answer its
    /// further requests as before.
    ///
    /// # Errors
    /// `Error::Aborted` from the first wait that an abort ends; after any other error the helper cannot be used.
    pub async fn next_event(&mut self) -> Result<HelperEvent> {
        loop {
            match self.message().await? {
                HelperMessage::Log { level, errno, context, text } => {
                    self.ao.log().pass_on(level, errno, &context, &text);
                }
                HelperMessage::Progress { context, doing_what, done, total } => {
                    self.ao.log().pass_on_progress(&context, &doing_what, done, total);
                }
                HelperMessage::Results { store_gfn, console_gfn } => {
                    return Ok(HelperEvent::Results { store_gfn, console_gfn });
                }
                HelperMessage::Request(request) => {
                    self.completed |= matches!(request, Request::Complete { .. });
                    return Ok(HelperEvent::Request(request));
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
                        self.terminate();
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
                        error!(
                            self.ao,
                            domid = self.domid,
                            "the save helper did not exit within 10 s"
                        );
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
                    error!(
                        self.ao,
                        domid = self.domid,
                        errno = errno,
                        "cannot read from the save helper"
                    );
                    return Err(Error::Fail);
                }
            }
        }
    }

    /// The next complete message.
    fn next_message(&mut self) -> Result<Option<HelperMessage>> {
        let Some((length, rest)) = self.pending.split_first_chunk() else { return Ok(None) };
        let length = usize::from(u16::from_ne_bytes(*length));
        let Some(bytes) = rest.get(..length) else { return Ok(None) };
        let message = HelperMessage::decode(self.side, bytes);
        self.pending.drain(..length + 2);
        if message.is_none() {
            error!(self.ao, domid = self.domid, "the save helper sent an invalid message");
        }
        message.map(Some).ok_or(Error::Fail)
    }

    /// Answers a request.
    pub async fn answer(&mut self, value: i32) -> Result<()> {
        let bytes = value.to_ne_bytes();
        // The helper waits for this answer and has read all earlier ones, so the pipe is empty.
        match self.ao.unabortable().within(GRACE, self.input.write(&bytes)).await? {
            Some(Ok(count)) if count == bytes.len() => Ok(()),
            Some(Err(Errno::EPIPE)) => Err(self.ended_early().await),
            _ => {
                error!(self.ao, domid = self.domid, "cannot write an answer to the save helper");
                Err(Error::Fail)
            }
        }
    }

    /// Tells the helper to end (SIGTERM). It may still send requests.
    pub fn terminate(&mut self) {
        if self.ends.is_none() {
            debug!(self.ao, domid = self.domid, "telling the save helper to end");
            let _ = self.child.kill(libc::SIGTERM);
            self.ends = Some(Instant::now() + GRACE);
        }
    }

    /// After the helper has closed its output: logs how it ended.
    async fn ended_early(&self) -> Error {
        let ao = self.ao.unabortable();
        match ao.within(GRACE, self.child.exited()).await {
            Ok(Some(outcome)) if outcome.success() && !self.completed => {
                error!(
                    self.ao,
                    domid = self.domid,
                    "the save helper exited before it had completed"
                );
            }
            Ok(Some(outcome)) if self.ends.is_none() => {
                let how = describe_outcome("save helper", self.child.pid(), outcome);
                error!(self.ao, domid = self.domid, "{how}");
            }
            Ok(Some(_)) => {}
            _ => error!(
                self.ao,
                domid = self.domid,
                "the save helper closed its output and did not exit"
            ),
        }
        Error::Fail
    }

    /// After [`Request::Complete`] was answered, if nothing depends on the helper any more: waits for its exit, whatever
    /// the status. An abort, or [`GRACE`], ends the wait and the helper.
    pub async fn dismiss(self) {
        match self.ao.within(GRACE, self.child.exited()).await {
            Ok(Some(outcome)) if outcome.success() => return,
            Ok(Some(outcome)) => {
                let how = describe_outcome("save helper", self.child.pid(), outcome);
                warn!(self.ao, domid = self.domid, "after the save was complete: {how}");
                return;
            }
            Ok(None) => warn!(
                self.ao,
                domid = self.domid,
                "the save is complete, but the save helper did not exit within 10 s"
            ),
            Err(_) => {}
        }
        self.kill().await;
    }

    /// After [`Request::Complete`] was answered: waits for the exit, which must be a success.
    pub async fn finish(self) -> Result<()> {
        let failure = match self.ao.within(GRACE, self.child.exited()).await {
            Ok(Some(outcome)) if outcome.success() => return Ok(()),
            Ok(Some(outcome)) => {
                let how = describe_outcome("save helper", self.child.pid(), outcome);
                error!(self.ao, domid = self.domid, "{how}");
                return Err(Error::Fail);
            }
            Ok(None) => {
                error!(self.ao, domid = self.domid, "the save helper did not exit within 10 s");
                Error::Fail
            }
            Err(e) => e,
        };
        self.kill().await;
        Err(failure)
    }

    /// Kills the helper and waits for its exit: afterwards no other process uses the stream, unless it is logged that
    /// the helper does not end.
    pub async fn kill(self) {
        end_child(self.ao.log(), self.domid, "save helper", self.child).await;
    }
}

/// The result of the helper's request `Complete`, with libxc's `retval` and `errno`. `verb` is what was asked for.
pub fn completed(ctx: &Ctx, domid: u32, verb: &str, retval: i32, errno: i32) -> Result<()> {
    match (retval, errno) {
        (0, _) => return Ok(()),
        // libxc has not set it: its own messages give the reason.
        (_, 0) => error!(ctx, domid = domid, "cannot {verb} the domain: libxc failed"),
        (_, errno) => {
            let errno = Errno::from_raw(errno);
            error!(ctx, domid = domid, errno = errno, "cannot {verb} the domain: libxc failed");
        }
    }
    Err(Error::Fail)
}
