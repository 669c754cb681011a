//! Bootloaders: programs that find a guest's kernel, ramdisk and command line on its disk.
//!
//! | file | subject |
//! |---|---|
//! | `disk.rs`, `disk_record.rs` | the disk, as a path in this domain, and the record that it is attached |
//! | `files.rs` | the files that it writes |
//! | `program.rs` | the program, its arguments, and its restrictions |
//! | `terminal.rs`, `relay.rs` | its terminal and the user's, and the copying between them |
//! | `session.rs` | running it |
//! | `output.rs`, `image.rs` | its results |
//!
//! A bootloader may have a menu, so it gets a terminal, and the user gets another, whose path is written to the
//! domain's node `console/tty`, as xenconsoled's will be later: `xl create -c` connects to it as soon as it is
//! reported. Data is copied between the two terminals, and to a log file.
//!
//! ```text
//! bootloader -- (slave  own  master) <-> (master  user  slave) -- xenconsole
//! ```
//!
//! The bootloader ends by itself, or is ended when the operation is aborted, the domain is destroyed, the copying
//! fails, or (only if it is restricted) its time limit is reached: then it gets SIGTERM, and SIGKILL if it does not
//! end. In each case the files that it has written are removed, except for the log file.

mod disk;
pub mod disk_record;
pub mod files;
pub mod image;
pub mod output;
mod program;
mod relay;
mod session;
mod terminal;

#[cfg(all(test, not(loom)))]
mod tests;

use std::ffi::OsStr;
use std::path::Path;

use nix::errno::Errno;

use crate::core::child::describe_outcome;
use crate::core::file::last_line;
use crate::core::paths::{LIB_DIR, LOG_DIR};
use crate::core::{Ao, Error, Result};
use crate::domain::{console, nodes};
use crate::lifecycle::payload::Payload;
use crate::runtime::child::Program;
use crate::types::idiomatic::{DomainBuildInfoData, DomainConfig, Event, EventData, Text};
use crate::{debug, error};
use files::BootloaderFiles;
use image::Images;
use program::Restriction;
use session::{GRACE, Session};
use terminal::Terminal;

/// Runs the bootloader of a domain that exists but is not built, if its configuration has one. `None` if it has none:
/// the domain is built from the images in its configuration. Errors are logged.
///
/// Reports [`EventData::DomainCreateConsoleAvailable`] when the user's terminal exists.
pub async fn run(ao: &Ao, domid: u32, config: &DomainConfig) -> Result<Option<Payload>> {
    let info = &config.b_info;
    let is_hvm = matches!(info.u, DomainBuildInfoData::Hvm(_));
    let Some(bootloader) = info.bootloader.as_ref().filter(|_| !is_hvm) else {
        debug!(ao, domid = domid, "no bootloader");
        return Ok(None);
    };
    let Some(disk) = config.disks.first() else {
        error!(ao, domid = domid, "cannot run the bootloader: the domain has no disk");
        return Err(Error::Fail);
    };
    let files = BootloaderFiles::new(ao.log(), domid, Path::new(LIB_DIR), Path::new(LOG_DIR))?;
    let disk = disk::attach(ao, domid, disk, info.blkdev_start.as_ref()).await?;
    let found = run_on(ao, domid, config, bootloader, &files, &disk.path).await;
    // The bootloader has ended, so no process has the disk open; one that could not be ended was logged.
    match disk.release(ao).await {
        Err(e) if found.is_ok() => Err(e),
        _ => found.map(Some),
    }
}

/// Runs the program on a disk.
async fn run_on(
    ao: &Ao,
    domid: u32,
    config: &DomainConfig,
    bootloader: &Text,
    files: &BootloaderFiles,
    disk: &OsStr,
) -> Result<Payload> {
    let info = &config.b_info;
    let restriction = Restriction::of(info);
    let arguments = program::arguments(ao.log(), domid, info, &restriction, files, disk)?;
    let program = Program::new(program::find(ao.log(), domid, bootloader))
        .arguments(arguments)
        .variable("TERM", "vt100");

    let (own, user) = (open_terminal(ao, domid)?, open_terminal(ao, domid)?);
    let tty = console::first_path(domid);
    nodes::write_all_for_domain(ao, domid, &[(tty, user.name().as_os_str().as_encoded_bytes())])?;
    let mut watch = ao.watch(&nodes::domain_path(domid))?;
    let u = EventData::DomainCreateConsoleAvailable;
    ao.progress(Event { domid, u, ..Event::default() });

    let stop = async {
        let destroyed = async {
            loop {
                watch.changed().await;
                match nodes::read(ao, ao.store(), &nodes::domain_path(domid)) {
                    Ok(Some(_)) => {}
                    Ok(None) => {
                        error!(
                            ao,
                            domid = domid,
                            "cannot run the bootloader: the domain was destroyed meanwhile"
                        );
                        return Error::DomainDestroyed;
                    }
                    Err(e) => return e,
                }
            }
        };
        let ended = match restriction.time {
            Some(time) => ao.within(time, destroyed).await,
            None => ao.wait(destroyed).await.map(Some),
        };
        match ended {
            Ok(Some(e)) | Err(e) => e,
            Ok(None) => {
                error!(
                    ao,
                    domid = domid,
                    "cannot run the bootloader: it has reached its time limit"
                );
                Error::TimedOut
            }
        }
    };
    let (runtime, children, log) = (ao.runtime(), ao.children(), ao.log());
    let log_file = &files.log_file;
    let session = Session { runtime, children, log, domid, user: &user, log_file, grace: GRACE };
    let (pid, outcome) = session.run(program, &own, stop).await?;
    if !outcome.success() {
        let (shown, last) = (files.log_path.display(), last_line(&files.log_path));
        let how = describe_outcome("it", pid, outcome);
        let text = "cannot run the bootloader";
        error!(ao, domid = domid, "{text}: {how}, and the last line of {shown} is: {last}");
        return Err(Error::Fail);
    }
    let only = restriction.is_wanted.then_some(&*files.directory);
    let images = Images::new(ao.log(), domid, only, program::max_image_size())?;
    output::take(ao.log(), domid, &files.output, &images)
}

fn open_terminal(ao: &Ao, domid: u32) -> Result<Terminal> {
    Terminal::open().map_err(|errno: Errno| {
        error!(ao, domid = domid, errno = errno, "cannot create a terminal for the bootloader");
        Error::Fail
    })
}
