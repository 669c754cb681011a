//! The stub domain of an HVM guest: a PV domain that runs the device model, so that a QEMU that the guest has
//! compromised has rights over that guest only.
//!
//! Its kernel, ramdisk and command line are in the guest's configuration (`stubdomain_*`). Xenstore has its target,
//! QEMU's arguments, and a directory in which it reports its state. It gets the guest's disks and network cards as PV
//! devices of its own. A second QEMU, in this domain, is the back end of its consoles and of its display, if there is
//! one.
//!
//! # Failure
//!
//! The stub domain is recorded in the guest's nodes as soon as it exists in the hypervisor, so the destroy of the
//! guest, in which a failed creation ends, finds it. (The C library records it after the build, and leaves behind a
//! stub domain whose build fails.)

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::select;
use nix::unistd::{AccessFlags, access};

use super::first_nodes;
use super::in_hypervisor;
use crate::config::defaults;
use crate::config::defaults::devices::{DeviceContext, nic};
use crate::core::cause::summed_up;
use crate::core::file::rotate_log;
use crate::core::paths::LOG_DIR;
use crate::core::uuid;
use crate::core::watches::Watch;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::add::{self, AttachTarget, console};
use crate::device::pci;
use crate::domain::{names, nodes};
use crate::lifecycle::build::{self, Built, FirstConsole};
use crate::lifecycle::payload::Payload;
use crate::lifecycle::{control, destroy};
use crate::qemu;
use crate::qemu::arguments::{self, Hvm, Place};
use crate::qemu::{model, state};
use crate::types::idiomatic::{
    DeviceNic, DeviceVfb, DeviceVkb, DomainBuildInfo, DomainBuildInfoData, DomainBuildInfoHvm,
    DomainBuildInfoPv, DomainConfig, DomainType, NicType, Text, Uuid,
};
use crate::xen::store::{Access, NewNode, Permission, Pipeline};
use crate::{error, warn};

/// The maximum time for the device model in the stub domain to start.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The suffix in the name of a network interface that connects an emulated card.
const EMULATED_SUFFIX: &[u8] = b"-emu";

/// Creates the stub domain of the guest `target`, and waits until the device model in it runs. `config` is the guest's
/// configuration, completed with its defaults and those of its devices; `hvm` is its part for HVM guests. `igd` and
/// `restored` are as for [`qemu::start`].
///
/// # Errors
/// `Error::Invalid` if the kernel or the ramdisk cannot be read; `Error::TimedOut` if the device model does not run in
/// time; `Error::Fail` otherwise. Errors are logged, with a summary at the end.
pub async fn start(
    ao: &Ao,
    target: &AttachTarget<'_>,
    config: &DomainConfig,
    hvm: &DomainBuildInfoHvm,
    igd: bool,
    restored: bool,
) -> Result<()> {
    let domid = target.domid();
    summed_up(ao, domid, "start the stub domain", async {
        let mut own = configuration(ao, domid, config, hvm)?;
        check_images(ao, domid, &config.b_info)?;
        let arguments = arguments(ao, domid, config, igd, restored)?;
        let number = in_hypervisor::create(ao, &own)?;
        let stubdom = Stubdom { ao, target, domid: number, uuid: own.c_info.uuid.0 };
        stubdom.record()?;
        let setup = async {
            let daemons = first_nodes::write(ao, stubdom.domid, &own, None).await?;
            let payload = Payload::of_stub_domain(&config.b_info);
            // QEMU serves it.
            let console = FirstConsole::Later;
            let built =
                build::build(ao, stubdom.domid, &mut own, &payload, daemons, &console).await?;
            stubdom.write_arguments(&arguments, config, hvm)?;
            stubdom.set_target()?;
            if hvm.gfx_passthru == Some(true) {
                pci::graphics::allow_vga_memory(ao, stubdom.domid, &config.pcidevs)?;
            }
            let outputs = outputs(ao, domid, config, hvm, restored)?;
            stubdom.add_devices(&mut own, &built, &outputs).await?;
            stubdom.run().await
        };
        let outcome = setup.await;
        if outcome.is_err() {
            stubdom.destroy_orphan().await;
        }
        outcome
    })
    .await
}

