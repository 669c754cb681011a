//! Operations on files by name: reading a whole file, removing one, and rotating the log files of domains.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use crate::core::{Error, Result};
use crate::sync::std_fds::raised;
use crate::xen::log::Log;
use crate::{error, warn};

/// The number of old log files that are kept for each name.
const KEPT: u32 = 10;

/// A regular file that is to be read as a whole.
pub struct PlainFile<'a> {
    file: File,
    path: &'a Path,
    size: usize,
}

/// The errno of a `std::io::Error`.
pub fn errno_of(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

impl<'a> PlainFile<'a> {
    /// Opens `path`. `ENOENT` is returned without a log line; any other kind of file than a regular one is `ENOTTY`.
    pub fn open(log: &Log, path: &'a Path) -> std::result::Result<Self, Errno> {
        let failed = |what: &str, e: io::Error| {
            let e = errno_of(&e);
            error!(log, errno = e, "could not {what} {}", path.display());
            e
        };
        // The open does not block: a FIFO without a writer must be rejected, not waited for.
        let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
        let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
            Ok(file) => raised(file),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(Errno::ENOENT),
            Err(e) => return Err(failed("open", e)),
        };
        let metadata = file.metadata().map_err(|e| failed("stat", e))?;
        if !metadata.is_file() {
            error!(log, "{} is not a plain file", path.display());
            return Err(Errno::ENOTTY);
        }
        // The C interface returns the size as an int.
        let Ok(size) = i32::try_from(metadata.len()) else {
            error!(log, "{} is too large: {} bytes", path.display(), metadata.len());
            return Err(Errno::EFBIG);
        };
        Ok(Self { file, path, size: size as usize })
    }

    /// The size when the file was opened. It is 0 for most files of /proc, whatever they contain.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Fills `buffer`, which has the file's size. If the file has shrunk meanwhile, the error is `EPROTO`.
    pub fn read(&mut self, log: &Log, buffer: &mut [u8]) -> std::result::Result<(), Errno> {
        self.file.read_exact(buffer).map_err(|e| {
            if e.kind() == io::ErrorKind::UnexpectedEof {
                error!(log, "{} changed its size while it was read", self.path.display());
                return Errno::EPROTO;
            }
            let e = errno_of(&e);
            error!(log, errno = e, "could not read {}", self.path.display());
            e
        })
    }
}

/// Removes a file. It is no error if the file does not exist.
pub fn remove_if_there(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    let missing = |e: &io::Error| e.kind() == io::ErrorKind::NotFound;
    match fs::remove_file(path) {
        Err(e) if missing(&e) => Ok(()),
        // On a read-only file system unlink returns EROFS whether or not the file exists.
        Err(_) if fs::symlink_metadata(path).is_err_and(|e| missing(&e)) => Ok(()),
        other => other,
    }
}

/// Removes a file that is there for domain `domid`, if it is there. A failure is logged.
pub fn remove_of_domain(log: &Log, domid: u32, path: &str) {
    if let Err(e) = remove_if_there(path) {
        error!(log, domid = domid, errno = errno_of(&e), "cannot remove {path}");
    }
}

/// Rotates the log files `NAME.log` in `dir`, and returns the path for the new one.
///
/// An old log becomes `NAME.log.1`, this one becomes `NAME.log.2`, and so on; the tenth is removed.
pub fn rotate_log(log: &Log, dir: &Path, name: &std::ffi::OsStr) -> Result<PathBuf> {
    let numbered = |n: u32| {
        let mut file = name.to_owned();
        file.push(".log");
        if n > 0 {
            file.push(format!(".{n}"));
        }
        dir.join(file)
    };
    let newest = numbered(0);
    match fs::metadata(&newest) {
        Ok(_) => {
            // The file may not exist; if it cannot be removed, renaming another to this name fails.
            let _ = fs::remove_file(numbered(KEPT));
            for n in (0..KEPT).rev() {
                rename_if_there(log, &numbered(n), &numbered(n + 1))?;
            }
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => warn!(
            log,
            errno = errno_of(&e),
            "cannot check whether the log file {} exists and must be rotated",
            newest.display()
        ),
    }
    Ok(newest)
}

fn rename_if_there(log: &Log, from: &Path, to: &Path) -> Result<()> {
    match fs::rename(from, to) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            error!(
                log,
                errno = errno_of(&e),
                "could not rotate the log file: renaming {} to {} failed",
                from.display(),
                to.display()
            );
            Err(Error::Fail)
        }
        _ => Ok(()),
    }
}

