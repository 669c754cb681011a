//! Creating a domain, from its configuration to a paused domain that is ready to run.
//!
//! | file | subject |
//! |---|---|
//! | `in_hypervisor.rs` | the domain in the hypervisor, and its domid |
//! | `first_nodes.rs` | its first nodes in xenstore |
//! | `resources.rs` | the host's resources that it may use |
//! | `stubdom.rs` | the stub domain of its device model, if it has one |
//! | `order_*.rs` | devices whose place in the order differs by release |
//! | `cache_colors_since_4_20.rs` | the colours of caches, which x86 does not have |
//! | `stored.rs` | the configuration that is stored for it |
//!
//! The build is `lifecycle/build`, devices are `device/add`, QEMU is `qemu`. The order is that of the C library, since
//! steps need the results of earlier ones: the disk that a bootloader reads, the nodes that QEMU reads when it starts.
//! Only the first console is written earlier (`build/after.rs`), unless the guest has channels.
//!
//! # Failure
//!
//! Once the domain exists in the hypervisor, every failure ends in its destruction: each step records in xenstore what
//! it creates before it creates it, so `destroy` finds everything. This includes a panic, which is a defect of the
//! library, and an abort, after which the C library leaves an incomplete domain (`libxl.h` allows either). If the
//! process is killed, the domain stays until it is destroyed.
//!
//! # Other processes
//!
//! No lock is held from one step to the next. The domain is paused and its domid new, so only a toolstack that lists
//! domains finds it; if one destroys it meanwhile, the following steps fail. Another domain may have its domid then, so
//! the destruction after a failure and the storing of the configuration are for the domain with this UUID only.

#[cfg(since = "4.20")]
#[path = "cache_colors_since_4_20.rs"]
mod cache_colors;
mod first_nodes;
mod in_hypervisor;
#[cfg_attr(since = "4.19", path = "order_since_4_19.rs")]
#[cfg_attr(not(since = "4.19"), path = "order_until_4_19.rs")]
mod order;
mod resources;
mod stored;
mod stubdom;

use std::future::Future;
use std::time::{Duration, Instant};

use crate::config::defaults;
use crate::config::defaults::devices::{DeviceContext, disk, nic, usb as usb_defaults};
use crate::core::cause::{Cause, collected, summed_up_now};
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::add::running::lock_userdata;
use crate::device::add::{self, AttachTarget, console};
use crate::device::{pci, usb};
use crate::domain::nodes;
use crate::domain::rename::check_name;
use crate::lifecycle::bootloader;
use crate::lifecycle::build;
use crate::lifecycle::build::{Built, Daemons, FirstConsole, Memory};
use crate::lifecycle::destroy;
use crate::lifecycle::migrate::emulator;
use crate::lifecycle::migrate::record::Node;
use crate::lifecycle::migrate::restore::{self, Empty, Incoming};
use crate::lifecycle::payload::Payload;
use crate::runtime::defect::caught_async;
use crate::types::idiomatic::{
    DomainBuildInfoData, DomainConfig, DomainType, Event, EventData, Text,
};
use crate::xen::log::{Level, Log};
use crate::{error, qemu};

/// `INVALID_DOMID`.
pub const NO_DOMID: u32 = u32::MAX;

/// The maximum time for xenconsoled to connect the console.
const CONSOLE_TIMEOUT: Duration = Duration::from_secs(10);

/// How the guest of a new domain starts.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// Its kernel is booted.
    New,
    /// It continues from a migration stream.
    Stream(&'a Incoming),
    /// It continues in its existing domain: a soft reset.
    Reset(&'a ResetDomain),
}

/// A domain with a guest in memory, whose nodes, devices and device model were removed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResetDomain {
    /// Its UUID, which need not be the one in its new configuration.
    pub uuid: [u8; 16],
    /// The guest frame numbers of its rings for xenstore and for the primary console.
    pub rings: [u64; 2],
    /// The terminal of its primary console.
    pub tty: Text,
    /// What its device model had in xenstore for the one that follows it.
    pub emulator_nodes: Vec<Node>,
}

