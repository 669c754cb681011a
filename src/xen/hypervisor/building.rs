//! Settings of a domain while it is built: vcpus, event channels, clock, CPUID policy, memory map.

use std::ffi::{CString, c_char};
use std::ptr;

use nix::errno::Errno;

use super::{Hypervisor, HypervisorError, Result, sys};
use crate::types::cpuid::{CpuidLeaf, Msr, Policy, UNUSED};

/// One entry of a memory map as firmware reports it; `kind` is one of `E820_*`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MapEntry {
    pub start: u64,
    pub size: u64,
    pub kind: u32,
}

impl MapEntry {
    /// The first address after the entry.
    pub fn end(&self) -> u64 {
        self.start.wrapping_add(self.size)
    }
}

impl From<&MapEntry> for sys::e820entry {
    fn from(entry: &MapEntry) -> Self {
        Self { addr: entry.start, size: entry.size, type_: entry.kind }
    }
}

/// A range of a guest's memory that belongs to one of its NUMA nodes, in bytes: from `start` up to but not including
/// `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemoryRange {
    pub start: u64,
    pub end: u64,
    pub node: u32,
}

impl From<&MemoryRange> for sys::xen_vmemrange_t {
    fn from(range: &MemoryRange) -> Self {
        Self { start: range.start, end: range.end, flags: 0, nid: range.node }
    }
}

/// A guest's NUMA topology.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Vnuma {
    pub ranges: Vec<MemoryRange>,
    /// The distances, as a matrix: for each node, those to all nodes.
    pub distances: Vec<u32>,
    /// For each vcpu, the guest's node that it belongs to.
    pub of_vcpus: Vec<u32>,
    /// For each of the guest's nodes, the host's node.
    pub on_host: Vec<u32>,
}

impl Hypervisor {
    /// Sets the maximum number of vcpus of the domain.
    pub fn set_max_vcpus(&self, domid: u32, count: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_max_vcpus", |xch| unsafe { sys::xc_domain_max_vcpus(xch, domid, count) })
            .map(drop)
    }

    /// Creates an event channel of the domain that domain `remote` may bind to. Returns its port.
    pub fn alloc_port(&self, domid: u32, remote: u32) -> Result<u32> {
        // SAFETY: all arguments are numbers.
        self.call("evtchn_alloc_unbound", |xch| unsafe {
            sys::xc_evtchn_alloc_unbound(xch, domid, remote)
        })
    }

    /// Sets a parameter (`HVM_PARAM_*`) of an HVM or PVH guest.
    pub fn set_hvm_param(&self, domid: u32, param: u32, value: u64) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("hvm_param_set", |xch| unsafe { sys::xc_hvm_param_set(xch, domid, param, value) })
            .map(drop)
    }

    /// Returns a parameter (`HVM_PARAM_*`) of an HVM or PVH guest.
    pub fn hvm_param(&self, domid: u32, param: u32) -> Result<u64> {
        let mut value = 0;
        // SAFETY: the call writes one number, to `value`.
        self.call("hvm_param_get", |xch| unsafe {
            sys::xc_hvm_param_get(xch, domid, param, &mut value)
        })?;
        Ok(value)
    }

    /// Sets the size of the memory map of a PV guest that asks for it, in KiB.
    pub fn set_map_limit(&self, domid: u32, kb: u64) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_set_memmap_limit", |xch| unsafe {
            sys::xc_domain_set_memmap_limit(xch, domid, kb)
        })
        .map(drop)
    }

    /// Sets how the guest reads the time stamp counter (Xen's `TSC_MODE_*`) from now on.
    pub fn set_tsc_mode(&self, domid: u32, mode: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_set_tsc_info", |xch| unsafe {
            sys::xc_domain_set_tsc_info(xch, domid, mode, 0, 0, 0)
        })
        .map(drop)
    }

    /// Sets the offset of the guest's clock from UTC, in seconds.
    pub fn set_time_offset(&self, domid: u32, seconds: i32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("domain_set_time_offset", |xch| unsafe {
            sys::xc_domain_set_time_offset(xch, domid, seconds)
        })
        .map(drop)
    }

    /// Sets the size of the domain's pool for page tables, in bytes.
    pub fn set_paging_pool(&self, domid: u32, bytes: u64) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("set_paging_mempool_size", |xch| unsafe {
            sys::xc_set_paging_mempool_size(xch, domid, bytes)
        })
        .map(drop)
    }

    /// The host's memory map.
    pub fn host_memory_map(&self) -> Result<Vec<MapEntry>> {
        let none = sys::e820entry { addr: 0, size: 0, type_: 0 };
        let mut raw = [none; sys::E820MAX as usize];
        // SAFETY: the buffer has room for the number of entries that is passed.
        let count = self.call("get_machine_memory_map", |xch| unsafe {
            sys::xc_get_machine_memory_map(xch, raw.as_mut_ptr(), sys::E820MAX)
        })?;
        let entry = |e: &sys::e820entry| MapEntry { start: e.addr, size: e.size, kind: e.type_ };
        Ok(raw.iter().take(count as usize).map(entry).collect())
    }

    /// Sets the memory map that a guest gets when it asks for it.
    pub fn set_memory_map(&self, domid: u32, map: &[MapEntry]) -> Result<()> {
        let mut raw: Vec<sys::e820entry> = map.iter().map(Into::into).collect();
        let (first, count) = (raw.as_mut_ptr(), raw.len() as u32);
        // SAFETY: the call reads as many entries as the number that is passed.
        self.call("domain_set_memory_map", |xch| unsafe {
            sys::xc_domain_set_memory_map(xch, domid, first, count)
        })
        .map(drop)
    }

    /// Sets the guest's NUMA topology.
    pub fn set_vnuma(&self, domid: u32, vnuma: &Vnuma) -> Result<()> {
        let mut ranges: Vec<sys::xen_vmemrange_t> = vnuma.ranges.iter().map(Into::into).collect();
        let nodes = vnuma.on_host.len();
        assert_eq!(vnuma.distances.len(), nodes * nodes, "a distance for each pair of nodes");
        let [mut distances, mut of_vcpus, mut on_host] =
            [&vnuma.distances, &vnuma.of_vcpus, &vnuma.on_host].map(Vec::clone);
        // SAFETY: the call reads as many elements as the numbers that are passed, and a distance for each pair of
        // nodes.
        self.call("domain_setvnuma", |xch| unsafe {
            sys::xc_domain_setvnuma(
                xch,
                domid,
                nodes as u32,
                ranges.len() as u32,
                of_vcpus.len() as u32,
                ranges.as_mut_ptr(),
                distances.as_mut_ptr(),
                of_vcpus.as_mut_ptr(),
                on_host.as_mut_ptr(),
            )
        })
        .map(drop)
    }

    /// Sets the CPUID policy of a new domain: the host's default for such a domain, with the features in `features` (as
    /// far as the host supports them), and changed according to `policy`.
    pub fn apply_cpuid_policy(
        &self,
        domid: u32,
        features: CpuFeatures,
        policy: &Policy,
    ) -> Result<()> {
        const WHAT: &str = "cpuid_apply_policy";
        let texts: Vec<_> = policy.cpuid.iter().map(texts).collect();
        let mut leaves: Vec<_> = policy.cpuid.iter().zip(&texts).map(leaf_to_c).collect();
        let mut msrs: Vec<_> = policy.msr.iter().map(msr_to_c).collect();
        if !leaves.is_empty() {
            leaves.push(leaf_to_c((&CpuidLeaf::new(UNUSED, UNUSED), &[const { None }; 4])));
        }
        if !msrs.is_empty() {
            msrs.push(sys::xc_msr { index: UNUSED, policy: [0; 65] });
        }
        let xch = self.xch()?;
        // SAFETY: no feature set is passed; both lists are NULL or have the terminator that libxenctrl expects, and
        // their strings live until the end of this function.
        let r = unsafe {
            sys::xc_cpuid_apply_policy(
                xch,
                domid,
                features.restored,
                ptr::null(),
                0,
                features.pae,
                features.invariant_tsc,
                features.nested,
                first(&leaves),
                first(&msrs),
            )
        };
        // The function returns the negative errno itself.
        if r == 0 {
            Ok(())
        } else {
            Err(HypervisorError { errno: Errno::from_raw(-r), what: WHAT })
        }
    }
}

