//! Real guests, made with Debian's `xl` and library on a real Xen: what `box/dom0` found in their memory.
//!
//! Of those that the C library cannot make, what was found with ours: whether it asks for the right tables.

use std::path::PathBuf;

use xenlight::lifecycle::build::acpi::{AcpiFacts, Numa, Range, Tables, tables};

/// The guests of `box/dom0`.
fn guests() -> Vec<(&'static str, AcpiFacts<'static>)> {
    let tiny = |vcpus, online| AcpiFacts {
        vcpus,
        online,
        apic: true,
        guest_os: "tiny",
        rsdp_unrestricted: false,
        numa: None,
    };
    const MIB: u64 = 1 << 20;
    let numa = Numa {
        of_vcpus: &[0, 1, 0],
        distances: Box::leak(Box::new([vec![10, 23], vec![21, 10]])),
        memory: &[
            Range { start: 0, end: 16 * MIB, node: 0 },
            Range { start: 16 * MIB, end: 32 * MIB, node: 1 },
        ],
    };
    vec![
        ("one", tiny(1, &[1])),
        ("two", tiny(2, &[3])),
        ("eight", tiny(8, &[7])),
        ("sixty-four", tiny(64, &[0xff; 8])),
        ("all", tiny(128, &[0xff; 16])),
        ("old-linux", AcpiFacts { guest_os: "linux", ..tiny(2, &[3]) }),
        ("numa", AcpiFacts { numa: Some(numa), ..tiny(3, &[7]) }),
        ("linux", AcpiFacts { guest_os: "linux", rsdp_unrestricted: true, ..tiny(2, &[1]) }),
    ]
}

/// What is wrong with a guest's dump, in words.
fn faults(dump: &std::path::Path, expected: &Tables, kind: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut map = String::new();
    for module in &expected.modules {
        let (address, size) = module.mapped();
        map += &format!("{address:x} {size:x} {kind}\n");
        match std::fs::read(dump.join(format!("{:x}", module.address))) {
            Ok(bytes) if bytes == module.bytes => {}
            Ok(bytes) => {
                let at = super::difference(&bytes, &module.bytes);
                faults.push(format!("{:#x} differs at {at:x?}", module.address));
            }
            Err(e) => faults.push(format!("{:#x}: {e}", module.address)),
        }
    }
    let real = std::fs::read_to_string(dump.join("map")).unwrap_or_default();
    if real != map {
        faults.push(format!("memory map: {real:?} instead of {map:?}"));
    }
    faults
}

#[test]
#[ignore = "wants dumps of real guests, which capi-tests/no-xen/acpi/box makes"]
fn guests_find_these_tables() {
    let dumps = PathBuf::from(std::env::var_os("ACPI_DUMPS").expect("ACPI_DUMPS names a folder"));
    let mut bad = 0;
    for (name, facts) in guests() {
        // A wanted difference: C says that the guest may use the tables' memory for something else.
        for (side, kind) in [("debian", "ACPI"), ("ours", "NVS")] {
            let dump = dumps.join(format!("{name}.{side}"));
            // Debian's library makes no guest with virtual NUMA; ours may not have been asked.
            let is_wanted = (side == "ours") == facts.numa.is_some();
            if !is_wanted && !dump.exists() {
                continue;
            }
            for fault in faults(&dump, &tables(&facts).unwrap(), kind) {
                eprintln!("{name}.{side}: {fault}");
                bad += 1;
            }
        }
    }
    assert_eq!(bad, 0);
}
