//! The headers and the library of each release that a Debian has: this machine's, or fetched.

// Each test program uses a part.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use xenlight_idl::Release;

/// Where the headers and the library of one release are.
#[derive(Debug)]
pub struct Debian {
    pub release: Release,
    /// The file tree that has them; `None`: that of this machine.
    tree: Option<PathBuf>,
}

impl Debian {
    /// Every release that a Debian has, the default one first. One that cannot be fetched is left out, with a line that
    /// is seen also if the test passes.
    pub fn all() -> Vec<Self> {
        Release::all().filter(|r| r.debian().is_some()).filter_map(Self::of).collect()
    }

    fn of(release: Release) -> Option<Self> {
        // The machine has the package libxen-dev of the default release.
        if release == Release::DEFAULT {
            return Some(Self { release, tree: None });
        }
        /// What was fetched, so that one that fails is tried and reported once.
        static TREES: Mutex<BTreeMap<Release, Option<PathBuf>>> = Mutex::new(BTreeMap::new());
        let mut trees = TREES.lock().expect("no thread panics with it");
        let tree = trees.entry(release).or_insert_with(|| fetch(release)).clone();
        tree.map(|tree| Self { release, tree: Some(tree) })
    }

    /// The compiler's arguments that make it find this Debian's headers.
    pub fn include(&self) -> Vec<PathBuf> {
        self.tree.iter().flat_map(|tree| ["-isystem".into(), tree.join("usr/include")]).collect()
    }

    /// One of its headers.
    pub fn header(&self, name: &str) -> PathBuf {
        self.tree.as_deref().unwrap_or(Path::new("/")).join("usr/include").join(name)
    }

    /// Its library.
    pub fn library(&self) -> PathBuf {
        let name = format!("usr/lib/x86_64-linux-gnu/libxenlight.so.{}", self.release);
        self.tree.as_deref().unwrap_or(Path::new("/")).join(name)
    }
}

fn fetch(release: Release) -> Option<PathBuf> {
    let script = root().join("capi-tests/support/debian-xen");
    let output = Command::new(script).arg(release.name()).output().expect("it can be run");
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        // Not `eprintln!`, whose lines a test that passes does not show.
        let _ = writeln!(std::io::stderr(), "not compared with Xen {release}: {why}");
        return None;
    }
    let tree = String::from_utf8(output.stdout).expect("a path");
    Some(tree.trim_end().into())
}

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
