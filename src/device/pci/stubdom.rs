//! The share that a stub domain has in the PCI functions of its guest.
//!
//! A device model in a stub domain can use only functions that this domain has. So the stub domain gets each function
//! before the guest does: as a PV domain, with a back end and the function's resources. It releases the function after
//! its device model has unplugged it. The function itself is assigned to the guest only, since the memory that it
//! accesses is the guest's.
//!
//! Such a guest has no back end of its own: `pciback` serves one domain for each function. Its functions are those in
//! the stub domain's back end.

use super::access::Access;
use super::address::Address;
use super::sysfs::Host;
use super::{backend, pciback};
use crate::core::{Ao, Result};
use crate::device::add::AttachTarget;
use crate::domain::identity::Identity;
use crate::domain::nodes;
use crate::types::idiomatic::DevicePci;
use crate::warn;

/// A function and the stub domain that gets its resources.
pub fn access(domid: u32, address: Address) -> Access {
    Access { domid, address, hvm: false, stubdom: true }
}

/// Gives a function to `stubdom`, and requests that its front end connects it. If a step fails, the steps before it are
/// undone.
pub async fn give(
    ao: &Ao,
    guest: &AttachTarget<'_>,
    stubdom: &AttachTarget<'_>,
    host: &Host,
    device: &DevicePci,
    address: Address,
) -> Result<()> {
    let domid = stubdom.domid();
    if backend::count(ao, ao.store(), domid)?.is_some() {
        backend::wait_connected(ao, domid).await?;
    }
    let others = backend::functions(ao, ao.store(), domid)?;
    let access = access(domid, address);
    access.assign(ao, host, device, &others)?;
    let written = nodes::transaction_now(ao, |t| {
        guest.check(t)?;
        stubdom.check(t)?;
        backend::add(t, stubdom, device, address, true)
    });
    written.inspect_err(|_| access.revoke_resources(ao, host, &others))
}

/// Takes a function back from `stubdom`, after it could not be attached to the guest. Failures are logged.
pub async fn take_back(ao: &Ao, stubdom: &Identity, host: &Host, address: Address) {
    let domid = stubdom.domid;
    if backend::release(ao, stubdom, address).await.is_err() {
        warn!(ao, domid = domid, "taking PCI device {address} from a stub domain that uses it");
    }
    let others = backend::functions(ao, ao.store(), domid).unwrap_or_default();
    access(domid, address).revoke_resources(ao, host, &others);
    pciback::release(ao, stubdom, address).await;
    let removed = nodes::transaction(ao, |t| match stubdom.owns_nodes(ao, t)? {
        true => backend::remove(ao, t, domid, address),
        false => Ok(()),
    });
    // The error has been logged.
    let _ = removed.await;
}
