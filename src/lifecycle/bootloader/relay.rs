//! Copying from one terminal to another, as a future that ends when the copying fails.
//!
//! Reading never waits for writing. Data that the other terminal does not accept is buffered, up to a limit, beyond
//! which the oldest data is dropped: a bootloader must be able to continue even if no user reads its output.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::pin::pin;

use futures_util::future::select;
use nix::errno::Errno;
use nix::unistd;

use super::terminal::Terminal;
use crate::core::file::errno_of;
use crate::runtime::Runtime;
use crate::runtime::descriptor::Descriptor;
use crate::sync::tracked_fds::Tracked;

/// The maximum number of bytes that are buffered for a terminal that accepts nothing, which is what the kernel's
/// terminals hold.
const MAX_BUFFERED: usize = 64 * 1024;

/// The maximum number of bytes per read.
const READ_SIZE: usize = 4096;

/// The reason why the copying has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RelayEnd {
    /// Reading has failed; with `EIO` if no process has the other end open.
    #[error("cannot read: {}", .0.desc())]
    Reading(Errno),
    /// Writing has failed.
    #[error("cannot write: {}", .0.desc())]
    Writing(Errno),
    /// What was read cannot be written to the log file.
    #[error("cannot write the log file: {}", .0.desc())]
    Recording(Errno),
    /// Waiting has failed.
    #[error("cannot wait: {}", .0.desc())]
    Waiting(Errno),
}

/// The copying in one direction, and the data in between.
pub struct Relay {
    from: Descriptor<Tracked<OwnedFd>>,
    to: Descriptor<Tracked<OwnedFd>>,
    buffer: VecDeque<u8>,
}

impl Relay {
    /// The copying from one terminal to another. Fails if a descriptor cannot be duplicated or watched.
    pub fn new(runtime: &Runtime, from: &Terminal, to: &Terminal) -> Result<Self, Errno> {
        let descriptor = |terminal: &Terminal| {
            Descriptor::new(runtime, terminal.duplicate().map_err(|e| errno_of(&e))?)
        };
        Ok(Self { from: descriptor(from)?, to: descriptor(to)?, buffer: VecDeque::new() })
    }

    /// Copies until a failure, which is the result. `record` gets all data that was read, before any of it can be
    /// dropped.
    pub async fn run(&mut self, mut record: impl FnMut(&[u8]) -> std::io::Result<()>) -> RelayEnd {
        loop {
            if let Err(errno) = self.readable_or_writable().await {
                return RelayEnd::Waiting(errno);
            }
            if let Err(broken) = self.read(&mut record).and_then(|_| self.write()) {
                return broken;
            }
        }
    }

    /// Copies the data that can be read now, which is the last output of a program that has ended. The amount is
    /// limited to what a terminal can hold, since another program may have the terminal open and continue to write.
    pub fn finish(&mut self, mut record: impl FnMut(&[u8]) -> std::io::Result<()>) {
        for _ in 0..MAX_BUFFERED / READ_SIZE {
            if self.read(&mut record) != Ok(true) {
                break;
            }
        }
        let _ = self.write();
    }

    async fn readable_or_writable(&self) -> Result<(), Errno> {
        let readable = pin!(self.from.readable());
        if self.buffer.is_empty() {
            return readable.await.map(drop);
        }
        let writable = pin!(self.to.writable());
        select(readable, writable).await.factor_first().0.map(drop)
    }

    /// Reads once. Returns whether there was any data.
    fn read(
        &mut self,
        record: &mut impl FnMut(&[u8]) -> std::io::Result<()>,
    ) -> Result<bool, RelayEnd> {
        let mut data = [0; READ_SIZE];
        let count = match unistd::read(self.from.get(), &mut data) {
            Ok(0) => return Err(RelayEnd::Reading(Errno::EIO)),
            Ok(count) => count,
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(false),
            Err(errno) => return Err(RelayEnd::Reading(errno)),
        };
        let data = &data[..count];
        record(data).map_err(|e| RelayEnd::Recording(errno_of(&e)))?;
        let surplus = (self.buffer.len() + count).saturating_sub(MAX_BUFFERED);
        self.buffer.drain(..surplus);
        self.buffer.extend(data);
        Ok(true)
    }

    /// Writes the data that the other terminal accepts.
    fn write(&mut self) -> Result<(), RelayEnd> {
        while !self.buffer.is_empty() {
            match unistd::write(self.to.get(), self.buffer.as_slices().0) {
                Ok(count) => drop(self.buffer.drain(..count)),
                Err(Errno::EAGAIN) => break,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(RelayEnd::Writing(errno)),
            }
        }
        Ok(())
    }
}
