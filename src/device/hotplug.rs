//! Hotplug scripts: the programs that connect a block or network back end to the host, and disconnect it.

use std::ffi::{OsStr, OsString};
use std::os::fd::AsFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::time::{Duration, Instant};

use super::{Device, DeviceKind};
use crate::core::child::{describe_outcome, end_child};
use crate::core::{Ao, Ctx, Error, Result};
use crate::domain::identity::Identity;
use crate::domain::{names, nodes};
use crate::runtime::child::{Io, Outcome, Program};
use crate::xen::store::{Answers, Pipeline};
use crate::{debug, error, warn};

/// The maximum number of scripts of one device.
const ROUNDS: u32 = 2;

/// The maximum duration of a script.
const TIMEOUT: Duration = Duration::from_secs(40);

/// How long a script may go on after an abort. One that is killed between two steps leaves what it has made, such as a
/// loop device that is recorded nowhere yet, and no script removes that.
const GRACE: Duration = Duration::from_secs(10);

/// A script to run, with its arguments and environment variables.
#[derive(Clone, PartialEq, Eq, Debug)]
struct ScriptCall {
    script: OsString,
    arguments: Vec<&'static str>,
    environment: Vec<(&'static str, OsString)>,
}

/// Whether a device is added or removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Action {
    Add,
    Remove,
}

/// Runs the scripts that connect a device to the host, one after the other, up to the first failure. A network card
/// with an emulated counterpart has two. `owner` is the guest.
///
/// A script that takes longer than [`TIMEOUT`] is killed, and so is one that still runs [`GRACE`] after the operation
/// was aborted.
///
/// Another process may remove the device while a script runs, which then writes its result into nodes that are new again,
/// and connects what nobody would disconnect. That is undone here.
pub async fn connect(ao: &Ao, device: &Device, owner: &Identity) -> Result<()> {
    let plan = Scripts::of(ao, device)?;
    let connected = run_to_connect(ao, device, owner, &plan).await;
    // In a driver domain, which cannot see the record, the daemon sees that the nodes have gone.
    if !has_scripts(device)
        || device.backend_domid != 0
        || nodes::read(ao, ao.store(), &device.libxl_path())?.is_some()
    {
        return connected;
    }
    let what = device.describe();
    error!(ao, domid = device.domid, "cannot attach {what}: it was removed meanwhile");
    let ao = ao.unabortable();
    run_to_disconnect(&ao, device, None, &plan).await?;
    remove_remains(&ao, device)?;
    connected.and(Err(Error::Fail))
}

/// Removes the nodes that the scripts of a removed device have made. If it has a front end, they belong to a new device.
fn remove_remains(ctx: &Ctx, device: &Device) -> Result<()> {
    let path = device.backend_path();
    nodes::transaction_now(ctx, |t| {
        let mut reads = Pipeline::default();
        let others = [device.libxl_path(), format!("{path}/frontend")].map(|path| reads.read(path));
        let is_unused =
            |answers: &mut Answers| Ok(others.iter().all(|&other| answers.value(other).is_none()));
        nodes::remove_up_if(ctx, t, reads, std::slice::from_ref(&path), is_unused).map(drop)
    })
}

async fn run_to_connect(ao: &Ao, device: &Device, owner: &Identity, plan: &Scripts) -> Result<()> {
    for round in 0..ROUNDS {
        if !owner.exists(ao)? {
            let what = device.describe();
            error!(
                ao,
                domid = device.domid,
                "cannot attach {what}: the domain was destroyed meanwhile"
            );
            return Err(Error::Fail);
        }
        let Some(call) = plan.call(ao, device, Action::Add, round)? else { break };
        run(ao, device, Action::Add, &call).await?;
    }
    Ok(())
}

/// As [`connect`], for the scripts that disconnect the device. A failure of a script is only logged, as a warning: as
/// in the C library the device is removed nevertheless, and the caller does not learn that parts of it may be left on
/// the host.
pub async fn disconnect(ao: &Ao, device: &Device, owner: &Identity) -> Result<()> {
    if !has_scripts(device) {
        return Ok(());
    }
    let plan = Scripts::of(ao, device)?;
    run_to_disconnect(ao, device, Some(owner), &plan).await
}

/// `owner`: the guest, which must exist.
async fn run_to_disconnect(
    ao: &Ao,
    device: &Device,
    owner: Option<&Identity>,
    plan: &Scripts,
) -> Result<()> {
    for round in 0..ROUNDS {
        // Otherwise a later domain with the same domid would lose its device.
        if let Some(owner) = owner
            && !owner.exists(ao)?
        {
            let path = device.backend_path();
            debug!(ao, domid = device.domid, "the domain was destroyed already: keeping {path}");
            break;
        }
        let Some(call) = plan.call(ao, device, Action::Remove, round)? else { break };
        let _ = run(ao, device, Action::Remove, &call).await;
    }
    Ok(())
}

