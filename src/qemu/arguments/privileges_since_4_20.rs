//! The arguments by which QEMU gives up privileges: those of QEMU since 9.1, which has no `-chroot` any more
//! (82335a8cc5, 1436593d5f). The C library starts a second QEMU before each, which it asks for its options; here it is
//! the QEMU of the Debian that has the release, version 10, and an older one of `device_model_override` refuses them.

/// Its root directory.
pub fn root(path: &str) -> [String; 2] {
    ["-run-with".to_owned(), format!("chroot={path}")]
}

/// The user that it becomes.
pub fn user(name: &str) -> [String; 2] {
    ["-run-with".to_owned(), format!("user={name}")]
}
