//! The devices whose place in a creation differs by release: before Xen 4.19.

use crate::core::{Ao, Result};
use crate::device::add::{self, AttachTarget, p9};
use crate::types::idiomatic::{DeviceVkb, DomainBuildInfoData, DomainConfig};

/// Those before QEMU starts, which serves some of them. An HVM guest gets one keyboard, whatever its configuration
/// lists.
pub fn before_qemu(target: &AttachTarget<'_>, config: &mut DomainConfig) -> Result<()> {
    add::each(&mut config.p9s, |p9s| p9::all(target, p9s));
    add::each(&mut config.pvcallsifs, |pvcallsifs| add::pvcallsifs(target, pvcallsifs));
    let add_keyboards = |vkbs: &mut [_]| add::each(vkbs, |vkbs| add::vkbs(target, vkbs));
    match &config.b_info.u {
        // The display of an HVM guest is its emulated graphics card.
        DomainBuildInfoData::Hvm(hvm) if hvm.vkb_device == Some(true) => {
            add_keyboards(&mut [DeviceVkb::default()]);
        }
        DomainBuildInfoData::Hvm(_) => {}
        _ => {
            add::each(&mut config.vfbs, |vfbs| add::vfbs(target, vfbs));
            add_keyboards(&mut config.vkbs);
        }
    }
    Ok(())
}

/// Those after all others.
pub async fn last(_: &Ao, _: &AttachTarget<'_>, _: &mut DomainConfig) -> Result<()> {
    Ok(())
}
