//! Changing the medium of an HVM guest's CD drive (`libxl_cdrom_insert`).
//!
//! The medium is known in three places: QEMU has it open, xenstore describes it, and libxl-json (the stored
//! configuration) contains it for the next start of the domain. They change one after the other, while other processes
//! with either library may do the same, and any process may be killed between two steps. This holds at every moment:
//!
//! > A medium that is in QEMU or in xenstore is also in libxl-json, for the same drive.
//!
//! The reverse need not hold: a drive that is empty in xenstore counts as empty when the configuration is retrieved
//! (`lifecycle/retrieve.rs`), whatever libxl-json contains.
//!
//! # Steps
//!
//! The slow lock (of device changes) is held throughout, so that no other change and no retrieval of the configuration
//! happens between the steps. The fast lock (of userdata) is held in the steps that read or write xenstore or
//! libxl-json, and not during waits for QEMU.
//!
//! | step | fast lock | QEMU | xenstore | libxl-json |
//! |---|---|---|---|---|
//! | | | old | old | old |
//! | checks: the drive and the configuration exist; the file is opened | held | | | |
//! | `eject` | | empty | | |
//! | emptied | held | | empty, then | new |
//! | `add-fd`, `blockdev-change-medium` | | new | | |
//! | inserted | held | | new | (new) |
//!
//! An ejection ends with the step "emptied". The C library writes libxl-json only in the last step: if its process dies
//! between the last two steps, QEMU's medium is not in libxl-json. Here libxl-json has the medium before QEMU gets it.
//! Within a step the order follows from the rule above: xenstore before libxl-json when a medium is removed, libxl-json
//! before xenstore when one is inserted.
//!
//! # Incomplete changes
//!
//! | what happens | resulting state |
//! |---|---|
//! | a check fails, or the file cannot be opened | unchanged |
//! | QEMU refuses to eject (the guest has locked the drive, and gets an eject request) | unchanged |
//! | no reply to the ejection: a timeout, QEMU has died, or an abort | unchanged, but QEMU may be empty or become so |
//! | "emptied" fails, as for a domain that is being destroyed | QEMU empty, the rest old |
//! | QEMU refuses the new medium | empty; libxl-json has the old one, as with the C library |
//! | no reply to the insertion | new in libxl-json, empty in xenstore; QEMU may have the new one or get it |
//! | "inserted" fails | new in QEMU and libxl-json, empty in xenstore |
//! | the process is killed | as after the last completed step |
//!
//! In each case the next change begins with an ejection and makes the state consistent. A command that QEMU has
//! received but not carried out when its sender gives up is carried out before the commands of the next connection,
//! since QEMU serves connections one after the other. So the old medium is restored in libxl-json only if QEMU has
//! refused the new one.
//!
//! The file is opened here and its descriptor passed to QEMU, which may run as a user without permission to open the
//! file. QEMU closes the descriptor when the medium is removed, and drops an unused one when no monitor connection is
//! left. Since version 9.1 it does neither: the descriptor is found by the name of the drive at the next change, and
//! removed after the ejection.
//!
//! `stubdom_since_4_20.rs` is about guests whose QEMU is in a stub domain.

#[path = "stubdom_since_4_20.rs"]
mod stubdom;

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::config::defaults::devices::{DeviceContext, disk};
use crate::core::cause::{summed_up, summed_up_now};
use crate::core::file::errno_of;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::add::disk::{format_and_path, make_empty_drive};
use crate::device::add::running::{
    check_model, insert_or_replace, lock_config, lock_userdata, stored_config,
};
use crate::device::add::{Addable, AttachTarget, Stored};
use crate::device::{Device, read, vdev};
use crate::domain::disk_backends::{PHY_SERVES_CD_DRIVES, TAP_IS_SERVED, TAPBACK, is_empty_drive};
use crate::domain::identity::Identity;
use crate::domain::kind::DomainKind;
use crate::domain::{names, nodes, userdata};
use crate::error;
use crate::lock::DeviceLock;
use crate::qemu::model::{self, ModelVersion};
use crate::qemu::qmp::{Qmp, is_error_response};
use crate::sync::std_fds::raised;
use crate::types::idiomatic::{DeviceDisk, DiskBackend, DiskFormat as Format, Text};
use crate::xen::store::Ops;

/// How long a change may take from the moment when it has the slow lock. As with the C library, one step may use all of
/// it, such as the opening of a medium on a slow network.
const TIMEOUT: Duration = Duration::from_secs(40);

