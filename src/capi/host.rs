//! The C entries for the host: version, cpus, memory, topology, Xen's console.

use std::any::Any;
use std::ffi::*;
use std::io;

use crate::capi::entry::{code, with_ctx};
use crate::capi::give::{self, array, failed, null};
use crate::core::Error;
use crate::error;
use crate::types::sys::*;
use crate::xen::hypervisor::{
    PhysInfo, Result as HypervisorResult, VersionInfo, VersionTexts, sys,
};

/// How much of Xen's console is asked for at a time, and a NUL.
const READ: usize = 16384 + 1;

/// What `libxl_xen_console_reader` is here.
struct ConsoleReader {
    buffer: Vec<u8>,
    /// Where in Xen's ring to go on.
    index: u32,
    clear: bool,
}

/// What a ctx keeps of the version: the texts, and the C struct that points to them.
struct Version {
    _texts: VersionInfo,
    view: libxl_version_info,
}

// SAFETY: nothing changes a `Version` once it is made.
unsafe impl Send for Version {}
// SAFETY: as for Send.
unsafe impl Sync for Version {}

impl Version {
    fn new(texts: VersionInfo) -> Self {
        // Moving a CString does not move its text. C's type wants `*mut`; the struct itself is const.
        let at = |text: &CStr| text.as_ptr().cast_mut();
        let or_null = |text: &Option<CString>| text.as_deref().map_or(std::ptr::null_mut(), at);
        let VersionTexts { extra, capabilities, changeset, command_line, build_id } = &texts.texts;
        let view = libxl_version_info {
            xen_version_major: texts.major as c_int,
            xen_version_minor: texts.minor as c_int,
            xen_version_extra: or_null(extra),
            compiler: at(&texts.compiler),
            compile_by: at(&texts.compile_by),
            compile_domain: at(&texts.compile_domain),
            compile_date: at(&texts.compile_date),
            capabilities: or_null(capabilities),
            changeset: or_null(changeset),
            virt_start: texts.virt_start,
            pagesize: texts.page_size as c_int,
            commandline: or_null(command_line),
            build_id: or_null(build_id),
        };
        Self { _texts: texts, view }
    }
}

/// A count as C libxl gives it: silent on failure.
fn number(n: HypervisorResult<u32>) -> c_int {
    n.ok().and_then(|n| c_int::try_from(n).ok()).unwrap_or(Error::Fail.code())
}

fn fill_physinfo(out: &mut libxl_physinfo, info: &PhysInfo) {
    let p = &info.raw;
    let cap = |bit: u32| p.capabilities & bit != 0;
    out.threads_per_core = p.threads_per_core;
    out.cores_per_socket = p.cores_per_socket;
    out.max_cpu_id = p.max_cpu_id;
    out.nr_cpus = p.nr_cpus;
    out.cpu_khz = p.cpu_khz;
    out.total_pages = p.total_pages;
    out.free_pages = p.free_pages;
    out.scrub_pages = p.scrub_pages;
    out.outstanding_pages = p.outstanding_pages;
    out.sharing_freed_pages = info.sharing_freed_pages;
    out.sharing_used_frames = info.sharing_used_frames;
    out.max_possible_mfn = p.max_mfn;
    out.nr_nodes = p.nr_nodes;
    out.hw_cap = p.hw_cap;
    out.cap_hvm = cap(sys::XEN_SYSCTL_PHYSCAP_hvm);
    out.cap_pv = cap(sys::XEN_SYSCTL_PHYSCAP_pv);
    out.cap_hvm_directio = cap(sys::XEN_SYSCTL_PHYSCAP_directio);
    out.cap_hap = cap(sys::XEN_SYSCTL_PHYSCAP_hap);
    out.cap_shadow = cap(sys::XEN_SYSCTL_PHYSCAP_shadow);
    out.cap_iommu_hap_pt_share = cap(sys::XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share);
    out.cap_vmtrace = cap(sys::XEN_SYSCTL_PHYSCAP_vmtrace);
    out.cap_vpmu = cap(sys::XEN_SYSCTL_PHYSCAP_vpmu);
    out.cap_gnttab_v1 = cap(sys::XEN_SYSCTL_PHYSCAP_gnttab_v1);
    out.cap_gnttab_v2 = cap(sys::XEN_SYSCTL_PHYSCAP_gnttab_v2);
    #[cfg(since = "4.18")]
    {
        out.arch_capabilities = p.arch_capabilities;
    }
}

/// The host's PCI devices as (segment, bus, devfn), in the kernel's order.
fn pci_devices() -> io::Result<Vec<(u16, u8, u8)>> {
    std::fs::read_dir("/sys/bus/pci/devices")?
        .map(|entry| {
            let name = entry?.file_name();
            name.to_str().and_then(pci_address).ok_or(io::Error::from(io::ErrorKind::InvalidData))
        })
        .collect()
}

