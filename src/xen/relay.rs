//! A logger for Xen's own libraries, which passes their lines on to the application's logger.
//!
//! libxenctrl and libxenguest log, among other things, what they find in a guest's kernel, so their lines are treated
//! like those of this library (`log.rs`): each is one line, without control characters. The level, the errno and the
//! context (`xc`) stay unchanged.

use std::ffi::{CStr, CString, c_char, c_int, c_ulong, c_void};
use std::ptr;

use nix::errno::Errno;

use super::log::{one_line, xtl_log, xtl_progress};
use crate::types::sys::xentoollog_logger;

/// The `va_list` of a format as C passes it to a function, which is one word wherever Xen runs. On x86-64 it is an
/// array, whose address is passed; on 64-bit Arm it is a struct that is passed by address because of its size; on
/// 32-bit Arm, x86 and RISC-V it is one pointer.
type Arguments = *mut c_void;

unsafe extern "C" {
    fn vsnprintf(
        text: *mut c_char,
        size: usize,
        format: *const c_char,
        arguments: Arguments,
    ) -> c_int;
}

/// The maximum length of a line; libxenctrl's own buffer for an error has 1024 bytes.
const SIZE: usize = 4096;

type LogFunction = unsafe extern "C" fn(
    *mut xentoollog_logger,
    c_int,
    c_int,
    *const c_char,
    *const c_char,
    Arguments,
);
type Progress = unsafe extern "C" fn(
    *mut xentoollog_logger,
    *const c_char,
    *const c_char,
    c_int,
    c_ulong,
    c_ulong,
);

/// The members with which every logger begins, according to `xentoollog.h`.
#[repr(C)]
#[derive(Debug)]
struct Functions {
    vmessage: LogFunction,
    progress: Option<Progress>,
    destroy: unsafe extern "C" fn(*mut xentoollog_logger),
}

/// The logger for the library, which refers to the application's logger.
#[repr(C)]
#[derive(Debug)]
struct Logger {
    functions: Functions,
    application: *mut xentoollog_logger,
}

/// The owner of such a logger.
#[derive(Debug)]
pub struct Relay(Option<Box<Logger>>);

impl Relay {
    /// Passes lines on to `application`. If that is NULL there is no logger, and a library that gets none uses its own.
    ///
    /// # Safety
    /// `application` must be NULL or stay valid for as long as this value lives.
    pub unsafe fn new(application: *mut xentoollog_logger) -> Self {
        let functions = Functions { vmessage, progress: Some(progress), destroy };
        Self((!application.is_null()).then(|| Box::new(Logger { functions, application })))
    }

    pub const fn none() -> Self {
        Self(None)
    }

    /// The application's logger.
    pub fn application(&self) -> *mut xentoollog_logger {
        self.0.as_ref().map_or(ptr::null_mut(), |logger| logger.application)
    }

    /// The logger to pass to a library of Xen. The library does not write to it.
    pub fn as_ptr(&self) -> *mut xentoollog_logger {
        self.0.as_deref().map_or(ptr::null_mut(), |logger| ptr::from_ref(logger).cast_mut().cast())
    }
}

/// Converts a C string to one line of text.
///
/// # Safety
/// `text` must be NULL or a C string.
unsafe fn line(text: *const c_char) -> CString {
    if text.is_null() {
        return CString::default();
    }
    // SAFETY: the caller guarantees that it is a C string; NULL was handled above.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    // Loggers end each line themselves.
    CString::new(one_line(text.trim_end_matches('\n').to_owned())).unwrap_or_default()
}

unsafe extern "C" fn vmessage(
    logger: *mut xentoollog_logger,
    level: c_int,
    errno: c_int,
    context: *const c_char,
    format: *const c_char,
    arguments: Arguments,
) {
    // The caller may read errno afterwards, so it is restored.
    let before = Errno::last_raw();
    let mut text = [0; SIZE];
    // SAFETY: libxentoollog passes the logger that `Relay::as_ptr` returned, a format and its arguments; the buffer has
    // the size that is passed, and vsnprintf ends it with a NUL.
    unsafe {
        vsnprintf(text.as_mut_ptr(), SIZE, format, arguments);
        let text = line(text.as_ptr());
        let application = (*logger.cast::<Logger>()).application;
        xtl_log(application, level, errno, context, c"%s".as_ptr(), text.as_ptr());
    }
    Errno::set_raw(before);
}

