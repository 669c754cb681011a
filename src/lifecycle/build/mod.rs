//! Building a domain: its memory, kernel or firmware, and settings, before it first runs.
//!
//! [`build`] takes a new domain, without vcpus and memory, whose first nodes are in xenstore. When it returns, the
//! domain lacks only devices. The order of the steps is the C library's.
//!
//! | file | subject |
//! |---|---|
//! | `daemons.rs` | the domains that xenstored and xenconsoled run in |
//! | `before.rs` | pre-build: vcpus and their affinity, memory limit, event channels, clock, CPUID |
//! | `pv.rs`, `pvh.rs`, `hvm.rs` | memory and kernel of each type of guest, by [`crate::xen::guest`] |
//! | `memory.rs` | layout of the memory of HVM and PVH guests, and their memory map |
//! | `firmware.rs` | hvmloader, system firmware, additional ACPI and SMBIOS tables |
//! | `smbios_since_4_18.rs` | texts for the SMBIOS tables of HVM guests |
//! | `rdm.rs` | reserved device memory |
//! | `viridian.rs` | Hyper-V enlightenments |
//! | `host_map.rs` | a PV guest's memory map that is derived from the host's (`e820_host`) |
//! | `numa.rs` | virtual NUMA nodes |
//! | `acpi/` | a PVH guest's ACPI tables |
//! | `after.rs` | post-build: soft affinity, scheduler parameters, xenstore nodes |
//!
//! # Blocking
//!
//! A build never waits for an event. It consists of computation (the kernel is unpacked) and hypercalls, some of
//! which take long (memory is populated), and runs without interruption in the thread that runs the operation. It
//! holds no lock of the ctx or of the domain, so other operations of the ctx continue meanwhile. Between the steps it
//! checks for an abort.
//!
//! # Failure
//!
//! A failed build leaves nothing allocated in this process: an [`Image`] frees its memory when it is dropped. The
//! domain's memory, event channels and xenstore nodes remain until the caller destroys the domain.

pub mod acpi;
mod after;
mod before;
mod daemons;
mod firmware;
mod host_map;
mod hvm;
mod memory;
mod numa;
mod pv;
mod pvh;
mod rdm;
#[cfg(since = "4.18")]
#[path = "smbios_since_4_18.rs"]
mod smbios;
mod viridian;

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;

pub use self::before::{Memory, prepare};
pub use self::daemons::Daemons;
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::add::console::Primary;
use crate::error;
use crate::lifecycle::payload::Payload;
use crate::lifecycle::payload::Source;
use crate::types::idiomatic::{DomainBuildInfoData as Guest, DomainConfig, Scheduler, Text};
use crate::xen::guest::{Blob, Channel, Facts, Image, Layout, Rings};
use crate::xen::hypervisor::{HypervisorError, Vnuma};

/// A page that the guest shares with a daemon (xenstored, xenconsoled), and the event channel for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ring {
    /// Frame number by which the daemon maps the page.
    pub frame: u64,
    pub channel: Channel,
}

impl Ring {
    /// The primary console with this ring, and with this terminal if it is known already.
    pub fn for_console(&self, tty: Option<Text>) -> Primary {
        let Self { frame, channel } = *self;
        Primary { backend_domid: channel.domid, port: channel.port, ring: frame, tty }
    }
}

/// When the nodes of the first console are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FirstConsole {
    /// With those of the guest, for xenconsoled; with the path of its terminal, if that is known already.
    WithGuest { tty: Option<Text> },
    /// With those of other consoles, by the caller.
    Later,
}

/// The rings of a domain that has been built.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Built {
    /// Of the first console, for its nodes `ring-ref` and `port`.
    pub console: Ring,
    /// Of xenstore, which has been told already.
    pub store: Ring,
}

/// Builds domain `domid`. `config` must be complete; NUMA placement is done here and stored in `config`.
///
/// # Errors
/// `Error::VnumaConfigInvalid` or `Error::FeatureRemoved` if the configuration asks for something
/// impossible; `Error::Aborted`; `Error::Fail` otherwise. The reason is logged.
pub async fn build(
    ao: &Ao,
    domid: u32,
    config: &mut DomainConfig,
    payload: &Payload,
    daemons: Daemons,
    console: &FirstConsole,
) -> Result<Built> {
    let channels = prepare(ao, domid, config, daemons, Memory::New)?;
    let started = after::now();
    let mut layout = None;
    if let Guest::Hvm(hvm) = &config.b_info.u {
        let mut lies = hvm::layout(&config.b_info, hvm);
        config.rdms = rdm::make_room(ao, domid, config, hvm, &mut lies)?;
        layout = Some(lies);
    }
    let build = Build { ao, domid, config, payload, channels };
    let loaded = match (&config.b_info.u, &layout) {
        (Guest::Pv(pv), _) => pv::build(&build, pv)?,
        (Guest::Pvh(pvh), _) => pvh::build(&build, pvh)?,
        (Guest::Hvm(hvm), Some(layout)) => hvm::build(&build, hvm, layout)?,
        _ => {
            error!(ao, domid = domid, "cannot build the domain: unknown domain type");
            return Err(Error::Invalid);
        }
    };
    build.check_abort()?;
    let ring = |frame, channel| Ring { frame, channel };
    let built = Built {
        console: ring(loaded.rings.console, channels.console),
        store: ring(loaded.rings.store, channels.store),
    };
    after::finish(&build, &built, Some(&loaded), started, console)?;
    Ok(built)
}

