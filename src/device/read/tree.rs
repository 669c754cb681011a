//! The nodes of a front end that are in numbered directories (`0`, `0/1`, …), as sound cards and PV displays have them.
//!
//! All devices are listed together, level by level: one round trip per level, and one for the values.

use std::collections::HashMap;

use crate::core::Ctx;
use crate::core::Result;
use crate::domain::nodes;
use crate::error;
use crate::xen::store::Ops;

/// The maximum number of numbered directories of one device, more than a guest's quota in xenstore allows.
const MAX_DIRECTORIES: usize = 4096;

/// The nodes to read.
pub struct WantedNodes {
    /// The number of levels of numbered directories below the front end's own directory.
    pub levels: usize,
    /// The names of the nodes, in each of these directories and in the front end's own.
    pub names: &'static [&'static str],
}

/// The nodes of one device, by their paths below the front end's directory.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct Tree {
    nodes: HashMap<String, Vec<u8>>,
    /// The number of directories `0`, `1`, … in each directory.
    counts: HashMap<String, usize>,
    total: usize,
    /// There were more than [`MAX_DIRECTORIES`], so the nodes were not all read.
    pub is_incomplete: bool,
}

impl Tree {
    /// The number of numbered directories in `dir` (such as `""` or `"0"`), from 0 on without a gap.
    pub fn count(&self, dir: &str) -> usize {
        self.counts.get(dir).copied().unwrap_or(0)
    }

    /// The value of a node in a directory, up to the first NUL.
    pub fn value(&self, dir: &str, name: &str) -> Option<&[u8]> {
        let value = self.nodes.get(&below(dir, name))?;
        Some(value.split(|&b| b == 0).next().unwrap_or(value))
    }
}

fn below(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}

/// Reads the wanted nodes below each of `roots`, the front ends' directories. Errors are logged.
pub fn read(ctx: &Ctx, roots: &[String], wanted: &WantedNodes) -> Result<Vec<Tree>> {
    let mut trees: Vec<_> = roots.iter().map(|_| Tree::default()).collect();
    let mut leaves = Vec::new();
    let mut level: Vec<(usize, String)> = (0..roots.len()).map(|i| (i, String::new())).collect();
    for depth in 0..=wanted.levels {
        let full: Vec<_> = level.iter().map(|(root, dir)| below(&roots[*root], dir)).collect();
        let full: Vec<_> = full.iter().map(|path| path.trim_end_matches('/')).collect();
        let listed = ctx.store().list_many(&full).map_err(|e| nodes::failed(ctx, e))?;
        let mut next = Vec::new();
        for ((root, dir), names) in level.into_iter().zip(listed) {
            let names = names.unwrap_or_default();
            for name in wanted.names {
                if names.iter().any(|n| n == name) {
                    leaves.push((root, below(&dir, name)));
                }
            }
            if depth == wanted.levels {
                continue;
            }
            let mut numbered = vec![false; names.len()];
            for number in names.iter().filter_map(|name| super::devid(name)) {
                if let Some(exists) = numbered.get_mut(number as usize) {
                    *exists = true;
                }
            }
            let count = numbered.iter().take_while(|exists| **exists).count();
            let tree = &mut trees[root];
            tree.total += count;
            if tree.total > MAX_DIRECTORIES {
                error!(ctx, "cannot read all of {}: too many directories", roots[root]);
                tree.is_incomplete = true;
                continue;
            }
            next.extend((0..count).map(|number| (root, below(&dir, &number.to_string()))));
            tree.counts.insert(dir, count);
        }
        level = next;
    }
    let paths: Vec<_> = leaves.iter().map(|(root, leaf)| below(&roots[*root], leaf)).collect();
    let values = nodes::read_many(ctx, ctx.store(), &paths)?;
    for ((root, leaf), value) in leaves.into_iter().zip(values) {
        if let Some(value) = value {
            trees[root].nodes.insert(leaf, value);
        }
    }
    Ok(trees)
}

#[cfg(test)]
impl Tree {
    /// A tree with these nodes, and the directories that they are in.
    pub fn of(nodes: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, value) in nodes {
            tree.nodes.insert((*path).to_owned(), value.as_bytes().to_vec());
            let parts: Vec<_> = path.split('/').collect();
            for (depth, name) in parts[..parts.len() - 1].iter().enumerate() {
                let count = tree.counts.entry(parts[..depth].join("/")).or_insert(0);
                *count = (*count).max(name.parse::<usize>().unwrap() + 1);
            }
        }
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_as_in_c() {
        let tree = Tree::of(&[("name", "a\0b"), ("0/1/type", "p")]);
        assert_eq!(tree.value("", "name"), Some(&b"a"[..]));
        assert_eq!(tree.value("0/1", "type"), Some(&b"p"[..]));
        assert_eq!((tree.value("0", "type"), tree.value("", "x")), (None, None));
        assert_eq!((tree.count(""), tree.count("0"), tree.count("1")), (1, 2, 0));
    }
}
