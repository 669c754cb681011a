//! Options whose form depends on QEMU's version: those of QEMU since 9.1, which has neither `-chroot` nor `-no-acpi` any
//! more (82335a8cc5, 1436593d5f). The C library starts a second QEMU before each, which it asks for its options; here it
//! is the QEMU of the Debian that has the release, version 10, and an older one of `device_model_override` refuses those
//! by which it is to give up privileges.

/// Its root directory.
pub fn root(path: &str) -> [String; 2] {
    ["-run-with".to_owned(), format!("chroot={path}")]
}

/// The user that it becomes.
pub fn user(name: &str) -> [String; 2] {
    ["-run-with".to_owned(), format!("user={name}")]
}

/// Without ACPI: options, and properties of the machine, which QEMU has had since 5.0.
pub const NO_ACPI: &[&str] = &[];
pub const NO_ACPI_MACHINE: &[(&str, &str)] = &[("acpi", "off")];
