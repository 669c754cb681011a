//! Userdata: small files that toolstacks store for a domain, with libxl's file names.
//!
//! Every access holds the domain's fast lock: [`Locked`] is both the lock and the access to the files.

use std::ffi::{CString, OsStr};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use nix::errno::Errno;

use super::kind;
use crate::core::file::{errno_of, remove_if_there};
use crate::core::paths::LIB_DIR;
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::lock::{FastLock, LockFailure, name};
use crate::sync::std_fds::raised;
use crate::types::idiomatic::{DomainConfig, before_nul, json};
use crate::xen::log::Log;

/// The userid of the lock for all userdata of a domain.
const LOCK_USERID: &str = "domain-userdata-lock";

/// The userid of the configuration that the library itself stores, as JSON.
const CONFIG_USERID: &str = "libxl-json";

/// A domain's userdata files. The lock is taken by [`Userdata::lock`].
#[derive(Debug)]
pub struct Userdata<'a> {
    log: &'a Log,
    dir: PathBuf,
    domid: u32,
    uuid: [u8; 16],
}

/// A domain's userdata while its lock is held.
#[derive(Debug)]
pub struct Locked<'a> {
    files: Userdata<'a>,
    _lock: FastLock,
}

/// Takes the lock on the userdata of `domid`.
///
/// `Error::LockFail` if there is no such domain, as in the C library.
pub fn lock(ctx: &Ctx, domid: u32) -> Result<Locked<'_>> {
    let Ok(info) = kind::info(ctx, domid) else {
        error!(ctx, domid = domid, "cannot lock the domain's userdata: no such domain");
        return Err(Error::LockFail);
    };
    lock_of(ctx, domid, info.uuid).map_err(|e| {
        if e == Error::DomainNotFound {
            error!(
                ctx,
                domid = domid,
                "cannot lock the domain's userdata: the domain was destroyed meanwhile"
            );
        }
        Error::LockFail
    })
}

/// Takes the lock on the userdata of the domain with this UUID. `Error::DomainNotFound`, not logged, if it does not
/// exist any more, whether or not its domid belongs to another domain by now.
pub fn lock_of(ctx: &Ctx, domid: u32, uuid: [u8; 16]) -> Result<Locked<'_>> {
    // The domain may be destroyed during the wait for the lock.
    Userdata::new(ctx.log(), LIB_DIR.into(), domid, uuid).lock(|| match kind::info(ctx, domid) {
        Ok(info) if info.uuid == uuid => Ok(()),
        Ok(_) => Err(Error::DomainNotFound),
        Err(e) => Err(e),
    })
}

/// Removes userdata that was stored after the rest was removed and before the domain ceased to exist. It is called when
/// the domain does not exist any more: then no process starts to store userdata, and one that has started holds the
/// lock.
pub fn remove_rest(ctx: &Ctx, domid: u32, uuid: [u8; 16]) {
    // A failure is logged where it occurs.
    match Userdata::new(ctx.log(), LIB_DIR.into(), domid, uuid).lock(|| Ok(())) {
        Ok(locked) => locked.remove_all(),
        Err(_) => remove_without_lock(ctx, domid, uuid),
    }
}

/// Removes a domain's userdata if the lock cannot be taken, for example on a full or read-only disk: then no other
/// process holds it either, and the file names contain the domain's UUID.
pub fn remove_without_lock(ctx: &Ctx, domid: u32, uuid: [u8; 16]) {
    Userdata::new(ctx.log(), LIB_DIR.into(), domid, uuid).remove_all();
}

/// Why the lock could not be taken.
enum Unlocked {
    File(LockFailure),
    Domain(Error),
}

impl From<LockFailure> for Unlocked {
    fn from(failure: LockFailure) -> Self {
        Self::File(failure)
    }
}

impl<'a> Userdata<'a> {
    pub fn new(log: &'a Log, dir: PathBuf, domid: u32, uuid: [u8; 16]) -> Self {
        Self { log, dir, domid, uuid }
    }

