//! A logger for Xen's own libraries, which hands their lines on to the application's.
//!
//! libxenctrl and libxenguest log what they find in a guest's kernel among other things, so their lines are made as ours are
//! (`log.rs`): one line each, without control characters. The level, the errno and the context (`xc`) stay what they are.

use std::ffi::{CStr, CString, c_char, c_int, c_ulong, c_void};
use std::ptr;

use nix::errno::Errno;

use super::log::{one_line, xtl_log, xtl_progress};
use crate::types::sys::xentoollog_logger;

/// The arguments of a format, as C passes a `va_list` to a function: one word wherever Xen runs. On x86-64 it is an array, of which
/// its address is passed; on 64-bit Arm a struct too large to be passed but by its address; on 32-bit Arm, x86 and RISC-V
/// one pointer.
type Arguments = *mut c_void;

unsafe extern "C" {
    fn vsnprintf(
        text: *mut c_char,
        size: usize,
        format: *const c_char,
        arguments: Arguments,
    ) -> c_int;
}

/// The longest line; libxenctrl's own buffer for an error has 1024 bytes.
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

/// What `xentoollog.h` has every logger begin with.
#[repr(C)]
#[derive(Debug)]
struct Functions {
    vmessage: LogFunction,
    progress: Option<Progress>,
    destroy: unsafe extern "C" fn(*mut xentoollog_logger),
}

/// The logger, with the application's.
#[repr(C)]
#[derive(Debug)]
struct Logger {
    functions: Functions,
    application: *mut xentoollog_logger,
}

/// Such a logger, for as long as this lives.
#[derive(Debug)]
pub struct Relay(Option<Box<Logger>>);

impl Relay {
    /// Hands on to `application`. NULL: there is no logger, and the library that is given none has its own.
    ///
    /// # Safety
    /// `application` is NULL or stays valid for as long as this value lives.
    pub unsafe fn new(application: *mut xentoollog_logger) -> Self {
        let functions = Functions { vmessage, progress: Some(progress), destroy };
        Self((!application.is_null()).then(|| Box::new(Logger { functions, application })))
    }

    pub const fn none() -> Self {
        Self(None)
    }

    /// The application's.
    pub fn application(&self) -> *mut xentoollog_logger {
        self.0.as_ref().map_or(ptr::null_mut(), |logger| logger.application)
    }

    /// For a library of Xen's; nothing of it is written to.
    pub fn as_ptr(&self) -> *mut xentoollog_logger {
        self.0.as_deref().map_or(ptr::null_mut(), |logger| ptr::from_ref(logger).cast_mut().cast())
    }
}

/// A C string as one line of text.
///
/// # Safety
/// `text` is NULL or a C string.
unsafe fn line(text: *const c_char) -> CString {
    if text.is_null() {
        return CString::default();
    }
    // SAFETY: by the caller's contract.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    // A logger ends each line by itself.
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
    // Who logs may look at it afterwards.
    let before = Errno::last_raw();
    let mut text = [0; SIZE];
    // SAFETY: libxentoollog passes the logger that `Relay::as_ptr` gave, a format and its arguments; the buffer has
    // that size, and ends with NUL then.
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
    // libxentoollog divides by it.
    if total == 0 {
        return;
    }
    // SAFETY: as in `vmessage`; the strings are C strings.
    unsafe {
        let doing_what = line(doing_what);
        let application = (*logger.cast::<Logger>()).application;
        xtl_progress(application, context, doing_what.as_ptr(), done, total);
    }
}

/// A library does not own the logger that it is given.
unsafe extern "C" fn destroy(_: *mut xentoollog_logger) {}

#[cfg(test)]
mod tests {
    use super::*;

    /// An application's logger, which keeps what it is told.
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
        // SAFETY: the test's logger, and what libxentoollog passes.
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
        // SAFETY: it lives until the end of the test.
        let relay = unsafe { Relay::new(ptr::from_mut(&mut kept).cast()) };
        let long = CString::new("x".repeat(2 * SIZE)).unwrap();
        Errno::set_raw(libc::EXDEV);
        // SAFETY: what the formats name.
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
        // SAFETY: NULL.
        assert!(unsafe { Relay::new(ptr::null_mut()) }.as_ptr().is_null());
    }
}
