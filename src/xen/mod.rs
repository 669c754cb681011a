//! Xen underneath: hypercalls, the xenstore client and the application's logger, wrapped safely.

pub mod hypervisor;
pub mod log;
pub mod store;
