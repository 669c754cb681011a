//! Attaching PCI functions to a guest: while it runs, or during its creation.

use std::time::Duration;

use nix::errno::Errno;

use super::access::{Access, reset};
use super::address::Address;
use super::records;
use super::sysfs::Host;
use super::{ALL_FUNCTIONS, address_of, assignable, backend, detach, find, qemu, stubdom};
use crate::config::defaults::devices;
use crate::core::cause::summed_up;
use crate::core::{Ao, Error, Result};
use crate::device::add::AttachTarget;
use crate::device::add::running::{check_model, lock_config};
use crate::domain::kind::DomainKind;
use crate::domain::{names, nodes};
use crate::error;
use crate::lock::DeviceLock;
use crate::qemu::qmp::is_error_response;
use crate::types::idiomatic::{DevicePci, DomainConfig};
use crate::xen::store::Ops;

/// How long a stub domain may take to connect a function.
const STUBDOM_TIMEOUT: Duration = Duration::from_secs(60);

/// Attaches a function, or all functions of a device, to a running domain.
pub async fn add(ao: &Ao, domid: u32, device: DevicePci) -> Result<()> {
    let what = format!("attach {}", backend::describe(&device));
    summed_up(ao, domid, what, add_running(ao, domid, device)).await
}

async fn add_running(ao: &Ao, domid: u32, mut device: DevicePci) -> Result<()> {
    find(ao, domid, &mut device)?;
    let target = AttachTarget::of(ao, domid).map_err(|_| Error::Fail)?;
    // A stub domain's functions are changed together with its guest's.
    let guest = names::stubdom_target(ao, domid);
    let _no_other_change = DeviceLock::take(ao, guest.unwrap_or(domid)).await?;
    Attachment::of(ao, &target, guest.is_some(), true)?.attach(device).await
}

/// Attaches the configured functions to a domain that is being created, one after the other, since they share a back
/// end.
pub async fn add_all(ao: &Ao, target: &AttachTarget<'_>, devices: &[DevicePci]) -> Result<()> {
    for device in devices {
        let mut device = device.clone();
        find(ao, target.domid(), &mut device)?;
        let attachment = Attachment::of(ao, target, false, false)?;
        let what = format!("attach {}", backend::describe(&device));
        summed_up(ao, target.domid(), what, attachment.attach(device)).await?;
    }
    Ok(())
}

/// The attachment of functions to one domain.
struct Attachment<'a> {
    ao: &'a Ao,
    target: &'a AttachTarget<'a>,
    /// The stub domain with its device model, if it has one.
    stubdom: Option<AttachTarget<'a>>,
    /// Whether it is a stub domain itself.
    is_stubdom: bool,
    host: Host,
    /// Whether the domain runs. Otherwise it is being created: its front end does not exist yet, and its
    /// configuration is stored later.
    runs: bool,
}

impl<'a> Attachment<'a> {
    fn of(ao: &'a Ao, target: &'a AttachTarget<'a>, is_stubdom: bool, runs: bool) -> Result<Self> {
        let stubdom = names::stubdom_of(ao, target.domid());
        let stubdom = stubdom.map(|domid| AttachTarget::of(ao, domid)).transpose();
        let stubdom = stubdom.map_err(|_| Error::Fail)?;
        Ok(Self { ao, target, stubdom, is_stubdom, host: Host::here(), runs })
    }

    fn domid(&self) -> u32 {
        self.target.domid()
    }

    fn is_hvm(&self) -> bool {
        self.target.guest() == DomainKind::Hvm
    }

