//! Reporting to the application that a guest wants a medium ejected (`libxl_evenable_disk_eject`).
//!
//! The guest (or its stub domain) writes `eject` to a node in the disk's front end directory, and the toolstack
//! acknowledges by making the node empty. One task per node reads it: `core/generators/ejects.rs`.
//!
//! The guest can write anything to the node, so only one thing is taken from it: whether its value is that word. The
//! disk in the event is described by the toolstack's own record under `/libxl`.

use std::sync::Arc;

use crate::core::generators::ejects::Interest;
use crate::core::generators::{GeneratorHandle, look};
use crate::core::watches::Watch;
use crate::core::{Ctx, Error, Result};
use crate::device::{Device, DeviceKind, vdev};
use crate::domain::{names, nodes};
use crate::error;
use crate::runtime::app_loop::Driven;
use crate::runtime::notify::Listener;
use crate::types::idiomatic::{
    DeviceDisk, DiskBackend, DiskFormat, Event, EventData, EventDiskEject, Text,
};
use crate::types::sys::LIBXL_EVENT_TYPE_DISK_EJECT;
use crate::xen::store::{Ops, StoreError};

/// The value of a request.
const REQUEST: &[u8] = b"eject";

/// Starts reporting the ejections of one disk, whose name in the guest is `vdev`. Neither the disk nor the domain has
/// to exist. `user` is returned in each event.
///
/// `driven` is dropped when the generator ends. `give` gets the generator's handle before there is an event of it, and
/// must only store it.
///
/// # Errors
/// `Error::Invalid` for an invalid disk name, `Error::Fail` if xenstore cannot be watched. The reason is logged.
pub fn enable(
    ctx: &Arc<Ctx>,
    domid: u32,
    vdev: &[u8],
    user: u64,
    driven: Driven,
    give: impl FnOnce(GeneratorHandle),
) -> Result<()> {
    let Some(devid) = vdev::number(vdev) else {
        let shown = &vdev[..vdev.len().min(64)];
        error!(
            ctx,
            domid = domid,
            "cannot watch for ejections of {:?}: invalid disk name",
            String::from_utf8_lossy(shown)
        );
        return Err(Error::Invalid);
    };
    let front = names::stubdom_of(ctx, domid).unwrap_or(domid);
    let path = format!("{}/device/vbd/{devid}/eject", nodes::domain_path(front));
    let watch = ctx.watches().watch(&path).map_err(|e| {
        error!(ctx, domid = domid, "cannot watch for ejections: {e}");
        Error::Fail
    })?;
    let interest = Interest { domid, vdev: vdev.to_vec(), user };
    let (_, start) = ctx.generators().ejects.enable(&path, interest, Some(driven), give);
    if let Some(wanted) = start {
        let drive = Drive { path, front, devid };
        ctx.runtime().spawn(live(Arc::clone(ctx), drive, watch, wanted.listen()));
    }
    Ok(())
}

/// Ends a generator. Returns whether it existed.
pub fn disable(ctx: &Ctx, handle: GeneratorHandle) -> bool {
    let Some(disabled) = ctx.generators().ejects.disable(handle) else { return false };
    if let Some(watcher) = &disabled.last {
        watcher.notify();
    }
    true
}

/// A drive with a watcher.
struct Drive {
    /// The node with the guest's requests.
    path: String,
    /// The domain that has the front end.
    front: u32,
    devid: i32,
}

/// Starts the watcher's task.
async fn live(ctx: Arc<Ctx>, drive: Drive, watch: Watch, wanted: Listener) {
    let kind = LIBXL_EVENT_TYPE_DISK_EJECT as i32;
    let watcher = (Arc::clone(&ctx), drive, watch, wanted);
    look::live((ctx.reports(), ctx.log()), kind, watcher, |watcher| Box::pin(look_after(watcher)))
        .await;
}

/// The watcher's task.
async fn look_after((ctx, drive, watch, wanted): &mut (Arc<Ctx>, Drive, Watch, Listener)) {
    let ejects = &ctx.generators().ejects;
    loop {
        look::reason(ctx, watch, wanted).await;
        if !ejects.is_needed(&drive.path) {
            return;
        }
        let disk = match drive.ejected(ctx) {
            Ok(Some(disk)) => disk,
            Ok(None) => continue,
            Err(_) if ctx.watches().is_lost() => continue,
            Err(e) => {
                let kind = LIBXL_EVENT_TYPE_DISK_EJECT as i32;
                ctx.reports().disaster(
                    ctx.log(),
                    kind,
                    &format!("an ejection may be missed: {e}"),
                    e.errno() as i32,
                );
                continue;
            }
        };
        for (handle, interest) in ejects.interested(&drive.path) {
            if ejects.is_enabled(handle) {
                ctx.reports().occurred(ctx.runtime(), event(interest, disk.clone()));
            }
        }
    }
}