/// `0000:00:1f.3` as (segment, bus, devfn).
fn pci_address(name: &str) -> Option<(u16, u8, u8)> {
    let hex = |s| u32::from_str_radix(s, 16).ok();
    let (rest, function) = name.rsplit_once('.')?;
    let mut parts = rest.split(':').map(hex);
    let (seg, bus, device) = (parts.next()??, parts.next()??, parts.next()??);
    let function: u32 = function.parse().ok()?;
    Some((seg as u16, bus as u8, ((device & 0x1f) << 3 | function & 7) as u8))
}

/// `a=1 nob` as paths and values in Xen's own file system; `None` for a word that is neither form.
fn parameters(text: &[u8]) -> Option<Vec<(CString, CString)>> {
    let words = text.split(|b| b" \t".contains(b)).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let (name, value) = match word.iter().position(|&b| b == b'=') {
                Some(at) => (&word[..at], &word[at + 1..]),
                None => (word.strip_prefix(b"no")?, &b"no"[..]),
            };
            let path = [b"/params/", name].concat();
            Some((CString::new(path).ok()?, CString::new(value).ok()?))
        })
        .collect()
}

/// Returns Xen's version and build, which are read once for each ctx and freed with it. NULL on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_version_info(ctx: *mut libxl_ctx) -> *const libxl_version_info {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_get_version_info", |ctx| {
            let made = ctx.version_slot().get_or_try_init(|| {
                let version = ctx.hypervisor().version().map_err(|e| failed(ctx, e))?;
                Ok::<_, Error>(Box::new(Version::new(version)) as Box<dyn Any + Send + Sync>)
            });
            match made.ok().and_then(|v| v.downcast_ref::<Version>()) {
                Some(version) => &raw const version.view,
                None => std::ptr::null(),
            }
        })
    }
}

/// Returns the maximum number of cpus of the host, or `ERROR_FAIL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_max_cpus(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_get_max_cpus", |ctx| number(ctx.hypervisor().max_cpus())) }
}

/// Returns the number of cpus that are online, or `ERROR_FAIL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_online_cpus(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_get_online_cpus", |ctx| number(ctx.hypervisor().online_cpus())) }
}

/// Returns the maximum number of NUMA nodes of the host, or `ERROR_FAIL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_max_nodes(ctx: *mut libxl_ctx) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_get_max_nodes", |ctx| number(ctx.hypervisor().max_nodes())) }
}

/// Returns an array of `*nb_cpu_out` elements, to be freed with `libxl_cputopology_list_free`; NULL on failure. Unknown
/// values are `LIBXL_CPUTOPOLOGY_INVALID_ENTRY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_cpu_topology(
    ctx: *mut libxl_ctx,
    nb_cpu_out: *mut c_int,
) -> *mut libxl_cputopology {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nb_cpu_out` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_get_cpu_topology", |ctx| {
            array(ctx, nb_cpu_out, "libxl_get_cpu_topology", || {
                let cpus = ctx.hypervisor().cpu_topology().map_err(|e| failed(ctx, e))?;
                Ok(cpus
                    .iter()
                    .map(|c| libxl_cputopology { core: c.core, socket: c.socket, node: c.node })
                    .collect())
            })
        })
    }
}

/// Returns an array of `*num_devs` elements, to be freed with `libxl_pcitopology_list_free`; NULL on failure. An
/// unknown node is `LIBXL_PCITOPOLOGY_INVALID_ENTRY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_pci_topology(
    ctx: *mut libxl_ctx,
    num_devs: *mut c_int,
) -> *mut libxl_pcitopology {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `num_devs` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_get_pci_topology", |ctx| {
            array(ctx, num_devs, "libxl_get_pci_topology", || {
                let devices = pci_devices().map_err(|e| {
                    error!(ctx, "cannot list /sys/bus/pci/devices: {e}");
                    Error::Fail
                })?;
                let nodes = ctx.hypervisor().pci_nodes(&devices).map_err(|e| failed(ctx, e))?;
                let all = devices.iter().zip(nodes);
                Ok(all
                    .map(|(&(seg, bus, devfn), node)| libxl_pcitopology {
                        seg,
                        bus,
                        devfn,
                        node: node.unwrap_or(u32::MAX),
                    })
                    .collect())
            })
        })
    }
}

