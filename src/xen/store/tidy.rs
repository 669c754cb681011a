//! Removing nodes so that no empty directories stay behind.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use nix::errno::Errno;

use super::error::StoreError;
use super::wire::{self, MessageKind, Requests};
use super::{Ops, StoreResult};

/// Directories that every host has. They may hold a thousand names, and stay if they are empty.
const KEPT: [&str; 4] = ["/libxl", "/local", "/local/domain", "/vm"];

/// Removes nodes, and then each directory above one of them that is left with no value and no children. Three round
/// trips, however many nodes there are. A directory that may not be looked at stays, and so do those above it.
pub fn remove_up(ops: &impl Ops, paths: &[String]) -> StoreResult<()> {
    if paths.is_empty() {
        return Ok(());
    }
    let there = ops.remove_many(paths)?;
    // What is missing with its parent leaves nothing to clean up.
    let removed = paths.iter().zip(there).filter(|(_, there)| *there);
    let mut gone: BTreeSet<&str> = removed.map(|(path, _)| path.as_str()).collect();
    let above: BTreeSet<&str> = gone.iter().flat_map(|path| ancestors(path)).collect();
    let mut above: Vec<&str> = above.into_iter().collect();
    let children = children_of_valueless(ops, &above)?;
    let mut children: BTreeMap<&str, _> = above.iter().copied().zip(children).collect();
    // Each before the one that it lies in.
    above.sort_by_key(|path| Reverse(path.len()));
    let mut empty = BTreeSet::new();
    for path in above {
        let Some(Some(children)) = children.remove(path) else { continue };
        if children.iter().all(|child| gone.contains(format!("{path}/{child}").as_str())) {
            gone.insert(path);
            empty.insert(path);
        }
    }
    // A node below another one is removed with it.
    let lies_in_one = |path: &str| parent(path).is_some_and(|parent| empty.contains(parent));
    let tops: Vec<&str> = empty.iter().copied().filter(|path| !lies_in_one(path)).collect();
    if tops.is_empty() { Ok(()) } else { ops.remove_many(&tops).map(drop) }
}

/// The children of each of `paths` that exists and has no value. `None` as well for one that may not be looked at, or that has
/// more children than fit into a reply.
fn children_of_valueless(ops: &impl Ops, paths: &[&str]) -> StoreResult<Vec<Option<Vec<String>>>> {
    const OPERATION: &str = "look for empty directories";
    let failed = |path: &str, errno| StoreError::about(OPERATION, path, errno);
    let mut requests = Requests::default();
    for path in paths {
        for kind in [MessageKind::Read, MessageKind::Directory] {
            requests.push(kind, &[path.as_bytes(), &[0]]).map_err(|e| failed(path, e))?;
        }
    }
    let mut replies = ops.call(OPERATION, requests)?.into_iter();
    paths
        .iter()
        .map(|path| {
            let both = [replies.next(), replies.next()].map(|reply| match reply {
                Some(Ok(payload)) => Ok(Some(payload)),
                None | Some(Err(Errno::ENOENT | Errno::EACCES | Errno::E2BIG)) => Ok(None),
                Some(Err(errno)) => Err(failed(path, errno)),
            });
            let [value, children] = both;
            match (value?, children?) {
                (Some(value), Some(children)) if value.is_empty() => {
                    let names = wire::strings(&children).map_err(|e| failed(path, e))?;
                    Ok(Some(names))
                }
                _ => Ok(None),
            }
        })
        .collect()
}

/// The directories that a node lies in, but for those that every host has.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(path), |path| parent(path)).filter(|path| !KEPT.contains(path))
}

/// The directory that a node lies in, the root excepted.
fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(parent, _)| parent).filter(|parent| !parent.is_empty())
}
