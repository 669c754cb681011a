//! Watches: notifications that something at or below a node has changed.
//!
//! Watches have a connection of their own, which is opened with the first of them. So replies to requests of other
//! threads never wake a thread that sleeps on the watches, and no thread has to handle events while it waits for a
//! reply. One descriptor reports that there are events: an epoll descriptor with that connection and an eventfd. The
//! eventfd is for events that a thread has read while it waited for the reply to its `watch` or `unwatch`. While a
//! thread does that, the connection is not reported, because that thread reads it, and a reply must not wake other
//! threads.
//!
//! An event only means "look again"; the same event is queued once however often it arrives before it is collected.
//! This limits the queue by the number of watched nodes.
//!
//! # When the connection breaks
//!
//! Then the watches are *lost* until a [`Rewatch`] has opened another connection and registered all of them again; the
//! daemon fires each immediately, so no change in between is missed. This takes several steps, none of which waits,
//! since the daemon may be a new one that listens and does not reply yet. A watch that is set meanwhile is registered
//! with the others.
//!
//! The connection stays open after its last watch was removed, and nobody need be looking at it when the daemon dies.
//! So a request for a watch may be the first to find it dead. The request does not fail for that, whether or not the
//! daemon has received it: a daemon forgets the watches of a connection that has ended. The new watch is in the
//! registry before its request is sent, so either this thread ends the connection, and the watches are lost; or another
//! has done so, and the watch is among those that a `Rewatch` registers, or has registered.
//!
//! # Who waits
//!
//! A thread that sets a watch waits for the reply, as with any request. One that removes a watch waits a moment
//! ([`UNWATCH_TIMEOUT`]), so that the reply need not wake another thread, and not at all while the daemon owes such a
//! reply: however many watches are removed, a silent daemon delays them once. No lock is held meanwhile.

use std::collections::{HashSet, VecDeque};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};
use nix::sys::eventfd::{EfdFlags, EventFd};

use super::error::{StoreError, StoreResult};
use super::exchange::{Exchange, ExchangeFailure, Link, Posted, Sink};
use super::link::{Opening, Wire};
use super::path;
use super::wire::{MessageKind, Reply, Requests};
use crate::sync::tracked_fds::Tracked;
use crate::sync::{Mutex, locked};

/// The maximum wait for the reply when a watch is removed.
const UNWATCH_TIMEOUT: Duration = Duration::from_millis(500);

/// An event: something at or below the watched node has changed (or may have).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct WatchEvent {
    /// The path that has changed: the watched path or one below it.
    pub path: String,
    /// The token of the watch.
    pub token: String,
}

/// The state of a new watch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Watched {
    /// The daemon has registered it.
    Now,
    /// The watches are lost; it will be registered with the others.
    Later,
}

/// Events that have not been collected yet.
#[derive(Debug)]
struct Queue {
    events: Mutex<Events>,
    /// Readable while there are events that a thread other than the collecting one has read.
    bell: Tracked<EventFd>,
}

#[derive(Default, Debug)]
struct Events {
    order: VecDeque<WatchEvent>,
    known: HashSet<WatchEvent>,
}

/// Puts the events of the watch connection into the queue.
#[derive(Debug)]
struct ToQueue(Arc<Queue>);

impl Sink for ToQueue {
    fn event(&self, path: String, token: String) {
        let event = WatchEvent { path, token };
        let mut events = locked(&self.0.events);
        if events.known.insert(event.clone()) {
            events.order.push_back(event);
            let _ = self.0.bell.write(1);
        }
    }
}

type WatchExchange = Arc<Exchange<Wire, ToQueue>>;

/// A path and a token.
type Key = (String, String);

/// The watches of one process.
#[derive(Debug)]
pub struct Watches {
    epoll: Tracked<Epoll>,
    queue: Arc<Queue>,
    registry: Mutex<Registry>,
    place: Arc<Path>,
    silence: Duration,
}

#[derive(Default, Debug)]
struct Registry {
    connection: Option<WatchExchange>,
    watches: Vec<Key>,
    /// The number of threads that wait for a reply on the connection.
    asking: usize,
    /// The reason why the watches are lost, if they are.
    lost: Option<Errno>,
}

