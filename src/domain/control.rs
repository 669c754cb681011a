//! Holding domains and letting them run, and asking their kernels for something.

use std::time::{Duration, Instant};

use super::kind::Kind;
use super::{kind, model, nodes};
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::xen::hypervisor::Trigger;

/// How long a guest may take to take a request in.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a guest's kernel can be asked for through its `control/shutdown` node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    Poweroff,
    Reboot,
}

impl Request {
    fn word(self) -> &'static str {
        match self {
            Self::Poweroff => "poweroff",
            Self::Reboot => "reboot",
        }
    }
}

/// Stops the domain's processors until they are let run again. Pauses count.
pub fn pause(ctx: &Ctx, domid: u32) -> Result<()> {
    ctx.hypervisor().domain_pause(domid).map_err(|e| {
        error!(ctx, domid = domid, "cannot pause: {e}");
        Error::Fail
    })
}

/// Lets the domain run, and its device model before it.
pub fn unpause(ctx: &Ctx, domid: u32) -> Result<()> {
    if kind::of(ctx, domid).map_err(|_| Error::Fail)? == Kind::Hvm {
        model::resume(ctx, domid)?;
    }
    ctx.hypervisor().domain_unpause(domid).map_err(|e| {
        error!(ctx, domid = domid, "cannot unpause: {e}");
        Error::Fail
    })
}

/// Asks the guest's kernel to power off or reboot, and waits until it has taken the request in (which
/// it shows by emptying the node), a minute at most.
///
/// `Error::NoParavirt` if the kernel of an HVM guest does not listen to such requests.
pub fn request(ctx: &Ctx, domid: u32, request: Request) -> Result<()> {
    if kind::of(ctx, domid).map_err(|_| Error::Fail)? == Kind::Hvm {
        let listens = ctx.hypervisor().callback_irq(domid).map_err(|e| {
            error!(ctx, domid = domid, "cannot tell whether the guest has PV drivers: {e}");
            Error::Fail
        })?;
        if listens == 0 {
            return Err(Error::NoParavirt);
        }
    }
    let path = format!("{}/control/shutdown", nodes::domain_path(domid));
    nodes::write(ctx, ctx.store(), &path, request.word().as_bytes())?;
    let until = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(1);
    while nodes::read(ctx, ctx.store(), &path)?.is_some_and(|value| !value.is_empty()) {
        if Instant::now() >= until {
            error!(ctx, domid = domid, "the guest does not take the {} request in", request.word());
            return Err(Error::TimedOut);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(100));
    }
    Ok(())
}

/// Gives the guest's kernel a system request key.
pub fn sysrq(ctx: &Ctx, domid: u32, key: u8) -> Result<()> {
    let path = format!("{}/control/sysrq", nodes::domain_path(domid));
    nodes::write(ctx, ctx.store(), &path, &[key])
}

/// Sends the guest a signal that the hypervisor delivers.
pub fn trigger(ctx: &Ctx, domid: u32, trigger: Trigger, vcpu: u32) -> Result<()> {
    ctx.hypervisor().send_trigger(domid, trigger, vcpu).map_err(|e| {
        error!(ctx, domid = domid, "cannot send {trigger:?} to vcpu {vcpu}: {e}");
        Error::Fail
    })
}
