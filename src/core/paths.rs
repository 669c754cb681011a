//! Where Xen's files are: the places of Debian's Xen 4.17.

/// What is kept until a domain ends: userdata, locks.
pub const LIB_DIR: &str = "/var/lib/xen";

/// What does not outlive a boot: sockets, the domid history.
pub const RUN_DIR: &str = "/var/run/xen";

/// Log files.
pub const LOG_DIR: &str = "/var/log/xen";

/// What domains are started from: the shim, kernels of service domains.
pub const FIRMWARE: &str = "/usr/lib/xen-4.17/boot";

/// An HVM guest's system firmware: SeaBIOS, and OVMF for UEFI.
pub const SEABIOS: &str = "/usr/share/seabios/bios-256k.bin";
pub const OVMF: &str = "/usr/share/ovmf/OVMF.fd";

/// The hotplug scripts.
pub const SCRIPTS: &str = "/etc/xen/scripts";

/// Programs that are no commands for users.
pub const PROGRAMS: &str = "/usr/lib/xen-4.17/bin";

/// What passes QMP on to a QEMU in a stub domain: where Debian's C library looks for it, and where Debian has it.
pub const PROXY: [&str; 2] =
    ["/usr/bin/vchan-socket-proxy", "/usr/lib/xen-4.17/bin/vchan-socket-proxy"];

/// The distribution's QEMU for Xen.
pub const QEMU: &str = "/usr/libexec/xen-qemu-system-i386";
