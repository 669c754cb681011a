//! Taking a function back from the kernel's `xen-pciback` when no front end is connected to the back end.
//!
//! That driver takes a function for a domain as soon as the function is in the back end's nodes (`state-N` becomes 3),
//! also if the domain never connects a front end: a PV guest without pcifront, and every HVM guest. It does not notice
//! that the nodes of a function are removed. It would keep the function until the domain ends: another domain could not
//! get it, and a front end that connects later still could use it.
//!
//! Linux 5.13 and later look for functions to release (`state-N` is 5) at each change below a back end in state 3; older
//! ones do so only together with a front end, and keep the function. The driver does not tell when it has released one,
//! and the nodes must stay until then. But the kernel handles the changes that xenstored reports to it in their order,
//! in one thread, and passes on from there those that programs wait for through its own connection. So when a watch that
//! was set there reports for the first time, the driver has handled all earlier changes.

use std::fmt::Display;
use std::path::Path;
use std::time::Instant;

use super::address::Address;
use super::backend::{self, CLOSING, CONNECTED, INITIALISED, RECONFIGURING, TIMEOUT};
use crate::core::number::leading_number;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::read::pci::backend_path;
use crate::domain::identity::Identity;
use crate::domain::nodes;
use crate::runtime::descriptor::Descriptor;
use crate::warn;
use crate::xen::store::{Ops, Store, StoreError};

/// The kernel's own connection to xenstored.
const KERNEL: &str = "/dev/xen/xenbus";

/// Lets the driver release a function, whose nodes are to be removed, if no front end is connected and the driver has
/// taken it. It releases all functions by itself when the back end is removed with the last one. A failure is only
/// logged.
pub async fn release(ao: &Ao, holder: &Identity, address: Address) {
    let domid = holder.domid;
    let released =
        async {
            if backend::count(ao, ao.store(), domid)?.is_none_or(|count| count < 2) {
                return Ok(());
            }
            // It may be about to take a function that was added just now.
            wait_for_kernel(ao, domid, address).await?;
            let told = nodes::transaction(ao, |t| {
                Ok(holder.owns_nodes(ao, t)? && ask(ao, t, domid, address)?)
            });
            match told.await? {
                true => wait_for_kernel(ao, domid, address).await,
                false => Ok(()),
            }
        };
    // The reason is logged.
    let _: Result<()> = released.await;
}

/// Requests the release, within a transaction. False if there is nothing to release.
fn ask(ctx: &Ctx, ops: &impl Ops, domid: u32, address: Address) -> Result<bool> {
    let base = backend_path(domid);
    let Some(at) = backend::number_of(ctx, ops, domid, address)? else { return Ok(false) };
    let paths = [format!("{base}/state"), format!("{base}/state-{at}")];
    let values = nodes::read_many(ctx, ops, &paths)?;
    let [state, part] =
        [0, 1].map(|at: usize| values[at].as_deref().and_then(leading_number::<u32>));
    if part != Some(INITIALISED) {
        return Ok(false);
    }
    // An attachment to an HVM guest has requested a reconfiguration, which no front end confirms.
    if !state.is_some_and(|state| [INITIALISED, RECONFIGURING].contains(&state)) {
        if state == Some(CONNECTED) {
            warn!(
                ctx,
                domid = domid,
                "xen-pciback keeps PCI device {address}: the guest has connected a front end to it"
            );
        }
        return Ok(false);
    }
    let [state, part] = paths;
    let nodes = [(part, CLOSING.to_string()), (state, INITIALISED.to_string())];
    ops.write_many(&nodes).map_err(|e| nodes::failed(ctx, e)).map(|()| true)
}

/// Waits until the kernel's drivers have handled all changes of xenstore that have been made before.
async fn wait_for_kernel(ao: &Ao, domid: u32, address: Address) -> Result<()> {
    let failed = |why: &dyn Display| {
        warn!(
            ao,
            domid = domid,
            "cannot wait until xen-pciback has released PCI device {address}: {why}"
        );
        Error::Fail
    };
    let store = Store::open_at(Path::new(KERNEL)).map_err(|e| failed(&format!("{KERNEL}: {e}")))?;
    let failed_watch = |e: StoreError| failed(&e);
    store.watch(&backend_path(domid), "kernel").map_err(failed_watch)?;
    let fd = store.as_fd().map_err(failed_watch)?;
    let events = Descriptor::new(ao.ctx().runtime(), fd).map_err(|e| failed(&e.desc()))?;
    let reported = async {
        while store.pending_watch_events().map_err(failed_watch)?.is_empty() {
            events.readable().await.map_err(|e| failed(&e.desc()))?;
        }
        Ok(())
    };
    let reported = ao.until(Instant::now() + TIMEOUT, reported).await?;
    reported.unwrap_or_else(|| {
        let seconds = TIMEOUT.as_secs();
        Err(failed(&format!("the kernel has not handled its watch events within {seconds} s")))
    })
}
