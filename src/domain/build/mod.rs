//! Building a domain: what is put into it before it first runs.

pub mod acpi;
