//! Which program is the bootloader, and how it is called.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use nix::unistd::{Uid, User};

use super::workplace::Workplace;
use crate::core::paths;
use crate::core::{Error, Result};
use crate::types::idiomatic::{DomainBuildInfo, Text};
use crate::xen::log::Log;
use crate::{debug, error, warn};

/// How long a bootloader that is restricted may take, unless the environment says otherwise.
const RESTRICTED_TIME: u64 = 120;

/// Accounts for programs that are not trusted: one that all share, and the first of a range, one for each domain. (QEMU's.)
const SHARED_USER: &str = "xen-qemuuser-shared";
const FIRST_USER: &str = "xen-qemuuser-range-base";

/// The variable with the maximum size in MiB of a bootloader's image, trusted or not.
pub const MAX_SIZE_VARIABLE: &str = "LIBXL_BOOTLOADER_MAX_FILE_SIZE_MB";

/// The default of that: an image is in the toolstack's memory while the domain is built, and the guest decides which file
/// is its kernel. (A restricted pygrub writes 128 MiB at most.)
const MAX_SIZE_MB: u64 = 256;

/// The largest image that libxenguest unpacks, in MiB.
const UNPACKED_MB: u64 = 1024;

/// The size in bytes of the largest image.
pub fn max_image_size() -> u64 {
    size_limit(env::var_os(MAX_SIZE_VARIABLE).as_deref())
}

fn size_limit(megabytes: Option<&OsStr>) -> u64 {
    let asked = megabytes.and_then(|text| crate::core::number::leading_number(text.as_bytes()));
    let megabytes = asked.filter(|megabytes| *megabytes > 0).unwrap_or(MAX_SIZE_MB);
    megabytes.min(UNPACKED_MB) << 20
}

/// How far a bootloader is trusted: `LIBXL_BOOTLOADER_*` in the toolstack's environment.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Restriction {
    /// It must give up its privileges.
    pub is_wanted: bool,
    /// The account that it must run as.
    pub user: Option<OsString>,
    /// `None`: no time limit.
    pub time: Option<Duration>,
}

impl Restriction {
    pub fn from_environment() -> Self {
        let user = env::var_os("LIBXL_BOOTLOADER_USER");
        if user.is_none() && env::var_os("LIBXL_BOOTLOADER_RESTRICT").is_none() {
            return Self::default();
        }
        let time = env::var_os("LIBXL_BOOTLOADER_TIMEOUT");
        let seconds = time.map_or(RESTRICTED_TIME, |text| {
            crate::core::number::leading_number(text.as_bytes()).unwrap_or(0)
        });
        let time = (seconds > 0).then(|| Duration::from_secs(seconds));
        Self { is_wanted: true, user, time }
    }
}

/// The bootloader's file, or its name for `PATH`. A relative one is looked for among Xen's own programs first.
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

/// The bootloader's arguments, but for its name.
pub fn arguments(
    log: &Log,
    domid: u32,
    info: &DomainBuildInfo,
    restriction: &Restriction,
    place: &Workplace,
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
        let uid = account(log, domid, restriction.user.as_deref())?;
        debug!(log, domid = domid, "the bootloader is to run as user {uid}");
        all.extend([format!("--runas={uid}").into(), "--quiet".into()]);
    }
    all.push(option("--output=", place.output.as_os_str()));
    all.push("--output-format=simple0".into());
    all.push(option("--output-directory=", place.directory.as_os_str()));
    all.extend(info.bootloader_args.iter().map(text));
    all.push(disk.to_owned());
    Ok(all)
}

/// The account that a bootloader must run as, never root's.
fn account(log: &Log, domid: u32, wanted: Option<&OsStr>) -> Result<Uid> {
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
            Some(first) => own_account(log, domid, first)?,
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
                        "the bootloader cannot be restricted: neither {FIRST_USER} nor \
                         {SHARED_USER} is a user"
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

/// The domain's own account: a user id that no other user has.
fn own_account(log: &Log, domid: u32, first: Uid) -> Result<Uid> {
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
        let mut place = Workplace::new(&LOG, 7, dir.path(), dir.path()).unwrap();
        (place.directory, place.output) = ("/x/d".into(), "/x/o".into());
        let arguments = arguments(&LOG, 7, info, restriction, &place, OsStr::new("/images/a b"));
        // Nothing of that name is to be removed.
        std::mem::forget(place);
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
    fn a_restricted_bootloader_is_told_its_user() {
        let info = DomainBuildInfo::default();
        let as_user = |user: &str| Restriction {
            is_wanted: true,
            user: Some(user.into()),
            ..Restriction::default()
        };
        // A user that every system has.
        let uid = User::from_name("daemon").unwrap().unwrap().uid;
        let arguments = arguments_of(&info, &as_user("daemon")).unwrap();
        assert_eq!(arguments[..2], [OsString::from(format!("--runas={uid}")), "--quiet".into()]);
        for nobody in ["root", "no-such-user-here", ""] {
            assert_eq!(arguments_of(&info, &as_user(nobody)), Err(Error::Invalid), "{nobody}");
        }
    }

    #[test]
    fn the_largest_image_can_be_set() {
        let limit = |text: &str| size_limit(Some(OsStr::new(text))) >> 20;
        assert_eq!(size_limit(None) >> 20, 256);
        assert_eq!((limit("1"), limit("512"), limit("1024")), (1, 512, 1024));
        assert_eq!((limit("4096"), limit("18446744073709551615")), (1024, 1024));
        // An invalid value means the default.
        assert_eq!((limit("0"), limit(""), limit("much")), (256, 256, 256));
    }

    #[test]
    fn a_domains_own_account_is_nobody_elses() {
        let unused = (60_000..65_000)
            .map(Uid::from_raw)
            .find(|uid| User::from_uid(*uid) == Ok(None))
            .unwrap();
        let first = Uid::from_raw(unused.as_raw() - 3);
        assert_eq!(own_account(&LOG, 3, first), Ok(unused));
        let daemon = User::from_name("daemon").unwrap().unwrap().uid;
        let first = Uid::from_raw(daemon.as_raw().wrapping_sub(3));
        assert_eq!(own_account(&LOG, 3, first), Err(Error::Invalid));
    }
}