impl Drive {
    /// Acknowledges a request. Returns the disk, if there was a request and the disk exists: a disk that was removed
    /// was not ejected.
    fn ejected(&self, ctx: &Ctx) -> std::result::Result<Option<DeviceDisk>, StoreError> {
        if !self.is_requested(ctx.store())? || !self.acknowledge(ctx)? {
            return Ok(None);
        }
        let record = format!("{}/device/vbd/{}", nodes::libxl_path(self.front), self.devid);
        let read =
            ctx.store().read_many(&[format!("{record}/backend"), format!("{record}/dev")])?;
        let [Some(backend), dev] = &*read else { return Ok(None) };
        Ok(Some(disk(self.front, self.devid, backend, dev.as_deref())))
    }

    fn is_requested(&self, ops: &impl Ops) -> std::result::Result<bool, StoreError> {
        Ok(ops.read(&self.path)?.is_some_and(|value| is_request(&value)))
    }

    /// Empties the node of the request; false if the request is gone or the guest has changed it meanwhile. In that
    /// case the watch has fired again and the node will be read again. It is not read again here, because a guest that
    /// keeps writing would keep this thread busy.
    ///
    /// A plain write would create the node again if the domain was destroyed meanwhile.
    fn acknowledge(&self, ctx: &Ctx) -> std::result::Result<bool, StoreError> {
        let transaction = ctx.store().begin()?;
        if !self.is_requested(&transaction)? {
            return Ok(false);
        }
        transaction.write(&self.path, "")?;
        transaction.commit()
    }
}

/// Whether a node's value, as C programs see it, is the request.
fn is_request(value: &[u8]) -> bool {
    value.split(|&b| b == 0).next() == Some(REQUEST)
}

/// The drive without its medium, as an argument for `libxl_cdrom_insert`.
fn disk(front: u32, devid: i32, backend: &[u8], dev: Option<&[u8]>) -> DeviceDisk {
    let recorded = std::str::from_utf8(backend).ok();
    let recorded = recorded.and_then(|path| Device::recorded(front, DeviceKind::Vbd, devid, path));
    DeviceDisk {
        backend_domid: recorded.map_or(0, |device| device.backend_domid),
        backend: match recorded.map(|device| device.backend_kind) {
            Some(DeviceKind::Vbd) => DiskBackend::Phy,
            Some(DeviceKind::Vbd3) => DiskBackend::Tap,
            Some(DeviceKind::Qdisk) => DiskBackend::Qdisk,
            _ => DiskBackend::Unknown,
        },
        pdev_path: Text::new(""),
        vdev: dev.filter(|dev| vdev::number(dev) == Some(devid)).and_then(Text::new),
        format: DiskFormat::Empty,
        removable: 1,
        readwrite: 0,
        is_cdrom: 1,
        ..DeviceDisk::default()
    }
}

fn event(interest: Interest, mut disk: DeviceDisk) -> Event {
    let vdev = Text::new(interest.vdev);
    disk.vdev = disk.vdev.or_else(|| vdev.clone());
    let u = EventData::DiskEject(EventDiskEject { vdev, disk });
    Event { domid: interest.domid, for_user: interest.user, u, ..Event::default() }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn only_the_word_eject_is_a_request() {
        for (value, request) in [
            (&b"eject"[..], true),
            (b"eject\0", true),
            (b"eject\0now", true),
            (b"", false),
            (b"ejected", false),
            (b"ejec", false),
            (b"EJECT", false),
            (b"\0eject", false),
            (b"eject\n", false),
            (&[b'e'; 4096], false),
        ] {
            assert_eq!(is_request(value), request, "{value:?}");
        }
    }

    #[test]
    fn the_disk_is_described_by_its_record() {
        let of = |backend: &[u8], dev: Option<&[u8]>| {
            let disk = disk(3, 5632, backend, dev);
            assert_eq!((disk.removable, disk.readwrite, disk.is_cdrom), (1, 0, 1));
            assert_eq!(disk.format, DiskFormat::Empty);
            (disk.backend_domid, disk.backend, disk.vdev.map(|t| t.to_string()))
        };
        let hdc = || Some("hdc".to_owned());
        assert_eq!(
            of(b"/local/domain/2/backend/qdisk/3/5632", Some(b"hdc")),
            (2, DiskBackend::Qdisk, hdc())
        );
        assert_eq!(
            of(b"/local/domain/0/backend/vbd/3/5632", Some(b"hdc")),
            (0, DiskBackend::Phy, hdc())
        );
        // Another disk's name and an unknown kind; an invalid path.
        assert_eq!(
            of(b"/local/domain/0/backend/vif/3/5632", Some(b"xvda")),
            (0, DiskBackend::Unknown, None)
        );
        assert_eq!(of(b"\xff", None), (0, DiskBackend::Unknown, None));
    }

    #[test]
    fn an_event_has_the_applications_name_and_the_recorded_one() {
        let interest = Interest { domid: 4, vdev: b"d0p0".to_vec(), user: 9 };
        let recorded = disk(3, 51712, b"/local/domain/0/backend/vbd/3/51712", Some(b"xvda"));
        for (disk, name) in [(recorded, "xvda"), (DeviceDisk::default(), "d0p0")] {
            let event = event(interest.clone(), disk);
            assert_eq!((event.domid, event.for_user), (4, 9));
            let EventData::DiskEject(eject) = event.u else { panic!() };
            assert_eq!(eject.vdev, Text::new("d0p0"));
            assert_eq!(eject.disk.vdev, Text::new(name));
        }
    }
}
