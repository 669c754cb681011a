//! QEMU as the device model of an HVM guest.

use std::ffi::OsString;
use std::os::fd::RawFd;

use super::value::Value;
use super::{ArgumentsError, CommandLine, Restricted, display, memory, options, os};
use crate::types::idiomatic::{
    DeviceModelVersion, DomainBuildInfo, DomainBuildInfoData, DomainBuildInfoHvm, DomainConfig,
    GfxPassthruKind,
};

/// Maximum end of the guest's RAM below 4 GiB: firmware and devices are above it.
const LOW_MEMORY_END: u64 = 0xf000_0000;

/// The input for an HVM guest's command line.
#[derive(Clone, Copy, Debug)]
pub struct Hvm<'a> {
    pub domid: u32,
    /// The configuration with its defaults set, including those of disks and network cards.
    pub config: &'a DomainConfig,
    pub place: Place<'a>,
    /// For each disk of the configuration the path that QEMU opens, if there is one (see [`super::target`]). Not used
    /// for a stub domain.
    pub targets: &'a [Option<OsString>],
    /// Whether an Intel graphics device is among the PCI devices. Used if graphics are passed through and the
    /// configuration does not set their type.
    pub igd: bool,
    /// Whether the environment has a limit for the log.
    pub limited: bool,
}

/// Where QEMU runs.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// In this domain.
    Local {
        /// Set if QEMU drops its privileges (`dm_restrict`).
        restricted: Option<Restricted>,
        /// The inherited descriptor of the file with its saved state, if the guest is restored.
        incoming: Option<RawFd>,
        /// The user that it becomes.
        account: Option<&'a str>,
    },
    /// In a Linux stub domain, whose init adds the arguments that only it can know: for the monitor and the saved
    /// state.
    StubDomain { restored: bool },
}

impl Place<'_> {
    fn is_stub_domain(self) -> bool {
        matches!(self, Self::StubDomain { .. })
    }

    fn is_restored(self) -> bool {
        match self {
            Self::Local { incoming, .. } => incoming.is_some(),
            Self::StubDomain { restored } => restored,
        }
    }
}

/// The command line of an HVM guest's device model.
pub fn hvm(asked: &Hvm<'_>) -> Result<CommandLine, ArgumentsError> {
    let &Hvm { domid, config, place, targets, igd, limited } = asked;
    let build = &config.b_info;
    let DomainBuildInfoData::Hvm(own) = &build.u else { return Err(ArgumentsError::NotHvm) };
    match build.device_model_version {
        DeviceModelVersion::QemuXen => {}
        DeviceModelVersion::QemuXenTraditional => return Err(ArgumentsError::Traditional),
        other => return Err(ArgumentsError::Version(other)),
    }
    let mut line = CommandLine::default();
    line.limit_log(limited);
    line.of_domain(domid);
    if let Place::Local { restricted, .. } = place {
        line.monitors(domid, restricted);
    }
    line.channels(config)?;
    line.no_defaults();
    line.option_of("-name", &config.c_info.name);
    if place.is_stub_domain() {
        line.no_display();
    } else {
        line.local_screens(config)?;
    }
    line.option_of("-k", display::keymap(config));

    line.boot_directly(build);
    line.scsi_controller(&config.disks);
    line.serial_ports(own, place.is_stub_domain())?;
    if own.nographic == Some(true) && !display::has_screen(config) {
        line.add(["-nographic"]);
    }
    if !place.is_stub_domain() {
        line.spice(&own.spice)?;
    }
    line.graphics_card(own.vga.kind, build.video_memkb)?;
    if let Some(order) = &own.boot {
        line.option("-boot", Value::default().with("order", order));
    }
    line.usb(own)?;
    line.sound(&own.soundhw)?;
    let acpi = build.acpi == Some(true) && own.acpi == Some(true);
    if !acpi {
        line.add(options::NO_ACPI);
    }
    line.processors(build);
    line.nics(domid, &config.nics, place.is_restored());

    if build.dm_restrict == Some(true) {
        line.restrict(domid, place.is_stub_domain());
    }
    match place {
        Place::Local { incoming: Some(fd), .. } => line.option("-incoming", format!("fd:{fd}")),
        // The stub domain's init replaces this variable.
        Place::StubDomain { restored: true } => {
            line.option("-incoming", "$STUBDOM_RESTORE_INCOMING_ARG");
        }
        _ => {}
    }
    line.add(build.extra.iter().map(os));
    line.machine(own, igd, acpi)?;
    line.add(build.extra_hvm.iter().map(os));
    line.option("-m", memory(build));
    line.environment.push(("XEN_DOMAIN_ID", domid.to_string().into()));
    line.disks(&config.disks, (!place.is_stub_domain()).then_some(targets), own.hdtype)?;
    line.vendor_device(own.vendor_device);
    if let Place::Local { account: Some(account), .. } = place {
        line.add(options::user(account));
    }
    Ok(line)
}

