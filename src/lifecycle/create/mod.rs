//! Creating a domain, from its configuration to a paused guest that is ready to run.
//!
//! | file | subject |
//! |---|---|
//! | `made.rs` | the domain in the hypervisor, and its number |
//! | `tree.rs` | its first nodes in xenstore |
//! | `resources.rs` | the host's resources that it may use |
//! | `stubdom.rs` | the stub domain that its device model runs in, if it has one |
//! | `stored.rs` | the configuration that is stored for it |
//!
//! Building is `lifecycle/build`, devices are `device/add`, QEMU is `qemu`. The order is the C library's, since each
//! step needs the results of earlier ones: the disk that a bootloader reads, the nodes that QEMU reads when it starts,
//! the console that xenconsoled waits for.
//!
//! # Failure
//!
//! As soon as the hypervisor has the domain, every failure ends in its destruction: each step records in xenstore what
//! it creates before it creates it, so `destroy` finds all of it. That holds for a panic, which is a defect of the
//! library, and for an abort, where the C library leaves an incomplete domain (`libxl.h` allows either). If the process
//! is killed, the domain stays until it is destroyed.
//!
//! # Other processes
//!
//! No lock is held from one step to the next. The domain is paused and its number new, so only a toolstack that lists
//! domains knows of it; if one destroys it meanwhile, the following steps fail.
//! The build is computation and hypercalls, and waits for nothing: it runs through in the thread that runs the
//! operation, and delays no other operation of the ctx, since none holds a lock that others want.

mod made;
mod resources;
mod stored;
mod stubdom;
mod tree;

use std::future::Future;
use std::time::{Duration, Instant};

use crate::config::defaults;
use crate::config::defaults::devices::{DeviceContext, disk, nic, usb as usb_defaults};
use crate::core::cause::{Cause, collected, summed_up_now};
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::add::{self, AttachTarget, console};
use crate::device::{pci, usb};
use crate::domain::nodes;
use crate::domain::rename::check_name;
use crate::lifecycle::bootloader;
use crate::lifecycle::build;
use crate::lifecycle::build::{Built, Daemons};
use crate::lifecycle::destroy;
use crate::lifecycle::migrate::restore::{self, Empty, Incoming};
use crate::lifecycle::payload::Payload;
use crate::runtime::defect::caught_async;
use crate::types::idiomatic::{
    DeviceVkb, DomainBuildInfoData, DomainConfig, DomainType, Event, EventData, Text,
};
use crate::xen::log::{Level, Log};
use crate::{error, qemu};

/// `INVALID_DOMID`.
pub const NO_DOMID: u32 = u32::MAX;

/// How long xenconsoled may take to serve the console.
const CONSOLE_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a domain's guest comes from.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// Nowhere: its kernel starts.
    New,
    /// It has run before, and goes on.
    Stream(&'a Incoming),
    /// It goes on in the domain that it has: a soft reset.
    Domain(&'a Stripped),
}

/// A domain without anything around it, whose guest is in memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stripped {
    /// The frames of the guest's rings for xenstore and the first console.
    pub rings: [u64; 2],
    /// The terminal that its first console had.
    pub tty: Text,
}

/// The result of a creation.
#[derive(Debug)]
pub struct Created {
    /// The domain, or the number that it had; [`NO_DOMID`] if there never was one.
    pub domid: u32,
    pub outcome: Result<()>,
}

