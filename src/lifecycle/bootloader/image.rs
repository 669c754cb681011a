//! The images that a bootloader has found. Their files are read completely and removed.
//!
//! A bootloader that runs as root may name any file. One that drops its privileges (`LIBXL_BOOTLOADER_RESTRICT`) may be
//! controlled by its guest, while the toolstack opens the file as root: so only files directly in the bootloader's own
//! directory are accepted, which are opened relative to that directory and never through a symbolic link.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;
use nix::unistd::{UnlinkatFlags, unlinkat};

use super::program::MAX_SIZE_VARIABLE;
use crate::core::file::errno_of;
use crate::core::{Error, Result};
use crate::lifecycle::payload::Source;
use crate::xen::log::Log;
use crate::{error, warn};

/// The flags for opening an image: opening a FIFO does not block, and a terminal does not become the controlling
/// terminal.
const OPEN: OFlag = OFlag::O_NONBLOCK.union(OFlag::O_NOCTTY).union(OFlag::O_CLOEXEC);

/// Access to the images of a bootloader.
pub struct Images<'a> {
    log: &'a Log,
    domid: u32,
    /// The only directory for the images of a restricted bootloader; `None` for any directory.
    only: Option<(&'a Path, OwnedFd)>,
    /// The maximum size of an image in bytes.
    max_size: u64,
}

impl<'a> Images<'a> {
    /// Access to images of at most `max_size` bytes; with `only`, only those directly in that directory, for a
    /// restricted bootloader. `Error::Fail`, logged, if the directory cannot be opened.
    pub fn new(log: &'a Log, domid: u32, only: Option<&'a Path>, max_size: u64) -> Result<Self> {
        let open = |path: &'a Path| {
            let flags = libc::O_DIRECTORY | libc::O_NOFOLLOW;
            let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
            opened.map(|directory| (path, directory.into())).map_err(|e| {
                let (errno, path) = (errno_of(&e), path.display());
                error!(log, domid = domid, errno = errno, "cannot open the bootloader's {path}");
                Error::Fail
            })
        };
        Ok(Self { log, domid, only: only.map(open).transpose()?, max_size })
    }

    /// Whether the bootloader is restricted.
    pub fn are_restricted(&self) -> bool {
        self.only.is_some()
    }

    /// Returns the content of a file, and removes the file. `Error::Fail`, logged, if the file is not accepted or
    /// cannot be read.
    pub fn take(&self, path: &[u8]) -> Result<Source> {
        let path = Path::new(OsStr::from_bytes(path));
        let content = match &self.only {
            None => {
                let content = self.read(open(path));
                // As in the C library, it is removed even if it could not be read.
                self.note_removal(path, fs::remove_file(path));
                content
            }
            Some((directory, fd)) => {
                let Some(name) = name_in(directory, path) else {
                    let (path, directory) = (path.display(), directory.display());
                    error!(
                        self.log,
                        domid = self.domid,
                        "cannot read {path} for the restricted bootloader: not a file in {directory}"
                    );
                    return Err(Error::Fail);
                };
                let opened = openat(fd, name, OPEN | OFlag::O_NOFOLLOW, Mode::empty());
                let content = self.read(opened.map(File::from).map_err(io::Error::from));
                let removed = unlinkat(fd, name, UnlinkatFlags::NoRemoveDir);
                self.note_removal(path, removed.map_err(io::Error::from));
                content
            }
        };
        let source = |content| Source { path: path.into(), content: Some(content) };
        content.map(source).map_err(|e| {
            let (errno, path) = (errno_of(&e), path.display());
            let log = self.log;
            if errno == nix::errno::Errno::EFBIG {
                let max = self.max_size >> 20;
                error!(
                    log,
                    domid = self.domid,
                    "cannot read the bootloader's {path}: larger than {max} MiB ({MAX_SIZE_VARIABLE} sets the limit)"
                );
            } else {
                error!(log, domid = self.domid, errno = errno, "cannot read the bootloader's {path}");
            }
            Error::Fail
        })
    }

    /// Logs that an image cannot be removed. It stays on the host then, which may run out of space.
    fn note_removal(&self, path: &Path, removed: io::Result<()>) {
        match removed {
            Err(e) if e.kind() != ErrorKind::NotFound => {
                let (log, errno, path) = (self.log, errno_of(&e), path.display());
                warn!(
                    log,
                    domid = self.domid,
                    errno = errno,
                    "cannot remove the bootloader's {path}"
                );
            }
            _ => {}
        }
    }

    fn read(&self, file: io::Result<File>) -> io::Result<Vec<u8>> {
        let file = file?;
        let metadata = file.metadata()?;
        let refused = |errno| Err(io::Error::from_raw_os_error(errno));
        if !metadata.is_file() {
            return refused(libc::EINVAL);
        }
        if metadata.len() > self.max_size {
            return refused(libc::EFBIG);
        }
        let mut content = Vec::new();
        if content.try_reserve_exact(metadata.len() as usize + 1).is_err() {
            return refused(libc::ENOMEM);
        }
        // The file may grow meanwhile.
        file.take(self.max_size).read_to_end(&mut content)?;
        Ok(content)
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(OPEN.bits()).open(path)
}

