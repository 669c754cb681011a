//! QEMU's device state, which is saved to a file when the guest is saved, QEMU's logging of dirty pages during a live
//! migration, and resuming it.
//!
//! The file is opened here and its descriptor is passed to QEMU, so that a deprivileged QEMU can write to it as well.
//! Only QEMU interprets its content.
//!
//! A QEMU in a stub domain writes its state to that domain's second console. The QEMU in this domain that serves the
//! console has had the file open since it started, and appends each state to those before it, some time after it was
//! written: there is no sign of its end.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, Instant};

use nix::fcntl::{FallocateFlags, fallocate};

use super::message::is_error_response;
use super::model::{self, ModelVersion};
use super::qmp::{self, Qmp};
use super::traditional;
use crate::core::file::{errno_of, remove_of_domain};
use crate::core::paths::LIB_DIR;
use crate::core::{Ao, Ctx, Error, Result};
use crate::domain::names;
use crate::sync::std_fds::raised;
use crate::sync::tracked_fds::Tracked;
use crate::{debug, error};

/// How long it may take until QEMU has stopped, which flushes the guest's disks, and has written its state. The guest is
/// suspended meanwhile, and a save that fails here is lost: so this is longer than another client's command in the
/// monitor may take. C waits without limit.
const TIMEOUT: Duration = qmp::MONITOR_TIMEOUT.saturating_add(Duration::from_secs(60));

/// How long it may take until QEMU has resumed, as in C.
const RESUME_TIMEOUT: Duration = Duration::from_secs(60);

/// The set of descriptors in which the Linux of a stub domain gives its second console to QEMU.
const STUBDOM_FDSET: &str = "/dev/fdset/1";

/// The text of the set of descriptors with the file that QEMU saves its state to.
const FDSET_TEXT: &str = "saved state";

/// The interval at which a file is looked at that another process writes to.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// After so many looks at which it has not grown it is complete.
const QUIET_LOOKS: u32 = 10;

/// Maximum size of a state. It is some hundred KiB, and more with graphics cards that an application adds, whose state
/// has what they show. A record of the migration stream takes a little more (`lifecycle/migrate/record.rs`).
const MAX_STATE: u64 = 255 << 20;

/// The file that QEMU's state is saved to.
pub fn saved_path(domid: u32) -> String {
    format!("{LIB_DIR}/qemu-save.{domid}")
}

/// The file from which a new QEMU reads the state of a restored guest.
pub fn restored_path(domid: u32) -> String {
    format!("{LIB_DIR}/qemu-resume.{domid}")
}

/// A state that QEMU has saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Saved {
    /// Where it begins in the file [`saved_path`].
    start: u64,
}

/// Stops QEMU, and saves its state to [`saved_path`]. `live`: for a live migration.
pub async fn save(ao: &Ao, domid: u32, live: bool) -> Result<Saved> {
    let saved = write(ao, domid, live).await;
    saved.inspect_err(|e| {
        error!(ao, domid = domid, "cannot save the device model's state: {e}");
        forget_saved(ao, domid);
    })
}

async fn write(ao: &Ao, domid: u32, live: bool) -> Result<Saved> {
    let deadline = Instant::now() + TIMEOUT;
    let in_stubdom = names::stubdom_of(ao, domid).is_some();
    let saved = Saved { start: if in_stubdom { length(ao, domid)? } else { 0 } };
    match model::version(ao, domid)? {
        ModelVersion::Traditional => traditional::save(ao, domid).await?,
        ModelVersion::Qemu if in_stubdom => {
            let mut qmp = Qmp::connect(ao, domid, deadline).await?;
            qmp.stop(deadline).await?;
            qmp.save_devices(STUBDOM_FDSET, live, deadline).await?;
        }
        ModelVersion::Qemu => write_here(ao, domid, live, deadline).await?,
    }
    if in_stubdom {
        wait_for_end(ao, domid, saved, deadline).await?;
    }
    Ok(saved)
}

async fn write_here(ao: &Ao, domid: u32, live: bool, deadline: Instant) -> Result<()> {
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
    let set = qmp.add_fd(file.as_fd(), FDSET_TEXT, deadline).await?;
    let outcome = qmp.save_devices(&set.to_string(), live, deadline).await;
    // The guest may go on with this QEMU, and be saved again and again.
    if outcome.is_ok() || outcome.is_err_and(is_error_response) {
        // On a failure QEMU has one descriptor more.
        let _ = qmp.release_fd(set, deadline).await;
    }
    outcome
}

/// Waits until the state from a stub domain is complete: it has not grown for a while.
async fn wait_for_end(ao: &Ao, domid: u32, saved: Saved, deadline: Instant) -> Result<()> {
    let (mut last, mut quiet) = (saved.start, 0);
    while quiet < QUIET_LOOKS {
        if Instant::now() >= deadline {
            let path = saved_path(domid);
            error!(ao, domid = domid, "cannot wait for the end of the state in {path}");
            return Err(Error::TimedOut);
        }
        ao.sleep(LOOK_INTERVAL).await?;
        let now = length(ao, domid)?;
        quiet = if now == last && now > saved.start { quiet + 1 } else { 0 };
        last = now;
    }
    Ok(())
}

