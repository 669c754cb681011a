//! A guest's PCI back end in xenstore. A guest has at most one, in domain 0, for all its functions, which are nodes
//! with consecutive numbers in the back end's directory.
//!
//! | node | content |
//! |---|---|
//! | `num_devs` | the number of functions |
//! | `dev-N`, `key-N` | the address of a function |
//! | `vdevfn-N` | slot and function in the guest, hexadecimal, if that is known |
//! | `name-N` | the name that the administrator chose, if there is one |
//! | `opts-N` | options |
//! | `state-N` | its state: 1 new, 3 taken by the driver of the back end, 5 to be removed |
//! | `state` | the back end's state; 7 requests that it reads the functions' states and returns to 4 |
//!
//! The driver of the back end, `xen-pciback`, is used by PV guests. It takes the functions of an HVM guest as well
//! (`pciback.rs`), but only the toolstack reads their nodes.

use std::time::{Duration, Instant};

use super::address::Address;
use crate::core::number::leading_number;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::add::AttachTarget;
use crate::device::read::pci::{self as read, backend_path};
use crate::domain::identity::Identity;
use crate::domain::{names, nodes};
use crate::error;
use crate::types::idiomatic::{DevicePci, Text};
use crate::xen::store::{Access, NewNode, Ops, Permission};

/// Values of `xenbus_state` (`io/xenbus.h`).
const INITIALISING: u32 = 1;
pub const INITIALISED: u32 = 3;
pub const CONNECTED: u32 = 4;
pub const CLOSING: u32 = 5;
pub const RECONFIGURING: u32 = 7;
const RECONFIGURED: u32 = 8;

/// How long the back end and the guest may take to process a change.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// The names of a function's nodes in the back end's directory.
const NODES: [&str; 7] = ["state", "dev", "key", "vdev", "opts", "vdevfn", "name"];

/// The front end's directory.
fn frontend_path(domid: u32) -> String {
    format!("{}/device/pci/0", nodes::domain_path(domid))
}

/// The node with the number of functions.
pub fn count_path(domid: u32) -> String {
    format!("{}/num_devs", backend_path(domid))
}

/// The number of functions of the guest; `None` without a back end.
pub fn count(ctx: &Ctx, ops: &impl Ops, domid: u32) -> Result<Option<usize>> {
    let number = nodes::read(ctx, ops, &count_path(domid))?;
    Ok(number.map(|number| read::count(Some(&number)) as usize))
}

/// The addresses of the guest's functions, in order; an invalid one is left out.
pub fn functions(ctx: &Ctx, ops: &impl Ops, domid: u32) -> Result<Vec<Address>> {
    Ok(addresses_by_number(ctx, ops, domid)?.into_iter().flatten().collect())
}

fn addresses_by_number(ctx: &Ctx, ops: &impl Ops, domid: u32) -> Result<Vec<Option<Address>>> {
    let Some(count) = count(ctx, ops, domid)? else { return Ok(Vec::new()) };
    let base = backend_path(domid);
    let paths: Vec<_> = (0..count).map(|at| format!("{base}/dev-{at}")).collect();
    let values = nodes::read_many(ctx, ops, &paths)?;
    Ok(values.iter().map(|value| Address::parse(value.as_deref()?)).collect())
}

/// The number of a function in the back end's directory.
pub fn number_of(ctx: &Ctx, ops: &impl Ops, domid: u32, address: Address) -> Result<Option<usize>> {
    let all = addresses_by_number(ctx, ops, domid)?;
    Ok(all.iter().position(|a| *a == Some(address)))
}

/// Whether a PV guest's driver has begun to use the back end. The guest can write to the front end's node, so its state
/// alone does not tell that a back end which was connected serves nobody.
fn is_in_use(ctx: &Ctx, ops: &impl Ops, domid: u32) -> Result<bool> {
    let halves = [frontend_path(domid), backend_path(domid)];
    let states = nodes::read_array(ctx, ops, halves.map(|half| format!("{half}/state")))?;
    let [front, back] = states.map(|state| state.and_then(|state| leading_number::<u32>(&state)));
    Ok(front.is_some_and(|state| state > INITIALISING)
        || back.is_some_and(|state| [CONNECTED, RECONFIGURING, RECONFIGURED].contains(&state)))
}

/// Waits until the back end is connected, that is, until it has processed all earlier changes.
pub async fn wait_connected(ao: &Ao, domid: u32) -> Result<()> {
    wait_connected_for(ao, domid, TIMEOUT).await.map_err(|e| match e {
        Error::TimedOut => Error::Fail,
        e => e,
    })
}

