//! The steps after the guest is in memory (libxl's post-build): soft affinity for vNUMA, scheduler parameters, xenstore
//! nodes.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::before::MAXMEM_SLACK;
#[cfg(since = "4.18")]
use super::smbios;
use super::{Build, Built, FirstConsole, Loaded, Ring, hvm, numa};
use crate::core::{Error, Result};
use crate::device::add::console::{self, ConsoleNodes};
use crate::domain::{nodes, sched};
use crate::types::idiomatic::{DomainBuildInfo, DomainBuildInfoData as Guest, Text};
use crate::xen::hypervisor::{PAGE_SIZE, sys};
use crate::xen::store::{NewNode, Pipeline};
use crate::{error, warn};

/// The time, for [`finish`].
pub fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Does all these steps. `started` is the time at which the build began. `loaded` is `None` for a restored guest: nodes
/// for the firmware are not written then, since it has read them before the save.
///
/// The nodes of the first console are written with the guest's, before xenstored introduces the domain: xenconsoled
/// looks for them then. (C writes them after the disks' back ends are connected.)
pub fn finish(
    build: &Build,
    built: &Built,
    loaded: Option<&Loaded>,
    started: Duration,
    console: &FirstConsole,
) -> Result<()> {
    let store = &built.store;
    let (ctx, domid, info) = (build.ao.ctx(), build.domid, &build.config.b_info);
    if !info.vnuma_nodes.is_empty() && info.vcpu_soft_affinity.is_empty() {
        numa::set_soft_affinity(ctx, domid, &info.vnuma_nodes)?;
    }
    sched::set(ctx, domid, &info.sched_params)?;
    let vm = nodes::vm_path_of(&build.config.c_info.uuid.0);
    let base = nodes::domain_path(domid);
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    all.extend(
        domain_nodes(build, store).into_iter().map(|(at, value)| (format!("{base}/{at}"), value)),
    );
    let genid = genid(info);
    if let Some(id) = genid {
        let [low, high] = genid_words(id);
        all.push((format!("{base}/platform/generation-id"), format!("{low}:{high}").into_bytes()));
        if loaded.is_none() {
            replace_genid(build, id)?;
        }
    }
    let machine = loaded.map(|loaded| firmware_nodes(build, loaded)).unwrap_or_default();
    all.extend(machine.into_iter().map(|(at, value)| (format!("{base}/{at}"), value)));
    #[cfg(since = "4.18")]
    if let (Guest::Hvm(machine), Some(_)) = (&info.u, loaded) {
        let texts = smbios::nodes(machine).map_err(|why| {
            error!(ctx, domid = domid, "{why}");
            Error::Invalid
        })?;
        all.extend(texts.into_iter().map(|(at, value)| (format!("{base}/{at}"), value)));
    }
    // No guest needs these, and a command line may be longer than xenstore takes.
    let of_vm = vm_nodes(build, started).into_iter();
    let of_vm = of_vm.map(|(at, value)| NewNode::value(format!("{vm}/{at}"), value));
    all.extend(of_vm.filter_map(|node| {
        if node.is_possible() {
            return Some((node.path, node.value));
        }
        warn!(ctx, domid = domid, "cannot write {}: longer than xenstore allows", node.path);
        None
    }));
    let console = console_nodes(domid, &built.console, console);
    let owner = format!("{base}/vm");
    nodes::transaction_now(ctx, |t| {
        let mut pipeline = Pipeline::default();
        let now = pipeline.read(&owner);
        for (path, value) in &all {
            pipeline.write(path, value);
        }
        console.iter().for_each(|nodes| nodes.append_to(&mut pipeline));
        // If the domain has been destroyed meanwhile, its nodes must not be created again.
        if nodes::send(ctx, t, pipeline)?.value(now).as_deref() != Some(vm.as_bytes()) {
            error!(ctx, domid = domid, "cannot build the domain: it was destroyed meanwhile");
            return Err(Error::Fail);
        }
        Ok(())
    })?;
    let Ring { frame, channel } = *store;
    ctx.store().introduce(domid, frame, channel.port).map_err(|e| nodes::failed(ctx, e))
}

/// The nodes of the first console, if they are to be written here.
fn console_nodes(domid: u32, ring: &Ring, console: &FirstConsole) -> Option<ConsoleNodes> {
    match console {
        FirstConsole::WithGuest { tty } => {
            Some(console::primary(domid, &ring.for_console(tty.clone())))
        }
        FirstConsole::Later => None,
    }
}

