//! Pausing and unpausing domains, and requests to their kernels.

use std::ffi::CStr;
use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};

use crate::core::cause::{summed_up, summed_up_now};
use crate::core::watches::Watch;
use crate::core::{Ao, Ctx, Error, Result};
use crate::domain::kind;
use crate::domain::kind::DomainKind;
use crate::domain::nodes;
use crate::error;
use crate::qemu::model::{self, ModelVersion};
use crate::qemu::qmp::{self, Qmp};
use crate::qemu::state;
use crate::xen::hypervisor::{Trigger, sys};

/// The maximum time for a guest to acknowledge a request.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The node for requests to the guest's kernel, below the domain's directory.
const SHUTDOWN: &str = "control/shutdown";

/// The watch that fires whenever a domain has shut down or been destroyed.
const RELEASE_DOMAIN: &str = "@releaseDomain";

/// Requests to a guest's kernel through its `control/shutdown` node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// The guest powers off.
    Poweroff,
    /// The guest reboots.
    Reboot,
}

impl Request {
    fn word(self) -> &'static str {
        match self {
            Self::Poweroff => "poweroff",
            Self::Reboot => "reboot",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Poweroff => "shut down",
            Self::Reboot => "reboot",
        }
    }
}

/// Pauses the domain. The hypervisor counts pauses. `Error::Fail`, logged, if the hypervisor refuses.
pub fn pause(ctx: &Ctx, domid: u32) -> Result<()> {
    ctx.hypervisor().domain_pause(domid).map_err(|e| {
        error!(ctx, domid = domid, "cannot pause the domain: {e}");
        Error::Fail
    })
}

/// Unpauses the domain, after resuming its device model. `Error::Fail` if the hypervisor refuses, or an error of the
/// device model. Errors are logged, with a summary at the end.
pub async fn unpause(ao: &Ao, domid: u32) -> Result<()> {
    summed_up(ao, domid, "unpause the domain", async {
        if kind::of(ao, domid).map_err(|_| Error::Fail)? == DomainKind::Hvm {
            state::resume(ao, domid).await?;
        }
        ao.hypervisor().domain_unpause(domid).map_err(|e| {
            error!(ao, domid = domid, "cannot unpause the domain: {e}");
            Error::Fail
        })
    })
    .await
}

/// Requests that the guest's kernel powers off or reboots. The returned future waits until the guest has acknowledged
/// the request by emptying the node, for [`TIMEOUT`] at most; the end of the guest or the removal of the node also
/// counts as an acknowledgement.
///
/// `Error::NoParavirt`, which is not logged, if the kernel of an HVM guest has no PV drivers, which process such
/// requests; `Error::TimedOut` if the guest does not acknowledge in time or has ended already. Other errors are logged.
pub fn request(
    ao: Ao,
    domid: u32,
    request: Request,
) -> Result<impl Future<Output = Result<()>> + Send> {
    let what = format!("{} the domain", request.verb());
    let sent = summed_up_now(&ao, domid, &what, || {
        let info = kind::info(&ao, domid)?;
        if kind::known(&ao, domid, &info) == DomainKind::Hvm {
            let callback = ao.hypervisor().callback_irq(domid).map_err(|e| {
                error!(ao, domid = domid, "cannot determine whether the guest has PV drivers: {e}");
                Error::Fail
            })?;
            if callback == 0 {
                return Ok(None);
            }
        }
        nodes::write_for_domain(&ao, domid, SHUTDOWN, request.word().as_bytes())?;
        let path = format!("{}/{SHUTDOWN}", nodes::domain_path(domid));
        let deadline = Instant::now() + TIMEOUT;
        let (changes, ends) = (ao.watch(&path)?, ao.watch(RELEASE_DOMAIN)?);
        Ok(Some((info, deadline, PendingRequest { domid, changes, ends, path })))
    })
    .map_err(|e| if e == Error::DomainNotFound { Error::Fail } else { e })?;
    // This is not logged, since callers then try the power button.
    let (info, deadline, pending) = sent.ok_or(Error::NoParavirt)?;
    Ok(async move {
        let work = async {
            let late = || {
                let (word, seconds) = (request.word(), TIMEOUT.as_secs());
                error!(
                    ao,
                    domid = domid,
                    "cannot {} the domain: the guest has not acknowledged `{word}' within {seconds} s",
                    request.verb()
                );
                Err(Error::TimedOut)
            };
            if info.ended {
                // The guest cannot acknowledge. The C library waits for a minute before it fails.
                error!(
                    ao,
                    domid = domid,
                    "cannot {} the domain: the guest has ended already",
                    request.verb()
                );
                return Err(Error::TimedOut);
            }
            ao.until(deadline, pending.wait(&ao, info.uuid)).await?.unwrap_or_else(late)
        };
        summed_up(&ao, domid, what, work).await
    })
}

