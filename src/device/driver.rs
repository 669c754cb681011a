//! The work of a driver domain (`xl devd`): the toolstack writes devices that this domain serves, and here their
//! scripts run, and what is left of them is removed.
//!
//! Every change below this domain's `backend` directory leads to one look at all of it, in a few round trips however
//! many devices there are. What is to be done for a device is done one after the other; devices do not wait
//! for each other.
//!
//! | seen | a device that is not known | one that is |
//! |---|---|---|
//! | state 6 and online 0 | it is none | undone, its nodes removed, forgotten |
//! | another state | connected, known from now on | |
//!
//! All disks of a guest that QEMU serves are one QEMU's, in this domain: it starts with the first, and ends with the last.

use std::collections::HashMap;
use std::future::{Future, pending};
use std::pin::{Pin, pin};

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;

use super::add::connect::connect;
use super::{Device, Kind, remove};
use crate::core::{Ao, Ctx, Result};
use crate::domain::identity::{Identity, own_domid};
use crate::domain::leading_number;
use crate::domain::nodes;
use crate::qemu::model;
use crate::qemu::start_for_driver_domain;
use crate::xen::store::Ops;
use crate::{debug, error};

/// The state of a back end that is done with (`xenbus.h`).
const CLOSED: u32 = 6;

/// What is known of a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Something is being done for it.
    Busy,
    Connected,
}

/// A device in this domain's directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seen {
    device: Device,
    /// The toolstack, or the guest's end, has taken it back.
    done_with: bool,
}

type Work<'a> = Pin<Box<dyn Future<Output = (Device, Option<Stage>)> + Send + 'a>>;

/// Serves until it is aborted, or xenstore fails.
pub async fn serve(ao: &Ao) -> Result<()> {
    let own = own_domid(ao)?;
    let base = format!("{}/backend", nodes::domain_path(own));
    let mut changes = ao.watch(&base)?;
    let mut known: HashMap<String, Stage> = HashMap::new();
    let mut works: FuturesUnordered<Work> = FuturesUnordered::new();
    loop {
        let ended = {
            let change = pin!(changes.changed());
            let end = pin!(async {
                match works.is_empty() {
                    true => pending().await,
                    false => works.next().await,
                }
            });
            match ao.wait(select(change, end)).await {
                Ok(Either::Left(_)) => None,
                Ok(Either::Right((ended, _))) => ended,
                Err(e) => {
                    // What is under way ends by the same abort.
                    while works.next().await.is_some() {}
                    return Err(e);
                }
            }
        };
        if let Some((device, stage)) = ended {
            match stage {
                Some(stage) => {
                    known.insert(device.backend_path(), stage);
                }
                None => {
                    known.remove(&device.backend_path());
                    forget_guest(ao, device.domid, &known)?;
                }
            }
        }
        for Seen { device, done_with } in look(ao, own, &base)? {
            let path = device.backend_path();
            let work: Work = match (known.get(&path), done_with) {
                (Some(Stage::Busy), _) | (Some(_), false) | (None, true) => continue,
                (None, false) => Box::pin(come(ao, device, !has_disks(&known, &device))),
                (Some(Stage::Connected), true) => {
                    known.remove(&path);
                    Box::pin(go(ao, device, own, !has_disks(&known, &device)))
                }
            };
            known.insert(path, Stage::Busy);
            works.push(work);
        }
    }
}

/// Whether a disk of the device's guest is known that QEMU serves.
fn has_disks(known: &HashMap<String, Stage>, device: &Device) -> bool {
    let disks = Device { backend_kind: Kind::Qdisk, ..*device }.backend_path();
    let disks = disks.rsplit_once('/').map_or("", |(dir, _)| dir);
    known.keys().any(|path| path.rsplit_once('/').is_some_and(|(dir, _)| dir == disks))
}