impl CommandLine {
    /// Direct kernel boot.
    fn boot_directly(&mut self, build: &DomainBuildInfo) {
        self.option_of("-kernel", &build.kernel);
        self.option_of("-initrd", &build.ramdisk);
        self.option_of("-append", &build.cmdline);
    }

    fn processors(&mut self, build: &DomainBuildInfo) {
        let most = build.max_vcpus;
        if most <= 1 {
            return;
        }
        let value = if build.avail_vcpus.bytes.is_empty() {
            Value::of(most)
        } else {
            Value::of(build.avail_vcpus.iter().count().to_string()).with("maxcpus", most)
        };
        self.option("-smp", value);
    }

    fn machine(
        &mut self,
        own: &DomainBuildInfoHvm,
        igd: bool,
        acpi: bool,
    ) -> Result<(), ArgumentsError> {
        // Only the machine type xenfv contains the Xen platform PCI device.
        let mut machine = if own.xen_platform_pci == Some(true) {
            Value::of("xenfv")
        } else {
            Value::of("pc").with("accel", "xen")
        };
        machine = machine.with("suppress-vmdesc", "on");
        if !acpi {
            for (property, value) in options::NO_ACPI_MACHINE {
                machine = machine.with(property, value);
            }
        }
        let hole = own.mmio_hole_memkb;
        if hole != 0 {
            let end = (1u64 << 32).wrapping_sub(hole.wrapping_mul(1024));
            if end > LOW_MEMORY_END {
                self.warn(format!(
                    "mmio_hole_memkb={hole} is ignored: not between 256 MiB and 4 GiB"
                ));
            } else {
                machine = machine.with("max-ram-below-4g", end);
            }
        }
        if own.gfx_passthru == Some(true) {
            match own.gfx_passthru_kind {
                GfxPassthruKind::Default if !igd => return Err(ArgumentsError::Graphics),
                GfxPassthruKind::Default | GfxPassthruKind::Igd => {
                    machine = machine.with("igd-passthru", "on");
                }
                GfxPassthruKind::Other(kind) => return Err(ArgumentsError::GraphicsKind(kind)),
            }
        }
        self.option("-machine", machine);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{LOCAL, asked, config, has, lacks, own, shown, text, with};
    use super::*;
    use crate::core::Error;
    use crate::types::idiomatic::Bitmap;

    const MONITORS: &str = "-chardev socket,id=libxl-cmd,path=/var/run/xen/qmp-libxl-7,server=on,wait=off \
        -mon chardev=libxl-cmd,mode=control \
        -chardev socket,id=libxenstat-cmd,path=/var/run/xen/qmp-libxenstat-7,server=on,wait=off \
        -mon chardev=libxenstat-cmd,mode=control";

    #[test]
    fn the_order_of_everything() {
        let mut config = config();
        config.b_info.dm_restrict = Some(true);
        config.b_info.extra = vec![text("-x").unwrap()];
        config.b_info.extra_hvm = vec![text("-y").unwrap()];
        config.b_info.kernel = text("/k");
        config.b_info.ramdisk = text("/r");
        config.b_info.cmdline = text("a b");
        config.b_info.max_vcpus = 3;
        own(&mut config).boot = text("dc");
        own(&mut config).soundhw = text("gus");
        let place = Place::Local {
            restricted: Some(Restricted { monitor: 3 }),
            incoming: Some(4),
            account: Some("u"),
        };
        let line = hvm(&Hvm { limited: false, ..asked(&config, place) }).unwrap();
        let start = MONITORS.replace(
            "path=/var/run/xen/qmp-libxl-7,server=on,wait=off",
            "fd=3,server=on,wait=off -S",
        );
        let wanted = format!(
            "-xen-domid 7 -no-shutdown {start} -nodefaults -no-user-config -name g -vnc none \
             -display none -kernel /k -initrd /r -append a b -boot order=dc -device gus -smp 3 \
             -net none -xen-domid-restrict {} -incoming fd:4 -x \
             -machine xenfv,suppress-vmdesc=on -y -m 64 {}",
            options::root("/var/run/xen/qemu-root-7").join(" "),
            options::user("u").join(" ")
        );
        assert_eq!(shown(&line), wanted);
        let environment = [("XEN_QEMU_CONSOLE_LIMIT", "1048576"), ("XEN_DOMAIN_ID", "7")];
        assert_eq!(line.environment, environment.map(|(name, value)| (name, value.into())));
    }

    #[test]
    fn in_a_stub_domain() {
        let mut config = config();
        own(&mut config).vnc.enable = Some(true);
        own(&mut config).sdl.enable = Some(true);
        own(&mut config).spice.enable = Some(true);
        let line = hvm(&asked(&config, Place::StubDomain { restored: true })).unwrap();
        assert_eq!(
            shown(&line),
            "-xen-domid 7 -no-shutdown -nodefaults -no-user-config -name g -display none -net none \
             -incoming $STUBDOM_RESTORE_INCOMING_ARG -machine xenfv,suppress-vmdesc=on -m 64"
        );
    }

    #[test]
    fn other_device_models() {
        let mut config = config();
        let mut of = |version| {
            config.b_info.device_model_version = version;
            hvm(&asked(&config, LOCAL)).map(drop).map_err(|error| (error.error(), error))
        };
        let old = DeviceModelVersion::QemuXenTraditional;
        assert_eq!(of(old), Err((Error::Fail, ArgumentsError::Traditional)));
        let unknown = DeviceModelVersion::Unknown;
        assert_eq!(of(unknown), Err((Error::Invalid, ArgumentsError::Version(unknown))));
        config.b_info.u = DomainBuildInfoData::Invalid;
        assert_eq!(hvm(&asked(&config, LOCAL)), Err(ArgumentsError::NotHvm));
    }

    #[test]
    fn vcpus() {
        let mut config = config();
        config.b_info.max_vcpus = 9;
        config.b_info.avail_vcpus = Bitmap { bytes: vec![0b1010, 1] };
        let line = hvm(&asked(&config, LOCAL)).unwrap();
        has(&shown(&line), "-smp 3,maxcpus=9");
        config.b_info.max_vcpus = 1;
        lacks(&shown(&hvm(&asked(&config, LOCAL)).unwrap()), "-smp");
    }

    #[test]
    fn acpi_is_off_if_either_field_is_false() {
        let off = if cfg!(since = "4.20") {
            "-machine xenfv,suppress-vmdesc=on,acpi=off"
        } else {
            "-no-acpi"
        };
        lacks(&with(|_| ()).unwrap(), off);
        has(&with(|own| own.acpi = Some(false)).unwrap(), off);
        let mut config = config();
        config.b_info.acpi = Some(false);
        has(&shown(&hvm(&asked(&config, LOCAL)).unwrap()), off);
    }

    #[test]
    fn machines() {
        let plain = with(|own| own.xen_platform_pci = Some(false)).unwrap();
        has(&plain, "-machine pc,accel=xen,suppress-vmdesc=on");
        let hole = with(|own| own.mmio_hole_memkb = 1 << 20).unwrap();
        has(&hole, "-machine xenfv,suppress-vmdesc=on,max-ram-below-4g=3221225472");
        for ignored in [262_143, 1 << 23, u64::MAX] {
            let mut config = config();
            own(&mut config).mmio_hole_memkb = ignored;
            let line = hvm(&asked(&config, LOCAL)).unwrap();
            has(&shown(&line), "-machine xenfv,suppress-vmdesc=on -m");
            assert_eq!(line.warnings.len(), 1);
        }
    }

    #[test]
    fn graphics_passed_through() {
        let mut config = config();
        own(&mut config).gfx_passthru = Some(true);
        let error = hvm(&asked(&config, LOCAL)).unwrap_err();
        assert_eq!((error.error(), error), (Error::Fail, ArgumentsError::Graphics));
        let line = hvm(&Hvm { igd: true, ..asked(&config, LOCAL) }).unwrap();
        has(&shown(&line), "-machine xenfv,suppress-vmdesc=on,igd-passthru=on");
        own(&mut config).gfx_passthru_kind = GfxPassthruKind::Igd;
        let line = hvm(&asked(&config, LOCAL)).unwrap();
        has(&shown(&line), "-machine xenfv,suppress-vmdesc=on,igd-passthru=on");
        own(&mut config).gfx_passthru_kind = GfxPassthruKind::Other(3);
        assert_eq!(hvm(&asked(&config, LOCAL)), Err(ArgumentsError::GraphicsKind(3)));
    }

    #[test]
    fn memory_without_video_memory() {
        let mut config = config();
        (config.b_info.max_memkb, config.b_info.video_memkb) = (65537, 1024);
        assert!(shown(&hvm(&asked(&config, LOCAL)).unwrap()).ends_with(" -m 64"));
    }
}
