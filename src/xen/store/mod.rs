//! A xenstore client for many threads at once, without a thread of its own.
//!
//! - Requests are sent together and the replies are matched by id: reading forty nodes with [`Ops::read_many`] costs
//!   one round trip. [`exchange`] describes how threads share the connection.
//! - The daemon's socket is tried first, then the kernel's device, which takes one request at a time: [`link`],
//!   [`exchange`].
//! - A forked child gets connections of its own at its first request, and neither uses nor closes nor writes to its
//!   parent's: [`crate::sync::process`], [`crate::sync::tracked_fds`]. Nothing is sent when a [`Store`] is dropped.
//! - When the daemon dies, the requests in flight fail (`ECONNRESET`, `EPIPE`); they are not sent again, because the
//!   daemon may have carried them out. The next request opens a new connection. A request that finds the connection
//!   dead before a byte of it was sent is sent on a new one. Transactions end with their connection, watches survive:
//!   [`watch`].
//! - A request waits for its reply in the thread that makes it, but for a limited time: a daemon that sends nothing for
//!   [`REPLY_TIMEOUT`] counts as dead, and the requests fail with `ETIMEDOUT`. Meanwhile no lock is held that threads
//!   with a working connection need.
//! - Every size is limited, and a reply that violates the protocol ends the connection: [`wire`].
//!
//! The errors are [`StoreError`], which `core::Error` can be made from.

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
pub use transaction::{ATTEMPTS, Transaction, conflict_error};
pub use watch::{Rewatch, WatchEvent, WatchLink, Watched};

use crate::sync::process::PerProcess;
use crate::sync::turn::Turns;
use crate::sync::{Mutex, locked, tracked_fds};
use call::Call;
use exchange::{Exchange, ExchangeFailure, Sink};
use link::{Opening, Wire};
use watch::Watches;
use wire::{MessageKind, Reply, Requests};

/// The maximum number of connections for one request that break before a byte of the request is sent: a daemon that
/// accepts and closes connections must not block a caller forever.
const CONNECTIONS: usize = 4;

/// The connection for all requests except watches.
type Requester = Exchange<Wire, NoEvents>;

/// The event sink of a connection without watches, which gets no events.
#[derive(Debug)]
struct NoEvents;

impl Sink for NoEvents {
    fn event(&self, _: String, _: String) {}
}

/// A client of xenstore.
#[derive(Debug)]
pub struct Store {
    /// The path of the daemon's socket or device, as chosen by [`Store::open`].
    place: Arc<Path>,
    /// The timeout, as [`REPLY_TIMEOUT`].
    silence: Duration,
    connections: PerProcess<Connections>,
}

