//! The C entries for memory of domains and of the host.

use std::ffi::*;
use std::time::Duration;

use crate::capi::entry::{code, with_ctx};
use crate::capi::give::{failed, null};
use crate::config::defaults;
use crate::core::{Ctx, Error, Result};
use crate::domain::memory;
use crate::error;
use crate::types::idiomatic::{CForm, DomainBuildInfo, DomainConfig, write_back};
use crate::types::sys::*;
use crate::types::tables;

/// Free and still dirty memory, in KiB.
fn free_memory(ctx: &Ctx) -> Result<u64> {
    let info = ctx.hypervisor().physinfo().map_err(|e| failed(ctx, e))?.raw;
    Ok((info.free_pages + info.scrub_pages) * 4)
}

/// For the interfaces before 4.8.
fn narrow(ctx: &Ctx, kb: u64) -> Result<u32> {
    u32::try_from(kb).map_err(|_| {
        error!(ctx, "memory size {kb} too large for 32 bit value");
        Error::Fail
    })
}

/// What a domain needs of which only this is known.
///
/// # Safety
/// `build` fits `CForm::from_c`.
unsafe fn need_of_build(ctx: &Ctx, build: &libxl_domain_build_info) -> Result<u64> {
    ctx.need_asked().note_old();
    // SAFETY: the caller says that it can be read as its type.
    let mut build = unsafe { DomainBuildInfo::from_c(build) };
    defaults::set_build_defaults(ctx, &mut build)?;
    Ok(defaults::memory::need(&build))
}

/// A time that the application gives in seconds; none for a negative one.
fn seconds(secs: c_int) -> Duration {
    Duration::from_secs(u64::try_from(secs).unwrap_or(0))
}

/// Sets the domain's static maximum, and Xen's limit accordingly, to `target_memkb` KiB. The memory that the domain
/// has now does not change.
///
/// 1 if that is less than the domain's target, or the target is unknown; `ERROR_LOCK_FAIL` if there is no such
/// domain, `ERROR_JSON_CONFIG_EMPTY` if no configuration is stored for it, `ERROR_NONSPECIFIC` if Xen refuses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_setmaxmem(
    ctx: *mut libxl_ctx,
    domid: u32,
    target_memkb: u64,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_domain_setmaxmem", |ctx| {
            match memory::set_limit(ctx, domid, target_memkb) {
                Ok(Ok(())) => 0,
                Ok(Err(memory::Refused)) => 1,
                Err(e) => e.code(),
            }
        })
    }
}

/// Sets the domain's memory target to `target_memkb` KiB, including video memory, or with `relative` changes it by that
/// amount (not below 0). With `enforce` Xen's limit is set to the target too.
///
/// `ERROR_INVAL` if the target is more than the domain's static maximum, negative, or less than 128 MiB for domain 0;
/// `ERROR_LOCK_FAIL` if there is no such domain, `ERROR_JSON_CONFIG_EMPTY` if no configuration is stored for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_set_memory_target(
    ctx: *mut libxl_ctx,
    domid: u32,
    target_memkb: i64,
    relative: c_int,
    enforce: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_set_memory_target", |ctx| {
            let change = match relative {
                0 => memory::TargetChange::To(target_memkb),
                _ => memory::TargetChange::By(target_memkb),
            };
            code(memory::set_target(ctx, domid, change, enforce != 0))
        })
    }
}

/// Stores a domain's memory target in KiB in `*out_target`. If domain 0 has none, its target is set to its present
/// memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_memory_target(
    ctx: *mut libxl_ctx,
    domid: u32,
    out_target: *mut u64,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `out_target` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_get_memory_target", |ctx| {
            let Some(out) = out_target.as_mut() else {
                return null(ctx, "libxl_get_memory_target");
            };
            code(memory::target(ctx, domid).map(|kb| *out = kb))
        })
    }
}

/// As `libxl_get_memory_target`; `ERROR_FAIL` if the value exceeds 32 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_memory_target_0x040700(
    ctx: *mut libxl_ctx,
    domid: u32,
    out_target: *mut u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `out_target` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_get_memory_target_0x040700", |ctx| {
            let Some(out) = out_target.as_mut() else {
                return null(ctx, "libxl_get_memory_target");
            };
            code(memory::target(ctx, domid).and_then(|kb| narrow(ctx, kb)).map(|kb| *out = kb))
        })
    }
}

