//! A domain's configuration as it is now: the stored one, brought up to date.
//!
//! The library stores the configuration that a domain was made with, and keeps it in step when devices
//! come and go; name, memory, vcpus and scheduling change without it. What xenstore does not know a
//! device by any more is left out; the stored entry tells the rest of a device, but for a drive whose
//! medium is out.
//!
//! Left for when there is QMP: which vcpus of an HVM guest are on is QEMU's to tell, so a guest with
//! QEMU is refused. Left for when devices are changed through QEMU: the lock around such changes, which
//! keeps this from seeing one half done. Here the userdata lock is held throughout instead, and nothing
//! under it waits for a guest. A broken record of one device drops that device; in the C library it
//! drops all of its kind.

use std::ffi::CString;

use crate::core::{Ctx, Error, Result, bitmap};
use crate::device::Kind as DeviceKind;
use crate::domain::{kind, memory, nodes, userdata};
use crate::types::idiomatic::{
    Bitmap, DeviceDisk, DevicePci, DiskFormat, DomainBuildInfo, DomainBuildInfoData as Guest,
    DomainConfig, Text, Uuid, json,
};
use crate::xen::store::Ops;
use crate::{error, warn};

/// More vcpus than any Xen gives a guest: a stored number above is not believed.
const MOST_VCPUS: i32 = 8192;

/// More PCI devices than one back end serves.
const MOST_PCI: u32 = 256;

/// What an HVM guest's target in xenstore leaves out where it may balloon, in KiB.
const MAXMEM_CONSTANT: u64 = 1024;

/// A configuration and whether it could be brought up to date.
#[derive(Debug)]
pub enum Retrieved {
    Current(Box<DomainConfig>),
    /// As stored, because the domain has no name: it is being made, or taken away.
    Stored(Box<DomainConfig>),
}

impl Retrieved {
    pub fn into_config(self) -> DomainConfig {
        match self {
            Self::Current(config) | Self::Stored(config) => *config,
        }
    }
}

/// The configuration of `domid`, but for the scheduler's parameters: these are as stored.
///
/// `Error::LockFail` if there is no such domain, `Error::Fail` if none is stored for it.
pub fn retrieve(ctx: &Ctx, domid: u32) -> Result<Retrieved> {
    let files = userdata::lock(ctx, domid)?;
    let stored = files.retrieve(userdata::CONFIG_USERID.as_bytes())?;
    let text = stored.and_then(|data| CString::new(until_nul(data)).ok());
    let mut config = text
        .and_then(|text| json::domain_config(Some(ctx), &text))
        .map(Box::new)
        .ok_or_else(|| {
            error!(ctx, domid = domid, "there is no stored configuration, or none that is sound");
            Error::Fail
        })?;
    let vcpus = match config.b_info.max_vcpus {
        vcpus @ 0..=MOST_VCPUS => vcpus,
        vcpus => {
            error!(ctx, domid = domid, "the stored configuration has {vcpus} vcpus");
            return Err(Error::Fail);
        }
    };
    check_type(ctx, domid, &config.b_info)?;

    // One round trip for all that can be named beforehand.
    let base = nodes::domain_path(domid);
    let mut wanted = vec![format!("{base}/name"), format!("{}/num_devs", pci_path(domid))];
    wanted.extend(memory::paths(domid));
    let devices = device_nodes(domid, &config);
    wanted.extend(devices.iter().cloned());
    wanted.extend((0..vcpus).map(|vcpu| format!("{base}/cpu/{vcpu}/availability")));
    let mut values = nodes::read_many(ctx, ctx.store(), &wanted)?.into_iter();
    let (name, pci_count) = (values.next().flatten(), values.next().flatten());
    let limits = [values.next().flatten(), values.next().flatten()];
    let known: Vec<bool> = values.by_ref().take(devices.len()).map(|v| v.is_some()).collect();
    let availability: Vec<_> = values.collect();

    let Some(name) = name.and_then(|name| Text::new(until_nul(name))) else {
        error!(ctx, domid = domid, "the domain has no name");
        return Ok(Retrieved::Stored(config));
    };
    config.c_info.name = Some(name);
    config.c_info.uuid = Uuid(kind::info(ctx, domid)?.uuid);
    config.b_info.avail_vcpus = online(&availability);
    let limits = memory::limits(ctx, domid, &limits)?;
    config.b_info.target_memkb = limits.target.wrapping_add(beyond_target(&config.b_info));
    config.b_info.max_memkb = limits.static_max;

    let before = checked(&config);
    keep_known(&mut config, &known);
    // The C library cannot tell from xenstore which devices are behind a controller, and so knows none.
    config.usbdevs.clear();
    if !config.disks.is_empty() {
        merge_disks(&mut config.disks, &disks_of(ctx, domid)?);
    }
    if !config.pcidevs.is_empty() {
        let known = pci_of(ctx, domid, pci_count)?;
        config.pcidevs.retain(|device| known.contains(&pci_address(device)));
    }
    let gone = before - checked(&config);
    if gone > 0 {
        warn!(ctx, domid = domid, "{gone} stored devices are not in xenstore: left out");
    }
    Ok(Retrieved::Current(config))
}

