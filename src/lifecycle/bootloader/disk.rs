//! The disk that a bootloader looks into, as a path in this domain.
//!
//! A disk that is not a raw file or device of this domain is attached to domain 0 as to any guest, for as long as the
//! bootloader runs; `loan.rs` records that.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

use super::loan::{self, HERE};
use crate::core::{Ao, Error, Result};
use crate::device::add::{self, Addable, AttachTarget};
use crate::device::remove::{Force, remove};
use crate::device::{Device, vdev};
use crate::domain::identity::Identity;
use crate::domain::nodes;
use crate::types::idiomatic::{DeviceDisk, DiskFormat, Text};
use crate::xen::store::Transaction;
use crate::{debug, error};

/// How many names are tried: Linux has no more names.
const NAMES: i32 = 676;

/// How long this domain's kernel may take to connect the disk.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A disk that can be opened here.
#[derive(Debug)]
pub struct Local {
    pub path: OsString,
    /// The device that was added for that and must be removed, and the domain whose bootloader it is for.
    added: Option<(u32, Device)>,
}

impl Local {
    /// Removes the device, if one was added. An abort does not end it.
    pub async fn release(self, ao: &Ao) -> Result<()> {
        match self.added {
            Some((domid, device)) => loan::end(ao, domid, &device).await,
            None => Ok(()),
        }
    }
}

/// Makes a disk reachable in this domain. `first` is the first name to try.
pub async fn reach(ao: &Ao, domid: u32, disk: &DeviceDisk, first: Option<&Text>) -> Result<Local> {
    if let Some(path) = direct_path(disk) {
        return Ok(Local { path: path.to_owned(), added: None });
    }
    if disk.pdev_path.as_ref().is_none_or(|path| path.as_bytes().is_empty()) {
        error!(ao, domid = domid, "cannot run the bootloader: the first disk is empty");
        return Err(Error::Fail);
    }
    let first = first.map_or(Some(0), |first| vdev::whole_disk(first.as_bytes()));
    let Some(first) = first else {
        error!(
            ao,
            domid = domid,
            "cannot attach the bootloader's disk: blkdev_start is not a disk name"
        );
        return Err(Error::Fail);
    };
    let target = AttachTarget::of(ao, HERE)?;
    let (borrower, _) = Identity::of(ao, domid)?;
    for number in first..first.saturating_add(NAMES) {
        let mut disk = DeviceDisk { vdev: Text::new(vdev::linux_name(number)), ..disk.clone() };
        let there = disk.device(ao, HERE)?;
        if is_there(ao, &there)? {
            if !loan::is_left(ao, ao.store(), &there)? {
                continue;
            }
            debug!(ao, domid = domid, "removing {}, left by a bootloader", there.libxl_path());
            // Not by force: another creation may have taken the name for its own disk meanwhile.
            if remove(ao, &there, Force::No).await.is_err() {
                continue;
            }
        }
        let note = |t: &Transaction, device: &Device| loan::record(ao, t, &borrower, device);
        let added = add::disk_with(ao, &target, &mut disk, note).await;
        if added == Err(Error::DeviceExists) {
            // Another process has taken the name meanwhile.
            continue;
        }
        let device = disk.device(ao, HERE)?;
        let path = OsString::from(format!("/dev/{}", vdev::linux_name(number)));
        let local = Local { path, added: Some((domid, device)) };
        let ready = match added {
            Ok(()) => connected(ao, &device).await,
            error => error,
        };
        return match ready {
            Ok(()) => {
                debug!(
                    ao,
                    domid = domid,
                    "the first disk is attached to this domain as {}",
                    local.path.display()
                );
                Ok(local)
            }
            Err(e) => {
                error!(ao, domid = domid, "cannot attach the bootloader's disk: {e}");
                if is_there(ao, &device)? {
                    // The first error counts.
                    let _ = local.release(ao).await;
                }
                Err(e)
            }
        };
    }
    error!(ao, domid = domid, "cannot attach the bootloader's disk: all names are taken");
    Err(Error::Fail)
}

fn is_there(ao: &Ao, device: &Device) -> Result<bool> {
    let record = format!("{}/backend", device.libxl_path());
    Ok(nodes::read(ao, ao.store(), &record)?.is_some())
}

/// Waits until our kernel has the device.
async fn connected(ao: &Ao, device: &Device) -> Result<()> {
    let path = format!("{}/state", device.backend_path());
    let mut watch = ao.watch(&path)?;
    let connected = async {
        loop {
            watch.changed().await;
            match nodes::read(ao, ao.store(), &path)?.as_deref() {
                Some(b"4") => return Ok(()),
                Some(_) => {}
                None => {
                    error!(
                        ao,
                        "cannot attach the bootloader's disk: {path} was removed before it was connected"
                    );
                    return Err(Error::Fail);
                }
            }
        }
    };
    ao.until(Instant::now() + TIMEOUT, connected).await?.unwrap_or_else(|| {
        error!(
            ao,
            "cannot attach the bootloader's disk: {path} was not connected within {} s",
            TIMEOUT.as_secs()
        );
        Err(Error::Fail)
    })
}

/// Where the disk's bytes are as the guest sees them, if that is a file or device of this domain.
fn direct_path(disk: &DeviceDisk) -> Option<&OsStr> {
    let is_direct =
        disk.backend_domname.is_none() && disk.format == DiskFormat::Raw && disk.script.is_none();
    let path = disk.pdev_path.as_ref().filter(|path| is_direct && !path.as_bytes().is_empty())?;
    Some(OsStr::from_bytes(path.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::DiskBackend;

    #[test]
    fn raw_bytes_of_this_domain_are_there_already() {
        let text = |text: &str| Text::new(text);
        let raw = DeviceDisk {
            pdev_path: text("/images/a"),
            format: DiskFormat::Raw,
            ..DeviceDisk::default()
        };
        for backend in [DiskBackend::Phy, DiskBackend::Qdisk, DiskBackend::Tap] {
            let disk = DeviceDisk { backend, ..raw.clone() };
            assert_eq!(direct_path(&disk), Some(OsStr::new("/images/a")));
        }
        for other in [
            DeviceDisk { format: DiskFormat::Qcow2, ..raw.clone() },
            DeviceDisk { script: text("block-iscsi"), ..raw.clone() },
            DeviceDisk { backend_domname: text("storage"), ..raw.clone() },
            DeviceDisk { pdev_path: None, ..raw.clone() },
            DeviceDisk { pdev_path: text(""), ..raw.clone() },
        ] {
            assert_eq!(direct_path(&other), None, "{other:?}");
        }
    }
}
