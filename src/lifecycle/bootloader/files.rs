//! The files that a bootloader writes: a directory for files from the disk, an output file, and a log file of its
//! terminal.
//!
//! The directory and the output file are removed after the bootloader has ended. If the toolstack is killed, they are
//! left. A bootloader may also leave a mount in its directory: such a directory is kept, since the mounted file system,
//! perhaps the guest's own, would be removed with it. So there are several names for the directory and the file, of
//! which the first pair that is free is used.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::core::file::{errno_of, remove_if_there, rotate_log};
use crate::core::{Error, Result};
use crate::sync::std_fds::raised;
use crate::xen::log::Log;
use crate::{error, warn};

/// The number of names for the directory and the output file of a domain.
const MAX_NAMES: u32 = 8;

/// The directory and the output file are removed when this is dropped; the log file is kept.
#[derive(Debug)]
pub struct BootloaderFiles {
    /// The directory for files from the disk.
    pub directory: PathBuf,
    /// The output file.
    pub output: PathBuf,
    /// The log file.
    pub log_file: File,
    /// The path of the log file.
    pub log_path: PathBuf,
}

impl BootloaderFiles {
    /// Creates the directory and the output file below `lib`, and a new log file in `logs`. `Error::Fail`, logged, on
    /// failure.
    pub fn new(log: &Log, domid: u32, lib: &Path, logs: &Path) -> Result<Self> {
        let failed = |what: &Path, e: &io::Error| {
            let (errno, what) = (errno_of(e), what.display());
            error!(log, domid = domid, errno = errno, "cannot create the bootloader's {what}");
            Error::Fail
        };
        let log_path = rotate_log(log, logs, OsStr::new(&format!("bootloader.{domid}")))?;
        let log_file = OpenOptions::new().append(true).create(true).open(&log_path);
        let log_file = log_file.map(raised).map_err(|e| failed(&log_path, &e))?;
        // Files of an earlier bootloader are removed.
        remove_leftovers(log, domid, lib);
        let is_taken =
            |pair: &Created| matches!(pair, Err((_, e)) if e.kind() == ErrorKind::AlreadyExists);
        let created = names(domid, lib).map(create).find(|created| !is_taken(created));
        let (directory, output) = match created {
            Some(created) => created.map_err(|(path, e)| failed(&path, &e))?,
            None => {
                let lib = lib.display();
                error!(
                    log,
                    domid = domid,
                    "cannot create a directory for the bootloader: all names in {lib} are in use"
                );
                return Err(Error::Fail);
            }
        };
        Ok(Self { directory, output, log_file, log_path })
    }
}

impl Drop for BootloaderFiles {
    fn drop(&mut self) {
        // A failure is logged by the next [`remove_leftovers`].
        let _ = remove(&self.directory, &self.output);
    }
}

/// Removes the files that bootloaders of a domain have left below `lib`. Failures are logged.
pub fn remove_leftovers(log: &Log, domid: u32, lib: &Path) {
    for (directory, output) in names(domid, lib) {
        if let Err((path, why)) = remove(&directory, &output) {
            warn!(log, domid = domid, "cannot remove the bootloader's {}: {why}", path.display());
        }
    }
}

/// The names of directories and output files, in the order in which they are tried.
fn names(domid: u32, lib: &Path) -> impl Iterator<Item = (PathBuf, PathBuf)> {
    (0..MAX_NAMES).map(move |number| {
        let suffix = if number > 0 { format!(".{number}") } else { String::new() };
        let name = |kind: &str| lib.join(format!("bootloader.{domid}.{kind}{suffix}"));
        (name("d"), name("out"))
    })
}

/// The directory and the output file; or the one that cannot be created, with the reason.
type Created = std::result::Result<(PathBuf, PathBuf), (PathBuf, io::Error)>;

/// Creates both or none.
fn create((directory, output): (PathBuf, PathBuf)) -> Created {
    if let Err(e) = DirBuilder::new().mode(0o700).create(&directory) {
        return Err((directory, e));
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&output) {
        Ok(_) => Ok((directory, output)),
        Err(e) => {
            // If this fails, [`remove_leftovers`] tries again, and logs the reason.
            let _ = fs::remove_dir(&directory);
            Err((output, e))
        }
    }
}

/// Removes both. The error is the path that cannot be removed, and the reason.
fn remove<'p>(
    directory: &'p Path,
    output: &'p Path,
) -> std::result::Result<(), (&'p Path, String)> {
    let removed = remove_if_there(output).map_err(|e| (output, errno_of(&e).desc().to_owned()));
    removed.and(remove_directory(directory).map_err(|why| (directory, why)))
}

fn remove_directory(path: &Path) -> std::result::Result<(), String> {
    let text = |e: io::Error| errno_of(&e).desc().to_owned();
    match fs::symlink_metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.map_err(text)?,
    };
    let table = fs::read("/proc/self/mountinfo").map_err(text)?;
    let whole = fs::canonicalize(path).map_err(text)?;
    if let Some(mount) = mounted_in(&table, &whole) {
        return Err(format!("{} is a mount point", mount.display()));
    }
    fs::remove_dir_all(path).map_err(text)
}

/// A mount point in a directory, or the directory itself if it is one, from the content of `/proc/self/mountinfo`.
fn mounted_in(table: &[u8], directory: &Path) -> Option<PathBuf> {
    let mut points = table.split(|byte| *byte == b'\n').filter_map(|line| {
        line.split(|byte| *byte == b' ').nth(4).map(|point| PathBuf::from(unescaped(point)))
    });
    points.find(|point| point.starts_with(directory))
}

/// Decodes the kernel's escapes, such as `\040` for a space.
fn unescaped(text: &[u8]) -> OsString {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, more)) = rest.split_first() {
        let octal = (byte == b'\\').then(|| more.get(..3)).flatten();
        let octal = octal.and_then(|digits| std::str::from_utf8(digits).ok());
        let (byte, more) = match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => (byte, &more[3..]),
            None => (byte, more),
        };
        plain.push(byte);
        rest = more;
    }
    OsString::from_vec(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mount_points_are_found_below_the_directory() {
        let table = b"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
            30 22 0:1 / /var/lib/xen/bootloader.7.d/a\\040b\\134 rw - tmpfs none rw\n\
            31 22 0:2 / /var/lib/xen/bootloader.70.d rw - tmpfs none rw\n";
        let found = |path: &str| mounted_in(table, Path::new(path));
        let inside = PathBuf::from("/var/lib/xen/bootloader.7.d/a b\\");
        assert_eq!(found("/var/lib/xen/bootloader.7.d"), Some(inside));
        let itself = PathBuf::from("/var/lib/xen/bootloader.70.d");
        assert_eq!(found("/var/lib/xen/bootloader.70.d"), Some(itself));
        assert_eq!(found("/var/lib/xen/bootloader.8.d"), None);
        assert_eq!(mounted_in(b"", Path::new("/")), None);
    }
}