/// Creates the domain that `config` describes, and fills in the defaults of `config`.
///
/// Reports [`EventData::DomainCreateConsoleAvailable`] when the console can be connected to: once for the
/// bootloader's, if there is one, and once for the domain's own.
///
/// Failures are logged, and the last line sums up why ([`crate::core::cause`]). An invalid configuration gives the
/// errors of [`defaults::set_defaults`]; every later failure is `Error::Fail`, except for an abort.
pub async fn create(ao: &Ao, config: &mut DomainConfig, origin: Origin<'_>) -> Created {
    let name = config.c_info.name.as_ref().map_or_else(String::new, Text::to_string);
    let what = match origin {
        Origin::Stream(_) => format!("restore domain \"{name}\""),
        _ => format!("create domain \"{name}\""),
    };
    let asked = config.clone();
    let made = summed_up_now(ao, NO_DOMID, &what, || {
        complete(ao, config, NO_DOMID)?;
        made::make(ao, config).map_err(|_| Error::Fail)
    });
    let domid = match made {
        Ok(domid) => domid,
        Err(error) => return Created { domid: NO_DOMID, outcome: Err(error) },
    };
    let making = furnish(ao, domid, asked, config, origin);
    Created { domid, outcome: whole_or_destroyed(ao, domid, &what, making).await }
}

/// Runs `making`, which is to `what`; if that fails or panics, the domain is destroyed.
pub(super) async fn whole_or_destroyed(
    ao: &Ao,
    domid: u32,
    what: &str,
    making: impl Future<Output = Result<()>>,
) -> Result<()> {
    let undo = async {
        // After an abort, too, with the waits of any destroy. A failure is logged there.
        let _ = destroy::destroy(&ao.unabortable(), domid).await;
    };
    let (outcome, cause) = whole_or_undone(ao.log(), domid, making, undo).await;
    // After the destroy, so that the last line in the log is the one with the cause.
    if let Err(error) = outcome {
        cause.conclude(ao.log(), domid, &what, error);
    }
    outcome
}

/// Runs `making` for domain `domid`; if that fails or panics, runs `undo`. The cause is that of `making`'s failure.
async fn whole_or_undone(
    log: &Log,
    domid: u32,
    making: impl Future<Output = Result<()>>,
    undo: impl Future<Output = ()>,
) -> (Result<()>, Cause) {
    let (made, cause) = collected(async {
        caught_async(making).await.unwrap_or_else(|panic| {
            let text = format_args!("a defect in the library: {panic}");
            log.write(Level::Critical, None, Some(domid), (file!(), line!()), text);
            Err(Error::BadFail)
        })
    })
    .await;
    let Err(error) = made else { return (Ok(()), cause) };
    undo.await;
    let keeps_its_code = matches!(error, Error::Aborted | Error::BadFail);
    (Err(if keeps_its_code { error } else { Error::Fail }), cause)
}

/// Fills in the configuration's defaults. One that cannot become a domain is refused before there is one. `domid`: the
/// domain if there is one already, or [`NO_DOMID`].
pub(super) fn complete(ctx: &Ctx, config: &mut DomainConfig, domid: u32) -> Result<()> {
    let Some(name) = &config.c_info.name else {
        error!(ctx, "cannot use the configuration: it has no name");
        return Err(Error::Fail);
    };
    check_name(ctx, domid, name.as_bytes())?;
    defaults::set_defaults(ctx, config, domid)
}

/// All steps from the bare domain to a guest that can run. `asked` is the configuration without defaults, which is
/// stored.
pub(super) async fn furnish(
    ao: &Ao,
    domid: u32,
    asked: DomainConfig,
    config: &mut DomainConfig,
    origin: Origin<'_>,
) -> Result<()> {
    let daemons = tree::write(ao, domid, config).await?;
    let target = AttachTarget::created(ao, domid, config.c_info.uuid.0)?;
    set_device_defaults(&target, config)?;
    let built = match origin {
        Origin::New => start_anew(ao, domid, config, daemons).await?,
        Origin::Stream(incoming) => go_on(ao, domid, config, daemons, incoming).await?,
        Origin::Domain(stripped) => {
            let channels = build::prepare_restored(ao, domid, config, daemons)?;
            build::finish_restored(ao, domid, config, channels, stripped.rings)?
        }
    };
    add_devices(ao, &target, config, origin, &built).await?;
    // QEMU has it open. (After a failure the destroy removes it.)
    qemu::state::remove_restored(ao, domid);
    console_is_there(ao, domid).await?;
    relabel(ao, domid, config.b_info.exec_ssidref)?;
    stored::store(ao, domid, asked, config)
}

