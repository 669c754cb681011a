//! The C entries for cpupools.

use std::ffi::*;

use crate::capi::bitmap::{bytes, from_bytes};
use crate::capi::entry::{code, with_ctx};
use crate::capi::give::{self, array, failed, null};
use crate::core::{Ctx, Error, Result};
use crate::domain::cpupool::{self, Move};
use crate::error;
use crate::types::sys::*;
use crate::xen::hypervisor::CpupoolInfo;
use crate::xen::store::Ops;

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

/// What the entries for the cpus of one node share.
///
/// # Safety
/// `count` is NULL or can be written to.
unsafe fn move_node(ctx: &Ctx, how: Move, poolid: u32, node: c_int, count: *mut c_int) -> c_int {
    // SAFETY: NULL or writable, by the caller's contract.
    let Some(count) = (unsafe { count.as_mut() }) else { return null(ctx, "cpus") };
    code(cpupool::move_node(ctx, how, poolid, node as u32).map(|moved| *count = moved as c_int))
}

/// What the entries for sets of cpus share.
///
/// # Safety
/// `cpumap` is NULL or a bitmap.
unsafe fn move_cpus(ctx: &Ctx, how: Move, poolid: u32, cpumap: *const libxl_bitmap) -> c_int {
    if cpumap.is_null() {
        return null(ctx, "cpumap");
    }
    // SAFETY: a bitmap, by the caller's contract, since it is not NULL; it is read before the call returns.
    code(cpupool::move_cpus(ctx, how, poolid, unsafe { bytes(cpumap) }))
}

/// Returns all cpupools, to be freed with `libxl_cpupoolinfo_list_free`, and stores their number in `*nb_pool_out`;
/// NULL and 0 on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_list_cpupool(
    ctx: *mut libxl_ctx,
    nb_pool_out: *mut c_int,
) -> *mut libxl_cpupoolinfo {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nb_pool_out` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_list_cpupool", |ctx| {
            // Unlike other such functions, C's sets this on failure too.
            if let Some(count) = nb_pool_out.as_mut() {
                *count = 0;
            }
            array(ctx, nb_pool_out, "libxl_list_cpupool", || {
                let named = cpupool::named(ctx)?;
                named.iter().map(|(pool, name)| cpupoolinfo(pool, name)).collect()
            })
        })
    }
}

/// Initialises `*cpumap` with the free cpus: those that belong to no cpupool.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_freecpus(
    ctx: *mut libxl_ctx,
    cpumap: *mut libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpumap` NULL or valid.
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

/// Creates a cpupool with a scheduler, free cpus, a name and a uuid. `*poolid` is its id, or 0 or
/// `LIBXL_CPUPOOL_POOLID_ANY` to let Xen choose one, which is stored there. After a failure there is no new cpupool.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_create(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    sched: libxl_scheduler,
    cpumap: libxl_bitmap,
    uuid: *mut libxl_uuid,
    poolid: *mut u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `name` NULL or a string and `uuid` and `poolid` NULL or
    // valid.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_create", |ctx| {
            let (Some(name), Some(uuid)) = (give::text(name), uuid.as_ref()) else {
                return null(ctx, "libxl_cpupool_create");
            };
            let Some(poolid) = poolid.as_mut() else { return null(ctx, "poolid") };
            // 0 is the id of a cpupool that always exists; it had this meaning before the constant was introduced.
            let wanted = Some(*poolid).filter(|&id| id != 0 && id != LIBXL_CPUPOOL_POOLID_ANY);
            let new =
                cpupool::New { name, scheduler: sched, cpus: bytes(&cpumap), uuid: &uuid.uuid };
            code(cpupool::create(ctx, wanted, &new, |made| *poolid = made))
        })
    }
}

/// Destroys a cpupool; its cpus become free. `ERROR_INVAL` while domains are in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_destroy(ctx: *mut libxl_ctx, poolid: u32) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { with_ctx(ctx, "libxl_cpupool_destroy", |ctx| code(cpupool::destroy(ctx, poolid))) }
}

/// Renames a cpupool, without a check whether another one has that name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_rename(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    poolid: u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `name` NULL or a string.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_rename", |ctx| {
            let Some(name) = give::text(name) else { return null(ctx, "name") };
            code(cpupool::rename(ctx, poolid, name))
        })
    }
}

/// Adds a cpu to a cpupool; -1 lets Xen choose.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuadd(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpu: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_cpuadd", |ctx| {
            code(cpupool::move_cpu(ctx, Move::Add, poolid, cpu))
        })
    }
}

/// Adds the free cpus of a NUMA node to a cpupool, and stores their number in `*cpus`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuadd_node(
    ctx: *mut libxl_ctx,
    poolid: u32,
    node: c_int,
    cpus: *mut c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpus` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_cpuadd_node", |ctx| {
            move_node(ctx, Move::Add, poolid, node, cpus)
        })
    }
}

/// Adds the cpus of a bitmap to a cpupool; `ERROR_FAIL` if some cannot be added (the others are).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuadd_cpumap(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpumap: *const libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpumap` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_cpuadd_cpumap", |ctx| {
            move_cpus(ctx, Move::Add, poolid, cpumap)
        })
    }
}

/// Removes a cpu from a cpupool; -1 lets Xen choose.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuremove(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpu: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_cpuremove", |ctx| {
            code(cpupool::move_cpu(ctx, Move::Remove, poolid, cpu))
        })
    }
}

/// Removes the cpus of a NUMA node from a cpupool, and stores their number in `*cpus`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuremove_node(
    ctx: *mut libxl_ctx,
    poolid: u32,
    node: c_int,
    cpus: *mut c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpus` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_cpuremove_node", |ctx| {
            move_node(ctx, Move::Remove, poolid, node, cpus)
        })
    }
}

/// Removes the cpus of a bitmap from a cpupool; `ERROR_FAIL` if some cannot be removed (the others are).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_cpuremove_cpumap(
    ctx: *mut libxl_ctx,
    poolid: u32,
    cpumap: *const libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpumap` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_cpuremove_cpumap", |ctx| {
            move_cpus(ctx, Move::Remove, poolid, cpumap)
        })
    }
}

/// Moves a domain to a cpupool.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_movedomain(
    ctx: *mut libxl_ctx,
    poolid: u32,
    domid: u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_movedomain", |ctx| {
            code(ctx.hypervisor().cpupool_move_domain(poolid, domid).map_err(|e| failed(ctx, e)))
        })
    }
}

/// Fills `*info`, whose previous content is not freed, for one cpupool; `ERROR_FAIL` if there is no such cpupool.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupool_info(
    ctx: *mut libxl_ctx,
    info: *mut libxl_cpupoolinfo,
    poolid: u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `info` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_cpupool_info", |ctx| {
            let Some(out) = info.as_mut() else { return null(ctx, "libxl_cpupool_info") };
            let found = ctx.hypervisor().cpupool_from(poolid).map_err(|e| failed(ctx, e));
            code(found.and_then(|pool| {
                let pool = pool.filter(|pool| pool.id == poolid).ok_or_else(|| {
                    error!(ctx, "cannot get info of cpupool{poolid}: no such cpupool");
                    Error::Fail
                })?;
                let name = ctx.store().read(&cpupool::name_path(poolid))?.ok_or(Error::Fail)?;
                *out = cpupoolinfo(&pool, &name)?;
                Ok(())
            }))
        })
    }
}