/// Addresses of what was loaded into the guest's memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Loaded {
    rings: Rings,
    /// The tables that hvmloader adds to its own: address and size.
    smbios: Option<(u64, u64)>,
    acpi: Option<(u64, u64)>,
}

impl From<Rings> for Loaded {
    fn from(rings: Rings) -> Self {
        Self { rings, smbios: None, acpi: None }
    }
}

/// The event channels that a guest starts with.
#[derive(Clone, Copy, Debug)]
pub struct Channels {
    pub console: Channel,
    pub store: Channel,
}

/// Sets the CPUID policy of a restored domain whose stream, of an older Xen, does not contain it.
pub fn set_old_cpuid(ao: &Ao, domid: u32, config: &DomainConfig) -> Result<()> {
    before::set_cpuid(ao, domid, &config.b_info, Memory::Restored)
        .map_err(|e| refused(ao, domid, e))
}

/// The steps after the memory of a domain was restored, or kept; `store` and `console` are the frames of its rings.
pub fn finish_existing(
    ao: &Ao,
    domid: u32,
    config: &mut DomainConfig,
    channels: Channels,
    [store, console]: [u64; 2],
    first_console: &FirstConsole,
) -> Result<Built> {
    // The sender's scheduler may differ from this host's: only the parameters that this one has are set.
    config.b_info.sched_params.sched = Scheduler::Unknown;
    let payload = Payload::default();
    let build = Build { ao, domid, config, payload: &payload, channels };
    let built = Built {
        console: Ring { frame: console, channel: channels.console },
        store: Ring { frame: store, channel: channels.store },
    };
    after::finish(&build, &built, None, after::now(), first_console)?;
    Ok(built)
}

/// The state of a build.
struct Build<'a> {
    ao: &'a Ao,
    domid: u32,
    config: &'a DomainConfig,
    payload: &'a Payload,
    channels: Channels,
}

impl Build<'_> {
    /// The facts that libxenguest passes to the guest.
    fn facts(&self) -> Result<Facts> {
        let build = &self.config.b_info;
        Ok(Facts {
            console: self.channels.console,
            store: self.channels.store,
            vcpus: vcpus(self.ao, self.domid, build.max_vcpus)?,
            claim: build.claim_mode == Some(true),
        })
    }

    /// Passes the guest's virtual NUMA nodes, if it has any, to the hypervisor and to the image.
    fn set_vnuma(&self, image: &mut Image, layout: &Layout) -> Result<Option<Vnuma>> {
        let info = &self.config.b_info;
        if info.vnuma_nodes.is_empty() {
            return Ok(None);
        }
        let ranges = numa::around_hole(&info.vnuma_nodes, info.video_memkb, layout);
        let ranges = ranges.ok_or_else(|| {
            error!(
                self.ao,
                domid = self.domid,
                "cannot set up vNUMA: vnode 0 is too small for the video memory"
            );
            Error::Invalid
        })?;
        let vnuma = numa::set(self, ranges)?;
        image.set_numa(&vnuma.ranges, &vnuma.on_host).map_err(|e| self.failed(e))?;
        Ok(Some(vnuma))
    }

    /// Logs an error of libxenguest or of a hypercall. Libxenguest has logged the details.
    fn failed(&self, e: HypervisorError) -> Error {
        refused(self.ao, self.domid, e)
    }

    /// Returns `Error::Aborted` if an abort was requested.
    fn check_abort(&self) -> Result<()> {
        if self.ao.abort().is_asked() { Err(Error::Aborted) } else { Ok(()) }
    }
}

/// The path of a kernel or ramdisk as a C string, and its content if that is in memory.
struct Named<'a> {
    path: CString,
    content: Option<&'a [u8]>,
}

impl<'a> Named<'a> {
    /// `None` without a source, or if its path contains a NUL.
    fn of(source: Option<&'a Source>) -> Option<Self> {
        let source = source?;
        let path = CString::new(source.path.as_os_str().as_bytes()).ok()?;
        Some(Self { path, content: source.content.as_deref() })
    }

    fn blob(&self) -> Blob<'_> {
        self.content.map_or(Blob::File(&self.path), Blob::Memory)
    }
}

impl Build<'_> {
    fn kernel(&self) -> Result<Named<'_>> {
        Named::of(self.payload.kernel.as_ref()).ok_or_else(|| {
            error!(self.ao, domid = self.domid, "cannot build the domain: no kernel is configured");
            Error::Fail
        })
    }

    fn ramdisk(&self) -> Option<Named<'_>> {
        Named::of(self.payload.ramdisk.as_ref()).filter(|named| !named.path.is_empty())
    }
}

/// The number of vcpus in the hypervisor's type.
fn vcpus(ctx: &Ctx, domid: u32, count: i32) -> Result<u32> {
    u32::try_from(count).map_err(|_| {
        error!(ctx, domid = domid, "cannot build the domain: invalid number of vcpus, {count}");
        Error::Fail
    })
}

/// Logs that a hypercall or a function of libxenguest failed.
fn refused(ctx: &Ctx, domid: u32, e: HypervisorError) -> Error {
    error!(ctx, domid = domid, errno = e.errno, "{} failed", e.what);
    Error::Fail
}

/// Converts KiB to MiB, rounded down, for the size of the image.
fn mebibytes(kb: u64) -> u32 {
    u32::try_from(kb / 1024).unwrap_or(u32::MAX)
}