/// The result of a creation.
#[derive(Debug)]
pub struct Created {
    /// The domain, or the domid that it had; [`NO_DOMID`] if it was never created.
    pub domid: u32,
    /// After an error the domain was destroyed, unless that has failed.
    pub outcome: Result<()>,
}

/// Creates the domain that `config` describes, and completes `config` with its defaults.
///
/// Reports [`EventData::DomainCreateConsoleAvailable`] when the console is available: once for the bootloader's
/// terminal, if there is a bootloader, and once for the domain's own console.
///
/// Failures are logged, with a summary at the end ([`crate::core::cause`]). An invalid configuration yields the errors
/// of [`defaults::set_defaults`]; every later failure is `Error::Fail`, except for an abort.
pub async fn create(ao: &Ao, config: &mut DomainConfig, origin: Origin<'_>) -> Created {
    let name = config.c_info.name.as_ref().map_or_else(String::new, Text::to_string);
    let what = match origin {
        Origin::Stream(_) => format!("restore domain \"{name}\""),
        _ => format!("create domain \"{name}\""),
    };
    let requested = config.clone();
    let made = summed_up_now(ao, NO_DOMID, &what, || {
        check_and_complete(ao, config, NO_DOMID)?;
        in_hypervisor::create(ao, config).map_err(|_| Error::Fail)
    });
    let domid = match made {
        Ok(domid) => domid,
        Err(error) => return Created { domid: NO_DOMID, outcome: Err(error) },
    };
    let uuid = config.c_info.uuid.0;
    let setup = set_up(ao, domid, requested, config, origin);
    Created { domid, outcome: or_destroy(ao, domid, uuid, &what, setup).await }
}

/// Runs `setup`, whose purpose is `what`, such as `create domain "g"`; if it fails or panics, the domain with this UUID
/// is destroyed. Errors are logged, with a summary at the end.
pub(super) async fn or_destroy(
    ao: &Ao,
    domid: u32,
    uuid: [u8; 16],
    what: &str,
    setup: impl Future<Output = Result<()>>,
) -> Result<()> {
    let undo = async {
        // This is also done after an abort, including the waits of a destroy. A failure is logged there.
        let _ = destroy::destroy_created(&ao.unabortable(), domid, uuid).await;
    };
    let (outcome, cause) = or_undo(ao.log(), domid, setup, undo).await;
    // This is done after the destroy, so that the last line in the log is the one with the cause.
    if let Err(error) = outcome {
        cause.conclude(ao.log(), domid, &what, error);
    }
    outcome
}