async fn run(ao: &Ao, device: &Device, action: Action, call: &ScriptCall) -> Result<()> {
    let what = format!("hotplug script {} {}", call.script.display(), call.arguments.join(" "));
    debug!(ao, domid = device.domid, "running {what}");
    let failed = |reason: std::fmt::Arguments<'_>| {
        let device_name = device.describe();
        match action {
            Action::Add => {
                error!(ao, domid = device.domid, "cannot attach {device_name}: {reason}");
            }
            // The device is removed nevertheless: see `disconnect`.
            Action::Remove => {
                warn!(ao, domid = device.domid, "cannot detach {device_name} cleanly: {reason}");
            }
        }
    };
    let stderr = std::io::stderr();
    let mut program = Program::new(&call.script)
        .arguments(&call.arguments)
        // The script gets no input, and its output goes to standard error.
        .stdin(Io::Null)
        .stdout(Io::Fd(stderr.as_fd()));
    for (name, value) in &call.environment {
        program = program.variable(name, value);
    }
    let child = ao.children().spawn(&program).map_err(|errno| {
        failed(format_args!("cannot run {what}: {}", errno.desc()));
        Error::Fail
    })?;
    drop(program);
    match ao.until(Instant::now() + TIMEOUT, child.exited()).await {
        Ok(Some(outcome)) if outcome.success() => Ok(()),
        Ok(Some(outcome)) => {
            let how = describe_outcome(&what, child.pid(), outcome);
            let path = format!("{}/hotplug-error", device.backend_path());
            match nodes::peek(ao, ao.store(), &path).filter(|why| !why.is_empty()) {
                Some(why) => failed(format_args!("{how}: {}", String::from_utf8_lossy(&why))),
                None if matches!(outcome, Outcome::Ended(_)) => {
                    failed(format_args!("{how} (and left no reason in {path})"));
                }
                None => failed(format_args!("{how}")),
            }
            Err(Error::Fail)
        }
        Ok(None) => {
            failed(format_args!("{what} was killed after {} s", TIMEOUT.as_secs()));
            end_child(ao.log(), device.domid, &what, child).await;
            Err(Error::TimedOut)
        }
        Err(e) => {
            match ao.unabortable().within(GRACE, child.exited()).await {
                Ok(Some(outcome)) if outcome.success() => {}
                Ok(Some(outcome)) => {
                    let how = describe_outcome(&what, child.pid(), outcome);
                    warn!(ao, domid = device.domid, "{how}");
                }
                _ => {
                    warn!(ao, domid = device.domid, "{what} was killed: {e}");
                    end_child(ao.log(), device.domid, &what, child).await;
                }
            }
            Err(e)
        }
    }
}

/// Whether devices with this back end have scripts. A back end in QEMU has none, and its nodes need not be read.
fn has_scripts(device: &Device) -> bool {
    matches!(device.backend_kind, DeviceKind::Vbd | DeviceKind::Vbd3 | DeviceKind::Vif)
}

/// What is needed for a device's scripts, from the nodes of its back end.
#[derive(Debug)]
struct Scripts {
    script: Option<OsString>,
    /// Whether a network card has an emulated counterpart; `None` if its type is missing or invalid.
    emulated: Option<bool>,
    gateway: Option<OsString>,
    /// The device model runs in a stub domain, which connects the emulated card.
    has_stubdom: bool,
}

impl Scripts {
    fn of(ctx: &Ctx, device: &Device) -> Result<Self> {
        let base = device.backend_path();
        let mut reads = Pipeline::default();
        let [script, kind, gateway] =
            ["script", "type", "gatewaydev"].map(|name| reads.read(format!("{base}/{name}")));
        let stubdom = reads.peek(names::stubdom_path(device.domid));
        let mut answers = nodes::send(ctx, ctx.store(), reads)?;
        // The values stay bytes: a path or a name that the administrator has chosen need not be UTF-8.
        let mut text = |slot| answers.value(slot).map(OsString::from_vec);
        let (script, gateway) = (text(script), text(gateway));
        let emulated = match answers.value(kind).as_deref() {
            Some(b"vif") => Some(false),
            Some(b"vif_ioemu") => Some(true),
            _ => None,
        };
        let has_stubdom = answers.value(stubdom).is_some_and(|id| names::stubdom_in(&id).is_some());
        Ok(Self { script, emulated, gateway, has_stubdom })
    }

