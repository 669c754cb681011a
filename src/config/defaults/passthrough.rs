//! Device passthrough: whether devices access the domain's memory through the IOMMU, and with which page tables.

use super::Rules;
use crate::core::Result;
use crate::types::idiomatic::{DomainConfig, DomainType, Passthrough};

pub fn set_defaults(rules: &Rules, config: &mut DomainConfig) -> Result<()> {
    let has_devices = !config.pcidevs.is_empty() || !config.dtdevs.is_empty();
    let create = &mut config.c_info;
    if create.passthrough == Passthrough::Default {
        create.passthrough = if has_devices { Passthrough::Enabled } else { Passthrough::Disabled };
    }
    if create.passthrough == Passthrough::Disabled {
        return match has_devices {
            true => {
                Err(rules.refuse(format_args!("passthrough disabled but devices are specified")))
            }
            false => Ok(()),
        };
    }
    if !rules.host.directio {
        return Err(rules.refuse(format_args!("passthrough not supported on this platform")));
    }
    if create.type_ == DomainType::Pvh {
        return Err(rules.refuse(format_args!("passthrough not yet supported for x86 PVH guests")));
    }
    let why_not_shared = match create.type_ {
        DomainType::Pv => Some("not valid for PV domain"),
        _ if !rules.host.shared_tables => Some("not supported on this platform"),
        _ if create.hap != Some(true) => Some("only valid for HAP guests"),
        _ => None,
    };
    match (create.passthrough, why_not_shared) {
        (Passthrough::Enabled, None) => create.passthrough = Passthrough::SharePt,
        (Passthrough::Enabled, Some(_)) => create.passthrough = Passthrough::SyncPt,
        (Passthrough::SharePt, Some(why)) => {
            return Err(rules.refuse(format_args!("passthrough=\"share_pt\" {why}")));
        }
        _ => {}
    }
    Ok(())
}
