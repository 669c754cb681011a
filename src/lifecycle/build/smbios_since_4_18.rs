//! Texts for the SMBIOS tables that hvmloader makes (9aeb3a20c4, 38bdfa44cc).

use crate::types::idiomatic::{DomainBuildInfoHvm, Smbios, SmbiosType, Text};

/// The maximum number of texts of the vendor's own (OEM strings).
const MAX_OEM: usize = 99;

/// The nodes below `/local/domain/DOMID` that hvmloader reads.
///
/// # Errors
/// A line for the log: there are too many texts, or one of no known kind.
pub fn nodes(machine: &DomainBuildInfoHvm) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut oem = 0;
    let node = |entry: &Smbios| {
        let name = match (entry.key, entry.key.name()) {
            (SmbiosType::Oem, _) => {
                oem += 1;
                if oem > MAX_OEM {
                    return Err(format!("cannot set SMBIOS strings: more than {MAX_OEM} of OEM"));
                }
                format!("oem-{oem}")
            }
            (_, Some(name)) => name.replace('_', "-"),
            (key, None) => return Err(format!("cannot set SMBIOS string {key:?}: unknown")),
        };
        let value = entry.value.as_ref().map_or(&[][..], Text::as_bytes);
        Ok((format!("bios-strings/{name}"), value.to_vec()))
    };
    machine.smbios.iter().map(node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(entries: &[(SmbiosType, &str)]) -> DomainBuildInfoHvm {
        let smbios =
            entries.iter().map(|(key, value)| Smbios { key: *key, value: Text::new(*value) });
        DomainBuildInfoHvm { smbios: smbios.collect(), ..Default::default() }
    }

    #[test]
    fn each_has_its_node_and_oem_strings_are_numbered() {
        let machine = machine(&[
            (SmbiosType::Oem, "a"),
            (SmbiosType::SystemSerialNumber, "s"),
            (SmbiosType::Oem, "b"),
        ]);
        let found = nodes(&machine).unwrap();
        let found: Vec<_> = found.iter().map(|(path, value)| (path.as_str(), &value[..])).collect();
        assert_eq!(
            found,
            [
                ("bios-strings/oem-1", &b"a"[..]),
                ("bios-strings/system-serial-number", &b"s"[..]),
                ("bios-strings/oem-2", &b"b"[..]),
            ]
        );
    }

    #[test]
    fn a_hundredth_oem_string_is_refused() {
        assert!(nodes(&machine(&[(SmbiosType::Oem, "x"); 99])).is_ok());
        assert!(nodes(&machine(&[(SmbiosType::Oem, "x"); 100])).is_err());
    }
}
