//! Watches: being told that something below a node has changed.
//!
//! Watches have a connection of their own, opened with the first of them. So replies to other
//! threads' requests never wake whoever sleeps on the watches, and nobody has to read events off a
//! connection while he waits for an answer. One fd shows that there are events: an epoll fd that holds
//! that connection and an eventfd. The eventfd is for events that a thread read while it waited
//! for the reply to its `watch` or `unwatch`: while any thread does, the connection shows nothing, because
//! that thread reads it, and a reply is nothing to wake others for.
//!
//! An event says "look again", no more; the same event is queued once however often it comes
//! before it is collected. That bounds the queue by the number of nodes under watch.
//!
//! When the connection breaks (the daemon died), the next collection, or watch, opens another and
//! registers all watches again; the daemon fires each at once, so nothing that changed in between
//! is missed. If that fails the collection returns the error.

use std::collections::{HashSet, VecDeque};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
use std::sync::Arc;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};
use nix::sys::eventfd::{EfdFlags, EventFd};

use super::error::{StoreError, StoreResult};
use super::exchange::{Exchange, Sink};
use super::link::Wire;
use super::path;
use super::wire::{Kind, Requests};
use crate::sync::noted::Noted;
use crate::sync::{Mutex, locked};

/// Something at or below the watched node has changed (or may have).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct WatchEvent {
    /// What changed: the watched path or one below it.
    pub path: String,
    /// The watch's token.
    pub token: String,
}

/// Events that nobody has collected yet.
#[derive(Debug)]
struct Queue {
    events: Mutex<Events>,
    /// Readable while there are events that were read by a thread other than the collecting one.
    bell: Noted<EventFd>,
}

#[derive(Default, Debug)]
struct Events {
    order: VecDeque<WatchEvent>,
    known: HashSet<WatchEvent>,
}

/// The watch connection's way to the queue.
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

type Connection = Arc<Exchange<Wire, ToQueue>>;

/// One process's watches.
#[derive(Debug)]
pub struct Watches {
    epoll: Noted<Epoll>,
    queue: Arc<Queue>,
    registry: Mutex<Registry>,
    places: Arc<[PathBuf]>,
}

#[derive(Default, Debug)]
struct Registry {
    connection: Option<Connection>,
    watches: Vec<(String, String)>,
    /// How many threads wait for a reply on the connection.
    asking: usize,
}

