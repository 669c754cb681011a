//! Adding a device to a domain that runs: its stored configuration is brought up to date as well.
//!
//! Under the lock of the domain's userdata: the configuration is read, the device put into it, and both are written,
//! the configuration first and inside xenstore's transaction. So a process that dies in between leaves a device in the
//! stored configuration that is not in xenstore; it is left out when the configuration is retrieved. In the other order
//! the device would be missing after a reboot.

use super::connect::connect;
use super::{Addable, AttachTarget, Existing, Stored, write};
use crate::config::defaults::devices::DeviceContext;
use crate::core::cause::{summed_up, summed_up_now};
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::Device;
use crate::domain::identity::Identity;
use crate::domain::userdata;
use crate::error;
use crate::qemu;
use crate::qemu::model;
use crate::types::idiomatic::DomainConfig;

/// A device that is written and not yet connected.
#[derive(Debug)]
pub struct Written {
    owner: Identity,
    device: Device,
}

impl Written {
    /// Whose it is, and which device: for kinds that are connected in another way.
    pub(in crate::device) fn into_parts(self) -> (Identity, Device) {
        (self.owner, self.device)
    }

    /// Waits for its back end, and joins it to the host.
    pub async fn connect(self, ao: &Ao) -> Result<()> {
        let what = format!("attach {}", self.device.describe());
        let connected = connect(ao, &self.owner, std::slice::from_ref(&self.device));
        summed_up(ao, self.device.domid, what, connected).await
    }
}

/// Writes a device for a domain that runs, and fills in `device`.
pub fn write_stored<T: Stored>(ctx: &Ctx, domid: u32, device: &mut T) -> Result<Written> {
    let what = format!("attach {}", device.describe());
    summed_up_now(ctx, domid, what, || write_and_store(ctx, domid, device))
}

/// The domain's userdata, locked. `Error::LockFail` if it is not that domain any more.
pub fn lock_userdata<'a>(ctx: &'a Ctx, owner: &Identity) -> Result<userdata::Locked<'a>> {
    userdata::lock_of(ctx, owner.domid, owner.uuid).map_err(|_| {
        error!(ctx, domid = owner.domid, "cannot lock the domain's userdata");
        Error::LockFail
    })
}

/// The stored configuration, for a change of the domain's devices. `Error::JsonConfigEmpty` if there is none.
pub fn stored_config(
    ctx: &Ctx,
    domid: u32,
    files: &userdata::Locked<'_>,
) -> Result<Box<DomainConfig>> {
    files.config(ctx)?.ok_or_else(|| {
        error!(ctx, domid = domid, "cannot read the stored configuration: there is none");
        Error::JsonConfigEmpty
    })
}

/// [`lock_userdata`], and the [`stored_config`] in it.
pub fn lock_config<'a>(
    ctx: &'a Ctx,
    owner: &Identity,
) -> Result<(userdata::Locked<'a>, Box<DomainConfig>)> {
    let files = lock_userdata(ctx, owner)?;
    let config = stored_config(ctx, owner.domid, &files)?;
    Ok((files, config))
}

fn write_and_store<T: Stored>(ctx: &Ctx, domid: u32, device: &mut T) -> Result<Written> {
    let target = AttachTarget::of(ctx, domid).map_err(|e| match e {
        Error::DomainNotFound => T::NO_DOMAIN,
        e => e,
    })?;
    let (mut complete, asked) = (device.clone(), device.clone());
    complete.set_defaults(DeviceContext { world: &target, domid, hotplug: true })?;

    let owner = target.owner().clone();
    let (locked, stored) = lock_config(ctx, &owner)?;
    let mut devices = [complete];
    let written = write(&target, &mut devices, Existing::Refused, |_, devices| {
        let mut config = stored.clone();
        let mut asked = asked.clone();
        asked.settle(&devices[0]);
        put(T::list(&mut config), asked);
        check_model(ctx, domid, &config)?;
        devices[0].check(ctx, domid)?;
        locked.set_config(&config)
    })?;
    drop(locked);
    [*device] = devices;
    let device = written[0];
    Ok(Written { owner, device })
}

/// Writes a device of a kind that is not stored and not waited for.
pub fn write_bare<T: Addable>(ctx: &Ctx, domid: u32, device: &mut T) -> Result<()> {
    let what = format!("attach {}", device.describe());
    summed_up_now(ctx, domid, what, || {
        let target = AttachTarget::of(ctx, domid).map_err(|e| match e {
            Error::DomainNotFound => Error::Fail,
            e => e,
        })?;
        super::written(&target, std::slice::from_mut(device))
    })
}

/// Puts a device into a list, instead of the same one that is there.
pub fn put<T: Stored>(list: &mut Vec<T>, device: T) {
    match list.iter_mut().rfind(|old| old.is(&device)) {
        Some(old) => *old = device,
        None => list.push(device),
    }
}

/// Refuses what only a device model could serve if none runs: it is started with the domain, or not at all.
pub fn check_model(ctx: &Ctx, domid: u32, config: &DomainConfig) -> Result<()> {
    if !qemu::needed(ctx, config)? || model::is_active(ctx, domid)? {
        return Ok(());
    }
    error!(
        ctx,
        domid = domid,
        "cannot serve the device: it needs a device model, and the domain was started without"
    );
    Err(Error::Fail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::{DeviceNic, Text};

    #[test]
    fn a_device_takes_the_place_of_the_same() {
        let nic =
            |devid, bridge| DeviceNic { devid, bridge: Text::new(bridge), ..Default::default() };
        let mut nics = vec![nic(0, "a"), nic(1, "b")];
        put(&mut nics, nic(1, "c"));
        put(&mut nics, nic(4, "d"));
        let shown: Vec<_> =
            nics.iter().map(|nic| (nic.devid, nic.bridge.clone().unwrap().to_string())).collect();
        assert_eq!(shown, [(0, "a".into()), (1, "c".into()), (4, "d".into())]);
    }
}
