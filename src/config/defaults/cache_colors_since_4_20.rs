//! Colours of caches (748bd725fb), which Xen has on Arm only.

use super::Rules;
use crate::core::Result;
use crate::types::idiomatic::DomainConfig;

/// Refuses what Xen for x86 refuses as well. A guest without colours costs no hypercall, as in the C library since 4.21
/// (576fca515e).
pub fn refuse(rules: &Rules, config: &DomainConfig) -> Result<()> {
    if config.b_info.llc_colors.is_empty() {
        return Ok(());
    }
    let why = "this Xen has no support for them";
    Err(rules.refuse(format_args!("cannot set LLC colors: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::defaults::{Host, set_defaults_on};
    use crate::core::Error;
    use crate::types::idiomatic::{DomainBuildInfoData as Guest, DomainType};
    use crate::xen::log::Log;

    #[test]
    fn a_guest_with_colours_is_refused() {
        let answer = |llc_colors: Vec<u32>| {
            let mut config = DomainConfig::default();
            config.c_info.type_ = DomainType::Pv;
            config.b_info.u = Guest::Pv(Default::default());
            config.b_info.max_memkb = 65536;
            config.b_info.llc_colors = llc_colors;
            set_defaults_on(&Log::none(), Host { grant_version: 2, ..Host::default() }, &mut config)
        };
        assert_eq!((answer(vec![]), answer(vec![0])), (Ok(()), Err(Error::Invalid)));
    }
}
