//! An HVM guest's emulated disks and CD drives. A disk that cannot be emulated is left out with a warning: the guest
//! can still use it with paravirtual drivers.

use std::ffi::{OsStr, OsString};

use super::value::Value;
use super::{ArgumentsError, CommandLine, os};
use crate::domain::disk_backends::TAP_IS_SERVED;
use crate::domain::vdev;
use crate::types::idiomatic::{DeviceDisk, DiskBackend, DiskFormat, Hdtype, Text};

/// Maximum number of disks at an emulated controller.
const IDE_DISKS: i32 = 4;
const AHCI_DISKS: i32 = 6;

/// The highest disk number of a CD drive. 4, a fifth drive for which there is no bus, is accepted as in the C library.
const LAST_CD: i32 = 4;

/// The highest disk number that the QEMU of a stub domain can use: `xvdz`.
const LAST_OF_STUB_DOMAIN: i32 = 25;

/// The path of a disk's content for QEMU.
#[derive(PartialEq, Eq, Debug)]
pub enum Target {
    Path(OsString),
    /// The device that the disk's script has set up; its path is in the back end's node `physical-device-path`.
    OfScript,
    /// The socket of the disk's tapdisk, which serves NBD; its path is in that node too.
    OfTapdisk,
    /// There is no path in this domain.
    None,
}

/// The path of a disk's content for a QEMU in this domain.
pub fn target(disk: &DeviceDisk) -> Target {
    let plain = disk.format == DiskFormat::Raw && disk.script.is_none();
    // Another domain must not choose which file of this one QEMU opens.
    if disk.backend_domname.is_some() || disk.backend_domid != 0 {
        Target::None
    } else if plain || disk.backend == DiskBackend::Qdisk {
        disk.pdev_path.as_ref().map_or(Target::None, |path| Target::Path(os(path).to_owned()))
    } else if disk.backend == DiskBackend::Tap && TAP_IS_SERVED {
        Target::OfTapdisk
    } else if disk.script.is_some() {
        Target::OfScript
    } else {
        Target::None
    }
}

/// Why a disk is not emulated.
enum Failure {
    /// The disk is left out, with a warning.
    NotEmulated(&'static str),
    /// The configuration is refused.
    Refused(ArgumentsError),
}

const fn not_emulated(why: &'static str) -> Failure {
    Failure::NotEmulated(why)
}

/// The content of a drive.
struct Content {
    /// The path that QEMU opens.
    path: OsString,
    /// QEMU's name of the format.
    format: &'static str,
}

/// Which side of a COLO pair the guest is.
enum Colo {
    Off,
    Primary,
    Secondary,
}

impl CommandLine {
    /// The controller for disks `sd…`. It precedes other devices so that its PCI slot is the one that libxl's guests
    /// have.
    pub(super) fn scsi_controller(&mut self, disks: &[DeviceDisk]) {
        if disks.iter().any(|disk| disk.is_cdrom == 0 && is_scsi(disk)) {
            self.device("lsi53c895a");
        }
    }

    /// `targets`: the path that QEMU opens for each disk; `None` for a QEMU in a stub domain, which has the guest's
    /// disks as its own.
    pub(super) fn disks(
        &mut self,
        disks: &[DeviceDisk],
        targets: Option<&[Option<OsString>]>,
        hdtype: Hdtype,
    ) -> Result<(), ArgumentsError> {
        if hdtype == Hdtype::Ahci {
            self.device("ahci,id=ahci0");
        }
        for (n, disk) in disks.iter().enumerate() {
            let target = targets.map(|targets| targets.get(n).and_then(Option::as_deref));
            match self.disk(disk, target, hdtype) {
                Ok(()) => {}
                Err(Failure::Refused(error)) => return Err(error),
                Err(Failure::NotEmulated(why)) => {
                    let vdev = disk.vdev.as_ref().map_or("(none)".into(), Text::to_string);
                    self.warn(format!(
                        "disk {vdev} is not emulated, only paravirtual drivers can use it: {why}"
                    ));
                }
            }
        }
        Ok(())
    }

    fn disk(
        &mut self,
        disk: &DeviceDisk,
        target: Option<Option<&OsStr>>,
        hdtype: Hdtype,
    ) -> Result<(), Failure> {
        match drive(disk, target)? {
            (number, Some(content)) if disk.is_cdrom == 0 => {
                self.hard_disk(disk, number, &content, controller(disk, number, hdtype)?)
            }
            (number, content) => self.cd_drive(disk, number, content),
        }
    }