/// A checked change of a medium.
#[derive(Debug)]
pub struct Change {
    /// The guest.
    owner: Identity,
    version: ModelVersion,
    /// The drive of the domain that QEMU runs in: the guest's, or its stub domain's.
    drive: Device,
    /// The new medium, or none, as the application has requested it. This is stored in libxl-json.
    requested: DeviceDisk,
    /// As `requested`, with its defaults.
    complete: DeviceDisk,
}

/// The operation's name in log lines.
const WHAT: &str = "change the medium";

/// Checks a change, as far as this is possible without waiting, and completes `disk` with its defaults.
///
/// # Errors
/// `Error::Invalid` for guests whose medium cannot be changed and for an invalid format, `Error::Fail` if there is no
/// such drive. The reason is logged.
pub fn prepare(ctx: &Ctx, domid: u32, disk: &mut DeviceDisk) -> Result<Change> {
    summed_up_now(ctx, domid, WHAT, || check(ctx, domid, disk))
}

fn check(ctx: &Ctx, domid: u32, disk: &mut DeviceDisk) -> Result<Change> {
    let refused = |why: &str| error!(ctx, domid = domid, "cannot change the medium: {why}");
    let paths = [names::stubdom_path(domid), model::version_path(domid)];
    let (target, read) = AttachTarget::reading(ctx, domid, paths).map_err(|_| Error::Fail)?;
    let [stubdom, version] = read.ok_or(Error::Fail)?;
    if target.guest() != DomainKind::Hvm {
        refused("the guest is not HVM");
        return Err(Error::Invalid);
    }
    let stubdom = stubdom.and_then(|value| names::stubdom_in(&value));
    let version = model::version_in(ctx, domid, version.as_deref()).map_err(|_| Error::Fail)?;
    if stubdom.is_some() && !(stubdom::IS_SERVED && version == ModelVersion::Qemu) {
        refused("the guest's device model is a stub domain");
        return Err(Error::Invalid);
    }
    let requested = disk.clone();
    let (drive, complete) = match stubdom {
        None => complete(&target, domid, disk)?,
        Some(stubdom) => {
            let target = AttachTarget::of(ctx, stubdom).map_err(|_| Error::Fail)?;
            complete(&target, domid, disk)?
        }
    };
    if complete.format != Format::Empty && qemu_format(complete.format).is_none() {
        refused("the format of the medium is unknown");
        return Err(Error::Invalid);
    }
    *disk = complete.clone();
    Ok(Change { owner: target.owner().clone(), version, drive, requested, complete })
}

/// The drive of `holder`, which is the guest or its stub domain, and the medium for it with its defaults.
fn complete(
    holder: &AttachTarget<'_>,
    domid: u32,
    disk: &DeviceDisk,
) -> Result<(Device, DeviceDisk)> {
    let (drive, backend) = find(holder, domid, disk.vdev.as_ref())?;
    let mut complete = DeviceDisk { backend, ..disk.clone() };
    let context = DeviceContext { world: holder, domid: holder.domid(), hotplug: false };
    disk::set_defaults(context, &mut complete)?;
    if complete.pdev_path.is_none() {
        complete.pdev_path = Text::new("");
        complete.format = Format::Empty;
    }
    Ok((drive, complete))
}

/// The CD drive with this name according to the toolstack's record, and the kind of its back end.
fn find(
    holder: &AttachTarget<'_>,
    domid: u32,
    vdev: Option<&Text>,
) -> Result<(Device, DiskBackend)> {
    let ctx = holder.ctx();
    let Some(vdev) = vdev else {
        error!(ctx, domid = domid, "cannot change the medium: no drive is given");
        return Err(Error::Invalid);
    };
    let shown = vdev.to_string();
    let number = vdev::number(vdev.as_bytes());
    let found = number.and_then(|number| read::disk::with_devid(ctx, holder.domid(), number).ok());
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
    Ok((found.device(ctx, holder.domid())?, found.backend))
}

impl Change {
    /// Changes the medium. Errors are logged, with a summary at the end.
    pub async fn run(&self, ao: &Ao) -> Result<()> {
        summed_up(ao, self.owner.domid, WHAT, self.change(ao)).await
    }

