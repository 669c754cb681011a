//! The C entries for small helpers: files, descriptors, names.

use std::borrow::Cow;
use std::ffi::*;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;

use crate::capi::entry::{self, code};
use crate::capi::give;
use crate::core::{Error, Result, child, fd, file, paths};
use crate::domain::disk_backends;
use crate::error;
use crate::types::idiomatic::CForm;
use crate::types::sys::*;
use crate::xen::log::{Level, Log};

/// The application's descriptor. A number that can be none is `EBADF`.
///
/// # Safety
/// The descriptor stays as it is for the length of the call; one that is not open makes no harm, since it
/// is only given to system calls.
unsafe fn borrow<'a>(fd: c_int) -> std::result::Result<BorrowedFd<'a>, Errno> {
    // SAFETY: not negative, so not the -1 that `BorrowedFd` excludes; a system call answers `EBADF` if it is not open.
    if fd < 0 { Err(Errno::EBADF) } else { Ok(unsafe { BorrowedFd::borrow_raw(fd) }) }
}

/// Runs what changes a descriptor.
///
/// # Safety
/// As for an entry.
unsafe fn with_fd(
    ctx: *mut libxl_ctx,
    name: &str,
    fd: c_int,
    body: impl FnOnce(&Log, BorrowedFd<'_>) -> Result<()>,
) -> c_int {
    // SAFETY: `ctx` is the entry's, so NULL or live; the descriptor is used for the length of the call only.
    unsafe {
        entry::with_log(ctx, name, |log| match borrow(fd) {
            Ok(fd) => code(body(log, fd)),
            Err(e) => {
                error!(log, errno = e, "{name}: descriptor {fd}");
                Error::Fail.code()
            }
        })
    }
}

/// A C string for a log line.
///
/// # Safety
/// `text` is NULL or a C string that nobody changes while the result lives.
unsafe fn shown<'a>(text: *const c_char) -> Cow<'a, str> {
    // SAFETY: NULL or a string, by the caller's contract.
    unsafe { give::text(text) }.map_or(Cow::Borrowed("(null)"), String::from_utf8_lossy)
}

/// 0 or the errno value, which `errno` holds afterwards too.
fn errno_code(result: std::result::Result<(), Errno>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(e) => {
            e.set();
            e as c_int
        }
    }
}

/// Sets or clears close-on-exec. 0 or `ERROR_FAIL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_fd_set_cloexec(
    ctx: *mut libxl_ctx,
    fd: c_int,
    cloexec: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_fd(ctx, "libxl_fd_set_cloexec", fd, |log, fd| fd::set_cloexec(log, fd, cloexec != 0))
    }
}

/// Sets or clears non-blocking mode. 0 or `ERROR_FAIL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_fd_set_nonblock(
    ctx: *mut libxl_ctx,
    fd: c_int,
    nonblock: c_int,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe {
        with_fd(ctx, "libxl_fd_set_nonblock", fd, |log, fd| {
            fd::set_nonblock(log, fd, nonblock != 0)
        })
    }
}

/// Returns what follows the last slash (possibly an empty string); `.` for NULL and for an empty string. To be freed
/// by the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_basename(name: *const c_char) -> *mut c_char {
    // SAFETY: by the contract of `capi`, `name` is NULL or a string.
    let name = unsafe { give::text(name) }.filter(|name| !name.is_empty()).unwrap_or(b".");
    give::string(name.rsplit(|&b| b == b'/').next().unwrap_or(name))
}