    /// The call for this round; `None` if the device has no script for it.
    fn call(
        &self,
        ctx: &Ctx,
        device: &Device,
        action: Action,
        round: u32,
    ) -> Result<Option<ScriptCall>> {
        let is_nic = match (device.backend_kind, round) {
            (DeviceKind::Vbd | DeviceKind::Vbd3, 0) => false,
            (DeviceKind::Vif, 0) => true,
            (DeviceKind::Vif, 1) if !self.has_stubdom => true,
            _ => return Ok(None),
        };
        let refuse = |why: &str| {
            let base = device.backend_path();
            error!(ctx, domid = device.domid, "cannot run the hotplug script: {why} of {base}");
            Err(Error::Fail)
        };
        let script = self.script.as_ref().filter(|s| s.as_bytes().starts_with(b"/"));
        let Some(script) = script else { return refuse("no absolute path in node script") };
        if !is_nic {
            let environment = environment(device, script);
            let arguments = vec![if action == Action::Add { "add" } else { "remove" }];
            return Ok(Some(ScriptCall { script: script.clone(), arguments, environment }));
        }
        let Some(emulated) = self.emulated else { return refuse("invalid type in node type") };
        Ok(nic_call(device, script.clone(), self.gateway.clone(), emulated, action, round))
    }
}

fn nic_call(
    device: &Device,
    script: OsString,
    gateway: Option<OsString>,
    emulated: bool,
    action: Action,
    round: u32,
) -> Option<ScriptCall> {
    let mut environment = environment(device, &script);
    let name = format!("vif{}.{}", device.domid, device.devid);
    environment.push(("netdev", gateway.unwrap_or_default()));
    if emulated {
        environment.push(("INTERFACE", format!("{name}-emu").into()));
    }
    environment.push(("vif", name.into()));
    let arguments = match (round, action, emulated) {
        (0, Action::Add, _) => vec!["online", "type_if=vif"],
        (0, Action::Remove, _) => vec!["offline", "type_if=vif"],
        (_, Action::Add, true) => vec!["add", "type_if=tap"],
        (_, Action::Remove, true) => vec!["remove", "type_if=tap"],
        (_, _, false) => return None,
    };
    Some(ScriptCall { script, arguments, environment })
}

fn environment(device: &Device, script: &OsStr) -> Vec<(&'static str, OsString)> {
    let kind = device.backend_kind.name();
    vec![
        ("script", script.to_owned()),
        ("XENBUS_TYPE", kind.into()),
        ("XENBUS_PATH", format!("backend/{kind}/{}/{}", device.domid, device.devid).into()),
        ("XENBUS_BASE_PATH", "backend".into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nic() -> Device {
        Device {
            domid: 4,
            devid: 1,
            kind: DeviceKind::Vif,
            backend_domid: 0,
            backend_kind: DeviceKind::Vif,
        }
    }

    #[test]
    fn a_plain_card_has_one_script() {
        let call =
            nic_call(&nic(), "/s/vif-bridge".into(), None, false, Action::Remove, 0).unwrap();
        assert_eq!(call.arguments, ["offline", "type_if=vif"]);
        let text = |name: &str| {
            call.environment
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, value)| value.to_str().unwrap())
        };
        assert_eq!(text("XENBUS_PATH"), Some("backend/vif/4/1"));
        assert_eq!(text("XENBUS_TYPE"), Some("vif"));
        assert_eq!(text("vif"), Some("vif4.1"));
        assert_eq!(text("netdev"), Some(""));
        assert_eq!(text("INTERFACE"), None);
        assert_eq!(nic_call(&nic(), "/s/vif-bridge".into(), None, false, Action::Remove, 1), None);
        let call = nic_call(&nic(), "/s/vif-bridge".into(), None, false, Action::Add, 0).unwrap();
        assert_eq!(call.arguments, ["online", "type_if=vif"]);
    }

    #[test]
    fn an_emulated_card_has_two_scripts() {
        let call =
            nic_call(&nic(), "/s/vif-bridge".into(), Some("gw".into()), true, Action::Remove, 1)
                .unwrap();
        assert_eq!(call.arguments, ["remove", "type_if=tap"]);
        assert!(call.environment.contains(&("INTERFACE", "vif4.1-emu".into())));
        assert!(call.environment.contains(&("netdev", "gw".into())));
        let call = nic_call(&nic(), "/s/vif-bridge".into(), None, true, Action::Add, 1).unwrap();
        assert_eq!(call.arguments, ["add", "type_if=tap"]);
    }
}
