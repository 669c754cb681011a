//! The ACPI tables of a PVH guest: the same bytes at the same addresses as those of Debian's library.
//!
//! That library exports the function that lays out the tables, and the PVH guest's DSDT; it is called here
//! with what its caller for PVH guests passes. That this caller is understood rightly a real guest tells:
//! `capi-tests/no-xen/acpi/box`.

mod c;
mod real;

use xenlight::core::Error;
use xenlight::lifecycle::build::acpi::{AcpiFacts, Numa, Range, tables};

/// A guest of a test.
struct Guest {
    vcpus: u32,
    apic: bool,
    online: Vec<u8>,
    of_vcpus: Vec<u32>,
    distances: Vec<Vec<u32>>,
    memory: Vec<Range>,
}

impl Guest {
    /// With so many virtual nodes; with 0 there is no virtual NUMA.
    fn new(vcpus: u32, nodes: u32, apic: bool) -> Self {
        let distance = |i: u32, j: u32| if i == j { 10 } else { 20 + 7 * i + j };
        let range = |i: u32| {
            let start = u64::from(i) * 0x1_2345_6000;
            Range { start, end: start + 0x7654_3000, node: i % nodes.max(1) }
        };
        Self {
            vcpus,
            apic,
            online: (0..16u8).map(|i| i.wrapping_mul(37) ^ 0x5b).collect(),
            of_vcpus: (0..vcpus).map(|vcpu| vcpu % nodes.max(1)).collect(),
            distances: (0..nodes).map(|i| (0..nodes).map(|j| distance(i, j)).collect()).collect(),
            // The last node's memory is in two pieces.
            memory: (0..=nodes).map(range).collect(),
        }
    }

    fn facts(&self) -> AcpiFacts<'_> {
        let numa =
            Numa { of_vcpus: &self.of_vcpus, distances: &self.distances, memory: &self.memory };
        AcpiFacts {
            vcpus: self.vcpus,
            online: &self.online,
            apic: self.apic,
            guest_os: "",
            rsdp_unrestricted: false,
            numa: (!self.distances.is_empty()).then_some(numa),
        }
    }
}

/// Where two runs of bytes differ first.
fn difference(a: &[u8], b: &[u8]) -> Option<usize> {
    let first = a.iter().zip(b).position(|(a, b)| a != b);
    first.or((a.len() != b.len()).then_some(a.len().min(b.len())))
}

#[test]
fn every_byte_is_the_same() {
    for vcpus in [1, 2, 8, 15, 16, 64, 127, 128] {
        for nodes in [0, 1, 2, 5, 32] {
            for apic in [false, true] {
                let guest = Guest::new(vcpus, nodes, apic);
                let ours = tables(&guest.facts()).unwrap().modules;
                let theirs = c::tables(&guest);
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    let at = difference(&ours.bytes, theirs);
                    let name = format!("{vcpus} vcpus, {nodes} nodes, apic {apic}");
                    assert_eq!(at, None, "{name}: the module at {:#x}", ours.address);
                }
            }
        }
    }
}

#[test]
fn a_difference_is_found() {
    let guest = Guest::new(3, 2, true);
    let ours = tables(&guest.facts()).unwrap().modules;
    let changes: [fn(&mut Guest); 4] = [
        |guest| guest.online[0] ^= 2,
        |guest| guest.of_vcpus[2] = 1,
        |guest| guest.distances[0][1] += 1,
        |guest| guest.memory[1].end += 4096,
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut other = Guest::new(3, 2, true);
        change(&mut other);
        assert!(difference(&ours[2].bytes, &c::tables(&other)[2]).is_some(), "{i}");
    }
}

#[test]
fn more_vcpus_than_a_guest_can_have() {
    assert_eq!(tables(&Guest::new(129, 0, true).facts()), Err(Error::Invalid));
}
