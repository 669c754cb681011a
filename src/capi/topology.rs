//! The C entries for bitmaps of cpus, nodes and sockets of this host, and conversions between them.

use std::ffi::*;

use crate::capi::bitmap::{bytes, bytes_mut, owned};
use crate::capi::entry::{code, with_ctx};
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::types::sys::*;
use crate::xen::hypervisor::{Result as HypervisorResult, sys};

/// Whether bit `bit` is set; `false` beyond the end.
fn test(map: &[u8], bit: u32) -> bool {
    map.get(bit as usize / 8).is_some_and(|byte| byte >> (bit % 8) & 1 != 0)
}

/// Sets bit `bit`; beyond the end there is nothing to set.
fn set(map: &mut [u8], bit: u32) {
    if let Some(byte) = map.get_mut(bit as usize / 8) {
        *byte |= 1 << (bit % 8);
    }
}

/// The bits of `map` become those that `bits` lists.
fn fill(map: &mut [u8], bits: impl Iterator<Item = u32>) {
    map.fill(0);
    bits.for_each(|bit| set(map, bit));
}

/// A fresh empty set of `wanted` bits, or of as many as `of_host` says for 0.
///
/// # Safety
/// `out` is NULL or can be written to.
unsafe fn alloc(
    ctx: &Ctx,
    out: *mut libxl_bitmap,
    wanted: c_int,
    what: &str,
    of_host: impl FnOnce(&Ctx) -> HypervisorResult<u32>,
) -> Result<()> {
    let wanted = u32::try_from(wanted).map_err(|_| {
        error!(ctx, "cannot make a bitmap of {what}: invalid number {wanted}");
        Error::Invalid
    })?;
    if out.is_null() {
        error!(ctx, "cannot make a bitmap of {what}: the bitmap is NULL");
        return Err(Error::Invalid);
    }
    let bits = match wanted {
        0 => of_host(ctx).map_err(|e| {
            error!(ctx, "cannot get the maximum number of {what}: {e}");
            Error::Fail
        })?,
        n => n,
    };
    let map = owned(bits.div_ceil(8) as usize).ok_or(Error::NoMemory)?;
    // SAFETY: writable, by the caller's contract, since it is not NULL.
    unsafe { out.write(map) };
    Ok(())
}

/// The host's cpus.
fn cpus(ctx: &Ctx) -> Result<Vec<sys::xen_sysctl_cputopo>> {
    ctx.hypervisor().cpu_topology().map_err(|e| {
        error!(ctx, "cannot get the CPU topology: {e}");
        Error::Fail
    })
}

/// Initialises `*cpumap` for `max_cpus` cpus, or for 0 the host's maximum, all clear.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpu_bitmap_alloc(
    ctx: *mut libxl_ctx,
    cpumap: *mut libxl_bitmap,
    max_cpus: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpumap` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_cpu_bitmap_alloc", |ctx| {
            code(alloc(ctx, cpumap, max_cpus, "cpus", |ctx| ctx.hypervisor().max_cpus()))
        })
    }
}

/// Initialises `*nodemap` for `max_nodes` nodes, or for 0 the host's maximum, all clear.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_node_bitmap_alloc(
    ctx: *mut libxl_ctx,
    nodemap: *mut libxl_bitmap,
    max_nodes: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nodemap` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_node_bitmap_alloc", |ctx| {
            code(alloc(ctx, nodemap, max_nodes, "nodes", |ctx| ctx.hypervisor().max_nodes()))
        })
    }
}

/// Initialises `*socketmap` for `max_sockets` sockets, or for 0 those that the host has, all clear.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_socket_bitmap_alloc(
    ctx: *mut libxl_ctx,
    socketmap: *mut libxl_bitmap,
    max_sockets: c_int,
) -> c_int {
    let sockets = |ctx: &Ctx| {
        let p = ctx.hypervisor().physinfo()?.raw;
        // A count of 0 is nothing to divide by.
        Ok(p.nr_cpus / p.threads_per_core.max(1) / p.cores_per_socket.max(1))
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `socketmap` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_socket_bitmap_alloc", |ctx| {
            code(alloc(ctx, socketmap, max_sockets, "sockets", sockets))
        })
    }
}

/// Sets in `*socketmap` the sockets that have an online cpu.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_online_socketmap(
    ctx: *mut libxl_ctx,
    socketmap: *mut libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `socketmap` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_get_online_socketmap", |ctx| {
            code(cpus(ctx).map(|cpus| fill(bytes_mut(socketmap), cpus.iter().map(|c| c.socket))))
        })
    }
}

/// Sets in `cpumap` the cpus whose node `wanted` accepts.
fn cpus_where(ctx: &Ctx, cpumap: &mut [u8], wanted: impl Fn(u32) -> bool) -> Result<()> {
    let cpus = cpus(ctx)?;
    fill(cpumap, (0..).zip(&cpus).filter(|(_, c)| wanted(c.node)).map(|(i, _)| i));
    Ok(())
}

/// Sets in `*cpumap` the cpus of the nodes in `*nodemap`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_nodemap_to_cpumap(
    ctx: *mut libxl_ctx,
    nodemap: *const libxl_bitmap,
    cpumap: *mut libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nodemap` and `cpumap` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_nodemap_to_cpumap", |ctx| {
            let nodes = bytes(nodemap).to_vec();
            code(cpus_where(ctx, bytes_mut(cpumap), |node| test(&nodes, node)))
        })
    }
}

/// Sets in `*cpumap` the cpus of one node.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_node_to_cpumap(
    ctx: *mut libxl_ctx,
    node: c_int,
    cpumap: *mut libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpumap` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_node_to_cpumap", |ctx| {
            let wanted = u32::try_from(node).ok();
            code(cpus_where(ctx, bytes_mut(cpumap), |node| Some(node) == wanted))
        })
    }
}

/// Sets in `*nodemap` the nodes of the cpus in `*cpumap`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpumap_to_nodemap(
    ctx: *mut libxl_ctx,
    cpumap: *const libxl_bitmap,
    nodemap: *mut libxl_bitmap,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `cpumap` and `nodemap` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_cpumap_to_nodemap", |ctx| {
            let wanted = bytes(cpumap).to_vec();
            code(cpus(ctx).map(|cpus| {
                let chosen = (0..).zip(&cpus).filter(|(i, _)| test(&wanted, *i));
                fill(bytes_mut(nodemap), chosen.map(|(_, c)| c.node));
            }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_beyond_the_end_are_ignored() {
        let mut map = [0xffu8, 0xff];
        fill(&mut map, [0, 9, 16, u32::MAX].into_iter());
        assert_eq!(map, [0b1, 0b10]);
        assert!(test(&map, 9) && !test(&map, 8) && !test(&map, 16) && !test(&map, u32::MAX));
    }
}
