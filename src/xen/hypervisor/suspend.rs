//! Around a guest's suspension: its state of sleep, letting it run on, and what a broken-off save leaves behind.

use nix::errno::Errno;

use super::{Hypervisor, Result, sys};

/// `SHUTDOWN_suspend`: why a guest has shut down that may go on.
pub const SHUTDOWN_SUSPEND: u8 = 2;

impl Hypervisor {
    /// The ACPI state of sleep of an HVM or PVH guest; 0 if it is awake.
    pub fn sleep_state(&self, domid: u32) -> Result<u64> {
        const ACPI_S_STATE: u32 = 14;
        let mut value = 0;
        // SAFETY: the call writes one number.
        self.call("hvm_param_get", |xch| unsafe {
            sys::xc_hvm_param_get(xch, domid, ACPI_S_STATE, &mut value)
        })?;
        Ok(value)
    }

    /// Lets a guest that has suspended run on. `cooperative`: its kernel is told that the suspension was cancelled, and
    /// must understand that; otherwise it finds itself as in a new domain. `EINVAL` if it has not suspended.
    ///
    /// Uses what is not guarded in the handle, which must be the caller's own ([`Self::apart`]).
    pub fn domain_resume(&self, domid: u32, cooperative: bool) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("domain_resume", |xch| unsafe {
            sys::xc_domain_resume(xch, domid, cooperative.into())
        })
        .map(drop)
    }

    /// Whether the guest has NUMA nodes of its own.
    pub fn has_vnuma(&self, domid: u32) -> Result<bool> {
        let (mut nodes, mut ranges, mut vcpus) = (0, 0, 0);
        let none = std::ptr::null_mut;
        let no_ranges = std::ptr::null_mut();
        // SAFETY: three numbers are written; room for lists there is none, as the numbers say.
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
            // Too little room for the lists: there are some.
            Ok(_) => Ok(true),
            Err(e) if e.errno == Errno::ENOBUFS => Ok(true),
            Err(e) => Err(e),
        }
    }

    /// Has the hypervisor note no more which memory the guest writes to; nothing if it does not.
    pub fn stop_log_dirty(&self, domid: u32) -> Result<()> {
        const OFF: u32 = 0;
        // SAFETY: plain numbers; NULL where no memory is told.
        self.call("shadow_control", |xch| unsafe {
            sys::xc_shadow_control(xch, domid, OFF, std::ptr::null_mut(), 0)
        })
        .map(drop)
    }
}
