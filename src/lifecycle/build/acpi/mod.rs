//! The ACPI tables of a PVH guest, identical byte for byte with those of the C library.
//!
//! [`tables`] depends only on its argument. It returns the three modules that are loaded into the guest's memory
//! before it starts, in the order of libxenguest's `acpi_modules` and of the guest's memory map; the first is the RSDP
//! (root pointer), whose address is in the start info.
//!
//! A PVH guest has no device model, so the tables describe only processors and, with virtual NUMA, the nodes of
//! processors and memory.
//!
//! rust-vmm's crate `acpi_tables` (0.2.1) was considered. Its encodings are the same, but it has neither `Processor`
//! nor `Sleep`; its names must have exactly four letters in each segment (others panic) and cannot begin with `^`;
//! the creator of a table, which guests can read, is fixed; and it supports neither of the two FADT revisions needed
//! here. Names, two terms, table headers and the FADT would remain ours, as implementations of its trait. A term
//! borrows the terms inside it, so each needs a variable: the DSDT's code would become longer, and half of the two
//! hundred lines of `aml.rs` would remain. Its licence is Apache-2.0 only, which a user of this library under
//! LGPL-2.1 cannot accept.
//!
//! The test `capi-tests/no-xen/acpi` compares the tables with those that the C library generates.

mod affinity;
#[cfg_attr(
    since = "4.20",
    expect(dead_code, reason = "terms that only the hotplug of older releases has")
)]
mod aml;
mod dsdt;
mod fixed;
#[cfg_attr(since = "4.20", path = "hotplug_since_4_20.rs")]
#[cfg_attr(not(since = "4.20"), path = "hotplug_until_4_20.rs")]
mod hotplug;
mod table;

use crate::core::{Error, Result};
use table::{AcpiTable, CHECKSUM, HEAD};

/// Address of the ACPI info page (Xen's `struct acpi_info`), which the DSDT's methods read. The tables follow it.
pub const INFO_ADDRESS: u64 = 0xfc00_0000;
const PAGE: u64 = 4096;
const TABLES_ADDRESS: u64 = INFO_ADDRESS + PAGE;

/// Maximum size of the tables. It suffices for Xen's maximum numbers of vcpus and virtual nodes.
const MAX_PAGES: u64 = 16;

/// Address of the RSDP in the BIOS area, for guests that search it in the first MiB.
const BIOS_RSDP_ADDRESS: u64 = 0x10_0000 - RSDP_SPACE as u64;
/// The space that is reserved for the RSDP, which is smaller.
const RSDP_SPACE: usize = 64;

/// The maximum number of vcpus of a guest with ACPI.
const MAX_VCPUS: u32 = 128;

const LOCAL_APIC: u32 = 0xfee0_0000;
/// Flag of the MADT: there are also two 8259 interrupt controllers.
const PC_COMPATIBLE: u32 = 1;
/// Flag of a vcpu that is online (MADT), or of a valid entry (SRAT).
const ENABLED: u32 = 1;
/// Type and size of a local APIC entry in the MADT.
const LAPIC: [u8; 2] = [0, 8];

/// The properties of the guest that the tables depend on.
#[derive(Clone, Copy, Debug)]
pub struct AcpiFacts<'a> {
    /// Number of vcpus that the domain has in the hypervisor.
    pub vcpus: u32,
    /// Bitmap of the vcpus that are online at the start (`avail_vcpus`).
    pub online: &'a [u8],
    /// Whether the guest has local APICs (`b_info.apic`); without them a guest of one vcpu gets no MADT.
    pub apic: bool,
    /// The kernel's ELF note `GUEST_OS`, as libxenguest parsed it; empty if it has none.
    pub guest_os: &'a str,
    /// Whether the kernel finds the RSDP at any address (`XENFEAT_linux_rsdp_unrestricted`).
    pub rsdp_unrestricted: bool,
    pub numa: Option<Numa<'a>>,
}

/// A guest's virtual NUMA.
#[derive(Clone, Copy, Debug)]
pub struct Numa<'a> {
    /// The node of each vcpu.
    pub of_vcpus: &'a [u32],
    /// For each node, its distances to all nodes.
    pub distances: &'a [Vec<u32>],
    pub memory: &'a [Range],
}

/// Guest memory of one virtual node, from `start` up to, and without, `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    pub start: u64,
    pub end: u64,
    pub node: u32,
}

/// Bytes to be loaded into the guest's memory at `address`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    pub address: u64,
    pub bytes: Vec<u8>,
}

impl Module {
    /// Address and size of the module's entry in the guest's memory map, which starts at a page boundary.
    pub fn mapped(&self) -> (u64, u64) {
        let within = self.address % PAGE;
        (self.address - within, self.bytes.len() as u64 + within)
    }
}

/// The modules for the guest: the RSDP, the ACPI info page, the tables.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tables {
    pub modules: [Module; 3],
}

/// The name of a processor's object in the DSDT.
fn object(vcpu: u32) -> String {
    format!("PR{vcpu:02X}")
}

