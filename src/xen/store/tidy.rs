//! Removing nodes together with the directories that become empty.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::error::{StoreError, StoreResult};
use super::ops::Ops;
use super::pipeline::{Answers, Pipeline};

/// Directories that exist on every host. They may have a thousand children, and are kept even if empty.
const KEPT: [&str; 4] = ["/libxl", "/local", "/local/domain", "/vm"];

/// Removes nodes, and then each directory above one of them that has no value and no children left. This takes two
/// round trips, however many nodes there are. A directory that may not be read is kept, and so are those above it. One
/// that may not be removed is kept with the empty ones in it: those above a driver domain's back ends are domain 0's,
/// which removes them.
pub fn remove_up(ops: &impl Ops, paths: &[String]) -> StoreResult<()> {
    remove_up_if(ops, Pipeline::default(), paths, |_| Ok::<_, StoreError>(true)).map(drop)
}

/// As [`remove_up`], for a transaction that `may` be committed. `may` gets the results of `reads`, which are done first
/// in the same round trip. If it returns false, which is then returned, or if it fails, the transaction must not be
/// committed.
pub fn remove_up_if<E: From<StoreError>>(
    ops: &impl Ops,
    reads: Pipeline,
    paths: &[String],
    may: impl FnOnce(&mut Answers) -> Result<bool, E>,
) -> Result<bool, E> {
    let mut pipeline = reads;
    let removals: Vec<_> = paths.iter().map(|path| (path, pipeline.remove(path))).collect();
    let above: BTreeSet<&str> = paths.iter().flat_map(|path| ancestors(path)).collect();
    let looks: Vec<_> = above
        .into_iter()
        .map(|path| (path, pipeline.peek(path), pipeline.peek_list(path)))
        .collect();
    let mut answers = pipeline.send(ops)?;
    if !may(&mut answers)? {
        return Ok(false);
    }
    // A node whose parent was missing, too, leaves no directory to clean up.
    let removed = removals.into_iter().filter(|(_, slot)| answers.was_there(*slot));
    let mut gone: BTreeSet<&str> = removed.map(|(path, _)| path.as_str()).collect();
    let above: BTreeSet<&str> = gone.iter().flat_map(|path| ancestors(path)).collect();
    let mut looks: Vec<_> = looks
        .into_iter()
        .filter(|(path, ..)| above.contains(path))
        .filter_map(|(path, value, children)| {
            let is_directory = answers.value(value)?.is_empty();
            is_directory.then_some((path, answers.names(children)?))
        })
        .collect();
    // Each directory comes before the one that it lies in.
    looks.sort_by_key(|(path, _)| Reverse(path.len()));
    let mut empty = BTreeSet::new();
    for (path, children) in looks {
        if children.iter().all(|child| gone.contains(format!("{path}/{child}").as_str())) {
            gone.insert(path);
            empty.insert(path);
        }
    }
    // A directory inside another empty one is removed with that one.
    let lies_in_one = |path: &str| parent(path).is_some_and(|parent| empty.contains(parent));
    let mut tops = Pipeline::default();
    for path in empty.iter().filter(|path| !lies_in_one(path)) {
        tops.remove_if_allowed(*path);
    }
    tops.send(ops)?;
    Ok(true)
}

/// The directories that a node lies in, except those that exist on every host.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(path), |path| parent(path)).filter(|path| !KEPT.contains(path))
}

/// The directory that a node lies in, except the root.
fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(parent, _)| parent).filter(|parent| !parent.is_empty())
}
