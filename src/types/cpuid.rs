//! The content of `libxl_cpuid_policy_list`: changes of a domain's CPUID leaves and MSRs.
//!
//! The C type is a pointer to a struct that no public header defines, so only this library creates and frees it.
//! Therefore it is a boxed Rust value, with NULL for no policy, and not the C library's two arrays that end with a
//! sentinel; these are created when a policy is passed to libxenctrl.

use super::sys::{libxl__cpu_policy, libxl_cpuid_policy_list};

/// The value of one bit for the guest, in libxenctrl's notation: `1` set, `0` clear, `x` default, `k` as on the host,
/// `s` as `k` but kept during migration.
pub type Bit = u8;

/// 32 [`Bit`]s, the highest first. The application's text is kept unchanged, even if it is invalid.
pub type Register = [Bit; 32];

/// The subleaf number of a leaf without subleaves, which is also the sentinel of libxenctrl's array of leaves.
pub const UNUSED: u32 = 0xffff_ffff;

/// A whole policy.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Policy {
    /// The changed CPUID leaves.
    pub cpuid: Vec<CpuidLeaf>,
    /// The changed MSRs.
    pub msr: Vec<Msr>,
}

/// One CPUID leaf.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CpuidLeaf {
    /// The leaf's number.
    pub leaf: u32,
    /// [`UNUSED`] if the leaf has no subleaves.
    pub subleaf: u32,
    /// eax, ebx, ecx, edx; `None` leaves the register unchanged.
    pub registers: [Option<Register>; 4],
}

/// One model-specific register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Msr {
    /// The MSR's number.
    pub index: u32,
    /// The bits, the highest first.
    pub policy: [Bit; 64],
}

impl CpuidLeaf {
    /// A leaf whose registers are all unchanged.
    pub fn new(leaf: u32, subleaf: u32) -> Self {
        Self { leaf, subleaf, registers: [None; 4] }
    }
}

impl Policy {
    /// Whether the policy changes no leaf and no MSR.
    pub fn is_empty(&self) -> bool {
        self.cpuid.is_empty() && self.msr.is_empty()
    }

    /// Converts the policy to a C pointer, which owns it until [`Policy::take`].
    pub fn into_c(self) -> libxl_cpuid_policy_list {
        Box::into_raw(Box::new(self)).cast::<libxl__cpu_policy>()
    }

    /// The policy behind a C pointer; `None` for NULL.
    ///
    /// # Safety
    /// `list` is NULL or came from [`Policy::into_c`], has not been taken, and is not written to
    /// while the reference lives.
    pub unsafe fn from_c<'a>(list: libxl_cpuid_policy_list) -> Option<&'a Policy> {
        // SAFETY: NULL or a policy of ours, by the caller's contract: those are boxes of `Policy`.
        unsafe { list.cast::<Policy>().as_ref() }
    }

    /// As [`Policy::from_c`], mutable.
    ///
    /// # Safety
    /// As for [`Policy::from_c`], and no other code reads it meanwhile.
    pub unsafe fn from_c_mut<'a>(list: libxl_cpuid_policy_list) -> Option<&'a mut Policy> {
        // SAFETY: NULL or a policy of ours that nobody else uses, by the caller's contract.
        unsafe { list.cast::<Policy>().as_mut() }
    }

    /// Takes the policy from a C pointer, whose owner the caller becomes.
    ///
    /// # Safety
    /// `list` is NULL or came from [`Policy::into_c`]; C must not use it again.
    pub unsafe fn take(list: libxl_cpuid_policy_list) -> Option<Box<Policy>> {
        // SAFETY: by the caller's contract, this is the box from `into_c`, and it is taken once.
        (!list.is_null()).then(|| unsafe { Box::from_raw(list.cast::<Policy>()) })
    }
}
