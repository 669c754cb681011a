//! The C entries for vcpus and affinity.

use std::ffi::*;

use crate::capi::bitmap::from_bytes;
use crate::capi::entry::with_ctx;
use crate::capi::give::{array, failed, null};
use crate::core::{Error, Result};
use crate::error;
use crate::missing;
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

/// A domain's vcpus, `*nb_vcpu` of them, for `libxl_vcpuinfo_list_free`, and in `*nr_cpus_out` how
/// many cpus the host can have; NULL on failure or where there is no vcpu. Time in ns.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_list_vcpu(
    ctx: *mut libxl_ctx,
    domid: u32,
    nb_vcpu: *mut c_int,
    nr_cpus_out: *mut c_int,
) -> *mut libxl_vcpuinfo {
    // SAFETY: the caller's contract.
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
                    error!(ctx, domid = domid, "Getting infolist: no such domain");
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

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_vcpuaffinity(
    ctx: *mut libxl_ctx,
    domid: u32,
    vcpuid: u32,
    cpumap_hard: *const libxl_bitmap,
    cpumap_soft: *const libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_set_vcpuaffinity"; domid, vcpuid, cpumap_hard, cpumap_soft)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_vcpuaffinity_force(
    ctx: *mut libxl_ctx,
    domid: u32,
    vcpuid: u32,
    cpumap_hard: *const libxl_bitmap,
    cpumap_soft: *const libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_set_vcpuaffinity_force"; domid, vcpuid, cpumap_hard, cpumap_soft)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_vcpuaffinity_all(
    ctx: *mut libxl_ctx,
    domid: u32,
    max_vcpus: c_uint,
    cpumap_hard: *const libxl_bitmap,
    cpumap_soft: *const libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_set_vcpuaffinity_all"; domid, max_vcpus, cpumap_hard, cpumap_soft)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_set_nodeaffinity(
    ctx: *mut libxl_ctx,
    domid: u32,
    nodemap: *mut libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_domain_set_nodeaffinity"; domid, nodemap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_get_nodeaffinity(
    ctx: *mut libxl_ctx,
    domid: u32,
    nodemap: *mut libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_domain_get_nodeaffinity"; domid, nodemap)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_vcpuonline(
    ctx: *mut libxl_ctx,
    domid: u32,
    cpumap: *mut libxl_bitmap,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_set_vcpuonline"; domid, cpumap, ao_how)
}