/// How many devices are held against xenstore.
fn checked(config: &DomainConfig) -> usize {
    let plain = config.nics.len() + config.vtpms.len() + config.disks.len() + config.pcidevs.len();
    let usb = config.usbctrls.len() + config.usbdevs.len();
    plain + usb + config.vdispls.len() + config.vsnds.len()
}

/// A value as C programs see it.
fn until_nul(mut value: Vec<u8>) -> Vec<u8> {
    if let Some(end) = value.iter().position(|&b| b == 0) {
        value.truncate(end);
    }
    value
}

/// Refuses guests whose vcpus cannot be known here.
fn check_type(ctx: &Ctx, domid: u32, info: &DomainBuildInfo) -> Result<()> {
    match info.u {
        Guest::Pv(_) | Guest::Pvh(_) => Ok(()),
        Guest::Hvm(_) => {
            let path = format!("{}/dm-version", nodes::libxl_path(domid));
            match nodes::read(ctx, ctx.store(), &path)?.as_deref() {
                None | Some(b"qemu_xen_traditional") => Ok(()),
                _ => {
                    error!(ctx, domid = domid, "asking QEMU for its vcpus is not implemented yet");
                    Err(Error::NotImplemented)
                }
            }
        }
        Guest::Invalid | Guest::Other(_) => {
            error!(ctx, domid = domid, "the stored configuration has no type of guest");
            Err(Error::Fail)
        }
    }
}

/// The vcpus whose availability says so.
fn online(availability: &[Option<Vec<u8>>]) -> Bitmap {
    let mut bytes = vec![0; availability.len().div_ceil(8)];
    for (vcpu, value) in (0..).zip(availability) {
        if value.as_deref() == Some(b"online") {
            bitmap::set(&mut bytes, vcpu);
        }
    }
    Bitmap { bytes }
}

/// How much more `target_memkb` is than the target in xenstore, by what is stored.
fn beyond_target(info: &DomainBuildInfo) -> u64 {
    let may_balloon = matches!(info.u, Guest::Hvm(_)) && info.max_memkb > info.target_memkb;
    info.video_memkb.wrapping_add(if may_balloon { MAXMEM_CONSTANT } else { 0 })
}

/// For each device that xenstore knows by its number, in the order of [`keep_known`], the node that every
/// live record has.
fn device_nodes(domid: u32, config: &DomainConfig) -> Vec<String> {
    let base = nodes::libxl_path(domid);
    let path =
        |kind: DeviceKind, devid: i32| format!("{base}/device/{}/{devid}/backend", kind.name());
    let mut paths = Vec::new();
    paths.extend(config.nics.iter().map(|d| path(DeviceKind::Vif, d.devid)));
    paths.extend(config.vtpms.iter().map(|d| path(DeviceKind::Vtpm, d.devid)));
    paths.extend(config.usbctrls.iter().map(|d| path(DeviceKind::Vusb, d.devid)));
    paths.extend(config.vdispls.iter().map(|d| path(DeviceKind::Vdispl, d.devid)));
    paths.extend(config.vsnds.iter().map(|d| path(DeviceKind::Vsnd, d.devid)));
    paths
}

