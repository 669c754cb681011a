//! The domid history: the domids of recently destroyed domains, which a new domain should not get.
//!
//! Another process may still act on the domid of a domain that has just been destroyed, so libxl does not use it again
//! for a minute. The file, with one line `<monotonic seconds> <domid>` for each, and its lock are shared with processes
//! that use the C library; `/run` is emptied at boot, when the clock starts again.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use nix::time::{ClockId, clock_gettime};

use crate::core::file::{errno_of, remove_if_there};
use crate::core::number::strtoul;
use crate::core::paths::RUN_DIR;
use crate::core::{Error, Result};
use crate::error;
use crate::lock::{FileLock, LockFailure};
use crate::sync::std_fds::raised;
use crate::xen::log::Log;

/// How long a domid is not used again, in seconds, unless the environment sets another time.
const REUSE_TIMEOUT: i64 = 60;

/// The file of the domid history.
#[derive(Debug)]
pub struct History<'a> {
    log: &'a Log,
    dir: PathBuf,
    timeout: i64,
}

/// The timeout from that variable, parsed as C's `strtol` does: 0 without a number; with a negative number a domid is
/// never used again.
fn timeout_in(text: &[u8]) -> i64 {
    match strtoul(text) {
        None => 0,
        Some((seconds, _)) => i64::try_from(seconds).unwrap_or(i64::MAX),
    }
}

impl<'a> History<'a> {
    /// The host's domid history, with the time from `LIBXL_DOMID_REUSE_TIMEOUT` if that is set.
    pub fn of_host(log: &'a Log) -> Self {
        let set = std::env::var_os("LIBXL_DOMID_REUSE_TIMEOUT");
        let timeout = set.map_or(REUSE_TIMEOUT, |text| timeout_in(text.as_bytes()));
        Self { log, dir: RUN_DIR.into(), timeout }
    }

    fn log(&self) -> &Log {
        self.log
    }

    fn path(&self, suffix: &str) -> PathBuf {
        self.dir.join(format!("domid-history{suffix}"))
    }

    /// Removes all domids. It is to be used while the host boots: no other toolstack may be running.
    pub fn clear(&self) -> Result<()> {
        let path = self.path("");
        remove_if_there(&path).map_err(|e| self.failed("remove", &path, &e))
    }

    /// Adds `domid`, and removes the domids whose time has passed.
    pub fn add(&self, domid: u32) -> Result<()> {
        self.add_at(domid, now())
    }

    /// Whether a domain with this domid was destroyed recently.
    pub fn is_recent(&self, domid: u32) -> Result<bool> {
        Ok(self.recent(now())?.iter().any(|&(_, who)| who == domid))
    }

    fn add_at(&self, domid: u32, now: i64) -> Result<()> {
        let lock = self.path(".lock");
        let _lock = FileLock::take(&lock, || Ok(())).map_err(|failure: LockFailure| {
            let (errno, lock) = (failure.errno, lock.display());
            error!(self, domid = domid, errno = errno, "{failure} {lock}");
            Error::Fail
        })?;
        let mut text: String =
            self.recent(now)?.into_iter().map(|(at, who)| format!("{at} {who}\n")).collect();
        text.push_str(&format!("{now} {domid}\n"));
        let (new, path) = (self.path(".new"), self.path(""));
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&new)
            .map(raised)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| fs::rename(&new, &path))
            .map_err(|e| self.failed("write", &new, &e))
    }

    /// The domids that must not be used yet at `now`. An invalid line is skipped, since it must not make a destroy
    /// fail.
    fn recent(&self, now: i64) -> Result<Vec<(i64, u32)>> {
        let path = self.path("");
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(self.failed("read", &path, &e)),
        };
        let lines = String::from_utf8_lossy(&text);
        Ok(lines
            .lines()
            .filter_map(|line| {
                let (at, domid) = line.trim().split_once(' ')?;
                let (at, domid): (i64, u32) = (at.parse().ok()?, domid.trim().parse().ok()?);
                let is_recent = (0..=self.timeout).contains(&now.checked_sub(at)?);
                (is_recent && super::valid_guest(domid)).then_some((at, domid))
            })
            .collect())
    }

    fn failed(&self, what: &str, path: &std::path::Path, error: &std::io::Error) -> Error {
        error!(self, errno = errno_of(error), "cannot {what} {}", path.display());
        Error::Fail
    }
}

/// The time in seconds, on the clock of the file's entries.
fn now() -> i64 {
    clock_gettime(ClockId::CLOCK_MONOTONIC).map_or(0, |t| t.tv_sec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expired_entries_are_dropped() {
        let (log, dir) = (Log::none(), tempfile::tempdir().unwrap());
        let history = History { log: &log, dir: dir.path().to_owned(), timeout: 60 };
        let file = dir.path().join("domid-history");
        fs::write(
            &file,
            "100 3\nrubbish\n39 4\n40 5\n100 0\n100 32752\n101 6\n-9223372036854775808 6\n",
        )
        .unwrap();
        history.add_at(9, 100).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "100 3\n40 5\n100 9\n");
        history.add_at(10, 161).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "161 10\n");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        history.clear().unwrap();
        history.clear().unwrap();
        assert!(!file.exists());
    }

    #[test]
    fn the_time_is_read_as_c_reads_it() {
        for (text, seconds) in [("60", 60), ("0x78", 120), ("010s", 8), ("", 0), ("x", 0)] {
            assert_eq!(timeout_in(text.as_bytes()), seconds, "{text:?}");
        }
        assert_eq!(timeout_in(b"-1"), i64::MAX);
    }

    #[test]
    fn no_directory_is_an_error() {
        let (log, dir) = (Log::none(), tempfile::tempdir().unwrap());
        let history = History { log: &log, dir: dir.path().join("no"), timeout: 60 };
        assert_eq!(history.add(1), Err(Error::Fail));
    }
}