/// As [`wait_connected`], for at most `timeout`; `Error::TimedOut` then.
pub async fn wait_connected_for(ao: &Ao, domid: u32, timeout: Duration) -> Result<()> {
    let base = backend_path(domid);
    let path = format!("{base}/state");
    let mut changes = ao.watch(&path)?;
    let settled = async {
        loop {
            changes.changed().await;
            match nodes::read(ao, ao.store(), &path)? {
                Some(state) if leading_number(&state) == Some(CONNECTED) => return Ok(()),
                Some(_) => {}
                None => {
                    error!(ao, domid = domid, "cannot wait for {base}: it does not exist");
                    return Err(Error::Fail);
                }
            }
        }
    };
    ao.until(Instant::now() + timeout, settled).await?.unwrap_or_else(|| {
        let seconds = timeout.as_secs();
        error!(ao, domid = domid, "cannot use {base}: it was not connected within {seconds} s");
        Err(Error::TimedOut)
    })
}

/// Asks a PV domain to release a function, if its driver uses the back end, and waits until it has.
pub async fn release(ao: &Ao, owner: &Identity, address: Address) -> Result<()> {
    let domid = owner.domid;
    if !is_in_use(ao, ao.store(), domid)? {
        return Ok(());
    }
    wait_connected(ao, domid).await?;
    let told = nodes::transaction(ao, |t| {
        Ok(owner.owns_nodes(ao, t)? && ask_to_release(ao, t, domid, address)?)
    });
    match told.await? {
        true => wait_connected(ao, domid).await,
        false => Ok(()),
    }
}

/// Writes the nodes of a function, and those of the back end for the first one, within a transaction. If the guest
/// runs, the back end is told to process the change.
pub fn add(
    ops: &impl Ops,
    target: &AttachTarget<'_>,
    device: &DevicePci,
    address: Address,
    runs: bool,
) -> Result<()> {
    let (ctx, domid) = (target.ctx(), target.domid());
    let base = backend_path(domid);
    let found = count(ctx, ops, domid)?;
    let mut new = Vec::new();
    if found.is_none() {
        let both = [base.clone(), frontend_path(domid)];
        ops.remove_many(&both).map_err(|e| nodes::failed(ctx, e))?;
        let name = names::name_of(ctx, domid);
        new.extend(empty_backend(domid, name));
    }
    let number = found.unwrap_or(0);
    new.extend(function(&base, number, device, address));
    if number > 0 && runs {
        new.push(NewNode::value(format!("{base}/state"), RECONFIGURING.to_string()));
    }
    ops.make_many(&new).map_err(|e| nodes::failed(ctx, e))
}

/// The nodes of a back end without functions, and of the front end.
fn empty_backend(domid: u32, name: Option<Vec<u8>>) -> Vec<NewNode> {
    let (back, front) = (backend_path(domid), frontend_path(domid));
    let may_read =
        |owner, other| [Permission::new(owner, Access::None), Permission::new(other, Access::Read)];
    let value =
        |half: &str, name: &str, value: &str| NewNode::value(format!("{half}/{name}"), value);
    let mut new = vec![
        NewNode::directory(&back, &may_read(0, domid)),
        value(&back, "frontend", &front),
        value(&back, "frontend-id", &domid.to_string()),
        value(&back, "online", "1"),
        value(&back, "state", &INITIALISING.to_string()),
    ];
    new.extend(name.map(|name| NewNode::value(format!("{back}/domain"), name)));
    new.extend([
        NewNode::directory(&front, &may_read(domid, 0)),
        value(&front, "backend", &back),
        value(&front, "backend-id", "0"),
        value(&front, "state", &INITIALISING.to_string()),
    ]);
    new
}

/// The nodes of one function, and the new number of functions.
fn function(base: &str, at: usize, device: &DevicePci, address: Address) -> Vec<NewNode> {
    let node = |name: &str, value: Vec<u8>| NewNode::value(format!("{base}/{name}-{at}"), value);
    let address = address.to_string();
    let mut new = vec![node("key", address.clone().into()), node("dev", address.into())];
    if device.vdevfn != 0 {
        new.push(node("vdevfn", format!("{:x}", device.vdevfn).into()));
    }
    new.extend(device.name.as_ref().map(|name| node("name", name.as_bytes().to_vec())));
    let options = format!(
        "msitranslate={},power_mgmt={},permissive={},rdm_policy={}",
        u8::from(device.msitranslate),
        u8::from(device.power_mgmt),
        u8::from(device.permissive),
        device.rdm_policy.name().unwrap_or_default()
    );
    new.push(node("opts", options.into()));
    new.push(node("state", INITIALISING.to_string().into()));
    new.push(NewNode::value(format!("{base}/num_devs"), (at + 1).to_string()));
    new
}