/// The length of the file [`saved_path`].
fn length(ctx: &Ctx, domid: u32) -> Result<u64> {
    let path = saved_path(domid);
    let found = std::fs::symlink_metadata(&path).map_err(|e| {
        error!(ctx, domid = domid, errno = errno_of(&e), "cannot read {path}");
        Error::Fail
    })?;
    Ok(found.len())
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
pub fn read_saved(ctx: &Ctx, domid: u32, saved: Saved) -> Result<Vec<u8>> {
    let path = saved_path(domid);
    let failed = |e: std::io::Error| {
        error!(ctx, domid = domid, errno = errno_of(&e), "cannot read {path}");
        Error::Fail
    };
    let file = open(ctx, domid, &path)?;
    (&*file).seek(SeekFrom::Start(saved.start)).map_err(failed)?;
    let mut state = Vec::new();
    (&*file).take(MAX_STATE + 1).read_to_end(&mut state).map_err(failed)?;
    if state.len() as u64 > MAX_STATE {
        error!(
            ctx,
            domid = domid,
            "cannot use the device model's state in {path}: it is too large"
        );
        return Err(Error::Fail);
    }
    Ok(state)
}

/// Moves the saved state to the file that the next QEMU of the same domain reads. No QEMU writes to the old file any
/// more.
pub fn pass_on(ctx: &Ctx, domid: u32, saved: Saved) -> Result<()> {
    let (from, to) = (saved_path(domid), restored_path(domid));
    if saved.start > 0 {
        let state = read_saved(ctx, domid, saved)?;
        std::fs::write(&from, state).map_err(|e| {
            error!(ctx, domid = domid, errno = errno_of(&e), "cannot write {from}");
            Error::Fail
        })?;
    }
    std::fs::rename(&from, &to).map_err(|e| {
        error!(ctx, domid = domid, errno = errno_of(&e), "cannot rename {from} to {to}");
        Error::Fail
    })
}

/// Discards the saved state of a domain that continues to exist. The file of a guest with a stub domain is emptied, and
/// keeps its length: the next state is appended to it.
pub fn forget_saved(ctx: &Ctx, domid: u32) {
    if names::stubdom_of(ctx, domid).is_none() {
        return remove_saved(ctx, domid);
    }
    let mut how = OpenOptions::new();
    let emptied = how.write(true).custom_flags(libc::O_NOFOLLOW).open(saved_path(domid));
    let emptied = emptied.map_err(|e| errno_of(&e)).and_then(|file| {
        let file = Tracked::new(raised(file));
        let length = file.metadata().map_err(|e| errno_of(&e))?.len();
        let how = FallocateFlags::FALLOC_FL_PUNCH_HOLE | FallocateFlags::FALLOC_FL_KEEP_SIZE;
        match libc::off_t::try_from(length) {
            Ok(length) if length > 0 => fallocate(file.as_fd(), how, 0, length),
            _ => Ok(()),
        }
    });
    if let Err(errno) = emptied {
        debug!(ctx, domid = domid, errno = errno, "cannot discard {}", saved_path(domid));
    }
}

/// Removes the saved state, if there is one.
pub fn remove_saved(ctx: &Ctx, domid: u32) {
    remove_of_domain(ctx.log(), domid, &saved_path(domid));
}

/// Removes the state for a new QEMU, if there is one.
pub fn remove_restored(ctx: &Ctx, domid: u32) {
    remove_of_domain(ctx.log(), domid, &restored_path(domid));
}

/// Resumes the device model of an HVM guest.
///
/// The traditional one is resumed through xenstore. Upstream QEMU gets the QMP command `cont`. It needs that only if
/// it was started paused (`-S`: deprivileged, or in a stub domain) or was stopped; pausing a domain does not stop its
/// QEMU.
pub async fn resume(ao: &Ao, domid: u32) -> Result<()> {
    match model::version(ao, domid)? {
        ModelVersion::Traditional => traditional::resume(ao, domid).await,
        ModelVersion::Qemu => {
            qmp::execute(ao, domid, "cont", None, RESUME_TIMEOUT).await.map(drop).inspect_err(|e| {
                error!(ao, domid = domid, "cannot resume the device model: {e}");
            })
        }
    }
}

/// Starts or stops QEMU's logging of dirty pages.
pub async fn set_dirty_log(ao: &Ao, domid: u32, enable: bool) -> Result<()> {
    debug!(ao, domid = domid, "setting the device model's dirty page logging to {enable}");
    let set = async {
        if model::version(ao, domid)? == ModelVersion::Traditional {
            return traditional::log_dirty(ao, domid, enable).await;
        }
        let deadline = Instant::now() + qmp::TIMEOUT;
        Qmp::connect(ao, domid, deadline).await?.log_dirty(enable, deadline).await
    };
    set.await.inspect_err(|e| {
        error!(ao, domid = domid, "cannot set the device model's dirty page logging: {e}");
    })
}
