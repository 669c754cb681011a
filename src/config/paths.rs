//! Where Xen's own programs and images are: the distribution's places.

/// What domains are started from: the shim, kernels of service domains.
pub const FIRMWARE: &str = "/usr/lib/xen-4.17/boot";

/// The hotplug scripts.
pub const SCRIPTS: &str = "/etc/xen/scripts";

/// Programs that users do not call directly.
pub const PROGRAMS: &str = "/usr/lib/xen-4.17/bin";
