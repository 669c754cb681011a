//! The image of a guest in the making.

use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use nix::errno::Errno;

use crate::sync::std_fds;
use crate::xen::hypervisor::{
    Hypervisor, HypervisorError, MapEntry, MemoryRange, Result, sys, sys::xc_dom_image,
};

/// What kind of guest it becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImageKind {
    Pv,
    Pvh,
    /// With emulated devices: its kernel is hvmloader.
    Hvm,
}

/// Where a kernel or a module comes from. Compressed ones are taken as well.
#[derive(Clone, Copy, Debug)]
pub enum Blob<'a> {
    File(&'a CStr),
    Memory(&'a [u8]),
}

/// An event channel of the guest's: its port, and who is at the other end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Channel {
    pub port: u32,
    pub domid: u32,
}

/// What the guest's kernel is told, or is prepared for it.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    pub console: Channel,
    pub store: Channel,
    pub vcpus: u32,
    /// Whether all memory is set aside before it is filled, so that too little shows at once.
    pub claim: bool,
}

/// Where the memory of an HVM or PVH guest lies, in bytes: from 0 to `low_end`, and from 4 GiB to `high_end` if that
/// is not 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    pub low_end: u64,
    pub high_end: u64,
    /// The hole for devices, which ends at 4 GiB.
    pub hole_start: u64,
    pub hole_size: u64,
    /// How much of it is there from the start, in pages; less than all: the rest on demand.
    pub target_pages: u64,
}

/// The guest's pages for console and xenstore, as the other end maps them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rings {
    pub console: u64,
    pub store: u64,
}

/// libxenguest's description of a guest; given back when dropped.
///
/// What it points to and does not own, kernels and modules in memory, lives for `'a`; what else it shall
/// point to is put into memory of its own, which ends with it.
#[derive(Debug)]
pub struct Image<'a> {
    dom: NonNull<xc_dom_image>,
    xen: &'a Hypervisor,
    blobs: PhantomData<&'a [u8]>,
}

/// Pages at 0xa0000 that are the graphics card's.
const VGA_HOLE: u64 = 0x20;

/// What `parse` finds in the kernel's notes as its system's name, at most.
const MAX_NAME: usize = 16;

impl<'a> Image<'a> {
    /// Begins. `features` are those wished for in a PV kernel's own words.
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
        // SAFETY: an open handle; NULL or texts, which are copied.
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

    /// Takes the kernel.
    pub fn set_kernel(&mut self, kernel: Blob<'a>) -> Result<()> {
        match kernel {
            Blob::File(path) => self.step("xc_dom_kernel_file", |dom| {
                // SAFETY: a text, read during the call.
                unsafe { sys::xc_dom_kernel_file(dom, path.as_ptr()) }
            }),
            Blob::Memory(bytes) => self.step("xc_dom_kernel_mem", |dom| {
                // SAFETY: the bytes live as long as the image, and are only read.
                unsafe { sys::xc_dom_kernel_mem(dom, bytes.as_ptr().cast(), bytes.len()) }
            }),
        }
    }

    /// Adds a module, such as a ramdisk, with a command line of its own or none.
    pub fn add_module(&mut self, module: Blob<'a>, cmdline: Option<&CStr>) -> Result<()> {
        let cmdline = cmdline.map_or(ptr::null(), CStr::as_ptr);
        let dom = self.dom();
        if dom.num_modules as usize >= dom.modules.len() {
            return Err(HypervisorError { errno: Errno::E2BIG, what: "xc_dom_module" });
        }
        match module {
            Blob::File(path) => self.step("xc_dom_module_file", |dom| {
                // SAFETY: texts (or NULL), read during the call; there is room for one more.
                unsafe { sys::xc_dom_module_file(dom, path.as_ptr(), cmdline) }
            }),
            Blob::Memory(bytes) => self.step("xc_dom_module_mem", |dom| {
                let start = bytes.as_ptr().cast();
                // SAFETY: as for the file; the bytes live as long as the image, and are only read.
                unsafe { sys::xc_dom_module_mem(dom, start, bytes.len(), cmdline) }
            }),
        }
    }

    /// Says where the memory of an HVM or PVH guest is to lie.
    pub fn set_layout(&mut self, layout: &Layout) {
        let dom = self.dom();
        dom.lowmem_end = layout.low_end;
        dom.highmem_end = layout.high_end;
        dom.mmio_start = layout.hole_start;
        dom.mmio_size = layout.hole_size;
        dom.target_pages = layout.target_pages;
    }

    /// Says of which NUMA nodes the guest's memory is, and on which of the host's each of these is to be.
    pub fn set_numa(&mut self, ranges: &[MemoryRange], on_host: &[u32]) -> Result<()> {
        let raw: Vec<sys::xen_vmemrange_t> = ranges.iter().map(Into::into).collect();
        let (ranges, nodes) = (self.keep(&raw)?, self.keep(on_host)?);
        let dom = self.dom();
        (dom.vmemranges, dom.nr_vmemranges) = (ranges, raw.len() as u32);
        (dom.vnode_to_pnode, dom.nr_vnodes) = (nodes, on_host.len() as u32);
        Ok(())
    }

    /// Looks at Xen, at the domain and at the kernel.
    pub fn parse(&mut self, domid: u32) -> Result<()> {
        let xch = self.xen.xch()?;
        // SAFETY: the handle that the image was made with.
        self.step("xc_dom_boot_xen_init", |dom| unsafe {
            sys::xc_dom_boot_xen_init(dom, xch, domid)
        })?;
        // SAFETY: an image with a kernel, or without, which it refuses.
        self.step("xc_dom_parse_image", |dom| unsafe { sys::xc_dom_parse_image(dom) })
    }