/// Drops the devices of [`device_nodes`] that are not `known`.
fn keep_known(config: &mut DomainConfig, known: &[bool]) {
    let mut known = known.iter().copied();
    let mut keep = || known.next().unwrap_or(false);
    config.nics.retain(|_| keep());
    config.vtpms.retain(|_| keep());
    config.usbctrls.retain(|_| keep());
    config.vdispls.retain(|_| keep());
    config.vsnds.retain(|_| keep());
}

/// A disk as xenstore knows it.
#[derive(PartialEq, Eq, Debug)]
struct KnownDisk {
    vdev: Vec<u8>,
    /// A drive with nothing in it.
    empty: bool,
}

impl KnownDisk {
    /// From the nodes `dev`, `removable` and `params`; `None` without the first.
    fn new(dev: Option<Vec<u8>>, removable: Option<&[u8]>, params: Option<&[u8]>) -> Option<Self> {
        // The driver's name, as in `aio:/path`, is no part of the medium's.
        let medium = params.map(|p| p.splitn(2, |&b| b == b':').last().unwrap_or(p));
        let removable = removable.is_some_and(|r| {
            let digits = r.trim_ascii_start();
            digits
                .strip_prefix(b"-")
                .unwrap_or(digits)
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .any(|&b| b != b'0')
        });
        Some(Self { vdev: dev?, empty: removable && medium.is_none_or(<[u8]>::is_empty) })
    }
}

/// The disks in xenstore. A guest has one of the two kinds; with both there is no telling, as in C.
fn disks_of(ctx: &Ctx, domid: u32) -> Result<Vec<KnownDisk>> {
    let base = format!("{}/device", nodes::libxl_path(domid));
    let dirs = [DeviceKind::Vbd, DeviceKind::VirtioDisk].map(|k| format!("{base}/{}", k.name()));
    let listed = ctx.store().list_many(&dirs).map_err(|e| nodes::failed(ctx, e))?;
    let mut found = dirs.iter().zip(listed).filter_map(|(dir, list)| Some((dir, list?)));
    let (Some((dir, devids)), None) = (found.next(), found.next()) else { return Ok(Vec::new()) };
    let paths: Vec<String> = devids
        .iter()
        .flat_map(|devid| ["dev", "removable", "params"].map(|n| format!("{dir}/{devid}/{n}")))
        .collect();
    let values = nodes::read_many(ctx, ctx.store(), &paths)?;
    Ok(values
        .chunks_exact(3)
        .filter_map(|v| KnownDisk::new(v[0].clone(), v[1].as_deref(), v[2].as_deref()))
        .collect())
}

/// Drops the disks that are not `known`, and empties the drives that are.
fn merge_disks(disks: &mut Vec<DeviceDisk>, known: &[KnownDisk]) {
    disks.retain_mut(|disk| {
        let vdev = disk.vdev.as_ref().map(Text::as_bytes);
        let Some(now) = known.iter().find(|now| Some(now.vdev.as_slice()) == vdev) else {
            return false;
        };
        if now.empty {
            disk.pdev_path = Text::new("");
            disk.format = DiskFormat::Empty;
        }
        true
    });
}

/// Segment, bus, device and function.
type PciAddress = (u32, u32, u32, u32);

fn pci_address(device: &DevicePci) -> PciAddress {
    (device.domain as u32, device.bus.into(), device.dev.into(), device.func.into())
}

/// Where the back end of a guest's PCI devices lies: there is one, in domain 0.
fn pci_path(domid: u32) -> String {
    format!("{}/backend/pci/{domid}/0", nodes::domain_path(0))
}

/// The PCI devices in xenstore, `count` of them by its word.
fn pci_of(ctx: &Ctx, domid: u32, count: Option<Vec<u8>>) -> Result<Vec<PciAddress>> {
    let count: Option<u32> = count.and_then(|count| crate::domain::leading_number(&count));
    let base = pci_path(domid);
    let paths: Vec<String> =
        (0..count.unwrap_or(0).min(MOST_PCI)).map(|i| format!("{base}/dev-{i}")).collect();
    let values = nodes::read_many(ctx, ctx.store(), &paths)?;
    Ok(values.into_iter().flatten().filter_map(|value| parse_bdf(&value)).collect())
}

