//! Hypercalls through libxenctrl: safe wrappers around one handle per ctx, which is opened at its first use.
//!
//! ## Several threads on one handle
//!
//! C libxl calls libxenctrl under its ctx lock. There is no such lock here, so `Hypervisor: Sync` is justified as
//! follows (libxenctrl 4.17):
//!
//! - libxenctrl is reentrant unless it is opened with `XC_OPENFLAG_NON_REENTRANT`, which is never passed here. A
//!   hypercall is one `ioctl` on an open file, and the kernel does not serialise these.
//! - The memory for hypercall arguments belongs to the calling function. The cache of such pages, which is in the
//!   handle, is guarded by a mutex of libxencall.
//! - The handle keeps the text of the last error in a buffer without a lock. The buffer has a fixed size and its last
//!   byte is always NUL, so that two calls that fail at the same time can at worst mix their *log text*; the error
//!   itself is in `errno`, which is thread-local. Nothing here reads that buffer.
//! - `currently_progress_reporting` and the suspend state are not guarded either. They are used only by save, restore
//!   and core dumps; a caller of those must open a handle of its own ([`Hypervisor::new`]).
//!
//! ## Fork
//!
//! A forked child must not use an inherited handle: it opens its own, or executes a program. Opening one takes a lock
//! of libxentoolcore, which another thread may have held at the fork: `domain/hypercall_child.rs` says what follows.

mod building;
mod domain;
mod error;
mod flask;
#[cfg(since = "4.20")]
#[path = "gsi_since_4_20.rs"]
mod gsi;
mod guest;
mod host;
mod memory;
mod pci;
mod psr;
mod resources;
pub mod sched;
mod suspend;
/// The declarations that libxenctrl's headers of the release give.
#[cfg_attr(since = "4.19", path = "sys_4_20.rs")]
#[cfg_attr(not(since = "4.19"), path = "sys_4_17.rs")]
#[allow(
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    dead_code,
    unused_imports,
    clippy::all,
    clippy::undocumented_unsafe_blocks
)]
#[rustfmt::skip]
pub mod sys;
mod vcpu;
#[cfg_attr(since = "4.20", path = "version_since_4_20.rs")]
#[cfg_attr(not(since = "4.20"), path = "version_until_4_20.rs")]
mod version;

#[cfg(test)]
mod bindings_test;

use std::ffi::c_int;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use once_cell::sync::OnceCell;

pub use building::{CpuFeatures, MapEntry, MemoryRange, Vnuma};
pub use domain::{DOMAINS_PER_CALL, DOMAINS_PER_PAGE, DomainInfo};
pub use error::HypervisorError;
pub use guest::Trigger;
pub use host::{NumaNodeInfo, PhysInfo, VersionInfo, VersionTexts};
pub use memory::{PAGE_SIZE, ReservedFor, ReservedRegion};
pub use pci::QUARANTINE;
pub use psr::CacheLevel;
pub use suspend::SHUTDOWN_SUSPEND;
pub use vcpu::{CpupoolInfo, VcpuInfo};

use crate::sync::std_fds;
use crate::types::sys::xentoollog_logger;
use crate::xen::relay::Relay;

#[link(name = "xenctrl")]
#[link(name = "xenguest")]
#[link(name = "xenhypfs")]
#[link(name = "xentoollog")]
unsafe extern "C" {}

/// The result of a hypercall.
pub type Result<T> = std::result::Result<T, HypervisorError>;

/// The connection to the hypervisor.
#[derive(Debug)]
pub struct Hypervisor {
    handle: OnceCell<XcHandle>,
    /// The logger that libxenctrl writes to. This field is below the handle, so that it is dropped after the handle.
    logger: Relay,
    no_flask: Absent,
    no_sharing: Absent,
}

/// Set once Xen has reported that it was built or booted without a feature. That does not change while Xen runs, and
/// asking again would be another hypercall each time.
#[derive(Debug)]
struct Absent(AtomicBool);

