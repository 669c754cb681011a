//! Hypercalls through libxenctrl: one handle per ctx, opened at its first use, wrapped safely.
//!
//! ## Several threads on one handle
//!
//! C libxl calls libxenctrl under its ctx lock; we have no such lock, so this is what the claim
//! `Hypervisor: Sync` rests on (libxenctrl 4.17):
//!
//! - libxenctrl promises reentrancy unless it is opened with `XC_OPENFLAG_NON_REENTRANT`; we never
//!   pass that. A hypercall is one `ioctl` on an open file that the kernel does not serialise.
//! - The memory for hypercall arguments belongs to the calling function. The cache of such pages, which
//!   is in the handle, is guarded by a mutex of libxencall's own.
//! - The handle keeps the text of the last error in a buffer without a lock. It is of fixed size and
//!   its last byte is always NUL, so that two calls that fail in the same instant can at worst mix
//!   their *log text*; the error itself is `errno`, which each thread has for itself. Nothing here
//!   reads that buffer.
//! - `currently_progress_reporting` and the suspend state are not guarded either. They matter to save,
//!   restore and core dumps alone; a caller of those must open a handle of its own ([`Hypervisor::new`]).
//!
//! ## Fork
//!
//! A child must not use an inherited handle: it opens its own, or leaves by `exec`.
//!

mod building;
mod domain;
mod error;
mod flask;
mod guest;
mod host;
mod memory;
mod pci;
mod psr;
mod resources;
mod suspend;
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
pub mod sys_4_17;
pub mod sched;
mod vcpu;

#[cfg(test)]
mod bindings_test;

use std::ffi::c_int;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use once_cell::sync::OnceCell;

pub use building::{CpuFeatures, MapEntry, MemoryRange, Vnuma};
pub use domain::{DomainInfo, MANY, ONE_PAGE};
pub use error::HypervisorError;
pub use guest::Trigger;
pub use host::{NumaNodeInfo, PhysInfo, VersionInfo};
pub use memory::{PAGE_SIZE, ReservedFor, ReservedRegion};
pub use pci::QUARANTINE;
pub use psr::CacheLevel;
pub use suspend::SHUTDOWN_SUSPEND;
/// The declarations in use; another release of Xen is another such file.
pub use sys_4_17 as sys;
pub use vcpu::{CpupoolInfo, VcpuInfo};

use crate::sync::std_fds;
use crate::types::sys::xentoollog_logger;
use crate::xen::relay::Relay;

#[link(name = "xenctrl")]
#[link(name = "xenguest")]
#[link(name = "xenhypfs")]
#[link(name = "xentoollog")]
unsafe extern "C" {}

/// What a hypercall gives.
pub type Result<T> = std::result::Result<T, HypervisorError>;

/// The connection to the hypervisor.
#[derive(Debug)]
pub struct Hypervisor {
    handle: OnceCell<XcHandle>,
    /// What libxenctrl writes its own lines to. Below the handle, so that it is dropped after it.
    logger: Relay,
    no_flask: Absent,
    no_sharing: Absent,
}

/// Set once Xen has said that it was built or booted without something: that stays so while it runs,
/// and asking again costs a hypercall each time.
#[derive(Debug)]
struct Absent(AtomicBool);

impl Absent {
    const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    fn known(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes note of a call's errno; true if it says that there is no such thing.
    fn learn(&self, errno: Errno) -> bool {
        let absent = errno == Errno::ENOSYS;
        if absent {
            self.0.store(true, Ordering::Relaxed);
        }
        absent
    }
}

// SAFETY: the logger may be called from every thread (see `xen::log::Log`), and the handle is
// reentrant: the module's text says why.
unsafe impl Send for Hypervisor {}
// SAFETY: as for Send.
unsafe impl Sync for Hypervisor {}

/// An open libxenctrl handle; closed when dropped.
#[derive(Debug)]
struct XcHandle(NonNull<sys::xc_interface>);

impl Drop for XcHandle {
    fn drop(&mut self) {
        // SAFETY: the handle came from xc_interface_open and nobody uses it after us: it is never
        // copied out of a method of `Hypervisor`.
        unsafe { sys::xc_interface_close(self.0.as_ptr()) };
    }
}

impl Hypervisor {
    /// A connection that is opened when it is first used.
    ///
    /// # Safety
    /// `logger` is NULL or stays valid for as long as this value lives.
    pub unsafe fn new(logger: *mut xentoollog_logger) -> Self {
        // SAFETY: by the caller's contract.
        Self::with(unsafe { Relay::new(logger) })
    }

    const fn with(logger: Relay) -> Self {
        Self { handle: OnceCell::new(), logger, no_flask: Absent::new(), no_sharing: Absent::new() }
    }

    /// A connection for a forked child, where the application's logger must not be called.
    pub const fn of_child() -> Self {
        Self::with(Relay::none())
    }

    /// Runs `f` with a connection of its own: see the module's text.
    pub fn apart<T>(&self, f: impl FnOnce(&Self) -> T) -> T {
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

    /// Opens the connection now: an error says that this host is not Xen, or that we may not use it.
    pub fn open(&self) -> Result<()> {
        self.xch().map(drop)
    }

    /// Makes sure that this is a Xen host which we may use, without the cost of opening the
    /// connection (a dozen system calls, which a ctx that only asks xenstore never needs).
    pub fn probe(&self) -> Result<()> {
        let seen = std::fs::OpenOptions::new().read(true).write(true).open("/dev/xen/privcmd");
        // Where that fails libxenctrl knows more places, and what to tell the application's log.
        seen.map(|file| drop(std_fds::raised(file))).or_else(|_| self.open())
    }

    /// Runs one libxenctrl function that answers a negative number with `errno` set on failure.
    fn call(
        &self,
        what: &'static str,
        f: impl FnOnce(*mut sys::xc_interface) -> c_int,
    ) -> Result<u32> {
        let r = f(self.xch()?);
        u32::try_from(r).map_err(|_| HypervisorError::last(what))
    }
}

/// The calling thread's `errno`, to be read straight after a failed call.
fn last_errno() -> Errno {
    Errno::last()
}
