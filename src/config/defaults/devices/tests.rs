//! Compares the rules with the results of the C library for the same devices, in
//! `capi-tests/fake-xen/defaults/devices.txt`, which `capi-tests/fake-xen/defaults/run` writes and verifies.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

use super::*;
use crate::types::idiomatic::{CForm, DeviceNic, Mac};
use crate::types::shape::Type;
use crate::types::{engine, tables};

static SEEN: &str = include_str!("../../../../capi-tests/fake-xen/defaults/devices.txt");

/// An artificial host with one domain and a guest.
struct Made {
    log: Log,
    guest: Option<DomainKind>,
}

impl DefaultsHost for Made {
    fn log(&self) -> &Log {
        &self.log
    }
    fn kind(&self) -> Result<DomainKind> {
        self.guest.ok_or(Error::DomainNotFound)
    }
    fn domain_of(&self, name: &[u8]) -> Result<u32> {
        match std::str::from_utf8(name).unwrap() {
            "" | "Domain-0" => Ok(0),
            name => name.parse().map_err(|_| Error::Invalid),
        }
    }
    fn kernel_serves_usb(&self) -> Result<bool> {
        Ok(false)
    }
}

/// Parses a device in JSON, completes it, and returns it as JSON in one line.
fn completed<T: CForm>(
    json: &str,
    table: &Type,
    rule: impl FnOnce(&mut T) -> Result<()>,
) -> Result<String> {
    let json = CString::new(json).unwrap();
    let mut c = MaybeUninit::<T::C>::uninit();
    let p = c.as_mut_ptr().cast::<u8>();
    // SAFETY: the table describes the struct, which is initialised first.
    let read = unsafe { engine::from_json(p, json.as_ptr(), table) };
    assert_eq!(read, Ok(()), "{json:?}");
    // SAFETY: the struct was initialised and filled above.
    let mut device = unsafe { T::from_c(c.assume_init_ref()) };
    // SAFETY: as above; the converted device shares no memory with the struct.
    unsafe { engine::dispose(p, table) };
    rule(&mut device)?;
    let mut c = device.to_c();
    let p = (&raw mut c).cast::<u8>();
    // SAFETY: the value has the table's type, and is disposed of once.
    let text = unsafe {
        let text = engine::to_json(p, table);
        engine::dispose(p, table);
        let line = CStr::from_ptr(text).to_str().unwrap().lines().map(str::trim_start).collect();
        libc::free(text.cast());
        line
    };
    Ok(text)
}

fn set_defaults(context: DeviceContext, device: &str, json: &str) -> Result<String> {
    match device {
        "disk" => completed(json, tables::DEVICE_DISK, |d| disk::set_defaults(context, d)),
        "nic" => completed(json, tables::DEVICE_NIC, |d| nic::set_defaults(context, d)),
        "vfb" => completed(json, tables::DEVICE_VFB, |d| vfb(context, d)),
        "vkb" => completed(json, tables::DEVICE_VKB, |d| vkb(context, d)),
        "usbctrl" => completed(json, tables::DEVICE_USBCTRL, |d| usb::controller(context, d)),
        "pci" => completed(json, tables::DEVICE_PCI, |d| {
            pci(d);
            Ok(())
        }),
        "vtpm" => completed(json, tables::DEVICE_VTPM, |d| vtpm(context, d)),
        "p9" => completed(json, tables::DEVICE_P9, |d| p9::set_defaults(context, d)),
        "pvcallsif" => completed(json, tables::DEVICE_PVCALLSIF, |d| pvcallsif(context, d)),
        "vdispl" => completed(json, tables::DEVICE_VDISPL, |d| vdispl(context, d)),
        "vsnd" => completed(json, tables::DEVICE_VSND, |d| vsnd(context, d)),
        other => panic!("no such device: {other}"),
    }
}

