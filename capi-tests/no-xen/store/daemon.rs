//! A real `xenstored` for one test, with `without-xen.c` under it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use tempfile::TempDir;
use xenlight::xen::store::Store;

const PROGRAMS: [&str; 2] = ["/usr/lib/xen-4.17/bin/xenstored", "/usr/sbin/xenstored"];

/// `without-xen.c`, compiled once.
fn preloaded() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (library, own) =
            (folder.join("without-xen.so"), folder.join(format!("without-xen-{}", process::id())));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/capi-tests/no-xen/store/without-xen.c");
        let compiled =
            Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&own).arg(source).status();
        assert!(compiled.unwrap().success(), "cc and libxen-dev are needed");
        // Another run may use the old one at this moment.
        fs::rename(&own, &library).unwrap();
        library
    })
}

/// A running daemon, or the host's.
pub struct Daemon {
    pub place: PathBuf,
    own: Option<(Child, TempDir)>,
}

/// A fresh directory for a test's sockets.
pub fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

impl Daemon {
    /// The host's daemon if `XENLIGHT_STORE` names it, otherwise one of our own.
    pub fn any() -> Self {
        match env::var_os("XENLIGHT_STORE") {
            Some(place) => Self { place: place.into(), own: None },
            None => Self::own(),
        }
    }

    /// One of our own, in any case.
    pub fn own() -> Self {
        let directory = directory();
        let mut daemon = Self { place: directory.path().join("socket"), own: None };
        daemon.start(directory);
        daemon
    }

    fn start(&mut self, directory: TempDir) {
        let program = PROGRAMS.iter().find(|p| PathBuf::from(p).exists());
        let program = program.expect("these tests need xenstored: install xen-utils-4.17");
        let child = Command::new(program)
            .args(["--no-fork", "--internal-db", "--pid-file"])
            .arg(directory.path().join("pid"))
            .env("XENSTORED_RUNDIR", directory.path())
            .env("LD_PRELOAD", preloaded())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        self.own = Some((child, directory));
        let until = Instant::now() + Duration::from_secs(20);
        while Store::open_at(&self.place).is_err() {
            assert!(Instant::now() < until, "xenstored does not start");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn store(&self) -> Store {
        Store::open_at(&self.place).unwrap()
    }

    /// Ends the daemon, and leaves its directory to the caller.
    pub fn kill(&mut self) -> TempDir {
        let (mut child, directory) = self.own.take().expect("only our own daemon dies");
        child.kill().unwrap();
        child.wait().unwrap();
        directory
    }

    pub fn restart(&mut self) {
        let directory = self.kill();
        let _ = fs::remove_file(&self.place);
        self.start(directory);
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if self.own.is_some() {
            self.kill();
        }
    }
}
