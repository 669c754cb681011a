//! Validation of paths and tokens before they are sent.
//!
//! The daemon rejects the same ones, after a round trip. Checking them here ensures that a path that is invalid, or
//! that would insert a second field into a message, is never sent.

use nix::errno::Errno;

/// The maximum length of an absolute path (`XENSTORE_ABS_PATH_MAX`).
pub const ABSOLUTE_MAX: usize = 3072;
/// The maximum length of a relative path (`XENSTORE_REL_PATH_MAX`).
pub const RELATIVE_MAX: usize = 2048;

/// Checks the path of a node, which may be absolute or relative to the caller's domain.
pub fn check(path: &str) -> Result<(), Errno> {
    if path == "/" {
        return Ok(());
    }
    let (limit, names) = match path.strip_prefix('/') {
        Some(names) => (ABSOLUTE_MAX, names),
        None => (RELATIVE_MAX, path),
    };
    let good = path.len() <= limit
        && names.split('/').all(|name| !name.is_empty() && name.bytes().all(allowed));
    if good { Ok(()) } else { Err(Errno::EINVAL) }
}

/// Checks the path of a watch, which may be a node or one of the special events (`@releaseDomain`), and its token.
pub fn check_watch(path: &str, token: &str) -> Result<(), Errno> {
    check(path)?;
    if token.is_empty() || token.bytes().any(|b| b == 0) { Err(Errno::EINVAL) } else { Ok(()) }
}

/// Whether `path` is `above` or lies below it.
pub fn is_within(path: &str, above: &str) -> bool {
    above == "/"
        || path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_the_protocol_allows() {
        for good in ["/", "/a", "/local/domain/0/name", "a/b", "@releaseDomain", "/x_y-Z@9"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", "//", "/a/", "/a//b", "a b", "/a\0b", "/a\nb", "/ä", "/a.b", "/a\u{7f}"] {
            assert_eq!(check(bad), Err(Errno::EINVAL), "{bad:?}");
        }
    }

    #[test]
    fn lengths_are_limited_at_the_protocols_numbers() {
        let path = |n: usize| format!("/{}", "x".repeat(n - 1));
        assert!(check(&path(3072)).is_ok());
        assert!(check(&path(3073)).is_err());
        assert!(check(&"x".repeat(2048)).is_ok());
        assert!(check(&"x".repeat(2049)).is_err());
    }

    #[test]
    fn within_respects_name_borders() {
        assert!(is_within("/a/b", "/a"));
        assert!(is_within("/a", "/a"));
        assert!(is_within("/a", "/"));
        assert!(!is_within("/ab", "/a"));
    }
}
