//! Changing the medium where QEMU runs in a Linux stub domain, since Xen 4.20 (a18b50614d).
//!
//! That QEMU sees the medium as a PV disk of the stub domain, which has the number of the guest's drive. The stub domain
//! passes the disk to its QEMU itself, in a set of descriptors whose text is `stub-devid:NUMBER`. So the disk is replaced:
//!
//! | step | QEMU | disk in xenstore | libxl-json |
//! |---|---|---|---|
//! | | old | old | old |
//! | `eject`; `remove-fd` for the set | empty | old | old |
//! | the disk is removed | empty | none | old |
//! | the new medium is stored | empty | none | new |
//! | a disk with the new medium, or an empty one, is added | empty | new | new |
//! | the set appears in `query-fdsets` | empty | new | new |
//! | `blockdev-change-medium` | new | new | new |
//!
//! An ejection ends before the last step, with the empty disk: without one the drive would be gone. It waits for the set too,
//! so that the next change does not take this one's, should the stub domain be slow. The connection to QEMU is kept
//! throughout, as QEMU drops the stub domain's descriptor otherwise. If QEMU refuses the medium, libxl-json has the old one
//! again, and the disk stays. The guest's own PV disk keeps its medium. All this is as with the C library.
//!
//! The removal and the addition of the disk have limits of their own (`device/remove`, `device/add`). Their time counts as
//! that of the change, but they are not interrupted: that would leave the drive without a disk.

use std::time::{Duration, Instant};

use super::Change;
use crate::core::{Ao, Error, Result};
use crate::device::add::disk::make_empty_drive;
use crate::device::add::running::lock_userdata;
use crate::device::add::{self, AttachTarget};
use crate::device::remove::{self, Force};
use crate::domain::nodes;
use crate::error;
use crate::qemu::commands::FdSet;
use crate::qemu::qmp::Qmp;

/// Whether such a change is possible.
pub const IS_SERVED: bool = cfg!(since = "4.20");

/// How often QEMU is asked whether the stub domain has passed the disk to it.
const INTERVAL: Duration = Duration::from_millis(200);

/// QEMU's name of the format of a disk of the stub domain.
const FORMAT: &str = "host_device";

impl Change {
    pub(super) async fn change_in_stubdom(&self, ao: &Ao, deadline: Instant) -> Result<()> {
        let stubdom = AttachTarget::of(ao, self.drive.domid).map_err(|_| Error::Fail)?;
        let is_local_file = self.complete.backend_domid == 0 && self.complete.script.is_none();
        if is_local_file {
            // Refused before anything is changed; the back end opens it.
            self.open(ao)?;
        }
        let (name, text) = (self.name(), format!("stub-devid:{}", self.drive.devid));
        let mut qemu = Qmp::connect(ao, self.owner.domid, deadline).await?;
        qemu.eject(&name, deadline).await?;
        if let Some(set) = qemu.find_fd(&text, deadline).await? {
            qemu.remove_fd(set, deadline).await?;
        }
        remove::remove(ao, &self.drive, Force::No).await?;
        let old = self.store(ao, &lock_userdata(ao, &self.owner)?)?;
        make_empty_drive(ao, self.owner.domid, &self.complete)?;
        add::disks(ao, &stubdom, &mut [self.complete.clone()]).await?;
        let set = self.passed(ao, &mut qemu, &text, deadline).await?;
        if self.is_ejection() {
            return nodes::transaction_now(ao, |t| self.write(ao, t, self.no_medium()));
        }
        let file = set.to_string();
        let outcome = qemu.change_medium(&name, &file, FORMAT, deadline).await;
        self.finish(ao, outcome, old)
    }

    /// The set with the new disk, once the stub domain has passed it.
    async fn passed(
        &self,
        ao: &Ao,
        qemu: &mut Qmp,
        text: &str,
        deadline: Instant,
    ) -> Result<FdSet> {
        loop {
            if let Some(set) = qemu.find_fd(text, deadline).await? {
                return Ok(set);
            }
            if deadline.saturating_duration_since(Instant::now()) < INTERVAL {
                let domid = self.owner.domid;
                error!(ao, domid = domid, "cannot find the medium in the stub domain: no {text}");
                return Err(Error::TimedOut);
            }
            ao.sleep(INTERVAL).await?;
        }
    }
}
