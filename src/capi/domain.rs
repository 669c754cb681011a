//! The C entries for running domains: list, info, pause, shut down, destroy.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_shutdown(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_domain_shutdown"; domid, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_reboot(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_domain_reboot"; domid, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_destroy(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_domain_destroy"; domid, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_preserve(
    ctx: *mut libxl_ctx,
    domid: u32,
    info: *mut libxl_domain_create_info,
    name_suffix: *const c_char,
    new_uuid: libxl_uuid,
) -> c_int {
    missing!(ctx, "libxl_domain_preserve"; domid, info, name_suffix, new_uuid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_rename(
    ctx: *mut libxl_ctx,
    domid: u32,
    old_name: *const c_char,
    new_name: *const c_char,
) -> c_int {
    missing!(ctx, "libxl_domain_rename"; domid, old_name, new_name)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_pause(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_domain_pause"; domid, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_unpause(
    ctx: *mut libxl_ctx,
    domid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_domain_unpause"; domid, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_core_dump(
    ctx: *mut libxl_ctx,
    domid: u32,
    filename: *const c_char,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_domain_core_dump"; domid, filename, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_domain_info(
    ctx: *mut libxl_ctx,
    info_r: *mut libxl_dominfo,
    domid: u32,
) -> c_int {
    missing!(ctx, "libxl_domain_info"; info_r, domid)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_list_domain(
    ctx: *mut libxl_ctx,
    nb_domain_out: *mut c_int,
) -> *mut libxl_dominfo {
    missing!(ctx, "libxl_list_domain"; nb_domain_out)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_list_vm(
    ctx: *mut libxl_ctx,
    nb_vm_out: *mut c_int,
) -> *mut libxl_vminfo {
    missing!(ctx, "libxl_list_vm"; nb_vm_out)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_send_trigger(
    ctx: *mut libxl_ctx,
    domid: u32,
    trigger: libxl_trigger,
    vcpuid: u32,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    missing!(ctx, "libxl_send_trigger"; domid, trigger, vcpuid, ao_how)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_send_sysrq(ctx: *mut libxl_ctx, domid: u32, sysrq: c_char) -> c_int {
    missing!(ctx, "libxl_send_sysrq"; domid, sysrq)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vm_get_start_time(ctx: *mut libxl_ctx, domid: u32) -> u32 {
    missing!(ctx, "libxl_vm_get_start_time"; domid)
}