/// Runs `setup` for domain `domid`; if it fails or panics, runs `undo`. The cause is that of the failure of `setup`.
async fn or_undo(
    log: &Log,
    domid: u32,
    setup: impl Future<Output = Result<()>>,
    undo: impl Future<Output = ()>,
) -> (Result<()>, Cause) {
    let (made, cause) = collected(async {
        caught_async(setup).await.unwrap_or_else(|panic| {
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

/// Completes the configuration with its defaults, and refuses an invalid one before a domain is created. `domid` is the
/// existing domain, or [`NO_DOMID`]. Errors are logged.
pub(super) fn check_and_complete(ctx: &Ctx, config: &mut DomainConfig, domid: u32) -> Result<()> {
    let Some(name) = &config.c_info.name else {
        error!(ctx, "cannot use the configuration: it has no name");
        return Err(Error::Fail);
    };
    check_name(ctx, domid, name.as_bytes())?;
    defaults::set_defaults(ctx, config, domid)
}

/// All steps after the domain was created in the hypervisor, until its guest can run. `requested` is the configuration
/// without defaults, which is stored. Errors are logged.
pub(super) async fn set_up(
    ao: &Ao,
    domid: u32,
    requested: DomainConfig,
    config: &mut DomainConfig,
    origin: Origin<'_>,
) -> Result<()> {
    let version = Some(config.b_info.device_model_version);
    let daemons = first_nodes::write(ao, domid, config, version).await?;
    let configured = config.c_info.uuid.0;
    let uuid = match origin {
        Origin::Reset(kept) => kept.uuid,
        Origin::New | Origin::Stream(_) => configured,
    };
    let target = AttachTarget::created(ao, domid, uuid, &configured)?;
    set_device_defaults(&target, config)?;
    let console = first_console(config, origin);
    let built = match origin {
        Origin::New => build_guest(ao, domid, config, daemons, &console).await?,
        Origin::Stream(incoming) => {
            receive_guest(ao, domid, config, daemons, incoming, &console).await?
        }
        Origin::Reset(kept) => {
            emulator::restore_nodes(ao, domid, &kept.emulator_nodes)?;
            let channels = build::prepare(ao, domid, config, daemons, Memory::Kept)?;
            build::finish_existing(ao, domid, config, channels, kept.rings, &console)?
        }
    };
    add_devices(ao, &target, config, origin, &built).await?;
    // QEMU has the file open. (After a failure the destroy removes it.)
    qemu::state::remove_restored(ao, domid);
    wait_for_console(ao, domid).await?;
    relabel(ao, domid, config.b_info.exec_ssidref)?;
    let files = lock_userdata(ao, target.owner())?;
    stored::store(&files, requested, config)
}

/// A channel may have the number of the first console, which is then to be the console's: so this is written after the
/// channels, if there are any.
fn first_console(config: &DomainConfig, origin: Origin<'_>) -> FirstConsole {
    if config.channels.is_empty() {
        FirstConsole::WithGuest { tty: known_terminal(origin) }
    } else {
        FirstConsole::Later
    }
}

/// The terminal of the first console, if xenconsoled serves it already.
fn known_terminal(origin: Origin<'_>) -> Option<Text> {
    match origin {
        Origin::Reset(kept) => Some(kept.tty.clone()),
        Origin::New | Origin::Stream(_) => None,
    }
}

/// Builds the guest from its kernel, or from what its bootloader finds.
async fn build_guest(
    ao: &Ao,
    domid: u32,
    config: &mut DomainConfig,
    daemons: Daemons,
    console: &FirstConsole,
) -> Result<Built> {
    let found = bootloader::run(ao, domid, config).await?;
    let payload = found.unwrap_or_else(|| Payload::configured(&config.b_info));
    build::build(ao, domid, config, &payload, daemons, console).await
}

/// Fills the domain with the guest from a migration stream.
async fn receive_guest(
    ao: &Ao,
    domid: u32,
    config: &mut DomainConfig,
    daemons: Daemons,
    incoming: &Incoming,
    console: &FirstConsole,
) -> Result<Built> {
    let channels = build::prepare(ao, domid, config, daemons, Memory::Restored)?;
    let empty = Empty {
        domid,
        is_hvm: config.c_info.type_ == DomainType::Hvm,
        store: channels.store,
        console: channels.console,
    };
    let set_cpuid = || build::set_old_cpuid(ao, domid, config);
    let received = restore::receive(ao, empty, incoming, set_cpuid).await?;
    let rings = [received.frames.store, received.frames.console];
    let built = build::finish_existing(ao, domid, config, channels, rings, console);
    received.finish(built).await
}

/// Completes those devices that steps before their own need: a bootloader reads the first disk.
fn set_device_defaults(target: &AttachTarget<'_>, config: &mut DomainConfig) -> Result<()> {
    let context = DeviceContext { world: target, domid: target.domid(), hotplug: false };
    config.disks.iter_mut().try_for_each(|disk| disk::set_defaults(context, disk))?;
    config.nics.iter_mut().try_for_each(|nic| nic::set_defaults(context, nic))?;
    nic::number(&mut config.nics);
    // Whether a QEMU is needed also depends on the USB controllers.
    config.usbctrls.iter_mut().try_for_each(|ctrl| usb_defaults::controller(context, ctrl))
}

/// Adds the devices of a domain that is built. Devices whose nodes QEMU reads when it starts are written before it is
/// started.
async fn add_devices(
    ao: &Ao,
    target: &AttachTarget<'_>,
    config: &mut DomainConfig,
    origin: Origin<'_>,
    built: &Built,
) -> Result<()> {
    let domid = target.domid();
    add::disks(ao, target, &mut config.disks).await?;
    resources::assign(ao, domid, &config.b_info)?;
    console::channels(target, &mut config.channels)?;
    if first_console(config, origin) == FirstConsole::Later {
        let console = built.console.for_console(known_terminal(origin));
        console::write(target, &console::primary(domid, &console))?;
    }
    order::before_qemu(target, config)?;
    if config.c_info.type_ == DomainType::Hvm || qemu::needed(ao, config)? {
        start_device_model(ao, target, config, origin).await?;
    }
    add::nics(ao, target, &mut config.nics).await?;
    add::vtpms(ao, target, &mut config.vtpms).await?;
    usb::add_new(ao, target, &mut config.usbctrls, &mut config.usbdevs).await?;
    pci::attach::add_all(ao, target, &config.pcidevs).await?;
    refuse_device_tree(ao, domid, config)?;
    add::vdispls(ao, target, &mut config.vdispls).await?;
    add::vsnds(ao, target, &mut config.vsnds).await?;
    order::last(ao, target, config).await
}

/// Starts the device model of a domain whose nodes are written.
async fn start_device_model(
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
        stubdom::start(ao, target, config, hvm, igd, restored).await?;
    } else {
        let targets = add::paths_for_qemu(ao, domid, &config.disks)?;
        qemu::start(ao, domid, config, &targets, igd, restored).await?;
    }
    if own_graphics {
        pci::graphics::allow_vga_memory(ao, domid, &config.pcidevs)?;
    }
    Ok(())
}

/// Refuses devices from a device tree, which no x86 host has.
fn refuse_device_tree(ctx: &Ctx, domid: u32, config: &DomainConfig) -> Result<()> {
    let Some(device) = config.dtdevs.first() else { return Ok(()) };
    let path = device.path.as_ref().map_or_else(String::new, Text::to_string);
    error!(ctx, domid = domid, "cannot assign device {path}: this host has no device tree");
    Err(Error::Fail)
}

/// Waits until xenconsoled has connected the console, and reports that to the application.
async fn wait_for_console(ao: &Ao, domid: u32) -> Result<()> {
    let tty = crate::domain::console::first_path(domid);
    let is_connected =
        || Ok::<_, Error>(nodes::read(ao, ao.store(), &tty)?.is_some_and(|tty| !tty.is_empty()));
    let connected = async {
        // Usually it is connected by now, and a watch would cost two round trips more.
        if is_connected()? {
            return Ok(());
        }
        let mut changes = ao.watch(&tty)?;
        while !is_connected()? {
            changes.changed().await;
        }
        Ok(())
    };
    ao.until(Instant::now() + CONSOLE_TIMEOUT, connected).await?.unwrap_or_else(|| {
        let seconds = CONSOLE_TIMEOUT.as_secs();
        error!(
            ao,
            domid = domid,
            "cannot connect the console: no terminal in {tty} within {seconds} s; is xenconsoled running?"
        );
        Err(Error::TimedOut)
    })?;
    let u = EventData::DomainCreateConsoleAvailable;
    ao.progress(Event { domid, u, ..Event::default() });
    Ok(())
}

/// Sets the security label that the domain runs with, if it differs from the one that it was created with.
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

    /// The outcome of a creation with this `setup`, and whether it was undone.
    fn outcome(setup: impl Future<Output = Result<()>>) -> (Result<()>, bool) {
        // SAFETY: NULL is a log that drops every line.
        let log = unsafe { Log::new(std::ptr::null_mut()) };
        let undone = Cell::new(false);
        let undo = async { undone.set(true) };
        let (outcome, _) = Runtime::default().block_on(or_undo(&log, 7, setup, undo));
        (outcome, undone.get())
    }

    #[test]
    fn a_creation_that_fails_or_panics_is_undone() {
        assert_eq!(outcome(async { Ok(()) }), (Ok(()), false));
        assert_eq!(outcome(async { Err(Error::TimedOut) }), (Err(Error::Fail), true));
        assert_eq!(outcome(async { Err(Error::Aborted) }), (Err(Error::Aborted), true));
        assert_eq!(outcome(async { panic!("a defect") }), (Err(Error::BadFail), true));
    }
}