/// The stub domain's own configuration.
fn configuration(
    ctx: &Ctx,
    domid: u32,
    config: &DomainConfig,
    hvm: &DomainBuildInfoHvm,
) -> Result<DomainConfig> {
    let (info, build) = (&config.c_info, &config.b_info);
    let mut own = DomainConfig::default();
    own.c_info.type_ = DomainType::Pv;
    own.c_info.name =
        info.name.as_ref().and_then(|name| Text::new(names::of_stubdom(name.as_bytes())));
    own.c_info.ssidref = build.device_model_ssidref;
    own.c_info.run_hotplug_scripts = info.run_hotplug_scripts;
    own.c_info.uuid = Uuid(uuid::random().map_err(|e| {
        error!(ctx, domid = domid, "cannot create a UUID for the stub domain: {e}");
        Error::Fail
    })?);
    own.b_info = DomainBuildInfo {
        u: DomainBuildInfoData::Pv(DomainBuildInfoPv::default()),
        max_vcpus: 1,
        shadow_memkb: 0,
        max_memkb: build.stubdomain_memkb.wrapping_add(build.video_memkb),
        target_memkb: build.stubdomain_memkb.wrapping_add(build.video_memkb),
        max_grant_frames: build.max_grant_frames,
        max_maptrack_frames: build.max_maptrack_frames,
        max_grant_version: build.max_grant_version,
        device_model_version: build.device_model_version,
        device_model: build.device_model.clone(),
        extra: build.extra.clone(),
        extra_pv: build.extra_pv.clone(),
        extra_hvm: build.extra_hvm.clone(),
        ..DomainBuildInfo::default()
    };
    own.disks.clone_from(&config.disks);
    own.nics = config.nics.iter().map(pv_nic).collect();
    defaults::set_defaults(ctx, &mut own, domid)?;
    let enabled = [hvm.vnc.enable, hvm.spice.enable, hvm.sdl.enable];
    if enabled.contains(&Some(true)) {
        own.vfbs.push(DeviceVfb {
            devid: 0,
            vnc: hvm.vnc.clone(),
            keymap: hvm.keymap.clone(),
            sdl: hvm.sdl.clone(),
            ..DeviceVfb::default()
        });
        own.vkbs.push(DeviceVkb { devid: 0, ..DeviceVkb::default() });
    }
    Ok(own)
}

/// The PV card of the stub domain that connects one of the guest's emulated cards.
fn pv_nic(nic: &DeviceNic) -> DeviceNic {
    let ifname = nic.ifname.as_ref().and_then(|name| with_suffix(name, EMULATED_SUFFIX));
    DeviceNic { nictype: NicType::Vif, ifname, ..nic.clone() }
}

fn with_suffix(text: &Text, suffix: &[u8]) -> Option<Text> {
    Text::new([text.as_bytes(), suffix].concat())
}

/// Refuses images that cannot be read, before the stub domain is created.
fn check_images(ctx: &Ctx, domid: u32, build: &DomainBuildInfo) -> Result<()> {
    let images = [("kernel", &build.stubdomain_kernel), ("ramdisk", &build.stubdomain_ramdisk)];
    for (what, path) in images {
        let Some(path) = path else { continue };
        access(path.as_c_str(), AccessFlags::R_OK).map_err(|errno| {
            error!(
                ctx,
                domid = domid,
                errno = errno,
                "cannot read the stub domain's {what} {path}"
            );
            Error::Invalid
        })?;
    }
    Ok(())
}

/// The arguments of the QEMU in the stub domain.
fn arguments(
    ctx: &Ctx,
    domid: u32,
    config: &DomainConfig,
    igd: bool,
    restored: bool,
) -> Result<Vec<OsString>> {
    let place = Place::StubDomain { restored };
    let request = Hvm { domid, config, place, targets: &[], igd, limited: false };
    let line = arguments::hvm(&request).map_err(|e| {
        error!(ctx, domid = domid, "{e}");
        Error::Fail
    })?;
    for warning in &line.warnings {
        warn!(ctx, domid = domid, "{warning}");
    }
    Ok(line.arguments)
}

