//! The paths of Xen's files in Debian's Xen, which has one folder for each release.

/// A path in the folder of the release that the library is built for.
macro_rules! of_release {
    ($rest:literal) => {
        concat!("/usr/lib/xen-", env!("XEN_RELEASE"), $rest)
    };
}

/// Files that are kept until a domain ends: userdata, locks.
pub const LIB_DIR: &str = "/var/lib/xen";

/// Files that do not survive a reboot: sockets, the domid history.
pub const RUN_DIR: &str = "/var/run/xen";

/// Log files.
pub const LOG_DIR: &str = "/var/log/xen";

/// Images that domains are started from: the shim, kernels of service domains.
pub const FIRMWARE: &str = of_release!("/boot");

/// The firmware of HVM guests: SeaBIOS, and OVMF for UEFI.
pub const SEABIOS: &str = "/usr/share/seabios/bios-256k.bin";
pub const OVMF: &str = "/usr/share/ovmf/OVMF.fd";

/// The hotplug scripts.
pub const SCRIPTS: &str = "/etc/xen/scripts";

/// Helper programs, which are not commands for users.
pub const PROGRAMS: &str = of_release!("/bin");

/// The proxy for the QMP connection to a QEMU in a stub domain: the path that Debian's C library uses, and the path
/// where Debian installs it.
pub const PROXY: [&str; 2] =
    ["/usr/bin/vchan-socket-proxy", of_release!("/bin/vchan-socket-proxy")];

/// The daemon that serves directories of the host to guests (9pfs).
#[cfg(since = "4.19")]
pub const NINEPFS_DAEMON: &str = of_release!("/bin/xen-9pfsd");

/// The distribution's QEMU for Xen.
pub const QEMU: &str = "/usr/libexec/xen-qemu-system-i386";