/// The connections of one process.
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
    /// `ENOENT` if there is neither a socket nor a device; the errno of `connect` if no daemon listens.
    pub fn open() -> io::Result<Self> {
        Self::open_first(link::places(), REPLY_TIMEOUT)
    }

    /// A store that connects at its first request, to the place that is preferred.
    pub fn unconnected() -> Self {
        let place = link::places().swap_remove(0).into();
        let connections = PerProcess::new(Connections::default());
        Self { place, silence: REPLY_TIMEOUT, connections }
    }

    /// Connects to the daemon whose socket or device is `place`.
    pub fn open_at(place: &Path) -> io::Result<Self> {
        Self::open_first(vec![place.to_owned()], REPLY_TIMEOUT)
    }

    /// As [`Store::open_at`], with another timeout than [`REPLY_TIMEOUT`].
    pub fn open_at_with(place: &Path, silence: Duration) -> io::Result<Self> {
        Self::open_first(vec![place.to_owned()], silence)
    }

    /// Connects to the first place where this succeeds; the error is that of the first place that exists. Later
    /// connections are made only to the same place: if the socket's daemon has died, the kernel's device can be opened,
    /// but a thread that sets a watch through it sleeps uninterruptibly in the kernel until there is a daemon again.
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

    /// Sets a watch: the daemon reports, as (path, `token`), every change of `path` or a node below it, and reports
    /// once immediately. `path` may be `@introduceDomain` or `@releaseDomain`. `EEXIST` if this watch exists.
    pub fn watch(&self, path: &str, token: &str) -> StoreResult<Watched> {
        self.watches()?.watch(path, token)
    }

    /// Removes a watch. No event of it is delivered afterwards, unless the daemon replies late: the reply is waited for
    /// briefly, and once. `ENOENT` if there is no such watch.
    pub fn unwatch(&self, path: &str, token: &str) -> StoreResult<()> {
        self.watches()?.unwatch(path, token)
    }

    /// Takes the watch events that have arrived, oldest first; never waits. An error means that the watches are lost
    /// (the daemon has died), until [`Store::rewatch`] restores them.
    pub fn pending_watch_events(&self) -> StoreResult<Vec<WatchEvent>> {
        self.watches()?.collect()
    }

    /// Begins to restore lost watches, without waiting. `EAGAIN`: the daemon accepts no connection at the moment.
    pub fn rewatch(&self) -> StoreResult<Rewatch> {
        self.watches()?.rewatch()
    }

    /// Continues to restore lost watches, without waiting. Returns false if it must be called again when
    /// [`Rewatch::link`] is readable, true if all watches are restored, each of which then fires once. After an error
    /// the attempt has ended and the watches stay lost.
    pub fn go_on_to_rewatch(&self, rewatch: &mut Rewatch) -> StoreResult<bool> {
        self.watches()?.go_on(rewatch)
    }

    /// The descriptor that is readable when there may be watch events. It is the same for the store's whole life, also
    /// after reconnections. A forked child has another.
    pub fn as_fd(&self) -> StoreResult<BorrowedFd<'_>> {
        Ok(self.watches()?.fd())
    }

    /// Introduces a domain to the daemon: its xenstore page is `gfn`, its event channel is `port`.
    pub fn introduce(&self, domid: u32, gfn: u64, port: u32) -> StoreResult<()> {
        let fields = format!("{domid}\0{gfn}\0{port}\0");
        self.about_domain("introduce", MessageKind::Introduce, domid, &fields).map(drop)
    }

    /// Ends the daemon's connection with a domain.
    pub fn release(&self, domid: u32) -> StoreResult<()> {
        self.about_domain("release", MessageKind::Release, domid, &format!("{domid}\0")).map(drop)
    }

    /// Makes `@releaseDomain` fire again for a domain that was suspended and is resumed.
    pub fn resume(&self, domid: u32) -> StoreResult<()> {
        self.about_domain("resume", MessageKind::Resume, domid, &format!("{domid}\0")).map(drop)
    }

    /// Gives `domid` (a stub domain) the permissions of `target`.
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

    /// The domain's base path, `/local/domain/N`. It is not checked whether the domain exists.
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

    /// Sends `requests` on the connection, or on a new one if that has broken.
    fn exchange(&self, requests: Requests) -> Result<(Arc<Requester>, Vec<Reply>), Errno> {
        let connections = self.connections();
        let mut requests = requests;
        let mut failed = Errno::ECONNRESET;
        for _ in 0..CONNECTIONS {
            let requester = connections.requester(&self.place, self.silence)?;
            match requester.call(&mut requests, 0) {
                Ok(replies) => return Ok((requester, replies)),
                // `requester` is broken now, so that each iteration gets a new one.
                Err(ExchangeFailure { unsent: true, errno }) => failed = errno,
                Err(ExchangeFailure { errno, .. }) => return Err(errno),
            }
        }
        Err(failed)
    }

    fn connections(&self) -> &Connections {
        self.connections.get(|| {
            // A forked child closes its copies of the descriptors, so that the daemon sees the connections end when the
            // parent ends.
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
    /// The connection for requests, which is opened if there is none that works. It is opened without holding the lock,
    /// so a daemon that accepts no connection delays only threads that need a new one, each for its own timeout.
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

/// The description of a domain for an error's text.
fn domain(domid: u32) -> String {
    format!("domain {domid}")
}