impl Registry {
    fn working(&self) -> Option<&WatchExchange> {
        self.connection.as_ref().filter(|connection| connection.broken().is_none())
    }

    /// Removes a watch. Returns whether it existed.
    fn remove(&mut self, path: &str, token: &str) -> bool {
        let at = self.watches.iter().position(|w| w.0 == path && w.1 == token);
        at.inspect(|&at| drop(self.watches.remove(at)));
        if self.watches.is_empty() {
            self.lost = None;
        }
        at.is_some()
    }
}

impl Watches {
    pub fn new(place: &Arc<Path>, silence: Duration) -> Result<Self, Errno> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let (bell, epoll) = (Tracked::new(EventFd::from_flags(flags)?), Tracked::epoll()?);
        epoll.add(bell.as_fd(), EpollEvent::new(EpollFlags::EPOLLIN, 0))?;
        let queue = Arc::new(Queue { events: Mutex::default(), bell });
        let place = Arc::clone(place);
        Ok(Self { epoll, queue, registry: Mutex::default(), place, silence })
    }

    /// The descriptor that is readable when there may be events to collect.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.epoll.0.as_fd()
    }

    pub fn watch(&self, wpath: &str, token: &str) -> StoreResult<Watched> {
        let failed = |errno| StoreError::about("watch", wpath, errno);
        path::check_watch(wpath, token).map_err(failed)?;
        let watch = (wpath.to_owned(), token.to_owned());
        let forget = |errno| {
            locked(&self.registry).remove(wpath, token);
            failed(errno)
        };
        {
            let mut registry = locked(&self.registry);
            if registry.watches.contains(&watch) {
                return Err(failed(Errno::EEXIST));
            }
            // The watch is added before it is sent: if the connection breaks meanwhile, it is registered with the
            // others.
            registry.watches.push(watch);
        }
        let Some(connection) = self.connected().map_err(forget)? else {
            return Ok(Watched::Later);
        };
        let reply = request(&connection, MessageKind::Watch, wpath, token);
        let mut registry = locked(&self.registry);
        self.answered(&mut registry, &connection);
        match reply {
            // `EEXIST`: the connection had broken before the request was sent, and this watch was registered with the
            // others.
            Ok(Ok(_) | Err(Errno::EEXIST)) => Ok(Watched::Now),
            Err(failure) if has_ended(failure) => {
                self.disconnect(&mut registry, &connection, failure.errno);
                Ok(if registry.lost.is_some() { Watched::Later } else { Watched::Now })
            }
            Ok(Err(errno)) | Err(ExchangeFailure { errno, .. }) => {
                drop(registry);
                Err(forget(errno))
            }
        }
    }

    pub fn unwatch(&self, wpath: &str, token: &str) -> StoreResult<()> {
        let failed = |errno| StoreError::about("unwatch", wpath, errno);
        path::check_watch(wpath, token).map_err(failed)?;
        let connection = {
            let mut registry = locked(&self.registry);
            if !registry.remove(wpath, token) {
                return Err(failed(Errno::ENOENT));
            }
            // If the connection has broken, the daemon has removed the watch with it.
            let connection = registry.working().cloned();
            if connection.is_some() {
                self.ask(&mut registry);
            }
            connection
        };
        let reply = connection.map_or(Ok(()), |connection| {
            let reply = end(&connection, wpath, token);
            self.answered(&mut locked(&self.registry), &connection);
            reply
        });
        // Events that the daemon sent before its reply are in the queue now.
        let mut events = locked(&self.queue.events);
        let stale = |e: &WatchEvent| e.token == token && path::is_within(&e.path, wpath);
        events.order.retain(|e| !stale(e));
        events.known.retain(|e| !stale(e));
        reply.map_err(failed)
    }

    /// Takes the events that have arrived, oldest first; never waits.
    pub fn collect(&self) -> StoreResult<Vec<WatchEvent>> {
        let arrived = self.queue_arrived().map_err(|errno| StoreError::new("watch", errno));
        let mut events = locked(&self.queue.events);
        // This is done under the lock, so an event that arrives later rings again. It is also done after an error;
        // otherwise a thread that sleeps on the descriptor would loop while the daemon is away.
        let _ = self.queue.bell.read();
        arrived?;
        events.known.clear();
        Ok(std::mem::take(&mut events.order).into())
    }

    /// Moves the events that have arrived into the queue.
    fn queue_arrived(&self) -> Result<(), Errno> {
        let connection = {
            let registry = locked(&self.registry);
            match (registry.lost, &registry.connection) {
                (Some(errno), _) => return Err(errno),
                (None, None) => return Ok(()),
                (None, Some(connection)) => Arc::clone(connection),
            }
        };
        connection.poll().or_else(|errno| {
            let mut registry = locked(&self.registry);
            self.disconnect(&mut registry, &connection, errno);
            registry.lost.map_or(Ok(()), Err)
        })
    }

    /// The connection for one more request, which is opened if there is none; the thread is counted as waiting for a
    /// reply. `None` if the watches are lost.
    fn connected(&self) -> Result<Option<WatchExchange>, Errno> {
        let mut new = None;
        loop {
            let mut registry = locked(&self.registry);
            if let Some(connection) = registry.connection.clone() {
                match connection.broken() {
                    None => {
                        self.ask(&mut registry);
                        return Ok(Some(connection));
                    }
                    Some(errno) => self.disconnect(&mut registry, &connection, errno),
                }
            }
            if registry.lost.is_some() {
                return Ok(None);
            }
            if let Some(connection) = new.take() {
                self.connect(&mut registry, connection)?;
                continue;
            }
            drop(registry);
            new = Some(self.open(Opening::Waits)?);
        }
    }

    fn open(&self, opening: Opening) -> Result<WatchExchange, Errno> {
        let wire = Wire::open(&self.place, opening, self.silence)?;
        Ok(Arc::new(Exchange::new(wire, ToQueue(Arc::clone(&self.queue)))))
    }

    /// Makes `connection`, which has all watches, the one that the descriptor reports.
    fn connect(&self, registry: &mut Registry, connection: WatchExchange) -> Result<(), Errno> {
        self.epoll.add(connection.link(), EpollEvent::new(EpollFlags::EPOLLIN, 0))?;
        registry.connection = Some(connection);
        registry.asking = 0;
        registry.lost = None;
        Ok(())
    }

    /// Handles a broken connection; the watches are lost if it was theirs.
    ///
    /// The connection is removed from the epoll set explicitly: if a forked child holds it open, closing it here would
    /// leave it in the set, and readable forever.
    fn disconnect(&self, registry: &mut Registry, connection: &WatchExchange, errno: Errno) {
        if registry.connection.take_if(|c| Arc::ptr_eq(c, connection)).is_none() {
            return;
        }
        let _ = self.epoll.delete(connection.link());
        if !registry.watches.is_empty() {
            registry.lost = Some(errno);
            // The next collection reports the loss.
            let _ = self.queue.bell.write(1);
        }
    }

    pub fn rewatch(&self) -> StoreResult<Rewatch> {
        let connection = self.open(Opening::AtOnce);
        let connection = connection.map_err(|errno| StoreError::new("watch again", errno))?;
        Ok(Rewatch { connection, sent: HashSet::new(), posted: None })
    }

    pub fn go_on(&self, rewatch: &mut Rewatch) -> StoreResult<bool> {
        self.step(rewatch).map_err(|errno| StoreError::new("watch again", errno))
    }

    fn step(&self, rewatch: &mut Rewatch) -> Result<bool, Errno> {
        loop {
            rewatch.connection.poll()?;
            if let Some(posted) = &rewatch.posted {
                let Some(replies) = posted.settled() else { return Ok(false) };
                replies?.into_iter().try_for_each(|reply| reply.map(drop))?;
                rewatch.posted = None;
            }
            let mut registry = locked(&self.registry);
            if registry.lost.is_none() {
                // All watches that were lost have been removed meanwhile.
                return Ok(true);
            }
            let missing: Vec<&Key> =
                registry.watches.iter().filter(|watch| !rewatch.sent.contains(*watch)).collect();
            if missing.is_empty() {
                rewatch.remove_given_up(&registry.watches);
                return self.connect(&mut registry, Arc::clone(&rewatch.connection)).map(|()| true);
            }
            let mut requests = Requests::default();
            for (path, token) in &missing {
                push(&mut requests, MessageKind::Watch, path, token)?;
            }
            let count = rewatch.connection.postable(&requests);
            rewatch.sent.extend(missing[..count].iter().map(|&watch| watch.clone()));
            drop(registry);
            rewatch.posted = Some(rewatch.connection.post(&mut requests, count)?);
        }
    }

    /// Records that a thread waits for a reply on the connection, which it therefore reads.
    fn ask(&self, registry: &mut Registry) {
        registry.asking += 1;
        if registry.asking == 1 {
            self.show(registry, EpollFlags::empty());
        }
    }

    /// Records that the wait has ended.
    fn answered(&self, registry: &mut Registry, connection: &WatchExchange) {
        // Another connection may have replaced it, on which this thread has not waited.
        if registry.connection.as_ref().is_some_and(|c| Arc::ptr_eq(c, connection)) {
            registry.asking -= 1;
            if registry.asking == 0 {
                self.show(registry, EpollFlags::EPOLLIN);
            }
        }
    }

    /// Sets the events of the connection that the descriptor reports. Its end is always reported.
    fn show(&self, registry: &Registry, flags: EpollFlags) {
        if let Some(connection) = &registry.connection {
            // This cannot fail: the connection is in the set, and changing an entry needs no memory.
            let _ = self.epoll.modify(connection.link(), &mut EpollEvent::new(flags, 0));
        }
    }
}

