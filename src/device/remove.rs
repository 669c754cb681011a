//! Taking a guest's devices away when the guest itself goes.
//!
//! Each device goes through the same steps, all devices at once:
//!
//! ```text
//! served by QEMU      wait for QEMU's end (2 s at most), then mark the back end closed
//! served by a kernel  ask the back end to close (online 0, state 5), wait for state 6 (10 s at most)
//! then, if we serve   the hotplug scripts that undo it
//!       another does  wait until it has removed its nodes (10 s at most)
//! then                remove the nodes of both halves and of the toolstack's record
//! ```
//!
//! The guest is paused by now, so its half of a device is removed first: a back end then has nobody
//! left to wait for. A step that fails or takes too long is told, and the nodes go all the same.
//!
//! The waiting is a bounded poll; with the runtime it becomes a watch.

use std::time::{Duration, Instant};

use super::hotplug::{self, Running};
use super::{Device, Kind};
use crate::core::{Ctx, Error, Result};
use crate::domain::model::Process;
use crate::domain::{leading_number, nodes};
use crate::{debug, error, warn};

/// The states of a back end that matter here (`xenbus.h`).
const CLOSING: &[u8] = b"5";
const CLOSED: u32 = 6;

/// How long a back end may take to close, or another domain to remove its nodes.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long QEMU may go on using what it serves after it was told to end.
const QEMU_PATIENCE: Duration = Duration::from_secs(2);

/// How far one device has come.
enum Step {
    QemuEnds { until: Instant },
    Closes { until: Instant },
    Script { running: Running, round: u32 },
    NodesGo { until: Instant },
    Done,
}