/// The name of a file directly in `directory` whose path is `DIRECTORY/NAME`; `None` for other paths.
fn name_in<'p>(directory: &Path, path: &'p Path) -> Option<&'p OsStr> {
    let rest = path.as_os_str().as_bytes().strip_prefix(directory.as_os_str().as_bytes())?;
    // Pygrub sometimes writes two slashes in between.
    let start = rest.iter().position(|byte| *byte != b'/').filter(|slashes| *slashes > 0)?;
    let name = &rest[start..];
    let plain = !matches!(name, b"" | b"." | b"..") && !name.contains(&b'/');
    plain.then(|| OsStr::from_bytes(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    const LOG: Log = Log::none();
    const MIB: u64 = 1 << 20;

    #[test]
    fn only_files_directly_in_the_directory_have_a_name() {
        let directory = Path::new("/lib/bootloader.7.d");
        let name = |path: &str| {
            name_in(directory, Path::new(path)).map(|name| name.to_str().unwrap().to_owned())
        };
        assert_eq!(name("/lib/bootloader.7.d/boot_kernel.x y").as_deref(), Some("boot_kernel.x y"));
        assert_eq!(name("/lib/bootloader.7.d//k").as_deref(), Some("k"));
        for other in [
            "",
            "k",
            "/k",
            "/lib/k",
            "/lib/bootloader.7.d",
            "/lib/bootloader.7.d/",
            "/lib/bootloader.7.d/.",
            "/lib/bootloader.7.d/..",
            "/lib/bootloader.7.d/../k",
            "/lib/bootloader.7.d/below/k",
            "/lib/bootloader.7.d/k/",
            "/lib/bootloader.7.dk",
            "/lib//bootloader.7.d/k",
        ] {
            assert_eq!(name(other), None, "{other}");
        }
    }

    #[test]
    fn a_restricted_bootloader_reads_no_other_files() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("d");
        fs::create_dir_all(own.join("below")).unwrap();
        let canary = dir.path().join("canary");
        fs::write(&canary, "secret").unwrap();
        fs::write(own.join("below/k"), "k").unwrap();
        fs::write(own.join("k"), "kernel").unwrap();
        symlink(&canary, own.join("link")).unwrap();
        nix::unistd::mkfifo(&own.join("pipe"), Mode::S_IRWXU).unwrap();
        let images = Images::new(&LOG, 7, Some(&own), MIB).unwrap();
        let take = |path: &Path| images.take(path.as_os_str().as_bytes());
        for path in [
            canary.clone(),
            own.join("../canary"),
            own.join("link"),
            own.join("below/k"),
            own.join("below"),
            own.join("pipe"),
            own.join("no-such"),
        ] {
            assert_eq!(take(&path), Err(Error::Fail), "{path:?}");
        }
        assert_eq!(fs::read_to_string(&canary).unwrap(), "secret");
        assert!(own.join("below/k").exists());
        assert_eq!(take(&own.join("k")).unwrap().content.unwrap(), b"kernel");
        assert!(!own.join("k").exists());
        // The directory itself must not be a symbolic link.
        symlink(&own, dir.path().join("other")).unwrap();
        assert!(Images::new(&LOG, 7, Some(&dir.path().join("other")), MIB).is_err());
    }

    #[test]
    fn an_image_that_is_too_large_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sparse");
        let images = Images::new(&LOG, 7, None, MIB).unwrap();
        for (size, fits) in [(MIB, true), (MIB + 1, false)] {
            File::create(&path).unwrap().set_len(size).unwrap();
            assert_eq!(images.take(path.as_os_str().as_bytes()).is_ok(), fits);
            assert!(!path.exists());
        }
        assert!(images.read(open(Path::new("/dev/zero"))).is_err());
    }
}
