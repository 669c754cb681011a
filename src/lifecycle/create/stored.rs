//! The configuration that the library stores for a domain: the application's own, and of the defaults only those that
//! must be the same when the domain is created again elsewhere.
//!
//! All other defaults are left open: the library that creates the domain again may have better ones.

use crate::config::pirq;
use crate::core::{Ctx, Result};
use crate::domain::userdata;
use crate::types::idiomatic::DomainConfig;

/// Stores `asked`, with some of the defaults in `complete`.
pub fn store(
    ctx: &Ctx,
    domid: u32,
    mut asked: DomainConfig,
    complete: &DomainConfig,
) -> Result<()> {
    settle(&mut asked, complete);
    userdata::lock(ctx, domid)?.set_config(&asked)
}

fn settle(asked: &mut DomainConfig, complete: &DomainConfig) {
    asked.c_info.uuid = complete.c_info.uuid;
    asked.b_info.video_memkb = complete.b_info.video_memkb;
    // Written in either case, so that the library that gets the domain sees that it was known here.
    let relaxed = &mut asked.b_info.arch_x86.msr_relaxed;
    *relaxed = relaxed.or(complete.b_info.arch_x86.msr_relaxed);
    pirq::keep(&mut asked.b_info, &complete.b_info);
    for (asked, complete) in asked.nics.iter_mut().zip(&complete.nics) {
        (asked.devid, asked.nictype, asked.mac) = (complete.devid, complete.nictype, complete.mac);
    }
    for (asked, complete) in asked.vtpms.iter_mut().zip(&complete.vtpms) {
        (asked.devid, asked.uuid) = (complete.devid, complete.uuid);
    }
    for (asked, complete) in asked.vdispls.iter_mut().zip(&complete.vdispls) {
        (asked.devid, asked.be_alloc) = (complete.devid, complete.be_alloc);
    }
    for (asked, complete) in asked.vsnds.iter_mut().zip(&complete.vsnds) {
        asked.devid = complete.devid;
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
        let mut asked =
            DomainConfig { nics: vec![DeviceNic::default()], ..DomainConfig::default() };
        settle(&mut asked, &complete);
        assert_eq!(asked.b_info.arch_x86.msr_relaxed, Some(false));
        assert_eq!((asked.b_info.video_memkb, asked.b_info.claim_mode), (7, None));
        let nic = &asked.nics[0];
        assert_eq!((nic.devid, nic.mac, nic.nictype, nic.mtu), (3, mac, NicType::Unknown, 0));
    }
}
