//! What a xenstore request can fail with.

use std::fmt;

use nix::errno::Errno;

/// A failed request: what was asked, of which node, and the daemon's or the system's errno.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreError {
    errno: Errno,
    operation: &'static str,
    subject: Option<Box<str>>,
}

/// The store's result.
pub type StoreResult<T> = Result<T, StoreError>;

impl StoreError {
    /// `operation` on no node in particular failed.
    pub fn new(operation: &'static str, errno: Errno) -> Self {
        Self { errno, operation, subject: None }
    }

    /// `operation` on `subject` (a path, mostly) failed.
    pub fn about(operation: &'static str, subject: &str, errno: Errno) -> Self {
        Self { errno, operation, subject: Some(subject.into()) }
    }

    /// The errno, for the log line's `errno = …`.
    pub fn errno(&self) -> Errno {
        self.errno
    }

    /// The node that the request was about.
    pub fn path(&self) -> Option<&str> {
        self.subject.as_deref()
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "xenstore: {}", self.operation)?;
        if let Some(subject) = &self.subject {
            // The path may come from outside; a log line has a bounded length.
            match subject.char_indices().nth(256) {
                Some((end, _)) => write!(f, " of {}…", &subject[..end])?,
                None => write!(f, " of {subject}")?,
            }
        }
        write!(f, " failed: {}", self.errno.desc())
    }
}

impl std::error::Error for StoreError {}
