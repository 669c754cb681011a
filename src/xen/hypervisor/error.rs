//! Why a hypercall failed.

use nix::errno::Errno;

/// A failed call into libxenctrl: what was asked, and the system's answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what} failed: {}", .errno.desc())]
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
