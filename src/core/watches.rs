//! The watches of xenstore, which tasks can wait for.
//!
//! The daemon has one watch per node, however many tasks wait for it, and one descriptor becomes readable when any
//! watch has fired. The dispatching thread reads all events and wakes the tasks that wait for them. (Two threads that
//! start watching a node at the same moment have one watch each.)
//!
//! A task that needs to know what has changed gets a watch of its own ([`CtxWatches::watch_paths`]), which collects the
//! paths of its events. The paths say where to look, never what is there: a node may have changed again meanwhile.
//!
//! # No request blocks other threads
//!
//! The registration of a watch is a request like any other, which waits for its reply. No lock is held around any
//! request, so dispatching, and removing a watch, go on while the daemon does not reply. When the daemon has died, a
//! task of the ctx connects to its successor and registers the watches again. That task waits for descriptors and
//! deadlines as other tasks do, since a successor may accept connections without replying.

use std::collections::{BTreeSet, HashMap};
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

/// The maximum duration of the registration with a new daemon. After that the watches count as lost, which is reported
/// to the application as a disaster.
const TAKE_OVER_TIMEOUT: Duration = Duration::from_secs(5);

/// The interval of further attempts, if the application continues after the disaster.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The interval of further attempts while a daemon accepts no connection.
const CONNECT_INTERVAL: Duration = Duration::from_millis(50);

/// The maximum number of paths that are collected for one waiter. With more, the waiter may as well look at everything.
const MAX_PATHS: usize = 1024;

/// The watches of one ctx.
pub struct CtxWatches {
    store: Arc<Store>,
    runtime: Runtime,
    state: Mutex<WatchesState>,
    /// The descriptor's entry in the reactor. It exists from the first watch until the ctx is freed.
    place: OnceCell<u64>,
}

#[derive(Default)]
struct WatchesState {
    /// By token, to find the watch that an event belongs to.
    nodes: HashMap<String, WatchedNode>,
    /// The token with which a node is watched.
    by_path: HashMap<String, String>,
    next: u64,
    loss: Option<Loss>,
}

/// A watched node.
struct WatchedNode {
    path: String,
    changes: Arc<Notify>,
    /// The number of tasks that wait for it.
    users: usize,
    /// The collected paths, if the waiter needs them.
    paths: Option<Arc<Mutex<Changes>>>,
}

/// The places where something has changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Changes {
    /// Anywhere: events may have been missed, or there were too many.
    All,
    /// At or below these paths, which are the watched node or nodes below it.
    Paths(BTreeSet<String>),
}

impl Default for Changes {
    fn default() -> Self {
        Self::Paths(BTreeSet::new())
    }
}

impl Changes {
    /// Records that something has changed at `path`.
    fn add(&mut self, path: &str) {
        let Self::Paths(paths) = self else { return };
        if paths.len() < MAX_PATHS || paths.contains(path) {
            paths.insert(path.to_owned());
        } else {
            *self = Self::All;
        }
    }
}

/// The state while no events can arrive.
#[derive(Clone, Copy)]
enum Loss {
    /// The daemon has died; a task is looking for its successor.
    Pending,
    /// No successor was found in time, for this reason, which was not reported yet.
    TimedOut(Errno),
    /// The loss was reported.
    Reported,
}

impl CtxWatches {
    pub fn new(store: Arc<Store>, runtime: Runtime) -> Self {
        Self { store, runtime, state: Mutex::default(), place: OnceCell::new() }
    }

