//! The error of a xenstore request.

use std::fmt;

use nix::errno::Errno;

/// A failed request: the operation, the node, and the errno of the daemon or of the system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreError {
    errno: Errno,
    operation: &'static str,
    subject: Option<Box<str>>,
}

/// The result of a xenstore request.
pub type StoreResult<T> = Result<T, StoreError>;

impl StoreError {
    /// A failure of `operation`, which does not concern a particular node.
    pub fn new(operation: &'static str, errno: Errno) -> Self {
        Self { errno, operation, subject: None }
    }

    /// A failure of `operation` on `subject`, which is usually a path.
    pub fn about(operation: &'static str, subject: &str, errno: Errno) -> Self {
        Self { errno, operation, subject: Some(subject.into()) }
    }

    /// The errno, for the `errno = …` of log lines.
    pub fn errno(&self) -> Errno {
        self.errno
    }

    /// The node that the request concerned.
    pub fn path(&self) -> Option<&str> {
        self.subject.as_deref()
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "xenstore: {}", self.operation)?;
        if let Some(subject) = &self.subject {
            // The path may come from an untrusted source, and a log line has a limited length.
            match subject.char_indices().nth(256) {
                Some((end, _)) => write!(f, " of {}…", &subject[..end])?,
                None => write!(f, " of {subject}")?,
            }
        }
        write!(f, " failed: {}", self.errno.desc())
    }
}

impl std::error::Error for StoreError {}
