//! Which 9p file systems need a QEMU.

use crate::core::Result;
use crate::types::idiomatic::DeviceP9;

/// Whether a PV or PVH guest needs a QEMU for its file systems, for a toolstack in domain `own`: for each, wherever it
/// is served.
pub fn need_qemu(p9s: &[DeviceP9], _own: impl FnOnce() -> Result<u32>) -> Result<bool> {
    Ok(!p9s.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qemu_is_needed_wherever_a_file_system_is_served() {
        let elsewhere = DeviceP9 { backend_domid: 3, ..DeviceP9::default() };
        assert_eq!(need_qemu(&[elsewhere], || Ok(0)), Ok(true));
        assert_eq!(need_qemu(&[], || Ok(0)), Ok(false));
    }
}