/// A request that the guest has not acknowledged yet, and the watches for its acknowledgement.
struct PendingRequest {
    domid: u32,
    path: String,
    changes: Watch,
    ends: Watch,
}

impl PendingRequest {
    async fn wait(mut self, ctx: &Ctx, uuid: [u8; 16]) -> Result<()> {
        loop {
            match select(pin!(self.changes.changed()), pin!(self.ends.changed())).await {
                Either::Left(_) => {
                    let value = nodes::read(ctx, ctx.store(), &self.path)?;
                    if value.is_none_or(|value| value.is_empty()) {
                        return Ok(());
                    }
                }
                Either::Right(_) => match kind::info(ctx, self.domid) {
                    Ok(info) if info.uuid == uuid && !info.ended => {}
                    Ok(_) | Err(Error::DomainNotFound) => return Ok(()),
                    Err(e) => return Err(e),
                },
            }
        }
    }
}

/// Writes the domain's memory and registers to a file, which is created or replaced. `Error::Fail`, logged, on failure.
pub fn dump_core(ctx: &Ctx, domid: u32, path: &CStr) -> Result<()> {
    ctx.hypervisor().domain_dump_core(domid, path).map_err(|e| {
        let path = path.to_string_lossy();
        error!(ctx, domid = domid, errno = e.errno, "cannot dump the domain's core to {path}");
        Error::Fail
    })
}

/// Sends a SysRq key to the guest's kernel. `Error::Fail`, logged, if xenstore cannot be written.
pub fn sysrq(ctx: &Ctx, domid: u32, key: u8) -> Result<()> {
    nodes::write_for_domain(ctx, domid, "control/sysrq", &[key])
}

/// Sends a trigger, such as an NMI or the power button, to a vcpu. `Error::Fail`, logged, if the hypervisor refuses.
pub fn trigger(ctx: &Ctx, domid: u32, trigger: Trigger, vcpu: u32) -> Result<()> {
    ctx.hypervisor().send_trigger(domid, trigger, vcpu).map_err(|e| {
        error!(ctx, domid = domid, "cannot send {trigger:?} to vcpu {vcpu}: {e}");
        Error::Fail
    })
}

/// Wakes up an HVM guest from ACPI S3, by its device model.
///
/// `Error::Invalid` for a guest that is not HVM, and for one whose device model has an unknown version. Errors are
/// logged, with a summary at the end.
pub async fn wake_up(ao: &Ao, domid: u32) -> Result<()> {
    summed_up(ao, domid, "wake up the guest", async {
        if kind::of(ao, domid).map_err(|_| Error::Invalid)? != DomainKind::Hvm {
            error!(ao, domid = domid, "cannot wake up the guest: it is not HVM");
            return Err(Error::Invalid);
        }
        match model::version(ao, domid)? {
            ModelVersion::Qemu => {
                let deadline = Instant::now() + qmp::TIMEOUT;
                Qmp::connect(ao, domid, deadline).await?.wake_up(deadline).await
            }
            ModelVersion::Traditional => {
                let awake = ao.hypervisor().set_hvm_param(domid, sys::HVM_PARAM_ACPI_S_STATE, 0);
                awake.map_err(|e| {
                    error!(
                        ao,
                        domid = domid,
                        errno = e.errno,
                        "cannot wake up the guest: {} failed",
                        e.what
                    );
                    Error::Fail
                })
            }
        }
    })
    .await
}
