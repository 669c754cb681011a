//! Vcpus: their number, those that are online, and their affinity.

use super::Rules;
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::types::idiomatic::{Bitmap, DomainBuildInfo};
use crate::xen::log::Level;

/// The maximum size of a bitmap of vcpus in bytes. (The number is the maximum number of vcpus of an HVM guest, which
/// the C library compares with bytes.)
const MAX_BYTES: usize = 128;

/// The maximum number of vcpus that a bitmap can hold.
const MAX_VCPUS: i32 = 8 * MAX_BYTES as i32;

pub fn set_defaults(rules: &Rules, build: &mut DomainBuildInfo) -> Result<()> {
    if build.max_vcpus == 0 {
        build.max_vcpus = 1;
    }
    if build.avail_vcpus.bytes.is_empty() {
        build.avail_vcpus.bytes = vec![1];
    } else if build.avail_vcpus.bytes.len() > MAX_BYTES {
        let why = format_args!("avail_vcpus bitmap contains too many VCPUS");
        rules.say(Level::Error, why);
        return Err(Error::Fail);
    }
    build.numa_placement.get_or_insert(true);
    Ok(())
}

/// Converts the old setting for the affinity of all vcpus to the new one, which has an affinity for each vcpu.
pub fn spread_affinity(ctx: &Ctx, build: &mut DomainBuildInfo) -> Result<()> {
    if build.cpumap.bytes.is_empty() || !build.vcpu_hard_affinity.is_empty() {
        return Ok(());
    }
    if build.max_vcpus > MAX_VCPUS {
        error!(ctx, "cannot set the affinity of {} vcpus: too many", build.max_vcpus);
        return Err(Error::Fail);
    }
    let cpus = ctx.hypervisor().max_cpus().map_err(|e| {
        error!(ctx, "cannot get the number of the host's cpus: {e}");
        Error::Fail
    })?;
    let mut set = Bitmap { bytes: build.cpumap.bytes.clone() };
    set.bytes.resize(cpus.div_ceil(8) as usize, 0);
    let vcpus = usize::try_from(build.max_vcpus).unwrap_or(0);
    build.vcpu_hard_affinity = vec![set; vcpus];
    Ok(())
}