    async fn change(&self, ao: &Ao) -> Result<()> {
        let domid = self.owner.domid;
        let _no_other_change = DeviceLock::take(ao, domid).await?;
        let deadline = Instant::now() + TIMEOUT;
        self.check_stored(ao)?;
        if self.version == ModelVersion::Traditional {
            // The traditional device model reads the medium from xenstore.
            self.emptied(ao)?;
            return if self.is_ejection() { Ok(()) } else { self.inserted(ao) };
        }
        if self.drive.domid != domid {
            return self.change_in_stubdom(ao, deadline).await;
        }
        let medium = self.open(ao)?;
        let name = self.name();
        let mut qemu = Qmp::connect(ao, domid, deadline).await?;
        let former = qemu.find_kept_fd(&name, deadline).await?;
        qemu.eject(&name, deadline).await?;
        let old = self.emptied(ao)?;
        if let Some(former) = former {
            // On a failure QEMU has one descriptor more.
            let _ = qemu.release_fd(former, deadline).await;
        }
        let Some(medium) = medium else { return Ok(()) };
        let outcome = self.insert(&mut qemu, &name, &medium, deadline).await;
        self.finish(ao, outcome, old)
    }

    /// The last step: QEMU has inserted the new medium, or has refused it and `old` is stored again, or has not
    /// replied.
    fn finish(&self, ctx: &Ctx, outcome: Result<()>, old: Option<DeviceDisk>) -> Result<()> {
        match outcome {
            Ok(()) => self.inserted(ctx),
            Err(e) => {
                if is_error_response(e) {
                    // A failure is logged; libxl-json may contain a medium that is not in the drive.
                    let _ = self.restore_old(ctx, old);
                }
                Err(e)
            }
        }
    }

    fn is_ejection(&self) -> bool {
        self.complete.format == Format::Empty
    }

    /// QEMU's name of the drive.
    fn name(&self) -> String {
        format!("ide-{}", self.drive.devid)
    }

    /// Checks that the new medium can be stored in xenstore and in libxl-json, before QEMU is involved.
    fn check_stored(&self, ctx: &Ctx) -> Result<()> {
        let (_locked, mut config) = lock_config(ctx, &self.owner)?;
        insert_or_replace(&mut config.disks, self.requested.clone());
        check_model(ctx, self.owner.domid, &config)?;
        self.check_record(ctx, ctx.store())
    }

    /// Checks that the drive still exists, and that the domid still belongs to the same domain.
    fn check_record(&self, ctx: &Ctx, ops: &impl Ops) -> Result<()> {
        self.read_checked(ctx, ops, Vec::new()).map(drop)
    }

    /// The same, and reads nodes of the drive on the way.
    fn read_checked(
        &self,
        ctx: &Ctx,
        ops: &impl Ops,
        mut paths: Vec<String>,
    ) -> Result<Vec<Option<Vec<u8>>>> {
        let frontend = format!("{}/frontend", self.drive.libxl_path());
        paths.extend([self.owner.vm_node(), frontend.clone()]);
        let mut values = nodes::read_many(ctx, ops, &paths)?;
        let (found, vm) = (values.pop().flatten(), values.pop().flatten());
        if found.is_some() && self.owner.has_nodes_with(ctx, vm)? {
            return Ok(values);
        }
        let domid = self.owner.domid;
        error!(ctx, domid = domid, "cannot use the drive: {frontend} was removed meanwhile");
        Err(Error::Fail)
    }

    /// Opens the file with the new medium; `None` for an ejection. FIFOs and sockets are refused, since opening a FIFO
    /// blocks.
    fn open(&self, ctx: &Ctx) -> Result<Option<File>> {
        if self.is_ejection() {
            return Ok(None);
        }
        let path = Path::new(OsStr::from_bytes(path_of(&self.complete)));
        let failed = |e: &std::io::Error| {
            let (domid, errno) = (self.owner.domid, errno_of(e));
            error!(ctx, domid = domid, errno = errno, "cannot open the medium {}", path.display());
            Error::Fail
        };
        // This opens nothing that could block, whatever is at the path; what is checked is what is then opened.
        let found = File::options().read(true).custom_flags(libc::O_PATH).open(path).map(raised);
        let found = found.map_err(|e| failed(&e))?;
        let kind = found.metadata().map_err(|e| failed(&e))?.file_type();
        if kind.is_fifo() || kind.is_socket() {
            let (domid, path) = (self.owner.domid, path.display());
            error!(ctx, domid = domid, "cannot use the medium {path}: neither a file nor a device");
            return Err(Error::Fail);
        }
        let opened = File::open(format!("/proc/self/fd/{}", found.as_raw_fd()));
        opened.map(raised).map(Some).map_err(|e| failed(&e))
    }

    /// The step after QEMU's ejection: empties the drive in xenstore, and stores the new medium in libxl-json. Returns
    /// the old medium.
    fn emptied(&self, ctx: &Ctx) -> Result<Option<DeviceDisk>> {
        let files = lock_userdata(ctx, &self.owner)?;
        make_empty_drive(ctx, self.owner.domid, &self.complete)?;
        nodes::transaction_now(ctx, |t| self.write(ctx, t, self.no_medium()))?;
        self.store(ctx, &files)
    }