/// `0000:03:1f.7`
fn parse_bdf(text: &[u8]) -> Option<PciAddress> {
    let text = std::str::from_utf8(text).ok()?;
    let hex = |text: &str| u32::from_str_radix(text, 16).ok();
    let mut parts = text.splitn(3, ':');
    let (domain, bus, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (dev, func) = rest.split_once('.')?;
    Some((hex(domain)?, hex(bus)?, hex(dev)?, hex(func)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::{DeviceNic, DeviceVsnd, DeviceVtpm};

    fn value(text: &str) -> Option<Vec<u8>> {
        Some(text.as_bytes().to_vec())
    }

    fn disk(vdev: &str, path: &str) -> DeviceDisk {
        DeviceDisk {
            vdev: Text::new(vdev),
            pdev_path: Text::new(path),
            format: DiskFormat::Raw,
            ..Default::default()
        }
    }

    #[test]
    fn vcpus_are_online_by_that_very_word() {
        let mut all = vec![None; 11];
        all[0] = value("online");
        all[1] = value("offline");
        all[2] = value("online\n");
        all[9] = value("online");
        assert_eq!(online(&all).bytes, [0x01, 0x02]);
        assert_eq!(online(&[]), Bitmap::default());
    }

    #[test]
    fn only_ballooning_hvm_has_slack() {
        let mut info = DomainBuildInfo { video_memkb: 8, max_memkb: 200, ..Default::default() };
        info.target_memkb = 100;
        for (guest, extra) in [
            (Guest::Pv(Default::default()), 8),
            (Guest::Pvh(Default::default()), 8),
            (Guest::Hvm(Default::default()), 1032),
        ] {
            info.u = guest;
            assert_eq!(beyond_target(&info), extra);
        }
        info.target_memkb = 200;
        assert_eq!(beyond_target(&info), 8);
    }

    #[test]
    fn devices_are_kept_each_by_its_own_record() {
        let mut config = DomainConfig::default();
        for devid in [0, 3] {
            config.nics.push(DeviceNic { devid, ..Default::default() });
        }
        config.vtpms.push(DeviceVtpm { devid: 5, ..Default::default() });
        config.vsnds.push(DeviceVsnd { devid: 6, ..Default::default() });
        assert_eq!(
            device_nodes(7, &config),
            [
                "/libxl/7/device/vif/0/backend",
                "/libxl/7/device/vif/3/backend",
                "/libxl/7/device/vtpm/5/backend",
                "/libxl/7/device/vsnd/6/backend",
            ]
        );
        keep_known(&mut config, &[false, true, false, true]);
        assert_eq!(config.nics.iter().map(|nic| nic.devid).collect::<Vec<_>>(), [3]);
        assert_eq!((config.vtpms.len(), config.vsnds.len()), (0, 1));
    }

    #[test]
    fn drives_without_a_medium() {
        let known = |removable: Option<&str>, params: Option<&str>| {
            KnownDisk::new(value("hdc"), removable.map(str::as_bytes), params.map(str::as_bytes))
                .unwrap()
                .empty
        };
        assert!(
            known(Some("1"), None) && known(Some("1"), Some("")) && known(Some("1"), Some("aio:"))
        );
        assert!(!known(Some("1"), Some("aio:/a.iso")) && !known(Some("1"), Some("/a:b")));
        assert!(!known(Some("0"), Some("")) && !known(None, None));
        assert_eq!(KnownDisk::new(None, Some(b"1"), None), None);
    }

    #[test]
    fn disks_are_those_that_xenstore_knows() {
        let mut disks = vec![disk("xvda", "/a"), disk("xvdb", "/b"), disk("hdc", "/c.iso")];
        disks.push(DeviceDisk::default());
        let known = [("hdc", true), ("xvda", false), ("xvdz", false)]
            .map(|(vdev, empty)| KnownDisk { vdev: vdev.into(), empty });
        merge_disks(&mut disks, &known);
        let emptied = DeviceDisk { format: DiskFormat::Empty, ..disk("hdc", "") };
        assert_eq!(disks, [disk("xvda", "/a"), emptied]);
    }

    #[test]
    fn pci_addresses() {
        assert_eq!(parse_bdf(b"0001:03:1f.7"), Some((1, 3, 0x1f, 7)));
        for bad in [&b""[..], b"03:00.0", b"0000:03:00", b"0000:03:xx.0", b"\xff"] {
            assert_eq!(parse_bdf(bad), None);
        }
    }
}
