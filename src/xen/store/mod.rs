//! A xenstore client for many threads at once, without a thread of its own.
//!
//! - Requests go out together and the answers are matched by id: reading forty nodes with
//!   [`Ops::read_many`] costs one round trip. How threads share the connection: [`exchange`].
//! - The daemon's socket is tried first, then the kernel's device, which takes one request at a
//!   time: [`link`], [`exchange`].
//! - A forked child gets connections of its own at its first request, and neither uses nor closes nor
//!   writes to its parent's: [`crate::sync::process`], [`crate::sync::noted`]. Nothing is sent when a [`Store`] is dropped.
//! - When the daemon dies, the requests in flight fail (`ECONNRESET`, `EPIPE`); they are not
//!   sent again, because the daemon may have carried them out. The next request opens a new
//!   connection. A request that finds the connection dead before a byte of it was sent is sent on
//!   a new one. Transactions die with their connection, watches survive: [`watch`].
//! - Every size is bounded, and a reply that breaks the protocol ends the connection: [`wire`].
//!
//! The errors are [`StoreError`]; `core::Error` is made from it.

mod error;
mod exchange;
mod link;
mod number;
mod ops;
pub mod path;
mod permission;
pub mod tidy;
mod transaction;
mod watch;
mod wire;

use std::io;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::errno::Errno;
use once_cell::sync::OnceCell;

pub use error::{StoreError, StoreResult};
pub use number::NumberWriter;
pub use ops::{NewNode, Ops};
pub use permission::{Access, Permission};
pub use transaction::Transaction;
pub use watch::WatchEvent;

use crate::sync::process::PerProcess;
use crate::sync::turn::Turns;
use crate::sync::{Mutex, locked, noted};
use exchange::{Exchange, Failure, Sink};
use link::Wire;
use watch::Watches;
use wire::{Kind, Reply, Requests};

/// The connection for all but watches.
type Requester = Exchange<Wire, NoEvents>;

/// A connection without watches gets no events.
#[derive(Debug)]
struct NoEvents;

impl Sink for NoEvents {
    fn event(&self, _: String, _: String) {}
}

/// A client of xenstore.
#[derive(Debug)]
pub struct Store {
    /// Where the daemon may be, as of [`Store::open`].
    places: Arc<[PathBuf]>,
    connections: PerProcess<Connections>,
}

/// One process's connections.
#[derive(Default, Debug)]
struct Connections {
    requester: Mutex<Option<Arc<Requester>>>,
    watches: OnceCell<Watches>,
    transactions: Turns,
}

impl Store {
    /// Connects to the daemon.
    ///
    /// # Errors
    /// Where there is neither socket nor device, `ENOENT`; where nobody listens, what `connect` says.
    pub fn open() -> io::Result<Self> {
        Self::open_first(link::places())
    }

    /// Connects to the daemon whose socket or device is `place`.
    pub fn open_at(place: &Path) -> io::Result<Self> {
        Self::open_first(vec![place.to_owned()])
    }

    fn open_first(places: Vec<PathBuf>) -> io::Result<Self> {
        let connections = Connections::default();
        connections.requester(&places)?;
        Ok(Self { places: places.into(), connections: PerProcess::new(connections) })
    }

    /// Asks to be told, as (path, `token`), of every change at `path` or below, and once at
    /// once. `path` may be `@introduceDomain` or `@releaseDomain`. `EEXIST` if this watch is there.
    pub fn watch(&self, path: &str, token: &str) -> StoreResult<()> {
        self.watches()?.watch(path, token)
    }

    /// Ends a watch. No event of it is delivered afterwards. `ENOENT` if it is not there.
    pub fn unwatch(&self, path: &str, token: &str) -> StoreResult<()> {
        self.watches()?.unwatch(path, token)
    }

    /// The watch events so far, oldest first; never waits. An error: the watches are lost for
    /// now (the daemon is gone); the next call tries again.
    pub fn pending_watch_events(&self) -> StoreResult<Vec<WatchEvent>> {
        self.watches()?.collect()
    }

