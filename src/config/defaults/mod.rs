//! Completing a domain's configuration: defaults are set for what it leaves open, and invalid settings are rejected.
//!
//! Each file has the rules for one subject; this one has their order. The order is that of the C library as far as it
//! is observable: of two errors the same one is reported, and a default from which another is derived is set before
//! that, or too late (`memory.rs`).
//!
//! The rules change a copy of the configuration. If it is rejected, the caller's configuration is unchanged; in the C
//! library some of the defaults are set then.
//!
//! Devices have rules of their own ([`devices`]), since these need an existing domain.

use std::fmt;

use crate::core::{Ctx, Error, Result};
use crate::domain::valid_guest;
use crate::error;
use crate::types::idiomatic::{DomainBuildInfo, DomainConfig, DomainType};
use crate::xen::last_error::aside;
use crate::xen::log::{Level, Log};

mod conflicts;
mod deprecated;
mod device_model;
pub mod devices;
mod guest;
mod hvm;
mod identity;
pub mod memory;
mod passthrough;
#[cfg(test)]
mod tests;
mod vcpus;
mod video;
pub mod vnuma;

/// The facts about the host that the rules need. They are read once for a whole configuration.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Host {
    /// The processor supports hardware assisted paging.
    pub hap: bool,
    pub shadow: bool,
    /// There is an IOMMU, so that devices can be passed through.
    pub directio: bool,
    /// The IOMMU can use the page tables of the processor.
    pub shared_tables: bool,
    pub vpmu: bool,
    /// The highest version of grant tables; 0 if there are none.
    pub grant_version: u8,
}

impl Host {
    /// Reads the facts about the host of this ctx.
    pub fn of(ctx: &Ctx) -> Result<Self> {
        use crate::xen::hypervisor::sys;
        let info = ctx.hypervisor().physinfo().map_err(|e| {
            error!(ctx, errno = e.errno, "getting physinfo");
            Error::Fail
        })?;
        let has = |bit: u32| info.raw.capabilities & bit != 0;
        Ok(Self {
            hap: has(sys::XEN_SYSCTL_PHYSCAP_hap),
            shadow: has(sys::XEN_SYSCTL_PHYSCAP_shadow),
            directio: has(sys::XEN_SYSCTL_PHYSCAP_directio),
            shared_tables: has(sys::XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share),
            vpmu: has(sys::XEN_SYSCTL_PHYSCAP_vpmu),
            grant_version: match () {
                () if has(sys::XEN_SYSCTL_PHYSCAP_gnttab_v2) => 2,
                () if has(sys::XEN_SYSCTL_PHYSCAP_gnttab_v1) => 1,
                () => 0,
            },
        })
    }
}

/// The context of the rules for one configuration.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    log: &'a Log,
    /// The domid for log lines.
    domid: Option<u32>,
    host: Host,
    /// Whether the sizes of the pools for page tables are derived from memory and vcpus if the configuration does not
    /// set them.
    derive_tables: bool,
}

/// Completes and checks a whole configuration. `domid` is only used for log lines, and the domain need not exist.
///
/// # Errors
/// `Error::Invalid` for an invalid configuration, `Error::Nonspecific` for a security label that Xen does not know,
/// `Error::Fail` if the facts about the host cannot be read. The reason is logged.
pub fn set_defaults(ctx: &Ctx, config: &mut DomainConfig, domid: u32) -> Result<()> {
    let shown = valid_guest(domid).then_some(domid);
    let derive_tables = ctx.need_asked().derive_tables();
    let rules = Rules { log: ctx.log(), domid: shown, host: Host::of(ctx)?, derive_tables };
    identity::labels(ctx, &rules, config)?;
    identity::pool(ctx, &rules, &mut config.c_info)?;
    rules.set_defaults(config)?;
    #[cfg(since = "4.18")]
    {
        let world = &devices::Guest::new(ctx, domid);
        let context = devices::DeviceContext { world, domid, hotplug: false };
        for (number, device) in config.virtios.iter_mut().enumerate() {
            let what = format!("Unable to set virtio defaults for device {number}");
            rules.named(&what, || devices::virtio(context, device))?;
        }
    }
    vcpus::spread_affinity(ctx, &mut config.b_info)
}

/// Completes and checks a build info without the rest of the configuration.
///
/// # Errors
/// As for [`set_defaults`].
pub fn set_build_defaults(ctx: &Ctx, build: &mut DomainBuildInfo) -> Result<()> {
    let host = Host::of(ctx).inspect_err(|_| error!(ctx, "failed to get hypervisor info"))?;
    Rules { log: ctx.log(), domid: None, host, derive_tables: false }.build(build)?;
    vcpus::spread_affinity(ctx, build)
}

/// Completes a whole configuration as far as this is possible with `host` only: security labels, the cpupool and the
/// affinity of vcpus are not changed.
///
/// # Errors
/// `Error::Invalid` for an invalid configuration. The reason is logged.
pub fn set_defaults_on(log: &Log, host: Host, config: &mut DomainConfig) -> Result<()> {
    Rules { log, domid: None, host, derive_tables: true }.set_defaults(config)
}

impl Rules<'_> {
    /// Applies all rules that need only the configuration and the facts about the host.
    fn set_defaults(&self, config: &mut DomainConfig) -> Result<()> {
        self.named("Unable to set domain create info defaults", || {
            identity::create_info(self, &mut config.c_info)
        })?;
        passthrough::set_defaults(self, config)?;
        // This is decided before the defaults of the memory sizes are set.
        let on_demand = memory::populated_on_demand(config);
        conflicts::of_memory(self, config, on_demand)?;
        if self.derive_tables {
            memory::page_tables(config);
        }
        self.named("Unable to set domain build info defaults", || self.build(&mut config.b_info))?;
        conflicts::of_kinds(self, config)?;
        conflicts::of_features(self, config, on_demand)
    }

    /// Applies the rules for the build info.
    fn build(&self, build: &mut DomainBuildInfo) -> Result<()> {
        let kind = build.u.key().into();
        if !matches!(kind, DomainType::Hvm | DomainType::Pv | DomainType::Pvh) {
            return Err(self.refuse(format_args!("invalid domain type")));
        }
        deprecated::move_deprecated(self, build)?;
        device_model::set_defaults(self, build)?;
        vcpus::set_defaults(self, build)?;
        memory::set_defaults(build);
        guest::common(build);
        match kind {
            DomainType::Hvm => hvm::set_defaults(self, build)?,
            DomainType::Pv => guest::pv(build),
            _ => guest::pvh(build),
        }
        guest::translated(build);
        guest::grants(self, build)
    }

    /// Writes a log line, with the domid if there is one.
    fn say(&self, level: Level, text: fmt::Arguments<'_>) {
        self.log.write(level, None, self.domid, (file!(), line!()), text);
    }

    /// Logs why the configuration is rejected.
    fn refuse(&self, why: fmt::Arguments<'_>) -> Error {
        self.say(Level::Error, why);
        Error::Invalid
    }

    fn warn(&self, text: fmt::Arguments<'_>) {
        self.say(Level::Warn, text);
    }

    /// If the rules fail, logs also which part was rejected, as the C library does. The cause of the failure remains
    /// the line that was logged before.
    fn named<T>(&self, part: &str, rules: impl FnOnce() -> Result<T>) -> Result<T> {
        rules().inspect_err(|_| aside(|| self.say(Level::Error, format_args!("{part}"))))
    }
}
