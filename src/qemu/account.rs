//! The user that QEMU runs as.

use nix::errno::Errno;
use nix::unistd::{Uid, User};

use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::{DeviceModelVersion, DomainBuildInfo};
use crate::{debug, error, warn};

/// The first user id of a range with one user for each domid.
const RANGE_BASE: &str = "xen-qemuuser-range-base";

/// The user that QEMU processes without a user of their own share.
const SHARED: &str = "xen-qemuuser-shared";

/// A user other than root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Its name, or its numbers, as QEMU takes them.
    pub name: String,
    /// The user id, if only this QEMU runs as the user. QEMU is then ended by killing all processes of the user.
    pub own: Option<u32>,
}

/// Looks up users of the host.
trait Users {
    fn named(&self, name: &str) -> std::result::Result<Option<(u32, u32)>, Errno>;
    fn is_used(&self, uid: u32) -> std::result::Result<bool, Errno>;
}

struct Accounts;

impl Users for Accounts {
    fn named(&self, name: &str) -> std::result::Result<Option<(u32, u32)>, Errno> {
        Ok(User::from_name(name)?.map(|user| (user.uid.as_raw(), user.gid.as_raw())))
    }

    fn is_used(&self, uid: u32) -> std::result::Result<bool, Errno> {
        Ok(User::from_uid(Uid::from_raw(uid))?.is_some())
    }
}

/// The account for the QEMU of a guest; `None` is root. `Error::Invalid`, logged, if the configured user does not
/// exist.
pub fn of_guest(ctx: &Ctx, domid: u32, build: &DomainBuildInfo) -> Result<Option<Account>> {
    choose(domid, build, &Accounts)
        .map_err(|why| match why {
            Failure::Unknown(errno) => {
                error!(ctx, domid = domid, errno = errno, "cannot look up the user that QEMU runs as");
                Error::Fail
            }
            Failure::Refused(text) => {
                error!(ctx, domid = domid, "{text}");
                Error::Invalid
            }
        })
        .inspect(|account| match account {
            Some(Account { name, own: None }) => {
                warn!(
                    ctx,
                    domid = domid,
                    "QEMU runs as {name}, like the QEMU of other domains: there is no user {RANGE_BASE}"
                );
            }
            Some(Account { name, .. }) => debug!(ctx, domid = domid, "QEMU runs as {name}"),
            None => debug!(ctx, domid = domid, "QEMU runs as root"),
        })
}

enum Failure {
    Unknown(Errno),
    Refused(String),
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Self::Unknown(errno)
    }
}

fn choose(
    domid: u32,
    build: &DomainBuildInfo,
    users: &impl Users,
) -> std::result::Result<Option<Account>, Failure> {
    if build.device_model_version != DeviceModelVersion::QemuXen {
        return Ok(None);
    }
    let refused = |text| Err(Failure::Refused(text));
    let (name, uid, own) = if let Some(user) = &build.device_model_user {
        let name = user.to_string();
        let Some((uid, _)) = users.named(&name)? else {
            return refused(format!("cannot run QEMU as {name} (device_model_user): no such user"));
        };
        (name, uid, true)
    } else if build.dm_restrict != Some(true) {
        return Ok(None);
    } else if let Some((base, group)) = users.named(RANGE_BASE)? {
        let uid = base.wrapping_add(domid);
        if users.is_used(uid)? {
            return refused(format!(
                "cannot run QEMU as user {uid} ({RANGE_BASE} + {domid}): the user id is in use"
            ));
        }
        (format!("{uid}:{group}"), uid, true)
    } else if let Some((uid, _)) = users.named(SHARED)? {
        (SHARED.to_owned(), uid, false)
    } else {
        return refused(format!(
            "cannot restrict QEMU: neither user {SHARED} nor {RANGE_BASE} exists"
        ));
    };
    if uid == 0 {
        return refused(format!("cannot run QEMU as {name}: the user is root"));
    }
    Ok(Some(Account { name, own: own.then_some(uid) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::Text;

    struct FixedUsers(&'static [(&'static str, u32)]);

    impl Users for FixedUsers {
        fn named(&self, name: &str) -> std::result::Result<Option<(u32, u32)>, Errno> {
            Ok(self.0.iter().find(|(n, _)| *n == name).map(|(_, uid)| (*uid, 50)))
        }
        fn is_used(&self, uid: u32) -> std::result::Result<bool, Errno> {
            Ok(self.0.iter().any(|(_, u)| *u == uid))
        }
    }

    fn of(
        user: Option<&str>,
        restrict: bool,
        users: &'static [(&'static str, u32)],
    ) -> std::result::Result<Option<(String, Option<u32>)>, ()> {
        let build = DomainBuildInfo {
            device_model_version: DeviceModelVersion::QemuXen,
            device_model_user: user.and_then(Text::new),
            dm_restrict: Some(restrict),
            ..Default::default()
        };
        let account = choose(7, &build, &FixedUsers(users)).map_err(drop)?;
        Ok(account.map(|account| (account.name, account.own)))
    }

    #[test]
    fn the_chosen_account() {
        assert_eq!(of(None, false, &[("xen-qemuuser-range-base", 100)]), Ok(None));
        let all = &[("xen-qemuuser-range-base", 100), ("xen-qemuuser-shared", 90), ("u", 8)];
        assert_eq!(of(Some("u"), true, all), Ok(Some(("u".into(), Some(8)))));
        assert_eq!(of(Some("u"), false, all), Ok(Some(("u".into(), Some(8)))));
        assert_eq!(of(None, true, all), Ok(Some(("107:50".into(), Some(107)))));
        let shared = &[("xen-qemuuser-shared", 90)];
        assert_eq!(of(None, true, shared), Ok(Some(("xen-qemuuser-shared".into(), None))));
    }

    #[test]
    fn refused_accounts() {
        assert_eq!(of(Some("u"), false, &[]), Err(()));
        assert_eq!(of(Some("root"), false, &[("root", 0)]), Err(()));
        assert_eq!(of(None, true, &[]), Err(()));
        assert_eq!(of(None, true, &[("xen-qemuuser-range-base", 100), ("x", 107)]), Err(()));
        assert_eq!(of(None, true, &[("xen-qemuuser-shared", 0)]), Err(()));
    }
}
