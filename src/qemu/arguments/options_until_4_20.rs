//! Options whose form depends on QEMU's version: those of QEMU before 9.

/// Its root directory.
pub use super::root_before_9 as root;

/// The user that it becomes.
pub fn user(name: &str) -> [String; 2] {
    ["-runas".to_owned(), name.to_owned()]
}

/// Without ACPI: options, and properties of the machine.
pub const NO_ACPI: &[&str] = &["-no-acpi"];
pub const NO_ACPI_MACHINE: &[(&str, &str)] = &[];
