//! The suspension of a guest: its sleep state, resuming it, and what remains of an interrupted save.

use nix::errno::Errno;

use super::{Hypervisor, Result, sys};

/// `SHUTDOWN_suspend`: the reason of a shutdown after which the guest can be resumed.
pub const SHUTDOWN_SUSPEND: u8 = 2;

impl Hypervisor {
    /// The ACPI sleep state of an HVM or PVH guest; 0 if it is awake.
    pub fn sleep_state(&self, domid: u32) -> Result<u64> {
        const ACPI_S_STATE: u32 = 14;
        let mut value = 0;
        // SAFETY: the call writes one number, to `value`.
        self.call("hvm_param_get", |xch| unsafe {
            sys::xc_hvm_param_get(xch, domid, ACPI_S_STATE, &mut value)
        })?;
        Ok(value)
    }

    /// Resumes a guest that has suspended. With `cooperative` the guest's kernel is told that the suspension was
    /// cancelled, which it must support; otherwise the kernel continues as in a new domain. `EINVAL` if the guest has
    /// not suspended.
    ///
    /// It uses unguarded state of the handle, so the caller must have a handle of its own ([`Self::with_own_handle`]).
    pub fn domain_resume(&self, domid: u32, cooperative: bool) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_resume", |xch| unsafe {
            sys::xc_domain_resume(xch, domid, cooperative.into())
        })
        .map(drop)
    }

    /// Whether the guest has a virtual NUMA topology.
    pub fn has_vnuma(&self, domid: u32) -> Result<bool> {
        let (mut nodes, mut ranges, mut vcpus) = (0, 0, 0);
        let none = std::ptr::null_mut;
        let no_ranges = std::ptr::null_mut();
        // SAFETY: three numbers are written; nothing is written to the lists, since the numbers say that they have no
        // room.
        let asked = self.call("domain_getvnuma", |xch| unsafe {
            sys::xc_domain_getvnuma(
                xch,
                domid,
                &mut nodes,
                &mut ranges,
                &mut vcpus,
                no_ranges,
                none(),
                none(),
            )
        });
        match asked {
            Err(e) if e.errno == Errno::EOPNOTSUPP => Ok(false),
            // There is not enough room for the lists, so they are not empty.
            Ok(_) => Ok(true),
            Err(e) if e.errno == Errno::ENOBUFS => Ok(true),
            Err(e) => Err(e),
        }
    }

    /// Stops the hypervisor's log of pages that the guest writes to; no effect if it is off.
    pub fn stop_log_dirty(&self, domid: u32) -> Result<()> {
        const OFF: u32 = 0;
        // SAFETY: all arguments are numbers, or NULL for results that are not requested.
        self.call("shadow_control", |xch| unsafe {
            sys::xc_shadow_control(xch, domid, OFF, std::ptr::null_mut(), 0)
        })
        .map(drop)
    }
}
