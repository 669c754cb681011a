//! Replication (Remus, COLO): the defaults and checks of its parameters.
//!
//! The packets that a guest sends must not leave the host before the receiver has the checkpoint that follows them;
//! otherwise its peers would have seen a state that the replica does not have. This needs network buffering, which
//! requires libnl (Debian's libxl is built without it), and disk buffering, which requires a protocol that only an old
//! DRBD has. An application that does without them must set `allow_unsafe`.

use std::time::Duration;

use super::save::SaveOptions;
use crate::core::{Ctx, Error, Result};
use crate::domain::nodes;
use crate::error;
use crate::types::idiomatic::DomainRemusInfo;
use crate::xen::log::Log;

/// Sets the defaults of the parameters and checks them. An error is logged.
pub fn set_defaults(log: &Log, domid: u32, info: &mut DomainRemusInfo) -> Result<SaveOptions> {
    let refused = |why: &str| {
        error!(log, domid = domid, "cannot replicate the domain: {why}");
        Err(Error::Fail)
    };
    let Some(colo) = info.colo else {
        return refused("the parameter colo is not set");
    };
    let allow_unsafe = *info.allow_unsafe.get_or_insert(false);
    let blackhole = *info.blackhole.get_or_insert(false);
    let compression = *info.compression.get_or_insert(!colo);
    let netbuf = *info.netbuf.get_or_insert(true);
    let diskbuf = *info.diskbuf.get_or_insert(true);
    if colo && compression {
        return refused("COLO mode does not support compression of checkpoints");
    }
    if !allow_unsafe && (blackhole || !netbuf || !diskbuf) {
        return refused(
            "without a receiver, network buffering or disk buffering it is unsafe, and unsafe \
             mode is not allowed",
        );
    }
    if colo {
        return refused("COLO mode is not supported");
    }
    if netbuf {
        return refused("network buffering is not supported");
    }
    let interval = Duration::from_millis(u64::try_from(info.interval).unwrap_or(0));
    Ok(SaveOptions { live: true, debug: false, checkpoints: Some(interval) })
}

/// Refuses a guest with disks if its writes must be buffered, which no disk here supports.
pub fn check_devices(ctx: &Ctx, domid: u32, info: &DomainRemusInfo) -> Result<()> {
    if info.diskbuf == Some(false) {
        return Ok(());
    }
    let disks = format!("{}/device/vbd", nodes::libxl_path(domid));
    let Some(disk) = nodes::list(ctx, ctx.store(), &disks)?.into_iter().next() else {
        return Ok(());
    };
    error!(
        ctx,
        domid = domid,
        "cannot replicate the domain: disk {disk} has no buffering (DRBD for Remus)"
    );
    Err(Error::CheckpointDeviceNotSupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(change: fn(&mut DomainRemusInfo)) -> (Result<SaveOptions>, DomainRemusInfo) {
        let mut info = DomainRemusInfo { colo: Some(false), interval: 200, ..Default::default() };
        change(&mut info);
        (set_defaults(&Log::none(), 7, &mut info), info)
    }

    #[test]
    fn defaults_are_safe() {
        let (outcome, info) = settled(|_| ());
        // Network buffering, the default, is not supported.
        assert_eq!(outcome, Err(Error::Fail));
        let said = [info.allow_unsafe, info.blackhole, info.compression, info.netbuf, info.diskbuf];
        assert_eq!(said, [false, false, true, true, true].map(Some));
    }

    #[test]
    fn unsafe_modes_must_be_allowed() {
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
        assert_eq!(outcome, Ok(SaveOptions { live: true, debug: false, checkpoints }));
    }

    #[test]
    fn colo_is_refused() {
        assert_eq!(settled(|info| info.colo = None).0, Err(Error::Fail));
        assert_eq!(settled(|info| info.colo = Some(true)).0, Err(Error::Fail));
    }
}
