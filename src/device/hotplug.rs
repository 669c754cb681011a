//! Hotplug scripts: the programs that join a block or network back end to the host, and undo it.

use std::os::fd::AsFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::{Device, Kind};
use crate::core::{Ctx, Error, Result};
use crate::domain::filelock::errno_of;
use crate::domain::{names, nodes};
use crate::{debug, error};

/// How long a script may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// What to run, and with which variables.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Call {
    script: String,
    arguments: Vec<&'static str>,
    environment: Vec<(&'static str, String)>,
}

/// A script at work.
#[derive(Debug)]
pub struct Running {
    child: Child,
    what: String,
    until: Instant,
    killed: bool,
}

/// Starts the `round`th script that undoes a device (a network card with an emulated sibling has two);
/// `None` if there is none.
pub fn start_removal(ctx: &Ctx, device: &Device, round: u32) -> Result<Option<Running>> {
    let Some(call) = removal(ctx, device, round)? else { return Ok(None) };
    let what = format!("{} {}", call.script, call.arguments.join(" "));
    debug!(ctx, domid = device.domid, "running {what}");
    let child = start(&call).map_err(|e| {
        error!(ctx, domid = device.domid, errno = errno_of(&e), "cannot run {what}");
        Error::Fail
    })?;
    Ok(Some(Running { child, what, until: Instant::now() + PATIENCE, killed: false }))
}

/// What undoes a device, told from its back end's nodes.
fn removal(ctx: &Ctx, device: &Device, round: u32) -> Result<Option<Call>> {
    let is_nic = match (device.backend_kind, round) {
        (Kind::Vbd, 0) => false,
        (Kind::Vif, 0) => true,
        (Kind::Vif, 1) if names::stubdom_of(ctx, device.domid).is_none() => true,
        _ => return Ok(None),
    };
    let base = device.backend_path();
    let paths = ["script", "type", "gatewaydev"].map(|name| format!("{base}/{name}"));
    let mut values = nodes::read_many(ctx, ctx.store(), &paths)?
        .into_iter()
        .map(|value| value.map(|v| String::from_utf8_lossy(&v).into_owned()));
    let (script, kind, gateway) =
        (values.next().flatten(), values.next().flatten(), values.next().flatten());
    let Some(script) = script.filter(|s| s.starts_with('/')) else {
        error!(ctx, domid = device.domid, "{base}/script names no script");
        return Err(Error::Fail);
    };
    if !is_nic {
        let environment = environment(device, &script);
        return Ok(Some(Call { script, arguments: vec!["remove"], environment }));
    }
    let emulated = match kind.as_deref() {
        Some("vif") => false,
        Some("vif_ioemu") => true,
        _ => {
            error!(ctx, domid = device.domid, "{base}/type tells no type of a network card");
            return Err(Error::Fail);
        }
    };
    Ok(nic_removal(device, script, gateway, emulated, round))
}

fn nic_removal(
    device: &Device,
    script: String,
    gateway: Option<String>,
    emulated: bool,
    round: u32,
) -> Option<Call> {
    let mut environment = environment(device, &script);
    let name = format!("vif{}.{}", device.domid, device.devid);
    environment.push(("netdev", gateway.unwrap_or_default()));
    if emulated {
        environment.push(("INTERFACE", format!("{name}-emu")));
    }
    environment.push(("vif", name));
    let arguments = match (round, emulated) {
        (0, _) => vec!["offline", "type_if=vif"],
        (_, true) => vec!["remove", "type_if=tap"],
        (_, false) => return None,
    };
    Some(Call { script, arguments, environment })
}

fn environment(device: &Device, script: &str) -> Vec<(&'static str, String)> {
    let kind = device.backend_kind.name();
    vec![
        ("script", script.to_owned()),
        ("XENBUS_TYPE", kind.to_owned()),
        ("XENBUS_PATH", format!("backend/{kind}/{}/{}", device.domid, device.devid)),
        ("XENBUS_BASE_PATH", "backend".to_owned()),
    ]
}

/// The script reads nothing, and what it says goes where errors go.
fn start(call: &Call) -> std::io::Result<Child> {
    let errors = std::io::stderr().as_fd().try_clone_to_owned()?;
    Command::new(&call.script)
        .args(&call.arguments)
        .envs(call.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(errors)
        .spawn()
}

impl Running {
    /// Whether the script is done; `false` while it works. One that takes too long is killed. How a
    /// removal's script ends changes nothing, as the device goes anyway: a failure is only told.
    pub fn is_done(&mut self, ctx: &Ctx, device: &Device) -> bool {
        match self.child.try_wait() {
            Ok(None) => {
                if !self.killed && Instant::now() >= self.until {
                    error!(ctx, domid = device.domid, "{} takes too long: killed", self.what);
                    self.killed = self.child.kill().is_ok();
                }
                false
            }
            Ok(Some(status)) => {
                if !status.success() {
                    self.tell_failure(ctx, device, status);
                }
                true
            }
            // An application that reaps every child may have taken the status.
            Err(e) => {
                let errno = errno_of(&e);
                debug!(ctx, domid = device.domid, errno = errno, "status of {} is lost", self.what);
                true
            }
        }
    }

    fn tell_failure(&self, ctx: &Ctx, device: &Device, status: ExitStatus) {
        let path = format!("{}/hotplug-error", device.backend_path());
        let why = nodes::read(ctx, ctx.store(), &path).ok().flatten().unwrap_or_default();
        let (what, why) = (&self.what, String::from_utf8_lossy(&why));
        error!(ctx, domid = device.domid, "{what}: {status} {why}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nic() -> Device {
        Device { domid: 4, devid: 1, kind: Kind::Vif, backend_domid: 0, backend_kind: Kind::Vif }
    }

    #[test]
    fn a_plain_card_has_one_script() {
        let call = nic_removal(&nic(), "/s/vif-bridge".into(), None, false, 0).unwrap();
        assert_eq!(call.arguments, ["offline", "type_if=vif"]);
        let text = |name: &str| {
            call.environment.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
        };
        assert_eq!(text("XENBUS_PATH"), Some("backend/vif/4/1"));
        assert_eq!(text("XENBUS_TYPE"), Some("vif"));
        assert_eq!(text("vif"), Some("vif4.1"));
        assert_eq!(text("netdev"), Some(""));
        assert_eq!(text("INTERFACE"), None);
        assert_eq!(nic_removal(&nic(), "/s/vif-bridge".into(), None, false, 1), None);
    }

    #[test]
    fn an_emulated_card_has_two() {
        let call = nic_removal(&nic(), "/s/vif-bridge".into(), Some("gw".into()), true, 1).unwrap();
        assert_eq!(call.arguments, ["remove", "type_if=tap"]);
        assert!(call.environment.contains(&("INTERFACE", "vif4.1-emu".into())));
        assert!(call.environment.contains(&("netdev", "gw".into())));
    }
}