/// Removes every device of `domid`, which must be paused. `qemu` is the device model that was told to
/// end, if there was one. All are tried; the first failure is the result.
pub fn remove_all(ctx: &Ctx, domid: u32, qemu: Option<&Process>) -> Result<()> {
    let own = own_domid(ctx)?;
    let mut outcome = Ok(());
    let mut at_work = Vec::new();
    for device in recorded(ctx, domid)? {
        // Nothing but nodes stands behind these.
        if matches!(device.backend_kind, Kind::Console | Kind::Vuart) {
            outcome = outcome.and(forget(ctx, &device, own));
            continue;
        }
        match begin(ctx, &device) {
            Ok(step) => at_work.push((device, step)),
            Err(e) => {
                outcome = outcome.and(Err(e));
                at_work.push((device, Step::Done));
            }
        }
    }
    let mut pause = Duration::from_millis(1);
    let mut going: Vec<usize> = (0..at_work.len()).collect();
    loop {
        for &i in &going {
            let (device, step) = &mut at_work[i];
            if let Err(e) = advance(ctx, device, step, own, qemu) {
                outcome = outcome.and(Err(e));
                *step = Step::Done;
            }
            if matches!(step, Step::Done) {
                outcome = outcome.and(forget(ctx, device, own));
            }
        }
        going.retain(|&i| !matches!(at_work[i].1, Step::Done));
        if going.is_empty() {
            return outcome;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// The devices that the toolstack recorded.
fn recorded(ctx: &Ctx, domid: u32) -> Result<Vec<Device>> {
    let base = format!("{}/device", nodes::libxl_path(domid));
    let mut devices = Vec::new();
    for kind_name in nodes::list(ctx, ctx.store(), &base)? {
        let Some(kind) = Kind::from_name(&kind_name) else { continue };
        let devids = nodes::list(ctx, ctx.store(), &format!("{base}/{kind_name}"))?;
        let paths: Vec<String> =
            devids.iter().map(|devid| format!("{base}/{kind_name}/{devid}/backend")).collect();
        for (devid, backend) in devids.iter().zip(nodes::read_many(ctx, ctx.store(), &paths)?) {
            // A record without a back end has nothing but itself to remove.
            let Some(backend) = backend else { continue };
            let device = devid.parse().ok().and_then(|devid| {
                Device::recorded(domid, kind, devid, &String::from_utf8_lossy(&backend))
            });
            match device {
                Some(device) => devices.push(device),
                None => warn!(ctx, domid = domid, "{base}/{kind_name}/{devid}: no device's record"),
            }
        }
    }
    Ok(devices)
}

/// The first step of a device.
fn begin(ctx: &Ctx, device: &Device) -> Result<Step> {
    let now = Instant::now();
    if device.backend_kind.is_qemu() {
        return Ok(Step::QemuEnds { until: now + QEMU_PATIENCE });
    }
    let base = device.backend_path();
    let state = format!("{base}/state");
    let there = nodes::transaction(ctx, |t| {
        let Some(value) = nodes::read(ctx, t, &state)? else { return Ok(false) };
        nodes::remove_up(ctx, t, &device.frontend_path())?;
        nodes::write(ctx, t, &format!("{base}/online"), b"0")?;
        if leading_number(&value) != Some(CLOSED) {
            nodes::write(ctx, t, &state, CLOSING)?;
        }
        Ok(true)
    })?;
    if !there {
        debug!(ctx, domid = device.domid, "{base} is gone already");
        return Ok(Step::Done);
    }
    Ok(Step::Closes { until: now + PATIENCE })
}

/// Goes on as far as nothing need be waited for.
fn advance(
    ctx: &Ctx,
    device: &Device,
    step: &mut Step,
    own: u32,
    qemu: Option<&Process>,
) -> Result<()> {
    loop {
        *step = match step {
            Step::QemuEnds { until } => {
                let ended = device.backend_domid == own && qemu.is_some_and(Process::has_ended);
                if !ended && Instant::now() < *until {
                    return Ok(());
                }
                mark_closed(ctx, device)?;
                after_close(ctx, device, own)?
            }
            Step::Closes { until } => {
                let base = device.backend_path();
                match nodes::read(ctx, ctx.store(), &format!("{base}/state"))? {
                    Some(state) if leading_number(&state) == Some(CLOSED) => {
                        after_close(ctx, device, own)?
                    }
                    Some(_) if Instant::now() < *until => return Ok(()),
                    Some(_) => {
                        error!(
                            ctx,
                            domid = device.domid,
                            "{base} does not close: removed by force"
                        );
                        return Err(Error::TimedOut);
                    }
                    None => {
                        error!(ctx, domid = device.domid, "{base} went while it was to close");
                        return Err(Error::Invalid);
                    }
                }
            }
            Step::Script { running, round } => {
                if !running.is_done(ctx, device) {
                    return Ok(());
                }
                script(ctx, device, *round + 1)?
            }
            Step::NodesGo { until } => {
                let base = device.backend_path();
                if nodes::read(ctx, ctx.store(), &base)?.is_none() {
                    Step::Done
                } else if Instant::now() < *until {
                    return Ok(());
                } else {
                    error!(ctx, domid = device.domid, "{base} is not removed by who serves it");
                    return Err(Error::TimedOut);
                }
            }
            Step::Done => return Ok(()),
        };
    }
}

/// QEMU cannot do it any more. In another domain it may have, and removed the nodes as well.
fn mark_closed(ctx: &Ctx, device: &Device) -> Result<()> {
    let state = format!("{}/state", device.backend_path());
    nodes::transaction(ctx, |t| match nodes::read(ctx, t, &state)? {
        Some(value) if leading_number(&value) != Some(CLOSED) => {
            nodes::write(ctx, t, &state, CLOSED.to_string().as_bytes())
        }
        _ => Ok(()),
    })
}

fn after_close(ctx: &Ctx, device: &Device, own: u32) -> Result<Step> {
    if device.backend_domid != own {
        return Ok(Step::NodesGo { until: Instant::now() + PATIENCE });
    }
    script(ctx, device, 0)
}

fn script(ctx: &Ctx, device: &Device, round: u32) -> Result<Step> {
    Ok(match hotplug::start_removal(ctx, device, round)? {
        Some(running) => Step::Script { running, round },
        None => Step::Done,
    })
}

/// Removes a device's nodes: in domain 0 all, in a driver domain those it serves.
fn forget(ctx: &Ctx, device: &Device, own: u32) -> Result<()> {
    nodes::transaction(ctx, |t| {
        if own == 0 {
            nodes::remove_up(ctx, t, &device.frontend_path())?;
            nodes::remove_up(ctx, t, &device.libxl_path())?;
        }
        if own == 0 || own == device.backend_domid {
            nodes::remove_up(ctx, t, &device.backend_path())?;
        }
        Ok(())
    })
}

/// The domain that this process runs in: paths that do not begin with a slash are its own.
pub fn own_domid(ctx: &Ctx) -> Result<u32> {
    let value = nodes::read(ctx, ctx.store(), "domid")?;
    value.and_then(|v| leading_number(&v)).ok_or_else(|| {
        error!(ctx, "xenstore does not tell the domain that this process runs in");
        Error::Fail
    })
}
