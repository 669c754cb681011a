//! A guest's memory: writing into a page of it, and memory that devices of the host want at its own address.

use std::ptr::NonNull;

use nix::errno::Errno;
use nix::libc::{PROT_READ, PROT_WRITE};

use super::{Hypervisor, HypervisorError, Result, last_errno, sys};

/// The size of a page, in bytes.
pub const PAGE_SIZE: u64 = 4096;

/// A page of a guest's, mapped here until it is dropped.
#[derive(Debug)]
struct Mapped(NonNull<u8>);

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: one page that was mapped for this value, of which no reference is left.
        unsafe { nix::libc::munmap(self.0.as_ptr().cast(), PAGE_SIZE as usize) };
    }
}

/// A region that a device of the host uses at the host's own address (RMRR, IVMD), in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReservedRegion {
    pub start: u64,
    pub size: u64,
}

/// Whose reserved regions are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReservedFor {
    /// All devices of the host.
    All,
    /// One PCI function.
    Device { segment: u16, bus: u8, devfn: u8 },
}

impl Hypervisor {
    /// Writes `bytes` into the guest's page `frame`, from `offset` on. The guest must not run.
    pub fn write_page(&self, domid: u32, frame: u64, offset: usize, bytes: &[u8]) -> Result<()> {
        self.with_page(domid, frame, offset, bytes.len(), |to| {
            // SAFETY: `with_page` gives room for as many bytes, which nothing here refers to.
            unsafe { to.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
        })
    }

    /// Changes a structure in the guest's page `frame`, `offset` bytes from its begin. The guest must not run.
    /// `T` has a value for every pattern of bytes: it is the hypervisor's interface, or of our own library's making.
    pub(in crate::xen) fn change_in_page<T: Copy>(
        &self,
        domid: u32,
        frame: u64,
        offset: usize,
        change: impl FnOnce(&mut T),
    ) -> Result<()> {
        self.with_page(domid, frame, offset, size_of::<T>(), |at| {
            let at = at.cast::<T>();
            // SAFETY: there is room for it (`with_page`), any bytes are a value (the caller's promise); alignment is
            // not asked for.
            let mut value = unsafe { at.read_unaligned() };
            change(&mut value);
            // SAFETY: as above.
            unsafe { at.write_unaligned(value) };
        })
    }

    /// Runs `f` with `size` mapped bytes of the page. `Errno::EINVAL` if they do not lie in the page.
    fn with_page(
        &self,
        domid: u32,
        frame: u64,
        offset: usize,
        size: usize,
        f: impl FnOnce(NonNull<u8>),
    ) -> Result<()> {
        const WHAT: &str = "map_foreign_range";
        let within = offset.checked_add(size).is_some_and(|end| end <= PAGE_SIZE as usize);
        if !within {
            return Err(HypervisorError { errno: Errno::EINVAL, what: WHAT });
        }
        let xch = self.xch()?;
        let access = PROT_READ | PROT_WRITE;
        // SAFETY: plain numbers; a new mapping is nobody else's.
        let page =
            unsafe { sys::xc_map_foreign_range(xch, domid, PAGE_SIZE as i32, access, frame) };
        let page = NonNull::new(page.cast::<u8>()).map(Mapped);
        let page = page.ok_or_else(|| HypervisorError::last(WHAT))?;
        // SAFETY: the offset lies in the page.
        f(unsafe { page.0.add(offset) });
        Ok(())
    }

    /// The regions that devices of the host have reserved. None where there is no IOMMU.
    pub fn reserved_regions(&self, of: ReservedFor) -> Result<Vec<ReservedRegion>> {
        const WHAT: &str = "reserved_device_memory_map";
        /// `XENMEM_RDM_ALL`.
        const ALL: u32 = 1;
        let (flags, segment, bus, devfn) = match of {
            ReservedFor::All => (ALL, 0, 0, 0),
            ReservedFor::Device { segment, bus, devfn } => (0, segment, bus, devfn),
        };
        let xch = self.xch()?;
        let none = sys::xen_reserved_device_memory { start_pfn: 0, nr_pages: 0 };
        let mut regions = Vec::new();
        loop {
            let mut count = regions.len() as u32;
            // SAFETY: there is room for as many entries as we say.
            let r = unsafe {
                sys::xc_reserved_device_memory_map(
                    xch,
                    flags,
                    segment,
                    bus,
                    devfn,
                    regions.as_mut_ptr(),
                    &mut count,
                )
            };
            if r >= 0 {
                regions.truncate(count as usize);
                let bytes = |pages: u64| pages.wrapping_mul(PAGE_SIZE);
                let region = |r: &sys::xen_reserved_device_memory| ReservedRegion {
                    start: bytes(r.start_pfn),
                    size: bytes(r.nr_pages),
                };
                return Ok(regions.iter().map(region).collect());
            }
            // It says how many there are.
            if last_errno() != Errno::ENOBUFS || count as usize <= regions.len() {
                return Err(HypervisorError::last(WHAT));
            }
            regions.resize(count as usize, none);
        }
    }
}
