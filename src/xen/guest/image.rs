//! The image of a guest that is being built.

use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use nix::errno::Errno;

use crate::sync::std_fds;
use crate::xen::hypervisor::{
    Hypervisor, HypervisorError, MapEntry, MemoryRange, Result, sys, sys::xc_dom_image,
};

/// The kind of the guest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImageKind {
    Pv,
    Pvh,
    /// A guest with emulated devices, whose kernel is hvmloader.
    Hvm,
}

/// The source of a kernel or a module, which may be compressed.
#[derive(Clone, Copy, Debug)]
pub enum Blob<'a> {
    File(&'a CStr),
    Memory(&'a [u8]),
}

/// An event channel of the guest: its port, and the domain at the other end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Channel {
    pub port: u32,
    pub domid: u32,
}

/// Settings for the guest's kernel.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    pub console: Channel,
    pub store: Channel,
    pub vcpus: u32,
    /// Whether all memory is claimed before it is populated, so that a lack of memory is detected at once.
    pub claim: bool,
}

/// The memory layout of an HVM or PVH guest, in bytes: RAM from 0 to `low_end`, and from 4 GiB to `high_end` if that is
/// not 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    pub low_end: u64,
    pub high_end: u64,
    /// The start of the MMIO hole, which ends at 4 GiB.
    pub hole_start: u64,
    pub hole_size: u64,
    /// The number of pages that are populated from the start; if it is less than all, the rest is populated on demand.
    pub target_pages: u64,
}

/// The guest's pages for the console and for xenstore, as the other end maps them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rings {
    pub console: u64,
    pub store: u64,
}

/// libxenguest's description of a guest, which is released when this is dropped.
///
/// What it refers to and does not own, kernels and modules in memory, lives for `'a`; other data that it refers to is
/// copied into memory that it owns.
#[derive(Debug)]
pub struct Image<'a> {
    dom: NonNull<xc_dom_image>,
    xen: &'a Hypervisor,
    blobs: PhantomData<&'a [u8]>,
}

/// The number of pages at 0xa0000 that belong to the graphics card.
const VGA_HOLE: u64 = 0x20;

/// The maximum length of the guest OS name that `parse` finds in the kernel's notes.
const MAX_NAME: usize = 16;

impl<'a> Image<'a> {
    /// Creates an image. `features` are the features for a PV kernel, in the kernel's syntax.
    pub fn new(
        xen: &'a Hypervisor,
        kind: ImageKind,
        facts: &Facts,
        cmdline: Option<&CStr>,
        features: Option<&CStr>,
    ) -> Result<Self> {
        let text = |text: Option<&CStr>| text.map_or(ptr::null(), CStr::as_ptr);
        // libxenguest opens the guest's files.
        std_fds::fill();
        // SAFETY: the handle is open; the strings are NULL or C strings, which are copied.
        let dom = unsafe { sys::xc_dom_allocate(xen.xch()?, text(cmdline), text(features)) };
        let dom = NonNull::new(dom).ok_or_else(|| last("xc_dom_allocate"))?;
        let mut image = Self { dom, xen, blobs: PhantomData };
        let dom = image.dom();
        match kind {
            ImageKind::Pv => {
                dom.container_type = sys::XC_DOM_PV_CONTAINER;
                dom.flags = 0;
            }
            ImageKind::Pvh => dom.container_type = sys::XC_DOM_HVM_CONTAINER,
            ImageKind::Hvm => {
                dom.container_type = sys::XC_DOM_HVM_CONTAINER;
                dom.device_model = true;
                dom.vga_hole_size = VGA_HOLE;
            }
        }
        (dom.console_evtchn, dom.console_domid) = (facts.console.port, facts.console.domid);
        (dom.xenstore_evtchn, dom.xenstore_domid) = (facts.store.port, facts.store.domid);
        dom.max_vcpus = facts.vcpus;
        dom.claim_enabled = facts.claim.into();
        Ok(image)
    }

    /// Sets the kernel.
    pub fn set_kernel(&mut self, kernel: Blob<'a>) -> Result<()> {
        match kernel {
            Blob::File(path) => self.step("xc_dom_kernel_file", |dom| {
                // SAFETY: the path is a C string, which is read during the call.
                unsafe { sys::xc_dom_kernel_file(dom, path.as_ptr()) }
            }),
            Blob::Memory(bytes) => self.step("xc_dom_kernel_mem", |dom| {
                // SAFETY: the bytes live as long as the image, and are only read.
                unsafe { sys::xc_dom_kernel_mem(dom, bytes.as_ptr().cast(), bytes.len()) }
            }),
        }
    }

