//! A domain's current configuration: the stored one, brought up to date.
//!
//! The library stores the configuration that a domain was created with, and updates it when a device is added; the
//! name, memory, vcpus and scheduling parameters change without an update. Devices that are missing in xenstore are
//! left out; of the others the stored entry is used, except for a drive whose medium was removed.
//!
//! This holds the lock of device changes, so that no change is in progress. Under it and the userdata lock, there is
//! one round trip to xenstore. An invalid record drops one device; in the C library it drops all devices of its kind.
//!
//! QEMU knows which vcpus of an HVM guest are plugged. It is asked under the lock of device changes only, and not under
//! the userdata lock, since it may be slow and may be controlled by its guest.

use crate::core::cause::summed_up;
use crate::core::{Ao, Ctx, Error, Result, bitmap};
use crate::device::DeviceKind;
use crate::device::pci::address::Address;
use crate::device::read::{pci, records};
use crate::device::vdev;
use crate::domain::{kind, memory, nodes, userdata};
use crate::lock::DeviceLock;
use crate::qemu::model;
use crate::qemu::model::ModelVersion;
use crate::types::idiomatic::{
    Bitmap, DeviceDisk, DiskFormat, DiskSpecification, DomainBuildInfo,
    DomainBuildInfoData as Guest, DomainConfig, Text, Uuid, before_nul,
};
use crate::{error, qemu, warn};

/// The maximum number of vcpus, more than any Xen supports: a higher stored number is invalid.
const MAX_VCPUS: i32 = 8192;

/// The difference in KiB by which the target in xenstore is lower for an HVM guest that may balloon.
const MAXMEM_CONSTANT: u64 = 1024;

/// A configuration, and whether it could be brought up to date.
#[derive(Debug)]
pub enum Retrieved {
    /// Brought up to date.
    Current(Box<DomainConfig>),
    /// As stored, because the domain has no name: it is being created or destroyed.
    Stored(Box<DomainConfig>),
}

impl Retrieved {
    /// The configuration in either case.
    pub fn into_config(self) -> DomainConfig {
        match self {
            Self::Current(config) | Self::Stored(config) => *config,
        }
    }
}

/// The current configuration of `domid`; only the scheduling parameters are as stored.
///
/// `Error::LockFail` if there is no such domain, `Error::Fail` if no configuration is stored for it. Errors are logged,
/// with a summary at the end.
pub async fn retrieve(ao: &Ao, domid: u32) -> Result<Retrieved> {
    summed_up(ao, domid, "retrieve the domain's configuration", read(ao, domid)).await
}

async fn read(ao: &Ao, domid: u32) -> Result<Retrieved> {
    let _device_lock = DeviceLock::take(ao, domid).await?;
    {
        let files = userdata::lock(ao, domid)?;
        let stored = stored(ao, domid, &files)?;
        let hvm = matches!(stored.0.b_info.u, Guest::Hvm(_));
        if !hvm || model::version(ao, domid)? != ModelVersion::Qemu {
            return current(ao, domid, stored, None);
        }
    }
    let plugged = qemu::vcpus::plugged(ao, domid).await?;
    // It is read again, since it may have changed meanwhile.
    let files = userdata::lock(ao, domid)?;
    current(ao, domid, stored(ao, domid, &files)?, Some(plugged))
}

/// The stored configuration, and its checked number of vcpus.
fn stored(ctx: &Ctx, domid: u32, files: &userdata::Locked<'_>) -> Result<(Box<DomainConfig>, i32)> {
    let Some(config) = files.config(ctx)? else {
        error!(ctx, domid = domid, "cannot read the stored configuration: there is none");
        return Err(Error::Fail);
    };
    if let Guest::Invalid | Guest::Other(_) = config.b_info.u {
        error!(ctx, domid = domid, "cannot use the stored configuration: invalid type of guest");
        return Err(Error::Fail);
    }
    match config.b_info.max_vcpus {
        vcpus @ 0..=MAX_VCPUS => Ok((config, vcpus)),
        vcpus => {
            error!(
                ctx,
                domid = domid,
                "cannot use the stored configuration: invalid number of vcpus, {vcpus}"
            );
            Err(Error::Fail)
        }
    }
}