    /// Watches `path` and all nodes below it, until the result is dropped.
    ///
    /// The first change is reported soon after this call, whether or not anything changes. So a task that waits for a
    /// change and then reads the nodes cannot miss a change.
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
            state.add_node(path, None)
        };
        let watch = self.register(path, token, &changes)?;
        // The daemon has the watch now, so other tasks may share it.
        let mut state = locked(&self.state);
        state.by_path.entry(path.to_owned()).or_insert_with(|| watch.token.clone());
        Ok(watch)
    }

    /// As [`CtxWatches::watch`], but also collects the paths that have changed.
    pub fn watch_paths(self: &Arc<Self>, path: &str) -> StoreResult<PathWatch> {
        self.enter()?;
        let paths = Arc::default();
        let (token, changes) = locked(&self.state).add_node(path, Some(Arc::clone(&paths)));
        let watch = self.register(path, token, &changes)?;
        Ok(PathWatch { watch, paths })
    }

    /// Registers the watch of a node that was added.
    fn register(
        self: &Arc<Self>,
        path: &str,
        token: String,
        changes: &Arc<Notify>,
    ) -> StoreResult<Watch> {
        let listener = changes.listen();
        match self.store.watch(path, &token) {
            Ok(Watched::Now) => {}
            Ok(Watched::Later) => self.start_take_over(),
            Err(e) => {
                locked(&self.state).nodes.remove(&token);
                return Err(e);
            }
        }
        Ok(Watch { watches: Arc::clone(self), token, listener })
    }

    /// Adds the store's descriptor to the reactor, once.
    fn enter(self: &Arc<Self>) -> StoreResult<()> {
        let enter = || {
            let ready = Arc::new(Dispatch(Arc::downgrade(self)));
            let failed = |errno: Errno| StoreError::new("watch", errno);
            let reactor = self.runtime.reactor().map_err(failed)?;
            reactor.add(self.store.as_fd()?, EpollFlags::EPOLLIN, ready).map_err(failed)
        };
        self.place.get_or_try_init(enter).map(drop)
    }

    /// Whether no events can arrive because the daemon has died. Waiting tasks are woken when no successor is found in
    /// time, and again when a successor has the watches.
    pub fn is_lost(&self) -> bool {
        locked(&self.state).loss.is_some()
    }

    /// The reason why the watches are lost. It is returned once, to the task that reports it.
    pub fn take_loss(&self) -> Option<Errno> {
        let mut state = locked(&self.state);
        let Some(Loss::TimedOut(errno)) = state.loss else { return None };
        state.loss = Some(Loss::Reported);
        Some(errno)
    }

    /// Reads the events that have arrived, and wakes the tasks that wait for them.
    fn dispatch(self: &Arc<Self>) {
        let Ok(events) = self.store.pending_watch_events() else { return self.start_take_over() };
        let changed: Vec<_> = {
            let state = locked(&self.state);
            let concerned = events.iter().filter_map(|e| Some((e, state.nodes.get(&e.token)?)));
            concerned.map(|(event, node)| node.changed(&event.path)).collect()
        };
        changed.iter().for_each(|changes| changes.notify());
    }

    /// Starts looking for another daemon, unless a task does so already.
    fn start_take_over(self: &Arc<Self>) {
        let mut state = locked(&self.state);
        if state.loss.is_none() {
            state.loss = Some(Loss::Pending);
            drop(state);
            self.runtime.spawn(Arc::clone(self).take_over());
        }
    }

    /// Registers the watches with another daemon, as soon as one accepts a connection.
    async fn take_over(self: Arc<Self>) {
        while let Err(errno) = self.attempt().await {
            let first = {
                let mut state = locked(&self.state);
                if state.nodes.is_empty() {
                    // No task waits for a watch now.
                    state.loss = None;
                    return;
                }
                let first = matches!(state.loss, Some(Loss::Pending));
                if first {
                    state.loss = Some(Loss::TimedOut(errno));
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
        // That daemon may also have died meanwhile, which is not noticed while this task runs.
        self.dispatch();
    }

    /// Connects to a daemon, and registers the watches with it.
    async fn attempt(&self) -> Result<(), Errno> {
        let register = pin!(async {
            let mut rewatch = loop {
                match self.store.rewatch() {
                    Err(e) if e.errno() == Errno::EAGAIN => {
                        self.runtime.sleep(CONNECT_INTERVAL).await?
                    }
                    other => break other.map_err(|e| e.errno())?,
                }
            };
            let link = Descriptor::new(&self.runtime, rewatch.link())?;
            while !self.store.go_on_to_rewatch(&mut rewatch).map_err(|e| e.errno())? {
                link.readable().await?;
            }
            Ok(())
        });
        match select(register, pin!(self.runtime.sleep(TAKE_OVER_TIMEOUT))).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((slept, _)) => slept.and(Err(Errno::ETIMEDOUT)),
        }
    }

    fn wake_all(&self) {
        let all: Vec<_> =
            locked(&self.state).nodes.values().map(WatchedNode::all_changed).collect();
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
        // This fails if the daemon has died, and then the watch no longer exists.
        let _ = self.store.unwatch(&path, token);
    }
}

impl WatchesState {
    /// Adds a node. This is done before the request, since another thread may read the first event at once.
    fn add_node(
        &mut self,
        path: &str,
        paths: Option<Arc<Mutex<Changes>>>,
    ) -> (String, Arc<Notify>) {
        self.next += 1;
        let (token, changes) = (self.next.to_string(), Arc::new(Notify::default()));
        let node =
            WatchedNode { path: path.to_owned(), changes: Arc::clone(&changes), users: 1, paths };
        self.nodes.insert(token.clone(), node);
        (token, changes)
    }
}

impl WatchedNode {
    /// Records an event; returns the notifier of the waiting tasks.
    fn changed(&self, path: &str) -> Arc<Notify> {
        if let Some(paths) = &self.paths {
            locked(paths).add(path);
        }
        Arc::clone(&self.changes)
    }

    /// Records that events may be missing; returns the notifier of the waiting tasks.
    fn all_changed(&self) -> Arc<Notify> {
        if let Some(paths) = &self.paths {
            *locked(paths) = Changes::All;
        }
        Arc::clone(&self.changes)
    }
}

/// The handler for the reactor. The reference is weak, because the watches own the runtime, and with it the reactor.
struct Dispatch(Weak<CtxWatches>);

impl Ready for Dispatch {
    fn ready(&self, _: EpollFlags) {
        if let Some(watches) = self.0.upgrade() {
            watches.dispatch();
        }
    }
}

/// A watched node.
#[derive(Debug)]
pub struct Watch {
    watches: Arc<CtxWatches>,
    token: String,
    listener: Listener,
}

impl Watch {
    /// Waits until the node, or one below it, may have changed since the last time.
    pub async fn changed(&mut self) {
        self.listener.changed().await;
    }

    /// Marks all earlier changes as seen.
    pub fn catch_up(&mut self) {
        self.listener.catch_up();
    }
}

/// A watched node, and the paths below it that have changed.
#[derive(Debug)]
pub struct PathWatch {
    watch: Watch,
    paths: Arc<Mutex<Changes>>,
}

impl PathWatch {
    /// The watch, for waiting as with [`Watch::changed`].
    pub fn watch(&mut self) -> &mut Watch {
        &mut self.watch
    }

    /// Takes the changes since the previous call. It is to be called after the wait: a later change ends the next wait.
    pub fn take(&self) -> Changes {
        std::mem::take(&mut *locked(&self.paths))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watches.leave(&self.token);
    }
}

impl fmt::Debug for CtxWatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watches").finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn paths_are_collected_up_to_a_limit() {
        let mut changes = Changes::default();
        let path = |at| format!("/a/{at}");
        (0..MAX_PATHS).for_each(|at| changes.add(&path(at)));
        changes.add(&path(0));
        assert!(matches!(&changes, Changes::Paths(paths) if paths.len() == MAX_PATHS));
        changes.add(&path(MAX_PATHS));
        assert_eq!(changes, Changes::All);
        changes.add("/b");
        assert_eq!(changes, Changes::All);
    }
}
