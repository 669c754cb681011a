//! QEMU's device state, which is saved to a file when the guest is saved, and QEMU's logging of dirty pages during a
//! live migration.
//!
//! The file is opened here and its descriptor is passed to QEMU, so that a deprivileged QEMU can write to it as well.
//! Only QEMU interprets its content.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, Instant};

use super::model::{self, ModelVersion};
use super::qmp::{self, Qmp};
use crate::core::file::{errno_of, remove_if_there};
use crate::core::paths::LIB_DIR;
use crate::core::{Ao, Ctx, Error, Result};
use crate::domain::names;
use crate::sync::std_fds::raised;
use crate::sync::tracked_fds::Tracked;
use crate::{debug, error};

/// How long QEMU may take to write its state: some hundred KiB, to a disk that may be busy.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Maximum size of a state.
const MAX_STATE: u64 = 48 << 20;

/// The file that QEMU's state is saved to.
pub fn saved_path(domid: u32) -> String {
    format!("{LIB_DIR}/qemu-save.{domid}")
}

/// The file from which a new QEMU reads the state of a restored guest.
pub fn restored_path(domid: u32) -> String {
    format!("{LIB_DIR}/qemu-resume.{domid}")
}

/// Stops QEMU, and saves its state to [`saved_path`]. `live`: for a live migration.
///
/// `Error::NotImplemented` for the traditional device model, and for one in a stub domain.
pub async fn save(ao: &Ao, domid: u32, live: bool) -> Result<()> {
    if model::version(ao, domid)? == ModelVersion::Traditional {
        error!(
            ao,
            domid = domid,
            "cannot save the device model: the traditional one is not supported"
        );
        return Err(Error::NotImplemented);
    }
    if names::stubdom_of(ao, domid).is_some() {
        error!(
            ao,
            domid = domid,
            "cannot save the device model's state: not implemented for one in a stub domain"
        );
        return Err(Error::NotImplemented);
    }
    let saved = write(ao, domid, live).await;
    saved.inspect_err(|e| {
        error!(ao, domid = domid, "cannot save the device model's state: {e}");
        remove_saved(ao, domid);
    })
}

async fn write(ao: &Ao, domid: u32, live: bool) -> Result<()> {
    let deadline = Instant::now() + TIMEOUT;
    let mut qmp = Qmp::connect(ao, domid, deadline).await?;
    qmp.stop(deadline).await?;
    let path = saved_path(domid);
    // The file is truncated: one from an earlier attempt may be longer.
    let mut how = OpenOptions::new();
    how.write(true).create(true).truncate(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
    let file = how.open(&path).map_err(|e| {
        error!(ao, domid = domid, errno = errno_of(&e), "cannot create {path}");
        Error::Fail
    })?;
    let file = Tracked::new(raised(file));
    let set = qmp.add_fd(file.as_fd(), deadline).await?;
    qmp.save_devices(&set.to_string(), live, deadline).await
}

/// Opens the state for a new QEMU of a restored guest.
pub fn open_restored(ctx: &Ctx, domid: u32) -> Result<Tracked<File>> {
    open(ctx, domid, &restored_path(domid))
}

fn open(ctx: &Ctx, domid: u32, path: &str) -> Result<Tracked<File>> {
    let mut how = OpenOptions::new();
    let file = how.read(true).custom_flags(libc::O_NOFOLLOW).open(path).map_err(|e| {
        error!(ctx, domid = domid, errno = errno_of(&e), "cannot open {path}");
        Error::Fail
    })?;
    Ok(Tracked::new(raised(file)))
}

/// Reads the state that QEMU has saved.
pub fn read_saved(ctx: &Ctx, domid: u32) -> Result<Vec<u8>> {
    let path = saved_path(domid);
    let failed = |e: std::io::Error| {
        error!(ctx, domid = domid, errno = errno_of(&e), "cannot read {path}");
        Error::Fail
    };
    let file = open(ctx, domid, &path)?;
    let mut state = Vec::new();
    (&*file).take(MAX_STATE + 1).read_to_end(&mut state).map_err(failed)?;
    if state.len() as u64 > MAX_STATE {
        error!(
            ctx,
            domid = domid,
            "cannot use the device model's state {path}: the file is too large"
        );
        return Err(Error::Fail);
    }
    Ok(state)
}

/// Renames the saved state so that the next QEMU of the same domain reads it.
pub fn pass_on(ctx: &Ctx, domid: u32) -> Result<()> {
    let (from, to) = (saved_path(domid), restored_path(domid));
    std::fs::rename(&from, &to).map_err(|e| {
        error!(ctx, domid = domid, errno = errno_of(&e), "cannot rename {from} to {to}");
        Error::Fail
    })
}

/// Removes the saved state, if there is one.
pub fn remove_saved(ctx: &Ctx, domid: u32) {
    remove(ctx, domid, &saved_path(domid));
}

/// Removes the state for a new QEMU, if there is one.
pub fn remove_restored(ctx: &Ctx, domid: u32) {
    remove(ctx, domid, &restored_path(domid));
}

fn remove(ctx: &Ctx, domid: u32, path: &str) {
    if let Err(e) = remove_if_there(path) {
        error!(ctx, domid = domid, errno = errno_of(&e), "cannot remove {path}");
    }
}

/// Starts or stops QEMU's logging of dirty pages.
pub async fn set_dirty_log(ao: &Ao, domid: u32, enable: bool) -> Result<()> {
    if model::version(ao, domid)? == ModelVersion::Traditional {
        error!(
            ao,
            domid = domid,
            "cannot migrate the device model: the traditional one is not supported"
        );
        return Err(Error::NotImplemented);
    }
    debug!(ao, domid = domid, "setting the device model's dirty page logging to {enable}");
    let set = async {
        let deadline = Instant::now() + qmp::TIMEOUT;
        Qmp::connect(ao, domid, deadline).await?.log_dirty(enable, deadline).await
    };
    set.await.inspect_err(|e| {
        error!(ao, domid = domid, "cannot set the device model's dirty page logging: {e}");
    })
}
