//! The C entries for small helpers: files, descriptors, names.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_fd_set_cloexec(
    ctx: *mut libxl_ctx,
    fd: c_int,
    cloexec: c_int,
) -> c_int {
    missing!(ctx, "libxl_fd_set_cloexec"; fd, cloexec)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_fd_set_nonblock(
    ctx: *mut libxl_ctx,
    fd: c_int,
    nonblock: c_int,
) -> c_int {
    missing!(ctx, "libxl_fd_set_nonblock"; fd, nonblock)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_basename(name: *const c_char) -> *mut c_char {
    missing!("libxl_basename"; name)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_create_logfile(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    full_name: *mut *mut c_char,
) -> c_int {
    missing!(ctx, "libxl_create_logfile"; name, full_name)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_to_backend(
    ctx: *mut libxl_ctx,
    s: *mut c_char,
    backend: *mut libxl_disk_backend,
) -> c_int {
    missing!(ctx, "libxl_string_to_backend"; s, backend)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_read_file_contents(
    ctx: *mut libxl_ctx,
    filename: *const c_char,
    data_r: *mut *mut c_void,
    datalen_r: *mut c_int,
) -> c_int {
    missing!(ctx, "libxl_read_file_contents"; filename, data_r, datalen_r)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_read_exactly(
    ctx: *mut libxl_ctx,
    fd: c_int,
    data: *mut c_void,
    sz: ssize_t,
    filename: *const c_char,
    what: *const c_char,
) -> c_int {
    missing!(ctx, "libxl_read_exactly"; fd, data, sz, filename, what)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_write_exactly(
    ctx: *mut libxl_ctx,
    fd: c_int,
    data: *const c_void,
    sz: ssize_t,
    filename: *const c_char,
    what: *const c_char,
) -> c_int {
    missing!(ctx, "libxl_write_exactly"; fd, data, sz, filename, what)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_pipe(ctx: *mut libxl_ctx, pipes: *mut c_int) -> c_int {
    missing!(ctx, "libxl_pipe"; pipes)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_report_child_exitstatus(
    ctx: *mut libxl_ctx,
    level: xentoollog_level,
    what: *const c_char,
    pid: pid_t,
    status: c_int,
) {
    missing!(ctx, "libxl_report_child_exitstatus"; level, what, pid, status)
}
