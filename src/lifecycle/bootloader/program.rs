//! The bootloader's program, its arguments, and its restrictions.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use nix::unistd::{Uid, User};

use super::files::BootloaderFiles;
use crate::config::bootloader;
use crate::core::paths;
use crate::core::{Error, Result};
use crate::types::idiomatic::{DomainBuildInfo, Text};
use crate::xen::log::Log;
use crate::{debug, error, warn};

/// The default time limit of a restricted bootloader, in seconds.
const DEFAULT_TIME_LIMIT: u64 = 120;

/// User accounts for programs that are not trusted, shared with QEMU: one for all domains, and the first of a range
/// with one for each domain.
const SHARED_USER: &str = "xen-qemuuser-shared";
const FIRST_USER: &str = "xen-qemuuser-range-base";

/// The environment variable with the maximum size in MiB of a bootloader's image, whether the bootloader is restricted
/// or not.
pub const MAX_SIZE_VARIABLE: &str = "LIBXL_BOOTLOADER_MAX_FILE_SIZE_MB";

/// The default of that maximum: an image is in the toolstack's memory while the domain is built, and the guest decides
/// which file is its kernel. (A restricted pygrub writes at most 128 MiB.)
const MAX_SIZE_MB: u64 = 256;

/// The maximum size of an image that libxenguest decompresses, in MiB.
const UNPACKED_MB: u64 = 1024;

/// The maximum size of an image in bytes, from the environment.
pub fn max_image_size() -> u64 {
    size_limit(env::var_os(MAX_SIZE_VARIABLE).as_deref())
}

fn size_limit(megabytes: Option<&OsStr>) -> u64 {
    let requested = megabytes.and_then(|text| crate::core::number::leading_number(text.as_bytes()));
    let megabytes = requested.filter(|megabytes| *megabytes > 0).unwrap_or(MAX_SIZE_MB);
    megabytes.min(UNPACKED_MB) << 20
}

/// The restrictions of a bootloader.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Restriction {
    /// It must drop its privileges.
    pub is_wanted: bool,
    /// The user that it must run as; `None` for the domain's or the shared one.
    pub user: Option<OsString>,
    /// The time limit, if there is one.
    pub time: Option<Duration>,
}

impl Restriction {
    /// The restrictions of a guest's bootloader. The time limit is that of the toolstack's environment.
    pub fn of(build: &DomainBuildInfo) -> Self {
        let Some(user) = bootloader::restricted(build) else { return Self::default() };
        let time = env::var_os("LIBXL_BOOTLOADER_TIMEOUT");
        let seconds = time.map_or(DEFAULT_TIME_LIMIT, |text| {
            crate::core::number::leading_number(text.as_bytes()).unwrap_or(0)
        });
        let time = (seconds > 0).then(|| Duration::from_secs(seconds));
        Self { is_wanted: true, user, time }
    }
}

/// The path of the bootloader, or its name, to be looked up in `PATH`. A relative path is first looked up among Xen's
/// own programs.
pub fn find(log: &Log, domid: u32, configured: &Text) -> OsString {
    find_in(log, domid, configured, Path::new(paths::PROGRAMS))
}

fn find_in(log: &Log, domid: u32, configured: &Text, programs: &Path) -> OsString {
    if *configured == *"/usr/bin/pygrub" {
        warn!(
            log,
            domid = domid,
            "bootloader=\"/usr/bin/pygrub\" is deprecated: use bootloader=\"pygrub\""
        );
    }
    let configured = OsStr::from_bytes(configured.as_bytes());
    if configured.as_bytes().starts_with(b"/") {
        return configured.to_owned();
    }
    let own = programs.join(configured);
    if fs::symlink_metadata(&own).is_ok() {
        return own.into();
    }
    debug!(log, domid = domid, "no bootloader at {}", own.display());
    configured.to_owned()
}