/// A device has come; `first`: no disk of the guest is served by QEMU yet.
async fn come(ao: &Ao, device: Device, first: bool) -> (Device, Option<Stage>) {
    let path = device.backend_path();
    debug!(ao, domid = device.domid, "{path} has come");
    let connected = match device.backend_kind {
        Kind::Qdisk if first => start_for_driver_domain(ao, device.domid).await,
        Kind::Qdisk => Ok(()),
        _ => connect(ao, &Identity::assumed(device.domid), &[device]).await,
    };
    if let Err(e) = connected {
        error!(ao, domid = device.domid, "{path} is not connected: {e}");
    }
    (device, Some(Stage::Connected))
}

/// A device goes; `last`: no other disk of the guest is served by QEMU.
async fn go(ao: &Ao, device: Device, own: u32, last: bool) -> (Device, Option<Stage>) {
    let path = device.backend_path();
    debug!(ao, domid = device.domid, "{path} goes");
    if device.backend_kind == Kind::Qdisk && last {
        // A failure is logged where it is found.
        let _ = model::destroy_disk_server(ao, device.domid);
    }
    if let Err(e) = remove::clear(ao, &device, &Identity::assumed(device.domid), own).await {
        error!(ao, domid = device.domid, "{path} has not gone as it should: {e}");
    }
    (device, None)
}

/// Removes what this domain keeps of a guest that it serves no more.
fn forget_guest(ctx: &Ctx, domid: u32, known: &HashMap<String, Stage>) -> Result<()> {
    let of_guest = |path: &String| path.split('/').nth(6) == Some(domid.to_string().as_str());
    if known.keys().any(of_guest) {
        return Ok(());
    }
    // This domain's own node, and not the toolstack's.
    nodes::remove(ctx, ctx.store(), &format!("libxl/{domid}"))
}

/// All devices that have what a device has.
fn look(ctx: &Ctx, own: u32, base: &str) -> Result<Vec<Seen>> {
    let store = ctx.store();
    let listed = |dirs: &[String]| -> Result<Vec<String>> {
        let lists = store.list_many(dirs).map_err(|e| nodes::failed(ctx, e))?;
        let below = dirs.iter().zip(lists).flat_map(|(dir, names)| {
            names.unwrap_or_default().into_iter().map(move |name| format!("{dir}/{name}"))
        });
        Ok(below.collect())
    };
    let devices = listed(&listed(&listed(&[base.to_owned()])?)?)?;
    let paths: Vec<String> = devices
        .iter()
        .flat_map(|path| ["state", "online"].map(|n| format!("{path}/{n}")))
        .collect();
    let values = nodes::read_many(ctx, store, &paths)?;
    let seen = devices.iter().zip(values.chunks(2)).filter_map(|(path, values)| {
        let [Some(state), Some(online)] = values else { return None };
        let state: Option<u32> = leading_number(state);
        let online: Option<u32> = leading_number(online);
        let device = parse(own, path)?;
        let done_with = state == Some(CLOSED);
        // Closed for a while only, or of no use any more: nothing to do, whether it is known or not.
        (!done_with || online.unwrap_or(0) == 0).then_some(Seen { device, done_with })
    });
    Ok(seen.collect())
}

/// The device with that directory.
fn parse(own: u32, path: &str) -> Option<Device> {
    let mut parts = path.rsplit('/');
    let devid = parts.next()?.parse().ok()?;
    let domid = parts.next()?.parse().ok()?;
    let backend_kind = Kind::from_name(parts.next()?)?;
    let kind = match backend_kind {
        Kind::Qdisk => Kind::Vbd,
        Kind::Vinput => Kind::Vkbd,
        Kind::Qusb => Kind::Vusb,
        kind => kind,
    };
    Some(Device { domid, devid, kind, backend_domid: own, backend_kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_a_device() {
        let device = parse(2, "/local/domain/2/backend/qdisk/7/51712").unwrap();
        assert_eq!((device.domid, device.devid, device.backend_domid), (7, 51712, 2));
        assert_eq!((device.kind, device.backend_kind), (Kind::Vbd, Kind::Qdisk));
        assert_eq!(device.backend_path(), "/local/domain/2/backend/qdisk/7/51712");
        for bad in ["vbd/x/1", "vbd/1/x", "none/1/1", "1"] {
            assert_eq!(parse(2, bad), None, "{bad}");
        }
    }
}