    fn cd_drive(
        &mut self,
        disk: &DeviceDisk,
        number: i32,
        content: Option<Content>,
    ) -> Result<(), Failure> {
        if number > LAST_CD {
            return Err(not_emulated("a CD drive must be one of the first four disks"));
        }
        let vdev = disk.vdev.as_ref().and_then(|vdev| vdev::number(vdev.as_bytes()));
        let id = format!("ide-{}", vdev.unwrap_or_default());
        let mut drive = Value::default().with("if", "none").with("readonly", "on").with("id", &id);
        if let Some(Content { path, format }) = content {
            drive = drive.with("file", path).with("format", format);
        }
        self.option("-drive", drive);
        let device = Value::of("ide-cd")
            .with("id", &id)
            .with("drive", &id)
            .with("bus", format!("ide.{}", number / 2))
            .with("unit", number % 2);
        self.device(device);
        Ok(())
    }

    fn hard_disk(
        &mut self,
        disk: &DeviceDisk,
        number: i32,
        content: &Content,
        controller: Controller,
    ) -> Result<(), Failure> {
        let writable = disk.readwrite != 0;
        let read_only = |controller| {
            Err(Failure::Refused(ArgumentsError::ReadOnly { vdev: disk.vdev.clone(), controller }))
        };
        match controller {
            Controller::Scsi => self.scsi(disk, number, content),
            Controller::Ahci if !writable => return read_only("AHCI"),
            Controller::Ahci => self.ahci(number, content),
            Controller::Ide if !writable => return read_only("IDE"),
            Controller::Ide => self.ide(disk, number, content),
        }
        Ok(())
    }

    fn scsi(&mut self, disk: &DeviceDisk, number: i32, content: &Content) {
        let Content { path, format } = content;
        let read_only = if disk.readwrite != 0 { "off" } else { "on" };
        let common = Value::default()
            .with("if", "none")
            .with("readonly", read_only)
            .with("cache", "writeback");
        let own_id = format!("scsi0-hd{number}");
        let (id, drive) = match colo(disk) {
            Colo::Off => {
                let drive = Value::default()
                    .with("file", path)
                    .with("id", &own_id)
                    .with("format", *format)
                    .and(common);
                (Value::of(&own_id), drive)
            }
            Colo::Primary => (
                Value::of(&disk.colo_export),
                quorum(common.with("id", &disk.colo_export), content),
            ),
            Colo::Secondary => {
                self.option("-drive", colo_base(disk, content).with("readonly", read_only));
                (Value::of("top-colo"), replication(common.with("id", "top-colo"), disk))
            }
        };
        self.option("-drive", drive);
        self.device(Value::of("scsi-hd").with("drive", id).with("scsi-id", number));
    }

    fn ahci(&mut self, number: i32, Content { path, format }: &Content) {
        let id = format!("ahcidisk-{number}");
        let drive = Value::default()
            .with("file", path)
            .with("if", "none")
            .with("id", &id)
            .with("format", *format)
            .with("cache", "writeback");
        self.option("-drive", drive);
        let bus = format!("ahci0.{number}");
        self.device(Value::of("ide-hd").with("bus", bus).with("unit", 0).with("drive", id));
    }

