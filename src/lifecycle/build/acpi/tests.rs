//! Tests of the tables' content; `capi-tests/no-xen/acpi` compares the tables with the C library's.

use super::*;

fn facts(vcpus: u32, online: &[u8]) -> AcpiFacts<'_> {
    AcpiFacts { vcpus, online, apic: true, guest_os: "", rsdp_unrestricted: false, numa: None }
}

fn number(bytes: &[u8], at: usize, size: usize) -> u64 {
    bytes[at..][..size].iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte))
}

/// A table in guest memory, after a check of its checksum.
fn table(tables: &Tables, address: u64) -> &[u8] {
    let memory = &tables.modules[2];
    let from = &memory.bytes[(address - memory.address) as usize..];
    let table = &from[..number(from, 4, 4) as usize];
    assert_eq!(table.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)), 0);
    table
}

/// Signature and address of each table that the XSDT lists.
fn listed(tables: &Tables) -> Vec<(String, u64)> {
    let xsdt = table(tables, number(&tables.modules[0].bytes, 24, 8));
    let addresses = xsdt[36..].chunks(8).map(|entry| number(entry, 0, 8));
    let name = |at| String::from_utf8(table(tables, at)[..4].to_vec()).unwrap();
    addresses.map(|at| (name(at), at)).collect()
}

#[test]
fn processors_and_nothing_else() {
    let tables = tables(&facts(3, &[0b101])).unwrap();
    let listed = listed(&tables);
    let names: Vec<_> = listed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["FACP", "APIC"]);
    let madt = table(&tables, listed[1].1);
    assert_eq!(madt.len(), 44 + 3 * 8);
    let vcpus: Vec<_> = madt[44..].chunks(8).map(|entry| (entry[2], entry[3], entry[4])).collect();
    assert_eq!(vcpus, [(0, 0, 1), (1, 2, 0), (2, 4, 1)]);
    let info = &tables.modules[1].bytes;
    assert_eq!(number(info, 2, 2), 3);
    assert_eq!(number(info, 12, 4), listed[1].1 + 9);
    assert_eq!(number(info, 16, 4), listed[1].1 + 44);
}

#[test]
fn one_vcpu_without_an_apic_has_no_madt() {
    let tables = tables(&AcpiFacts { apic: false, ..facts(1, &[1]) }).unwrap();
    assert_eq!(listed(&tables).len(), 1);
    assert!(tables.modules[1].bytes.iter().all(|byte| *byte == 0));
}

#[test]
fn address_of_the_rsdp() {
    let at = |guest_os, rsdp_unrestricted| {
        let tables = tables(&AcpiFacts { guest_os, rsdp_unrestricted, ..facts(1, &[1]) }).unwrap();
        (tables.modules[0].address, tables.modules[0].mapped())
    };
    // The tables of one vcpu are seven pages, of which the hotplug that is gone in 4.20 needs two.
    let address = if cfg!(since = "4.20") { 0xfc00_6000 } else { 0xfc00_8000 };
    let after_tables = (address, (address, 64));
    assert_eq!(at("", false), after_tables);
    assert_eq!(at("FreeBSD", false), after_tables);
    assert_eq!(at("linux", true), after_tables);
    assert_eq!(at("linux", false), (0xfffc0, (0xff000, 4096)));
}

#[test]
fn numa_is_told() {
    let distances = [vec![10, 21], vec![21, 10]];
    let memory = [
        Range { start: 0, end: 0x1000_0000, node: 0 },
        Range { start: 0x1000_0000, end: 0x3000_0000, node: 1 },
    ];
    let numa = Numa { of_vcpus: &[1, 0], distances: &distances, memory: &memory };
    let whole = AcpiFacts { numa: Some(numa), ..facts(2, &[3]) };
    let tables_of_it = tables(&whole).unwrap();
    let listed = listed(&tables_of_it);
    assert_eq!(listed[2].0, "SRAT");
    let srat = table(&tables_of_it, listed[2].1);
    assert_eq!(srat.len(), 48 + 2 * 16 + 2 * 40);
    assert_eq!(&srat[48..52], &[0, 16, 1, 0]);
    assert_eq!(&srat[64..68], &[0, 16, 0, 2]);
    assert_eq!(number(srat, 120 + 8, 8), 0x1000_0000);
    assert_eq!(number(srat, 120 + 16, 8), 0x2000_0000);
    let slit = table(&tables_of_it, listed[3].1);
    assert_eq!(&slit[36..], [2, 0, 0, 0, 0, 0, 0, 0, 10, 21, 21, 10]);

    let short = Numa { of_vcpus: &[1], ..numa };
    assert_eq!(tables(&AcpiFacts { numa: Some(short), ..whole }), Err(Error::Invalid));
}

#[test]
fn what_no_guest_can_be() {
    assert_eq!(tables(&facts(0, &[])), Err(Error::Invalid));
    assert_eq!(tables(&facts(129, &[])), Err(Error::Invalid));
    assert!(tables(&facts(128, &[0xff; 16])).is_ok());
}