/// The transfer of lost watches to another connection.
#[derive(Debug)]
pub struct Rewatch {
    connection: WatchExchange,
    /// The watches whose registration was sent.
    sent: HashSet<Key>,
    /// The last of these requests, until they are answered.
    posted: Option<Posted<Wire, ToQueue>>,
}

impl Rewatch {
    /// The descriptor that is readable when the transfer can continue.
    pub fn link(&self) -> WatchLink {
        WatchLink(Arc::clone(&self.connection))
    }

    /// Removes those watches that were given up since they were sent. The replies are not waited for. On a link that
    /// takes one request at a time the watches stay registered, and their events are ignored.
    fn remove_given_up(&self, wanted: &[Key]) {
        if self.connection.link().one_at_a_time() {
            return;
        }
        for (path, token) in self.sent.iter().filter(|watch| !wanted.contains(watch)) {
            let mut requests = Requests::default();
            if push(&mut requests, MessageKind::Unwatch, path, token).is_ok() {
                let _ = self.connection.post(&mut requests, 1);
            }
        }
    }
}

/// A connection, for waiting.
#[derive(Debug)]
pub struct WatchLink(WatchExchange);

impl AsFd for WatchLink {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.link().as_fd()
    }
}

fn push(requests: &mut Requests, kind: MessageKind, path: &str, token: &str) -> Result<(), Errno> {
    requests.push(kind, &[path.as_bytes(), &[0], token.as_bytes(), &[0]])
}