    async fn attach(&self, mut device: DevicePci) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid());
        let address = address_of(ao, &device)?;
        if self.is_hvm() {
            self.check_hypervisor(address)?;
        }
        devices::pci(&mut device);
        if device.seize && !matches!(self.host.is_assignable(address), Ok(true)) {
            assignable::make_assignable(ao, &self.host, address, device.name.as_ref(), true)?;
        }
        let parts = self.parts(&device, address)?;
        nodes::transaction_now(ao, |t| {
            parts.iter().try_for_each(|(_, address)| {
                records::record_owner(ao, t, *address, domid, |t| self.target.check(t))
            })
        })?;
        parts.iter().for_each(|(_, address)| reset(ao, &self.host, domid, *address));
        let (mut given, mut done) = (0, 0);
        let outcome = async {
            self.give_to_stubdom(&device, &parts, &mut given).await?;
            for (part, address) in &parts {
                self.attach_function(part.clone(), *address, parts.len() > 1).await?;
                done += 1;
            }
            Ok(())
        };
        let outcome = outcome.await;
        if outcome.is_err() {
            let ao = ao.unabortable();
            for (_, address) in parts[..done].iter().rev() {
                detach::undo(&ao, self.target.owner(), &self.access(*address), &self.host).await;
            }
            if let Some(stubdom) = &self.stubdom {
                for (_, address) in parts[..given].iter().rev() {
                    stubdom::take_back(&ao, stubdom.owner(), &self.host, *address).await;
                }
            }
            for (_, address) in &parts {
                detach::release_ownership(&ao, *address, domid).await;
            }
        }
        outcome
    }

    fn access(&self, address: Address) -> Access {
        let (domid, hvm) = (self.domid(), self.is_hvm());
        Access { domid, address, hvm, stubdom: self.is_stubdom }
    }

    /// Gives the functions to the stub domain, if there is one, and waits until it has connected them, since its device
    /// model would not find them before. `given` counts them.
    async fn give_to_stubdom(
        &self,
        device: &DevicePci,
        parts: &[(DevicePci, Address)],
        given: &mut usize,
    ) -> Result<()> {
        let Some(stubdom) = &self.stubdom else { return Ok(()) };
        let several = parts.len() > 1;
        for (part, address) in parts {
            // Its slot is the one in the guest, if that was requested; the stub domain has its own.
            let vdevfn = if several { part.vdevfn } else { device.vdevfn };
            let part = DevicePci { vdevfn, ..part.clone() };
            stubdom::give(self.ao, self.target, stubdom, &self.host, &part, *address).await?;
            *given += 1;
        }
        backend::wait_connected_for(self.ao, stubdom.domid(), STUBDOM_TIMEOUT).await
    }

    /// Asks the hypervisor, before the first step, whether it can assign the function to the domain.
    fn check_hypervisor(&self, address: Address) -> Result<()> {
        let (ctx, domid) = (self.target.ctx(), self.domid());
        ctx.hypervisor().test_assign_device(domid, address.encoded()).map_err(|e| {
            let why = match e.errno {
                Errno::EOPNOTSUPP => "the domain was created without an IOMMU".to_owned(),
                Errno::EBUSY => "it is assigned to another domain".to_owned(),
                _ => e.to_string(),
            };
            error!(ctx, domid = domid, "cannot attach PCI device {address}: {why}");
            Error::Nonspecific
        })
    }

    /// The functions to attach. Function 0 of a device is last: when it appears, a guest scans for the other functions.
    fn parts(&self, device: &DevicePci, address: Address) -> Result<Vec<(DevicePci, Address)>> {
        let (ctx, domid) = (self.target.ctx(), self.domid());
        let slot = device.vdevfn & !7;
        let addresses = if device.vfunc_mask == ALL_FUNCTIONS {
            if slot == 0 {
                error!(
                    ctx,
                    domid = domid,
                    "cannot attach all functions of PCI device {address}: no virtual slot is configured"
                );
                return Err(Error::Invalid);
            }
            self.host.functions(address).map_err(|e| {
                error!(
                    ctx,
                    domid = domid,
                    "cannot list the functions of PCI device {address}: {e}"
                );
                Error::Fail
            })?
        } else {
            vec![address]
        };
        if addresses.is_empty() {
            error!(
                ctx,
                domid = domid,
                "cannot attach PCI device {address}: no such device on the host"
            );
            return Err(Error::Fail);
        }
        let mut parts = Vec::new();
        for address in addresses {
            if !assignable::is_assignable(ctx, &self.host, address)? {
                error!(
                    ctx,
                    domid = domid,
                    "cannot attach PCI device {address}: it is not assignable: it is not bound to the driver pciback"
                );
                return Err(Error::Fail);
            }
            let mut part = device.clone();
            address.put_into(&mut part);
            let own_bit = 1 << address.function;
            if device.vfunc_mask == ALL_FUNCTIONS {
                part.vfunc_mask = own_bit;
            }
            // A single function becomes function 0 in the guest: a guest ignores a device without function 0.
            let keeps_number = part.vfunc_mask == own_bit;
            part.vdevfn = if keeps_number { slot | u32::from(address.function) } else { slot };
            parts.push((part, address));
        }
        Ok(parts)
    }

    async fn attach_function(
        &self,
        mut device: DevicePci,
        address: Address,
        several: bool,
    ) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid());
        let in_qemu = self.is_hvm();
        if in_qemu {
            let retries = self.stubdom.is_some();
            let added = qemu::add(ao, domid, &device, address, several, retries).await;
            device.vdevfn = match added {
                // QEMU may have plugged it in, or may do so later.
                Err(e) if !is_error_response(e) => {
                    qemu::request_removal(&ao.unabortable(), domid, address).await;
                    return Err(e);
                }
                added => added?,
            };
        }
        let outcome = self.assign(&device, address).await;
        if outcome.is_err() && in_qemu {
            qemu::request_removal(&ao.unabortable(), domid, address).await;
        }
        outcome
    }

    async fn assign(&self, device: &DevicePci, address: Address) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid());
        let waits = self.runs
            && self.target.guest() == DomainKind::Pv
            && backend::count(ao, ao.store(), domid)?.is_some();
        if waits {
            backend::wait_connected(ao, domid).await?;
        }
        let access = self.access(address);
        let holder = self.stubdom.as_ref().map_or(domid, AttachTarget::domid);
        let others = backend::functions(ao, ao.store(), holder)?;
        access.assign(ao, &self.host, device, &others)?;
        // A stub domain has no stored configuration.
        let written = match self.runs && !self.is_stubdom {
            true => self.store(device, address),
            false => nodes::transaction_now(ao, |t| {
                self.target.check(t)?;
                self.write(t, device, address)
            }),
        };
        written.inspect_err(|_| {
            access.revoke_resources(ao, &self.host, &others);
            reset(ao, &self.host, domid, address);
            access.deassign(ao);
        })
    }

    /// Writes the nodes of a function, within a transaction; those of a guest with a stub domain are written already.
    fn write(&self, ops: &impl Ops, device: &DevicePci, address: Address) -> Result<()> {
        match &self.stubdom {
            Some(_) => Ok(()),
            None => backend::add(ops, self.target, device, address, self.runs),
        }
    }

    /// As [`Self::write`], in a transaction, and adds the function to the stored configuration.
    fn store(&self, device: &DevicePci, address: Address) -> Result<()> {
        let (ctx, domid) = (self.target.ctx(), self.domid());
        let (locked, mut config) = lock_config(ctx, self.target.owner())?;
        put(&mut config, device.clone());
        check_model(ctx, domid, &config)?;
        nodes::transaction_now(ctx, |t| {
            self.target.check(t)?;
            locked.set_config(&config)?;
            self.write(t, device, address)
        })
    }
}

/// Adds a device to the configuration, or replaces the one with the same address.
fn put(config: &mut DomainConfig, device: DevicePci) {
    let is = |old: &&mut DevicePci| Address::of(old) == Address::of(&device);
    match config.pcidevs.iter_mut().rfind(is) {
        Some(old) => *old = device,
        None => config.pcidevs.push(device),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_replaces_the_one_with_its_address() {
        let address = |device| Address { segment: 0, bus: 0, device, function: 0 };
        let mut config = DomainConfig::default();
        put(&mut config, address(5).to_device());
        put(&mut config, address(6).to_device());
        put(&mut config, DevicePci { vdevfn: 0x30, ..address(5).to_device() });
        let shown: Vec<_> = config.pcidevs.iter().map(|d| (d.dev, d.vdevfn)).collect();
        assert_eq!(shown, [(5, 0x30), (6, 0)]);
    }
}
