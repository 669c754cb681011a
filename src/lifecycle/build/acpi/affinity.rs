//! The tables of a guest with virtual NUMA: SRAT (nodes of processors and memory) and SLIT (distances of nodes).

use super::table::AcpiTable;
use super::{ENABLED, Numa, apic_id};

/// Types and sizes of the SRAT's entries.
const PROCESSOR: [u8; 2] = [0, 16];
const MEMORY: [u8; 2] = [1, 40];

pub fn srat(numa: &Numa<'_>) -> Vec<u8> {
    let mut table = AcpiTable::new(b"SRAT", 1);
    // The table revision again (always 1), and reserved bytes.
    table.u32(1).u64(0);
    for (vcpu, node) in (0..).zip(numa.of_vcpus) {
        table.extend(&PROCESSOR);
        table.u8(*node as u8).u8(apic_id(vcpu)).u32(ENABLED).u64(0);
    }
    for range in numa.memory {
        table.extend(&MEMORY);
        table.u32(range.node).u16(0);
        table.u64(range.start).u64(range.end.wrapping_sub(range.start));
        table.u32(0).u32(ENABLED).u64(0);
    }
    table.finish()
}

/// Only the low byte of a configured distance is used, as in the C library.
pub fn slit(numa: &Numa<'_>) -> Vec<u8> {
    let mut table = AcpiTable::new(b"SLIT", 1);
    table.u64(numa.distances.len() as u64);
    for distance in numa.distances.iter().flatten() {
        table.u8(*distance as u8);
    }
    table.finish()
}
