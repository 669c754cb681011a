//! A guest's memory: writing to one of its pages, and the memory regions that devices of the host reserve.

use std::ptr::NonNull;

use nix::errno::Errno;
use nix::libc::{PROT_READ, PROT_WRITE};

use super::{Hypervisor, HypervisorError, Result, last_errno, sys};

/// The size of a page, in bytes.
pub const PAGE_SIZE: u64 = 4096;

/// A guest's page that is mapped into this process until this is dropped.
#[derive(Debug)]
struct Mapped(NonNull<u8>);

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: the page was mapped for this value, and no reference to it is left.
        unsafe { nix::libc::munmap(self.0.as_ptr().cast(), PAGE_SIZE as usize) };
    }
}

/// A region that a device of the host accesses at its host address (RMRR, IVMD), in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReservedRegion {
    pub start: u64,
    pub size: u64,
}

/// The devices whose reserved regions are requested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReservedFor {
    /// All devices of the host.
    All,
    /// One PCI function.
    Device { segment: u16, bus: u8, devfn: u8 },
}

impl Hypervisor {
    /// Writes `bytes` to the guest's page `frame`, at `offset`. The guest must not be running.
    pub fn write_page(&self, domid: u32, frame: u64, offset: usize, bytes: &[u8]) -> Result<()> {
        self.with_page(domid, frame, offset, bytes.len(), |to| {
            // SAFETY: `with_page` provides room for as many bytes, to which no reference exists here.
            unsafe { to.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
        })
    }

    /// Changes a structure in the guest's page `frame` at `offset`. The guest must not be running. Every byte pattern
    /// must be a valid `T`: it is a type of the hypervisor's interface, or of this library.
    pub(in crate::xen) fn change_in_page<T: Copy>(
        &self,
        domid: u32,
        frame: u64,
        offset: usize,
        change: impl FnOnce(&mut T),
    ) -> Result<()> {
        self.with_page(domid, frame, offset, size_of::<T>(), |at| {
            let at = at.cast::<T>();
            // SAFETY: `with_page` provides the room; every byte pattern is a valid `T` (a condition for callers); an
            // unaligned read needs no alignment.
            let mut value = unsafe { at.read_unaligned() };
            change(&mut value);
            // SAFETY: as above.
            unsafe { at.write_unaligned(value) };
        })
    }

    /// Runs `f` with a pointer to `size` mapped bytes of the page. `Errno::EINVAL` if these do not lie within the page.
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
        // SAFETY: all arguments are numbers, and nothing else refers to the new mapping.
        let page =
            unsafe { sys::xc_map_foreign_range(xch, domid, PAGE_SIZE as i32, access, frame) };
        let page = NonNull::new(page.cast::<u8>()).map(Mapped);
        let page = page.ok_or_else(|| HypervisorError::last(WHAT))?;
        // SAFETY: the offset lies within the page.
        f(unsafe { page.0.add(offset) });
        Ok(())
    }

    /// The regions that devices of the host have reserved; none if there is no IOMMU.
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
            // SAFETY: the buffer has room for the number of entries that is passed.
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
            // The call has stored the number of regions in `count`.
            if last_errno() != Errno::ENOBUFS || count as usize <= regions.len() {
                return Err(HypervisorError::last(WHAT));
            }
            regions.resize(count as usize, none);
        }
    }
}
