//! The event channel through which a guest is asked to suspend, and through which its suspension is signalled.
//!
//! A guest that supports this writes its port into xenstore. libxenguest binds to it, and has the hypervisor signal the
//! same port when the domain has shut down. A lock file of libxenguest (`/var/run/xen/suspend-evtchn-DOMID.lock`)
//! allows one toolstack at a time to do that.

use std::ffi::{c_int, c_uint};
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd};
use std::ptr::NonNull;

use nix::errno::Errno;

use super::hypervisor::{Hypervisor, HypervisorError, Result, sys};
use crate::sync::std_fds;
use crate::types::sys::xentoollog_logger;

#[link(name = "xenevtchn")]
unsafe extern "C" {
    fn xenevtchn_open(logger: *mut xentoollog_logger, flags: c_uint) -> *mut sys::xenevtchn_handle;
    fn xenevtchn_close(handle: *mut sys::xenevtchn_handle) -> c_int;
    fn xenevtchn_fd(handle: *mut sys::xenevtchn_handle) -> c_int;
    fn xenevtchn_notify(handle: *mut sys::xenevtchn_handle, port: u32) -> c_int;
    fn xenevtchn_pending(handle: *mut sys::xenevtchn_handle) -> c_int;
    fn xenevtchn_unmask(handle: *mut sys::xenevtchn_handle, port: u32) -> c_int;
}

/// An open libxenevtchn handle, which is closed when this is dropped.
struct Handle(NonNull<sys::xenevtchn_handle>);

// SAFETY: the handle has a descriptor and a logger; libxenevtchn keeps no thread-local state.
unsafe impl Send for Handle {}
// SAFETY: each call made here is one system call on the descriptor.
unsafe impl Sync for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: xenevtchn_open returned the handle, and its only owner is dropped here.
        unsafe { xenevtchn_close(self.0.as_ptr()) };
    }
}

impl Handle {
    fn call(
        &self,
        what: &'static str,
        call: impl FnOnce(*mut sys::xenevtchn_handle) -> c_int,
    ) -> Result<c_int> {
        match call(self.0.as_ptr()) {
            value @ 0.. => Ok(value),
            _ => Err(HypervisorError { errno: Errno::last(), what }),
        }
    }
}

/// A guest's event channel for suspending, which is unbound when this is dropped.
pub struct SuspendChannel<'a> {
    xen: &'a Hypervisor,
    domid: u32,
    handle: Handle,
    port: u32,
    lock: c_int,
}

impl<'a> SuspendChannel<'a> {
    /// Binds to the port that the guest has written. `EINVAL`: another toolstack is bound to it.
    pub fn bind(xen: &'a Hypervisor, domid: u32, offered: u32) -> Result<Self> {
        const WHAT: &str = "suspend_evtchn_init_exclusive";
        let invalid = HypervisorError { errno: Errno::EINVAL, what: WHAT };
        let offered = c_int::try_from(offered).map_err(|_| invalid)?;
        let xch = xen.xch()?;
        std_fds::fill();
        // SAFETY: a NULL logger is allowed and drops all lines.
        let handle = unsafe { xenevtchn_open(std::ptr::null_mut(), 0) };
        let handle = NonNull::new(handle)
            .map(Handle)
            .ok_or_else(|| HypervisorError { errno: Errno::last(), what: "evtchn_open" })?;
        let mut lock = -1;
        // SAFETY: both handles are open, and the lock's descriptor may be written to. The function waits for the first
        // event, but a new binding always has one pending, so the wait is short.
        let port = unsafe {
            sys::xc_suspend_evtchn_init_exclusive(xch, handle.0.as_ptr(), domid, offered, &mut lock)
        };
        let port = u32::try_from(port)
            .map_err(|_| HypervisorError { errno: Errno::last(), what: WHAT })?;
        Ok(Self { xen, domid, handle, port, lock })
    }

    /// Asks the guest to suspend.
    pub fn notify(&self) -> Result<()> {
        // SAFETY: the handle is open.
        self.handle
            .call("evtchn_notify", |handle| unsafe { xenevtchn_notify(handle, self.port) })
            .map(drop)
    }

    /// Takes an event that has arrived; there is one if the descriptor is readable.
    pub fn take_event(&self) -> Result<()> {
        // SAFETY: the handle is open.
        let port =
            self.handle.call("evtchn_pending", |handle| unsafe { xenevtchn_pending(handle) })?;
        // SAFETY: the handle is open.
        self.handle
            .call("evtchn_unmask", |handle| unsafe {
                xenevtchn_unmask(handle, port.cast_unsigned())
            })
            .map(drop)
    }
}

impl AsFd for SuspendChannel<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: this is the handle's descriptor, which is open for as long as the handle.
        unsafe { BorrowedFd::borrow_raw(xenevtchn_fd(self.handle.0.as_ptr())) }
    }
}

impl Drop for SuspendChannel<'_> {
    fn drop(&mut self) {
        let Ok(xch) = self.xen.xch() else { return };
        // SAFETY: the arguments are those that `bind` got, and are released once. libxenctrl logs a failure.
        unsafe {
            sys::xc_suspend_evtchn_release(
                xch,
                self.handle.0.as_ptr(),
                self.domid,
                self.port.cast_signed(),
                &mut self.lock,
            )
        };
    }
}

impl fmt::Debug for SuspendChannel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SuspendChannel").field("port", &self.port).finish_non_exhaustive()
    }
}
