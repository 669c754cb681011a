//! Converting a domain's configuration from and to the JSON that the library stores.

use std::ffi::CStr;
use std::mem::MaybeUninit;

use super::{CForm, DomainConfig};
use crate::types::engine::{self, ReadError};
use crate::types::{sys, tables};

/// Reads a configuration from its JSON text.
pub fn domain_config(text: &CStr) -> Result<DomainConfig, ReadError> {
    let mut c = MaybeUninit::<sys::libxl_domain_config>::uninit();
    let p = c.as_mut_ptr().cast::<u8>();
    let ty = tables::DOMAIN_CONFIG;
    // SAFETY: the table is that of the struct, which `from_json` initialises first.
    let read = unsafe { engine::from_json(p, text.as_ptr(), ty) };
    // SAFETY: it was initialised above, and owns what was read so far.
    let config = read.map(|()| unsafe { DomainConfig::from_c(c.assume_init_ref()) });
    // SAFETY: as above; the copy that was made from it has no memory in common with it.
    unsafe { engine::dispose(p, ty) };
    config
}

/// The JSON text of a configuration, without a NUL at the end.
pub fn text_of(config: &DomainConfig) -> Vec<u8> {
    let ty = tables::DOMAIN_CONFIG;
    let mut c = config.to_c();
    let p = std::ptr::from_mut(&mut c).cast::<u8>();
    // SAFETY: the table is that of the struct, which is a local variable and not used again.
    unsafe {
        let text = engine::json_text(p, ty);
        engine::dispose(p, ty);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::{DomainType, Text};

    #[test]
    fn a_configuration_is_read() {
        let text = cr#"{"c_info": {"type": "pvh", "name": "n"}, "b_info": {"max_vcpus": 3,
            "type": "pvh"}, "nics": [{"devid": 4}]}"#;
        let config = domain_config(text).unwrap();
        assert_eq!(config.c_info.type_, DomainType::Pvh);
        assert_eq!(config.c_info.name, Text::new("n"));
        assert_eq!(config.b_info.max_vcpus, 3);
        assert_eq!(config.nics.iter().map(|nic| nic.devid).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn a_written_configuration_is_read_again() {
        let text =
            cr#"{"c_info": {"type": "pv", "name": "n"}, "b_info": {"type.pv": {"kernel": "/k"}}}"#;
        let config = domain_config(text).unwrap();
        let mut again = text_of(&config);
        assert!(again.windows(4).any(|bytes| bytes == b"\"/k\""));
        again.push(0);
        let again = CStr::from_bytes_with_nul(&again).unwrap();
        assert_eq!(domain_config(again), Ok(config));
    }

    #[test]
    fn invalid_configurations_are_errors() {
        for text in [c"", c"{", cr#"{"c_info": {"name": "n", "type": "none such"}}"#] {
            assert!(domain_config(text).is_err(), "{text:?}");
        }
    }
}
