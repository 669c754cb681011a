//! Xenstore's watches, for tasks to wait for.
//!
//! The daemon has one watch per node, however many tasks wait for it, and one descriptor becomes readable when any watch
//! has fired. The dispatching thread reads all events and wakes the tasks that wait for them. (Two threads that start
//! watching a node at the same moment have one watch each.)
//!
//! # No lock is held during a request
//!
//! To register a watch is a request like any other, which waits for its answer. No lock is held around any request, so
//! dispatching, and ending a watch, go on while the daemon does not answer. When the daemon has died a task of the ctx
//! connects to its successor and registers the watches again. That task waits for descriptors and deadlines as others do,
//! since a successor may accept connections and answer nothing.

use std::collections::HashMap;
use std::fmt;
use std::pin::pin;
use std::sync::Weak;
use std::time::Duration;

use futures_util::future::{Either, select};
use nix::errno::Errno;
use nix::sys::epoll::EpollFlags;
use once_cell::sync::OnceCell;

use crate::runtime::Runtime;
use crate::runtime::descriptor::Descriptor;
use crate::runtime::notify::{Listener, Notify};
use crate::runtime::reactor::Ready;
use crate::sync::{Arc, Mutex, locked};
use crate::xen::store::{Store, StoreError, StoreResult, Watched};

/// How long the registration with a new daemon may take. After that the watches count as lost, which is reported to the
/// application.
const TAKE_OVER: Duration = Duration::from_secs(5);

/// The interval of further attempts, if the application continues after the disaster.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The interval at which a daemon that accepts no connection is tried again.
const FULL: Duration = Duration::from_millis(50);

/// The watches of one ctx.
pub struct Watches {
    store: Arc<Store>,
    runtime: Runtime,
    state: Mutex<State>,
    /// The descriptor's registration with the reactor; it exists from the first watch until the ctx is freed.
    place: OnceCell<u64>,
}

#[derive(Default)]
struct State {
    /// By token, to find the node of an event.
    nodes: HashMap<String, Node>,
    /// The token with which a node is watched.
    by_path: HashMap<String, String>,
    next: u64,
    loss: Option<Loss>,
}

/// One node that is watched.
struct Node {
    path: String,
    changes: Arc<Notify>,
    /// How many tasks wait for it.
    users: usize,
}

/// No event can come.
#[derive(Clone, Copy)]
enum Loss {
    /// The daemon has died; a task looks for its successor.
    Seeking,
    /// No successor was found in time, for this reason.
    Known(Errno),
    /// That was reported.
    Told,
}

impl Watches {
    pub fn new(store: Arc<Store>, runtime: Runtime) -> Self {
        Self { store, runtime, state: Mutex::default(), place: OnceCell::new() }
    }

    /// Watches `path` and what is below it, until the answer is dropped.
    ///
    /// The first change is reported soon after, whether or not anything changes, so a task that waits for a change and then
    /// looks cannot miss one.
    pub fn watch(self: &Arc<Self>, path: &str) -> StoreResult<Watch> {
        self.enter()?;
        let (token, changes) = {
            let mut state = locked(&self.state);
            if let Some(token) = state.by_path.get(path).cloned()
                && let Some(node) = state.nodes.get_mut(&token)
            {
                node.users += 1;
                let listener = node.changes.listen_from_before();
                return Ok(Watch { watches: Arc::clone(self), token, listener });
            }
            state.next += 1;
            let (token, changes) = (state.next.to_string(), Arc::new(Notify::default()));
            let node = Node { path: path.to_owned(), changes: Arc::clone(&changes), users: 1 };
            // Before the request: the first event may be read by another thread at once.
            state.nodes.insert(token.clone(), node);
            (token, changes)
        };
        let listener = changes.listen();
        match self.store.watch(path, &token) {
            Ok(Watched::Now) => {}
            Ok(Watched::Later) => self.seek(),
            Err(e) => {
                locked(&self.state).nodes.remove(&token);
                return Err(e);
            }
        }
        // The daemon has the watch now, so others may share it.
        locked(&self.state).by_path.entry(path.to_owned()).or_insert_with(|| token.clone());
        Ok(Watch { watches: Arc::clone(self), token, listener })
    }

    /// Takes the store's descriptor into the reactor, once.
    fn enter(self: &Arc<Self>) -> StoreResult<()> {
        let enter = || {
            let ready = Arc::new(Dispatch(Arc::downgrade(self)));
            let failed = |errno: Errno| StoreError::new("watch", errno);
            let reactor = self.runtime.reactor().map_err(failed)?;
            reactor.add(self.store.as_fd()?, EpollFlags::EPOLLIN, ready).map_err(failed)
        };
        self.place.get_or_try_init(enter).map(drop)
    }

