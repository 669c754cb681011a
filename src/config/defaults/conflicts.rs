//! Combinations of settings that are not supported, in general or on this host.

use super::Rules;
use crate::core::Result;
use crate::types::idiomatic::{
    Altp2mMode, DomainBuildInfoData as Guest, DomainConfig, DomainType, Passthrough,
};

/// Checks populate-on-demand (PoD), the IOMMU, and virtual NUMA.
pub fn of_memory(rules: &Rules, config: &DomainConfig, on_demand: bool) -> Result<()> {
    let passthrough = config.c_info.passthrough != Passthrough::Disabled;
    let vnuma = !config.b_info.vnuma_nodes.is_empty();
    // A device may access a page that is not populated yet.
    if on_demand && passthrough {
        return Err(rules.refuse(format_args!(
            "IOMMU required for device passthrough but not supported together with PoD"
        )));
    }
    // Populate-on-demand allocates pages on any node.
    if on_demand && vnuma {
        return Err(rules.refuse(format_args!("Cannot enable PoD and vNUMA at the same time")));
    }
    if config.c_info.type_ == DomainType::Pv && vnuma {
        return Err(rules.refuse(format_args!("PV vNUMA is not yet supported")));
    }
    Ok(())
}

/// Checks that the two domain types in a configuration agree. If they differ so that the rest of the configuration is
/// invalid, an assertion fails in the C library.
pub fn of_kinds(rules: &Rules, config: &DomainConfig) -> Result<()> {
    let (kind, build) = (config.c_info.type_, &config.b_info.u);
    let senseless = match kind {
        DomainType::Pv => false,
        DomainType::Hvm => !matches!(build, Guest::Hvm(_)),
        _ => matches!(build, Guest::Pv(_)),
    };
    if senseless {
        return Err(rules.refuse(format_args!("create info and build info differ in domain type")));
    }
    Ok(())
}

/// Checks altp2m, nested virtualisation, and the virtual PMU.
pub fn of_features(rules: &Rules, config: &DomainConfig, on_demand: bool) -> Result<()> {
    let (kind, build) = (config.c_info.type_, &config.b_info);
    let translated = kind != DomainType::Pv;
    // The old setting, which exists only for HVM, or the new one.
    let old =
        kind == DomainType::Hvm && matches!(&build.u, Guest::Hvm(hvm) if hvm.altp2m == Some(true));
    let views = old || (translated && build.altp2m != Altp2mMode::Disabled);
    if translated && views && build.nested_hvm == Some(true) {
        let why = "nestedhvm and altp2mhvm cannot be used together";
        return Err(rules.refuse(format_args!("{why}")));
    }
    if views && on_demand {
        return Err(rules.refuse(format_args!("Cannot enable PoD and ALTP2M at the same time")));
    }
    if build.vpmu == Some(true) && !rules.host.vpmu {
        return Err(rules.refuse(format_args!("vPMU not supported on this platform")));
    }
    Ok(())
}