/// The bootloader's arguments, without the program's name. `Error::Invalid` or `Error::Fail`, logged, if there is no
/// suitable user for a restricted one.
pub fn arguments(
    log: &Log,
    domid: u32,
    info: &DomainBuildInfo,
    restriction: &Restriction,
    files: &BootloaderFiles,
    disk: &OsStr,
) -> Result<Vec<OsString>> {
    let text = |text: &Text| OsStr::from_bytes(text.as_bytes()).to_owned();
    let option = |name: &str, value: &OsStr| {
        let mut option = OsString::from(name);
        option.push(value);
        option
    };
    let mut all = Vec::new();
    all.extend(info.kernel.as_ref().map(|kernel| option("--kernel=", &text(kernel))));
    all.extend(info.ramdisk.as_ref().map(|ramdisk| option("--ramdisk=", &text(ramdisk))));
    let cmdline = info.cmdline.as_ref().filter(|cmdline| !cmdline.as_bytes().is_empty());
    all.extend(cmdline.map(|cmdline| option("--args=", &text(cmdline))));
    if restriction.is_wanted {
        let uid = user_for(log, domid, restriction.user.as_deref())?;
        debug!(log, domid = domid, "the bootloader must run as user {uid}");
        all.extend([format!("--runas={uid}").into(), "--quiet".into()]);
    }
    all.push(option("--output=", files.output.as_os_str()));
    all.push("--output-format=simple0".into());
    all.push(option("--output-directory=", files.directory.as_os_str()));
    all.extend(info.bootloader_args.iter().map(text));
    all.push(disk.to_owned());
    Ok(all)
}

/// The user that a restricted bootloader must run as, which is never root.
fn user_for(log: &Log, domid: u32, wanted: Option<&OsStr>) -> Result<Uid> {
    let by_name = |name: &str| {
        let found = User::from_name(name);
        found.map(|user| user.map(|user| user.uid)).map_err(|errno| {
            error!(log, domid = domid, errno = errno, "cannot look up user {name}");
            Error::Fail
        })
    };
    let uid = match wanted {
        Some(name) => {
            let name = name.to_string_lossy();
            by_name(&name)?.ok_or_else(|| {
                error!(log, domid = domid, "cannot run the bootloader as {name}: no such user");
                Error::Invalid
            })?
        }
        None => match by_name(FIRST_USER)? {
            Some(first) => own_user(log, domid, first)?,
            None => by_name(SHARED_USER)?
                .inspect(|_| {
                    warn!(
                        log,
                        domid = domid,
                        "no user {FIRST_USER}: the bootloader runs as {SHARED_USER}"
                    );
                })
                .ok_or_else(|| {
                    error!(
                        log,
                        domid = domid,
                        "cannot restrict the bootloader: neither {FIRST_USER} nor \
                         {SHARED_USER} exists"
                    );
                    Error::Invalid
                })?,
        },
    };
    if uid.is_root() {
        error!(log, domid = domid, "cannot restrict the bootloader: its user is root");
        return Err(Error::Invalid);
    }
    Ok(uid)
}