/// Returns an array of `*nr` elements, to be freed with `libxl_numainfo_list_free`; NULL on failure. Memory is in
/// bytes, or `LIBXL_NUMAINFO_INVALID_ENTRY` if there is no such node.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_numainfo(
    ctx: *mut libxl_ctx,
    nr: *mut c_int,
) -> *mut libxl_numainfo {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nr` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_get_numainfo", |ctx| {
            array(ctx, nr, "libxl_get_numainfo", || {
                let nodes = ctx.hypervisor().numa().map_err(|e| failed(ctx, e))?;
                nodes
                    .iter()
                    .map(|node| {
                        let distances: Vec<_> =
                            node.distances.iter().map(|d| d.unwrap_or(u32::MAX)).collect();
                        let num_dists = distances.len() as c_int;
                        Ok(libxl_numainfo {
                            size: node.size.unwrap_or(u64::MAX),
                            free: node.free.unwrap_or(u64::MAX),
                            num_dists,
                            dists: give::elements(distances).ok_or(Error::NoMemory)?,
                        })
                    })
                    .collect()
            })
        })
    }
}

/// Fills `*physinfo`: cpus, memory in pages, capabilities. `ERROR_FAIL` if the hypercall fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_physinfo(
    ctx: *mut libxl_ctx,
    physinfo: *mut libxl_physinfo,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `physinfo` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_get_physinfo", |ctx| {
            let Some(out) = physinfo.as_mut() else { return null(ctx, "libxl_get_physinfo") };
            code(
                ctx.hypervisor()
                    .physinfo()
                    .map_err(|e| failed(ctx, e))
                    .map(|p| fill_physinfo(out, &p)),
            )
        })
    }
}

/// Sends the debug keys `keys` to Xen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_send_debug_keys(ctx: *mut libxl_ctx, keys: *mut c_char) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `keys` NULL or a string.
    unsafe {
        with_ctx(ctx, "libxl_send_debug_keys", |ctx| {
            if keys.is_null() {
                return null(ctx, "libxl_send_debug_keys");
            }
            code(ctx.hypervisor().send_debug_keys(CStr::from_ptr(keys)).map_err(|e| failed(ctx, e)))
        })
    }
}

/// Sets Xen's run-time parameters: `name=value` or `noname`, separated by blanks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_parameters(ctx: *mut libxl_ctx, params: *mut c_char) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `params` NULL or a string.
    unsafe {
        with_ctx(ctx, "libxl_set_parameters", |ctx| {
            let Some(text) = give::text(params) else { return null(ctx, "libxl_set_parameters") };
            code(
                parameters(text)
                    .ok_or_else(|| {
                        error!(
                            ctx,
                            "cannot set hypervisor parameters: neither name=value nor noname"
                        );
                        Error::Invalid
                    })
                    .and_then(|all| ctx.hypervisor().set_params(&all).map_err(|e| failed(ctx, e))),
            )
        })
    }
}

/// Starts reading Xen's console; with `clear` the ring is cleared while it is read. To be ended with
/// `libxl_xen_console_read_finish`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_xen_console_read_start(
    ctx: *mut libxl_ctx,
    clear: c_int,
) -> *mut libxl_xen_console_reader {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_xen_console_read_start", |ctx| {
            let _ = ctx;
            let reader = ConsoleReader { buffer: vec![0; READ], index: 0, clear: clear != 0 };
            Box::into_raw(Box::new(reader)).cast()
        })
    }
}

/// Stores the next part of Xen's console (usually several lines) in `*line_r`, valid until the next call, and returns
/// 1; or stores NULL and returns 0 if there is no more; or returns `ERROR_FAIL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_xen_console_read_line(
    ctx: *mut libxl_ctx,
    cr: *mut libxl_xen_console_reader,
    line_r: *mut *mut c_char,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cr` and `line_r` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_xen_console_read_line", |ctx| {
            let (Some(cr), Some(line)) = (cr.cast::<ConsoleReader>().as_mut(), line_r.as_mut())
            else {
                return null(ctx, "libxl_xen_console_read_line");
            };
            let room = cr.buffer.len() - 1;
            match ctx.hypervisor().read_console(&mut cr.buffer[..room], cr.clear, &mut cr.index) {
                Ok(0) => {
                    *line = std::ptr::null_mut();
                    0
                }
                Ok(n) => {
                    cr.buffer[n] = 0;
                    *line = cr.buffer.as_mut_ptr().cast();
                    1
                }
                Err(e) => failed(ctx, e).code(),
            }
        })
    }
}

/// Ends reading Xen's console; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_xen_console_read_finish(
    ctx: *mut libxl_ctx,
    cr: *mut libxl_xen_console_reader,
) {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cr` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_xen_console_read_finish", |ctx| {
            let _ = ctx;
            if !cr.is_null() {
                drop(Box::from_raw(cr.cast::<ConsoleReader>()));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_paths_and_values() {
        let text = |b: &[u8]| {
            parameters(b).map(|all| {
                all.iter()
                    .map(|(p, v)| format!("{}={}", p.to_str().unwrap(), v.to_str().unwrap()))
                    .collect::<Vec<_>>()
            })
        };
        let expected = ["/params/gnttab=v1,x=2", "/params/ept=no"].map(String::from).to_vec();
        assert_eq!(text(b"  gnttab=v1,x=2   noept "), Some(expected));
        assert_eq!(text(b"word"), None);
        assert_eq!(text(b""), Some(vec![]));
    }

    #[test]
    fn pci_addresses() {
        assert_eq!(pci_address("0000:00:1f.3"), Some((0, 0, 0xfb)));
        assert_eq!(pci_address("0001:a0:02.0"), Some((1, 0xa0, 0x10)));
        assert_eq!(pci_address("junk"), None);
    }
}
