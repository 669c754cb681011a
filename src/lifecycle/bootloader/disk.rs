//! The disk that a bootloader reads, as a path in this domain.
//!
//! A disk that is not a raw file or device of this domain is attached to domain 0 as to any guest, while the bootloader
//! runs; `disk_record.rs` records that.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

use super::disk_record::{self, DOM0};
use crate::core::{Ao, Error, Result};
use crate::device::add::{self, Addable, AttachTarget};
use crate::device::remove::{Force, remove};
use crate::device::{Device, vdev};
use crate::domain::identity::Identity;
use crate::domain::nodes;
use crate::types::idiomatic::{DeviceDisk, DiskFormat, Text};
use crate::xen::store::Transaction;
use crate::{debug, error};

/// The maximum number of names that are tried, which is the number of names that Linux has.
const MAX_NAMES: i32 = 676;

/// The maximum time for finding a name. Names are only read from xenstore, which takes a moment; disks that bootloaders
/// have left may take longer.
const NAMES_TIMEOUT: Duration = Duration::from_secs(60);

/// After this time no more disks that bootloaders have left are removed: each may take 10 s, if its back end does not
/// close, and as many scripts as it has. Their names count as used.
const LEFTOVERS_TIMEOUT: Duration = Duration::from_secs(20);

/// The maximum time for this domain's kernel to connect the disk.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A disk that can be opened in this domain.
#[derive(Debug)]
pub struct LocalDisk {
    /// The path of the file or device.
    pub path: OsString,
    /// The device that was added for the bootloader and must be removed, with the domain that the bootloader is for.
    added: Option<(u32, Device)>,
}

impl LocalDisk {
    /// Removes the device, if one was added. This is not ended by an abort. Errors are logged.
    pub async fn release(self, ao: &Ao) -> Result<()> {
        match self.added {
            Some((domid, device)) => disk_record::remove_disk(ao, domid, &device).await,
            None => Ok(()),
        }
    }
}

/// Attaches a disk to this domain, unless it can be opened directly. `first` is the first disk name to try. Errors are
/// logged.
pub async fn attach(
    ao: &Ao,
    domid: u32,
    disk: &DeviceDisk,
    first: Option<&Text>,
) -> Result<LocalDisk> {
    if let Some(path) = direct_path(disk) {
        return Ok(LocalDisk { path: path.to_owned(), added: None });
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
    let target = AttachTarget::of(ao, DOM0)?;
    let (guest, _) = Identity::of(ao, domid)?;
    let began = Instant::now();
    for number in first..first.saturating_add(MAX_NAMES) {
        if began.elapsed() >= NAMES_TIMEOUT {
            let (tried, seconds) = (number - first, NAMES_TIMEOUT.as_secs());
            error!(
                ao,
                domid = domid,
                "cannot attach the bootloader's disk: no free name was found within {seconds} s, \
                 {tried} names are in use"
            );
            return Err(Error::TimedOut);
        }
        let mut disk = DeviceDisk { vdev: Text::new(vdev::linux_name(number)), ..disk.clone() };
        let existing = disk.device(ao, DOM0)?;
        if exists(ao, &existing)? {
            if !disk_record::is_leftover(ao, ao.store(), &existing)? {
                continue;
            }
            let left = existing.libxl_path();
            if began.elapsed() >= LEFTOVERS_TIMEOUT {
                debug!(ao, domid = domid, "keeping {left}, left by a bootloader: no time is left");
                continue;
            }
            debug!(ao, domid = domid, "removing {left}, left by a bootloader");
            // This is not done by force: another creation may have used the name for its own disk meanwhile.
            if remove(ao, &existing, Force::No).await.is_err() {
                continue;
            }
        }
        let record = |t: &Transaction, device: &Device| disk_record::record(ao, t, &guest, device);
        let added = add::disk_with(ao, &target, &mut disk, record).await;
        if added == Err(Error::DeviceExists) {
            // Another process has used the name meanwhile.
            continue;
        }
        let device = disk.device(ao, DOM0)?;
        let path = OsString::from(format!("/dev/{}", vdev::linux_name(number)));
        let local = LocalDisk { path, added: Some((domid, device)) };
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
                if exists(ao, &device)? {
                    // The first error is the result; this one is logged.
                    let _ = local.release(ao).await;
                }
                Err(e)
            }
        };
    }
    error!(ao, domid = domid, "cannot attach the bootloader's disk: all names are in use");
    Err(Error::Fail)
}

fn exists(ao: &Ao, device: &Device) -> Result<bool> {
    let record = format!("{}/backend", device.libxl_path());
    Ok(nodes::read(ao, ao.store(), &record)?.is_some())
}

/// Waits until this domain's kernel has connected the device.
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

/// The path with the content of the disk as the guest sees it, if this is a file or device of this domain.
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
    fn a_raw_disk_of_this_domain_is_opened_directly() {
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
