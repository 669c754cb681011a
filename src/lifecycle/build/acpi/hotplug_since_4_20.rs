//! What the DSDT has for vcpu hotplug since Xen 4.20.2 (a5aa6b397f): nothing, as a PVH guest has no device model that
//! would answer at the I/O port.

/// The version of the compiler that has made the C library's table in Debian 13, which a guest can read.
pub const COMPILER: u32 = 0x2025_0404;

/// There is nothing after the processors.
pub fn scan() -> Vec<u8> {
    Vec::new()
}

/// There is no event.
pub fn event() -> Vec<u8> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::super::dsdt::dsdt;

    #[test]
    fn the_table_is_that_of_debians_library() {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/capi-tests/support/debian-xen");
        let out = Command::new(script).arg("4.20").output().expect("the script runs");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let tree = String::from_utf8(out.stdout).expect("a path");
        let folder = "usr/lib/x86_64-linux-gnu/libxenlight.so.4.20.0";
        let library = std::fs::read(format!("{}/{folder}", tree.trim_end())).expect("the library");
        let ours = dsdt();
        assert_eq!(ours.len(), 17945);
        assert!(library.windows(ours.len()).any(|theirs| theirs == ours));
    }
}