/// Rotates the log file `/var/log/xen/NAME.log`: an old one is renamed, and ten are kept. The new file is not created.
///
/// 0 and its path in `*full_name`, to be freed by the caller; `ERROR_FAIL` if an old one cannot be renamed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_create_logfile(
    ctx: *mut libxl_ctx,
    name: *const c_char,
    full_name: *mut *mut c_char,
) -> c_int {
    let body = |log: &Log| {
        // SAFETY: by the contract of `capi`, `name` is NULL or a string and `full_name` NULL or valid.
        let (name, full_name) = match unsafe { (give::text(name), full_name.as_mut()) } {
            (Some(name), Some(full_name)) => (OsStr::from_bytes(name), full_name),
            _ => {
                error!(log, "libxl_create_logfile: called with a NULL pointer");
                return Err(Error::Invalid);
            }
        };
        let path = file::rotate_log(log, Path::new(paths::LOG_DIR), name)?;
        *full_name = give::string(path.as_os_str().as_bytes());
        if full_name.is_null() { Err(Error::NoMemory) } else { Ok(()) }
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { entry::with_log(ctx, "libxl_create_logfile", |log| code(body(log))) }
}

/// Stores in `*backend` the disk back end with an old-style name: `phy`, `file`, `qdisk`, `standalone`, and from Xen 4.19
/// on `vbd3`.
///
/// Returns 0. As in the C library, `*backend` is unchanged for any other name, and `tap` without a format is
/// `ERROR_INVAL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_string_to_backend(
    ctx: *mut libxl_ctx,
    s: *mut c_char,
    backend: *mut libxl_disk_backend,
) -> c_int {
    // SAFETY: by the contract of `capi`, `s` is NULL or a string and `backend` NULL or valid.
    let (s, backend) = match unsafe { (give::text(s), backend.as_mut()) } {
        (Some(s), Some(backend)) => (s, backend),
        _ => return Error::Invalid.code(),
    };
    let _ = ctx;
    if s == b"tap" {
        return Error::Invalid.code();
    }
    if let Some(named) = disk_backends::named(s) {
        *backend = named.to_c();
    }
    0
}

