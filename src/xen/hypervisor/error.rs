//! Why a hypercall failed.

use std::fmt;

use nix::errno::Errno;

/// A failed call into libxenctrl: what was asked, and the system's answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HypervisorError {
    pub errno: Errno,
    /// What was asked, such as `domain_pause`.
    pub what: &'static str,
}

impl HypervisorError {
    /// The calling thread's last error, for `what`.
    pub(super) fn last(what: &'static str) -> Self {
        Self { errno: super::last_errno(), what }
    }
}

impl fmt::Display for HypervisorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed: {}", self.what, self.errno.desc())
    }
}

impl std::error::Error for HypervisorError {}
