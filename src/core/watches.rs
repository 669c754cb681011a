//! Xenstore's watches as something that tasks wait for.
//!
//! However many wait for a node, the daemon has one watch of it, and one descriptor shows that any
//! watch has fired. Whoever dispatches reads all that has come and wakes those it concerns.
//!
//! Locks: `registering` is held around requests to the daemon, so that the second to watch a node finds it
//! watched, and the last to leave it is followed by nobody. Dispatching takes `state` only, which is held
//! for a few instructions; so a daemon that does not answer holds up nobody but who asks it.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::sys::epoll::EpollFlags;

use crate::runtime::Runtime;
use crate::runtime::notify::{Listener, Notify};
use crate::runtime::reactor::Ready;
use crate::sync::{Arc, Mutex, locked};
use crate::xen::store::{Store, StoreError, StoreResult};

/// The watches of one ctx.
pub struct Watches {
    store: Arc<Store>,
    state: Mutex<State>,
    /// The descriptor's place in the reactor; there for the ctx's life once there was a watch.
    place: OnceLock<u64>,
    registering: Mutex<()>,
}

#[derive(Default)]
struct State {
    by_path: HashMap<String, Watched>,
    /// The same, for finding whom an event concerns.
    by_token: HashMap<String, Arc<Notify>>,
    next: u64,
    /// Why the daemon cannot be asked, and whether that was told.
    lost: Option<(Errno, bool)>,
}

/// One node that is watched.
struct Watched {
    token: String,
    changes: Arc<Notify>,
    /// How many wait for it.
    users: usize,
}

impl Watches {
    pub fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            state: Mutex::default(),
            place: OnceLock::new(),
            registering: Mutex::default(),
        }
    }

    /// Watches `path` and what is below it, until the answer is dropped.
    ///
    /// The first change is reported soon after, whether anything changes or not: so who first waits for
    /// a change and then looks cannot miss one.
    pub fn watch(self: &Arc<Self>, runtime: &Runtime, path: &str) -> StoreResult<Watch> {
        let _registering = locked(&self.registering);
        self.enter(runtime)?;
        let (token, changes) = {
            let mut state = locked(&self.state);
            if let Some(watched) = state.by_path.get_mut(path) {
                watched.users += 1;
                let listener = watched.changes.listen_from_before();
                return Ok(Watch { watches: Arc::clone(self), path: path.to_owned(), listener });
            }
            state.next += 1;
            let (token, changes) = (state.next.to_string(), Arc::new(Notify::default()));
            // Before the request: the first event may be read by another thread at once.
            state.by_token.insert(token.clone(), Arc::clone(&changes));
            (token, changes)
        };
        let listener = changes.listen();
        let asked = self.store.watch(path, &token);
        let mut state = locked(&self.state);
        if let Err(e) = asked {
            state.by_token.remove(&token);
            return Err(e);
        }
        state.by_path.insert(path.to_owned(), Watched { token, changes, users: 1 });
        Ok(Watch { watches: Arc::clone(self), path: path.to_owned(), listener })
    }

    /// Takes the store's descriptor into the reactor, once. Under `registering`.
    fn enter(self: &Arc<Self>, runtime: &Runtime) -> StoreResult<()> {
        if self.place.get().is_none() {
            let failed = |errno: Errno| StoreError::new("watch", errno);
            let ready: Arc<dyn Ready> = Arc::<Self>::clone(self);
            let reactor = runtime.reactor().map_err(failed)?;
            let place = reactor.add(self.store.as_fd()?, EpollFlags::EPOLLIN, ready);
            let _ = self.place.set(place.map_err(failed)?);
        }
        Ok(())
    }

    /// Whether no event can come, because the daemon is gone. Whoever watches is woken once when that
    /// begins, and from then on has to look by itself, with [`Watches::retry`].
    pub fn is_lost(&self) -> bool {
        locked(&self.state).lost.is_some()
    }

    /// Why the daemon is gone, for the one who tells it.
    pub fn take_loss(&self) -> Option<Errno> {
        match &mut locked(&self.state).lost {
            Some((errno, told)) if !*told => {
                *told = true;
                Some(*errno)
            }
            _ => None,
        }
    }

    /// Tries to reach the daemon again.
    pub fn retry(&self) {
        self.ready(EpollFlags::empty());
    }

    fn leave(&self, path: &str) {
        let _registering = locked(&self.registering);
        let token = {
            let mut state = locked(&self.state);
            let Some(watched) = state.by_path.get_mut(path) else { return };
            watched.users -= 1;
            if watched.users > 0 {
                return;
            }
            let token = std::mem::take(&mut watched.token);
            state.by_path.remove(path);
            state.by_token.remove(&token);
            token
        };
        // The daemon may have died, and the watch with it.
        let _ = self.store.unwatch(path, &token);
    }
}

impl Ready for Watches {
    fn ready(&self, _: EpollFlags) {
        let changed: Vec<_> = match self.store.pending_watch_events() {
            Ok(events) => {
                let mut state = locked(&self.state);
                state.lost = None;
                events.iter().filter_map(|e| state.by_token.get(&e.token).cloned()).collect()
            }
            // The daemon is away: everybody looks, and finds out.
            Err(e) => {
                let mut state = locked(&self.state);
                state.lost.get_or_insert((e.errno(), false));
                state.by_token.values().cloned().collect()
            }
        };
        changed.iter().for_each(|changes| changes.notify());
    }
}

/// A node under watch.
#[derive(Debug)]
pub struct Watch {
    watches: Arc<Watches>,
    path: String,
    listener: Listener,
}

impl Watch {
    /// Waits until the node, or one below it, may have changed since the last time.
    pub async fn changed(&mut self) {
        self.listener.changed().await;
    }

    /// What has changed so far is known.
    pub fn catch_up(&mut self) {
        self.listener.catch_up();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watches.leave(&self.path);
    }
}

impl fmt::Debug for Watches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watches").finish_non_exhaustive()
    }
}