    fn log(&self) -> &Log {
        self.log
    }

    /// Waits for the lock. Then `exists` is called; if it fails, its error is returned.
    pub fn lock(self, exists: impl FnOnce() -> Result<()>) -> Result<Locked<'a>> {
        let path = self.path('l', LOCK_USERID.as_ref());
        match FastLock::take(&path, || exists().map_err(Unlocked::Domain)) {
            Ok(lock) => Ok(Locked { files: self, _lock: lock }),
            Err(Unlocked::Domain(e)) => Err(e),
            Err(Unlocked::File(failure)) => {
                let (domid, errno, path) = (self.domid, failure.errno, path.display());
                error!(self, domid = domid, errno = errno, "{failure} {path}");
                Err(Error::LockFail)
            }
        }
    }

    /// The prefix of every file name of a kind.
    fn prefix(&self, kind: char) -> String {
        name::prefix(kind, self.domid, &self.uuid)
    }

    fn path(&self, kind: char, userid: &OsStr) -> PathBuf {
        let mut name = std::ffi::OsString::from(self.prefix(kind));
        name.push(userid);
        self.dir.join(name)
    }

    /// The file of `userid`, if that can be part of a file name.
    fn data_path(&self, userid: &[u8]) -> Result<PathBuf> {
        if userid.contains(&b'/') {
            let shown = String::from_utf8_lossy(userid);
            error!(
                self,
                domid = self.domid,
                "cannot use the userdata id `{shown}': it contains a slash"
            );
            return Err(Error::Invalid);
        }
        Ok(self.path('d', OsStr::from_bytes(userid)))
    }

    /// Removes all userdata of the domain, and other locks, except the userdata lock.
    fn remove_all(&self) {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            // Without the directory the domain has no userdata.
            Err(e) if e.kind() == ErrorKind::NotFound => return,
            Err(e) => {
                self.failed("list", &self.dir, &e);
                return;
            }
        };
        let tail = self.prefix('?').into_bytes().split_off("userdata-?".len());
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.as_bytes();
            let ours = name
                .strip_prefix(b"userdata-")
                .and_then(|rest| rest.get(1..))
                .is_some_and(|rest| rest.starts_with(&tail));
            let lock = name.ends_with(LOCK_USERID.as_bytes());
            if ours
                && !lock
                && let Err(e) = fs::remove_file(entry.path())
                && e.kind() != ErrorKind::NotFound
            {
                self.failed("remove userdata", &entry.path(), &e);
            }
        }
    }

    fn failed(&self, what: &str, path: &std::path::Path, error: &std::io::Error) -> Error {
        let errno = errno_of(error);
        error!(self, domid = self.domid, errno = errno, "cannot {what} {}", path.display());
        Error::Fail
    }
}

