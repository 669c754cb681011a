//! The content of `libxl_cpuid_policy_list`: changes of a domain's cpuid leaves and MSRs.
//!
//! The C type is a pointer to a struct that no public header shows, so the application can only hand
//! it back; it is made and freed by this library alone. So it is a Rust value in a box, NULL meaning
//! "no policy", and not the C library's two sentinel-ended arrays; those are made where a policy is
//! handed to libxenctrl.

use super::sys::{libxl__cpu_policy, libxl_cpuid_policy_list};

/// What one bit shall show, as libxenctrl spells it: `1` set, `0` clear, `x` default, `k` as the
/// host's, `s` as `k` but kept over migration.
pub type Bit = u8;

/// 32 [`Bit`]s, the highest first. The text of an application's own is kept as it is, whatever it holds.
pub type Register = [Bit; 32];

/// The subleaf number of a leaf that has none, and what ends libxenctrl's array of leaves.
pub const UNUSED: u32 = 0xffff_ffff;

/// A whole policy.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Policy {
    pub cpuid: Vec<CpuidLeaf>,
    pub msr: Vec<Msr>,
}

/// One cpuid leaf.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CpuidLeaf {
    pub leaf: u32,
    /// [`UNUSED`] where the leaf has no subleaves.
    pub subleaf: u32,
    /// eax, ebx, ecx, edx; `None` leaves the register alone.
    pub registers: [Option<Register>; 4],
}

/// One model-specific register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Msr {
    pub index: u32,
    /// The highest bit first.
    pub policy: [Bit; 64],
}

impl CpuidLeaf {
    /// A leaf of which no register is set.
    pub fn new(leaf: u32, subleaf: u32) -> Self {
        Self { leaf, subleaf, registers: [None; 4] }
    }
}

impl Policy {
    /// Says nothing about any leaf or MSR.
    pub fn is_empty(&self) -> bool {
        self.cpuid.is_empty() && self.msr.is_empty()
    }

    /// Gives the policy to C, which hands it back to [`Policy::take`].
    pub fn into_c(self) -> libxl_cpuid_policy_list {
        Box::into_raw(Box::new(self)).cast::<libxl__cpu_policy>()
    }

    /// What C holds; `None` for NULL.
    ///
    /// # Safety
    /// `list` is NULL or came from [`Policy::into_c`], has not been taken, and is not written to
    /// while the reference lives.
    pub unsafe fn from_c<'a>(list: libxl_cpuid_policy_list) -> Option<&'a Policy> {
        // SAFETY: NULL or a policy of ours, says the caller: those are boxes of `Policy`.
        unsafe { list.cast::<Policy>().as_ref() }
    }

    /// As [`Policy::from_c`], to be changed in place.
    ///
    /// # Safety
    /// As for [`Policy::from_c`], and nobody else reads it meanwhile.
    pub unsafe fn from_c_mut<'a>(list: libxl_cpuid_policy_list) -> Option<&'a mut Policy> {
        // SAFETY: NULL or a policy of ours that nobody else uses, says the caller.
        unsafe { list.cast::<Policy>().as_mut() }
    }

    /// Takes back what C holds, to drop or reuse it.
    ///
    /// # Safety
    /// `list` is NULL or came from [`Policy::into_c`]; C must not use it again.
    pub unsafe fn take(list: libxl_cpuid_policy_list) -> Option<Box<Policy>> {
        // SAFETY: the caller's contract: the box made by `into_c`, taken once.
        (!list.is_null()).then(|| unsafe { Box::from_raw(list.cast::<Policy>()) })
    }
}
