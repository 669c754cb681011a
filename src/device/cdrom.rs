//! Changing the medium of an HVM guest's CD drive (`libxl_cdrom_insert`).
//!
//! QEMU has the medium, xenstore tells of it, and libxl-json is what the domain is made of the next time. The three
//! change one after the other, while processes with either library do the same, and any of them may be killed between
//! two steps. What holds at every moment:
//!
//! > No medium is in QEMU, or told of in xenstore, that libxl-json does not have in this drive.
//!
//! The other way round it may be: a drive that xenstore says to be empty counts as empty when the configuration is
//! retrieved (`lifecycle/retrieve.rs`), whatever libxl-json has in it.
//!
//! # Steps
//!
//! The slow lock (of device changes) is held throughout, so that no other change, and no retrieval, is between them.
//! The fast lock (of userdata) is held in the steps where xenstore or libxl-json is looked at, and not while QEMU is
//! waited for.
//!
//! | step | fast lock | QEMU | xenstore | libxl-json |
//! |---|---|---|---|---|
//! | | | old | old | old |
//! | look: the drive and the configuration are there; the file is opened | held | | | |
//! | `eject` | | empty | | |
//! | emptied | held | | empty, then | new |
//! | `add-fd`, `blockdev-change-medium` | | new | | |
//! | inserted | held | | new | (new) |
//!
//! An ejection ends with the step "emptied". The C library writes libxl-json in the last step alone: of one that dies
//! between the last two, QEMU's medium is not in libxl-json. Here it is there before QEMU is told. In a step the
//! order is as above: xenstore before libxl-json where a medium goes, libxl-json before xenstore where one comes.
//!
//! # Ends before the end
//!
//! | what happens | how it is left |
//! |---|---|
//! | the checks, the look or the opening fails | as it was |
//! | QEMU refuses to eject (the guest has locked the drive, and is asked) | as it was |
//! | QEMU does not answer to that: late, dead, or the operation aborted | as it was, but QEMU may be empty or get so |
//! | "emptied" fails, as for a domain that is being destroyed | QEMU empty, the rest old |
//! | QEMU refuses the new medium | empty, in libxl-json the old one, as in C |
//! | QEMU does not answer to that | new in libxl-json, empty in xenstore; QEMU may have it or get it |
//! | "inserted" fails | new in QEMU and libxl-json, empty in xenstore |
//! | the process is killed | as after the step before |
//!
//! In each case the next change begins with an ejection and puts everything right. A command that QEMU has received
//! and not carried out when its sender gives up is carried out before those of the next one, since QEMU serves one
//! connection after the other. So libxl-json goes back to the old medium only when QEMU has refused the new one.
//!
//! The file is opened here and QEMU gets the descriptor: it may run as a user who may not open it. QEMU closes it
//! when the medium goes, and forgets it when nobody is connected who might still use it.

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::time::Instant;

use crate::config::defaults::devices::{DeviceContext, disk};
use crate::core::cause::{summed_up, summed_up_now};
use crate::core::file::errno_of;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::add::disk::qemu_params;
use crate::device::add::running::{check_model, lock_config, lock_userdata, put, stored_config};
use crate::device::add::{Addable, AttachTarget, Stored};
use crate::device::{Device, read, vdev};
use crate::domain::identity::Identity;
use crate::domain::kind::DomainKind;
use crate::domain::{names, nodes};
use crate::error;
use crate::lock::DeviceLock;
use crate::qemu::model::{self, ModelVersion};
use crate::qemu::qmp::{self, Qmp, is_error_response};
use crate::sync::std_fds::raised;
use crate::types::idiomatic::{DeviceDisk, DiskBackend, DiskFormat as Format, Text};
use crate::xen::store::Ops;

/// When QEMU must have done the next step of a change. There are four at most, so that one that answers each of them in
/// time may take as long as in C.
fn next_deadline() -> Instant {
    Instant::now() + qmp::TIMEOUT
}

/// A change of a medium that can be carried out, as far as it can be told without waiting.
#[derive(Debug)]
pub struct Change {
    owner: Identity,
    version: ModelVersion,
    drive: Device,
    /// The new medium, none or one, as libxl-json is to have it: as it was asked for.
    asked: DeviceDisk,
    /// The same with its defaults.
    complete: DeviceDisk,
}

/// What is asked for, in log lines.
const WHAT: &str = "change the medium";