impl Locked<'_> {
    /// Replaces the data of `userid`. A reader gets the old data or the new, never a part, and the old data remains if
    /// the new cannot be written completely.
    pub fn store(&self, userid: &[u8], data: &[u8]) -> Result<()> {
        let files = &self.files;
        let path = files.data_path(userid)?;
        let new = files.path('n', OsStr::from_bytes(userid));
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)
            .map(raised)
            .and_then(|mut file| file.write_all(data).map(|()| file))
            // Some file systems report only at this point that there was no space.
            .and_then(|file| nix::unistd::close(file).map_err(std::io::Error::from))
            .and_then(|()| fs::rename(&new, &path));
        written.map_err(|e| {
            let failed = files.failed("write userdata to", &new, &e);
            if let Err(e) = remove_if_there(&new) {
                files.failed("remove", &new, &e);
            }
            failed
        })
    }

    /// Removes the data of `userid`. The inner result is the errno if that fails, for example because there is none.
    pub fn remove(&self, userid: &[u8]) -> Result<std::result::Result<(), Errno>> {
        let path = self.files.data_path(userid)?;
        Ok(fs::remove_file(&path).map_err(|e| {
            self.files.failed("remove userdata", &path, &e);
            errno_of(&e)
        }))
    }

    /// The data of `userid`; `None` if there is none.
    pub fn retrieve(&self, userid: &[u8]) -> Result<Option<Vec<u8>>> {
        let Some((path, mut file, length)) = self.open(userid)? else { return Ok(None) };
        let mut data = Vec::new();
        if data.try_reserve_exact(length).is_err() {
            return Err(Error::NoMemory);
        }
        match file.read_to_end(&mut data) {
            Ok(read) if read == length => Ok(Some(data)),
            Ok(_) => {
                let files = &self.files;
                error!(
                    files,
                    domid = files.domid,
                    "cannot read {}: it changed meanwhile",
                    path.display()
                );
                Err(Error::Fail)
            }
            Err(e) => Err(self.files.failed("read", &path, &e)),
        }
    }

    /// The configuration that the library has stored for the domain; `None` if there is none. `Error::Fail`, which is
    /// logged, if it is invalid.
    pub fn config(&self, ctx: &Ctx) -> Result<Option<Box<DomainConfig>>> {
        let Some(data) = self.retrieve(CONFIG_USERID.as_bytes())? else { return Ok(None) };
        // The C library stores its text with the terminating NUL.
        let text = CString::new(before_nul(&data)).expect("it ends before the first NUL");
        json::domain_config(&text).map(|config| Some(Box::new(config))).map_err(|e| {
            error!(ctx, domid = self.files.domid, "cannot read the stored configuration: {e}");
            Error::Fail
        })
    }

    /// Replaces the configuration that the library stores for the domain.
    pub fn set_config(&self, config: &DomainConfig) -> Result<()> {
        // The C library stores its text with the terminating NUL, and reads up to the NUL.
        let mut text = json::text_of(config);
        text.push(0);
        self.store(CONFIG_USERID.as_bytes(), &text)
    }

    /// The size of the data of `userid` in bytes; `None` if there is none.
    pub fn length(&self, userid: &[u8]) -> Result<Option<usize>> {
        Ok(self.open(userid)?.map(|(_, _, length)| length))
    }

    /// Opens a userdata file. An empty file is an error: empty data is stored as no file at all, so another program has
    /// written the file, or its content was lost in a crash.
    fn open(&self, userid: &[u8]) -> Result<Option<(PathBuf, File, usize)>> {
        let files = &self.files;
        let path = files.data_path(userid)?;
        let opened = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&path);
        let file = match opened.map(raised) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(files.failed("open", &path, &e)),
        };
        let meta = file.metadata().map_err(|e| files.failed("stat", &path, &e))?;
        if !meta.is_file() || meta.len() == 0 || meta.len() > i32::MAX as u64 {
            let (length, shown) = (meta.len(), path.display());
            error!(
                files,
                domid = files.domid,
                "cannot read {shown}: not a plain file, or an invalid length of {length} bytes"
            );
            return Err(Error::Fail);
        }
        Ok(Some((path, file, meta.len() as usize)))
    }

    /// Removes all userdata of the domain, and other locks, except the lock that is held.
    pub fn remove_all(&self) {
        self.files.remove_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: [u8; 16] =
        [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 1, 2, 3, 4, 5, 6, 7, 0xab];

    fn names(dir: &tempfile::TempDir) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn locked<'a>(log: &'a Log, dir: &tempfile::TempDir) -> Locked<'a> {
        Userdata::new(log, dir.path().to_owned(), 7, UUID).lock(|| Ok(())).unwrap()
    }

    #[test]
    fn names_are_libxls() {
        let (log, dir) = (Log::none(), tempfile::tempdir().unwrap());
        let data = locked(&log, &dir);
        data.store(b"xl", b"one").unwrap();
        assert_eq!(
            names(&dir),
            [
                "userdata-d.7.12345678-9abc-def0-0102-0304050607ab.xl",
                "userdata-l.7.12345678-9abc-def0-0102-0304050607ab.domain-userdata-lock",
            ]
        );
        drop(data);
        assert_eq!(names(&dir), ["userdata-d.7.12345678-9abc-def0-0102-0304050607ab.xl"]);
    }

    #[test]
    fn store_replaces_and_remove_removes() {
        let (log, dir) = (Log::none(), tempfile::tempdir().unwrap());
        let data = locked(&log, &dir);
        assert_eq!(data.retrieve(b"xl").unwrap(), None);
        data.store(b"xl", b"one").unwrap();
        data.store(b"xl", &[0xff; 100_000]).unwrap();
        assert_eq!(data.retrieve(b"xl").unwrap().unwrap(), [0xff; 100_000]);
        assert_eq!(data.length(b"xl").unwrap(), Some(100_000));
        assert_eq!(data.retrieve(b"other").unwrap(), None);
        assert_eq!(data.remove(b"xl").unwrap(), Ok(()));
        assert_eq!(data.remove(b"xl").unwrap(), Err(Errno::ENOENT));
        assert_eq!(data.retrieve(b"xl").unwrap(), None);
    }

    #[test]
    fn old_data_survive_a_failed_store() {
        let (log, dir) = (Log::none(), tempfile::tempdir().unwrap());
        let data = locked(&log, &dir);
        data.store(b"xl", b"old").unwrap();
        let new = dir.path().join("userdata-n.7.12345678-9abc-def0-0102-0304050607ab.xl");
        // Opening succeeds, writing fails.
        std::os::unix::fs::symlink("/dev/full", &new).unwrap();
        assert_eq!(data.store(b"xl", b"new"), Err(Error::Fail));
        assert_eq!(data.retrieve(b"xl").unwrap().unwrap(), b"old");
        assert!(!new.exists());
    }

    #[test]
    fn odd_files_are_errors() {
        let (log, dir) = (Log::none(), tempfile::tempdir().unwrap());
        let data = locked(&log, &dir);
        let path = dir.path().join("userdata-d.7.12345678-9abc-def0-0102-0304050607ab.x");
        fs::write(&path, b"").unwrap();
        assert_eq!(data.retrieve(b"x"), Err(Error::Fail));
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(data.length(b"x"), Err(Error::Fail));
    }

    #[test]
    fn userids_stay_in_the_directory() {
        let (log, dir) = (Log::none(), tempfile::tempdir().unwrap());
        let data = locked(&log, &dir);
        for bad in [&b"a/../../x"[..], b"/"] {
            assert_eq!(data.store(bad, b"x"), Err(Error::Invalid));
            assert_eq!(data.retrieve(bad), Err(Error::Invalid));
            assert_eq!(data.remove(bad), Err(Error::Invalid));
        }
        assert_eq!(data.store(&[b'a'; 10_000], b"x"), Err(Error::Fail));
        assert_eq!(names(&dir).len(), 1);
    }

    #[test]
    fn remove_all_takes_only_this_domains() {
        let (log, dir) = (Log::none(), tempfile::tempdir().unwrap());
        let others = [
            "qemu-save.7",
            "userdata-d.7.00000000-0000-0000-0000-000000000000.xl",
            "userdata-d.77.12345678-9abc-def0-0102-0304050607ab.xl",
        ];
        for name in others {
            fs::write(dir.path().join(name), b"x").unwrap();
        }
        let data = locked(&log, &dir);
        data.store(b"xl", b"x").unwrap();
        data.store(b"libvirt-xml", b"x").unwrap();
        for name in ["n", "l"] {
            let name = format!("userdata-{name}.7.12345678-9abc-def0-0102-0304050607ab.other");
            fs::write(dir.path().join(name), b"x").unwrap();
        }
        data.remove_all();
        drop(data);
        assert_eq!(names(&dir), others);
    }
}
