//! Safe wrappers of Xen's interfaces: hypercalls, the xenstore client and the application's logger.

pub mod event_channel;
pub mod guest;
pub mod hypervisor;
pub mod kill_uid;
pub mod last_error;
pub mod log;
mod relay;
pub mod store;
