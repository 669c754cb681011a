//! Which parts of Hyper-V's interface an HVM guest is offered.

use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::{DomainBuildInfoHvm, ViridianEnlightenment as Part};
use crate::xen::hypervisor::sys;
use crate::{debug, error};

/// The usual ones.
const DEFAULTS: [Part; 7] = [
    Part::Base,
    Part::Freq,
    Part::TimeRefCount,
    Part::ApicAssist,
    Part::CrashCtl,
    Part::NoVpLimit,
    Part::CpuHotplug,
];

/// What Xen knows each part as. `Freq` is known by its absence.
const BITS: [(Part, u32); 12] = [
    (Part::Base, sys::HVMPV_base_freq),
    (Part::TimeRefCount, sys::HVMPV_time_ref_count),
    (Part::ReferenceTsc, sys::HVMPV_reference_tsc),
    (Part::HcallRemoteTlbFlush, sys::HVMPV_hcall_remote_tlb_flush),
    (Part::ApicAssist, sys::HVMPV_apic_assist),
    (Part::CrashCtl, sys::HVMPV_crash_ctl),
    (Part::Synic, sys::HVMPV_synic),
    // Its timers need both of the others.
    (Part::Stimer, sys::HVMPV_time_ref_count | sys::HVMPV_synic | sys::HVMPV_stimer),
    (Part::HcallIpi, sys::HVMPV_hcall_ipi),
    (Part::ExProcessorMasks, sys::HVMPV_ex_processor_masks),
    (Part::NoVpLimit, sys::HVMPV_no_vp_limit),
    (Part::CpuHotplug, sys::HVMPV_cpu_hotplug),
];

/// Why a choice cannot be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum GroupError {
    /// Both enabled and disabled.
    Both(Part),
    /// All others need the base.
    NoBase,
}

/// The value of `HVM_PARAM_VIRIDIAN`: 0 for no such interface. `Error::Fail`, logged, if the choice cannot be.
pub fn features(ctx: &Ctx, domid: u32, hvm: &DomainBuildInfoHvm) -> Result<u64> {
    let parts = chosen(hvm).map_err(|why| {
        match why {
            GroupError::Both(part) => {
                let name = part.name().unwrap_or_default();
                error!(
                    ctx,
                    domid = domid,
                    "cannot set Viridian features: {name} is both enabled and disabled"
                );
            }
            GroupError::NoBase => {
                error!(
                    ctx,
                    domid = domid,
                    "cannot set Viridian features: the base group is not enabled"
                );
            }
        }
        Error::Fail
    })?;
    for part in &parts {
        debug!(ctx, domid = domid, "Viridian group {} is enabled", part.name().unwrap_or_default());
    }
    Ok(u64::from(mask(&parts)))
}

/// Those that were asked for, in the order of their numbers.
fn chosen(hvm: &DomainBuildInfoHvm) -> std::result::Result<Vec<Part>, GroupError> {
    let named = |set: &crate::types::idiomatic::Bitmap| -> Vec<Part> {
        // A number without a meaning is left out.
        set.iter().map(|n| Part::from(n as i32)).filter(|part| part.name().is_some()).collect()
    };
    let (enabled, disabled) = (named(&hvm.viridian_enable), named(&hvm.viridian_disable));
    if let Some(both) = enabled.iter().find(|part| disabled.contains(part)) {
        return Err(GroupError::Both(*both));
    }
    let defaults: &[Part] = if hvm.viridian == Some(true) { &DEFAULTS } else { &[] };
    let mut parts: Vec<_> = defaults.iter().copied().chain(enabled).collect();
    parts.retain(|part| !disabled.contains(part));
    parts.sort_by_key(|part| i32::from(*part));
    parts.dedup();
    if parts.is_empty() || parts.contains(&Part::Base) {
        Ok(parts)
    } else {
        Err(GroupError::NoBase)
    }
}

fn mask(parts: &[Part]) -> u32 {
    let has = |part: Part| parts.contains(&part);
    let bits = BITS.iter().filter(|(part, _)| has(*part)).fold(0, |mask, (_, bits)| mask | bits);
    if has(Part::Base) && !has(Part::Freq) { bits | sys::HVMPV_no_freq } else { bits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::Bitmap;

    fn hvm(usual: bool, enable: &[Part], disable: &[Part]) -> DomainBuildInfoHvm {
        let set = |parts: &[Part]| {
            let mut bytes = vec![0; 32];
            parts.iter().for_each(|part| crate::core::bitmap::set(&mut bytes, (*part).into()));
            Bitmap { bytes }
        };
        DomainBuildInfoHvm {
            viridian: Some(usual),
            viridian_enable: set(enable),
            viridian_disable: set(disable),
            ..Default::default()
        }
    }

    fn bits(
        usual: bool,
        enable: &[Part],
        disable: &[Part],
    ) -> std::result::Result<u32, GroupError> {
        chosen(&hvm(usual, enable, disable)).map(|parts| mask(&parts))
    }

    #[test]
    fn what_is_offered() {
        assert_eq!(bits(false, &[], &[]), Ok(0));
        // base, time_ref_count, apic_assist, crash_ctl, no_vp_limit, cpu_hotplug
        assert_eq!(bits(true, &[], &[]), Ok(0x1865));
        assert_eq!(bits(true, &[], &[Part::Freq, Part::CrashCtl]), Ok(0x1827));
        assert_eq!(bits(false, &[Part::Base, Part::Freq], &[]), Ok(1));
        assert_eq!(bits(false, &[Part::Base, Part::Freq, Part::Stimer], &[]), Ok(0x185));
        assert_eq!(bits(true, &[Part::Other(40)], &[]), Ok(0x1865), "an unknown one is left out");
    }

    #[test]
    fn what_cannot_be() {
        assert_eq!(bits(true, &[Part::Synic], &[Part::Synic]), Err(GroupError::Both(Part::Synic)));
        assert_eq!(bits(true, &[], &[Part::Base]), Err(GroupError::NoBase));
        assert_eq!(bits(false, &[Part::Freq], &[]), Err(GroupError::NoBase));
    }
}