#[test]
fn devices_are_completed_as_the_c_library_does() {
    let (mut kinds, mut wrong) = (std::collections::BTreeSet::new(), Vec::new());
    for line in SEEN.lines() {
        let [guest, hotplug, device, json, rc, after] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let guest = match guest {
            "pv" => Some(DomainKind::Pv),
            "pvh" => Some(DomainKind::Pvh),
            "hvm" => Some(DomainKind::Hvm),
            _ => None,
        };
        let world = Made { log: Log::none(), guest };
        let context = DeviceContext { world: &world, domid: 7, hotplug: hotplug == "1" };
        let (code, text) = match set_defaults(context, device, json) {
            Ok(text) => (0, text),
            Err(e) => (e.code(), String::new()),
        };
        // What was recorded is 4.17's: the next tests are about what 4.19 has in place of these.
        let has = |what: &str| json.contains(what);
        let replaced = cfg!(since = "4.19")
            && (device == "p9"
                || has(r#""backend": "tap""#)
                || has(r#""is_cdrom": 1"#) && has(r#""backend": "phy""#)
                || guest != Some(DomainKind::Hvm) && has(r#""format": "empty""#));
        if (code.to_string(), text.as_str()) != (rc.to_owned(), with_grants(after).as_str())
            && !replaced
        {
            wrong.push(format!("{line}\n  ours: {code} {text}"));
        }
        kinds.insert(device);
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(kinds.len(), 11, "all kinds of devices were there");
}

/// A disk with these settings, made complete for a guest that runs.
#[cfg(since = "4.19")]
fn attached(guest: DomainKind, settings: &str) -> Result<String> {
    let world = Made { log: Log::none(), guest: Some(guest) };
    let context = DeviceContext { world: &world, domid: 7, hotplug: true };
    set_defaults(context, "disk", &format!("{{{settings}}}"))
}

#[cfg(since = "4.19")]
#[test]
fn a_cd_drive_of_an_hvm_guest_may_be_the_kernels() {
    let complete =
        |more: &str| attached(DomainKind::Hvm, &format!(r#""vdev": "hdc", "is_cdrom": 1, {more}"#));
    let raw = r#""pdev_path": "/etc/passwd", "format": "raw""#;
    assert!(complete(raw).unwrap().contains(r#""backend": "qdisk""#));
    assert!(complete(&format!(r#"{raw}, "backend": "phy""#)).unwrap().contains(r#""phy""#));
    assert_eq!(complete(&format!(r#"{raw}, "backend": "tap""#)), Err(Error::Fail));
    // An empty one has a file, if this is asked for.
    assert!(complete(r#""format": "empty""#).unwrap().contains(r#""backend": "qdisk""#));
    let empty = r#""format": "empty", "backend": "phy""#;
    assert!(complete(empty).unwrap().contains(r#""pdev_path": "/var/run/xen/empty-cdrom.7""#));
    let elsewhere = complete(&format!(r#"{empty}, "backend_domid": 3"#)).unwrap();
    assert!(!elsewhere.contains("pdev_path"), "{elsewhere}");
    let with_medium = format!(r#""pdev_path": "/etc/passwd", {empty}, "backend_domid": 3"#);
    assert_eq!(complete(&with_medium), Err(Error::Invalid));
    // An empty one of a PV guest gets phy, the first choice, and no file.
    let settings = r#""vdev": "xvdc", "is_cdrom": 1, "format": "empty""#;
    let chosen = attached(DomainKind::Pv, settings).unwrap();
    assert!(chosen.contains(r#""phy""#) && !chosen.contains("pdev_path"), "{chosen}");
}

#[cfg(since = "4.19")]
#[test]
fn tap_serves_two_formats() {
    let complete = |more: &str| {
        let settings = format!(r#""vdev": "xvda", "pdev_path": "/etc/passwd", {more}"#);
        attached(DomainKind::Pv, &settings)
    };
    for format in ["raw", "vhd"] {
        let asked = format!(r#""format": "{format}", "backend": "tap""#);
        assert!(complete(&asked).unwrap().contains(r#""backend": "tap""#), "{format}");
        let with_colo = format!(r#"{asked}, "colo_enable": "True""#);
        assert_eq!(complete(&with_colo), Err(Error::Invalid));
    }
    assert_eq!(complete(r#""format": "qcow2", "backend": "tap""#), Err(Error::Invalid));
    // The third choice, after phy and qdisk.
    let chosen = complete(r#""format": "vhd", "script": "block-x""#).unwrap();
    assert!(chosen.contains(r#""backend": "tap""#), "{chosen}");
}

/// What was recorded of 4.17, with what 4.19 adds for a virtio disk.
fn with_grants(recorded: &str) -> String {
    match recorded.strip_suffix('}') {
        Some(start) if cfg!(since = "4.19") && start.contains(r#""specification": "virtio""#) => {
            let elsewhere = if start.contains("backend_domid") { "True" } else { "False" };
            format!(r#"{start},"grant_usage": "{elsewhere}"}}"#)
        }
        _ => recorded.to_owned(),
    }
}

#[cfg(since = "4.19")]
#[test]
fn a_file_system_must_be_complete_and_only_the_daemon_has_limits() {
    use crate::types::idiomatic::{DeviceP9, P9Type};
    let world = Made { log: Log::none(), guest: Some(DomainKind::Pv) };
    let context = DeviceContext { world: &world, domid: 7, hotplug: false };
    let complete = |change: fn(&mut DeviceP9)| {
        let mut device = DeviceP9 {
            path: Some(Text::from(c"/srv")),
            security_model: Some(Text::from(c"none")),
            ..DeviceP9::default()
        };
        change(&mut device);
        p9::set_defaults(context, &mut device).map(|()| (device.type_, device.tag))
    };
    let tag = |text| Some(Text::from(text));
    assert_eq!(complete(|d| d.tag = Some(Text::from(c"t"))), Ok((P9Type::Qemu, tag(c"t"))));
    assert_eq!(complete(|d| d.type_ = P9Type::Xen9pfsd), Ok((P9Type::Xen9pfsd, tag(c"Xen"))));
    let limited: fn(&mut DeviceP9) = |d| (d.tag, d.max_files) = (Some(Text::from(c"t")), 5);
    assert_eq!(complete(limited), Err(Error::Invalid));
    assert_eq!(complete(|_| ()), Err(Error::Invalid), "QEMU's without a tag");
    let without_path: fn(&mut DeviceP9) = |d| (d.type_, d.path) = (P9Type::Xen9pfsd, None);
    assert_eq!(complete(without_path), Err(Error::Invalid));
}

#[test]
fn generated_values_differ() {
    let world = Made { log: Log::none(), guest: Some(DomainKind::Pv) };
    let context = DeviceContext { world: &world, domid: 7, hotplug: false };
    let mut nics = [DeviceNic::default(), DeviceNic::default()];
    for card in &mut nics {
        nic::set_defaults(context, card).unwrap();
        let Mac([0x00, 0x16, 0x3e, fourth, ..]) = card.mac else { panic!("{}", card.mac) };
        assert!(fourth < 0x80);
    }
    assert_ne!(nics[0].mac, nics[1].mac);
    let mut device = DeviceVtpm::default();
    vtpm(context, &mut device).unwrap();
    assert!(!device.uuid.is_nil());
}

#[test]
fn cards_without_a_number_come_after_the_others() {
    for (given, expected) in [
        (&[-1, -1][..], &[0, 1][..]),
        (&[4, -1, 2, -1], &[4, 5, 2, 6]),
        (&[-1, 0, -1], &[1, 0, 2]),
        (&[], &[]),
    ] {
        let mut nics: Vec<_> =
            given.iter().map(|&devid| DeviceNic { devid, ..Default::default() }).collect();
        nic::number(&mut nics);
        assert_eq!(nics.iter().map(|nic| nic.devid).collect::<Vec<_>>(), expected, "{given:?}");
    }
}
