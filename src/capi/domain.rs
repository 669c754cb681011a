//! The C entries for running domains: list, info, pause, shut down, destroy.

use std::ffi::*;

use crate::capi::dominfo::{Labels, dominfo};
use crate::capi::entry::{code, with_ctx};
use crate::capi::give::{array, failed};
use crate::capi::give::{null, text};
use crate::capi::operation::start;
use crate::core::{Ctx, Error, Result};
use crate::domain::{hypercall_child, names, nodes, rename};
use crate::error;
use crate::lifecycle::control;
use crate::lifecycle::control::Request;
use crate::lifecycle::destroy;
use crate::types::sys::*;
use crate::xen::hypervisor::Trigger;

/// Requests that the guest's kernel powers off, and waits until it has acknowledged the request or has shut down.
/// `ERROR_NOPARAVIRT` if the guest has no paravirtual drivers; `ERROR_TIMEDOUT` after 60 s, or immediately if it had
/// shut down before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_shutdown(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, "libxl_domain_shutdown", domid, |ao| {
            control::request(ao, domid, Request::Poweroff)
        })
    }
}

/// Requests that the guest's kernel reboots; otherwise as [`libxl_domain_shutdown`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_reboot(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, "libxl_domain_reboot", domid, |ao| {
            control::request(ao, domid, Request::Reboot)
        })
    }
}

/// Destroys the domain without asking the guest, and removes its devices, xenstore nodes and files.
/// `ERROR_DOMAIN_NOTFOUND` if there is no such domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, "libxl_domain_destroy", domid, |ao| {
            Ok(async move { destroy::destroy(&ao, domid).await })
        })
    }
}

/// Preserves a domain that has shut down: `name_suffix` is appended to its name (`info->name`), and its xenstore
/// directory under `/vm` becomes that of `new_uuid`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_preserve(
    ctx: *mut libxl_ctx,
    domid: u32,
    info: *mut libxl_domain_create_info,
    name_suffix: *const c_char,
    new_uuid: libxl_uuid,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `info` NULL or valid, and the texts NULL or strings.
    unsafe {
        with_ctx(ctx, "libxl_domain_preserve", |ctx| {
            let name = info.as_ref().and_then(|info| text(info.name));
            let (Some(name), Some(suffix)) = (name, text(name_suffix)) else {
                return null(ctx, "libxl_domain_preserve");
            };
            code(rename::preserve(ctx, domid, name, suffix, &new_uuid.uuid))
        })
    }
}

/// Renames the domain to `new_name`. If `old_name` is not NULL, it must be the present name. `ERROR_INVAL` if another
/// domain has the new name, unless it is empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_rename(
    ctx: *mut libxl_ctx,
    domid: u32,
    old_name: *const c_char,
    new_name: *const c_char,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, and the texts NULL or strings.
    unsafe {
        with_ctx(ctx, "libxl_domain_rename", |ctx| {
            let Some(new) = text(new_name) else { return null(ctx, "libxl_domain_rename") };
            code(rename::rename(ctx, domid, text(old_name), new))
        })
    }
}

/// Pauses the domain until [`libxl_domain_unpause`]. `ERROR_FAIL` if there is no such domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_pause(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, "libxl_domain_pause", domid, |ao| {
            control::pause(&ao, domid)?;
            Ok(async { Ok(()) })
        })
    }
}

/// Unpauses the domain. `ERROR_FAIL` if there is no such domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_unpause(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, "libxl_domain_unpause", domid, |ao| {
            Ok(async move { control::unpause(&ao, domid).await })
        })
    }
}

/// Writes a core dump of the domain, with memory and registers, to the file `filename`. `ERROR_FAIL` if that fails; a
/// partially written file is left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_core_dump(
    ctx: *mut libxl_ctx,
    domid: u32,
    filename: *const c_char,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `filename` NULL or a string and `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, "libxl_domain_core_dump", domid, |ao| {
            let file = text(filename).map(<[u8]>::to_vec).ok_or_else(|| {
                error!(ao, domid = domid, "cannot dump the domain's core: the file name is NULL");
                Error::Invalid
            })?;
            Ok(async move { hypercall_child::dump_core(&ao, domid, &file).await })
        })
    }
}

/// Fills `*info_r`, whose previous content is not freed, with Xen's information about a domain; with NULL it only
/// checks whether the domain exists. `ERROR_DOMAIN_NOTFOUND` if not. Memory is in KiB, time in ns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_info(
    ctx: *mut libxl_ctx,
    info_r: *mut libxl_dominfo,
    domid: u32,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `info_r` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_domain_info", |ctx| {
            let found = ctx.hypervisor().domain(domid).map_err(|e| failed(ctx, e));
            code(found.and_then(|info| {
                let info = info.ok_or(Error::DomainNotFound)?;
                if let Some(out) = info_r.as_mut() {
                    *out = dominfo(ctx, &mut Labels::default(), &info);
                }
                Ok(())
            }))
        })
    }
}

/// Returns all domains, ordered by domid, to be freed with `libxl_dominfo_list_free`, and stores their number in
/// `*nb_domain_out`; NULL on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_list_domain(
    ctx: *mut libxl_ctx,
    nb_domain_out: *mut c_int,
) -> *mut libxl_dominfo {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nb_domain_out` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_list_domain", |ctx| {
            array(ctx, nb_domain_out, "libxl_list_domain", || {
                let domains = ctx.hypervisor().domains().map_err(|e| failed(ctx, e))?;
                let mut labels = Labels::default();
                Ok(domains.iter().map(|info| dominfo(ctx, &mut labels, info)).collect())
            })
        })
    }
}