    /// Adds a module, such as a ramdisk, with an optional command line.
    pub fn add_module(&mut self, module: Blob<'a>, cmdline: Option<&CStr>) -> Result<()> {
        let cmdline = cmdline.map_or(ptr::null(), CStr::as_ptr);
        let dom = self.dom();
        if dom.num_modules as usize >= dom.modules.len() {
            return Err(HypervisorError { errno: Errno::E2BIG, what: "xc_dom_module" });
        }
        match module {
            Blob::File(path) => self.step("xc_dom_module_file", |dom| {
                // SAFETY: the strings are C strings (or NULL), read during the call; the image has room for one more
                // module.
                unsafe { sys::xc_dom_module_file(dom, path.as_ptr(), cmdline) }
            }),
            Blob::Memory(bytes) => self.step("xc_dom_module_mem", |dom| {
                let start = bytes.as_ptr().cast();
                // SAFETY: as for the file; the bytes live as long as the image, and are only read.
                unsafe { sys::xc_dom_module_mem(dom, start, bytes.len(), cmdline) }
            }),
        }
    }

    /// Sets the memory layout of an HVM or PVH guest.
    pub fn set_layout(&mut self, layout: &Layout) {
        let dom = self.dom();
        dom.lowmem_end = layout.low_end;
        dom.highmem_end = layout.high_end;
        dom.mmio_start = layout.hole_start;
        dom.mmio_size = layout.hole_size;
        dom.target_pages = layout.target_pages;
    }

    /// Sets the guest's NUMA topology: the memory range of each virtual node, and its node on the host.
    pub fn set_numa(&mut self, ranges: &[MemoryRange], on_host: &[u32]) -> Result<()> {
        let raw: Vec<sys::xen_vmemrange_t> = ranges.iter().map(Into::into).collect();
        let (ranges, nodes) = (self.keep(&raw)?, self.keep(on_host)?);
        let dom = self.dom();
        (dom.vmemranges, dom.nr_vmemranges) = (ranges, raw.len() as u32);
        (dom.vnode_to_pnode, dom.nr_vnodes) = (nodes, on_host.len() as u32);
        Ok(())
    }

    /// Reads the properties of Xen and of the domain, and parses the kernel.
    pub fn parse(&mut self, domid: u32) -> Result<()> {
        let xch = self.xen.xch()?;
        // SAFETY: this is the handle with which the image was created.
        self.step("xc_dom_boot_xen_init", |dom| unsafe {
            sys::xc_dom_boot_xen_init(dom, xch, domid)
        })?;
        // SAFETY: the image is valid; without a kernel the function fails.
        self.step("xc_dom_parse_image", |dom| unsafe { sys::xc_dom_parse_image(dom) })
    }

    /// The name of the operating system in the kernel's notes, after [`Image::parse`].
    pub fn system(&mut self) -> &[u8] {
        // SAFETY: the result is a string inside the image, with a NUL within its array.
        let name = unsafe { CStr::from_ptr(sys::xc_dom_guest_os(self.dom.as_ptr())) };
        let name = name.to_bytes();
        &name[..name.len().min(MAX_NAME)]
    }

    /// Whether the kernel declares the feature (`XENFEAT_*`), after [`Image::parse`].
    pub fn has_feature(&mut self, feature: u32) -> bool {
        // SAFETY: the image is valid.
        unsafe { sys::xc_dom_feature_get(self.dom.as_ptr(), feature) }
    }

    /// Populates the guest's memory, of `mib` MiB.
    pub fn populate(&mut self, mib: u32) -> Result<()> {
        // SAFETY: the image is valid; if it was not parsed, these functions fail.
        self.step("xc_dom_mem_init", |dom| unsafe { sys::xc_dom_mem_init(dom, mib) })?;
        // SAFETY: as above.
        self.step("xc_dom_boot_mem_init", |dom| unsafe { sys::xc_dom_boot_mem_init(dom) })
    }

    /// Adds ACPI tables, each with its guest address; the first is the root pointer (RSDP).
    pub fn set_acpi(&mut self, tables: &[(u64, &[u8])]) -> Result<()> {
        if tables.len() > self.dom().acpi_modules.len() {
            return Err(HypervisorError { errno: Errno::E2BIG, what: "ACPI modules" });
        }
        for (i, (address, bytes)) in tables.iter().enumerate() {
            let data = self.keep(bytes)?;
            self.dom().acpi_modules[i] = sys::xc_hvm_firmware_module {
                data,
                length: bytes.len() as u32,
                guest_addr_out: *address,
            };
        }
        Ok(())
    }

    /// Sets the system firmware that hvmloader loads.
    pub fn set_system_firmware(&mut self, bytes: &'a [u8]) -> Result<()> {
        self.dom().system_firmware_module = module(bytes)?;
        Ok(())
    }

    /// Sets structures that hvmloader adds to its SMBIOS tables.
    pub fn set_smbios(&mut self, bytes: &'a [u8]) -> Result<()> {
        self.dom().smbios_module = module(bytes)?;
        Ok(())
    }

    /// The guest address and the size of the added SMBIOS structures, after [`Image::populate`].
    pub fn smbios_place(&mut self) -> Option<(u64, u64)> {
        place(&self.dom().smbios_module)
    }

