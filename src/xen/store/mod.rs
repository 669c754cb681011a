//! A xenstore client for many threads at once, without a thread of its own.
//!
//! - Requests go out together and the answers are matched by id: reading forty nodes with
//!   [`Ops::read_many`] costs one round trip. How threads share the connection: [`exchange`].
//! - The daemon's socket is tried first, then the kernel's device, which takes one request at a
//!   time: [`link`], [`exchange`].
//! - A forked child gets connections of its own at its first request, and neither uses nor closes nor writes to its
//!   parent's: [`crate::sync::process`], [`crate::sync::tracked_fds`]. Nothing is sent when a [`Store`] is dropped.
//! - When the daemon dies, the requests in flight fail (`ECONNRESET`, `EPIPE`); they are not
//!   sent again, because the daemon may have carried them out. The next request opens a new
//!   connection. A request that finds the connection dead before a byte of it was sent is sent on
//!   a new one. Transactions die with their connection, watches survive: [`watch`].
//! - A request waits for its answer in the thread that makes it, but not for ever: a daemon that sends
//!   nothing for [`REPLY_TIMEOUT`] counts as dead, and the requests fail with `ETIMEDOUT`. Nothing is locked
//!   meanwhile that others need who have a connection.
//! - Every size is bounded, and a reply that breaks the protocol ends the connection: [`wire`].
//!
//! The errors are [`StoreError`]; `core::Error` is made from it.

mod call;
mod error;
mod exchange;
mod link;
mod number;
mod ops;
pub mod path;
mod permission;
mod pipeline;
pub mod tidy;
mod transaction;
mod watch;
mod wire;

use std::io;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nix::errno::Errno;
use once_cell::sync::OnceCell;

pub use error::{StoreError, StoreResult};
pub use link::REPLY_TIMEOUT;
pub use number::NumberWriter;
pub use ops::Ops;
pub use permission::{Access, Permission};
pub use pipeline::{Answers, NewNode, Pipeline, Slot};
pub use transaction::{ATTEMPTS, Transaction, spoilt};
pub use watch::{Rewatch, WatchEvent, WatchLink, Watched};

use crate::sync::process::PerProcess;
use crate::sync::turn::Turns;
use crate::sync::{Mutex, locked, tracked_fds};
use call::Call;
use exchange::{Exchange, ExchangeFailure, Sink};
use link::{Opening, Wire};
use watch::Watches;
use wire::{MessageKind, Reply, Requests};