/// The last line of a program's log file, limited in length, for use in the library's own log.
pub fn last_line(path: &Path) -> String {
    const LOOKED_AT: u64 = 1024;
    const MAX_SHOWN: usize = 512;
    let read = || {
        let mut file = raised(File::open(path)?);
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LOOKED_AT)))?;
        let mut end = Vec::new();
        file.take(LOOKED_AT).read_to_end(&mut end)?;
        Ok::<_, io::Error>(String::from_utf8_lossy(&end).into_owned())
    };
    let end = read().unwrap_or_default();
    match end.lines().rev().find(|line| !line.trim().is_empty()) {
        Some(line) => line.chars().take(MAX_SHOWN).collect(),
        None => "(empty)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    const LOG: Log = Log::none();

    /// A temporary directory of one test, which is removed at the end.
    struct Dir(PathBuf);

    impl Dir {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("xl-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn reads_plain_files_only() {
        let dir = Dir::new("plain");
        let path = dir.0.join("f");
        assert_eq!(PlainFile::open(&LOG, &path).err(), Some(Errno::ENOENT));
        fs::write(&path, b"text").unwrap();
        let mut file = PlainFile::open(&LOG, &path).unwrap();
        assert_eq!(file.size(), 4);
        let mut buffer = [0; 4];
        fs::write(&path, b"TE").unwrap();
        assert_eq!(file.read(&LOG, &mut buffer), Err(Errno::EPROTO));
        assert_eq!(PlainFile::open(&LOG, &dir.0).err(), Some(Errno::ENOTTY));
        assert_eq!(PlainFile::open(&LOG, Path::new("/dev/null")).err(), Some(Errno::ENOTTY));
        let long = "x".repeat(300);
        assert_eq!(PlainFile::open(&LOG, Path::new(&long)).err(), Some(Errno::ENAMETOOLONG));
    }

    #[test]
    fn a_pipe_without_a_writer_does_not_block() {
        let dir = Dir::new("fifo");
        let path = dir.0.join("f");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(PlainFile::open(&LOG, &path).err(), Some(Errno::ENOTTY));
    }

    #[test]
    fn the_last_line_is_not_an_empty_one() {
        let dir = Dir::new("last");
        let path = dir.0.join("l");
        assert_eq!(last_line(&path), "(empty)");
        fs::write(&path, format!("{}\nthe end\n\n", "x".repeat(3000))).unwrap();
        assert_eq!(last_line(&path), "the end");
        fs::write(&path, "x".repeat(3000)).unwrap();
        assert_eq!(last_line(&path).len(), 512);
    }

    #[test]
    fn log_files_move_up_and_the_tenth_goes() {
        let dir = Dir::new("rotate");
        let rotate = || rotate_log(&LOG, &dir.0, OsStr::new("n"));
        let newest = dir.0.join("n.log");
        for i in 0..13 {
            assert_eq!(rotate(), Ok(newest.clone()));
            assert!(!newest.exists());
            fs::write(&newest, i.to_string()).unwrap();
        }
        for n in 1..=10 {
            let text = fs::read_to_string(dir.0.join(format!("n.log.{n}"))).unwrap();
            assert_eq!(text, (12 - n).to_string());
        }
        assert!(!dir.0.join("n.log.11").exists());
        // A missing file is not an error, but one that cannot be replaced is.
        fs::remove_file(dir.0.join("n.log.5")).unwrap();
        assert!(rotate().is_ok());
        fs::write(&newest, "x").unwrap();
        fs::remove_file(dir.0.join("n.log.10")).unwrap();
        fs::create_dir_all(dir.0.join("n.log.10/full")).unwrap();
        assert_eq!(rotate(), Err(Error::Fail));
    }
}
