//! A running bootloader, whose terminal is connected to the user's until the bootloader ends or is stopped.

use std::fs::File;
use std::future::Future;
use std::io::Write;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use nix::errno::Errno;

use super::relay::{Relay, RelayEnd};
use super::terminal::Terminal;
use crate::core::child::end_child;
use crate::core::{Error, Result};
use crate::runtime::Runtime;
use crate::runtime::child::{Child, Children, Outcome, Program};
use crate::xen::log::Log;
use crate::{debug, error, warn};

/// The maximum time for a bootloader to end after SIGTERM. It may have to end helper processes first.
pub const GRACE: Duration = Duration::from_secs(5);

/// The environment of a running bootloader.
pub struct Session<'a> {
    /// The runtime for the waits.
    pub runtime: &'a Runtime,
    /// The ctx's children, to which the bootloader is added.
    pub children: &'a Children,
    /// The library's log.
    pub log: &'a Log,
    /// The guest.
    pub domid: u32,
    /// The terminal that the user's program opens.
    pub user: &'a Terminal,
    /// The log file for all output of the bootloader.
    pub log_file: &'a File,
    /// The maximum time for it to end after SIGTERM: [`GRACE`].
    pub grace: Duration,
}

impl Session<'_> {
    /// Runs `program` to its end, and returns its process id and its outcome. If `stop` yields an error first, the
    /// program is ended, and that error is the result. Errors of the session itself are logged.
    pub async fn run(
        &self,
        program: Program<'_>,
        own: &Terminal,
        stop: impl Future<Output = Error>,
    ) -> Result<(i32, Outcome)> {
        let relay = |from, to| Relay::new(self.runtime, from, to).map_err(|e| self.cannot_wait(e));
        let (mut display, mut keys) = (relay(own, self.user)?, relay(self.user, own)?);
        let record = |output: &[u8]| (&*self.log_file).write_all(output);
        let what = program.describe().to_string();
        let cannot_run = |errno: Errno| {
            // The reason is also written to the log file.
            let _ = record(format!("cannot run {what}: {}\n", errno.desc()).as_bytes());
            error!(self.log, domid = self.domid, errno = errno, "cannot run {what}");
            Error::Fail
        };
        let child = self.children.spawn(&program.terminal(own.name())).map_err(cannot_run)?;
        debug!(self.log, domid = self.domid, "bootloader [{}] was started: {what}", child.pid());
        let failure = {
            let ended = async { Ok(child.exited().await) };
            let stopped = async { Err(stop.await) };
            let display = async { Err(self.copy_failed("output", display.run(record).await)) };
            let keys = async { Err(self.copy_failed("input", keys.run(|_| Ok(())).await)) };
            first(ended, first(stopped, first(display, keys))).await
        };
        let failure = match failure {
            Err(failure) => failure,
            Ok(Outcome::NoProgram(errno)) => return Err(cannot_run(errno)),
            Ok(outcome) => {
                display.finish(record);
                return Ok((child.pid(), outcome));
            }
        };
        let pid = child.pid();
        let outcome = self.end(child).await;
        display.finish(record);
        if let Some(outcome) = outcome {
            debug!(self.log, domid = self.domid, "bootloader [{pid}] was ended: {outcome:?}");
        }
        Err(failure)
    }

    /// Ends the program with SIGTERM, or else with SIGKILL. `None`, logged, if neither ends it.
    async fn end(&self, child: Child) -> Option<Outcome> {
        let _ = child.kill(libc::SIGTERM);
        let grace = self.runtime.sleep(self.grace);
        let in_time = match select(pin!(child.exited()), grace).await {
            Either::Left((outcome, _)) => Some(outcome),
            Either::Right(_) => None,
        };
        match in_time {
            Some(outcome) => Some(outcome),
            None => {
                warn!(
                    self.log,
                    domid = self.domid,
                    "the bootloader has not ended within {} s after SIGTERM: killing it",
                    self.grace.as_secs()
                );
                end_child(self.log, self.domid, "bootloader", child).await
            }
        }
    }

    fn copy_failed(&self, what: &str, reason: RelayEnd) -> Error {
        error!(self.log, domid = self.domid, "cannot copy the bootloader's {what}: {reason}");
        Error::Fail
    }

    fn cannot_wait(&self, errno: Errno) -> Error {
        error!(self.log, domid = self.domid, errno = errno, "cannot wait for the bootloader");
        Error::Fail
    }
}

/// The result of the future that is ready first; of the left one if both are.
async fn first<T>(left: impl Future<Output = T>, right: impl Future<Output = T>) -> T {
    select(pin!(left), pin!(right)).await.factor_first().0
}