unsafe extern "C" fn progress(
    logger: *mut xentoollog_logger,
    context: *const c_char,
    doing_what: *const c_char,
    _percent: c_int,
    done: c_ulong,
    total: c_ulong,
) {
    // libxentoollog divides by `total`.
    if total == 0 {
        return;
    }
    // SAFETY: as in `vmessage`; the strings end with a NUL.
    unsafe {
        let doing_what = line(doing_what);
        let application = (*logger.cast::<Logger>()).application;
        xtl_progress(application, context, doing_what.as_ptr(), done, total);
    }
}

/// Does nothing: a library does not own the logger that is passed to it.
unsafe extern "C" fn destroy(_: *mut xentoollog_logger) {}

#[cfg(test)]
mod tests {
    use super::*;

    /// An application's logger that records what is logged.
    #[repr(C)]
    struct Kept {
        functions: Functions,
        lines: Vec<(c_int, c_int, String)>,
    }

    unsafe extern "C" fn keep(
        logger: *mut xentoollog_logger,
        level: c_int,
        errno: c_int,
        context: *const c_char,
        format: *const c_char,
        arguments: Arguments,
    ) {
        let mut text = [0; 2 * SIZE];
        // SAFETY: the logger is the test's own; libxentoollog passes valid arguments.
        unsafe {
            vsnprintf(text.as_mut_ptr(), text.len(), format, arguments);
            let text = [CStr::from_ptr(context), CStr::from_ptr(text.as_ptr())];
            let text = text.map(|text| text.to_str().unwrap()).join(": ");
            (*logger.cast::<Kept>()).lines.push((level, errno, text));
        }
    }

    unsafe extern "C" fn keep_progress(
        logger: *mut xentoollog_logger,
        _context: *const c_char,
        doing_what: *const c_char,
        percent: c_int,
        _done: c_ulong,
        _total: c_ulong,
    ) {
        // SAFETY: as in `keep`.
        unsafe {
            let what = CStr::from_ptr(doing_what).to_str().unwrap().to_owned();
            (*logger.cast::<Kept>()).lines.push((percent, 0, what));
        }
    }

    #[test]
    fn lines_of_xens_libraries_are_one_line_each() {
        let functions = Functions { vmessage: keep, progress: Some(keep_progress), destroy };
        let mut kept = Kept { functions, lines: Vec::new() };
        // SAFETY: the logger lives until the end of the test.
        let relay = unsafe { Relay::new(ptr::from_mut(&mut kept).cast()) };
        let long = CString::new("x".repeat(2 * SIZE)).unwrap();
        Errno::set_raw(libc::EXDEV);
        // SAFETY: the arguments have the types that the formats name.
        unsafe {
            let format = c"%s of %d, %lld and %g".as_ptr();
            let name = c"a\x1b[2Jb\nc";
            let far = 1i64 << 40;
            xtl_log(relay.as_ptr(), 8, 5, c"xc".as_ptr(), format, name.as_ptr(), 7i32, far, 0.5f64);
            xtl_log(relay.as_ptr(), 1, -1, c"xc".as_ptr(), c"%s".as_ptr(), c"ends\n".as_ptr());
            xtl_log(relay.as_ptr(), 1, -1, c"xc".as_ptr(), c"%s".as_ptr(), long.as_ptr());
            xtl_progress(relay.as_ptr(), c"xc".as_ptr(), c"at\tit".as_ptr(), 1, 4);
        }
        assert_eq!(Errno::last_raw(), libc::EXDEV, "errno stays");
        let line = format!(r"xc: a\u{{1b}}[2Jb\nc of 7, {} and 0.5", 1i64 << 40);
        assert_eq!(kept.lines[0], (8, 5, line));
        assert_eq!(kept.lines[1], (1, -1, "xc: ends".to_owned()));
        assert_eq!(kept.lines[2].2.len(), SIZE - 1 + "xc: ".len());
        assert_eq!(kept.lines[3], (25, 0, r"at\tit".to_owned()));
        // SAFETY: NULL is allowed.
        assert!(unsafe { Relay::new(ptr::null_mut()) }.as_ptr().is_null());
    }
}