    fn ide(&mut self, disk: &DeviceDisk, number: i32, content: &Content) {
        let Content { path, format } = content;
        let at = |value: Value| value.with("if", "ide").with("index", number);
        let cached = |value: Value| value.with("media", "disk").with("cache", "writeback");
        let drive = match colo(disk) {
            Colo::Off => at(Value::default().with("file", path))
                .with("media", "disk")
                .with("format", *format)
                .with("cache", "writeback"),
            // As in libxl, `id` follows the driver here.
            Colo::Primary => {
                let start = cached(at(Value::default())).with("driver", "quorum");
                children(start.with("id", &disk.colo_export), content)
            }
            Colo::Secondary => {
                self.option("-drive", colo_base(disk, content));
                replication(cached(at(Value::default()).with("id", "top-colo")), disk)
            }
        };
        self.option("-drive", drive);
    }
}

/// The emulated controller of a disk.
#[derive(Clone, Copy)]
enum Controller {
    Scsi,
    Ahci,
    Ide,
}

/// The controller of a disk: SCSI for `sd…`, otherwise as `hdtype` says.
fn controller(disk: &DeviceDisk, number: i32, hdtype: Hdtype) -> Result<Controller, Failure> {
    if is_scsi(disk) {
        Ok(Controller::Scsi)
    } else if hdtype == Hdtype::Ahci && number < AHCI_DISKS {
        Ok(Controller::Ahci)
    } else if number < IDE_DISKS {
        Ok(Controller::Ide)
    } else {
        Err(not_emulated("the emulated controller supports no more disks"))
    }
}

/// The number of a disk, counted from 0, and its content. `target` is the path that QEMU opens; its outer `Option` is
/// `None` if QEMU runs in a stub domain.
fn drive(
    disk: &DeviceDisk,
    target: Option<Option<&OsStr>>,
) -> Result<(i32, Option<Content>), Failure> {
    let vdev = disk.vdev.as_ref().and_then(|vdev| vdev::disk_and_partition(vdev.as_bytes()));
    let (number, _) = vdev.ok_or(not_emulated("its vdev is invalid"))?;
    let content = match target {
        _ if disk.format == DiskFormat::Empty && disk.is_cdrom != 0 => None,
        _ if disk.format == DiskFormat::Empty => return Err(not_emulated("it is empty")),
        None if number > LAST_OF_STUB_DOMAIN => {
            return Err(not_emulated("a stub domain supports only the first 26 disks"));
        }
        None => {
            let path = format!("/dev/{}", vdev::linux_name(number)).into();
            Some(Content { path, format: "host_device" })
        }
        Some(target) => {
            let format = format(disk).ok_or(not_emulated("its format is unknown to QEMU"))?;
            let path =
                target.ok_or(not_emulated("its content has no path in this domain"))?.to_owned();
            Some(Content { path, format })
        }
    };
    Ok((number, content))
}

/// QEMU's name of the format: `raw` unless QEMU is the back end, since it then opens a block device.
fn format(disk: &DeviceDisk) -> Option<&'static str> {
    if disk.backend != DiskBackend::Qdisk {
        return Some("raw");
    }
    Some(match disk.format {
        DiskFormat::Qcow => "qcow",
        DiskFormat::Qcow2 => "qcow2",
        DiskFormat::Vhd => "vpc",
        DiskFormat::Raw => "raw",
        DiskFormat::Qed => "qed",
        DiskFormat::Unknown | DiskFormat::Empty | DiskFormat::Other(_) => return None,
    })
}

fn is_scsi(disk: &DeviceDisk) -> bool {
    disk.vdev.as_ref().is_some_and(|vdev| vdev.as_bytes().starts_with(b"sd"))
}

fn colo(disk: &DeviceDisk) -> Colo {
    match (disk.colo_enable, disk.colo_restore_enable) {
        (Some(true), Some(true)) => Colo::Secondary,
        (Some(true), _) => Colo::Primary,
        _ => Colo::Off,
    }
}

/// The disk of a COLO primary: a quorum, to which the secondary's disk is added as another child.
fn quorum(start: Value, content: &Content) -> Value {
    children(start.with("driver", "quorum"), content)
}

fn children(start: Value, Content { path, format }: &Content) -> Value {
    start
        .with("children.0.file.filename", path)
        .with("children.0.driver", *format)
        .with("read-pattern", "fifo")
        .with("vote-threshold", "1")
}

/// The base of a COLO secondary's disk: its content at the start of the replication.
fn colo_base(disk: &DeviceDisk, Content { path, format }: &Content) -> Value {
    Value::default()
        .with("if", "none")
        .with("driver", *format)
        .with("file", path)
        .with("id", &disk.colo_export)
}