/// CPU features that depend on the kind of domain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CpuFeatures {
    /// The guest has run on an older Xen, and needs the features that Xen offered then.
    pub restored: bool,
    pub pae: bool,
    /// The frequency of the time stamp counter is guaranteed not to change.
    pub invariant_tsc: bool,
    /// The guest may run a hypervisor (nested virtualisation).
    pub nested: bool,
}

fn first<T>(list: &[T]) -> *const T {
    if list.is_empty() { ptr::null() } else { list.as_ptr() }
}

/// The registers of a leaf as C strings.
fn texts(leaf: &CpuidLeaf) -> [Option<CString>; 4] {
    // A string of the application ends at its NUL.
    let text = |bits: [u8; 32]| CString::new(bits).ok();
    leaf.registers.map(|register| register.and_then(text))
}

fn leaf_to_c((leaf, texts): (&CpuidLeaf, &[Option<CString>; 4])) -> sys::xc_xend_cpuid {
    let text = |i: usize| texts[i].as_ref().map_or(ptr::null_mut(), |t| t.as_ptr().cast_mut());
    sys::xc_xend_cpuid {
        __bindgen_anon_1: sys::xc_xend_cpuid__bindgen_ty_1 { input: [leaf.leaf, leaf.subleaf] },
        policy: [text(0), text(1), text(2), text(3)],
    }
}

fn msr_to_c(msr: &Msr) -> sys::xc_msr {
    let mut policy = [0; 65];
    policy.iter_mut().zip(msr.policy).for_each(|(to, bit)| *to = bit as c_char);
    sys::xc_msr { index: msr.index, policy }
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    #[test]
    fn a_leaf_in_c() {
        let mut leaf = CpuidLeaf::new(7, 2);
        leaf.registers[1] = Some(*b"0123456789abcdef0123456789abcdef");
        let texts = texts(&leaf);
        let raw = leaf_to_c((&leaf, &texts));
        // SAFETY: this member was written; in either case it is two numbers.
        assert_eq!(unsafe { raw.__bindgen_anon_1.input }, [7, 2]);
        assert!(raw.policy[0].is_null() && raw.policy[2].is_null() && raw.policy[3].is_null());
        // SAFETY: it points to a string of `texts`, which is still alive.
        let text = unsafe { CStr::from_ptr(raw.policy[1]) };
        assert_eq!(text, c"0123456789abcdef0123456789abcdef");
    }

    #[test]
    fn an_msr_in_c_ends_with_nul() {
        let raw = msr_to_c(&Msr { index: 0x10a, policy: [b'x'; 64] });
        assert_eq!((raw.index, raw.policy[63], raw.policy[64]), (0x10a, b'x' as c_char, 0));
    }
}
