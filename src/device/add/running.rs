//! Adding a device to a running domain, including its stored configuration.
//!
//! Under the lock of the domain's userdata, the configuration is read, the device is added to it, and both are written:
//! first the configuration, inside the transaction of xenstore. So a process that dies in between leaves a device in
//! the stored configuration that is not in xenstore; it is left out when the configuration is retrieved. In the other
//! order the device would be missing after a reboot.

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

/// A device that was written but not connected yet.
#[derive(Debug)]
pub struct Written {
    owner: Identity,
    device: Device,
}

impl Written {
    #[cfg(since = "4.19")]
    pub(in crate::device) fn new(owner: Identity, device: Device) -> Self {
        Self { owner, device }
    }

    /// The guest and the device, for kinds that are connected in another way.
    pub(in crate::device) fn into_parts(self) -> (Identity, Device) {
        (self.owner, self.device)
    }

    /// Waits for its back end, and runs the hotplug scripts. Errors are logged, with a summary at the end.
    pub async fn connect(self, ao: &Ao) -> Result<()> {
        let what = format!("attach {}", self.device.describe());
        let connected = connect(ao, &self.owner, std::slice::from_ref(&self.device));
        summed_up(ao, self.device.domid, what, connected).await
    }
}

/// Writes a device of a running domain, and stores it in the domain's configuration. `device` gets its defaults. Errors
/// are logged.
pub fn write_stored<T: Stored>(ctx: &Ctx, domid: u32, device: &mut T) -> Result<Written> {
    let what = format!("attach {}", device.describe());
    summed_up_now(ctx, domid, what, || write_and_store(ctx, domid, device))
}

/// Locks the domain's userdata. `Error::LockFail`, logged, if the domid belongs to another domain by now.
pub fn lock_userdata<'a>(ctx: &'a Ctx, owner: &Identity) -> Result<userdata::Locked<'a>> {
    userdata::lock_of(ctx, owner.domid, owner.uuid).map_err(|_| {
        error!(ctx, domid = owner.domid, "cannot lock the domain's userdata");
        Error::LockFail
    })
}

/// Reads the stored configuration, for a change of the domain's devices. `Error::JsonConfigEmpty` if there is none.
/// Errors are logged.
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

/// Calls [`lock_userdata`], and then [`stored_config`].
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
    let (mut complete, requested) = (device.clone(), device.clone());
    complete.set_defaults(DeviceContext { world: &target, domid, hotplug: true })?;

    let owner = target.owner().clone();
    let (locked, stored) = lock_config(ctx, &owner)?;
    let mut devices = [complete];
    let written = write(&target, &mut devices, Existing::Refused, |_, devices| {
        let mut config = stored.clone();
        let mut requested = requested.clone();
        requested.copy_chosen(&devices[0]);
        insert_or_replace(T::list(&mut config), requested);
        check_model(ctx, domid, &config)?;
        devices[0].check(ctx, domid)?;
        locked.set_config(&config)
    })?;
    drop(locked);
    [*device] = devices;
    let device = written[0];
    Ok(Written { owner, device })
}

/// Writes a device of a kind that is neither stored in the configuration nor waited for. Errors are logged.
pub fn write_unstored<T: Addable>(ctx: &Ctx, domid: u32, device: &mut T) -> Result<()> {
    let what = format!("attach {}", device.describe());
    summed_up_now(ctx, domid, what, || {
        let target = AttachTarget::of(ctx, domid).map_err(|e| match e {
            Error::DomainNotFound => Error::Fail,
            e => e,
        })?;
        super::written(&target, std::slice::from_mut(device))
    })
}

/// Adds a device to a list, or replaces the same device in it.
pub fn insert_or_replace<T: Stored>(list: &mut Vec<T>, device: T) {
    match list.iter_mut().rfind(|old| old.is_same(&device)) {
        Some(old) => *old = device,
        None => list.push(device),
    }
}

/// Fails if the configuration needs a device model and none is running: it is started only with the domain. Errors are
/// logged.
pub fn check_model(ctx: &Ctx, domid: u32, config: &DomainConfig) -> Result<()> {
    if !qemu::needed(ctx, config)? || model::is_active(ctx, domid)? {
        return Ok(());
    }
    error!(
        ctx,
        domid = domid,
        "cannot attach the device: it needs a device model, and the domain was started without one"
    );
    Err(Error::Fail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::{DeviceNic, Text};

    #[test]
    fn a_device_replaces_the_same_device() {
        let nic =
            |devid, bridge| DeviceNic { devid, bridge: Text::new(bridge), ..Default::default() };
        let mut nics = vec![nic(0, "a"), nic(1, "b")];
        insert_or_replace(&mut nics, nic(1, "c"));
        insert_or_replace(&mut nics, nic(4, "d"));
        let shown: Vec<_> =
            nics.iter().map(|nic| (nic.devid, nic.bridge.clone().unwrap().to_string())).collect();
        assert_eq!(shown, [(0, "a".into()), (1, "c".into()), (4, "d".into())]);
    }
}
