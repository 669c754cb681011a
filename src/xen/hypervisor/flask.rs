//! Flask, Xen's mandatory access control: labels and their numbers, the mode, the policy. If Xen runs without Flask,
//! every call fails with `ENOSYS`.

use std::ffi::{c_int, c_uint};

use nix::errno::Errno;

use super::{Hypervisor, HypervisorError, Result, sys};

impl Hypervisor {
    /// The number of a security label.
    pub fn flask_number(&self, label: &[u8]) -> Result<u32> {
        const WHAT: &str = "flask_context_to_sid";
        let Ok(size) = u32::try_from(label.len()) else {
            return Err(HypervisorError { errno: Errno::E2BIG, what: WHAT });
        };
        // libxenctrl's parameter is not const, although the function does not write to it.
        let mut label = label.to_vec();
        let mut number = 0;
        // SAFETY: the buffer has the size that is passed.
        self.call(WHAT, |xch| unsafe {
            sys::xc_flask_context_to_sid(xch, label.as_mut_ptr().cast(), size, &mut number)
        })?;
        Ok(number)
    }

    /// Sets the label of a domain.
    pub fn relabel(&self, domid: u32, number: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("flask_relabel_domain", |xch| unsafe {
            sys::xc_flask_relabel_domain(xch, domid, number)
        })
        .map(drop)
    }

    /// Whether the policy is enforced: 0 for no, 1 for yes.
    pub fn flask_mode(&self) -> Result<c_uint> {
        // SAFETY: the handle is open.
        self.call("flask_getenforce", |xch| unsafe { sys::xc_flask_getenforce(xch) })
    }

    /// Sets whether the policy is enforced (1) or its violations are only logged (0).
    pub fn set_flask_mode(&self, mode: c_int) -> Result<()> {
        // SAFETY: the argument is a number.
        self.call("flask_setenforce", |xch| unsafe { sys::xc_flask_setenforce(xch, mode) })
            .map(drop)
    }

    /// Replaces the policy by `policy`, in Flask's binary form.
    pub fn load_flask_policy(&self, policy: &[u8]) -> Result<()> {
        const WHAT: &str = "flask_load";
        let Ok(size) = u32::try_from(policy.len()) else {
            return Err(HypervisorError { errno: Errno::E2BIG, what: WHAT });
        };
        // SAFETY: libxenctrl copies that many bytes from the buffer and writes nothing to it.
        self.call(WHAT, |xch| unsafe {
            sys::xc_flask_load(xch, policy.as_ptr().cast_mut().cast(), size)
        })
        .map(drop)
    }
}
