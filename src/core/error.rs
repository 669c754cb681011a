//! The library's one error type and its one mapping to libxl's `ERROR_*` numbers.

/// Why an operation failed, as the C interface can tell it. The numbers are libxl's (`libxl_error`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{self:?}")]
#[repr(i32)]
pub enum Error {
    Nonspecific = -1,
    Version = -2,
    Fail = -3,
    /// Not implemented (yet).
    NotImplemented = -4,
    NoMemory = -5,
    Invalid = -6,
    BadFail = -7,
    GuestTimedOut = -8,
    TimedOut = -9,
    NoParavirt = -10,
    NotReady = -11,
    OseventRegistrationFailed = -12,
    BufferFull = -13,
    UnknownChild = -14,
    LockFail = -15,
    JsonConfigEmpty = -16,
    DeviceExists = -17,
    CheckpointDevopsDoesNotMatch = -18,
    CheckpointDeviceNotSupported = -19,
    VnumaConfigInvalid = -20,
    DomainNotFound = -21,
    Aborted = -22,
    NotFound = -23,
    DomainDestroyed = -24,
    FeatureRemoved = -25,
    ProtocolErrorQmp = -26,
    UnknownQmpError = -27,
    QmpGeneric = -28,
    QmpCommandNotFound = -29,
    QmpDeviceNotActive = -30,
    QmpDeviceNotFound = -31,
    QemuApi = -32,
}

/// The core's result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The number that C sees.
    pub const fn code(self) -> libc::c_int {
        self as libc::c_int
    }
}

/// A store request that failed is a plain failure to libxl's callers; the line with path and errno
/// is the caller's to write, who knows the ctx.
impl From<crate::xen::store::StoreError> for Error {
    fn from(_: crate::xen::store::StoreError) -> Self {
        Self::Fail
    }
}

/// libxl answers `ERROR_FAIL` to whatever the hypervisor refuses; the log line has the errno.
impl From<crate::xen::hypervisor::HypervisorError> for Error {
    fn from(_: crate::xen::hypervisor::HypervisorError) -> Self {
        Self::Fail
    }
}
