//! The C entries for cpupools.

use std::ffi::*;

use crate::capi::bitmap::from_bytes;
use crate::capi::entry::{code, with_ctx};
use crate::capi::give::{self, array, failed, null};
use crate::core::{Error, Result};
use crate::error;
use crate::missing;
use crate::types::sys::*;
use crate::xen::hypervisor::CpupoolInfo;
use crate::xen::store::Ops;

/// Where a cpupool's name is.
fn name_path(pool: u32) -> String {
    format!("/local/pool/{pool}/name")
}

/// A cpupool as C has it.
fn cpupoolinfo(pool: &CpupoolInfo, name: &[u8]) -> Result<libxl_cpupoolinfo> {
    let name = name.split(|&b| b == 0).next().unwrap_or_default();
    Ok(libxl_cpupoolinfo {
        poolid: pool.id,
        pool_name: give::string(name),
        sched: pool.scheduler,
        n_dom: pool.domains,
        cpumap: from_bytes(&pool.cpus).ok_or(Error::NoMemory)?,
    })
}

/// All cpupools, `*nb_pool_out` of them, for `libxl_cpupoolinfo_list_free`; NULL on failure.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_list_cpupool(
    ctx: *mut libxl_ctx,
    nb_pool_out: *mut c_int,
) -> *mut libxl_cpupoolinfo {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_list_cpupool", |ctx| {
            array(ctx, nb_pool_out, "libxl_list_cpupool", || {
                let mut all = Vec::new();
                let mut next = Some(0);
                while let Some(id) = next {
                    let Some(pool) =
                        ctx.hypervisor().cpupool_from(id).map_err(|e| failed(ctx, e))?
                    else {
                        break;
                    };
                    next = pool.id.checked_add(1);
                    all.push(pool);
                }
                let paths: Vec<_> = all.iter().map(|pool| name_path(pool.id)).collect();
                let names = ctx.store().read_many(&paths)?;
                // C's list ends at a pool without a name: one that is just being made.
                let named =
                    all.iter().zip(&names).map_while(|(pool, name)| Some((pool, name.as_ref()?)));
                named.map(|(pool, name)| cpupoolinfo(pool, name)).collect()
            })
        })
    }
}

/// Makes `*cpumap` the set of cpus that belong to no cpupool.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_freecpus(
    ctx: *mut libxl_ctx,
    cpumap: *mut libxl_bitmap,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_get_freecpus", |ctx| {
            let Some(out) = cpumap.as_mut() else { return null(ctx, "libxl_get_freecpus") };
            let free = ctx.hypervisor().free_cpus().map_err(|_| Error::Fail);
            code(free.and_then(|cpus| {
                *out = from_bytes(&cpus).ok_or(Error::NoMemory)?;
                Ok(())
            }))
        })
    }
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_create(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    sched: libxl_scheduler,
    cpumap: libxl_bitmap,
    uuid: *mut libxl_uuid,
    poolid: *mut u32,
) -> c_int {
    missing!(ctx, "libxl_cpupool_create"; name, sched, cpumap, uuid, poolid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_destroy(ctx: *mut libxl_ctx, poolid: u32) -> c_int {
    missing!(ctx, "libxl_cpupool_destroy"; poolid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_rename(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    poolid: u32,
) -> c_int {
    missing!(ctx, "libxl_cpupool_rename"; name, poolid)
}

/// Gives a cpupool one cpu; -1 lets Xen choose.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuadd(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpu: c_int,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_cpuadd", |ctx| {
            code(ctx.hypervisor().cpupool_add_cpu(poolid, cpu).map_err(|e| failed(ctx, e)))
        })
    }
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuadd_node(
    ctx: *mut libxl_ctx,
    poolid: u32,
    node: c_int,
    cpus: *mut c_int,
) -> c_int {
    missing!(ctx, "libxl_cpupool_cpuadd_node"; poolid, node, cpus)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuadd_cpumap(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpumap: *const libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_cpupool_cpuadd_cpumap"; poolid, cpumap)
}

/// Takes from a cpupool one cpu; -1 lets Xen choose.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuremove(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpu: c_int,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_cpuremove", |ctx| {
            code(ctx.hypervisor().cpupool_remove_cpu(poolid, cpu).map_err(|e| failed(ctx, e)))
        })
    }
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuremove_node(
    ctx: *mut libxl_ctx,
    poolid: u32,
    node: c_int,
    cpus: *mut c_int,
) -> c_int {
    missing!(ctx, "libxl_cpupool_cpuremove_node"; poolid, node, cpus)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuremove_cpumap(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpumap: *const libxl_bitmap,
) -> c_int {
    missing!(ctx, "libxl_cpupool_cpuremove_cpumap"; poolid, cpumap)
}

/// Moves a domain to a cpupool.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_movedomain(
    ctx: *mut libxl_ctx,
    poolid: u32,
    domid: u32,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_movedomain", |ctx| {
            code(ctx.hypervisor().cpupool_move_domain(poolid, domid).map_err(|e| failed(ctx, e)))
        })
    }
}

/// Fills `*info` (which is not disposed of first) for one cpupool; `ERROR_FAIL` if there is none.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_info(
    ctx: *mut libxl_ctx,
    info: *mut libxl_cpupoolinfo,
    poolid: u32,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_info", |ctx| {
            let Some(out) = info.as_mut() else { return null(ctx, "libxl_cpupool_info") };
            let found = ctx.hypervisor().cpupool_from(poolid).map_err(|e| failed(ctx, e));
            code(found.and_then(|pool| {
                let pool = pool.filter(|pool| pool.id == poolid).ok_or_else(|| {
                    error!(ctx, "failed to get info for cpupool{poolid}");
                    Error::Fail
                })?;
                let name = ctx.store().read(&name_path(poolid))?.ok_or(Error::Fail)?;
                *out = cpupoolinfo(&pool, &name)?;
                Ok(())
            }))
        })
    }
}
