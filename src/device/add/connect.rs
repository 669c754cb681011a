//! Waiting for the back ends of new devices, and connecting them to the host.
//!
//! A back end in a kernel or in another domain detects a new device and waits in state 2 for the hotplug script, which
//! runs here if this domain is the backend domain. A back end in QEMU needs no script, and QEMU may not have been
//! started yet, so it is not waited for.
//!
//! Each device's script starts when its own back end is ready.

use std::time::Duration;

use crate::core::{Ao, Error, Result};
use crate::device::back_ends::{self, Wait};
use crate::device::{Device, hotplug};
use crate::domain::identity::{Identity, own_domid};
use crate::{debug, error};

/// The maximum time for a back end to reach state 2.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The state in which a back end waits for the script, and the later states (`xenbus.h`): a back end that needs no
/// script may reach one before its state is read.
const READY: std::ops::RangeInclusive<u32> = 2..=4;

/// Waits until each device's back end is ready, and runs the scripts. A failure does not end the wait for the other
/// devices. As in the C library, the result is the last failure in the order of the devices. Errors are logged.
pub async fn connect(ao: &Ao, owner: &Identity, devices: &[Device]) -> Result<()> {
    let waited_for: Vec<&Device> =
        devices.iter().filter(|device| !device.backend_kind.is_qemu()).collect();
    if waited_for.is_empty() {
        return Ok(());
    }
    let own = own_domid(ao)?;
    let then = |at: usize, wait| connected(ao, waited_for[at], owner, own, wait);
    let is_ready = |state| READY.contains(&state);
    let outcomes = back_ends::each(ao, &waited_for, TIMEOUT, is_ready, then).await?;
    outcomes.into_iter().rev().find(Result::is_err).unwrap_or(Ok(()))
}

/// Runs the scripts of a device whose back end is ready, or logs why it is not.
async fn connected(ao: &Ao, device: &Device, owner: &Identity, own: u32, wait: Wait) -> Result<()> {
    let (domid, base) = (device.domid, device.backend_path());
    let failed = |why: std::fmt::Arguments<'_>| {
        error!(ao, domid = domid, "cannot attach {}: {base} {why}", device.describe());
    };
    match wait {
        Wait::Reached => {
            debug!(ao, domid = domid, "{base} is ready");
            let here = device.backend_domid == own;
            if here { hotplug::connect(ao, device, owner).await } else { Ok(()) }
        }
        Wait::Removed => {
            failed(format_args!("was removed before it was ready"));
            Err(Error::Invalid)
        }
        Wait::TimedOut => {
            failed(format_args!("was not ready within {} s", TIMEOUT.as_secs()));
            Err(Error::TimedOut)
        }
    }
}