/// The disk of a COLO secondary: its own writes since the last checkpoint are in an overlay over the primary's.
fn replication(start: Value, disk: &DeviceDisk) -> Value {
    start
        .with("driver", "replication")
        .with("mode", "secondary")
        .with("top-id", "top-colo")
        .with("file.driver", "qcow2")
        .with("file.file.filename", &disk.active_disk)
        .with("file.backing.driver", "qcow2")
        .with("file.backing.file.filename", &disk.hidden_disk)
        .with("file.backing.backing", &disk.colo_export)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{shown, text};
    use super::*;

    fn disk(vdev: &str, format: DiskFormat) -> DeviceDisk {
        DeviceDisk {
            vdev: text(vdev),
            pdev_path: text("/i"),
            format,
            backend: DiskBackend::Qdisk,
            readwrite: 1,
            ..Default::default()
        }
    }

    fn cd(vdev: &str, format: DiskFormat) -> DeviceDisk {
        DeviceDisk { is_cdrom: 1, readwrite: 0, ..disk(vdev, format) }
    }

    fn made(disks: &[DeviceDisk], hdtype: Hdtype) -> Result<CommandLine, ArgumentsError> {
        let path = |disk| match target(disk) {
            Target::Path(path) => Some(path),
            Target::OfScript | Target::OfTapdisk => Some("/made".into()),
            Target::None => None,
        };
        let targets: Vec<_> = disks.iter().map(path).collect();
        let mut line = CommandLine::default();
        line.disks(disks, Some(&targets), hdtype)?;
        Ok(line)
    }

    /// The arguments for one disk that is emulated.
    #[track_caller]
    fn one(disk: DeviceDisk, hdtype: Hdtype) -> String {
        let line = made(&[disk], hdtype).unwrap();
        assert_eq!(line.warnings, [""; 0]);
        shown(&line)
    }

    #[test]
    fn formats() {
        for (format, name) in [
            (DiskFormat::Raw, "raw"),
            (DiskFormat::Qcow, "qcow"),
            (DiskFormat::Qcow2, "qcow2"),
            (DiskFormat::Vhd, "vpc"),
            (DiskFormat::Qed, "qed"),
        ] {
            let wanted =
                format!("-drive file=/i,if=ide,index=1,media=disk,format={name},cache=writeback");
            assert_eq!(one(disk("hdb", format), Hdtype::Ide), wanted);
        }
        // QEMU opens the kernel back end's block device as raw.
        let served = DeviceDisk { backend: DiskBackend::Phy, ..disk("hdb", DiskFormat::Raw) };
        assert!(one(served, Hdtype::Ide).contains("format=raw"));
    }

    #[test]
    fn controllers() {
        let qcow2 = |vdev| disk(vdev, DiskFormat::Qcow2);
        assert_eq!(
            one(qcow2("sdc"), Hdtype::Ahci),
            "-device ahci,id=ahci0 -drive file=/i,id=scsi0-hd2,format=qcow2,if=none,readonly=off,cache=writeback \
             -device scsi-hd,drive=scsi0-hd2,scsi-id=2"
        );
        assert_eq!(
            one(qcow2("xvdf"), Hdtype::Ahci),
            "-device ahci,id=ahci0 -drive file=/i,if=none,id=ahcidisk-5,format=qcow2,cache=writeback \
             -device ide-hd,bus=ahci0.5,unit=0,drive=ahcidisk-5"
        );
        let mut line = CommandLine::default();
        line.scsi_controller(&[qcow2("hda"), cd("sdb", DiskFormat::Empty)]);
        assert_eq!(shown(&line), "");
        line.scsi_controller(&[qcow2("hda"), qcow2("sdb"), qcow2("sdc")]);
        assert_eq!(shown(&line), "-device lsi53c895a");
    }

    #[test]
    fn read_only_disks() {
        let read_only = |vdev| DeviceDisk { readwrite: 0, ..disk(vdev, DiskFormat::Qcow2) };
        assert!(one(read_only("sda"), Hdtype::Ide).contains("readonly=on"));
        for (hdtype, controller) in [(Hdtype::Ide, "IDE"), (Hdtype::Ahci, "AHCI")] {
            let error = ArgumentsError::ReadOnly { vdev: text("hda"), controller };
            assert_eq!(made(&[read_only("hda")], hdtype), Err(error));
        }
        // A disk that is not emulated may be read-only.
        assert_eq!(made(&[read_only("xvdg")], Hdtype::Ide).unwrap().warnings.len(), 1);
    }

    #[test]
    fn cd_drives() {
        assert_eq!(
            one(cd("hdc", DiskFormat::Raw), Hdtype::Ide),
            "-drive if=none,readonly=on,id=ide-5632,file=/i,format=raw \
             -device ide-cd,id=ide-5632,drive=ide-5632,bus=ide.1,unit=0"
        );
        assert_eq!(
            one(cd("xvdb", DiskFormat::Empty), Hdtype::Ide),
            "-drive if=none,readonly=on,id=ide-51728 -device ide-cd,id=ide-51728,drive=ide-51728,bus=ide.0,unit=1"
        );
        assert!(one(cd("xvde", DiskFormat::Raw), Hdtype::Ide).contains("bus=ide.2,unit=0"));
    }

    #[test]
    fn not_emulated() {
        let none = |disk| {
            let line = made(&[disk], Hdtype::Ide).unwrap();
            assert_eq!((shown(&line).as_str(), line.warnings.len()), ("", 1));
        };
        none(disk("xvde", DiskFormat::Raw));
        none(cd("xvdf", DiskFormat::Raw));
        none(disk("hda", DiskFormat::Empty));
        none(disk("hda", DiskFormat::Unknown));
        none(disk("51712", DiskFormat::Raw));
        none(DeviceDisk { vdev: None, ..disk("hda", DiskFormat::Raw) });
        none(DeviceDisk { backend_domname: text("d"), ..disk("hda", DiskFormat::Raw) });
        let served = DeviceDisk { backend: DiskBackend::Phy, ..disk("hda", DiskFormat::Qcow2) };
        none(served);
    }

    #[test]
    fn paths_of_the_content() {
        let path = Target::Path("/i".into());
        assert_eq!(target(&disk("hda", DiskFormat::Raw)), path);
        assert_eq!(target(&disk("hda", DiskFormat::Qcow2)), path);
        let scripted = DeviceDisk { script: text("s"), ..disk("hda", DiskFormat::Raw) };
        assert_eq!(target(&scripted), path);
        let scripted = DeviceDisk { backend: DiskBackend::Phy, ..scripted };
        assert_eq!(target(&scripted), Target::OfScript);
        let of_tapdisk = DeviceDisk { backend: DiskBackend::Tap, ..scripted.clone() };
        let by_nbd = if TAP_IS_SERVED { Target::OfTapdisk } else { Target::OfScript };
        assert_eq!(target(&of_tapdisk), by_nbd);
        let elsewhere = DeviceDisk { backend_domname: text("d"), ..scripted.clone() };
        assert_eq!(target(&elsewhere), Target::None);
        let elsewhere = DeviceDisk { backend_domid: 3, ..scripted };
        assert_eq!(target(&elsewhere), Target::None);
        let elsewhere = DeviceDisk { backend_domid: 3, ..disk("hda", DiskFormat::Raw) };
        assert_eq!(target(&elsewhere), Target::None);
    }

    #[test]
    fn in_a_stub_domain() {
        let disks = [
            disk("hdb", DiskFormat::Qcow2),
            cd("hdc", DiskFormat::Raw),
            disk("sdd", DiskFormat::Raw),
            disk("xvdaa", DiskFormat::Raw),
        ];
        let mut line = CommandLine::default();
        line.disks(&disks, None, Hdtype::Ide).unwrap();
        assert_eq!(
            shown(&line),
            "-drive file=/dev/xvdb,if=ide,index=1,media=disk,format=host_device,cache=writeback \
             -drive if=none,readonly=on,id=ide-5632,file=/dev/xvdc,format=host_device \
             -device ide-cd,id=ide-5632,drive=ide-5632,bus=ide.1,unit=0 \
             -drive file=/dev/xvdd,id=scsi0-hd3,format=host_device,if=none,readonly=off,cache=writeback \
             -device scsi-hd,drive=scsi0-hd3,scsi-id=3"
        );
        assert_eq!(line.warnings.len(), 1);
    }

    #[test]
    fn colo() {
        let mut first = disk("hda", DiskFormat::Qcow2);
        first.colo_enable = Some(true);
        first.colo_export = text("e");
        first.active_disk = text("/a");
        assert_eq!(
            one(first.clone(), Hdtype::Ide),
            "-drive if=ide,index=0,media=disk,cache=writeback,driver=quorum,id=e,\
             children.0.file.filename=/i,children.0.driver=qcow2,read-pattern=fifo,vote-threshold=1"
        );
        first.vdev = text("sdb");
        assert_eq!(
            one(first.clone(), Hdtype::Ide),
            "-drive if=none,readonly=off,cache=writeback,id=e,driver=quorum,\
             children.0.file.filename=/i,children.0.driver=qcow2,read-pattern=fifo,vote-threshold=1 \
             -device scsi-hd,drive=e,scsi-id=1"
        );
        let second = DeviceDisk { colo_restore_enable: Some(true), ..first };
        let replication = "driver=replication,mode=secondary,top-id=top-colo,file.driver=qcow2,\
            file.file.filename=/a,file.backing.driver=qcow2,file.backing.file.filename=(null),\
            file.backing.backing=e";
        assert_eq!(
            one(second.clone(), Hdtype::Ide),
            format!(
                "-drive if=none,driver=qcow2,file=/i,id=e,readonly=off \
                 -drive if=none,readonly=off,cache=writeback,id=top-colo,{replication} \
                 -device scsi-hd,drive=top-colo,scsi-id=1"
            )
        );
        let second = DeviceDisk { vdev: text("hdb"), ..second };
        assert_eq!(
            one(second, Hdtype::Ide),
            format!(
                "-drive if=none,driver=qcow2,file=/i,id=e \
                 -drive if=ide,index=1,id=top-colo,media=disk,cache=writeback,{replication}"
            )
        );
    }
}
