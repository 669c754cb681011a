//! The ACPI tables of a PVH guest, byte for byte those that the C library gives it.
//!
//! [`tables`] is a function of plain facts. What it answers are the three pieces that go into the guest's
//! memory before it starts, in the order that libxenguest's `acpi_modules` and the guest's memory map have
//! them; the first is the root pointer, which the start info names.
//!
//! There is no device model, so there is little to describe: processors, and with virtual NUMA which node
//! they and the memory are of.
//!
//! rust-vmm's `acpi_tables` (0.2.1), the crate for this, was looked at term by term. Its encodings are the same, but it
//! has neither `Processor` nor `Sleep`; its names have exactly four letters in each part (others panic) and cannot
//! begin with `^`; the creator of a table, which guests see, is its own; and it knows neither revision of the FADT
//! that is wanted here. So names, two terms, heads and FADT would stay ours, behind its trait, and a term borrows the
//! terms inside it, which takes a variable for each of them: the DSDT would be longer than it is, for the two hundred
//! lines of `aml.rs`, of which half would stay. Its licence is Apache-2.0 alone, which a user of this library under
//! LGPL-2.1 cannot take.
//!
//! What the tables are held against in tests is the C library itself (`capi-tests/no-xen/acpi`).

mod affinity;
mod aml;
mod dsdt;
mod fixed;
mod table;

use crate::core::{Error, Result};
use table::{AcpiTable, CHECKSUM, HEAD};

/// Where the page of facts is that the DSDT's objects read. The tables follow it.
pub const INFO_ADDRESS: u64 = 0xfc00_0000;
const PAGE: u64 = 4096;
const TABLES_ADDRESS: u64 = INFO_ADDRESS + PAGE;

/// Room for the tables. They always fit: what grows with the guest is bounded by Xen's limits for vcpus
/// and virtual nodes.
const MAX_PAGES: u64 = 16;

/// The root pointer where a PC's firmware has it: guests look for it in the first MiB.
const BIOS_ROOT_ADDRESS: u64 = 0x10_0000 - ROOT_ROOM as u64;
/// What is reserved for the root pointer, which is smaller.
const ROOT_ROOM: usize = 64;

/// As many vcpus as a guest with ACPI can have.
const MAX_VCPUS: u32 = 128;

const LOCAL_APIC: u32 = 0xfee0_0000;
/// There are interrupt controllers as in old PCs too.
const PC_COMPATIBLE: u32 = 1;
/// A vcpu is on, or an entry of the SRAT is valid.
const ENABLED: u32 = 1;
/// Kind and size of a processor's entry in the MADT.
const LAPIC: [u8; 2] = [0, 8];

/// What the tables depend on.
#[derive(Clone, Copy, Debug)]
pub struct AcpiFacts<'a> {
    /// How many vcpus the domain has in the hypervisor.
    pub vcpus: u32,
    /// Those that are on at first, one bit each (`avail_vcpus`).
    pub online: &'a [u8],
    /// Local APICs are wanted (`b_info.apic`); without them a guest of one vcpu gets no MADT.
    pub apic: bool,
    /// The kernel's `GUEST_OS` note, as libxenguest has parsed it; empty if it has none.
    pub guest_os: &'a str,
    /// The kernel says that it finds the root pointer wherever it lies (`XENFEAT_linux_rsdp_unrestricted`).
    pub root_anywhere: bool,
    pub numa: Option<Numa<'a>>,
}

/// A guest's virtual NUMA.
#[derive(Clone, Copy, Debug)]
pub struct Numa<'a> {
    /// The node of each vcpu.
    pub of_vcpus: &'a [u32],
    /// For each node its distance to each node.
    pub distances: &'a [Vec<u32>],
    pub memory: &'a [Range],
}

/// Guest memory from `start` up to, and without, `end`, which is of one virtual node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    pub start: u64,
    pub end: u64,
    pub node: u32,
}

/// Bytes for the guest, and the address in its memory where they belong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    pub address: u64,
    pub bytes: Vec<u8>,
}

