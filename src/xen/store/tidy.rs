//! Removing nodes so that no empty directories stay behind.

use std::collections::BTreeSet;

use super::{Ops, StoreResult};

/// Removes nodes, and then each directory above one of them that is left with no value and no children.
/// A handful of round trips, however many nodes there are. Nothing is looked at above the first
/// directory that stays: a guest may read its own directories, and those above them only in part.
pub fn remove_up(ops: &impl Ops, paths: &[String]) -> StoreResult<()> {
    if paths.is_empty() {
        return Ok(());
    }
    let there = ops.remove_many(paths)?;
    // What is missing with its parent leaves nothing to clean up.
    let removed = paths.iter().zip(there).filter(|(_, there)| *there);
    let mut gone: BTreeSet<String> = removed.map(|(path, _)| path.clone()).collect();
    let mut empty = BTreeSet::new();
    let mut next = parents(&gone);
    while !next.is_empty() {
        let values = ops.read_many(&next)?;
        let lists = ops.list_many(&next)?;
        let found = next.into_iter().zip(values.into_iter().zip(lists));
        let emptied: BTreeSet<String> = found
            .filter_map(|(path, (value, children))| {
                let is_gone = |child: &String| gone.contains(&format!("{path}/{child}"));
                let empties = value?.is_empty() && children?.iter().all(is_gone);
                empties.then_some(path)
            })
            .collect();
        next = parents(&emptied);
        gone.extend(emptied.iter().cloned());
        empty.extend(emptied);
    }
    // A node below another one is removed with it.
    let lies_in_one = |path: &str| parent(path).is_some_and(|parent| empty.contains(parent));
    let tops: Vec<&String> = empty.iter().filter(|path| !lies_in_one(path)).collect();
    if tops.is_empty() { Ok(()) } else { ops.remove_many(&tops).map(drop) }
}

/// The directory that a node lies in, the root excepted.
fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(parent, _)| parent).filter(|parent| !parent.is_empty())
}

fn parents(paths: &BTreeSet<String>) -> Vec<String> {
    let all: BTreeSet<&str> = paths.iter().filter_map(|path| parent(path)).collect();
    all.into_iter().map(str::to_owned).collect()
}
