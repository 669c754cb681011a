//! The disk that a bootloader looks into, as a path in this domain.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::core::{Ao, Error, Result};
use crate::error;
use crate::types::idiomatic::{DeviceDisk, DiskFormat};

/// A disk that can be opened here.
#[derive(Debug)]
pub struct Local {
    pub path: OsString,
}

/// The first disk of a domain, made reachable from here.
pub async fn reach(ao: &Ao, domid: u32, disk: &DeviceDisk) -> Result<Local> {
    match direct_path(disk) {
        Some(path) => Ok(Local { path: path.to_owned() }),
        None => {
            let vdev = disk.vdev.as_ref().map(|vdev| vdev.to_string()).unwrap_or_default();
            error!(
                ao,
                domid = domid,
                "disk {vdev} cannot be given to a bootloader: only a raw image or block device of this \
                 domain, without a script, can so far"
            );
            Err(Error::NotImplemented)
        }
    }
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
    use crate::types::idiomatic::{DiskBackend, Text};

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
