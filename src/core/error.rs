//! The library's error type, and its mapping to libxl's `ERROR_*` numbers.

/// The reason why an operation failed, as the C interface reports it. The numbers are those of `libxl_error`.
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

/// The result type of the core.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The number in the C interface.
    pub const fn code(self) -> libc::c_int {
        self as libc::c_int
    }

    /// A description, for a log line in which no specific reason is known.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Nonspecific | Self::Fail => "the cause is not known",
            Self::Version => "wrong version of the interface",
            Self::NotImplemented => "not implemented in this library yet",
            Self::NoMemory => "out of memory",
            Self::Invalid => "invalid argument",
            Self::BadFail => "a defect in the library",
            Self::GuestTimedOut => "the guest did not react in time",
            Self::TimedOut => "timed out",
            Self::NoParavirt => "the guest has no PV drivers",
            Self::NotReady => "not ready",
            Self::OseventRegistrationFailed => {
                "the application's event loop refused a registration"
            }
            Self::BufferFull => "the buffer is full",
            Self::UnknownChild => "unknown child process",
            Self::LockFail => "cannot take the lock",
            Self::JsonConfigEmpty => "no configuration is stored for the domain",
            Self::DeviceExists => "the device exists already",
            Self::CheckpointDevopsDoesNotMatch => "no checkpoint operations for this device",
            Self::CheckpointDeviceNotSupported => "checkpoints are not supported for this device",
            Self::VnumaConfigInvalid => "invalid vNUMA configuration",
            Self::DomainNotFound => "no such domain",
            Self::Aborted => "aborted by the application",
            Self::NotFound => "not found",
            Self::DomainDestroyed => "the domain was destroyed",
            Self::FeatureRemoved => "the feature was removed from Xen",
            Self::ProtocolErrorQmp => "QEMU broke the QMP protocol",
            Self::UnknownQmpError => "unknown error of QEMU",
            Self::QmpGeneric => "QEMU refused the command",
            Self::QmpCommandNotFound => "QEMU does not know the command",
            Self::QmpDeviceNotActive => "the device is not active in QEMU",
            Self::QmpDeviceNotFound => "QEMU does not know the device",
            Self::QemuApi => "unexpected answer from QEMU",
        }
    }
}

/// A failed xenstore request is `ERROR_FAIL` in the C interface. The caller, who has the ctx, logs the path and the
/// errno.
impl From<crate::xen::store::StoreError> for Error {
    fn from(_: crate::xen::store::StoreError) -> Self {
        Self::Fail
    }
}

/// As in libxl, a failed hypercall is `ERROR_FAIL`, whatever the errno, which is in the log line.
impl From<crate::xen::hypervisor::HypervisorError> for Error {
    fn from(_: crate::xen::hypervisor::HypervisorError) -> Self {
        Self::Fail
    }
}