    /// Stores the new medium in libxl-json. Returns the old one.
    fn store(&self, ctx: &Ctx, files: &userdata::Locked<'_>) -> Result<Option<DeviceDisk>> {
        let mut config = stored_config(ctx, self.owner.domid, files)?;
        let old = config.disks.iter().rfind(|disk| disk.is_same(&self.requested)).cloned();
        insert_or_replace(&mut config.disks, self.requested.clone());
        files.set_config(&config)?;
        Ok(old)
    }

    /// Inserts the new medium in QEMU.
    async fn insert(
        &self,
        qemu: &mut Qmp,
        name: &str,
        medium: &File,
        deadline: Instant,
    ) -> Result<()> {
        let Some(format) = qemu_format(self.complete.format) else { return Err(Error::Invalid) };
        let set = qemu.add_fd(medium.as_fd(), name, deadline).await?;
        // QEMU takes a name below /dev/fdset for a file, and refuses a block device behind it, unless the driver is named.
        let is_device = medium.metadata().is_ok_and(|of| of.file_type().is_block_device());
        let file = if is_device { format!("host_device:{set}") } else { set.to_string() };
        let outcome = qemu.change_medium(name, &file, format, deadline).await;
        if let Err(e) = outcome
            && is_error_response(e)
        {
            // On a failure QEMU has one descriptor more.
            let _ = qemu.remove_fd(set, deadline).await;
        }
        outcome
    }

    /// The step after QEMU's insertion: writes the new medium to xenstore. Libxl-json has it already, unless a process
    /// that does not take the slow lock has changed the entry.
    fn inserted(&self, ctx: &Ctx) -> Result<()> {
        let (files, mut config) = lock_config(ctx, &self.owner)?;
        if !config.disks.contains(&self.requested) {
            insert_or_replace(&mut config.disks, self.requested.clone());
            files.set_config(&config)?;
        }
        let params = match self.complete.backend {
            DiskBackend::Phy if PHY_SERVES_CD_DRIVES => path_of(&self.complete).to_vec(),
            _ => format_and_path(&self.complete),
        };
        nodes::transaction_now(ctx, |t| self.write(ctx, t, &params))
    }

    /// The node `params` of the drive when it is empty: what an ejection asks for has a file in place of the medium
    /// where the kernel is the back end.
    fn no_medium(&self) -> &[u8] {
        let path = path_of(&self.complete);
        if self.is_ejection() && is_empty_drive(path) { path } else { b"" }
    }

    /// The step after QEMU has refused the new medium: restores the old one in libxl-json.
    fn restore_old(&self, ctx: &Ctx, old: Option<DeviceDisk>) -> Result<()> {
        let (files, mut config) = lock_config(ctx, &self.owner)?;
        match old {
            Some(old) => insert_or_replace(&mut config.disks, old),
            None => config.disks.retain(|disk| !disk.is_same(&self.requested)),
        }
        files.set_config(&config)
    }

    /// Writes the nodes that describe the medium, to the back end's directory and to the record. A node that has its
    /// value already is not written: QEMU watches the directory of its back ends, and reads all of them again for each
    /// write.
    fn write(&self, ctx: &Ctx, ops: &impl Ops, params: &[u8]) -> Result<()> {
        let kind = match self.complete.backend {
            DiskBackend::Qdisk => "qdisk",
            DiskBackend::Standalone => "standalone",
            DiskBackend::Tap if TAP_IS_SERVED => TAPBACK,
            _ => "phy",
        };
        let dirs = [self.drive.backend_path(), self.drive.libxl_path()];
        let nodes = dirs.map(|dir| {
            [(format!("{dir}/type"), kind.as_bytes()), (format!("{dir}/params"), params)]
        });
        let nodes = nodes.as_flattened();
        let paths = nodes.iter().map(|(path, _)| path.clone()).collect();
        let present = self.read_checked(ctx, ops, paths)?;
        let changed = nodes.iter().zip(present);
        let changed = changed.filter(|((_, value), present)| present.as_deref() != Some(*value));
        let changed: Vec<_> = changed.map(|((path, value), _)| (path, value)).collect();
        ops.write_many(&changed).map_err(|e| nodes::failed(ctx, e))
    }
}

fn path_of(disk: &DeviceDisk) -> &[u8] {
    disk.pdev_path.as_ref().map_or(&[][..], Text::as_bytes)
}

/// QEMU's name of a format; `None` if it has no such format.
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