/// Checks what is to be changed; `disk` is then complete.
///
/// # Errors
/// `Error::Invalid` for guests whose medium cannot be changed, `Error::Fail` if there is no such drive. Logged.
pub fn prepare(ctx: &Ctx, domid: u32, disk: &mut DeviceDisk) -> Result<Change> {
    summed_up_now(ctx, domid, WHAT, || check(ctx, domid, disk))
}

fn check(ctx: &Ctx, domid: u32, disk: &mut DeviceDisk) -> Result<Change> {
    let refused = |why: &str| error!(ctx, domid = domid, "cannot change the medium: {why}");
    let target = AttachTarget::of(ctx, domid).map_err(|_| Error::Fail)?;
    if target.guest() != DomainKind::Hvm {
        refused("the guest is not HVM");
        return Err(Error::Invalid);
    }
    if names::stubdom_of(ctx, domid).is_some() {
        refused("the guest's device model is a stub domain");
        return Err(Error::Invalid);
    }
    let version = model::version(ctx, domid).map_err(|_| Error::Fail)?;
    let (drive, backend) = find(ctx, domid, disk.vdev.as_ref())?;
    let asked = disk.clone();
    let mut complete = disk.clone();
    complete.backend = backend;
    disk::set_defaults(DeviceContext { world: &target, domid, hotplug: false }, &mut complete)?;
    if complete.pdev_path.is_none() {
        complete.pdev_path = Text::new("");
        complete.format = Format::Empty;
    }
    if complete.format != Format::Empty && qemu_format(complete.format).is_none() {
        refused("the medium's format is not known");
        return Err(Error::Invalid);
    }
    *disk = complete.clone();
    Ok(Change { owner: target.owner().clone(), version, drive, asked, complete })
}

/// The CD drive of that name, by the toolstack's record, and what serves it.
fn find(ctx: &Ctx, domid: u32, vdev: Option<&Text>) -> Result<(Device, DiskBackend)> {
    let Some(vdev) = vdev else {
        error!(ctx, domid = domid, "cannot change the medium: no drive is named");
        return Err(Error::Invalid);
    };
    let shown = vdev.to_string();
    let number = vdev::number(vdev.as_bytes());
    let found = number.and_then(|number| read::disk::with_number(ctx, domid, number).ok());
    let Some(found) =
        found.filter(|found| found.is_cdrom != 0 && found.vdev.as_ref() == Some(vdev))
    else {
        error!(
            ctx,
            domid = domid,
            "cannot change the medium: {shown:.64} is not a CD drive of the domain"
        );
        return Err(Error::Fail);
    };
    Ok((found.device(ctx, domid)?, found.backend))
}

impl Change {
    /// Changes the medium.
    pub async fn carry_out(&self, ao: &Ao) -> Result<()> {
        summed_up(ao, self.drive.domid, WHAT, self.change(ao)).await
    }

    async fn change(&self, ao: &Ao) -> Result<()> {
        let domid = self.drive.domid;
        let _no_other_change = DeviceLock::take(ao, domid).await?;
        self.look(ao)?;
        if self.version == ModelVersion::Traditional {
            // Which looks at xenstore.
            self.emptied(ao)?;
            return if self.is_ejection() { Ok(()) } else { self.inserted(ao) };
        }
        let medium = self.open(ao)?;
        let name = format!("ide-{}", self.drive.devid);
        let mut qemu = Qmp::connect(ao, domid, next_deadline()).await?;
        qemu.eject(&name, next_deadline()).await?;
        let old = self.emptied(ao)?;
        let Some(medium) = medium else { return Ok(()) };
        match self.insert(&mut qemu, &name, &medium).await {
            Ok(()) => self.inserted(ao),
            Err(e) => {
                if is_error_response(e) {
                    // What goes wrong is logged, and the configuration may have more than there is.
                    let _ = self.put_back(ao, old);
                }
                Err(e)
            }
        }
    }

    fn is_ejection(&self) -> bool {
        self.complete.format == Format::Empty
    }

    /// Checks that the medium can be stored in xenstore and libxl-json, before QEMU is told.
    fn look(&self, ctx: &Ctx) -> Result<()> {
        let (_locked, mut config) = lock_config(ctx, &self.owner)?;
        put(&mut config.disks, self.asked.clone());
        check_model(ctx, self.drive.domid, &config)?;
        self.check_record(ctx, ctx.store())
    }

    /// Whether the drive is still there, in the domain that was meant.
    fn check_record(&self, ctx: &Ctx, ops: &impl Ops) -> Result<()> {
        let path = format!("{}/frontend", self.drive.libxl_path());
        if nodes::read(ctx, ops, &path)?.is_some() && self.owner.has_nodes(ctx, ops)? {
            return Ok(());
        }
        error!(ctx, domid = self.drive.domid, "cannot use the drive: {path} was removed meanwhile");
        Err(Error::Fail)
    }

