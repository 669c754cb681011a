//! The C entries for vcpus and affinity.

use std::ffi::*;

use crate::capi::bitmap::{bytes, bytes_mut, from_bytes};
use crate::capi::entry::{code, with_ctx};
use crate::capi::give::{array, failed, null};
use crate::capi::operation::start;
use crate::core::{Error, Result};
use crate::domain::affinity::{self, NewAffinity};
use crate::error;
use crate::lifecycle::vcpus;
use crate::types::idiomatic::{Bitmap, CForm};
use crate::types::sys::*;
use crate::xen::hypervisor::{Result as HypervisorResult, VcpuInfo};

/// A vcpu as C has it.
fn vcpuinfo(vcpuid: u32, vcpu: &VcpuInfo) -> Result<libxl_vcpuinfo> {
    Ok(libxl_vcpuinfo {
        vcpuid,
        cpu: vcpu.cpu,
        online: vcpu.online,
        blocked: vcpu.blocked,
        running: vcpu.running,
        vcpu_time: vcpu.cpu_time,
        cpumap: from_bytes(&vcpu.hard).ok_or(Error::NoMemory)?,
        cpumap_soft: from_bytes(&vcpu.soft).ok_or(Error::NoMemory)?,
    })
}

/// The affinity that an application asks for.
///
/// # Safety
/// Each is NULL or a bitmap that nobody changes while the result lives.
unsafe fn new_affinity<'a>(
    hard: *const libxl_bitmap,
    soft: *const libxl_bitmap,
    force: bool,
) -> NewAffinity<'a> {
    // SAFETY: a bitmap that stays as it is for `'a`, by the caller's contract, since it is not NULL.
    let given = |map: *const libxl_bitmap| (!map.is_null()).then(|| unsafe { bytes(map) });
    NewAffinity { hard: given(hard), soft: given(soft), force }
}

/// Returns a domain's vcpus, to be freed with `libxl_vcpuinfo_list_free`, and stores their number in `*nb_vcpu` and the
/// maximum number of cpus of the host in `*nr_cpus_out`; NULL on failure or if there is no vcpu. Times are in ns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_list_vcpu(
    ctx: *mut libxl_ctx,
    domid: u32,
    nb_vcpu: *mut c_int,
    nr_cpus_out: *mut c_int,
) -> *mut libxl_vcpuinfo {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nb_vcpu` and `nr_cpus_out` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_list_vcpu", |ctx| {
            let Some(cpus) = nr_cpus_out.as_mut() else {
                null(ctx, "libxl_list_vcpu");
                return std::ptr::null_mut();
            };
            array(ctx, nb_vcpu, "libxl_list_vcpu", || {
                let xen = ctx.hypervisor();
                let domain = xen.domain(domid).map_err(|e| failed(ctx, e))?;
                let Some(domain) = domain else {
                    error!(ctx, domid = domid, "cannot list vcpus: no such domain");
                    return Err(Error::DomainNotFound);
                };
                // NULL without a line: a domain that has no vcpus yet.
                let last = domain.max_vcpu_id.ok_or(Error::NotReady)?;
                let max_cpus = xen.max_cpus().map_err(|e| failed(ctx, e))?;
                let all: HypervisorResult<Vec<_>> =
                    (0..=last).map(|id| xen.vcpu(domid, id, max_cpus)).collect();
                let all = all.map_err(|e| failed(ctx, e))?;
                *cpus = max_cpus as c_int;
                (0..).zip(&all).map(|(id, vcpu)| vcpuinfo(id, vcpu)).collect()
            })
        })
    }
}

/// Sets the hard and the soft affinity of a vcpu; NULL leaves one unchanged. `ERROR_INVAL` if both are NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_vcpuaffinity(
    ctx: *mut libxl_ctx,
    domid: u32,
    vcpuid: u32,
    cpumap_hard: *const libxl_bitmap,
    cpumap_soft: *const libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpumap_hard` and `cpumap_soft` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_set_vcpuaffinity", |ctx| {
            let new = new_affinity(cpumap_hard, cpumap_soft, false);
            code(affinity::set_vcpu(ctx, domid, vcpuid, &new))
        })
    }
}

/// As `libxl_set_vcpuaffinity`, and overrides a temporary pinning of the vcpu by its domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_vcpuaffinity_force(
    ctx: *mut libxl_ctx,
    domid: u32,
    vcpuid: u32,
    cpumap_hard: *const libxl_bitmap,
    cpumap_soft: *const libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpumap_hard` and `cpumap_soft` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_set_vcpuaffinity_force", |ctx| {
            let new = new_affinity(cpumap_hard, cpumap_soft, true);
            code(affinity::set_vcpu(ctx, domid, vcpuid, &new))
        })
    }
}

/// As `libxl_set_vcpuaffinity`, for vcpus 0 to `max_vcpus` - 1; `ERROR_FAIL` if it fails for any of them, after it was
/// done for the others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_vcpuaffinity_all(
    ctx: *mut libxl_ctx,
    domid: u32,
    max_vcpus: c_uint,
    cpumap_hard: *const libxl_bitmap,
    cpumap_soft: *const libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpumap_hard` and `cpumap_soft` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_set_vcpuaffinity_all", |ctx| {
            let new = new_affinity(cpumap_hard, cpumap_soft, false);
            code(affinity::set_vcpus(ctx, domid, max_vcpus, &new))
        })
    }
}

/// Sets the NUMA nodes on which a domain's memory is preferably allocated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_set_nodeaffinity(
    ctx: *mut libxl_ctx,
    domid: u32,
    nodemap: *mut libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nodemap` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_domain_set_nodeaffinity", |ctx| {
            if nodemap.is_null() {
                return null(ctx, "nodemap");
            }
            code(affinity::set_nodes(ctx, domid, bytes(nodemap)))
        })
    }
}

/// Stores in `*nodemap`, as far as its size suffices, the NUMA nodes on which a domain's memory is preferably
/// allocated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_get_nodeaffinity(
    ctx: *mut libxl_ctx,
    domid: u32,
    nodemap: *mut libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nodemap` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_domain_get_nodeaffinity", |ctx| {
            if nodemap.as_ref().is_none_or(|nodemap| nodemap.map.is_null()) {
                return null(ctx, "nodemap");
            }
            code(affinity::nodes(ctx, domid).map(|nodes| {
                let out = bytes_mut(nodemap);
                out.fill(0);
                out.iter_mut().zip(nodes).for_each(|(out, byte)| *out = byte);
            }))
        })
    }
}

/// Requests that the guest has exactly the vcpus of `cpumap` online. The guest's kernel acts on it at a time of its
/// own. For an HVM guest vcpus that QEMU does not have are first plugged there.
///
/// `ERROR_FAIL` if `cpumap` is empty, or has more vcpus than the guest's maximum; `ERROR_DOMAIN_NOTFOUND`; an error of
/// QEMU's monitor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_vcpuonline(
    ctx: *mut libxl_ctx,
    domid: u32,
    cpumap: *mut libxl_bitmap,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    const NAME: &str = "libxl_set_vcpuonline";
    // SAFETY: by the contract of `capi`, `cpumap` is NULL or valid.
    let Some(cpumap) = (unsafe { cpumap.as_ref() }) else {
        // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpumap` NULL or valid.
        return unsafe { with_ctx(ctx, NAME, |ctx| null(ctx, "cpumap")) };
    };
    // SAFETY: as above; it is copied.
    let wanted = unsafe { Bitmap::from_c(cpumap) };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, NAME, domid, move |ao| {
            Ok(async move { vcpus::set_online(&ao, domid, &wanted).await })
        })
    }
}