/// The nodes below `/local/domain/DOMID` that the guest reads.
fn domain_nodes(build: &Build, store: &Ring) -> Vec<(String, Vec<u8>)> {
    let info = &build.config.b_info;
    let number = |at: &str, number: u64| (at.to_owned(), number.to_string().into_bytes());
    let mut all = vec![
        number("memory/static-max", info.max_memkb),
        number("memory/target", target(info)),
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

/// The target of the guest's balloon driver, in KiB. An HVM guest that is populated on demand must stay below the limit
/// that the hypervisor enforces, otherwise a page could not be populated.
fn target(info: &DomainBuildInfo) -> u64 {
    let on_demand = matches!(info.u, Guest::Hvm(_)) && info.max_memkb > info.target_memkb;
    let below = if on_demand { MAXMEM_SLACK } else { 0 };
    info.target_memkb.wrapping_sub(info.video_memkb).wrapping_sub(below)
}

/// The nodes below `/local/domain/DOMID` that the firmware of an HVM guest reads.
fn firmware_nodes(build: &Build, loaded: &Loaded) -> Vec<(&'static str, Vec<u8>)> {
    let info = &build.config.b_info;
    let Guest::Hvm(machine) = &info.u else { return Vec::new() };
    let switch = |on: Option<bool>| if on == Some(true) { b"1".to_vec() } else { b"0".to_vec() };
    let mut all = Vec::new();
    for (tables, [address, length]) in [
        (loaded.smbios, ["hvmloader/smbios/address", "hvmloader/smbios/length"]),
        (loaded.acpi, ["hvmloader/acpi/address", "hvmloader/acpi/length"]),
    ] {
        let Some((at, size)) = tables else { continue };
        all.push((address, format!("{at:#x}").into_bytes()));
        all.push((length, format!("{size:#x}").into_bytes()));
    }
    // Both must be set: the field of the HVM part is the older one.
    let acpi = Some(info.acpi == Some(true) && machine.acpi == Some(true));
    all.push(("platform/acpi", switch(acpi)));
    all.push(("platform/acpi_s3", switch(machine.acpi_s3)));
    all.push(("platform/acpi_s4", switch(machine.acpi_s4)));
    all.push(("platform/acpi_laptop_slate", switch(machine.acpi_laptop_slate)));
    let size = hvm::hole_size(machine);
    all.extend(size.map(|size| ("platform/mmio_hole_size", size.to_string().into_bytes())));
    let version = info.device_model_version.name().unwrap_or_default();
    all.push(("platform/device-model", version.into()));
    all
}

/// The VM generation ID of an HVM guest, if it has one.
fn genid(info: &DomainBuildInfo) -> Option<[u8; 16]> {
    match &info.u {
        Guest::Hvm(machine) => Some(machine.ms_vm_genid.0).filter(|id| *id != [0; 16]),
        _ => None,
    }
}

/// Writes a restored guest's new VM generation ID to the address at which its firmware stored the earlier one, if it
/// did.
fn replace_genid(build: &Build, id: [u8; 16]) -> Result<()> {
    let (xen, domid) = (build.ao.hypervisor(), build.domid);
    // As in C, an error counts as "no address".
    let address = xen.hvm_param(domid, sys::HVM_PARAM_VM_GENERATION_ID_ADDR).inspect_err(|e| {
        warn!(build.ao, domid = domid, "cannot replace the VM generation ID: {e}");
    });
    let address = address.unwrap_or(0);
    if address == 0 {
        return Ok(());
    }
    let (frame, offset) = (address / PAGE_SIZE, (address % PAGE_SIZE) as usize);
    xen.write_page(domid, frame, offset, &id).map_err(|e| build.failed(e))
}

/// The two numbers as which hvmloader reads a VM generation ID.
fn genid_words(id: [u8; 16]) -> [u64; 2] {
    let number = u128::from_le_bytes(id);
    [number as u64, (number >> 64) as u64]
}

/// The nodes below `/vm/UUID`, for toolstacks.
fn vm_nodes(build: &Build, started: Duration) -> Vec<(&'static str, Vec<u8>)> {
    let hundredths = started.subsec_millis() / 10;
    let start_time = ("start_time", format!("{}.{hundredths:02}", started.as_secs()).into_bytes());
    match &build.config.b_info.u {
        Guest::Pv(_) => {}
        Guest::Hvm(machine) => {
            let offset = machine.timeoffset.as_ref().map_or(&b""[..], Text::as_bytes);
            let of_hvm = [("rtc/timeoffset", offset.to_vec()), ("image/ostype", b"hvm".to_vec())];
            return of_hvm.into_iter().chain([start_time]).collect();
        }
        _ => return vec![start_time],
    }
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
