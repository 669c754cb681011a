//! Where a bootloader writes: a directory for what it takes out of the disk, a file for what it tells,
//! and a log file of what it shows.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::core::file::{errno_of, rotate_log};
use crate::core::{Error, Result};
use crate::error;
use crate::sync::std_fds::raised;
use crate::xen::log::Log;

/// The directory and the output file go when this does; the log file stays.
#[derive(Debug)]
pub struct Workplace {
    pub directory: PathBuf,
    pub output: PathBuf,
    pub record: File,
    pub record_path: PathBuf,
}

impl Workplace {
    /// Makes what is needed below `lib`, and a new log file in `logs`.
    pub fn new(log: &Log, domid: u32, lib: &Path, logs: &Path) -> Result<Self> {
        let failed = |what: &Path, e: io::Error| {
            let what = what.display();
            error!(log, domid = domid, errno = errno_of(&e), "bootloader: cannot make {what}");
            Error::Fail
        };
        let name = format!("bootloader.{domid}");
        let record_path = rotate_log(log, logs, OsStr::new(&name))?;
        let record = OpenOptions::new().append(true).create(true).open(&record_path);
        let record = record.map(raised).map_err(|e| failed(&record_path, e))?;
        let (directory, output) = (lib.join(name.clone() + ".d"), lib.join(name + ".out"));
        let place = Self { directory, output, record, record_path };
        // What an earlier one has left goes.
        place.clear();
        let made = DirBuilder::new().mode(0o700).create(&place.directory);
        made.map_err(|e| failed(&place.directory, e))?;
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place.output);
        made.map_err(|e| failed(&place.output, e))?;
        Ok(place)
    }

    fn clear(&self) {
        let _ = fs::remove_file(&self.output);
        let _ = fs::remove_dir_all(&self.directory);
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        self.clear();
    }
}