/// Tells a connected guest to release a function, within a transaction. False if the guest does not have it.
fn ask_to_release(ctx: &Ctx, ops: &impl Ops, domid: u32, address: Address) -> Result<bool> {
    let base = backend_path(domid);
    let Some(at) = number_of(ctx, ops, domid, address)? else { return Ok(false) };
    let nodes = [
        (format!("{base}/state-{at}"), CLOSING.to_string()),
        (format!("{base}/state"), RECONFIGURING.to_string()),
    ];
    ops.write_many(&nodes).map_err(|e| nodes::failed(ctx, e)).map(|()| true)
}

/// Removes the nodes of a function, and those of the back end with the last one, within a transaction. Functions with
/// higher numbers are renumbered. Does nothing if the guest does not have the function.
pub fn remove(ctx: &Ctx, ops: &impl Ops, domid: u32, address: Address) -> Result<()> {
    let base = backend_path(domid);
    let all = addresses_by_number(ctx, ops, domid)?;
    let Some(at) = all.iter().position(|a| *a == Some(address)) else { return Ok(()) };
    if all.len() == 1 {
        return remove_all(ctx, ops, domid);
    }
    let names = |at: usize| NODES.map(|name| format!("{base}/{name}-{at}"));
    let later: Vec<_> = (at + 1..all.len()).flat_map(names).collect();
    let values = nodes::read_many(ctx, ops, &later)?;
    let old: Vec<_> = (at..all.len()).flat_map(names).collect();
    let new = (at..all.len() - 1).flat_map(names).zip(values);
    let mut new: Vec<_> = new.filter_map(|(path, value)| Some((path, value?))).collect();
    new.push((format!("{base}/num_devs"), (all.len() - 1).to_string().into_bytes()));
    ops.remove_many(&old).and_then(|_| ops.write_many(&new)).map_err(|e| nodes::failed(ctx, e))
}

/// Removes the back end and the guest's half; in a transaction.
pub fn remove_all(ctx: &Ctx, ops: &impl Ops, domid: u32) -> Result<()> {
    nodes::remove_up(ctx, ops, &[frontend_path(domid), backend_path(domid)])
}

/// The name of a device in log lines.
pub fn describe(device: &DevicePci) -> String {
    match (&device.name, Address::of(device)) {
        (Some(name), _) => format!("PCI device {}", shown(name)),
        (None, Some(address)) => format!("PCI device {address}"),
        (None, None) => "PCI device with an invalid address".to_owned(),
    }
}

fn shown(name: &Text) -> String {
    let name = name.to_string();
    format!("\"{name:.64}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::RdmReservePolicy;

    const SOME: Address = Address { segment: 0, bus: 0, device: 5, function: 0 };

    fn shown(nodes: &[NewNode]) -> Vec<String> {
        let who = |p: &Permission| format!(" {:?}{}", p.access, p.domid);
        let text = |node: &NewNode| {
            let value = String::from_utf8_lossy(&node.value);
            let permissions: String = node.permissions.iter().map(who).collect();
            format!("{}={value}{permissions}", node.path)
        };
        nodes.iter().map(text).collect()
    }

    #[test]
    fn nodes_of_a_function() {
        let device = DevicePci {
            vdevfn: 0x30,
            name: Text::new("nic"),
            power_mgmt: true,
            rdm_policy: RdmReservePolicy::Strict,
            ..SOME.to_device()
        };
        assert_eq!(
            shown(&function("B", 2, &device, SOME)),
            [
                "B/key-2=0000:00:05.0",
                "B/dev-2=0000:00:05.0",
                "B/vdevfn-2=30",
                "B/name-2=nic",
                "B/opts-2=msitranslate=0,power_mgmt=1,permissive=0,rdm_policy=strict",
                "B/state-2=1",
                "B/num_devs=3",
            ]
        );
        let plain = function("B", 0, &SOME.to_device(), SOME);
        assert!(!shown(&plain).iter().any(|node| node.contains("vdevfn") || node.contains("name")));
    }

    #[test]
    fn the_other_end_may_read_each_directory() {
        let made = shown(&empty_backend(7, Some(b"guest".to_vec())));
        assert_eq!(made[0], "/local/domain/0/backend/pci/7/0= None0 Read7");
        assert!(made.contains(&"/local/domain/7/device/pci/0= None7 Read0".to_owned()));
        assert!(made.contains(&"/local/domain/0/backend/pci/7/0/domain=guest".to_owned()));
    }
}