/// Brings the configuration up to date, under the userdata lock. `plugged` has the vcpus that are plugged in QEMU, for
/// an HVM guest.
fn current(
    ctx: &Ctx,
    domid: u32,
    (mut config, vcpus): (Box<DomainConfig>, i32),
    plugged: Option<Vec<u64>>,
) -> Result<Retrieved> {
    // One round trip for all nodes whose paths are known beforehand.
    let base = nodes::domain_path(domid);
    let mut wanted = vec![format!("{base}/name")];
    wanted.extend(memory::paths(domid));
    let devices = device_nodes(domid, &config);
    let disks = disk_nodes(domid, &config.disks);
    let with_pcis = match config.b_info.device_model_stubdomain {
        Some(true) if !config.pcidevs.is_empty() => pci::holder(ctx, domid),
        _ => domid,
    };
    let pcis = pci_nodes(with_pcis, config.pcidevs.len());
    wanted.extend(devices.iter().chain(&disks).chain(&pcis).cloned());
    wanted.extend((0..vcpus).map(|vcpu| format!("{base}/cpu/{vcpu}/availability")));
    let mut values = nodes::read_many(ctx, ctx.store(), &wanted)?.into_iter();
    let name = values.next().flatten();
    let limits = [values.next().flatten(), values.next().flatten()];
    let known: Vec<bool> = values.by_ref().take(devices.len()).map(|v| v.is_some()).collect();
    let disks: Vec<_> = values.by_ref().take(disks.len()).collect();
    let pcis: Vec<_> = values.by_ref().take(pcis.len()).collect();
    let availability: Vec<_> = values.collect();

    let Some(name) = name.and_then(|name| Text::new(before_nul(&name))) else {
        error!(
            ctx,
            domid = domid,
            "cannot bring the configuration up to date: the domain has no name"
        );
        return Ok(Retrieved::Stored(config));
    };
    config.c_info.name = Some(name);
    config.c_info.uuid = Uuid(kind::info(ctx, domid)?.uuid);
    config.b_info.avail_vcpus = match plugged {
        Some(numbers) => map_of(vcpus, |vcpu| numbers.contains(&(vcpu as u64))),
        None => map_of(vcpus, |vcpu| is_online(availability[vcpu].as_deref())),
    };
    let limits = memory::limits(ctx, domid, &limits)?;
    config.b_info.target_memkb = limits.target.wrapping_add(target_difference(&config.b_info));
    config.b_info.max_memkb = limits.static_max;

    let before = compared_devices(&config);
    keep_known(&mut config, &known);
    // The C library cannot determine the devices of USB controllers from xenstore, and returns none.
    config.usbdevs.clear();
    merge_disks(&mut config.disks, &known_disks(&disks));
    if !config.pcidevs.is_empty() {
        let known = known_pcis(ctx, with_pcis, pcis)?;
        config.pcidevs.retain(|device| Address::of(device).is_some_and(|a| known.contains(&a)));
    }
    let missing = before - compared_devices(&config);
    if missing > 0 {
        warn!(ctx, domid = domid, "leaving out {missing} stored devices that are not in xenstore");
    }
    Ok(Retrieved::Current(config))
}

/// The number of devices that are compared with xenstore.
fn compared_devices(config: &DomainConfig) -> usize {
    let plain = config.nics.len() + config.vtpms.len() + config.disks.len() + config.pcidevs.len();
    let usb = config.usbctrls.len() + config.usbdevs.len();
    plain + usb + config.vdispls.len() + config.vsnds.len()
}

/// Whether a vcpu is online, from the value of its `availability` node.
fn is_online(availability: Option<&[u8]>) -> bool {
    availability == Some(b"online")
}

fn map_of(vcpus: i32, is_on: impl Fn(usize) -> bool) -> Bitmap {
    let mut bytes = vec![0; (vcpus as usize).div_ceil(8)];
    for vcpu in (0..vcpus).filter(|&vcpu| is_on(vcpu as usize)) {
        bitmap::set(&mut bytes, vcpu);
    }
    Bitmap { bytes }
}

