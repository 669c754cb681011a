//! The arguments by which QEMU gives up privileges: those of QEMU before 9.

/// Its root directory.
pub fn root(path: &str) -> [String; 2] {
    ["-chroot".to_owned(), path.to_owned()]
}

/// The user that it becomes.
pub fn user(name: &str) -> [String; 2] {
    ["-runas".to_owned(), name.to_owned()]
}
