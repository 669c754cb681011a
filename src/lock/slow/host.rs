//! Acquiring a slow lock on a host: real files, forked helpers, and a domain that may be destroyed meanwhile.

use std::future::{Future, pending};
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use nix::errno::Errno;

use super::{Environment, SlowLockFailure};
use crate::core::{Ao, Error};
use crate::error;
use crate::lock::file::{LockCandidate, LockFailure, LockFile};
use crate::runtime::Runtime;
use crate::runtime::abort::Abort;
use crate::runtime::child::{Children, Outcome};
use crate::xen::log::Log;

/// The maximum number of helpers that are started, one after the other, if they die without a reason.
const MAX_HELPERS: u32 = 5;

/// The interval at which a lock is polled if no helper can be forked.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The highest errno that a helper can report by its exit status; 255 reports a defect in the helper.
const MAX_ERRNO: u8 = 254;

/// An environment variable for tests. If it is set, a helper is always used, as in debug builds.
const ALWAYS_FORK: &str = "LIBXL_SLOW_LOCK_ALWAYS_FORKS";

/// The object that the lock belongs to.
pub trait LockSubject: Send + Sync {
    /// Checks that it still exists; if not, the error is `Error::DomainNotFound`.
    fn exists(&self) -> Result<(), Error>;

    /// Waits until it may have been destroyed.
    fn gone(&self) -> impl Future<Output = ()> + Send;
}

/// A domain, identified by its domid and UUID.
pub struct Domain<'a> {
    ao: &'a Ao,
    domid: u32,
    pub uuid: [u8; 16],
}

impl<'a> Domain<'a> {
    /// Looks the domain up. If there is no domain with this domid, this is logged and the error is `Error::LockFail`.
    pub fn find(ao: &'a Ao, domid: u32) -> Result<Self, Error> {
        match uuid_of(ao, domid) {
            Ok(uuid) => Ok(Self { ao, domid, uuid }),
            Err(e) => {
                if e == Error::DomainNotFound {
                    error!(ao, domid = domid, "cannot take the lock: no such domain");
                }
                Err(Error::LockFail)
            }
        }
    }
}

fn uuid_of(ao: &Ao, domid: u32) -> Result<[u8; 16], Error> {
    match ao.hypervisor().domain(domid) {
        Ok(Some(info)) => Ok(info.uuid),
        Ok(None) => Err(Error::DomainNotFound),
        Err(e) => {
            error!(ao, domid = domid, "cannot get the domain's info: {e}");
            Err(Error::Fail)
        }
    }
}

impl LockSubject for Domain<'_> {
    fn exists(&self) -> Result<(), Error> {
        // A domain with that domid and another UUID is another domain.
        if uuid_of(self.ao, self.domid)? == self.uuid { Ok(()) } else { Err(Error::DomainNotFound) }
    }

    async fn gone(&self) {
        // Without the watch, the lock is waited for even if the domain is destroyed. The failure was logged where it
        // occurred.
        let Ok(mut releases) = self.ao.watch("@releaseDomain") else { return pending().await };
        // It fires when the domain is dying, and not again when it is gone, which takes as long as another process maps its
        // memory.
        while self.ao.hypervisor().is_ending(self.domid, &self.uuid) != Ok(true) {
            releases.changed().await;
        }
    }
}

/// The environment for acquiring a lock on this host.
pub struct HostEnvironment<'a, L> {
    pub runtime: &'a Runtime,
    pub children: &'a Children,
    pub abort: &'a Abort,
    pub log: &'a Log,
    pub tries_first: bool,
    pub locked: L,
}

impl<'a> HostEnvironment<'a, Domain<'a>> {
    pub fn of(ao: &'a Ao, domain: Domain<'a>) -> Self {
        let forks = cfg!(debug_assertions) || std::env::var_os(ALWAYS_FORK).is_some();
        let (runtime, children, abort) = (ao.runtime(), ao.children(), ao.abort());
        Self { runtime, children, abort, log: ao.log(), tries_first: !forks, locked: domain }
    }
}

impl<L: LockSubject> Environment for HostEnvironment<'_, L> {
    type File = LockCandidate;

    fn tries_first(&self) -> bool {
        self.tries_first
    }

    fn open(&self, path: &Path) -> Result<LockCandidate, LockFailure> {
        LockCandidate::open(path)
    }

    async fn wait<T: Send>(
        &self,
        future: impl Future<Output = T> + Send,
    ) -> Result<T, SlowLockFailure> {
        match self.unless_gone(future).await? {
            Some(value) => Ok(value),
            None => Err(SlowLockFailure::Domain(Error::DomainNotFound)),
        }
    }

    async fn wait_for(&self, file: &LockCandidate) -> Result<(), SlowLockFailure> {
        for _ in 0..MAX_HELPERS {
            let helper = match self.children.fork_with(file, || wait_in_child(file)) {
                Ok(helper) => helper.left_behind_on_drop(),
                Err(_) => return self.poll(file).await,
            };
            match self.unless_gone(helper.exited()).await {
                Ok(Some(outcome)) if reason(outcome).is_none() => {}
                Ok(Some(outcome)) => {
                    let errno = reason(outcome).unwrap_or(Errno::EIO);
                    return Err(LockFailure { what: "lock", errno }.into());
                }
                other => {
                    if let Err(not_ended) = helper.end().await {
                        let (pid, log) = (not_ended.pid, self.log);
                        error!(log, "cannot end the helper [{pid}] of the lock: {not_ended}");
                    }
                    return other.and(Err(SlowLockFailure::Domain(Error::DomainNotFound)));
                }
            }
            if file.try_lock()? {
                return Ok(());
            }
        }
        Err(SlowLockFailure::Helper)
    }

    fn exists(&self) -> Result<(), SlowLockFailure> {
        self.locked.exists().map_err(SlowLockFailure::Domain)
    }
}

impl<L: LockSubject> HostEnvironment<'_, L> {
    /// Waits for `future`; `None` if the domain is destroyed before.
    async fn unless_gone<T: Send>(
        &self,
        future: impl Future<Output = T> + Send,
    ) -> Result<Option<T>, SlowLockFailure> {
        let both = async {
            match select(pin!(future), pin!(self.locked.gone())).await {
                Either::Left((value, _)) => Some(value),
                Either::Right(_) => None,
            }
        };
        self.abort.or(both).await.map_err(|_| SlowLockFailure::Aborted)
    }

    /// Polls the lock, if no helper can be forked.
    async fn poll(&self, file: &LockCandidate) -> Result<(), SlowLockFailure> {
        while !file.try_lock()? {
            let sleep = self.runtime.sleep(POLL_INTERVAL);
            self.wait(sleep).await?.map_err(|errno| LockFailure { what: "wait for", errno })?;
        }
        Ok(())
    }
}

/// The helper: takes the lock on the open file description that it shares with its parent. Returns the exit status.
fn wait_in_child(file: &LockCandidate) -> u8 {
    match file.lock() {
        Ok(()) => 0,
        Err(failure) => {
            u8::try_from(failure.errno as i32).map_or(MAX_ERRNO, |e| e.clamp(1, MAX_ERRNO))
        }
    }
}

/// Why a helper could not take the lock, according to its exit status.
fn reason(outcome: Outcome) -> Option<Errno> {
    match outcome {
        Outcome::Ended(status) => {
            status.code().filter(|code| *code != 0).map(|code| match u8::try_from(code) {
                Ok(code) if code < MAX_ERRNO => Errno::from_raw(code.into()),
                _ => Errno::EIO,
            })
        }
        Outcome::NoProgram(_) | Outcome::Lost => None,
    }
}
