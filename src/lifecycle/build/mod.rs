//! Building a domain: what is put into it before it first runs.
//!
//! [`build`] takes a domain that the hypervisor has made, without vcpus and memory, and whose first nodes are in
//! xenstore, and leaves one that lacks nothing but devices. The order of the steps is the C library's.
//!
//! | file | subject |
//! |---|---|
//! | `daemons.rs` | in which domains the daemons of xenstore and of the consoles run |
//! | `before.rs` | vcpus and where they run, limits, event channels, clock, cpuid: before there is memory |
//! | `pv.rs`, `pvh.rs`, `hvm.rs` | memory and kernel, each kind's way ([`crate::xen::guest`]) |
//! | `memory.rs` | where memory of HVM and PVH guests lies, and their map of it |
//! | `firmware.rs` | hvmloader, system firmware, added tables |
//! | `rdm.rs` | memory that is reserved for devices of the host |
//! | `viridian.rs` | parts of Hyper-V's interface |
//! | `host_map.rs` | a PV guest's map of memory that follows the host's |
//! | `numa.rs` | which memory is of which of the guest's NUMA nodes |
//! | `acpi/` | a PVH guest's ACPI tables |
//! | `after.rs` | what the guest and others find in xenstore |
//!
//! # In one go
//!
//! A build waits for nothing. It is computation (the kernel is unpacked) and hypercalls, some of them long
//! (memory is given), and runs through in the thread that runs the operation: holding no lock of ours,
//! neither the ctx's nor the domain's, so that all other operations of the ctx go on meanwhile. An abort is looked
//! for between the steps.
//!
//! # Failure
//!
//! Nothing of a failed build stays in this process: an [`Image`] gives back what it
//! holds when it is dropped. What the domain has got by then, memory and event channels, goes when it is
//! destroyed, and what xenstore says of it likewise; that is the caller's to do.

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
mod viridian;

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;

pub use self::daemons::Daemons;
use crate::core::{Ao, Ctx, Error, Result};
use crate::error;
use crate::lifecycle::payload::Payload;
use crate::lifecycle::payload::Source;
use crate::types::idiomatic::{DomainBuildInfoData as Guest, DomainConfig, Scheduler};
use crate::xen::guest::{Blob, Channel, Facts, Image, Layout, Rings};
use crate::xen::hypervisor::{HypervisorError, Vnuma};

/// A page that the guest shares with somebody, and the event channel that goes with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ring {
    /// As the other end maps it.
    pub frame: u64,
    pub channel: Channel,
}

/// What others must be told of the new guest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Built {
    /// Its first console, for the nodes of that (`ring-ref`, `port`).
    pub console: Ring,
    /// Xenstore knows already.
    pub store: Ring,
}

/// Builds domain `domid`. `config` is complete; placement on NUMA nodes is decided here, and `config` then says so.
///
/// # Errors
/// `Error::VnumaConfigInvalid` and `Error::FeatureRemoved` for what the
/// configuration wants and cannot be; `Error::Aborted`; `Error::Fail` otherwise. Said in the log.
pub async fn build(
    ao: &Ao,
    domid: u32,
    config: &mut DomainConfig,
    payload: &Payload,
    daemons: Daemons,
) -> Result<Built> {
    let channels = before::prepare(ao, domid, config, daemons, before::Memory::New)?;
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
            error!(ao, domid = domid, "cannot build the domain: it is of no known type");
            return Err(Error::Invalid);
        }
    };
    build.go_on()?;
    let ring = |frame, channel| Ring { frame, channel };
    let built = Built {
        console: ring(loaded.rings.console, channels.console),
        store: ring(loaded.rings.store, channels.store),
    };
    after::finish(&build, &built.store, Some(&loaded), started)?;
    Ok(built)
}

/// What is in the guest's memory, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Loaded {
    rings: Rings,
    /// Tables that hvmloader adds to its own: address and size.
    smbios: Option<(u64, u64)>,
    acpi: Option<(u64, u64)>,
}

impl From<Rings> for Loaded {
    fn from(rings: Rings) -> Self {
        Self { rings, smbios: None, acpi: None }
    }
}

/// The event channels that a guest has from the start.
#[derive(Clone, Copy, Debug)]
pub struct Channels {
    pub console: Channel,
    pub store: Channel,
}

/// What comes first where memory is not built, but restored from a stream.
pub fn prepare_restored(
    ao: &Ao,
    domid: u32,
    config: &mut DomainConfig,
    daemons: Daemons,
) -> Result<Channels> {
    before::prepare(ao, domid, config, daemons, before::Memory::Restored)
}

/// What a domain's cpus say of themselves, for a stream of a Xen that did not put it there.
pub fn set_old_cpuid(ao: &Ao, domid: u32, config: &DomainConfig) -> Result<()> {
    before::set_cpuid(ao, domid, &config.b_info, before::Memory::Restored)
        .map_err(|e| refused(ao, domid, e))
}

/// What comes last where memory was restored; `store` and `console` are the frames that were found.
pub fn finish_restored(
    ao: &Ao,
    domid: u32,
    config: &mut DomainConfig,
    channels: Channels,
    [store, console]: [u64; 2],
) -> Result<Built> {
    // The sender's scheduler may be another than ours: what ours understands is taken.
    config.b_info.sched_params.sched = Scheduler::Unknown;
    let payload = Payload::default();
    let build = Build { ao, domid, config, payload: &payload, channels };
    let built = Built {
        console: Ring { frame: console, channel: channels.console },
        store: Ring { frame: store, channel: channels.store },
    };
    after::finish(&build, &built.store, None, after::now())?;
    Ok(built)
}

/// A build under way.
struct Build<'a> {
    ao: &'a Ao,
    domid: u32,
    config: &'a DomainConfig,
    payload: &'a Payload,
    channels: Channels,
}

impl Build<'_> {
    /// What the guest's kernel is told.
    fn facts(&self) -> Result<Facts> {
        let build = &self.config.b_info;
        Ok(Facts {
            console: self.channels.console,
            store: self.channels.store,
            vcpus: vcpus(self.ao, self.domid, build.max_vcpus)?,
            claim: build.claim_mode == Some(true),
        })
    }

    /// Tells the hypervisor and the image of the guest's NUMA nodes, if it has any.
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

    /// An error of libxenguest's, which has said more in the log already.
    fn failed(&self, e: HypervisorError) -> Error {
        refused(self.ao, self.domid, e)
    }

    /// Not if the operation is to end.
    fn go_on(&self) -> Result<()> {
        if self.ao.abort().is_asked() { Err(Error::Aborted) } else { Ok(()) }
    }
}

/// An image's path as C has it, beside what the image itself may point to.
struct Named<'a> {
    path: CString,
    content: Option<&'a [u8]>,
}

impl<'a> Named<'a> {
    /// `None` if there is none, or it has no name.
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

/// How many vcpus, as the hypervisor counts them.
fn vcpus(ctx: &Ctx, domid: u32, count: i32) -> Result<u32> {
    u32::try_from(count).map_err(|_| {
        error!(ctx, domid = domid, "cannot build the domain: invalid number of vcpus, {count}");
        Error::Fail
    })
}

/// Says what the hypervisor, or libxenguest, has refused.
fn refused(ctx: &Ctx, domid: u32, e: HypervisorError) -> Error {
    error!(ctx, domid = domid, errno = e.errno, "{} failed", e.what);
    Error::Fail
}

/// The image's memory in MiB: what is left of a size in KiB goes.
fn mebibytes(kb: u64) -> u32 {
    u32::try_from(kb / 1024).unwrap_or(u32::MAX)
}
