//! The host: Xen's version, CPUs, memory, topology, Xen's console.

use std::ffi::{CStr, CString, c_char, c_int, c_long, c_void};

use super::{Hypervisor, HypervisorError, Result, sys};
use crate::sync::std_fds;

/// Xen's version and build. The strings are those of Xen, which need not be UTF-8.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VersionInfo {
    pub major: u32,
    pub minor: u32,
    pub compiler: CString,
    pub compile_by: CString,
    pub compile_domain: CString,
    pub compile_date: CString,
    pub virt_start: u64,
    pub page_size: u32,
    pub texts: VersionTexts,
}

/// Those texts of [`VersionInfo`] that are read otherwise in later releases; `None` for one that Xen refuses there.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VersionTexts {
    pub extra: Option<CString>,
    pub capabilities: Option<CString>,
    pub changeset: Option<CString>,
    pub command_line: Option<CString>,
    /// In hexadecimal.
    pub build_id: Option<CString>,
}

/// The CPUs, memory and capabilities of the host, and how much memory is saved by sharing.
#[derive(Clone, Copy)]
pub struct PhysInfo {
    pub raw: sys::xen_sysctl_physinfo,
    pub sharing_freed_pages: u64,
    pub sharing_used_frames: u64,
}

/// One NUMA node: its memory in bytes (`None`: there is no such node) and the distance to each node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumaNodeInfo {
    pub size: Option<u64>,
    pub free: Option<u64>,
    pub distances: Vec<Option<u32>>,
}

/// A string in a fixed-size array of Xen, up to its NUL.
pub(super) fn text(chars: &[c_char]) -> CString {
    let bytes: Vec<u8> = chars.iter().map(|&c| c as u8).take_while(|&b| b != 0).collect();
    CString::new(bytes).unwrap_or_default()
}

impl Hypervisor {
    /// Fills `out` by the subcommand `cmd` of `xc_version`. A negative result is no error here: C libxl ignores it, so
    /// that an unprivileged caller gets the empty strings that Xen returns.
    pub(super) fn version_part(&self, cmd: u32, out: *mut c_void) -> Result<c_int> {
        let xch = self.xch()?;
        // SAFETY: each caller passes the buffer that this subcommand of xc_version fills.
        Ok(unsafe { sys::xc_version(xch, cmd as c_int, out) })
    }

    /// Xen's version and build.
    pub fn version(&self) -> Result<VersionInfo> {
        let version = self.version_part(sys::XENVER_version, std::ptr::null_mut())? as u32;
        // SAFETY: the struct consists of characters, so all zeroes is a valid value.
        let mut compile: sys::xen_compile_info = unsafe { std::mem::zeroed() };
        self.version_part(sys::XENVER_compile_info, (&raw mut compile).cast())?;
        let mut platform = sys::xen_platform_parameters { virt_start: 0 };
        self.version_part(sys::XENVER_platform_parameters, (&raw mut platform).cast())?;
        let page_size = self.version_part(sys::XENVER_pagesize, std::ptr::null_mut())?;
        Ok(VersionInfo {
            major: version >> 16,
            minor: version & 0xff,
            compiler: text(&compile.compiler),
            compile_by: text(&compile.compile_by),
            compile_domain: text(&compile.compile_domain),
            compile_date: text(&compile.compile_date),
            virt_start: platform.virt_start,
            page_size: page_size as u32,
            texts: self.version_texts()?,
        })
    }

    /// The CPUs, memory and capabilities of the host.
    pub fn physinfo(&self) -> Result<PhysInfo> {
        // SAFETY: the struct consists of numbers, so all zeroes is a valid value.
        let mut raw: sys::xen_sysctl_physinfo = unsafe { std::mem::zeroed() };
        // SAFETY: the struct has the type that the function fills.
        self.call("physinfo", |xch| unsafe { sys::xc_physinfo(xch, &mut raw) })?;
        // SAFETY: the handle is open.
        let freed =
            self.shared("sharing_freed_pages", |xch| unsafe { sys::xc_sharing_freed_pages(xch) })?;
        // SAFETY: the handle is open.
        let used =
            self.shared("sharing_used_frames", |xch| unsafe { sys::xc_sharing_used_frames(xch) })?;
        Ok(PhysInfo { raw, sharing_freed_pages: freed, sharing_used_frames: used })
    }

    /// The result of a query of shared pages. It is 0 for a Xen without memory sharing.
    fn shared(
        &self,
        what: &'static str,
        ask: impl FnOnce(*mut sys::xc_interface) -> c_long,
    ) -> Result<u64> {
        if self.no_sharing.known() {
            return Ok(0);
        }
        let count = ask(self.xch()?);
        u64::try_from(count).or_else(|_| match HypervisorError::last(what) {
            e if self.no_sharing.learn(e.errno) => Ok(0),
            e => Err(e),
        })
    }

    /// The maximum number of CPUs of the host.
    pub fn max_cpus(&self) -> Result<u32> {
        // SAFETY: the handle is open.
        self.call("get_max_cpus", |xch| unsafe { sys::xc_get_max_cpus(xch) })
    }

    /// The number of CPUs that are online.
    pub fn online_cpus(&self) -> Result<u32> {
        // SAFETY: the handle is open.
        self.call("get_online_cpus", |xch| unsafe { sys::xc_get_online_cpus(xch) })
    }