/// As `libxl_list_domain`, but only uuid and domid, and without stub domains.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_list_vm(
    ctx: *mut libxl_ctx,
    nb_vm_out: *mut c_int,
) -> *mut libxl_vminfo {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `nb_vm_out` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_list_vm", |ctx| {
            array(ctx, nb_vm_out, "libxl_list_vm", || {
                let domains = ctx.hypervisor().domains().map_err(|e| failed(ctx, e))?;
                let targets: Vec<_> =
                    domains.iter().map(|d| format!("/local/domain/{}/target", d.domid)).collect();
                // If the node cannot be read, the domain is not taken for a stub domain.
                let targets = nodes::read_many(ctx, ctx.store(), &targets)
                    .unwrap_or_else(|_| nodes::peek_many(ctx, ctx.store(), &targets));
                // A domain with a valid target is a stub domain.
                let is_stubdom = |target: &Option<Vec<u8>>| {
                    target.as_ref().is_some_and(|t| t.iter().all(u8::is_ascii_digit))
                };
                let vms = domains.iter().zip(&targets).filter(|(_, target)| !is_stubdom(target));
                Ok(vms
                    .map(|(d, _)| libxl_vminfo {
                        uuid: libxl_uuid { uuid: d.uuid },
                        domid: d.domid,
                    })
                    .collect())
            })
        })
    }
}

/// Sends the guest a power or sleep button event or an interrupt, or wakes an HVM guest from suspend to RAM (S3).
/// `ERROR_FAIL` if it cannot be delivered; for a wake-up `ERROR_INVAL` if the guest is not HVM, and errors of QEMU's
/// monitor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_send_trigger(
    ctx: *mut libxl_ctx,
    domid: u32,
    trigger: libxl_trigger,
    vcpuid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `ao_how` NULL or valid.
    unsafe {
        start(ctx, ao_how, "libxl_send_trigger", domid, |ao| {
            let wakes = trigger == LIBXL_TRIGGER_S3RESUME;
            if !wakes {
                send_trigger(&ao, domid, trigger, vcpuid)?;
            }
            Ok(async move { if wakes { control::wake_up(&ao, domid).await } else { Ok(()) } })
        })
    }
}

fn send_trigger(ctx: &Ctx, domid: u32, trigger: libxl_trigger, vcpu: u32) -> Result<()> {
    let trigger = match trigger {
        LIBXL_TRIGGER_POWER => Trigger::Power,
        LIBXL_TRIGGER_SLEEP => Trigger::Sleep,
        LIBXL_TRIGGER_NMI => Trigger::Nmi,
        LIBXL_TRIGGER_INIT => Trigger::Init,
        LIBXL_TRIGGER_RESET => Trigger::Reset,
        _ => {
            error!(ctx, domid = domid, "cannot send trigger: invalid number {trigger}");
            return Err(Error::Fail);
        }
    };
    control::trigger(ctx, domid, trigger, vcpu)
}

/// Sends the guest's kernel the magic system request key `sysrq`. Always 0, as in the C library; a failure is logged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_send_sysrq(ctx: *mut libxl_ctx, domid: u32, sysrq: c_char) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_send_sysrq", |ctx| {
            // The error has been logged.
            let _ = control::sysrq(ctx, domid, sysrq as u8);
            0
        })
    }
}

/// Returns the start time of the domain, in seconds since 1970; 0xffffffff if it is not recorded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vm_get_start_time(ctx: *mut libxl_ctx, domid: u32) -> u32 {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_ctx(ctx, "libxl_vm_get_start_time", |ctx| {
            names::start_time(ctx, domid).unwrap_or(u32::MAX)
        })
    }
}