impl Watches {
    pub fn new(places: &Arc<[PathBuf]>) -> Result<Self, Errno> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let (bell, epoll) = (Noted::new(EventFd::from_flags(flags)?), Noted::epoll()?);
        epoll.add(bell.as_fd(), EpollEvent::new(EpollFlags::EPOLLIN, 0))?;
        let queue = Arc::new(Queue { events: Mutex::default(), bell });
        Ok(Self { epoll, queue, registry: Mutex::default(), places: Arc::clone(places) })
    }

    /// Readable when there may be events to collect.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.epoll.0.as_fd()
    }

    pub fn watch(&self, wpath: &str, token: &str) -> StoreResult<()> {
        let failed = |errno| StoreError::about("watch", wpath, errno);
        path::check_watch(wpath, token).map_err(failed)?;
        let watch = (wpath.to_owned(), token.to_owned());
        let connection = {
            let mut registry = locked(&self.registry);
            if registry.watches.contains(&watch) {
                return Err(failed(Errno::EEXIST));
            }
            let connection = self.connected(&mut registry).map_err(failed)?;
            // Before it is sent: should the connection break meanwhile, it is registered again
            // with the others.
            registry.watches.push(watch.clone());
            self.ask(&mut registry);
            connection
        };
        let reply = request(&connection, Kind::Watch, wpath, token);
        let mut registry = locked(&self.registry);
        self.answered(&mut registry, &connection);
        reply.map_err(|errno| {
            registry.watches.retain(|w| *w != watch);
            failed(errno)
        })
    }

    pub fn unwatch(&self, wpath: &str, token: &str) -> StoreResult<()> {
        let failed = |errno| StoreError::about("unwatch", wpath, errno);
        path::check_watch(wpath, token).map_err(failed)?;
        let connection = {
            let mut registry = locked(&self.registry);
            let known = |w: &(String, String)| w.0 == wpath && w.1 == token;
            let at = registry.watches.iter().position(known);
            registry.watches.remove(at.ok_or_else(|| failed(Errno::ENOENT))?);
            // A daemon has forgotten it with a connection that broke.
            let connection = registry.connection.clone().filter(|c| c.broken().is_none());
            if connection.is_some() {
                self.ask(&mut registry);
            }
            connection
        };
        let reply = connection.map_or(Ok(()), |connection| {
            let reply = request(&connection, Kind::Unwatch, wpath, token);
            self.answered(&mut locked(&self.registry), &connection);
            reply
        });
        // What it has sent before its answer is in the queue now.
        let mut events = locked(&self.queue.events);
        let stale = |e: &WatchEvent| e.token == token && path::is_within(&e.path, wpath);
        events.order.retain(|e| !stale(e));
        events.known.retain(|e| !stale(e));
        reply.map_err(failed)
    }

    /// The events so far, oldest first; never waits for more.
    pub fn collect(&self) -> StoreResult<Vec<WatchEvent>> {
        let arrived = self.take_in();
        let mut events = locked(&self.queue.events);
        // Under the lock: an event that comes later rings again. Also after an error, or whoever
        // sleeps on the fd would turn in circles while the daemon is away.
        let _ = self.queue.bell.read();
        arrived?;
        events.known.clear();
        Ok(std::mem::take(&mut events.order).into())
    }

    /// Moves what has arrived into the queue, on a new connection if need be.
    fn take_in(&self) -> StoreResult<()> {
        let connection = {
            let mut registry = locked(&self.registry);
            if registry.watches.is_empty() {
                registry.connection.clone()
            } else {
                let failed = |errno| StoreError::new("watch", errno);
                Some(self.connected(&mut registry).map_err(failed)?)
            }
        };
        if let Some(connection) = connection
            && connection.poll().is_err()
        {
            let mut registry = locked(&self.registry);
            self.disconnect(&mut registry, &connection);
            if !registry.watches.is_empty() {
                let again = self.connected(&mut registry);
                drop(registry);
                let again = again.map_err(|errno| StoreError::new("watch again", errno))?;
                let _ = again.poll();
            }
        }
        Ok(())
    }

    /// The connection, opened (again) and with all watches registered.
    fn connected(&self, registry: &mut Registry) -> Result<Connection, Errno> {
        if let Some(connection) = registry.connection.clone() {
            if connection.broken().is_none() {
                return Ok(connection);
            }
            self.disconnect(registry, &connection);
        }
        let wire = Wire::open(&self.places)?;
        let connection = Arc::new(Exchange::new(wire, ToQueue(Arc::clone(&self.queue))));
        let mut requests = Requests::default();
        for (path, token) in &registry.watches {
            requests.push(Kind::Watch, &[path.as_bytes(), &[0], token.as_bytes(), &[0]])?;
        }
        for reply in connection.call(&mut requests, 0).map_err(|failure| failure.errno)? {
            reply?;
        }
        self.epoll.add(connection.link(), EpollEvent::new(EpollFlags::EPOLLIN, 0))?;
        registry.connection = Some(Arc::clone(&connection));
        registry.asking = 0;
        Ok(connection)
    }

    /// A thread begins to wait for a reply on the connection, and reads it therefore.
    fn ask(&self, registry: &mut Registry) {
        registry.asking += 1;
        if registry.asking == 1 {
            self.show(registry, EpollFlags::empty());
        }
    }

    /// It has ended.
    fn answered(&self, registry: &mut Registry, connection: &Connection) {
        // Another connection may have taken its place, which nobody had asked on.
        if registry.connection.as_ref().is_some_and(|c| Arc::ptr_eq(c, connection)) {
            registry.asking -= 1;
            if registry.asking == 0 {
                self.show(registry, EpollFlags::EPOLLIN);
            }
        }
    }

    /// What the fd shows of the connection; its end always.
    fn show(&self, registry: &Registry, flags: EpollFlags) {
        if let Some(connection) = &registry.connection {
            // It is in the set, and changing an entry takes no memory.
            let _ = self.epoll.modify(connection.link(), &mut EpollEvent::new(flags, 0));
        }
    }

    /// Out of the epoll set by hand: a forked child may hold the connection open, and then
    /// closing it here would leave it in the set, ready for ever.
    fn disconnect(&self, registry: &mut Registry, connection: &Connection) {
        if registry.connection.take_if(|c| Arc::ptr_eq(c, connection)).is_some() {
            let _ = self.epoll.delete(connection.link());
        }
    }
}

fn request(connection: &Connection, kind: Kind, path: &str, token: &str) -> Result<(), Errno> {
    let fields: [&[u8]; 4] = [path.as_bytes(), &[0], token.as_bytes(), &[0]];
    let replies = connection.call(&mut Requests::one(kind, &fields)?, 0);
    replies.map_err(|failure| failure.errno)?.pop().expect("as many replies as requests").map(drop)
}
