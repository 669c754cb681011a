//! The devices whose place in a creation differs by release: before Xen 4.19.

use crate::core::{Ao, Result};
use crate::device::add::{self, AttachTarget, p9};
use crate::types::idiomatic::{DeviceVkb, DomainBuildInfoData, DomainConfig};

/// Those before the primary console.
pub fn before_console(target: &AttachTarget<'_>, config: &mut DomainConfig) -> Result<()> {
    p9::all(target, &mut config.p9s)?;
    add::pvcallsifs(target, &mut config.pvcallsifs)?;
    if !matches!(config.b_info.u, DomainBuildInfoData::Hvm(_)) {
        // The display of an HVM guest is its emulated graphics card.
        add::vfbs(target, &mut config.vfbs)?;
        add::vkbs(target, &mut config.vkbs)?;
    }
    Ok(())
}

/// Those after it, which QEMU serves. An HVM guest gets one keyboard, whatever its configuration lists.
pub fn after_console(target: &AttachTarget<'_>, config: &mut DomainConfig) -> Result<()> {
    match &config.b_info.u {
        DomainBuildInfoData::Hvm(hvm) if hvm.vkb_device == Some(true) => {
            add::vkbs(target, &mut [DeviceVkb::default()])
        }
        _ => Ok(()),
    }
}

/// Those after all others.
pub async fn last(_: &Ao, _: &AttachTarget<'_>, _: &mut DomainConfig) -> Result<()> {
    Ok(())
}
