//! The devices whose place in a creation differs by release: since Xen 4.19. Virtio devices came with 4.18
//! (43ba5202e2), the keyboards of HVM guests (3c7482b73c) and the daemon for 9pfs (ab5a6b5986), which needs a running
//! guest, with 4.19.

use crate::core::{Ao, Result};
use crate::device::add::{self, AttachTarget, p9, virtio};
use crate::types::idiomatic::{DeviceVkb, DomainBuildInfoData, DomainConfig};

/// Those before the primary console.
pub fn before_console(target: &AttachTarget<'_>, config: &mut DomainConfig) -> Result<()> {
    add::pvcallsifs(target, &mut config.pvcallsifs)?;
    virtio::all(target, &mut config.virtios)?;
    if let Some(mut keyboard) = default_keyboard(config) {
        add::vkbs(target, std::slice::from_mut(&mut keyboard))?;
    }
    add::vkbs(target, &mut config.vkbs)?;
    if !matches!(config.b_info.u, DomainBuildInfoData::Hvm(_)) {
        // The display of an HVM guest is its emulated graphics card.
        add::vfbs(target, &mut config.vfbs)?;
    }
    Ok(())
}

/// The keyboard of an HVM guest whose configuration lists none.
fn default_keyboard(config: &DomainConfig) -> Option<DeviceVkb> {
    match &config.b_info.u {
        DomainBuildInfoData::Hvm(hvm) if config.vkbs.is_empty() && hvm.vkb_device == Some(true) => {
            Some(DeviceVkb::default())
        }
        _ => None,
    }
}

/// Those after it.
pub fn after_console(_: &AttachTarget<'_>, _: &mut DomainConfig) -> Result<()> {
    Ok(())
}

/// Those after all others, when QEMU runs.
pub async fn last(ao: &Ao, target: &AttachTarget<'_>, config: &mut DomainConfig) -> Result<()> {
    p9::all(ao, target, &mut config.p9s).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::DomainBuildInfoHvm;

    #[test]
    fn only_an_hvm_guest_without_keyboards_gets_one() {
        let mut config = DomainConfig::default();
        config.b_info.u = DomainBuildInfoData::Pv(Default::default());
        assert_eq!(default_keyboard(&config), None);
        let hvm = DomainBuildInfoHvm { vkb_device: Some(true), ..Default::default() };
        config.b_info.u = DomainBuildInfoData::Hvm(hvm);
        assert_eq!(default_keyboard(&config), Some(DeviceVkb::default()));
        config.vkbs.push(DeviceVkb::default());
        assert_eq!(default_keyboard(&config), None);
    }
}
