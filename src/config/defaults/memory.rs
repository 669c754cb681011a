//! Memory: the sizes of the guest's own memory and of its page tables, and the host memory that a domain needs.

use super::device_model;
use crate::types::idiomatic::{
    DomainBuildInfo, DomainBuildInfoData as Guest, DomainConfig, DomainType, Passthrough,
};
use crate::types::sys::LIBXL_MEMKB_DEFAULT as UNSET;

/// The memory that an HVM guest needs in addition to the configured amount, in KiB.
const OVERHEAD_HVM: u64 = 2048;
const OVERHEAD_PV: u64 = 1024;

/// Memory is allocated to domains in units of this size, in KiB.
const ALLOCATION_UNIT: u64 = 2048;

/// Whether the guest's memory is populated on demand, because the guest starts with less than its maximum.
pub fn populated_on_demand(config: &DomainConfig) -> bool {
    config.c_info.type_ != DomainType::Pv && config.b_info.target_memkb < config.b_info.max_memkb
}

/// The sizes of the pools for page tables, if the configuration does not set them.
///
/// They are derived from the configured memory and vcpus before the defaults of these are set: if a configuration does
/// not set the number of vcpus, which becomes one later, no vcpu is counted. The C library does the same, and the sizes
/// are visible in the domain.
pub fn page_tables(config: &mut DomainConfig) {
    let (create, build) = (&config.c_info, &mut config.b_info);
    if build.shadow_memkb == UNSET {
        // One page for each MiB, for guests that use address translation, another one if the processor does not support
        // hardware assisted paging, and 1 MiB for each vcpu.
        let hap = create.type_ != DomainType::Pv && create.hap == Some(true);
        let tables = u64::from(create.type_ != DomainType::Pv) + u64::from(!hap);
        let vcpus = u64::from((build.max_vcpus as u32).wrapping_mul(256));
        build.shadow_memkb =
            vcpus.wrapping_add(tables.wrapping_mul(build.max_memkb / 1024)).wrapping_mul(4);
    }
    if build.iommu_memkb == UNSET {
        build.iommu_memkb = match create.passthrough {
            Passthrough::SyncPt => iommu_tables(build.max_memkb),
            _ => 0,
        };
    }
}

/// The size of four levels of page tables with 512 entries each, in KiB.
fn iommu_tables(kb: u64) -> u64 {
    let mut entries = kb / 4;
    let mut pages = 0;
    for _ in 0..4 {
        entries = entries.div_ceil(512);
        pages += entries;
    }
    pages * 4
}

/// Sizes that are not configured.
pub fn set_defaults(build: &mut DomainBuildInfo) {
    or(&mut build.max_memkb, 32 * 1024);
    or(&mut build.target_memkb, build.max_memkb);
    let stubdomain = match build.device_model_stubdomain {
        Some(true) if device_model::stubdomain_is_linux(build) => 128 * 1024,
        Some(true) => 28 * 1024,
        _ => 0,
    };
    or(&mut build.stubdomain_memkb, stubdomain);
    or(&mut build.iommu_memkb, 0);
    or(&mut build.shadow_memkb, 0);
}

/// Sets a size that is not configured to its default.
pub fn or(size: &mut u64, default: u64) {
    if *size == UNSET {
        *size = default;
    }
}

/// The amount of host memory that a domain with this build info needs, in KiB.
pub fn need(build: &DomainBuildInfo) -> u64 {
    let mut parts = vec![build.target_memkb, build.shadow_memkb, build.iommu_memkb];
    if let Guest::Pv(_) = build.u {
        parts.push(OVERHEAD_PV);
    } else {
        parts.push(OVERHEAD_HVM);
        if build.device_model_stubdomain == Some(true) {
            parts.extend([build.stubdomain_memkb, build.video_memkb]);
        }
    }
    let sum = parts.into_iter().fold(0, u64::wrapping_add);
    sum.wrapping_add((ALLOCATION_UNIT - sum % ALLOCATION_UNIT) % ALLOCATION_UNIT)
}
