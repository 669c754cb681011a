//! The C entries for vcpus and affinity.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
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
    missing!(ctx, "libxl_list_vcpu"; domid, nb_vcpu, nr_cpus_out)
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
