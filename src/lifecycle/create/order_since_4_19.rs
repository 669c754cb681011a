//! The devices whose place in a creation differs by release: since Xen 4.19. Virtio devices came with 4.18
//! (43ba5202e2), the keyboards of HVM guests (3c7482b73c) and the daemon for 9pfs (ab5a6b5986), which needs a running
//! guest, with 4.19.

use crate::core::{Ao, Result};
use crate::device::add::{self, AttachTarget, p9, virtio};
use crate::types::idiomatic::{DeviceVkb, DomainBuildInfoData, DomainConfig};

/// Those before QEMU starts, which serves some of them.
pub fn before_qemu(target: &AttachTarget<'_>, config: &mut DomainConfig) -> Result<()> {
    add::each(&mut config.pvcallsifs, |pvcallsifs| add::pvcallsifs(target, pvcallsifs));
    add::each(&mut config.virtios, |virtios| virtio::all(target, virtios));
    add::each(default_keyboard(config).as_mut_slice(), |vkbs| add::vkbs(target, vkbs));
    add::vkbs(target, &mut config.vkbs)?;
    if !matches!(config.b_info.u, DomainBuildInfoData::Hvm(_)) {
        // The display of an HVM guest is its emulated graphics card.
        add::each(&mut config.vfbs, |vfbs| add::vfbs(target, vfbs));
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
