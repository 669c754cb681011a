//! Whether a bootloader must drop its privileges, and as which user it runs then: since Xen 4.18 (1f762642d2) the
//! configuration says so, and the toolstack's environment overrides it when the defaults are set.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::types::idiomatic::{DomainBuildInfo, Text};

pub fn set_defaults(build: &mut DomainBuildInfo) {
    let user = env::var_os("LIBXL_BOOTLOADER_USER");
    complete(build, env::var_os("LIBXL_BOOTLOADER_RESTRICT").is_some(), user.as_deref());
}

/// `restrict` and `user` are those of the environment.
fn complete(build: &mut DomainBuildInfo, restrict: bool, user: Option<&OsStr>) {
    let has_user = build.bootloader_user.is_some();
    build.bootloader_restrict.get_or_insert(has_user);
    if restrict || user.is_some() {
        build.bootloader_restrict = Some(true);
    }
    if let Some(user) = user {
        build.bootloader_user = Text::new(user.as_bytes());
    }
}

/// `None` if it keeps its privileges, otherwise the user that it must run as, if one is named.
pub fn restricted(build: &DomainBuildInfo) -> Option<Option<OsString>> {
    let user = || build.bootloader_user.as_ref().map(|u| OsString::from_vec(u.as_bytes().into()));
    (build.bootloader_restrict == Some(true)).then(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is restricted, from the configuration and the environment.
    fn restricted_by(
        config: (Option<bool>, Option<&str>),
        environment: (bool, Option<&str>),
    ) -> Option<Option<OsString>> {
        let mut build = DomainBuildInfo {
            bootloader_restrict: config.0,
            bootloader_user: config.1.and_then(Text::new),
            ..DomainBuildInfo::default()
        };
        complete(&mut build, environment.0, environment.1.map(OsStr::new));
        restricted(&build)
    }

    #[test]
    fn a_user_implies_the_restriction_and_the_environment_wins() {
        let user = |name: &str| Some(Some(OsString::from(name)));
        let none = (false, None);
        assert_eq!(restricted_by((None, None), none), None);
        assert_eq!(restricted_by((Some(true), None), none), Some(None));
        assert_eq!(restricted_by((None, Some("a")), none), user("a"));
        assert_eq!(restricted_by((Some(false), Some("a")), none), None);
        assert_eq!(restricted_by((Some(false), Some("a")), (true, None)), user("a"));
        assert_eq!(restricted_by((None, Some("a")), (false, Some("b"))), user("b"));
    }
}