/// Fills the domain with a kernel that starts.
async fn start_anew(
    ao: &Ao,
    domid: u32,
    config: &mut DomainConfig,
    daemons: Daemons,
) -> Result<Built> {
    let found = bootloader::run(ao, domid, config).await?;
    let payload = found.unwrap_or_else(|| Payload::configured(&config.b_info));
    build::build(ao, domid, config, &payload, daemons).await
}

/// Fills the domain with a guest that has run before.
async fn go_on(
    ao: &Ao,
    domid: u32,
    config: &mut DomainConfig,
    daemons: Daemons,
    incoming: &Incoming,
) -> Result<Built> {
    let channels = build::prepare_restored(ao, domid, config, daemons)?;
    let empty = Empty {
        domid,
        is_hvm: config.c_info.type_ == DomainType::Hvm,
        store: channels.store,
        console: channels.console,
    };
    let set_cpuid = || build::set_old_cpuid(ao, domid, config);
    let frames = restore::receive(ao, empty, incoming, set_cpuid).await?;
    build::finish_restored(ao, domid, config, channels, [frames.store, frames.console])
}

/// Completes those devices that others than their drivers look at: a bootloader reads the first disk.
fn set_device_defaults(target: &AttachTarget<'_>, config: &mut DomainConfig) -> Result<()> {
    let place = DeviceContext { world: target, domid: target.domid(), hotplug: false };
    config.disks.iter_mut().try_for_each(|disk| disk::set_defaults(place, disk))?;
    config.nics.iter_mut().try_for_each(|nic| nic::set_defaults(place, nic))?;
    nic::number(&mut config.nics);
    // One that QEMU serves needs a QEMU.
    config.usbctrls.iter_mut().try_for_each(|ctrl| usb_defaults::controller(place, ctrl))
}

/// Adds the devices of a domain that is built. QEMU reads what is written before it starts.
async fn add_devices(
    ao: &Ao,
    target: &AttachTarget<'_>,
    config: &mut DomainConfig,
    origin: Origin<'_>,
    built: &Built,
) -> Result<()> {
    let domid = target.domid();
    add::disks(ao, target, &mut config.disks).await?;
    resources::give(ao, domid, &config.b_info)?;
    console::channels(target, &mut config.channels)?;
    add::p9s(target, &mut config.p9s)?;
    add::pvcallsifs(target, &mut config.pvcallsifs)?;
    let is_hvm = config.c_info.type_ == DomainType::Hvm;
    if !is_hvm {
        // An HVM guest's screen is that of its emulated card.
        add::vfbs(target, &mut config.vfbs)?;
        add::vkbs(target, &mut config.vkbs)?;
    }
    let channel = built.console.channel;
    let (backend_domid, port, ring) = (channel.domid, channel.port, built.console.frame);
    let tty = match origin {
        Origin::Domain(stripped) => Some(stripped.tty.clone()),
        _ => None,
    };
    console::primary(target, &console::Primary { backend_domid, port, ring, tty })?;
    if let DomainBuildInfoData::Hvm(hvm) = &config.b_info.u
        && hvm.vkb_device == Some(true)
    {
        add::vkbs(target, &mut [DeviceVkb::default()])?;
    }
    if is_hvm || qemu::needed(ao, config)? {
        start_model(ao, target, config, origin).await?;
    }
    add::nics(ao, target, &mut config.nics).await?;
    add::vtpms(ao, target, &mut config.vtpms).await?;
    usb::add_new(ao, target, &mut config.usbctrls, &mut config.usbdevs).await?;
    pci::attach::add_all(ao, target, &config.pcidevs).await?;
    refuse_device_tree(ao, domid, config)?;
    add::vdispls(ao, target, &mut config.vdispls).await?;
    add::vsnds(ao, target, &mut config.vsnds).await
}