    /// The file with the new medium. A pipe would keep whoever opens it.
    fn open(&self, ctx: &Ctx) -> Result<Option<File>> {
        if self.is_ejection() {
            return Ok(None);
        }
        let name = self.complete.pdev_path.as_ref().map_or(&[][..], Text::as_bytes);
        let path = Path::new(OsStr::from_bytes(name));
        let failed = |e: &std::io::Error| {
            let (domid, errno) = (self.drive.domid, errno_of(e));
            error!(ctx, domid = domid, errno = errno, "cannot open the medium {}", path.display());
            Error::Fail
        };
        let kind = std::fs::metadata(path).map_err(|e| failed(&e))?.file_type();
        if kind.is_fifo() || kind.is_socket() {
            let (domid, path) = (self.drive.domid, path.display());
            error!(ctx, domid = domid, "cannot use the medium {path}: neither a file nor a device");
            return Err(Error::Fail);
        }
        File::open(path).map(raised).map(Some).map_err(|e| failed(&e))
    }

    /// QEMU has no medium: neither has xenstore, and libxl-json gets the new one. Gives the old one.
    fn emptied(&self, ctx: &Ctx) -> Result<Option<DeviceDisk>> {
        let files = lock_userdata(ctx, &self.owner)?;
        nodes::transaction_now(ctx, |t| self.write(ctx, t, b""))?;
        let mut config = stored_config(ctx, self.drive.domid, &files)?;
        let old = config.disks.iter().rfind(|disk| disk.is(&self.asked)).cloned();
        put(&mut config.disks, self.asked.clone());
        files.set_config(&config)?;
        Ok(old)
    }

    /// Has QEMU take the new medium.
    async fn insert(&self, qemu: &mut Qmp, name: &str, medium: &File) -> Result<()> {
        let Some(format) = qemu_format(self.complete.format) else { return Err(Error::Invalid) };
        let set = qemu.add_fd(medium.as_fd(), next_deadline()).await?;
        let file = set.to_string();
        let outcome = qemu.change_medium(name, &file, format, next_deadline()).await;
        if let Err(e) = outcome
            && is_error_response(e)
        {
            // QEMU forgets it by itself when nobody is connected any more.
            let _ = qemu.remove_fd(set, next_deadline()).await;
        }
        outcome
    }

    /// QEMU has the new medium: so has xenstore. Libxl-json has it already, unless others have changed the entry, who
    /// do not know the slow lock.
    fn inserted(&self, ctx: &Ctx) -> Result<()> {
        let (files, mut config) = lock_config(ctx, &self.owner)?;
        if !config.disks.contains(&self.asked) {
            put(&mut config.disks, self.asked.clone());
            files.set_config(&config)?;
        }
        nodes::transaction_now(ctx, |t| self.write(ctx, t, &qemu_params(&self.complete)))
    }

    /// QEMU has refused the new medium: libxl-json has the old one again.
    fn put_back(&self, ctx: &Ctx, old: Option<DeviceDisk>) -> Result<()> {
        let (files, mut config) = lock_config(ctx, &self.owner)?;
        match old {
            Some(old) => put(&mut config.disks, old),
            None => config.disks.retain(|disk| !disk.is(&self.asked)),
        }
        files.set_config(&config)
    }

    /// Writes what the drive has in it, where the toolstack and where the back end look.
    fn write(&self, ctx: &Ctx, ops: &impl Ops, params: &[u8]) -> Result<()> {
        self.check_record(ctx, ops)?;
        let kind = match self.complete.backend {
            DiskBackend::Qdisk => "qdisk",
            DiskBackend::Standalone => "standalone",
            _ => "phy",
        };
        let halves = [self.drive.backend_path(), self.drive.libxl_path()];
        let nodes = halves.map(|half| {
            [(format!("{half}/type"), kind.as_bytes()), (format!("{half}/params"), params)]
        });
        ops.write_many(nodes.as_flattened()).map_err(|e| nodes::failed(ctx, e))
    }
}

/// QEMU's word for a format.
fn qemu_format(format: Format) -> Option<&'static str> {
    match format {
        Format::Raw => Some("raw"),
        Format::Qcow => Some("qcow"),
        Format::Qcow2 => Some("qcow2"),
        Format::Vhd => Some("vpc"),
        Format::Qed => Some("qed"),
        Format::Empty | Format::Unknown | Format::Other(_) => None,
    }
}