    /// An fd that polls readable when there may be watch events; the same for the store's life, also over
    /// reconnections. A forked child has another.
    pub fn as_fd(&self) -> StoreResult<BorrowedFd<'_>> {
        Ok(self.watches()?.fd())
    }

    /// Tells the daemon of a domain: its store page is at `gfn`, its event channel is `port`.
    pub fn introduce(&self, domid: u32, gfn: u64, port: u32) -> StoreResult<()> {
        let fields = format!("{domid}\0{gfn}\0{port}\0");
        self.about_domain("introduce", Kind::Introduce, domid, &fields).map(drop)
    }

    /// Ends the daemon's connection with a domain.
    pub fn release(&self, domid: u32) -> StoreResult<()> {
        self.about_domain("release", Kind::Release, domid, &format!("{domid}\0")).map(drop)
    }

    /// Lets `@releaseDomain` fire again for a domain that was suspended and goes on.
    pub fn resume(&self, domid: u32) -> StoreResult<()> {
        self.about_domain("resume", Kind::Resume, domid, &format!("{domid}\0")).map(drop)
    }

    /// Gives `domid` (a stub domain) the rights of `target`.
    pub fn set_target(&self, domid: u32, target: u32) -> StoreResult<()> {
        let fields = format!("{domid}\0{target}\0");
        self.about_domain("set the target", Kind::SetTarget, domid, &fields).map(drop)
    }

    /// Whether the daemon has a connection with the domain.
    pub fn is_domain_introduced(&self, domid: u32) -> StoreResult<bool> {
        const OPERATION: &str = "ask for";
        let fields = format!("{domid}\0");
        match &*self.about_domain(OPERATION, Kind::IsDomainIntroduced, domid, &fields)? {
            b"T\0" => Ok(true),
            b"F\0" => Ok(false),
            _ => Err(StoreError::about(OPERATION, &domain(domid), Errno::EPROTO)),
        }
    }

    /// The domain's base path, `/local/domain/N`; whether there is such a domain is not looked at.
    pub fn domain_path(&self, domid: u32) -> StoreResult<String> {
        const OPERATION: &str = "ask for the path";
        let payload =
            self.about_domain(OPERATION, Kind::GetDomainPath, domid, &format!("{domid}\0"))?;
        let path = wire::strings(&payload).ok().and_then(|strings| strings.into_iter().next());
        path.filter(|path| path.starts_with('/') && path::check(path).is_ok())
            .ok_or_else(|| StoreError::about(OPERATION, &domain(domid), Errno::EPROTO))
    }

    fn about_domain(
        &self,
        operation: &'static str,
        kind: Kind,
        domid: u32,
        fields: &str,
    ) -> StoreResult<Vec<u8>> {
        let failed = |errno| StoreError::about(operation, &domain(domid), errno);
        let request = Requests::one(kind, &[fields.as_bytes()]).map_err(failed)?;
        let mut replies = self.call(operation, request)?;
        replies.pop().expect("as many replies as requests").map_err(failed)
    }

    /// Sends `requests` on the connection, or on a new one if that is dead.
    fn exchange(&self, requests: Requests) -> Result<(Arc<Requester>, Vec<Reply>), Errno> {
        let connections = self.connections();
        let mut requests = requests;
        loop {
            let requester = connections.requester(&self.places)?;
            match requester.call(&mut requests, 0) {
                Ok(replies) => return Ok((requester, replies)),
                // `requester` is broken now, so that each turn has a new one.
                Err(Failure { unsent: true, .. }) => continue,
                Err(Failure { errno, .. }) => return Err(errno),
            }
        }
    }

    fn connections(&self) -> &Connections {
        self.connections.get(|| {
            // A forked child closes its copies, so that the daemon sees the parent's end when it comes.
            noted::close_all_inherited(&[]);
            Connections::default()
        })
    }

    fn watches(&self) -> StoreResult<&Watches> {
        let connections = self.connections();
        connections.watches.get_or_try_init(|| {
            Watches::new(&self.places).map_err(|errno| StoreError::new("watch", errno))
        })
    }
}

impl Connections {
    /// The connection for requests, opened if there is none that works.
    fn requester(&self, places: &[PathBuf]) -> Result<Arc<Requester>, Errno> {
        let mut current = locked(&self.requester);
        if let Some(requester) = &*current
            && requester.broken().is_none()
        {
            return Ok(Arc::clone(requester));
        }
        let wire = Wire::open(places)?;
        let requester = Arc::new(Exchange::new(wire, NoEvents));
        *current = Some(Arc::clone(&requester));
        Ok(requester)
    }
}

impl Ops for Store {
    fn call(&self, operation: &'static str, requests: Requests) -> StoreResult<Vec<Reply>> {
        let answered = self.exchange(requests);
        answered.map(|(_, replies)| replies).map_err(|errno| StoreError::new(operation, errno))
    }
}

/// A domain in an error's text.
fn domain(domid: u32) -> String {
    format!("domain {domid}")
}
