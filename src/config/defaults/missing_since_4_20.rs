//! Settings of Xen 4.18 to 4.20 that this library does not carry out yet: a guest whose configuration asks for one is
//! refused, since it would be started without it.

use super::Rules;
use crate::core::Result;
use crate::types::idiomatic::{DomainBuildInfoData as Guest, DomainConfig, P9Type};

pub fn refuse(rules: &Rules, config: &DomainConfig) -> Result<()> {
    let build = &config.b_info;
    let smbios = matches!(&build.u, Guest::Hvm(hvm) if !hvm.smbios.is_empty());
    let restricted = build.bootloader_restrict == Some(true) || build.bootloader_user.is_some();
    for (asked, what) in [
        (!config.virtios.is_empty(), "virtio devices"),
        (
            config.p9s.iter().any(|p9| p9.type_ == P9Type::Xen9pfsd),
            "9pfs file systems of xen-9pfsd",
        ),
        (config.nics.iter().any(|nic| nic.vlan.is_some()), "the VLAN of a network card"),
        (config.disks.iter().any(|disk| disk.grant_usage == Some(true)), "grants of a virtio disk"),
        (smbios, "SMBIOS strings"),
        (restricted, "bootloader_restrict and bootloader_user"),
    ] {
        if asked {
            return Err(rules.refuse(format_args!("cannot use {what}: not implemented")));
        }
    }
    // What Xen for x86 answers, too: cache colours are Arm's.
    if !build.llc_colors.is_empty() {
        let why = "this Xen has no support for them";
        return Err(rules.refuse(format_args!("cannot set LLC colors: {why}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::defaults::{Host, set_defaults_on};
    use crate::core::Error;
    use crate::types::idiomatic::{DeviceNic, DeviceVirtio, DomainType, Text};
    use crate::xen::log::Log;

    fn answer(change: impl FnOnce(&mut DomainConfig)) -> Result<()> {
        let mut config = DomainConfig::default();
        config.c_info.type_ = DomainType::Pv;
        config.b_info.u = Guest::Pv(Default::default());
        config.b_info.max_memkb = 65536;
        change(&mut config);
        set_defaults_on(&Log::none(), Host { grant_version: 2, ..Host::default() }, &mut config)
    }

    #[test]
    fn a_guest_that_asks_for_what_is_missing_is_refused() {
        assert_eq!(answer(|_| ()), Ok(()));
        let vlan = || DeviceNic { vlan: Some(Text::from(c"7")), ..DeviceNic::default() };
        assert_eq!(answer(|c| c.nics.push(vlan())), Err(Error::Invalid));
        assert_eq!(answer(|c| c.virtios.push(DeviceVirtio::default())), Err(Error::Invalid));
        assert_eq!(answer(|c| c.b_info.bootloader_restrict = Some(true)), Err(Error::Invalid));
        assert_eq!(answer(|c| c.b_info.bootloader_restrict = Some(false)), Ok(()));
        assert_eq!(answer(|c| c.b_info.llc_colors.push(0)), Err(Error::Invalid));
    }
}