/// The chardevs of the stub domain's consoles: its kernel's log, the state that its QEMU saves, the state that its QEMU
/// restores, the guest's serial ports.
fn outputs(
    ctx: &Ctx,
    domid: u32,
    config: &DomainConfig,
    hvm: &DomainBuildInfoHvm,
    restored: bool,
) -> Result<Vec<Option<Vec<u8>>>> {
    let name = qemu::log_name("qemu-dm-", config.c_info.name.as_ref());
    let log = rotate_log(ctx.log(), Path::new(LOG_DIR), &name)?;
    let log = [b"file:", log.as_os_str().as_bytes()].concat();
    let saved = format!("file:{}", state::saved_path(domid)).into_bytes();
    let incoming = restored.then(|| format!("pipe:{}", state::restored_path(domid)).into_bytes());
    let ports = if hvm.serial.is_some() { hvm.serial.as_slice() } else { &hvm.serial_list };
    let ports = ports.iter().map(|port| Some(port.as_bytes().to_vec()));
    Ok([Some(log), Some(saved), incoming].into_iter().chain(ports).collect())
}

/// A stub domain that is being created.
struct Stubdom<'a> {
    ao: &'a Ao,
    /// The guest.
    target: &'a AttachTarget<'a>,
    domid: u32,
    uuid: [u8; 16],
}