    /// Whether no event can come, because the daemon has died. Waiting tasks are woken when no successor is found, and again
    /// when one has the watches.
    pub fn is_lost(&self) -> bool {
        locked(&self.state).loss.is_some()
    }

    /// Why the watches are lost; returned once, to the task that reports it.
    pub fn take_loss(&self) -> Option<Errno> {
        let mut state = locked(&self.state);
        let Some(Loss::Known(errno)) = state.loss else { return None };
        state.loss = Some(Loss::Told);
        Some(errno)
    }

    /// Reads the events that have come, and wakes the tasks that wait for them.
    fn dispatch(self: &Arc<Self>) {
        let Ok(events) = self.store.pending_watch_events() else { return self.seek() };
        let changed: Vec<_> = {
            let state = locked(&self.state);
            events.iter().filter_map(|e| state.nodes.get(&e.token)).map(Node::changes).collect()
        };
        changed.iter().for_each(|changes| changes.notify());
    }

    /// Starts looking for another daemon, unless a task does so already.
    fn seek(self: &Arc<Self>) {
        let mut state = locked(&self.state);
        if state.loss.is_none() {
            state.loss = Some(Loss::Seeking);
            drop(state);
            self.runtime.spawn(Arc::clone(self).take_over());
        }
    }

    /// Registers the watches with another daemon, as soon as there is one.
    async fn take_over(self: Arc<Self>) {
        while let Err(errno) = self.attempt().await {
            let first = {
                let mut state = locked(&self.state);
                if state.nodes.is_empty() {
                    // No task waits for a watch any more.
                    state.loss = None;
                    return;
                }
                let first = matches!(state.loss, Some(Loss::Seeking));
                if first {
                    state.loss = Some(Loss::Known(errno));
                }
                first
            };
            if first {
                self.wake_all();
            }
            if self.runtime.sleep(RETRY_INTERVAL).await.is_err() {
                // Without timers no further attempt is possible: the watches stay lost.
                return;
            }
        }
        locked(&self.state).loss = None;
        self.wake_all();
        // That daemon may have died as well meanwhile, which was not noticed while this task ran.
        self.dispatch();
    }

    /// Connects to a daemon, and registers the watches with it.
    async fn attempt(&self) -> Result<(), Errno> {
        let register = pin!(async {
            let mut rewatch = loop {
                match self.store.rewatch() {
                    Err(e) if e.errno() == Errno::EAGAIN => self.runtime.sleep(FULL).await?,
                    other => break other.map_err(|e| e.errno())?,
                }
            };
            let link = Descriptor::new(&self.runtime, rewatch.link())?;
            while !self.store.go_on_to_rewatch(&mut rewatch).map_err(|e| e.errno())? {
                link.readable().await?;
            }
            Ok(())
        });
        match select(register, pin!(self.runtime.sleep(TAKE_OVER))).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((slept, _)) => slept.and(Err(Errno::ETIMEDOUT)),
        }
    }

    fn wake_all(&self) {
        let all: Vec<_> = locked(&self.state).nodes.values().map(Node::changes).collect();
        all.iter().for_each(|changes| changes.notify());
    }

    fn leave(&self, token: &str) {
        let path = {
            let mut state = locked(&self.state);
            let Some(node) = state.nodes.get_mut(token) else { return };
            node.users -= 1;
            if node.users > 0 {
                return;
            }
            let path = std::mem::take(&mut node.path);
            state.nodes.remove(token);
            if state.by_path.get(&path).is_some_and(|shared| shared == token) {
                state.by_path.remove(&path);
            }
            path
        };
        // The daemon may have died, and its watch with it.
        let _ = self.store.unwatch(&path, token);
    }
}

impl Node {
    fn changes(&self) -> Arc<Notify> {
        Arc::clone(&self.changes)
    }
}

/// The reactor's reference to the watches. A weak one: they own the runtime, and with it the reactor.
struct Dispatch(Weak<Watches>);

impl Ready for Dispatch {
    fn ready(&self, _: EpollFlags) {
        if let Some(watches) = self.0.upgrade() {
            watches.dispatch();
        }
    }
}

/// A node under watch.
#[derive(Debug)]
pub struct Watch {
    watches: Arc<Watches>,
    token: String,
    listener: Listener,
}

impl Watch {
    /// Waits until the node, or one below it, may have changed since the last time.
    pub async fn changed(&mut self) {
        self.listener.changed().await;
    }

    /// Earlier changes do not count.
    pub fn catch_up(&mut self) {
        self.listener.catch_up();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watches.leave(&self.token);
    }
}

impl fmt::Debug for Watches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watches").finish_non_exhaustive()
    }
}
