//! Log lines and progress reports for the application, through the xentoollog logger that it has passed to
//! `libxl_ctx_alloc`.
//!
//! Lines have libxl's form `file:line: Domain N:message`, its levels, and the context `libxl`. There is no global
//! logger: each ctx of an application has its own.
//!
//! Most loggers write to a terminal, and many values in log lines come from guests, back ends and bootloaders: names,
//! xenstore nodes, messages of QEMU. So control characters are escaped here, in all lines: no terminal interprets them,
//! and none starts another line. Callers pass values unescaped. Lines of Xen's own libraries go through `relay.rs`,
//! which does the same.

use std::ffi::{CString, c_char, c_int, c_ulong};
use std::fmt;

use nix::errno::Errno;

use super::last_error;
use crate::types::sys::xentoollog_logger;

#[link(name = "xentoollog")]
unsafe extern "C" {
    pub(super) fn xtl_log(
        logger: *mut xentoollog_logger,
        level: c_int,
        errnoval: c_int,
        context: *const c_char,
        format: *const c_char,
        ...
    );
    pub(super) fn xtl_progress(
        logger: *mut xentoollog_logger,
        context: *const c_char,
        doing_what: *const c_char,
        done: c_ulong,
        total: c_ulong,
    );
}

/// The severity of a line, with libxentoollog's numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(i32)]
pub enum Level {
    Debug = 1,
    Verbose,
    Detail,
    Progress,
    Info,
    Notice,
    Warn,
    Error,
    Critical,
}

impl Level {
    /// The level for an application's number. A number that is out of range becomes the lowest or the highest level.
    pub fn from_c(level: i32) -> Self {
        use Level::*;
        let levels = [Debug, Verbose, Detail, Progress, Info, Notice, Warn, Error, Critical];
        let at = level.clamp(1, levels.len() as i32) - 1;
        levels[at as usize]
    }
}

/// The log of one ctx.
#[derive(Debug)]
pub struct Log {
    /// NULL: lines are dropped (in entries without a ctx).
    logger: *mut xentoollog_logger,
}

// SAFETY: libxl requires that a xentoollog logger can be called from every thread that uses the ctx; this type adds no
// state of its own.
unsafe impl Send for Log {}
// SAFETY: as for Send.
unsafe impl Sync for Log {}

impl Log {
    /// Logs to `logger`; with NULL every line is dropped.
    ///
    /// # Safety
    /// `logger` must be NULL or stay valid for as long as this value lives.
    pub const unsafe fn new(logger: *mut xentoollog_logger) -> Self {
        Self { logger }
    }

    /// A log that drops every line, for calls without a ctx.
    pub const fn none() -> Self {
        Self { logger: std::ptr::null_mut() }
    }

    /// Returns itself, so that [`error!`](crate::error) and similar macros accept a `Log` as well as a ctx.
    pub fn log(&self) -> &Self {
        self
    }

    /// The application's logger.
    pub fn as_ptr(&self) -> *mut xentoollog_logger {
        self.logger
    }