/// Sends a request and waits for the daemon's reply, which may be an error.
fn request(
    connection: &WatchExchange,
    kind: MessageKind,
    path: &str,
    token: &str,
) -> Result<Reply, ExchangeFailure> {
    let mut requests = Requests::default();
    push(&mut requests, kind, path, token)
        .map_err(|errno| ExchangeFailure { errno, unsent: false })?;
    let mut replies = connection.call(&mut requests, 0)?;
    Ok(replies.pop().expect("as many replies as requests"))
}

/// Whether a request has failed because the daemon has closed the connection, or because it had broken before. A daemon
/// that is silent, or violates the protocol, is an error for those whose request shows it.
fn has_ended(failure: ExchangeFailure) -> bool {
    failure.unsent || matches!(failure.errno, Errno::ECONNRESET | Errno::EPIPE)
}

/// Removes a watch. If the connection breaks, the daemon removes its watches anyway.
fn end(connection: &WatchExchange, path: &str, token: &str) -> Result<(), Errno> {
    if connection.link().one_at_a_time() {
        let reply = request(connection, MessageKind::Unwatch, path, token);
        return reply.map_err(|failure| failure.errno)?.map(drop);
    }
    let silent = connection.is_silent();
    let mut requests = Requests::default();
    push(&mut requests, MessageKind::Unwatch, path, token)?;
    if let Ok(posted) = connection.post(&mut requests, 1) {
        posted.give_up_after(if silent { Duration::ZERO } else { UNWATCH_TIMEOUT });
    }
    Ok(())
}