impl Absent {
    const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    fn known(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Records a call's errno. Returns true if it means that the feature does not exist.
    fn learn(&self, errno: Errno) -> bool {
        let absent = errno == Errno::ENOSYS;
        if absent {
            self.0.store(true, Ordering::Relaxed);
        }
        absent
    }
}

// SAFETY: the logger may be called from every thread (see `xen::log::Log`), and the handle is reentrant, as the
// module's documentation shows.
unsafe impl Send for Hypervisor {}
// SAFETY: as for Send.
unsafe impl Sync for Hypervisor {}

/// An open libxenctrl handle, which is closed when this is dropped.
#[derive(Debug)]
struct XcHandle(NonNull<sys::xc_interface>);

impl Drop for XcHandle {
    fn drop(&mut self) {
        // SAFETY: xc_interface_open returned the handle, and nothing uses it after this: it is never copied out of a
        // method of `Hypervisor`.
        unsafe { sys::xc_interface_close(self.0.as_ptr()) };
    }
}

impl Hypervisor {
    /// A connection that is opened at its first use.
    ///
    /// # Safety
    /// `logger` must be NULL or stay valid for as long as this value lives.
    pub unsafe fn new(logger: *mut xentoollog_logger) -> Self {
        // SAFETY: the caller guarantees that the logger is NULL or valid for that time.
        Self::with(unsafe { Relay::new(logger) })
    }

    const fn with(logger: Relay) -> Self {
        Self { handle: OnceCell::new(), logger, no_flask: Absent::new(), no_sharing: Absent::new() }
    }

    /// A connection for a forked child, which must not call the application's logger.
    pub const fn of_child() -> Self {
        Self::with(Relay::none())
    }

    /// Runs `f` with a separate connection, for the calls that need one according to the module's documentation.
    pub fn with_own_handle<T>(&self, f: impl FnOnce(&Self) -> T) -> T {
        // SAFETY: the logger outlives `self`, and so this call.
        f(&unsafe { Self::new(self.logger.application()) })
    }

    /// libxenctrl's handle, for the wrappers in this module and in [`crate::xen::guest`].
    pub(in crate::xen) fn xch(&self) -> Result<*mut sys::xc_interface> {
        let handle = self.handle.get_or_try_init(|| {
            std_fds::fill();
            let logger = self.logger.as_ptr();
            // SAFETY: the logger lives as long as `self`, and longer than the handle; libxenctrl allows NULL.
            let xch = unsafe { sys::xc_interface_open(logger, logger, 0) };
            NonNull::new(xch)
                .map(XcHandle)
                .ok_or_else(|| HypervisorError::last("open libxc handle"))
        })?;
        Ok(handle.0.as_ptr())
    }

    /// Opens the connection now. It fails if this is not a Xen host, or if this process has no permission.
    pub fn open(&self) -> Result<()> {
        self.xch().map(drop)
    }

    /// Checks that this is a Xen host and that this process has permission, without opening the connection, which would
    /// take a dozen system calls that a ctx which uses only xenstore does not need.
    pub fn probe(&self) -> Result<()> {
        let seen = std::fs::OpenOptions::new().read(true).write(true).open("/dev/xen/privcmd");
        // If this fails, libxenctrl tries other paths, and logs the error.
        seen.map(|file| drop(std_fds::raised(file))).or_else(|_| self.open())
    }

    /// Whether the kernel has a device for hypercalls, at one of the paths that libxenctrl tries. If [`Hypervisor::probe`]
    /// succeeds without one, a test has put its own functions in place of libxenctrl's.
    pub fn has_device() -> bool {
        ["/dev/xen/privcmd", "/proc/xen/privcmd"].iter().any(|path| Path::new(path).exists())
    }

    /// Calls a libxenctrl function that returns a negative number and sets `errno` on failure.
    fn call(
        &self,
        what: &'static str,
        f: impl FnOnce(*mut sys::xc_interface) -> c_int,
    ) -> Result<u32> {
        let r = f(self.xch()?);
        u32::try_from(r).map_err(|_| HypervisorError::last(what))
    }
}

/// The calling thread's `errno`, which must be read immediately after a failed call.
fn last_errno() -> Errno {
    Errno::last()
}
