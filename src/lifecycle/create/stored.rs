//! The configuration that the library stores for a domain: the application's own, with only those defaults that must be
//! the same when the domain is created again elsewhere.
//!
//! Other defaults are not stored: the library that creates the domain again may have better ones.

use crate::config::pirq;
use crate::core::Result;
use crate::domain::userdata::Locked;
use crate::types::idiomatic::DomainConfig;

/// Stores `requested`, with some of the defaults in `complete`, in the domain's userdata. Errors are logged.
pub fn store(
    files: &Locked<'_>,
    mut requested: DomainConfig,
    complete: &DomainConfig,
) -> Result<()> {
    copy_chosen(&mut requested, complete);
    files.set_config(&requested)
}

fn copy_chosen(requested: &mut DomainConfig, complete: &DomainConfig) {
    requested.c_info.uuid = complete.c_info.uuid;
    requested.b_info.video_memkb = complete.b_info.video_memkb;
    // This is always written, so that the library that receives the domain sees that the setting was known here.
    let relaxed = &mut requested.b_info.arch_x86.msr_relaxed;
    *relaxed = relaxed.or(complete.b_info.arch_x86.msr_relaxed);
    pirq::keep(&mut requested.b_info, &complete.b_info);
    for (requested, complete) in requested.nics.iter_mut().zip(&complete.nics) {
        (requested.devid, requested.nictype, requested.mac) =
            (complete.devid, complete.nictype, complete.mac);
    }
    for (requested, complete) in requested.vtpms.iter_mut().zip(&complete.vtpms) {
        (requested.devid, requested.uuid) = (complete.devid, complete.uuid);
    }
    for (requested, complete) in requested.vdispls.iter_mut().zip(&complete.vdispls) {
        (requested.devid, requested.be_alloc) = (complete.devid, complete.be_alloc);
    }
    for (requested, complete) in requested.vsnds.iter_mut().zip(&complete.vsnds) {
        requested.devid = complete.devid;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::{DeviceNic, Mac, NicType};

    #[test]
    fn only_what_must_stay_the_same_is_kept() {
        let mac = Mac([0, 0x16, 0x3e, 1, 2, 3]);
        let mut complete = DomainConfig::default();
        complete.b_info.arch_x86.msr_relaxed = Some(false);
        complete.b_info.video_memkb = 7;
        complete.b_info.claim_mode = Some(true);
        complete.nics = vec![DeviceNic { devid: 3, mac, mtu: 9, ..DeviceNic::default() }];
        let mut requested =
            DomainConfig { nics: vec![DeviceNic::default()], ..DomainConfig::default() };
        copy_chosen(&mut requested, &complete);
        assert_eq!(requested.b_info.arch_x86.msr_relaxed, Some(false));
        assert_eq!((requested.b_info.video_memkb, requested.b_info.claim_mode), (7, None));
        let nic = &requested.nics[0];
        assert_eq!((nic.devid, nic.mac, nic.nictype, nic.mtu), (3, mac, NicType::Unknown, 0));
    }
}
