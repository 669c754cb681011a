//! The headers and the library of each release that a Debian has: this machine's, or fetched.

// Each test program uses a part.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::ffi::{CString, c_void};
use std::io::Write;
use std::os::unix::ffi::OsStringExt;
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
    /// That of the release that the library under test is built for.
    pub fn built() -> Self {
        let release: Release = env!("XEN_RELEASE").parse().expect("build.rs knows it");
        Self::of(release).unwrap_or_else(|| panic!("there is no Xen {release} to compare with"))
    }

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

    /// The compiler's arguments that make it find this Debian's headers, those of its libc included.
    pub fn include(&self) -> Vec<PathBuf> {
        let folders = ["usr/include", "usr/include/x86_64-linux-gnu"];
        let of = |tree: &PathBuf| folders.map(|folder| ["-isystem".into(), tree.join(folder)]);
        self.tree.iter().flat_map(of).flatten().collect()
    }

    /// One of its headers.
    pub fn header(&self, name: &str) -> PathBuf {
        self.tree.as_deref().unwrap_or(Path::new("/")).join("usr/include").join(name)
    }

    /// Its library, opened. One of another Debian needs that Debian's libc.
    pub fn open(&self) -> *mut c_void {
        let path = CString::new(self.library().into_os_string().into_vec()).expect("a path");
        // DEEPBIND: it calls its own functions, not those of ours that this program holds.
        let flags = libc::RTLD_NOW | libc::RTLD_LOCAL | libc::RTLD_DEEPBIND;
        // SAFETY: a C string; the library's constructors run nothing that would disturb a test.
        let handle = unsafe { libc::dlopen(path.as_ptr(), flags) };
        assert!(
            !handle.is_null(),
            "cannot open {path:?} of libxenmisc{} (capi-tests/support/test-release has the libc of a newer Debian)",
            self.release
        );
        handle
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