/// Stores the amount of host memory that a domain with this configuration will need, in KiB, in `*need_memkb`. The
/// defaults of the configuration are set as `libxl_domain_create_new` would set them. `ERROR_INVAL` for an invalid
/// configuration, which is unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_need_memory(
    ctx: *mut libxl_ctx,
    config: *mut libxl_domain_config,
    domid_for_logging: u32,
    need_memkb: *mut u64,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `config` and `need_memkb` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_domain_need_memory", |ctx| {
            let (Some(config), Some(out)) = (config.as_mut(), need_memkb.as_mut()) else {
                return null(ctx, "libxl_domain_need_memory");
            };
            ctx.need_asked().note();
            let mut complete = DomainConfig::from_c(config);
            code(defaults::set_defaults(ctx, &mut complete, domid_for_logging).map(|()| {
                write_back(&complete, config, tables::DOMAIN_CONFIG);
                *out = defaults::memory::need(&complete.b_info);
            }))
        })
    }
}

/// As `libxl_domain_need_memory`, for the API before 4.13: only the build info is known, and it is not changed.
/// Memory for page tables counts only if the build info contains it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_need_memory_0x041200(
    ctx: *mut libxl_ctx,
    b_info_in: *const libxl_domain_build_info,
    need_memkb: *mut u64,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `b_info_in` and `need_memkb` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_domain_need_memory_0x041200", |ctx| {
            let (Some(build), Some(out)) = (b_info_in.as_ref(), need_memkb.as_mut()) else {
                return null(ctx, "libxl_domain_need_memory");
            };
            code(need_of_build(ctx, build).map(|kb| *out = kb))
        })
    }
}

/// As `libxl_domain_need_memory_0x041200`; `ERROR_FAIL` if the value exceeds 32 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_need_memory_0x040700(
    ctx: *mut libxl_ctx,
    b_info_in: *const libxl_domain_build_info,
    need_memkb: *mut u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `b_info_in` and `need_memkb` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_domain_need_memory_0x040700", |ctx| {
            let (Some(build), Some(out)) = (b_info_in.as_ref(), need_memkb.as_mut()) else {
                return null(ctx, "libxl_domain_need_memory");
            };
            let need = need_of_build(ctx, build).and_then(|kb| narrow(ctx, kb));
            code(need.map(|kb| *out = kb))
        })
    }
}

/// Stores the host's free memory in KiB in `*memkb`, including memory that is not scrubbed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_free_memory(ctx: *mut libxl_ctx, memkb: *mut u64) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `memkb` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_get_free_memory", |ctx| {
            let Some(out) = memkb.as_mut() else { return null(ctx, "libxl_get_free_memory") };
            code(free_memory(ctx).map(|kb| *out = kb))
        })
    }
}

/// As `libxl_get_free_memory`; `ERROR_FAIL` if the value exceeds 32 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_free_memory_0x040700(
    ctx: *mut libxl_ctx,
    memkb: *mut u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `memkb` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_get_free_memory_0x040700", |ctx| {
            let Some(out) = memkb.as_mut() else { return null(ctx, "libxl_get_free_memory") };
            code(free_memory(ctx).and_then(|kb| narrow(ctx, kb)).map(|kb| *out = kb))
        })
    }
}

/// Waits until the host has `memory_kb` KiB of free memory, at most `wait_secs` seconds. `ERROR_NOMEM` if it does not
/// have it by then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_wait_for_free_memory(
    ctx: *mut libxl_ctx,
    domid: u32,
    memory_kb: u64,
    wait_secs: c_int,
) -> c_int {
    let _ = domid;
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_wait_for_free_memory", |ctx| {
            code(memory::wait_for_free(ctx, memory_kb, seconds(wait_secs)))
        })
    }
}

/// Waits until the domain's memory does not exceed its target. `ERROR_FAIL` if it makes no progress for `wait_secs`
/// seconds (at least two), or uses more memory than two seconds before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_wait_for_memory_target(
    ctx: *mut libxl_ctx,
    domid: u32,
    wait_secs: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_wait_for_memory_target", |ctx| {
            code(memory::wait_for_target(ctx, domid, seconds(wait_secs)))
        })
    }
}

/// Returns the amount of shadow memory in KiB that a guest with `maxmem_kb` KiB and `smp_cpus` vcpus needs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_get_required_shadow_memory(
    maxmem_kb: c_ulong,
    smp_cpus: c_uint,
) -> c_ulong {
    // 1 MiB for each vcpu, and two pages for each MiB: the p2m map and the shadows.
    let pages = u64::from(smp_cpus.wrapping_mul(256));
    pages.wrapping_add((maxmem_kb / 1024).wrapping_mul(2)).wrapping_mul(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shadow_memory_as_the_c_library_says() {
        // Seen from Debian's libxenlight 4.17.
        for (kb, cpus, expected) in [
            (0, 0, 0),
            (1024, 1, 1032),
            (1023, 1, 1024),
            (196608, 2, 3584),
            (4194304, 4, 36864),
            (1 << 40, 128, 8590065664),
        ] {
            // SAFETY: plain numbers.
            assert_eq!(unsafe { libxl_get_required_shadow_memory(kb, cpus) }, expected);
        }
    }
}
