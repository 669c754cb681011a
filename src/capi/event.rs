//! The C entries for events: check, wait, callbacks, enabling.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_event_check(
    ctx: *mut libxl_ctx,
    event_r: *mut *mut libxl_event,
    typemask: u64,
    predicate: libxl_event_predicate,
    predicate_user: *mut c_void,
) -> c_int {
    missing!(ctx, "libxl_event_check"; event_r, typemask, predicate, predicate_user)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_event_wait(
    ctx: *mut libxl_ctx,
    event_r: *mut *mut libxl_event,
    typemask: u64,
    predicate: libxl_event_predicate,
    predicate_user: *mut c_void,
) -> c_int {
    missing!(ctx, "libxl_event_wait"; event_r, typemask, predicate, predicate_user)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_event_free(ctx: *mut libxl_ctx, event: *mut libxl_event) {
    missing!(ctx, "libxl_event_free"; event)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_event_register_callbacks(
    ctx: *mut libxl_ctx,
    hooks: *const libxl_event_hooks,
    user: *mut c_void,
) {
    missing!(ctx, "libxl_event_register_callbacks"; hooks, user)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_evenable_domain_death(
    ctx: *mut libxl_ctx,
    domid: u32,
    user: libxl_ev_user,
    evgen_out: *mut *mut libxl_evgen_domain_death,
) -> c_int {
    missing!(ctx, "libxl_evenable_domain_death"; domid, user, evgen_out)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_evdisable_domain_death(
    ctx: *mut libxl_ctx,
    generator: *mut libxl_evgen_domain_death,
) {
    missing!(ctx, "libxl_evdisable_domain_death"; generator)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_evenable_disk_eject(
    ctx: *mut libxl_ctx,
    domid: u32,
    vdev: *const c_char,
    user: libxl_ev_user,
    evgen_out: *mut *mut libxl_evgen_disk_eject,
) -> c_int {
    missing!(ctx, "libxl_evenable_disk_eject"; domid, vdev, user, evgen_out)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_evdisable_disk_eject(
    ctx: *mut libxl_ctx,
    generator: *mut libxl_evgen_disk_eject,
) {
    missing!(ctx, "libxl_evdisable_disk_eject"; generator)
}