    /// Writes one line. `errno` adds the description of that error, as xentoollog does.
    ///
    /// `file` and `line` are two values instead of `Location::caller()`, because each `Location` is a constant with a
    /// pointer, which the dynamic loader relocates in every process that loads the library: seven hundred of them cost
    /// each `xl` four page faults.
    pub fn write(
        &self,
        level: Level,
        errno: Option<Errno>,
        domid: Option<u32>,
        (file, line): (&'static str, u32),
        message: fmt::Arguments<'_>,
    ) {
        if level >= Level::Error {
            last_error::note(message, errno);
        }
        if self.logger.is_null() {
            return;
        }
        let file = file.rsplit('/').next().unwrap_or("");
        let mut text = format!("{file}:{line}: ");
        // `INVALID_DOMID` means that there is no domain yet.
        if let Some(domid) = domid.filter(|&domid| domid != u32::MAX) {
            text.push_str(&format!("Domain {domid}:"));
        }
        text.push_str(&message.to_string());
        let Ok(text) = CString::new(one_line(text)) else { return };
        let errno = errno.map_or(-1, |e| e as c_int);
        // SAFETY: the caller of `new` guarantees that the logger is valid; the strings end with a NUL, and the one
        // variadic argument is the `char *` that the format names.
        unsafe {
            xtl_log(
                self.logger,
                level as c_int,
                errno,
                c"libxl".as_ptr(),
                c"%s".as_ptr(),
                text.as_ptr(),
            );
        }
    }

    /// Passes on a line of another program of Xen, with its level, errno (or -1) and context.
    pub fn pass_on(&self, level: u32, errno: u32, context: &str, text: &str) {
        if self.logger.is_null() {
            return;
        }
        let level = Level::from_c(level.cast_signed());
        let line = |text: &str| CString::new(one_line(text.trim_end().to_owned()));
        let (Ok(context), Ok(text)) = (line(context), line(text)) else { return };
        // SAFETY: as in `write`.
        unsafe {
            xtl_log(
                self.logger,
                level as c_int,
                errno.cast_signed(),
                context.as_ptr(),
                c"%s".as_ptr(),
                text.as_ptr(),
            );
        }
    }

    /// Reports the progress of `doing_what`: `done` of `total`.
    pub fn progress(&self, doing_what: &str, done: u64, total: u64) {
        self.pass_on_progress("libxl", doing_what, done, total);
    }

    /// Passes on a progress report of another program.
    pub fn pass_on_progress(&self, context: &str, doing_what: &str, done: u64, total: u64) {
        let line = |text: &str| CString::new(one_line(text.to_owned()));
        let (Ok(context), Ok(what)) = (line(context), line(doing_what)) else { return };
        if self.logger.is_null() {
            return;
        }
        // SAFETY: as in `write`.
        unsafe {
            xtl_progress(
                self.logger,
                context.as_ptr(),
                what.as_ptr(),
                done as c_ulong,
                total as c_ulong,
            );
        }
    }
}

/// Escapes control characters: each is replaced by its form in a Rust string, such as `\n` or `\u{1b}`.
pub(super) fn one_line(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let mut line = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line
}

/// Writes an error line: `error!(ctx, "text {}", x)`, `error!(ctx, domid = d, "…")`,
/// `error!(ctx, errno = e, "…")`, `error!(ctx, domid = d, errno = e, "…")`; `ctx` is anything with `log()`.
#[macro_export]
macro_rules! error {
    ($($t:tt)*) => { $crate::log_line!($crate::xen::log::Level::Error, $($t)*) };
}

/// As [`error!`], at the level of a warning.
#[macro_export]
macro_rules! warn {
    ($($t:tt)*) => { $crate::log_line!($crate::xen::log::Level::Warn, $($t)*) };
}

/// As [`error!`], at debug level.
#[macro_export]
macro_rules! debug {
    ($($t:tt)*) => { $crate::log_line!($crate::xen::log::Level::Debug, $($t)*) };
}

/// The macro that [`error!`], [`warn!`] and [`debug!`] use.
#[macro_export]
macro_rules! log_line {
    ($level:expr, $ctx:expr, domid = $d:expr, errno = $e:expr, $($f:tt)+) => {
        $ctx.log().write($level, Some($e), Some($d), (file!(), line!()), format_args!($($f)+))
    };
    ($level:expr, $ctx:expr, domid = $d:expr, $($f:tt)+) => {
        $ctx.log().write($level, None, Some($d), (file!(), line!()), format_args!($($f)+))
    };
    ($level:expr, $ctx:expr, errno = $e:expr, $($f:tt)+) => {
        $ctx.log().write($level, Some($e), None, (file!(), line!()), format_args!($($f)+))
    };
    ($level:expr, $ctx:expr, $($f:tt)+) => {
        $ctx.log().write($level, None, None, (file!(), line!()), format_args!($($f)+))
    };
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn no_control_character_is_left() {
        for (text, line) in [
            ("plain text, \\n and all", "plain text, \\n and all"),
            ("dürfen ✓ 日本 \u{a0}", "dürfen ✓ 日本 \u{a0}"),
            ("a\nb\r\n\tc", r"a\nb\r\n\tc"),
            ("\x1b]0;title\x07\x1b[2J\x7f\0", r"\u{1b}]0;title\u{7}\u{1b}[2J\u{7f}\u{0}"),
            // C1 control characters: 0x9b also begins an escape sequence.
            ("\u{9b}31m\u{85}", r"\u{9b}31m\u{85}"),
        ] {
            assert_eq!(one_line(text.to_owned()), line);
        }
    }
}