/// The difference in KiB between `target_memkb` and the target in xenstore, from the stored values.
fn target_difference(info: &DomainBuildInfo) -> u64 {
    let may_balloon = matches!(info.u, Guest::Hvm(_)) && info.max_memkb > info.target_memkb;
    info.video_memkb.wrapping_add(if may_balloon { MAXMEM_CONSTANT } else { 0 })
}

/// For each device that has a devid, in the order of [`keep_known`], a node that every record has.
fn device_nodes(domid: u32, config: &DomainConfig) -> Vec<String> {
    let base = nodes::libxl_path(domid);
    let node = |kind: DeviceKind, devid: i32, node: &str| {
        format!("{base}/device/{}/{devid}/{node}", kind.name())
    };
    let path = |kind, devid| node(kind, devid, "backend");
    let mut paths = Vec::new();
    paths.extend(config.nics.iter().map(|d| path(DeviceKind::Vif, d.devid)));
    paths.extend(config.vtpms.iter().map(|d| path(DeviceKind::Vtpm, d.devid)));
    // A controller that QEMU emulates has no back end.
    paths.extend(config.usbctrls.iter().map(|d| node(DeviceKind::Vusb, d.devid, "type")));
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

/// A disk, as recorded in xenstore.
#[derive(PartialEq, Eq, Debug)]
struct KnownDisk {
    vdev: Vec<u8>,
    /// It is a drive without a medium.
    empty: bool,
}

impl KnownDisk {
    /// Made from the nodes `dev`, `removable` and `params`; `None` without the first.
    fn new(dev: Option<Vec<u8>>, removable: Option<&[u8]>, params: Option<&[u8]>) -> Option<Self> {
        // The name of the driver, as in `aio:/path`, is not part of the path.
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

/// The nodes that describe a disk.
const DISK_NODES: [&str; 3] = ["dev", "removable", "params"];

/// The paths that [`known_disks`] needs: the directories of both kinds of disks, and each disk's nodes.
fn disk_nodes(domid: u32, disks: &[DeviceDisk]) -> Vec<String> {
    let dirs = [DeviceKind::Vbd, DeviceKind::VirtioDisk].map(|kind| records(domid, kind));
    let nodes = |disk: &DeviceDisk| {
        let dir = &dirs[usize::from(disk.specification == DiskSpecification::Virtio)];
        // An invalid name has no devid; the node for -1 does not exist.
        let number = disk.vdev.as_ref().and_then(|vdev| vdev::number(vdev.as_bytes()));
        let number = number.unwrap_or(-1);
        DISK_NODES.map(|node| format!("{dir}/{number}/{node}"))
    };
    dirs.iter().cloned().chain(disks.iter().flat_map(nodes)).collect()
}

/// The record of each disk. A guest has one of the two kinds; if it has both, all count as missing, as in the C
/// library.
fn known_disks(values: &[Option<Vec<u8>>]) -> Vec<Option<KnownDisk>> {
    let (dirs, disks) = values.split_at(2);
    let both = dirs.iter().all(Option::is_some);
    disks
        .chunks_exact(DISK_NODES.len())
        .map(|v| KnownDisk::new(v[0].clone(), v[1].as_deref(), v[2].as_deref()))
        .map(|disk| disk.filter(|_| !both))
        .collect()
}

/// Drops the disks that are not in xenstore, and the media of empty drives.
fn merge_disks(disks: &mut Vec<DeviceDisk>, known: &[Option<KnownDisk>]) {
    let mut known = known.iter();
    disks.retain_mut(|disk| {
        let vdev = disk.vdev.as_ref().map(Text::as_bytes);
        let now = known.next().and_then(Option::as_ref);
        let Some(now) = now.filter(|now| Some(now.vdev.as_slice()) == vdev) else { return false };
        if now.empty {
            disk.pdev_path = Text::new("");
            disk.format = DiskFormat::Empty;
        }
        true
    });
}

/// The nodes with the number of PCI devices in the back end of `domid` and with the first `stored` of them, which usually are all.
fn pci_nodes(domid: u32, stored: usize) -> Vec<String> {
    let base = pci::backend_path(domid);
    if stored == 0 {
        return Vec::new();
    }
    let stored = stored.min(pci::MAX_DEVICES as usize);
    let devices = (0..stored).map(|i| format!("{base}/dev-{i}"));
    std::iter::once(format!("{base}/num_devs")).chain(devices).collect()
}

/// The PCI devices in xenstore, from the values of [`pci_nodes`]; further ones are read.
fn known_pcis(ctx: &Ctx, domid: u32, values: Vec<Option<Vec<u8>>>) -> Result<Vec<Address>> {
    let mut values = values.into_iter();
    let count = pci::count(values.next().flatten().as_deref()) as usize;
    let mut found: Vec<_> = values.take(count).collect();
    let base = pci::backend_path(domid);
    let more: Vec<_> = (found.len()..count).map(|i| format!("{base}/dev-{i}")).collect();
    if !more.is_empty() {
        found.extend(nodes::read_many(ctx, ctx.store(), &more)?);
    }
    Ok(found.into_iter().flatten().filter_map(|value| Address::parse(&value)).collect())
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
    fn only_the_word_online_means_online() {
        let mut all = vec![None; 11];
        all[0] = value("online");
        all[1] = value("offline");
        all[2] = value("online\n");
        all[9] = value("online");
        assert_eq!(map_of(11, |vcpu| is_online(all[vcpu].as_deref())).bytes, [0x01, 0x02]);
        assert_eq!(map_of(0, |_| true), Bitmap::default());
    }

    #[test]
    fn only_an_hvm_guest_that_may_balloon_has_the_constant() {
        let mut info = DomainBuildInfo { video_memkb: 8, max_memkb: 200, ..Default::default() };
        info.target_memkb = 100;
        for (guest, extra) in [
            (Guest::Pv(Default::default()), 8),
            (Guest::Pvh(Default::default()), 8),
            (Guest::Hvm(Default::default()), 1032),
        ] {
            info.u = guest;
            assert_eq!(target_difference(&info), extra);
        }
        info.target_memkb = 200;
        assert_eq!(target_difference(&info), 8);
    }

    #[test]
    fn each_device_is_kept_by_its_own_record() {
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
    fn disks_that_are_not_in_xenstore_are_dropped() {
        let mut disks = vec![disk("xvda", "/a"), disk("xvdb", "/b"), disk("hdc", "/c.iso")];
        disks.push(DeviceDisk::default());
        let known = [Some(("xvda", false)), Some(("xvdz", false)), Some(("hdc", true)), None]
            .map(|known| known.map(|(vdev, empty)| KnownDisk { vdev: vdev.into(), empty }));
        merge_disks(&mut disks, &known);
        let emptied = DeviceDisk { format: DiskFormat::Empty, ..disk("hdc", "") };
        assert_eq!(disks, [disk("xvda", "/a"), emptied]);
    }

    #[test]
    fn disks_of_both_kinds_count_as_missing() {
        let virtio = DeviceDisk { specification: DiskSpecification::Virtio, ..disk("xvdb", "") };
        let nodes = disk_nodes(7, &[disk("xvda", ""), virtio]);
        assert_eq!(nodes[..2], ["/libxl/7/device/vbd", "/libxl/7/device/virtio_disk"]);
        assert_eq!(nodes[2], "/libxl/7/device/vbd/51712/dev");
        assert_eq!(nodes[5], "/libxl/7/device/virtio_disk/51728/dev");
        let mut values = vec![value(""), None, value("xvda"), None, None];
        let known = KnownDisk { vdev: b"xvda".to_vec(), empty: false };
        assert_eq!(known_disks(&values), [Some(known)]);
        values[1] = value("");
        assert_eq!(known_disks(&values), [None]);
    }

    #[test]
    fn pci_devices_are_read_only_if_some_are_stored() {
        assert_eq!(pci_nodes(7, 0), [""; 0]);
        let base = "/local/domain/0/backend/pci/7/0";
        assert_eq!(pci_nodes(7, 1), [format!("{base}/num_devs"), format!("{base}/dev-0")]);
    }
}