impl Module {
    /// Address and size of the entry that the guest's memory map has for this: from the start of the page.
    pub fn mapped(&self) -> (u64, u64) {
        let within = self.address % PAGE;
        (self.address - within, self.bytes.len() as u64 + within)
    }
}

/// What goes into the guest: the root pointer, the page of facts, the tables.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tables {
    pub modules: [Module; 3],
}

/// The tables of one guest.
///
/// # Errors
/// `Error::Invalid` for what no guest can be: no vcpu or too many, nodes that are not told for each.
pub fn tables(facts: &AcpiFacts<'_>) -> Result<Tables> {
    let vcpus = facts.vcpus as usize;
    let whole = facts.numa.is_none_or(|numa| {
        let nodes = numa.distances.len();
        numa.of_vcpus.len() == vcpus && numa.distances.iter().all(|row| row.len() == nodes)
    });
    if !(1..=MAX_VCPUS).contains(&facts.vcpus) || !whole {
        return Err(Error::Invalid);
    }
    let mut room = Room::default();
    let facs = room.put(&fixed::facs(), 64);
    let dsdt = room.put(&dsdt::dsdt(), 16);
    let old = room.put(&fixed::fadt_of_acpi_1(facs, dsdt), 16);
    let new = room.put(&fixed::fadt_of_acpi_5(facs, dsdt), 16);

    let mut info = InfoPage::default();
    let mut others = Vec::new();
    if facts.vcpus > 1 || facts.apic {
        let table = madt(facts);
        let at = room.put(&table, 16);
        // Room for interrupt controllers that a PVH guest does not have.
        room.skip(172);
        info = InfoPage { vcpus: facts.vcpus as u16, madt: at };
        others.push(at);
    }
    if let Some(numa) = facts.numa {
        others.push(room.put(&affinity::srat(&numa), 16));
        others.push(room.put(&affinity::slit(&numa), 16));
    }
    let xsdt = room.put(&fixed::xsdt(new, &others), 16);
    let rsdt = room.put(&fixed::rsdt(old, &others), 16);
    let tables = room.whole_pages().ok_or(Error::Invalid)?;

    let pages = tables.len() as u64 / PAGE;
    let mut root = fixed::root(rsdt, xsdt);
    root.resize(ROOT_ROOM, 0);
    Ok(Tables {
        modules: [
            Module { address: root_address(facts, pages), bytes: root },
            Module { address: INFO_ADDRESS, bytes: info.page() },
            Module { address: TABLES_ADDRESS, bytes: tables },
        ],
    })
}

/// Behind the tables, of which there are so many pages; but older Linux looks in the first MiB alone.
fn root_address(facts: &AcpiFacts<'_>, pages: u64) -> u64 {
    if facts.guest_os == "linux" && !facts.root_anywhere {
        BIOS_ROOT_ADDRESS
    } else {
        TABLES_ADDRESS + pages * PAGE
    }
}

/// A vcpu's APIC has twice its number.
fn apic_id(vcpu: u32) -> u8 {
    (vcpu * 2) as u8
}

/// The vcpus, and which of them are on.
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

/// The page of facts. Most of what it has room for, an emulated PC's ports and PCI, is 0 here.
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

/// The memory that the tables are laid out in, one after the other.
#[derive(Default)]
struct Room(Vec<u8>);

impl Room {
    /// Puts a table at the next address that is a multiple of `alignment`, and tells it.
    fn put(&mut self, table: &[u8], alignment: usize) -> u64 {
        self.0.resize(self.0.len().next_multiple_of(alignment), 0);
        let at = TABLES_ADDRESS + self.0.len() as u64;
        self.0.extend(table);
        at
    }

    fn skip(&mut self, bytes: usize) {
        self.0.resize(self.0.len() + bytes, 0);
    }

    /// `None` if there is more than there is room for.
    fn whole_pages(mut self) -> Option<Vec<u8>> {
        self.0.resize(self.0.len().next_multiple_of(PAGE as usize), 0);
        (self.0.len() as u64 <= MAX_PAGES * PAGE).then_some(self.0)
    }
}

#[cfg(test)]
mod tests;
