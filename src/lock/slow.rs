//! The slow locks: they are held around changes of a running domain through its device model, which may take long. An
//! operation awaits them, and an abort ends the wait.
//!
//! # How a lock is taken
//!
//! 1. In this process, waiters queue in memory (`queue.rs`); the first of them waits for the file.
//! 2. If the file's lock is free and has no waiters, it is taken at once. (Debug builds skip this step, so that the
//!    following ones are exercised.)
//! 3. Otherwise a forked helper waits: no event reports that a `flock` has become free, so a thread or process must
//!    sleep on it. The helper takes the lock *on the open file description that it shares with its parent* and ends;
//!    the lock remains, because the file is still open in the parent. Whether the lock is held is not concluded from
//!    the helper's exit status but from a non-blocking `flock`, which succeeds if the caller holds the lock already. So
//!    a helper that was killed, or whose status was reaped by other code, does no harm: either it had the lock already,
//!    or another helper is started.
//! 4. Finally it is checked that the name still refers to the file, and that the domain still exists (`file.rs`).
//!
//! # How a wait ends
//!
//! | what happens | the waiter |
//! |---|---|
//! | the holder releases the lock, or dies | has the lock: the kernel releases the locks of a process that ends |
//! | the holder has removed the file | starts again, with the new one |
//! | the helper is killed | starts another, a few times |
//! | the helper's `flock` fails | `Error::LockFail` |
//! | no helper can be forked | polls |
//! | the domain is destroyed | `Error::LockFail`, without waiting for the holder |
//! | the operation is aborted | `Error::Aborted`; the helper is killed and reaped before, if it ends in time |
//! | the operation is dropped (`libxl_ctx_free`) | the same, without a result |
//!
//! In each case but the first the waiter leaves the queue, the file is closed, a lock that the helper has got at the
//! last moment is released, and a file that no process uses is removed.
//!
//! # Fairness
//!
//! Among the waiters of one process the order is that of the queue. Among processes it is the kernel's, which is first
//! come first served: a holder that sees a mark does not remove the file (`file.rs`), and a new waiter that sees one
//! waits behind the others instead of trying the lock. The next waiter of the same process counts as new. Waiters with
//! the C library set no marks; they get the lock as before, if they try while it is free.

mod host;
#[cfg(all(test, loom))]
mod model;
#[cfg(all(test, not(loom)))]
mod tests;

use std::future::Future;
use std::path::Path;

use super::file::{LockCandidate, LockFailure, LockFile, MAX_ROUNDS};
use super::name;
use super::queue::{QueueTicket, Queues};
use crate::core::{Ao, Error};
use crate::error;
use crate::sync::fault_injection::{Mechanism, is_removed};
use crate::sync::order;
use host::{Domain, HostEnvironment};

/// The environment in which a lock is acquired: the host, or a model.
trait Environment: Sync {
    type File: LockFile;

    /// Whether to try the lock before starting a helper.
    fn tries_first(&self) -> bool;

    fn open(&self, path: &Path) -> Result<Self::File, LockFailure>;

    /// Waits for `future`; an abort ends the wait.
    fn wait<T: Send>(
        &self,
        future: impl Future<Output = T> + Send,
    ) -> impl Future<Output = Result<T, SlowLockFailure>> + Send;

    /// Waits until this process has the lock on this file, or until there is no reason to wait any more.
    fn wait_for(
        &self,
        file: &Self::File,
    ) -> impl Future<Output = Result<(), SlowLockFailure>> + Send;

    /// Checks that the locked object still exists.
    fn exists(&self) -> Result<(), SlowLockFailure>;
}

/// Why a lock could not be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum SlowLockFailure {
    File(LockFailure),
    /// Several helpers in a row have ended without the lock and without reporting a reason.
    Helper,
    Domain(Error),
    Aborted,
}

impl From<LockFailure> for SlowLockFailure {
    fn from(failure: LockFailure) -> Self {
        Self::File(failure)
    }
}

/// A held slow lock, which is released when this is dropped.
#[derive(Debug)]
struct Held<F> {
    // The fields are dropped in this order, so that the file is unlocked when the next waiter of this process has its
    // turn.
    _file: F,
    _place: QueueTicket,
}

async fn acquire<M: Environment>(
    means: &M,
    queues: &Queues,
    path: &Path,
) -> Result<Held<M::File>, SlowLockFailure> {
    let place = queues.enter(path);
    means.wait(place.turn()).await?;
    for _ in 0..MAX_ROUNDS {
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
    Err(LockFailure::replaced_too_often().into())
}

/// The lock `libxl-device-changes-lock` of one domain, held until this is dropped: for code that changes a device
/// through the device model, or that must not see such a change half done.
#[derive(Debug)]
pub struct DeviceLock(Slow);

/// The lock `qmp-socket-lock` of one domain, held until this is dropped: the device model serves one client at a time.
/// If both are needed, it is taken after [`DeviceLock`].
#[derive(Debug)]
pub struct QmpLock(Slow);

#[derive(Debug)]
struct Slow {
    domid: u32,
    _held: Held<LockCandidate>,
    _order: order::HeldSlow,
}

impl DeviceLock {
    /// Waits for the lock of domain `domid`. If it cannot be taken, the reason is logged and the error is
    /// `Error::LockFail`.
    pub async fn take(ao: &Ao, domid: u32) -> Result<Self, Error> {
        Slow::take(ao, domid, order::SlowLock::Devices).await.map(Self)
    }

    /// The domain that the lock belongs to.
    pub fn domid(&self) -> u32 {
        self.0.domid
    }
}

impl QmpLock {
    /// Waits for the lock of domain `domid`. If it cannot be taken, the reason is logged and the error is
    /// `Error::LockFail`.
    pub async fn take(ao: &Ao, domid: u32) -> Result<Self, Error> {
        Slow::take(ao, domid, order::SlowLock::Qmp).await.map(Self)
    }

    /// The domain that the lock belongs to.
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
        let host = HostEnvironment::of(ao, domain);
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
                    // The error was logged where it occurred.
                    SlowLockFailure::Domain(_) | SlowLockFailure::Aborted => {}
                }
                Err(Error::LockFail)
            }
        }
    }
}