/// Reads a whole regular file into memory that the caller frees. Each of the two result pointers may be NULL; for an
/// empty file the results are NULL and 0.
///
/// 0, or an errno value: `ENOENT` without a log line, `ENOTTY` if it is not a regular file, `EFBIG`, `EPROTO` if the
/// file shrinks meanwhile. On an error the results are unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_read_file_contents(
    ctx: *mut libxl_ctx,
    filename: *const c_char,
    data_r: *mut *mut c_void,
    datalen_r: *mut c_int,
) -> c_int {
    let body = |log: &Log| {
        // SAFETY: by the contract of `capi`, `filename` is NULL or a string.
        let Some(path) = (unsafe { give::text(filename) }) else {
            error!(log, "libxl_read_file_contents: called with a NULL pointer");
            return Err(Errno::EINVAL);
        };
        let mut file = file::PlainFile::open(log, Path::new(OsStr::from_bytes(path)))?;
        let size = file.size();
        let mut data: *mut u8 = std::ptr::null_mut();
        if size > 0 && !data_r.is_null() {
            data = give::zeroed(size);
            if data.is_null() {
                return Err(Errno::ENOMEM);
            }
            // SAFETY: `size` bytes of our own, initialised.
            let buffer = unsafe { std::slice::from_raw_parts_mut(data, size) };
            if let Err(e) = file.read(log, buffer) {
                // SAFETY: from calloc, not given away.
                unsafe { libc::free(data.cast()) };
                return Err(e);
            }
        }
        // SAFETY: by the contract of `capi`, each is NULL or valid.
        unsafe {
            if !data_r.is_null() {
                data_r.write(data.cast());
            }
            if !datalen_r.is_null() {
                datalen_r.write(size as c_int);
            }
        }
        Ok(())
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { entry::with_log(ctx, "libxl_read_file_contents", |log| errno_code(body(log))) }
}

/// Reads exactly `sz` bytes, with as many reads as necessary. `filename` and `what` (may be NULL) are for the log; if
/// the ctx is NULL, nothing is logged.
///
/// 0, or an errno value; `EPROTO` if the file ends earlier.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_read_exactly(
    ctx: *mut libxl_ctx,
    fd: c_int,
    data: *mut c_void,
    sz: ssize_t,
    filename: *const c_char,
    what: *const c_char,
) -> c_int {
    let body = |log: &Log| {
        let buffer = match usize::try_from(sz) {
            // SAFETY: by the contract of `capi`, `data` has `sz` bytes that nobody else uses during the call.
            Ok(sz @ 1..) if !data.is_null() => unsafe {
                std::slice::from_raw_parts_mut(data.cast(), sz)
            },
            Ok(1..) => return Err(Errno::EFAULT),
            _ => return Ok(()),
        };
        // SAFETY: by the contract of `capi`, `filename` and `what` are NULL or a string.
        unsafe {
            let (source, what) = (shown(filename), give::text(what).map(String::from_utf8_lossy));
            let subject = fd::Subject { what: what.as_deref(), source: &source };
            let fd = borrow(fd).inspect_err(|&e| {
                error!(log, errno = e, "could not read {subject}: invalid file descriptor {fd}")
            })?;
            fd::read_exactly(log, fd, buffer, subject)
        }
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { entry::with_log(ctx, "libxl_read_exactly", |log| errno_code(body(log))) }
}

/// Writes exactly `sz` bytes, with as many writes as necessary. `filename` and `what` (may be NULL) are for the log;
/// if the ctx is NULL, nothing is logged.
///
/// 0, or an errno value; `EPROTO` if a write returns 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_write_exactly(
    ctx: *mut libxl_ctx,
    fd: c_int,
    data: *const c_void,
    sz: ssize_t,
    filename: *const c_char,
    what: *const c_char,
) -> c_int {
    let body = |log: &Log| {
        let data = match usize::try_from(sz) {
            // SAFETY: by the contract of `capi`, `data` has `sz` bytes that nobody writes to during the call.
            Ok(sz @ 1..) if !data.is_null() => unsafe {
                std::slice::from_raw_parts(data.cast(), sz)
            },
            Ok(1..) => return Err(Errno::EFAULT),
            _ => return Ok(()),
        };
        // SAFETY: by the contract of `capi`, `data` is NULL or valid and `filename` and `what` NULL or a string.
        unsafe {
            let (source, what) = (shown(filename), give::text(what).map(String::from_utf8_lossy));
            let subject = fd::Subject { what: what.as_deref(), source: &source };
            let fd = borrow(fd).inspect_err(|&e| {
                error!(log, errno = e, "could not write {subject}: invalid file descriptor {fd}")
            })?;
            fd::write_exactly(log, fd, data, subject)
        }
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { entry::with_log(ctx, "libxl_write_exactly", |log| errno_code(body(log))) }
}

/// `pipe(2)` with a log line if it fails: the reading end is first. The ends are not close-on-exec, since callers
/// pass them to programs.
///
/// 0 or -1 (not an `ERROR_*` code).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_pipe(ctx: *mut libxl_ctx, pipes: *mut c_int) -> c_int {
    let body = |log: &Log| {
        // SAFETY: by the contract of `capi`, there is room for two; `pipe` answers NULL with `EFAULT`.
        let Err(e) = Errno::result(unsafe { libc::pipe(pipes) }) else { return 0 };
        error!(log, errno = e, "could not make a pipe");
        e.set();
        -1
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { entry::with_log(ctx, "libxl_pipe", body) }
}

/// Logs at `level` how child `pid` ended, from the status of `waitpid`, also for exit status 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_report_child_exitstatus(
    ctx: *mut libxl_ctx,
    level: xentoollog_level,
    what: *const c_char,
    pid: pid_t,
    status: c_int,
) {
    let body = |log: &Log| {
        // SAFETY: by the contract of `capi`, `what` is NULL or a string.
        let what = unsafe { shown(what) };
        let end = child::describe_end(&what, pid, status);
        log.write(Level::from_c(level), None, None, (file!(), line!()), format_args!("{end}"));
    };
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live.
    unsafe { entry::with_log(ctx, "libxl_report_child_exitstatus", body) }
}