/// The tables of one guest.
///
/// # Errors
/// `Error::Invalid` if there is no vcpu or too many, or if a vcpu has no node or a node lacks a distance.
pub fn tables(facts: &AcpiFacts<'_>) -> Result<Tables> {
    let vcpus = facts.vcpus as usize;
    let complete = facts.numa.is_none_or(|numa| {
        let nodes = numa.distances.len();
        numa.of_vcpus.len() == vcpus && numa.distances.iter().all(|row| row.len() == nodes)
    });
    if !(1..=MAX_VCPUS).contains(&facts.vcpus) || !complete {
        return Err(Error::Invalid);
    }
    let mut area = TableArea::default();
    let facs = area.put(&fixed::facs(), 64);
    let dsdt = area.put(&dsdt::dsdt(), 16);
    let old = area.put(&fixed::fadt_of_acpi_1(facs, dsdt), 16);
    let new = area.put(&fixed::fadt_of_acpi_5(facs, dsdt), 16);

    let mut info = InfoPage::default();
    let mut others = Vec::new();
    if facts.vcpus > 1 || facts.apic {
        let table = madt(facts);
        let at = area.put(&table, 16);
        // The C library's space for the IO-APIC and interrupt overrides, which a PVH guest does not have.
        area.skip(172);
        info = InfoPage { vcpus: facts.vcpus as u16, madt: at };
        others.push(at);
    }
    if let Some(numa) = facts.numa {
        others.push(area.put(&affinity::srat(&numa), 16));
        others.push(area.put(&affinity::slit(&numa), 16));
    }
    let xsdt = area.put(&fixed::xsdt(new, &others), 16);
    let rsdt = area.put(&fixed::rsdt(old, &others), 16);
    let tables = area.into_pages().ok_or(Error::Invalid)?;

    let pages = tables.len() as u64 / PAGE;
    let mut root = fixed::rsdp(rsdt, xsdt);
    root.resize(RSDP_SPACE, 0);
    Ok(Tables {
        modules: [
            Module { address: rsdp_address(facts, pages), bytes: root },
            Module { address: INFO_ADDRESS, bytes: info.page() },
            Module { address: TABLES_ADDRESS, bytes: tables },
        ],
    })
}

/// The address of the RSDP: after the `pages` pages of tables, or in the first MiB for older Linux, which searches
/// only there.
fn rsdp_address(facts: &AcpiFacts<'_>, pages: u64) -> u64 {
    if facts.guest_os == "linux" && !facts.rsdp_unrestricted {
        BIOS_RSDP_ADDRESS
    } else {
        TABLES_ADDRESS + pages * PAGE
    }
}

/// The APIC ID of a vcpu: twice its number.
fn apic_id(vcpu: u32) -> u8 {
    (vcpu * 2) as u8
}

/// The MADT: the local APICs of all vcpus, and which of them are online.
fn madt(facts: &AcpiFacts<'_>) -> Vec<u8> {
    let mut table = AcpiTable::new(b"APIC", 2);
    table.u32(LOCAL_APIC).u32(PC_COMPATIBLE);
    for vcpu in 0..facts.vcpus {
        let on = crate::core::bitmap::test(facts.online, vcpu as i32);
        table.extend(&LAPIC);
        table.u8(vcpu as u8).u8(apic_id(vcpu)).u32(if on { ENABLED } else { 0 });
    }
    table.finish()
}

/// The ACPI info page. The fields that are not here, for an emulated PC's ports and PCI, are 0.
#[derive(Default)]
struct InfoPage {
    vcpus: u16,
    /// The MADT's address.
    madt: u64,
}

impl InfoPage {
    fn page(&self) -> Vec<u8> {
        let mut page = vec![0; PAGE as usize];
        page[2..4].copy_from_slice(&self.vcpus.to_le_bytes());
        if self.madt != 0 {
            let checksum = self.madt as u32 + CHECKSUM as u32;
            let first_vcpu = self.madt as u32 + HEAD as u32 + 8;
            page[12..16].copy_from_slice(&checksum.to_le_bytes());
            page[16..20].copy_from_slice(&first_vcpu.to_le_bytes());
        }
        page
    }
}

/// The memory area into which the tables are written, one after the other.
#[derive(Default)]
struct TableArea(Vec<u8>);

impl TableArea {
    /// Writes a table at the next address that is a multiple of `alignment`, and returns the address.
    fn put(&mut self, table: &[u8], alignment: usize) -> u64 {
        self.0.resize(self.0.len().next_multiple_of(alignment), 0);
        let at = TABLES_ADDRESS + self.0.len() as u64;
        self.0.extend(table);
        at
    }

    fn skip(&mut self, bytes: usize) {
        self.0.resize(self.0.len() + bytes, 0);
    }

    /// The area, filled up to whole pages; `None` if it is too large.
    fn into_pages(mut self) -> Option<Vec<u8>> {
        self.0.resize(self.0.len().next_multiple_of(PAGE as usize), 0);
        (self.0.len() as u64 <= MAX_PAGES * PAGE).then_some(self.0)
    }
}

#[cfg(test)]
mod tests;
