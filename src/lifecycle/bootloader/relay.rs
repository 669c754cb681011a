//! Copying from one terminal to another, as a future that ends when the copying fails.
//!
//! The reading side never blocks. What the other side does not take is kept, up to a limit, beyond which the oldest is
//! dropped: a bootloader must go on even if no user reads its output.

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

/// How much is kept for a side that takes nothing: as much as the kernel's terminals keep.
const KEPT: usize = 64 * 1024;

/// How much is read at once.
const PIECE: usize = 4096;

/// Why a copy has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RelayEnd {
    /// Cannot read; `EIO` when no process has the other end open.
    #[error("cannot read: {}", .0.desc())]
    Reading(Errno),
    #[error("cannot write: {}", .0.desc())]
    Writing(Errno),
    /// What is read cannot be recorded.
    #[error("cannot write the log file: {}", .0.desc())]
    Recording(Errno),
    /// Cannot wait.
    #[error("cannot wait: {}", .0.desc())]
    Waiting(Errno),
}

/// One direction, and what is on its way.
pub struct Relay {
    from: Descriptor<Tracked<OwnedFd>>,
    to: Descriptor<Tracked<OwnedFd>>,
    kept: VecDeque<u8>,
}

impl Relay {
    pub fn new(runtime: &Runtime, from: &Terminal, to: &Terminal) -> Result<Self, Errno> {
        let descriptor = |terminal: &Terminal| {
            Descriptor::new(runtime, terminal.duplicate().map_err(|e| errno_of(&e))?)
        };
        Ok(Self { from: descriptor(from)?, to: descriptor(to)?, kept: VecDeque::new() })
    }

    /// Copies until that breaks. `record` sees all that is read, before it can be lost.
    pub async fn run(&mut self, mut record: impl FnMut(&[u8]) -> std::io::Result<()>) -> RelayEnd {
        loop {
            if let Err(errno) = self.something_to_do().await {
                return RelayEnd::Waiting(errno);
            }
            if let Err(broken) = self.read(&mut record).and_then(|_| self.write()) {
                return broken;
            }
        }
    }

    /// Copies what can be read now: the last output of a program that has ended. At most what a terminal can hold,
    /// since another program may have it open and go on writing.
    pub fn finish(&mut self, mut record: impl FnMut(&[u8]) -> std::io::Result<()>) {
        for _ in 0..KEPT / PIECE {
            if self.read(&mut record) != Ok(true) {
                break;
            }
        }
        let _ = self.write();
    }

    async fn something_to_do(&self) -> Result<(), Errno> {
        let readable = pin!(self.from.readable());
        if self.kept.is_empty() {
            return readable.await.map(drop);
        }
        let writable = pin!(self.to.writable());
        select(readable, writable).await.factor_first().0.map(drop)
    }

    /// Reads once; whether there was anything.
    fn read(
        &mut self,
        record: &mut impl FnMut(&[u8]) -> std::io::Result<()>,
    ) -> Result<bool, RelayEnd> {
        let mut piece = [0; PIECE];
        let count = match unistd::read(self.from.get(), &mut piece) {
            Ok(0) => return Err(RelayEnd::Reading(Errno::EIO)),
            Ok(count) => count,
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(false),
            Err(errno) => return Err(RelayEnd::Reading(errno)),
        };
        let piece = &piece[..count];
        record(piece).map_err(|e| RelayEnd::Recording(errno_of(&e)))?;
        let surplus = (self.kept.len() + count).saturating_sub(KEPT);
        self.kept.drain(..surplus);
        self.kept.extend(piece);
        Ok(true)
    }

    /// Writes what the other side takes.
    fn write(&mut self) -> Result<(), RelayEnd> {
        while !self.kept.is_empty() {
            match unistd::write(self.to.get(), self.kept.as_slices().0) {
                Ok(count) => drop(self.kept.drain(..count)),
                Err(Errno::EAGAIN) => break,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(RelayEnd::Writing(errno)),
            }
        }
        Ok(())
    }
}
