//! The library's public names: `src/exports.txt`, sorted, which the linker's version script is made from.
//!
//! A line is a name, `function` or `data`, and the release that brought it unless all have it. The list says what must be
//! there, and so does not come from what is there: the description and `src/capi/` must agree with it.

use std::error::Error;
use std::fs;
use std::path::Path;

use crate::release::Release;

/// A name that programs can refer to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PublicName {
    pub name: String,
    /// Whether it is a variable, not a function.
    pub data: bool,
}

/// The names that `release` has. `root` is the project's.
pub fn read(root: &Path, release: Release) -> Result<Vec<PublicName>, Box<dyn Error>> {
    let text = fs::read_to_string(root.join("src/exports.txt"))?;
    let mut names = Vec::new();
    for line in text.lines() {
        let wrong = |what: &str| format!("src/exports.txt: {what}: {line}");
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (name, kind, since) = match columns.as_slice() {
            [name, kind] => (name, kind, Release::OLDEST),
            [name, kind, since] => (name, kind, since.parse().map_err(|e: String| wrong(&e))?),
            _ => return Err(wrong("not a name, its kind and its release").into()),
        };
        let data = match *kind {
            "data" => true,
            "function" => false,
            _ => return Err(wrong("neither `function` nor `data`").into()),
        };
        if since <= release {
            names.push(PublicName { name: (*name).to_owned(), data });
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{entries, exports};

    #[test]
    fn the_list_is_what_the_description_and_the_entries_have() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let description = crate::load().unwrap();
        for release in Release::all() {
            let mut names = exports::names(description.of(release));
            for entry in entries::read(&root.join("src/capi"), release).unwrap() {
                names.push(PublicName { name: entry.name, data: false });
            }
            let listed = read(&root, release).unwrap();
            assert!(listed.is_sorted_by(|a, b| a.name < b.name));
            assert_eq!(names.len(), listed.len(), "{release}");
            let names: BTreeSet<_> = names.into_iter().collect();
            assert_eq!(names, listed.into_iter().collect(), "{release}");
        }
    }
}