impl Stubdom<'_> {
    /// Records the stub domain, so that it is destroyed with the guest. If that fails, it is destroyed at once. Errors
    /// are logged.
    fn record(&self) -> Result<()> {
        let number = self.domid.to_string();
        let recorded = self.write(|pipeline| {
            pipeline.write(names::stubdom_path(self.target.domid()), number.as_bytes());
        });
        recorded.inspect_err(|_| {
            if let Err(e) = self.ao.hypervisor().domain_destroy(self.domid) {
                error!(self.ao, domid = self.domid, "cannot destroy the new stub domain: {e}");
            }
        })
    }

    /// Destroys the stub domain, if the guest was destroyed at the same time by a process that had looked for a stub
    /// domain before it was recorded.
    async fn destroy_orphan(&self) {
        if names::stubdom_of(self.ao, self.target.domid()) != Some(self.domid) {
            // A failure is logged there.
            let ao = self.ao.unabortable();
            let _ = destroy::destroy_created(&ao, self.domid, self.uuid).await;
        }
    }

    /// Writes QEMU's arguments and the target for the stub domain, and the nodes for the guest's firmware.
    fn write_arguments(
        &self,
        arguments: &[OsString],
        config: &DomainConfig,
        hvm: &DomainBuildInfoHvm,
    ) -> Result<()> {
        let guest = self.target.domid();
        let Some(vm) = self.target.owner().vm_path() else {
            error!(
                self.ao,
                domid = guest,
                "cannot pass arguments to the stub domain: the guest has no UUID"
            );
            return Err(Error::Fail);
        };
        let readable =
            [Permission::new(0, Access::None), Permission::new(self.domid, Access::Read)];
        let own = [Permission::new(self.domid, Access::None), Permission::new(guest, Access::Read)];
        let list = format!("{vm}/image/dm-argv");
        self.write(|pipeline| {
            pipeline.make(&NewNode::directory(&list, &readable));
            for (number, argument) in (1..).zip(arguments) {
                pipeline.write(format!("{list}/{number:03}"), argument.as_bytes());
            }
            pipeline.write(names::target_path(self.domid), guest.to_string().as_bytes());
            pipeline.make(&NewNode::directory(self.directory(), &own));
            qemu::tell_firmware(pipeline, guest, &config.b_info, hvm);
        })
    }

    /// The directory in which the device model reports its state.
    fn directory(&self) -> String {
        model::directory(self.domid, self.target.domid())
    }

    /// Sends the requests from `fill` in a transaction, if the guest still exists. `fill` is called once for each
    /// attempt.
    fn write(&self, fill: impl Fn(&mut Pipeline)) -> Result<()> {
        nodes::transaction_now(self.ao, |t| {
            let mut pipeline = Pipeline::default();
            fill(&mut pipeline);
            let vm = pipeline.read(self.target.owner().vm_node());
            let mut answers = nodes::send(self.ao, t, pipeline)?;
            self.target.check_with(answers.value(vm))
        })
    }

    /// Gives the stub domain the rights to map the guest's memory and to use its nodes.
    fn set_target(&self) -> Result<()> {
        let (own, guest) = (self.domid, self.target.domid());
        self.ao.hypervisor().set_target(own, guest).map_err(|e| {
            error!(self.ao, domid = guest, "cannot give domain {own} rights over its target: {e}");
            Error::Fail
        })?;
        self.ao.store().set_target(own, guest).map_err(|e| nodes::failed(self.ao, e))
    }

    /// Adds the stub domain's devices, and starts the processes in this domain that they need.
    async fn add_devices(
        &self,
        own: &mut DomainConfig,
        built: &Built,
        outputs: &[Option<Vec<u8>>],
    ) -> Result<()> {
        let (ao, domid) = (self.ao, self.domid);
        let target = AttachTarget::created(ao, domid, own.c_info.uuid.0, &own.c_info.uuid.0)?;
        add::disks(ao, &target, &mut own.disks).await?;
        write_qemu_devices(&target, own, built, outputs)?;
        if let Some(name) = &own.c_info.name {
            qemu::start_proxy(ao, domid, self.target.domid(), name).await?;
        }
        qemu::start(ao, domid, own, &[], false, false).await?;
        add::nics(ao, &target, &mut own.nics).await
    }

    /// Unpauses the stub domain, and waits until the device model in it runs.
    async fn run(&self) -> Result<()> {
        let (ao, guest) = (self.ao, self.target.domid());
        control::unpause(ao, self.domid).await?;
        let state = format!("{}/state", self.directory());
        let (mut changes, mut releases) = (ao.watch(&state)?, ao.watch("@releaseDomain")?);
        let runs = pin!(qemu::is_running(ao, &mut changes, &state));
        let ends = pin!(self.ends(&mut releases));
        match ao.until(Instant::now() + TIMEOUT, select(runs, ends)).await? {
            Some(outcome) => outcome.factor_first().0,
            None => {
                let seconds = TIMEOUT.as_secs();
                error!(
                    ao,
                    domid = guest,
                    "cannot use the device model in domain {}: it does not run within {seconds} s",
                    self.domid
                );
                Err(Error::TimedOut)
            }
        }
    }

    /// Waits until the stub domain has shut down or was destroyed, which is an error.
    async fn ends(&self, releases: &mut Watch) -> Result<()> {
        loop {
            releases.changed().await;
            let found = self.ao.hypervisor().domain(self.domid).inspect_err(|e| {
                // The wait has a limit.
                let (ao, domid) = (self.ao, self.target.domid());
                warn!(ao, domid = domid, "cannot get the state of stub domain {}: {e}", self.domid);
            });
            let found = found.map(|info| info.filter(|info| !info.shutdown && !info.dying));
            if found == Ok(None) {
                error!(
                    self.ao,
                    domid = self.target.domid(),
                    "cannot use the device model in domain {}: that domain has ended",
                    self.domid
                );
                return Err(Error::Fail);
            }
        }
    }
}

/// Writes the devices whose back end is the QEMU in this domain, and completes the network cards, whose arguments it
/// gets.
fn write_qemu_devices(
    target: &AttachTarget<'_>,
    own: &mut DomainConfig,
    built: &Built,
    outputs: &[Option<Vec<u8>>],
) -> Result<()> {
    let context = DeviceContext { world: target, domid: target.domid(), hotplug: false };
    own.nics.iter_mut().try_for_each(|nic| nic::set_defaults(context, nic))?;
    add::vfbs(target, &mut own.vfbs)?;
    add::vkbs(target, &mut own.vkbs)?;
    console::of_stub_domain(target, &built.console.for_console(None), outputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cards_of_a_stub_domain_are_pv_cards() {
        let emulated = DeviceNic { ifname: Text::new("eth7"), devid: 2, ..DeviceNic::default() };
        let own = pv_nic(&DeviceNic { nictype: NicType::VifIoemu, ..emulated });
        assert_eq!((own.nictype, own.devid), (NicType::Vif, 2));
        assert_eq!(own.ifname, Text::new("eth7-emu"));
    }
}