/// Starts the device model of a domain that has its nodes.
async fn start_model(
    ao: &Ao,
    target: &AttachTarget<'_>,
    config: &DomainConfig,
    origin: Origin<'_>,
) -> Result<()> {
    let domid = target.domid();
    let DomainBuildInfoData::Hvm(hvm) = &config.b_info.u else {
        return qemu::start(ao, domid, config, &[], false, false).await;
    };
    let own_graphics = hvm.gfx_passthru == Some(true);
    let igd = own_graphics && pci::graphics::has_intel_display(&config.pcidevs);
    let restored = !matches!(origin, Origin::New);
    if config.b_info.device_model_stubdomain == Some(true) {
        // It is given no PCI devices, so no memory of VGA either.
        return stubdom::start(ao, target, config, hvm, igd, restored).await;
    }
    let targets = add::paths_for_qemu(ao, domid, &config.disks)?;
    qemu::start(ao, domid, config, &targets, igd, restored).await?;
    if own_graphics {
        pci::graphics::allow_vga_memory(ao, domid, &config.pcidevs)?;
    }
    Ok(())
}

/// Devices of a device tree, which no host has that this library is for.
fn refuse_device_tree(ctx: &Ctx, domid: u32, config: &DomainConfig) -> Result<()> {
    let Some(device) = config.dtdevs.first() else { return Ok(()) };
    let path = device.path.as_ref().map_or_else(String::new, Text::to_string);
    error!(ctx, domid = domid, "cannot assign device {path}: this host has no device tree");
    Err(Error::Fail)
}

/// Waits until xenconsoled serves the console, and reports that to the application.
async fn console_is_there(ao: &Ao, domid: u32) -> Result<()> {
    let tty = crate::domain::console::first_path(domid);
    let is_served =
        || Ok::<_, Error>(nodes::read(ao, ao.store(), &tty)?.is_some_and(|tty| !tty.is_empty()));
    let served = async {
        // By now it usually is, and a watch would cost two round trips more.
        if is_served()? {
            return Ok(());
        }
        let mut changes = ao.watch(&tty)?;
        while !is_served()? {
            changes.changed().await;
        }
        Ok(())
    };
    ao.until(Instant::now() + CONSOLE_TIMEOUT, served).await?.unwrap_or_else(|| {
        let seconds = CONSOLE_TIMEOUT.as_secs();
        error!(ao, domid = domid, "cannot connect the console: no terminal in {tty} within {seconds} s; is xenconsoled running?");
        Err(Error::TimedOut)
    })?;
    let u = EventData::DomainCreateConsoleAvailable;
    ao.progress(Event { domid, u, ..Event::default() });
    Ok(())
}

/// Sets the security label that the domain runs with, if that differs from the one that it is created with.
fn relabel(ctx: &Ctx, domid: u32, label: u32) -> Result<()> {
    if label == 0 {
        return Ok(());
    }
    ctx.hypervisor().relabel(domid, label).map_err(|e| {
        error!(ctx, domid = domid, "cannot set security label {label}: {e}");
        Error::Fail
    })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::runtime::Runtime;

    /// The outcome of a creation with that `making`, and whether it was undone.
    fn ends(making: impl Future<Output = Result<()>>) -> (Result<()>, bool) {
        // SAFETY: NULL is a log that drops every line.
        let log = unsafe { Log::new(std::ptr::null_mut()) };
        let undone = Cell::new(false);
        let undo = async { undone.set(true) };
        let (outcome, _) = Runtime::default().block_on(whole_or_undone(&log, 7, making, undo));
        (outcome, undone.get())
    }

    #[test]
    fn nothing_stays_of_a_creation_that_fails_or_panics() {
        assert_eq!(ends(async { Ok(()) }), (Ok(()), false));
        assert_eq!(ends(async { Err(Error::TimedOut) }), (Err(Error::Fail), true));
        assert_eq!(ends(async { Err(Error::Aborted) }), (Err(Error::Aborted), true));
        assert_eq!(ends(async { panic!("a defect") }), (Err(Error::BadFail), true));
    }
}