    /// The maximum number of NUMA nodes of the host.
    pub fn max_nodes(&self) -> Result<u32> {
        // SAFETY: the handle is open.
        self.call("get_max_nodes", |xch| unsafe { sys::xc_get_max_nodes(xch) })
    }

    /// The core, socket and node of each CPU; all bits are set in a value that is unknown.
    pub fn cpu_topology(&self) -> Result<Vec<sys::xen_sysctl_cputopo>> {
        let mut n = 0;
        // SAFETY: without a buffer the function returns the number of elements.
        self.call("cputopoinfo", |xch| unsafe {
            sys::xc_cputopoinfo(xch, &mut n, std::ptr::null_mut())
        })?;
        let unknown = sys::xen_sysctl_cputopo { core: u32::MAX, socket: u32::MAX, node: u32::MAX };
        let mut all = vec![unknown; n as usize];
        // SAFETY: the buffer has room for `n` elements.
        self.call("cputopoinfo", |xch| unsafe {
            sys::xc_cputopoinfo(xch, &mut n, all.as_mut_ptr())
        })?;
        all.truncate(n as usize);
        Ok(all)
    }

    /// The memory of each NUMA node, and the distances between them.
    pub fn numa(&self) -> Result<Vec<NumaNodeInfo>> {
        let mut n = 0;
        // SAFETY: without buffers the function returns the number of nodes.
        self.call("numainfo", |xch| unsafe {
            sys::xc_numainfo(xch, &mut n, std::ptr::null_mut(), std::ptr::null_mut())
        })?;
        let size = n as usize;
        let mut memory = vec![sys::xen_sysctl_meminfo { memsize: 0, memfree: 0 }; size];
        let mut distances = vec![0u32; size * size];
        // SAFETY: the buffers have room for `n` nodes and their distances.
        self.call("numainfo", |xch| unsafe {
            sys::xc_numainfo(xch, &mut n, memory.as_mut_ptr(), distances.as_mut_ptr())
        })?;
        let known = |v: u64| (v != u64::MAX).then_some(v);
        let nodes = memory.iter().take(n as usize).enumerate().map(|(i, m)| NumaNodeInfo {
            size: known(m.memsize),
            free: known(m.memfree),
            distances: distances[i * size..][..size]
                .iter()
                .map(|&d| (d != u32::MAX).then_some(d))
                .collect(),
        });
        Ok(nodes.collect())
    }

    /// The NUMA node of each PCI device (segment, bus, devfn); `None` if Xen does not know it.
    pub fn pci_nodes(&self, devices: &[(u16, u8, u8)]) -> Result<Vec<Option<u32>>> {
        let mut devs: Vec<_> = devices
            .iter()
            .map(|&(seg, bus, devfn)| sys::physdev_pci_device { seg, bus, devfn })
            .collect();
        let mut nodes = vec![0u32; devs.len()];
        // SAFETY: both buffers have as many elements as the number that is passed.
        self.call("pcitopoinfo", |xch| unsafe {
            sys::xc_pcitopoinfo(xch, devs.len() as u32, devs.as_mut_ptr(), nodes.as_mut_ptr())
        })?;
        let none = [sys::XEN_INVALID_NODE_ID as u32, sys::XEN_INVALID_DEV as u32];
        Ok(nodes.into_iter().map(|n| (!none.contains(&n)).then_some(n)).collect())
    }

    /// Sends debug keys to Xen, as if they were typed on its console.
    pub fn send_debug_keys(&self, keys: &CStr) -> Result<()> {
        // SAFETY: the argument is a C string, which is only read.
        self.call("send_debug_keys", |xch| unsafe { sys::xc_send_debug_keys(xch, keys.as_ptr()) })
            .map(drop)
    }

    /// Reads from Xen's console ring into `buffer` what was written after `index`, and updates `index`. Returns the
    /// number of bytes.
    pub fn read_console(&self, buffer: &mut [u8], clear: bool, index: &mut u32) -> Result<usize> {
        let mut n = buffer.len() as u32;
        // SAFETY: the buffer has the size that is passed.
        self.call("readconsolering", |xch| unsafe {
            sys::xc_readconsolering(xch, buffer.as_mut_ptr().cast(), &mut n, clear.into(), 1, index)
        })?;
        Ok((n as usize).min(buffer.len()))
    }

    /// Writes nodes of hypfs (`/params/…`), in order; stops at the first failure.
    pub fn set_params(&self, params: &[(CString, CString)]) -> Result<()> {
        std_fds::fill();
        // SAFETY: the logger lives as long as `self`.
        let hypfs = unsafe { sys::xenhypfs_open(self.logger.as_ptr(), 0) };
        if hypfs.is_null() {
            return Err(HypervisorError::last("open Xen hypfs"));
        }
        let done = params.iter().try_for_each(|(path, value)| {
            // SAFETY: the handle is open, and both arguments are C strings.
            match unsafe { sys::xenhypfs_write(hypfs, path.as_ptr(), value.as_ptr()) } {
                r if r < 0 => Err(HypervisorError::last("setting parameters")),
                _ => Ok(()),
            }
        });
        // SAFETY: the handle was opened above, and is closed once.
        unsafe { sys::xenhypfs_close(hypfs) };
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_at_nul_or_at_the_end() {
        assert_eq!(text(&[b'a' as c_char, 0, b'b' as c_char]).as_bytes(), b"a");
        assert_eq!(text(&[b'a' as c_char, b'b' as c_char]).as_bytes(), b"ab");
    }
}
