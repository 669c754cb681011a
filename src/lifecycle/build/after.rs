//! Once the guest is in memory: where its vcpus would rather run, its share of the cpus, and what xenstore says.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Build, Ring, numa};
use crate::core::{Error, Result};
use crate::domain::{nodes, sched, uuid_text};
use crate::error;
use crate::types::idiomatic::{DomainBuildInfoData as Guest, Text};
use crate::xen::store::Ops;

/// The time, for [`finish`].
pub fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Does all of it; `started` is when the build began.
pub fn finish(build: &Build, store: &Ring, started: Duration) -> Result<()> {
    let (ctx, domid, info) = (build.ao.ctx(), build.domid, &build.config.b_info);
    if !info.vnuma_nodes.is_empty() && info.vcpu_soft_affinity.is_empty() {
        numa::prefer_own_nodes(ctx, domid, &info.vnuma_nodes)?;
    }
    sched::set(ctx, domid, &info.sched_params)?;
    let vm = format!("/vm/{}", uuid_text(&build.config.c_info.uuid.0));
    let base = nodes::domain_path(domid);
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    all.extend(
        of_domain(build, store).into_iter().map(|(at, value)| (format!("{base}/{at}"), value)),
    );
    all.extend(of_vm(build, started).into_iter().map(|(at, value)| (format!("{vm}/{at}"), value)));
    let owner = format!("{base}/vm");
    nodes::transaction_now(ctx, |t| {
        // Somebody may have destroyed the domain: then nothing of it may come back.
        if nodes::read(ctx, t, &owner)?.as_deref() != Some(vm.as_bytes()) {
            error!(ctx, domid = domid, "cannot build the domain: it was destroyed meanwhile");
            return Err(Error::Fail);
        }
        t.write_many(&all).map_err(|e| nodes::failed(ctx, e))
    })?;
    let Ring { frame, channel } = *store;
    ctx.store().introduce(domid, frame, channel.port).map_err(|e| nodes::failed(ctx, e))
}

/// What the guest itself is to find.
fn of_domain(build: &Build, store: &Ring) -> Vec<(String, Vec<u8>)> {
    let info = &build.config.b_info;
    let number = |at: &str, number: u64| (at.to_owned(), number.to_string().into_bytes());
    let mut all = vec![
        number("memory/static-max", info.max_memkb),
        number("memory/target", info.target_memkb.wrapping_sub(info.video_memkb)),
        number("memory/videoram", info.video_memkb),
        number("domid", build.domid.into()),
        number("store/port", store.channel.port.into()),
        number("store/ring-ref", store.frame),
    ];
    all.extend((0..usize::try_from(info.max_vcpus).unwrap_or(0)).map(|vcpu| {
        let state = if info.avail_vcpus.contains(vcpu) { "online" } else { "offline" };
        (format!("cpu/{vcpu}/availability"), state.into())
    }));
    all
}

/// What toolstacks are to find.
fn of_vm(build: &Build, started: Duration) -> Vec<(&'static str, Vec<u8>)> {
    let hundredths = started.subsec_millis() / 10;
    let start_time = ("start_time", format!("{}.{hundredths:02}", started.as_secs()).into_bytes());
    let Guest::Pv(_) = build.config.b_info.u else { return vec![start_time] };
    let payload = build.payload;
    let path = |path: &OsStr| path.as_bytes().to_vec();
    let mut all = vec![("image/ostype", b"linux".to_vec())];
    all.extend(payload.kernel.as_ref().map(|k| ("image/kernel", path(k.path.as_os_str()))));
    all.push(start_time);
    all.extend(payload.ramdisk.as_ref().map(|r| ("image/ramdisk", path(r.path.as_os_str()))));
    let cmdline = payload.cmdline.as_ref().map(Text::as_bytes);
    all.extend(cmdline.map(|cmdline| ("image/cmdline", cmdline.to_vec())));
    all
}
