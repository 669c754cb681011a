//! Why a hypercall failed.

use nix::errno::Errno;

/// A failed call of libxenctrl: its name and the errno.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what} failed: {}", .errno.desc())]
pub struct HypervisorError {
    pub errno: Errno,
    /// The name of the call, such as `domain_pause`.
    pub what: &'static str,
}

impl HypervisorError {
    /// The error of `what` from the calling thread's errno.
    pub(super) fn last(what: &'static str) -> Self {
        Self { errno: super::last_errno(), what }
    }
}