/// How many connections a request is tried on that break before a byte of it is sent: a daemon that
/// accepts and hangs up must not block a caller forever.
const CONNECTIONS: usize = 4;

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
    place: Arc<Path>,
    /// As [`REPLY_TIMEOUT`].
    silence: Duration,
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
    /// `ENOENT` if there is neither socket nor device; the errno of `connect` if no daemon listens.
    pub fn open() -> io::Result<Self> {
        Self::open_first(link::places(), REPLY_TIMEOUT)
    }

    /// Connects to the daemon whose socket or device is `place`.
    pub fn open_at(place: &Path) -> io::Result<Self> {
        Self::open_first(vec![place.to_owned()], REPLY_TIMEOUT)
    }

    /// The same, with another time for [`REPLY_TIMEOUT`].
    pub fn open_at_with(place: &Path, silence: Duration) -> io::Result<Self> {
        Self::open_first(vec![place.to_owned()], silence)
    }

    /// At the first place that answers; the error is that of the first that exists. Later connections are made there
    /// and nowhere else: where the socket's daemon has died, the kernel's device can be opened, but a thread that
    /// sets a watch through it sleeps in the kernel, out of reach of signals, until there is a daemon again.
    fn open_first(places: Vec<PathBuf>, silence: Duration) -> io::Result<Self> {
        let mut failed = None;
        for place in places {
            let connections = Connections::default();
            match connections.requester(&place, silence) {
                Ok(_) => {
                    let (place, connections) = (place.into(), PerProcess::new(connections));
                    return Ok(Self { place, silence, connections });
                }
                Err(Errno::ENOENT) => {}
                Err(errno) => {
                    failed.get_or_insert(errno);
                }
            }
        }
        Err(failed.unwrap_or(Errno::ENOENT).into())
    }

    /// Asks to be told, as (path, `token`), of every change at `path` or below, and once at
    /// once. `path` may be `@introduceDomain` or `@releaseDomain`. `EEXIST` if this watch is there.
    pub fn watch(&self, path: &str, token: &str) -> StoreResult<Watched> {
        self.watches()?.watch(path, token)
    }

    /// Ends a watch. No event of it is delivered afterwards, unless the daemon is slow to answer: that is waited
    /// for briefly, and once. `ENOENT` if it is not there.
    pub fn unwatch(&self, path: &str, token: &str) -> StoreResult<()> {
        self.watches()?.unwatch(path, token)
    }

    /// The watch events so far, oldest first; never waits. An error: the watches are lost (the daemon is
    /// gone), until [`Store::rewatch`] brings them back.
    pub fn pending_watch_events(&self) -> StoreResult<Vec<WatchEvent>> {
        self.watches()?.collect()
    }

    /// Begins to bring back watches that are lost, without waiting. `EAGAIN`: the daemon accepts no connection at the
    /// moment.
    pub fn rewatch(&self) -> StoreResult<Rewatch> {
        self.watches()?.rewatch()
    }

    /// Goes on with that, without waiting. False: when [`Rewatch::link`] is readable again. True: all
    /// are back, and each fires once. An error is the end of the attempt; the watches stay lost.
    pub fn go_on_to_rewatch(&self, rewatch: &mut Rewatch) -> StoreResult<bool> {
        self.watches()?.go_on(rewatch)
    }

    /// An fd that polls readable when there may be watch events; the same for the store's life, also over
    /// reconnections. A forked child has another.
    pub fn as_fd(&self) -> StoreResult<BorrowedFd<'_>> {
        Ok(self.watches()?.fd())
    }

    /// Tells the daemon of a domain: its store page is at `gfn`, its event channel is `port`.
    pub fn introduce(&self, domid: u32, gfn: u64, port: u32) -> StoreResult<()> {
        let fields = format!("{domid}\0{gfn}\0{port}\0");
        self.about_domain("introduce", MessageKind::Introduce, domid, &fields).map(drop)
    }

    /// Ends the daemon's connection with a domain.
    pub fn release(&self, domid: u32) -> StoreResult<()> {
        self.about_domain("release", MessageKind::Release, domid, &format!("{domid}\0")).map(drop)
    }

    /// Lets `@releaseDomain` fire again for a domain that was suspended and is resumed.
    pub fn resume(&self, domid: u32) -> StoreResult<()> {
        self.about_domain("resume", MessageKind::Resume, domid, &format!("{domid}\0")).map(drop)
    }

    /// Gives `domid` (a stub domain) the rights of `target`.
    pub fn set_target(&self, domid: u32, target: u32) -> StoreResult<()> {
        let fields = format!("{domid}\0{target}\0");
        self.about_domain("set the target", MessageKind::SetTarget, domid, &fields).map(drop)
    }

    /// Whether the daemon has a connection with the domain.
    pub fn is_domain_introduced(&self, domid: u32) -> StoreResult<bool> {
        const OPERATION: &str = "ask for";
        let fields = format!("{domid}\0");
        match &*self.about_domain(OPERATION, MessageKind::IsDomainIntroduced, domid, &fields)? {
            b"T\0" => Ok(true),
            b"F\0" => Ok(false),
            _ => Err(StoreError::about(OPERATION, &domain(domid), Errno::EPROTO)),
        }
    }

    /// The domain's base path, `/local/domain/N`; whether there is such a domain is not looked at.
    pub fn domain_path(&self, domid: u32) -> StoreResult<String> {
        const OPERATION: &str = "ask for the path";
        let payload =
            self.about_domain(OPERATION, MessageKind::GetDomainPath, domid, &format!("{domid}\0"))?;
        let path = wire::strings(&payload).ok().and_then(|strings| strings.into_iter().next());
        path.filter(|path| path.starts_with('/') && path::check(path).is_ok())
            .ok_or_else(|| StoreError::about(OPERATION, &domain(domid), Errno::EPROTO))
    }

    fn about_domain(
        &self,
        operation: &'static str,
        kind: MessageKind,
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
        let mut failed = Errno::ECONNRESET;
        for _ in 0..CONNECTIONS {
            let requester = connections.requester(&self.place, self.silence)?;
            match requester.call(&mut requests, 0) {
                Ok(replies) => return Ok((requester, replies)),
                // `requester` is broken now, so that each turn has a new one.
                Err(ExchangeFailure { unsent: true, errno }) => failed = errno,
                Err(ExchangeFailure { errno, .. }) => return Err(errno),
            }
        }
        Err(failed)
    }

    fn connections(&self) -> &Connections {
        self.connections.get(|| {
            // A forked child closes its copies, so that the daemon sees the parent's end when it comes.
            tracked_fds::close_all_inherited(&[]);
            Connections::default()
        })
    }

    fn watches(&self) -> StoreResult<&Watches> {
        let connections = self.connections();
        connections.watches.get_or_try_init(|| {
            Watches::new(&self.place, self.silence).map_err(|errno| StoreError::new("watch", errno))
        })
    }
}

impl Connections {
    /// The connection for requests, opened if there is none that works. It is opened without the lock, so a daemon that
    /// accepts no connection delays only threads that need a new one, each for its own timeout.
    fn requester(&self, place: &Path, silence: Duration) -> Result<Arc<Requester>, Errno> {
        if let Some(requester) = working(&locked(&self.requester)) {
            return Ok(requester);
        }
        let wire = Wire::open(place, Opening::Waits, silence)?;
        let new = Arc::new(Exchange::new(wire, NoEvents));
        let mut current = locked(&self.requester);
        if let Some(quicker) = working(&current) {
            return Ok(quicker);
        }
        *current = Some(Arc::clone(&new));
        Ok(new)
    }
}

fn working(requester: &Option<Arc<Requester>>) -> Option<Arc<Requester>> {
    requester.as_ref().filter(|requester| requester.broken().is_none()).cloned()
}

impl Call for Store {
    fn call(&self, operation: &'static str, requests: Requests) -> StoreResult<Vec<Reply>> {
        let answered = self.exchange(requests);
        answered.map(|(_, replies)| replies).map_err(|errno| StoreError::new(operation, errno))
    }
}

/// A domain in an error's text.
fn domain(domid: u32) -> String {
    format!("domain {domid}")
}