    /// The guest address and the size of the first of the ACPI tables, after [`Image::populate`].
    pub fn acpi_place(&mut self) -> Option<(u64, u64)> {
        place(&self.dom().acpi_modules[0])
    }

    /// Sets the memory map that the guest finds when it starts.
    pub fn set_memory_map(&mut self, map: &[MapEntry]) -> Result<()> {
        let raw: Vec<sys::e820entry> = map.iter().map(Into::into).collect();
        let entries = self.keep(&raw)?;
        let dom = self.dom();
        (dom.e820, dom.e820_entries) = (entries, raw.len() as u32);
        Ok(())
    }

    /// Loads everything into the guest's memory, and sets its first vcpu to the kernel's entry point.
    pub fn load(&mut self) -> Result<()> {
        // SAFETY: the image is valid; if the guest has no memory yet, these functions fail.
        self.step("xc_dom_build_image", |dom| unsafe { sys::xc_dom_build_image(dom) })?;
        // SAFETY: as above.
        self.step("xc_dom_boot_image", |dom| unsafe { sys::xc_dom_boot_image(dom) })?;
        // SAFETY: as above.
        self.step("xc_dom_gnttab_init", |dom| unsafe { sys::xc_dom_gnttab_init(dom) })
    }

    /// The pages for the console and for xenstore, after [`Image::load`].
    pub fn rings(&mut self) -> Rings {
        let dom = self.dom();
        let (console, store) = (dom.console_pfn, dom.xenstore_pfn);
        Rings { console: self.frame(console), store: self.frame(store) }
    }

    /// The frame number with which other domains refer to the guest's page `pfn`: for a PV guest, the machine frame.
    fn frame(&mut self, pfn: u64) -> u64 {
        // SAFETY: the image is valid.
        if unsafe { sys::xc_dom_translated(self.dom.as_ptr()) } {
            return pfn;
        }
        let dom = self.dom();
        let known = if dom.pv_p2m.is_null() { 0 } else { dom.total_pages.min(dom.p2m_size) };
        if pfn >= known {
            return u64::MAX;
        }
        // SAFETY: the list has an entry for each of its `p2m_size` pages.
        unsafe { *dom.pv_p2m.add(pfn as usize) }
    }

    fn dom(&mut self) -> &mut xc_dom_image {
        // SAFETY: `self` is the only owner of the image, and C code holds no reference to it between calls.
        unsafe { self.dom.as_mut() }
    }

    /// Copies `items` into memory that lives as long as the image.
    fn keep<T: Copy>(&mut self, items: &[T]) -> Result<*mut T> {
        // The memory that libxenguest allocates starts after a header of 32 bytes.
        const { assert!(align_of::<T>() <= align_of::<u64>()) };
        // SAFETY: any size is allowed; the image owns the memory, and frees it when it is released.
        let room = unsafe { sys::xc_dom_malloc(self.dom.as_ptr(), size_of_val(items)) };
        let room = NonNull::new(room.cast::<T>()).ok_or_else(|| last("xc_dom_malloc"))?;
        // SAFETY: the memory is new, aligned (see above), and as large as the items.
        unsafe { room.copy_from_nonoverlapping(NonNull::from(items).cast(), items.len()) };
        Ok(room.as_ptr())
    }

    /// Calls a function of libxenguest that returns 0 on success.
    fn step(
        &mut self,
        what: &'static str,
        f: impl FnOnce(*mut xc_dom_image) -> c_int,
    ) -> Result<()> {
        Errno::clear();
        match f(self.dom.as_ptr()) {
            0 => Ok(()),
            // Some functions return the negative errno itself.
            r if r < -1 => Err(HypervisorError { errno: Errno::from_raw(-r), what }),
            _ => Err(last(what)),
        }
    }
}

/// A module in libxenguest's form, which libxenguest only reads. libxenguest chooses its guest address.
fn module(bytes: &[u8]) -> Result<sys::xc_hvm_firmware_module> {
    let too_large = |_| HypervisorError { errno: Errno::EFBIG, what: "firmware module" };
    Ok(sys::xc_hvm_firmware_module {
        data: bytes.as_ptr().cast_mut(),
        length: bytes.len().try_into().map_err(too_large)?,
        guest_addr_out: 0,
    })
}

fn place(module: &sys::xc_hvm_firmware_module) -> Option<(u64, u64)> {
    let found = module.length > 0 && module.guest_addr_out > 0;
    found.then(|| (module.guest_addr_out, module.length.into()))
}

impl Drop for Image<'_> {
    fn drop(&mut self) {
        // SAFETY: xc_dom_allocate returned the image, and it is released once.
        unsafe { sys::xc_dom_release(self.dom.as_ptr()) };
    }
}

/// The error from the calling thread's errno. For errors that libxenguest itself detects, it writes a log line and sets
/// no errno.
fn last(what: &'static str) -> HypervisorError {
    let errno = match Errno::last() {
        Errno::UnknownErrno => Errno::EINVAL,
        errno => errno,
    };
    HypervisorError { errno, what }
}
