//! The identity of the domain: security labels, cpupool, and the create info.

use nix::errno::Errno;

use super::Rules;
use crate::core::{Ctx, Error, Result};
use crate::domain::names;
use crate::types::idiomatic::{DomainConfig, DomainCreateInfo, DomainType, Text};
use crate::xen::log::Level;

/// Flask's number for the label of an ordinary guest.
const LABEL_OF_GUESTS: u32 = 12;

/// Converts labels to numbers. Without Flask labels have no effect, which is logged as a warning.
pub fn labels(ctx: &Ctx, rules: &Rules, config: &mut DomainConfig) -> Result<()> {
    let (create, build) = (&mut config.c_info, &mut config.b_info);
    let labels: [(&str, &Option<Text>, &mut u32); 3] = [
        ("init_seclabel", &create.ssid_label, &mut create.ssidref),
        ("seclabel", &build.exec_ssid_label, &mut build.exec_ssidref),
        (
            "device_model_stubdomain_seclabel",
            &build.device_model_ssid_label,
            &mut build.device_model_ssidref,
        ),
    ];
    for (setting, label, number) in labels {
        let Some(label) = label else { continue };
        match ctx.hypervisor().flask_number(label.as_bytes()) {
            Ok(found) => *number = found,
            Err(e) if e.errno == Errno::ENOSYS => {
                rules.warn(format_args!("XSM Disabled: {setting} not supported"));
            }
            Err(_) => {
                rules.say(Level::Error, format_args!("Invalid {setting}: {label}"));
                return Err(Error::Nonspecific);
            }
        }
    }
    Ok(())
}

/// Converts the name of the cpupool to its id. The pool must exist, whether it is given by name or id.
pub fn pool(ctx: &Ctx, rules: &Rules, create: &mut DomainCreateInfo) -> Result<()> {
    let found = match &create.pool_name {
        Some(name) => names::pool_by_qualifier(ctx, name.as_bytes()).0.ok(),
        None => Some(create.poolid),
    };
    // Pool 0 is the hypervisor's own, and always exists.
    let exists = |&pool: &u32| pool == 0 || names::pool_name_of(ctx, pool).is_some();
    match found.filter(exists) {
        Some(pool) => create.poolid = pool,
        None => {
            let name = create.pool_name.as_ref().map_or_else(|| "(null)".into(), Text::to_string);
            return Err(rules.refuse(format_args!("Illegal pool specified: {name}")));
        }
    }
    Ok(())
}

/// Completes and checks the create info.
pub fn create_info(rules: &Rules, create: &mut DomainCreateInfo) -> Result<()> {
    match create.type_ {
        DomainType::Other(0) => {
            return Err(rules.refuse(format_args!("domain type unspecified")));
        }
        DomainType::Pv => {}
        // This applies to guests that do not manage their own page tables.
        _ if !rules.host.hap && !rules.host.shadow => {
            return Err(rules.refuse(format_args!("neither hap nor shadow paging available")));
        }
        _ => {
            create.hap.get_or_insert(rules.host.hap);
            create.oos.get_or_insert(true);
        }
    }
    create.run_hotplug_scripts.get_or_insert(true);
    create.driver_domain.get_or_insert(false);
    create.xend_suspend_evtchn_compat.get_or_insert(false);
    if create.ssidref == 0 {
        create.ssidref = LABEL_OF_GUESTS;
    }
    Ok(())
}
