//! The Hyper-V enlightenments (Viridian features) of an HVM guest.

use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::{DomainBuildInfoHvm, ViridianEnlightenment as Part};
use crate::xen::hypervisor::sys;
use crate::{debug, error};

/// The set that `viridian = 1` enables.
const DEFAULTS: [Part; 7] = [
    Part::Base,
    Part::Freq,
    Part::TimeRefCount,
    Part::ApicAssist,
    Part::CrashCtl,
    Part::NoVpLimit,
    Part::CpuHotplug,
];

/// The bits of `HVM_PARAM_VIRIDIAN` for each enlightenment. `Freq` has none: the bit `no_freq` means its absence.
const BITS: [(Part, u32); 12] = [
    (Part::Base, sys::HVMPV_base_freq),
    (Part::TimeRefCount, sys::HVMPV_time_ref_count),
    (Part::ReferenceTsc, sys::HVMPV_reference_tsc),
    (Part::HcallRemoteTlbFlush, sys::HVMPV_hcall_remote_tlb_flush),
    (Part::ApicAssist, sys::HVMPV_apic_assist),
    (Part::CrashCtl, sys::HVMPV_crash_ctl),
    (Part::Synic, sys::HVMPV_synic),
    // The synthetic timers depend on the other two.
    (Part::Stimer, sys::HVMPV_time_ref_count | sys::HVMPV_synic | sys::HVMPV_stimer),
    (Part::HcallIpi, sys::HVMPV_hcall_ipi),
    (Part::ExProcessorMasks, sys::HVMPV_ex_processor_masks),
    (Part::NoVpLimit, sys::HVMPV_no_vp_limit),
    (Part::CpuHotplug, sys::HVMPV_cpu_hotplug),
];

/// Why a selection is invalid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum GroupError {
    /// Both enabled and disabled.
    Both(Part),
    /// The base is missing, on which all others depend.
    NoBase,
}

/// The value of `HVM_PARAM_VIRIDIAN`, 0 for none. `Error::Fail`, logged, if the selection is invalid.
pub fn features(ctx: &Ctx, domid: u32, hvm: &DomainBuildInfoHvm) -> Result<u64> {
    let parts = selected(hvm).map_err(|why| {
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

/// The selected enlightenments, in the order of their numbers.
fn selected(hvm: &DomainBuildInfoHvm) -> std::result::Result<Vec<Part>, GroupError> {
    let named = |set: &crate::types::idiomatic::Bitmap| -> Vec<Part> {
        // Unknown numbers are ignored.
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
        selected(&hvm(usual, enable, disable)).map(|parts| mask(&parts))
    }

    #[test]
    fn features_of_a_selection() {
        assert_eq!(bits(false, &[], &[]), Ok(0));
        // base, time_ref_count, apic_assist, crash_ctl, no_vp_limit, cpu_hotplug
        assert_eq!(bits(true, &[], &[]), Ok(0x1865));
        assert_eq!(bits(true, &[], &[Part::Freq, Part::CrashCtl]), Ok(0x1827));
        assert_eq!(bits(false, &[Part::Base, Part::Freq], &[]), Ok(1));
        assert_eq!(bits(false, &[Part::Base, Part::Freq, Part::Stimer], &[]), Ok(0x185));
        assert_eq!(bits(true, &[Part::Other(40)], &[]), Ok(0x1865), "an unknown number is ignored");
    }

    #[test]
    fn invalid_selections() {
        assert_eq!(bits(true, &[Part::Synic], &[Part::Synic]), Err(GroupError::Both(Part::Synic)));
        assert_eq!(bits(true, &[], &[Part::Base]), Err(GroupError::NoBase));
        assert_eq!(bits(false, &[Part::Freq], &[]), Err(GroupError::NoBase));
    }
}