    /// Which system the kernel says that it is, once parsed.
    pub fn system(&mut self) -> &[u8] {
        // SAFETY: a text inside the image, which ends within its room.
        let name = unsafe { CStr::from_ptr(sys::xc_dom_guest_os(self.dom.as_ptr())) };
        let name = name.to_bytes();
        &name[..name.len().min(MAX_NAME)]
    }

    /// Whether the kernel says that it has the feature (`XENFEAT_*`), once parsed.
    pub fn has_feature(&mut self, feature: u32) -> bool {
        // SAFETY: an image.
        unsafe { sys::xc_dom_feature_get(self.dom.as_ptr(), feature) }
    }

    /// Gives the guest its memory, in MiB.
    pub fn populate(&mut self, mib: u32) -> Result<()> {
        // SAFETY: a parsed image, or one that was not, which these refuse.
        self.step("xc_dom_mem_init", |dom| unsafe { sys::xc_dom_mem_init(dom, mib) })?;
        // SAFETY: as above.
        self.step("xc_dom_boot_mem_init", |dom| unsafe { sys::xc_dom_boot_mem_init(dom) })
    }

    /// Adds ACPI tables, each with the address where it is to be; the first is the root pointer.
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

    /// Adds the system firmware that hvmloader unpacks.
    pub fn set_system_firmware(&mut self, bytes: &'a [u8]) -> Result<()> {
        self.dom().system_firmware_module = module(bytes)?;
        Ok(())
    }

    /// Adds structures to the SMBIOS tables that hvmloader makes.
    pub fn set_smbios(&mut self, bytes: &'a [u8]) -> Result<()> {
        self.dom().smbios_module = module(bytes)?;
        Ok(())
    }

    /// Where the added SMBIOS structures are in the guest's memory, and their size; once populated.
    pub fn smbios_place(&mut self) -> Option<(u64, u64)> {
        place(&self.dom().smbios_module)
    }

    /// The same of the first of the ACPI tables.
    pub fn acpi_place(&mut self) -> Option<(u64, u64)> {
        place(&self.dom().acpi_modules[0])
    }

    /// Says what map of memory the guest finds when it starts.
    pub fn set_memory_map(&mut self, map: &[MapEntry]) -> Result<()> {
        let raw: Vec<sys::e820entry> = map.iter().map(Into::into).collect();
        let entries = self.keep(&raw)?;
        let dom = self.dom();
        (dom.e820, dom.e820_entries) = (entries, raw.len() as u32);
        Ok(())
    }

    /// Puts everything into the guest's memory, and its first vcpu to the kernel's entry.
    pub fn load(&mut self) -> Result<()> {
        // SAFETY: an image whose guest has its memory, or has not, which these refuse.
        self.step("xc_dom_build_image", |dom| unsafe { sys::xc_dom_build_image(dom) })?;
        // SAFETY: as above.
        self.step("xc_dom_boot_image", |dom| unsafe { sys::xc_dom_boot_image(dom) })?;
        // SAFETY: as above.
        self.step("xc_dom_gnttab_init", |dom| unsafe { sys::xc_dom_gnttab_init(dom) })
    }

    /// Where the pages for console and xenstore are, once loaded.
    pub fn rings(&mut self) -> Rings {
        let dom = self.dom();
        let (console, store) = (dom.console_pfn, dom.xenstore_pfn);
        Rings { console: self.frame(console), store: self.frame(store) }
    }

    /// The frame by which others know the guest's page `pfn`: a PV guest's is the machine's.
    fn frame(&mut self, pfn: u64) -> u64 {
        // SAFETY: an image.
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
        // SAFETY: it is ours alone, and C holds no reference between calls.
        unsafe { self.dom.as_mut() }
    }

    /// A copy of `items` that lives as long as the image.
    fn keep<T: Copy>(&mut self, items: &[T]) -> Result<*mut T> {
        // The memory that libxenguest gives out lies behind a header of 32 bytes.
        const { assert!(align_of::<T>() <= align_of::<u64>()) };
        // SAFETY: any size; the memory is the image's, and ends with it.
        let room = unsafe { sys::xc_dom_malloc(self.dom.as_ptr(), size_of_val(items)) };
        let room = NonNull::new(room.cast::<T>()).ok_or_else(|| last("xc_dom_malloc"))?;
        // SAFETY: the room is fresh, aligned (see above), and as large as the items.
        unsafe { room.copy_from_nonoverlapping(NonNull::from(items).cast(), items.len()) };
        Ok(room.as_ptr())
    }

    /// Runs a function of libxenguest's that answers 0 on success.
    fn step(
        &mut self,
        what: &'static str,
        f: impl FnOnce(*mut xc_dom_image) -> c_int,
    ) -> Result<()> {
        Errno::clear();
        match f(self.dom.as_ptr()) {
            0 => Ok(()),
            // Some answer the error itself.
            r if r < -1 => Err(HypervisorError { errno: Errno::from_raw(-r), what }),
            _ => Err(last(what)),
        }
    }
}

/// A module as libxenguest has it, which it reads only. It looks for the place itself.
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
        // SAFETY: made by xc_dom_allocate, released once.
        unsafe { sys::xc_dom_release(self.dom.as_ptr()) };
    }
}

/// The thread's last error. What libxenguest finds wrong itself it logs, and sets none.
fn last(what: &'static str) -> HypervisorError {
    let errno = match Errno::last() {
        Errno::UnknownErrno => Errno::EINVAL,
        errno => errno,
    };
    HypervisorError { errno, what }
}