/// The domain's own user id, which must not belong to a user with a name.
fn own_user(log: &Log, domid: u32, first: Uid) -> Result<Uid> {
    let uid = Uid::from_raw(first.as_raw().wrapping_add(domid));
    match User::from_uid(uid) {
        Ok(None) => Ok(uid),
        Ok(Some(other)) => {
            let name = other.name;
            error!(
                log,
                domid = domid,
                "cannot run the bootloader as {uid}: that is the user {name}"
            );
            Err(Error::Invalid)
        }
        Err(errno) => {
            error!(log, domid = domid, errno = errno, "cannot look up user {uid}");
            Err(Error::Fail)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: Log = Log::none();

    fn text(text: &str) -> Text {
        Text::new(text).unwrap()
    }

    #[test]
    fn xens_own_programs_come_first() {
        let programs = tempfile::tempdir().unwrap();
        let own = programs.path().join("pygrub");
        let found = |name: &str| find_in(&LOG, 1, &text(name), programs.path());
        assert_eq!(found("pygrub"), "pygrub");
        fs::write(&own, "").unwrap();
        assert_eq!(found("pygrub"), own);
        assert_eq!(found("./pygrub"), programs.path().join("./pygrub"));
        // An absolute path is used as it is, including the old one of Xen's own.
        for name in ["/usr/bin/pygrub", "/no/such/program"] {
            assert_eq!(found(name), name);
        }
    }

    fn arguments_of(info: &DomainBuildInfo, restriction: &Restriction) -> Result<Vec<OsString>> {
        let dir = tempfile::tempdir().unwrap();
        let mut files = BootloaderFiles::new(&LOG, 7, dir.path(), dir.path()).unwrap();
        (files.directory, files.output) = ("/x/d".into(), "/x/o".into());
        let arguments = arguments(&LOG, 7, info, restriction, &files, OsStr::new("/images/a b"));
        // The drop would remove the files with these names.
        std::mem::forget(files);
        arguments
    }

    #[test]
    fn arguments_come_in_libxls_order() {
        let plain = ["--output=/x/o", "--output-format=simple0", "--output-directory=/x/d"];
        let mut info = DomainBuildInfo { cmdline: Some(text("")), ..DomainBuildInfo::default() };
        let free = Restriction::default();
        let wanted: Vec<_> = plain.into_iter().chain(["/images/a b"]).collect();
        assert_eq!(arguments_of(&info, &free).unwrap(), wanted);
        info.kernel = Some(text("/k 1"));
        info.ramdisk = Some(text("/r"));
        info.cmdline = Some(text("root=/dev/xvda ro"));
        info.bootloader_args = vec![text("-q"), text("--entry=2 3")];
        let wanted: Vec<_> = ["--kernel=/k 1", "--ramdisk=/r", "--args=root=/dev/xvda ro"]
            .into_iter()
            .chain(plain)
            .chain(["-q", "--entry=2 3", "/images/a b"])
            .collect();
        assert_eq!(arguments_of(&info, &free).unwrap(), wanted);
    }

    #[test]
    fn a_restricted_bootloader_gets_its_user_as_an_argument() {
        let info = DomainBuildInfo::default();
        let as_user = |user: &str| Restriction {
            is_wanted: true,
            user: Some(user.into()),
            ..Restriction::default()
        };
        // This user exists on every system.
        let uid = User::from_name("daemon").unwrap().unwrap().uid;
        let arguments = arguments_of(&info, &as_user("daemon")).unwrap();
        assert_eq!(arguments[..2], [OsString::from(format!("--runas={uid}")), "--quiet".into()]);
        for nobody in ["root", "no-such-user-here", ""] {
            assert_eq!(arguments_of(&info, &as_user(nobody)), Err(Error::Invalid), "{nobody}");
        }
    }

    #[test]
    fn the_maximum_size_of_an_image_can_be_set() {
        let limit = |text: &str| size_limit(Some(OsStr::new(text))) >> 20;
        assert_eq!(size_limit(None) >> 20, 256);
        assert_eq!((limit("1"), limit("512"), limit("1024")), (1, 512, 1024));
        assert_eq!((limit("4096"), limit("18446744073709551615")), (1024, 1024));
        // An invalid value means the default.
        assert_eq!((limit("0"), limit(""), limit("much")), (256, 256, 256));
    }

    #[test]
    fn the_user_id_of_a_domain_belongs_to_no_other_user() {
        let unused = (60_000..65_000)
            .map(Uid::from_raw)
            .find(|uid| User::from_uid(*uid) == Ok(None))
            .unwrap();
        let first = Uid::from_raw(unused.as_raw() - 3);
        assert_eq!(own_user(&LOG, 3, first), Ok(unused));
        let daemon = User::from_name("daemon").unwrap().unwrap().uid;
        let first = Uid::from_raw(daemon.as_raw().wrapping_sub(3));
        assert_eq!(own_user(&LOG, 3, first), Err(Error::Invalid));
    }
}
