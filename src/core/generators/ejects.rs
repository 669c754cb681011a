//! The generators of `libxl_evenable_disk_eject`.
//!
//! A guest requests an ejection by writing to a node of its own, and the toolstack replies there. Two generators that
//! read the node independently would take the request from each other, so there is one watcher per node (a task,
//! `device/eject.rs`), which serves all generators of the node.

use std::collections::{BTreeMap, HashMap};

use super::GeneratorHandle;
use crate::runtime::app_loop::Driven;
use crate::runtime::notify::Notify;
use crate::sync::{Arc, Mutex, locked};

/// The generators of one ctx.
#[derive(Debug, Default)]
pub struct Ejects {
    state: Mutex<EjectsState>,
}

#[derive(Debug, Default)]
struct EjectsState {
    /// A node has an entry while it has a watcher.
    nodes: HashMap<String, WatchedMedium>,
    node_of: HashMap<GeneratorHandle, String>,
}

#[derive(Debug, Default)]
struct WatchedMedium {
    generators: BTreeMap<GeneratorHandle, (Interest, Option<Driven>)>,
    wanted: Arc<Notify>,
}

/// The values that the application has passed, for its events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Interest {
    pub domid: u32,
    pub vdev: Vec<u8>,
    pub user: u64,
}

/// The rest of a disabled generator. It must be dropped with no lock held, since dropping it may call the application.
#[derive(Debug)]
#[must_use = "the watcher must be woken if it was the last"]
pub struct DisabledEject {
    _driven: Option<Driven>,
    /// The watcher to wake, if the node has no generator now.
    pub last: Option<Arc<Notify>>,
}

impl Ejects {
    /// Adds a generator for the node at `path`. If the node has no watcher, the second value is the listener for a
    /// watcher, which the caller must start. `give` is as for the generators of deaths.
    pub fn enable(
        &self,
        path: &str,
        interest: Interest,
        driven: Option<Driven>,
        give: impl FnOnce(GeneratorHandle),
    ) -> (GeneratorHandle, Option<Arc<Notify>>) {
        let mut state = locked(&self.state);
        let handle = GeneratorHandle::next();
        give(handle);
        state.node_of.insert(handle, path.to_owned());
        let mut start = None;
        let node = state.nodes.entry(path.to_owned()).or_insert_with(|| {
            let node = WatchedMedium::default();
            start = Some(Arc::clone(&node.wanted));
            node
        });
        node.generators.insert(handle, (interest, driven));
        (handle, start)
    }

    /// Removes a generator; returns `None` if it does not exist.
    pub fn disable(&self, handle: GeneratorHandle) -> Option<DisabledEject> {
        let mut state = locked(&self.state);
        let path = state.node_of.remove(&handle)?;
        let node = state.nodes.get_mut(&path)?;
        let (_, driven) = node.generators.remove(&handle)?;
        let last = node.generators.is_empty().then(|| Arc::clone(&node.wanted));
        Some(DisabledEject { _driven: driven, last })
    }

    /// Removes all generators.
    pub fn end(&self) {
        let all = std::mem::take(&mut *locked(&self.state));
        drop(all);
    }

    /// Whether the node at `path` has a generator; if not, its watcher must end.
    pub fn is_needed(&self, path: &str) -> bool {
        let mut state = locked(&self.state);
        let is_needed = state.nodes.get(path).is_some_and(|node| !node.generators.is_empty());
        if !is_needed {
            state.nodes.remove(path);
        }
        is_needed
    }

    /// The generators of the node at `path`, in the order in which they were added.
    pub fn interested(&self, path: &str) -> Vec<(GeneratorHandle, Interest)> {
        let state = locked(&self.state);
        let generators = state.nodes.get(path).map(|node| &node.generators);
        let each = generators.into_iter().flatten();
        each.map(|(handle, (interest, _))| (*handle, interest.clone())).collect()
    }

    /// Whether a generator exists and was not disabled.
    pub fn is_enabled(&self, handle: GeneratorHandle) -> bool {
        locked(&self.state).node_of.contains_key(&handle)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn interest(user: u64) -> Interest {
        Interest { domid: 3, vdev: b"hdc".to_vec(), user }
    }

    #[test]
    fn a_node_has_one_watcher_and_all_generators_get_the_event() {
        let ejects = Ejects::default();
        let (a, first) = ejects.enable("/a", interest(1), None, |_| ());
        let (b, second) = ejects.enable("/a", interest(2), None, |_| ());
        let (c, third) = ejects.enable("/c", interest(3), None, |_| ());
        assert!(first.is_some() && second.is_none() && third.is_some());
        let users = |path| ejects.interested(path).into_iter().map(|(handle, i)| (handle, i.user));
        assert_eq!(users("/a").collect::<Vec<_>>(), [(a, 1), (b, 2)]);
        assert!(ejects.disable(a).unwrap().last.is_none());
        assert!(ejects.disable(a).is_none() && !ejects.is_enabled(a));
        assert_eq!(users("/a").collect::<Vec<_>>(), [(b, 2)]);
        assert!(Arc::ptr_eq(&ejects.disable(b).unwrap().last.unwrap(), &first.unwrap()));
        // The watcher has not ended yet, so a new generator does not need a new watcher.
        let (d, start) = ejects.enable("/a", interest(4), None, |_| ());
        assert!(start.is_none() && ejects.is_needed("/a"));
        assert!(ejects.disable(d).unwrap().last.is_some() && !ejects.is_needed("/a"));
        assert!(ejects.enable("/a", interest(5), None, |_| ()).1.is_some());
        assert!(ejects.is_needed("/c") && ejects.is_enabled(c));
    }
}
