//! Which 9p file systems need a QEMU, and the daemon that serves the others, xen-9pfsd: one for all guests.

use std::time::Instant;

use super::arguments::CommandLine;
use super::model::recorded_pid;
use super::start::{Launch, TIMEOUT, is_running};
use crate::core::paths::NINEPFS_DAEMON;
use crate::core::{Ao, Ctx, Result};
use crate::debug;
use crate::domain::nodes;
use crate::runtime::child::Program;
use crate::types::idiomatic::{DeviceP9, P9Type};

/// The directory of the daemon's nodes in domain `own`.
fn directory(own: u32) -> String {
    format!("{}/libxl/xen-9pfs", nodes::domain_path(own))
}

/// Starts the daemon in this domain, `own`, unless it runs, and waits until it serves. `domid` is the guest, for log
/// lines.
///
/// The daemon removes its state when it ends in an orderly way. One that was killed leaves it, which the C library
/// believes; here the recorded process is looked at as well.
pub async fn start_daemon(ao: &Ao, domid: u32, own: u32) -> Result<()> {
    let base = directory(own);
    let (state, pid_path) = (format!("{base}/state"), format!("{base}/pid"));
    if nodes::read(ao, ao.store(), &state)?.is_some() {
        if may_run(ao, &pid_path)? {
            return Ok(());
        }
        debug!(ao, domid = domid, "the 9pfs daemon of {state} has ended");
        nodes::remove(ao, ao.store(), &state)?;
    }
    let launch = Launch {
        what: "9pfs daemon",
        domid,
        program: Program::new(NINEPFS_DAEMON),
        line: CommandLine::default(),
        log: "xen-9pfsd".into(),
        pid_path,
        confined: false,
    };
    let mut said = ao.watch(&state)?;
    let deadline = Instant::now() + TIMEOUT;
    let running = launch.start(ao, deadline).await?;
    running.serves(ao, deadline, is_running(ao, &mut said, &state)).await
}

/// Whether the daemon whose pid is in the node `path` may run: one that the toolstack has not started has no such node.
fn may_run(ctx: &Ctx, path: &str) -> Result<bool> {
    let recorded = nodes::read(ctx, ctx.store(), path)?;
    let Some(pid) = recorded.as_deref().and_then(recorded_pid) else { return Ok(true) };
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let program = line.split(|&b| b == 0).next().unwrap_or_default();
    Ok(program.ends_with(b"xen-9pfsd"))
}

/// Whether a PV or PVH guest needs a QEMU for its file systems, for a toolstack in domain `own`, which is asked for
/// only if it matters: for those that QEMU serves there. The C library asks before it sets the default type, and so
/// starts no QEMU for a file system without a type, which nobody serves then.
pub fn need_qemu(p9s: &[DeviceP9], own: impl FnOnce() -> Result<u32>) -> Result<bool> {
    let mut of_qemu = p9s.iter().filter(|p9| p9.type_ != P9Type::Xen9pfsd).peekable();
    if of_qemu.peek().is_none() {
        return Ok(false);
    }
    let own = own()?;
    Ok(of_qemu.any(|p9| p9.backend_domid == own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qemu_is_needed_for_its_own_file_systems_here() {
        let p9 = |type_, backend_domid| DeviceP9 { type_, backend_domid, ..DeviceP9::default() };
        let needs = |p9: DeviceP9| need_qemu(&[p9], || Ok(0)).unwrap();
        assert!(needs(p9(P9Type::Unknown, 0)) && needs(p9(P9Type::Qemu, 0)));
        assert!(!needs(p9(P9Type::Qemu, 3)) && !needs(p9(P9Type::Xen9pfsd, 0)));
    }
}
