//! Replication: what the application may ask for, and what of it this host has.
//!
//! What a guest sends must not leave the host before the checkpoint that it belongs to has arrived; otherwise the
//! world has seen a guest that the replica knows nothing of. For that there is buffering of network cards, which takes a
//! library that Debian's libxl is built without, and of disks, which takes a protocol that was in an old DRBD alone. An
//! application that does without them says that it knows (`allow_unsafe`).

use std::time::Duration;

use super::save::How;
use crate::core::{Ctx, Error, Result};
use crate::domain::nodes;
use crate::error;
use crate::types::idiomatic::DomainRemusInfo;
use crate::xen::log::Log;

/// Completes what was asked for, and refuses what cannot be.
pub fn settle(log: &Log, domid: u32, info: &mut DomainRemusInfo) -> Result<How> {
    let refused = |why: &str| {
        error!(log, domid = domid, "cannot replicate it: {why}");
        Err(Error::Fail)
    };
    let Some(colo) = info.colo else {
        return refused("whether in COLO mode must be said");
    };
    let allow_unsafe = *info.allow_unsafe.get_or_insert(false);
    let blackhole = *info.blackhole.get_or_insert(false);
    let compression = *info.compression.get_or_insert(!colo);
    let netbuf = *info.netbuf.get_or_insert(true);
    let diskbuf = *info.diskbuf.get_or_insert(true);
    if colo && compression {
        return refused("COLO mode has no compression of checkpoints");
    }
    if !allow_unsafe && (blackhole || !netbuf || !diskbuf) {
        return refused(
            "to no receiver, or without buffering of network or disks, it is safe only if unsafe \
             mode is allowed",
        );
    }
    if colo {
        return refused("this host has no proxy for COLO mode");
    }
    if netbuf {
        return refused("there is no support for network buffering");
    }
    let interval = Duration::from_millis(u64::try_from(info.interval).unwrap_or(0));
    Ok(How { live: true, debug: false, checkpoints: Some(interval) })
}

/// Refuses a guest with disks whose writes cannot be held back.
pub fn check_devices(ctx: &Ctx, domid: u32, info: &DomainRemusInfo) -> Result<()> {
    if info.diskbuf == Some(false) {
        return Ok(());
    }
    let disks = format!("{}/device/vbd", nodes::libxl_path(domid));
    let Some(disk) = nodes::list(ctx, ctx.store(), &disks)?.into_iter().next() else {
        return Ok(());
    };
    error!(ctx, domid = domid, "cannot replicate it: disk {disk} is not one of DRBD for Remus");
    Err(Error::CheckpointDeviceNotSupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(change: fn(&mut DomainRemusInfo)) -> (Result<How>, DomainRemusInfo) {
        let mut info = DomainRemusInfo { colo: Some(false), interval: 200, ..Default::default() };
        change(&mut info);
        (settle(&Log::none(), 7, &mut info), info)
    }

    #[test]
    fn what_is_not_said_is_the_safe_thing() {
        let (outcome, info) = settled(|_| ());
        // Which this host has nothing for.
        assert_eq!(outcome, Err(Error::Fail));
        let said = [info.allow_unsafe, info.blackhole, info.compression, info.netbuf, info.diskbuf];
        assert_eq!(said, [false, false, true, true, true].map(Some));
    }

    #[test]
    fn unsafe_things_must_be_allowed() {
        let without: [fn(&mut DomainRemusInfo); 3] = [
            |info| info.netbuf = Some(false),
            |info| (info.netbuf, info.diskbuf) = (Some(false), Some(false)),
            |info| (info.netbuf, info.blackhole) = (Some(false), Some(true)),
        ];
        for change in without {
            assert_eq!(settled(change).0, Err(Error::Fail));
        }
        let (outcome, _) = settled(|info| {
            (info.netbuf, info.allow_unsafe) = (Some(false), Some(true));
        });
        let checkpoints = Some(Duration::from_millis(200));
        assert_eq!(outcome, Ok(How { live: true, debug: false, checkpoints }));
    }

    #[test]
    fn colo_is_refused() {
        assert_eq!(settled(|info| info.colo = None).0, Err(Error::Fail));
        assert_eq!(settled(|info| info.colo = Some(true)).0, Err(Error::Fail));
    }
}
