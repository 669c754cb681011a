//! The slow locks: around what is done to a running domain through its device model, which may take its time.
//! They are waited for as everything in an operation is, and an abort ends the wait.
//!
//! # How one is had
//!
//! 1. In this process, waiters queue in memory (`queue.rs`); the first of them goes for the file.
//! 2. If nobody has the file's lock or waits for it, it is had at once. (Not in debug builds, so that the
//!    following is exercised.)
//! 3. Otherwise a forked helper waits: nothing tells when a `flock` comes free, and nothing else sleeps on it
//!    without a thread. The helper takes the lock *on the open file that it shares with us* and ends; the lock
//!    stays, because the file is still open here. That it is ours is not believed of the helper's exit status: a
//!    `flock` that does not wait tells, since one who has the lock may take it again. So a helper that was killed,
//!    or whose status somebody else took, is no harm: either it had the lock already, or another is sent.
//! 4. Whether the file is still the right one, and the domain still there, is looked at last (`file.rs`).
//!
//! # How a wait ends
//!
//! | what happens | the waiter |
//! |---|---|
//! | the holder lets go, or dies | has the lock: the kernel lets go for a process that ends |
//! | the holder has removed the file | starts again, with the new one |
//! | the helper is killed | sends another, a few times |
//! | the helper's `flock` fails | `Error::LockFail` |
//! | there is no room for a helper | looks again and again |
//! | the domain is destroyed | `Error::LockFail`, without waiting for the holder |
//! | the operation is aborted | `Error::Aborted`; the helper is killed and reaped before |
//! | the operation is dropped (`libxl_ctx_free`) | the same, without a result |
//!
//! In each case but the first the place in the queue is left, the file closed, a lock that the helper has got in
//! the last moment given back, and a file that nobody uses removed.
//!
//! # Nobody starves
//!
//! Among the waiters of one process the order is that of the queue. Among processes it is the kernel's, which is
//! that of their coming: a holder who sees that others wait leaves them the file (`file.rs`), and who comes new
//! and sees it gets in line behind them instead of trying its luck. A process's next waiter counts as new. Waiters
//! with the C library have no marks; they get their turn as they always did, when the file is free at the
//! right moment.

mod host;
#[cfg(all(test, loom))]
mod model;
#[cfg(all(test, not(loom)))]
mod tests;

use std::future::Future;
use std::path::Path;

use super::file::{LockCandidate, LockFailure, LockFile, ROUNDS};
use super::name;
use super::queue::{QueueTicket, Queues};
use crate::core::{Ao, Error};
use crate::error;
use crate::sync::fault_injection::{Mechanism, is_removed};
use crate::sync::order;
use host::{Domain, HostMeans};

/// What a lock is acquired with.
trait Means: Sync {
    type File: LockFile;

    /// Whether to look first if the lock is free.
    fn tries_first(&self) -> bool;

    fn open(&self, path: &Path) -> Result<Self::File, LockFailure>;

    /// Waits for `future`; an abort ends it.
    fn wait<T: Send>(
        &self,
        future: impl Future<Output = T> + Send,
    ) -> impl Future<Output = Result<T, SlowLockFailure>> + Send;

    /// Waits until we have the lock on this file, or have no more reason to wait.
    fn wait_for(
        &self,
        file: &Self::File,
    ) -> impl Future<Output = Result<(), SlowLockFailure>> + Send;

    /// Whether there is still something to lock.
    fn exists(&self) -> Result<(), SlowLockFailure>;
}

/// Why a lock was not had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum SlowLockFailure {
    File(LockFailure),
    /// One helper after the other has ended without the lock and without a reason.
    Helper,
    Domain(Error),
    Aborted,
}

impl From<LockFailure> for SlowLockFailure {
    fn from(failure: LockFailure) -> Self {
        Self::File(failure)
    }
}

/// A slow lock held, until it is dropped.
#[derive(Debug)]
struct Held<F> {
    // In this order: the next of this process finds the file free.
    _file: F,
    _place: QueueTicket,
}

async fn acquire<M: Means>(
    means: &M,
    queues: &Queues,
    path: &Path,
) -> Result<Held<M::File>, SlowLockFailure> {
    let place = queues.enter(path);
    means.wait(place.turn()).await?;
    for _ in 0..ROUNDS {
        let mut file = means.open(path)?;
        let free = means.tries_first() && !file.is_awaited() && file.try_lock()?;
        if !free {
            file.mark();
            means.wait_for(&file).await?;
        }
        if file.is_current()? || is_removed(Mechanism::Compare) {
            file.hold();
            let held = Held { _file: file, _place: place };
            means.exists()?;
            return Ok(held);
        }
    }
    Err(LockFailure::turmoil().into())
}

/// `libxl-device-changes-lock` of one domain, held until it is dropped: whoever changes a device through the
/// device model, or wants to see no such change half done, has it.
#[derive(Debug)]
pub struct DeviceLock(Slow);

/// `qmp-socket-lock` of one domain, held until it is dropped: the device model listens to one at a time. Inside of
/// [`DeviceLock`].
#[derive(Debug)]
pub struct QmpLock(Slow);

#[derive(Debug)]
struct Slow {
    domid: u32,
    _held: Held<LockCandidate>,
    _order: order::HeldSlow,
}

impl DeviceLock {
    /// Waits for the lock of `domid`. `Error::LockFail`, logged, if it cannot be had.
    pub async fn take(ao: &Ao, domid: u32) -> Result<Self, Error> {
        Slow::take(ao, domid, order::SlowLock::Devices).await.map(Self)
    }

    /// Whose it is.
    pub fn domid(&self) -> u32 {
        self.0.domid
    }
}

impl QmpLock {
    /// Waits for the lock of `domid`. `Error::LockFail`, logged, if it cannot be had.
    pub async fn take(ao: &Ao, domid: u32) -> Result<Self, Error> {
        Slow::take(ao, domid, order::SlowLock::Qmp).await.map(Self)
    }

    /// Whose it is.
    pub fn domid(&self) -> u32 {
        self.0.domid
    }
}

impl Slow {
    async fn take(ao: &Ao, domid: u32, which: order::SlowLock) -> Result<Self, Error> {
        let order = ao.line().enter(domid, which);
        let userid = match which {
            order::SlowLock::Devices => "libxl-device-changes-lock",
            order::SlowLock::Qmp => "qmp-socket-lock",
        };
        let domain = Domain::find(ao, domid)?;
        let path = name::lock_path(domid, &domain.uuid, userid);
        let host = HostMeans::of(ao, domain);
        match acquire(&host, Queues::of_process(), &path).await {
            Ok(held) => Ok(Self { domid, _held: held, _order: order }),
            Err(SlowLockFailure::Aborted) => Err(Error::Aborted),
            Err(why) => {
                match why {
                    SlowLockFailure::File(failure) => {
                        let (errno, path) = (failure.errno, path.display());
                        error!(ao, domid = domid, errno = errno, "{failure} {path}");
                    }
                    SlowLockFailure::Domain(Error::DomainNotFound) => {
                        error!(
                            ao,
                            domid = domid,
                            "cannot take {userid}: the domain was destroyed meanwhile"
                        );
                    }
                    SlowLockFailure::Helper => {
                        error!(
                            ao,
                            domid = domid,
                            "cannot take {userid}: the processes that waited for it have died"
                        );
                    }
                    // Logged where it was found.
                    SlowLockFailure::Domain(_) | SlowLockFailure::Aborted => {}
                }
                Err(Error::LockFail)
            }
        }
    }
}
