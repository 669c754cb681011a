//! The firmware files of an HVM guest: hvmloader or its replacement, the system firmware (SeaBIOS, OVMF) that hvmloader
//! starts, and additional ACPI and SMBIOS tables from the configuration.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use crate::core::file::PlainFile;
use crate::core::paths;
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::types::idiomatic::{BiosType, DeviceModelVersion as Version, DomainBuildInfoHvm, Text};

/// The content of a guest's files. `None`: not configured, or an empty file.
#[derive(Default, Debug)]
pub struct Firmware {
    /// Path of the image that runs first.
    pub loader: CString,
    pub system: Option<Vec<u8>>,
    pub acpi: Option<Vec<u8>>,
    pub smbios: Option<Vec<u8>>,
}

impl Firmware {
    /// Reads the configured files. `Error::Fail`, logged, if one cannot be read.
    pub fn read(ctx: &Ctx, domid: u32, version: Version, hvm: &DomainBuildInfoHvm) -> Result<Self> {
        let whole = |path: &Path, what: &str| contents(ctx, domid, path, what);
        let added = |path: &Option<Text>, what: &str| -> Result<Option<Vec<u8>>> {
            let Some(path) = path else { return Ok(None) };
            let bytes = whole(OsStr::from_bytes(path.as_bytes()).as_ref(), what)?;
            Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
        };
        let loader = loader(hvm).as_os_str().as_bytes().to_vec();
        let system = match system(version, hvm) {
            None => None,
            Some(path) => {
                let bytes = whole(&path, "system firmware")?;
                if bytes.is_empty() {
                    let path = path.display();
                    error!(
                        ctx,
                        domid = domid,
                        "cannot load the system firmware {path}: the file is empty"
                    );
                    return Err(Error::Fail);
                }
                Some(bytes)
            }
        };
        Ok(Self {
            // It consists of `Text`s, which contain no NUL.
            loader: CString::new(loader).unwrap_or_default(),
            system,
            smbios: added(&hvm.smbios_firmware, "SMBIOS firmware")?,
            acpi: added(&hvm.acpi_firmware, "ACPI firmware")?,
        })
    }
}

/// The path of the image that runs first: xl's `firmware_override`, relative to the directory of Xen's own images.
fn loader(hvm: &DomainBuildInfoHvm) -> PathBuf {
    let name = hvm.firmware.as_ref().map_or(&b"hvmloader"[..], Text::as_bytes);
    Path::new(paths::FIRMWARE).join(OsStr::from_bytes(name))
}

/// The path of the system firmware; `None` for the traditional device model, for which hvmloader contains one.
fn system(version: Version, hvm: &DomainBuildInfoHvm) -> Option<PathBuf> {
    if version != Version::QemuXen {
        return None;
    }
    match (&hvm.system_firmware, hvm.bios) {
        (Some(path), _) => Some(OsStr::from_bytes(path.as_bytes()).into()),
        (None, BiosType::Ovmf) => Some(paths::OVMF.into()),
        (None, _) => Some(paths::SEABIOS.into()),
    }
}

fn contents(ctx: &Ctx, domid: u32, path: &Path, what: &str) -> Result<Vec<u8>> {
    let read = || {
        let mut file = PlainFile::open(ctx.log(), path)?;
        let mut bytes = vec![0; file.size()];
        file.read(ctx.log(), &mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|errno: Errno| {
        let path = path.display();
        error!(ctx, domid = domid, errno = errno, "cannot read the {what} {path}");
        Error::Fail
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_files() {
        let text = |text: &str| Text::new(text);
        let mut hvm = DomainBuildInfoHvm { bios: BiosType::Seabios, ..Default::default() };
        let boot = Path::new(concat!("/usr/lib/xen-", env!("XEN_RELEASE"), "/boot"));
        assert_eq!(loader(&hvm), boot.join("hvmloader"));
        assert_eq!(system(Version::QemuXen, &hvm), Some("/usr/share/seabios/bios-256k.bin".into()));
        hvm.bios = BiosType::Ovmf;
        assert_eq!(system(Version::QemuXen, &hvm), Some("/usr/share/ovmf/OVMF.fd".into()));
        hvm.system_firmware = text("/my/bios");
        assert_eq!(system(Version::QemuXen, &hvm), Some("/my/bios".into()));
        assert_eq!(system(Version::QemuXenTraditional, &hvm), None);
        hvm.firmware = text("xtf");
        assert_eq!(loader(&hvm), boot.join("xtf"));
        hvm.firmware = text("/root/kernel");
        assert_eq!(loader(&hvm), Path::new("/root/kernel"));
    }
}
